/**
 * Async twins. A file whose first line is {@linkcode KINDS_LINE} is written in generator
 * coroutines; its twin is the same text with async functions in their place, edited where it
 * stands, so that a line of the twin is the same line of the file.
 *
 * | In the file | In the twin |
 * | --- | --- |
 * | `function* f()`, `*method()` | `async function f()`, `async method()` |
 * | `yield* x` | `await (x)` |
 * | `yield` | `await (sleep(0))` |
 * | `asyncContextManager(function* () { yield x; })` | an `async function*` that yields `x`, too |
 * | `asyncGenerator(function* () { yield x; })` | the same |
 * | `test("title", …)` | `test("title [async]", …)` |
 *
 * Kept as they are: a generator that is an iterator and no coroutine, which is one marked
 * `/* iterator *\/` or a method named by a symbol (`*[Symbol.iterator]()`, `*[awaitable]()`).
 *
 * Left out of the twin: a test marked `/* generator only *\/` or `/* async only *\/`, and one in
 * which no generator has a part, for its twin would be the same test again.
 *
 * Types are not kept right: a twin is run, not checked.
 *
 * @module
 */

import ts from "typescript";

/** The first line of a file that has a twin. */
export const KINDS_LINE = "// kinds: generator, async";

/** What stands at the end of every title of a twin. */
export const TWIN_SUFFIX = " [async]";

/** What makes an async generator out of a generator function that yields values. */
const VALUE_YIELDING_CALLS = new Set(["asyncContextManager", "asyncGenerator"]);

/** The name under which a twin has `sleep`; no test file may use it. */
const SLEEP_ALIAS = "sleepOfTwin";

/** What the twin of a file needs to know beyond its text. */
export interface TwinOptions {
  /** The file's path, for messages. */
  path: string;
  /** Gives the specifier that the twin uses where the file has a relative one. */
  redirect(specifier: string): string;
  /** Whether a relative specifier names a module that has a twin of its own. */
  hasTwin(specifier: string): boolean;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Whether the text is one of a file with a twin. */
export function wantsTwin(text: string): boolean {
  return text.startsWith(KINDS_LINE);
}

/**
 * Makes the async twin of a file in generator coroutines.
 *
 * @param text The file.
 * @param options Where it stands and what its imports become.
 * @returns The twin's text, with the same line numbers.
 * @throws {SyntaxError} If a generator yields a value where no async function has a counterpart.
 */
export function makeTwin(text: string, options: TwinOptions): string {
  return new TwinMaker(text, options).make();
}

class TwinMaker {
  readonly #text: string;
  readonly #options: TwinOptions;
  readonly #source: ts.SourceFile;
  readonly #edits: Edit[] = [];
  readonly #generatorNames: Set<string>;
  #usesSleep = false;

  constructor(text: string, options: TwinOptions) {
    this.#text = text;
    this.#options = options;
    this.#source = ts.createSourceFile(options.path, text, ts.ScriptTarget.Latest, true);
    this.#generatorNames = this.#namesThatReachGenerators();
  }

  make(): string {
    this.#visit(this.#source);
    this.#edit(0, KINDS_LINE.length, "// @ts-nocheck: the annotations are the generators'");
    const start = this.#source.statements[0]?.getStart();
    if (this.#usesSleep && start !== undefined) {
      // On a line that is there already, for the sake of the numbers; before all that is there.
      const text = `import { sleep as ${SLEEP_ALIAS} } from "@asyncio/asyncio"; `;
      this.#edits.unshift({ start, end: start, text });
    }
    return applyEdits(this.#text, this.#edits);
  }

  #visit(node: ts.Node): void {
    if (isTestCall(node)) {
      if (this.#isLeftOut(node)) return this.#blank(node);
      this.#suffixTitle(node);
    }
    if (isModuleReference(node)) this.#redirect(node);
    if (isGenerator(node) && !this.#staysGenerator(node)) this.#turnFunction(node);
    if (ts.isYieldExpression(node)) this.#turnYield(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  // --- Which tests have a twin

  #isLeftOut(call: ts.CallExpression): boolean {
    const marks = this.#commentsBefore(call.parent);
    if (/\/\*\s*(generator|async) only\s*\*\//.test(marks)) return true;
    // A title handed through means a function that declares tests: its callers decide.
    return ts.isStringLiteralLike(titleOf(call) ?? call) && !this.#reachesGenerator(call);
  }

  /** The file's own names, and those it has from modules with twins, that lead to a generator. */
  #namesThatReachGenerators(): Set<string> {
    const names = new Set<string>();
    const declarations: [string, ts.Node][] = [];
    for (const statement of this.#source.statements) {
      if (ts.isImportDeclaration(statement)) {
        const specifier = textOf(statement.moduleSpecifier);
        if (!specifier.startsWith(".") || !this.#options.hasTwin(specifier)) continue;
        const bindings = statement.importClause?.namedBindings;
        if (bindings === undefined) continue;
        if (ts.isNamespaceImport(bindings)) names.add(bindings.name.text);
        else for (const element of bindings.elements) names.add(element.name.text);
      } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
        if (statement.name) declarations.push([statement.name.text, statement]);
      } else if (ts.isVariableStatement(statement)) {
        for (const declaration of statement.declarationList.declarations) {
          if (ts.isIdentifier(declaration.name)) {
            declarations.push([declaration.name.text, declaration]);
          }
        }
      }
    }
    for (let before = -1; before !== names.size;) {
      before = names.size;
      for (const [name, node] of declarations) {
        if (this.#reachesGenerator(node, names)) names.add(name);
      }
    }
    return names;
  }

  #reachesGenerator(node: ts.Node, names: Set<string> = this.#generatorNames): boolean {
    if (isGenerator(node) && !this.#staysGenerator(node)) return true;
    if (ts.isIdentifier(node) && names.has(node.text)) return true;
    return ts.forEachChild(node, (child) => this.#reachesGenerator(child, names)) ?? false;
  }

  /** Takes a statement out and leaves its lines. */
  #blank(call: ts.CallExpression): void {
    const statement = call.parent;
    const lines = this.#text.slice(statement.getStart(), statement.getEnd()).split("\n").length;
    this.#edit(statement.getStart(), statement.getEnd(), "\n".repeat(lines - 1));
  }

  // --- What becomes of a test's parts

  #suffixTitle(call: ts.CallExpression): void {
    const title = titleOf(call);
    if (title === undefined) return;
    if (ts.isStringLiteralLike(title)) {
      this.#edit(title.getEnd() - 1, title.getEnd() - 1, TWIN_SUFFIX);
    } else if (ts.isShorthandPropertyAssignment(title.parent)) {
      this.#edit(title.getEnd(), title.getEnd(), `: ${title.getText()} + "${TWIN_SUFFIX}"`);
    } else {
      this.#edit(title.getStart(), title.getStart(), "(");
      this.#edit(title.getEnd(), title.getEnd(), `) + "${TWIN_SUFFIX}"`);
    }
  }

  #redirect(literal: ts.StringLiteralLike): void {
    if (!literal.text.startsWith(".")) return;
    const specifier = this.#options.redirect(literal.text);
    this.#edit(literal.getStart(), literal.getEnd(), JSON.stringify(specifier));
  }

  #staysGenerator(node: Generator): boolean {
    if (/\/\*\s*iterator\s*\*\/\s*$/.test(this.#commentsBefore(node))) return true;
    return node.name !== undefined && ts.isComputedPropertyName(node.name);
  }

  #turnFunction(node: Generator): void {
    const star = node.asteriskToken;
    if (yieldsValues(node)) {
      this.#edit(firstTokenStart(node), firstTokenStart(node), "async ");
    } else if (ts.isMethodDeclaration(node)) {
      this.#edit(star.getStart(), star.getEnd(), "async ");
    } else {
      this.#edit(star.getStart(), star.getEnd(), "");
      this.#edit(firstTokenStart(node), firstTokenStart(node), "async ");
    }
  }

  #turnYield(node: ts.YieldExpression): void {
    const owner = functionAround(node);
    if (owner === undefined || !isGenerator(owner) || this.#staysGenerator(owner)) return;
    const { expression } = node;
    if (node.asteriskToken !== undefined && expression !== undefined) {
      this.#edit(node.getStart(), expression.getStart(), "await (");
      this.#edit(expression.getEnd(), expression.getEnd(), ")");
    } else if (yieldsValues(owner)) {
      return;
    } else if (expression === undefined) {
      this.#usesSleep = true;
      this.#edit(node.getStart(), node.getEnd(), `await (${SLEEP_ALIAS}(0))`);
    } else {
      const { line } = this.#source.getLineAndCharacterOfPosition(node.getStart());
      throw new SyntaxError(
        `${this.#options.path}:${line + 1}: A coroutine of both kinds awaits with "yield*"; ` +
          `mark a plain generator "/* iterator */", or the test "/* generator only */"`,
      );
    }
  }

  // --- Text

  #commentsBefore(node: ts.Node): string {
    return this.#text.slice(node.getFullStart(), node.getStart());
  }

  #edit(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }
}

type Generator =
  & (ts.FunctionDeclaration | ts.FunctionExpression | ts.MethodDeclaration)
  & { readonly asteriskToken: ts.AsteriskToken };

/** A generator function or method that is not an async one. */
function isGenerator(node: ts.Node): node is Generator {
  if (
    !ts.isFunctionDeclaration(node) && !ts.isFunctionExpression(node) &&
    !ts.isMethodDeclaration(node)
  ) return false;
  const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false;
  return node.asteriskToken !== undefined && !isAsync;
}

/** Where the word `function` stands (after `export default`), or a method's star. */
function firstTokenStart(node: Generator): number {
  const keyword = node.getChildren().find(({ kind }) => kind === ts.SyntaxKind.FunctionKeyword);
  return (keyword ?? node.asteriskToken).getStart();
}

function yieldsValues(node: Generator): boolean {
  return ts.isCallExpression(node.parent) && ts.isIdentifier(node.parent.expression) &&
    VALUE_YIELDING_CALLS.has(node.parent.expression.text);
}

function functionAround(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(node.parent, ts.isFunctionLike);
}

function isTestCall(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) &&
    node.expression.text === "test" && ts.isExpressionStatement(node.parent);
}

/** The expression that is a test's title; undefined where the definition is not written in place. */
function titleOf(call: ts.CallExpression): ts.Expression | undefined {
  const [first] = call.arguments;
  if (first === undefined || !ts.isObjectLiteralExpression(first)) return first;
  for (const property of first.properties) {
    if (property.name === undefined || property.name.getText() !== "name") continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

/** The literal of an import, of `import()`, of `new URL(…, import.meta.url)`, of a resolve. */
function isModuleReference(node: ts.Node): node is ts.StringLiteralLike {
  if (!ts.isStringLiteralLike(node)) return false;
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent)) return true;
  if (ts.isNewExpression(parent)) {
    return parent.expression.getText() === "URL" && parent.arguments?.[0] === node &&
      parent.arguments[1]?.getText() === "import.meta.url";
  }
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== node) return false;
  return parent.expression.kind === ts.SyntaxKind.ImportKeyword ||
    parent.expression.getText() === "import.meta.resolve";
}

function textOf(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) ? node.text : "";
}

/** Applies edits that do not overlap; those at one place in the order in which they were made. */
function applyEdits(text: string, edits: Edit[]): string {
  const inOrder = edits.map((edit, index) => ({ ...edit, index }))
    .sort((a, b) => a.start - b.start || a.index - b.index);
  let result = "";
  let position = 0;
  for (const edit of inOrder) {
    result += text.slice(position, edit.start) + edit.text;
    position = Math.max(position, edit.end);
  }
  return result + text.slice(position);
}
