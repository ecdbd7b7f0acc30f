/**
 * Turns an entry into the body of a generator coroutine.
 *
 * The body runs inside `with (scope)`, where the names of earlier entries are, so what an entry declares
 * must not be its own:
 *
 * | In the entry | In the body |
 * | --- | --- |
 * | `const x = 1, { y } = f()` | `(x = 1), ({ y } = f())`, and the names are told |
 * | `function f() {}` | `f = function f() {};`, in front of all else |
 * | `class A {}` | `A = class A {};` |
 * | `import { a } from "b"` | `({ a } = yield* …import("b"))` |
 * | `await x` | `yield* …await(() => x)`, so that async functions called in `x` run in the entry's task |
 * | `await f(await x)` | `yield* …await(async () => f(await x))` |
 * | `for await (const x of y) …` | a loop over the steps of `y`, closed as the original would be |
 * | `x`, if it is the last expression | `return yield* …value(() => x)` |
 *
 * What a nested function awaits is its own, and its text stays as it is, for it may be sent to another
 * thread; but for one thing: `f()` becomes `(0, f)()` where `f` may come from the scope, for otherwise
 * `with` would make the scope the `this` of the call.
 *
 * @module
 */
import { Edits, type Place } from "./edits.ts";
import { eraseTypes, isErased } from "./erase_types.ts";
import {
  child,
  childrenOf,
  EntrySyntaxError,
  flag,
  list,
  type Node,
  parseEntry,
  type Parser,
  word,
} from "./parser.ts";
import {
  type ReferenceOptions,
  resolveSpecifier,
  rewriteReferences,
  terminateStatements,
} from "./references.ts";

/** Whether a name may be assigned to, and what it is before its declaration is reached. */
export type NameKind = "const" | "let" | "var";

/** What to make of an entry. */
export interface RewriteOptions extends ReferenceOptions {
  /** What the entry is called in stacks. */
  readonly name: string;
}

/** The first word of an entry that suspends it, and where it stands. */
export interface SuspendingWord {
  /** The word. */
  readonly word: "await" | "yield";
  /** Its position. */
  readonly position: number;
}

/** An entry, ready to be evaluated. */
export interface RewrittenEntry {
  /** An expression whose value, called with {@linkcode EntryHelper}, makes the generator. */
  readonly script: string;
  /** The names that it declares. */
  readonly names: ReadonlyMap<string, NameKind>;
  /** What makes it suspend, imports aside, or `null`. */
  readonly suspends: SuspendingWord | null;
  /** Whether it imports modules, and so cannot be over at once. */
  readonly imports: boolean;
  /** Where in the entry a place of the script comes from. */
  origin(place: Place): Place;
}

/** The one name that the body has beside the user's: its helper. */
export const HELPER = "__asyncio__";

const FUNCTIONS = new Set([
  "ArrowFunctionExpression",
  "ClassAccessorProperty",
  "ClassMethod",
  "ClassPrivateMethod",
  "ClassPrivateProperty",
  "ClassProperty",
  "FunctionDeclaration",
  "FunctionExpression",
  "ObjectMethod",
  "StaticBlock",
]);

/**
 * Rewrites an entry.
 *
 * @param parser The parser.
 * @param source The entry.
 * @param options Its name, and what it may import from.
 * @returns The body, and what is to be known of it.
 * @throws {EntrySyntaxError} If it does not parse, or holds what only a module can.
 */
export function rewriteEntry(
  parser: Parser,
  source: string,
  options: RewriteOptions,
): RewrittenEntry {
  const { text, program, shift } = parseAsTyped(parser, source);
  return new Rewriter(text, options).rewrite(program, shift);
}

/**
 * Checks whether an entry parses.
 *
 * @throws {EntrySyntaxError} If it does not; the error tells whether more text may mend it.
 */
export function checkEntry(parser: Parser, source: string): void {
  parseAsTyped(parser, source);
}

interface ParsedEntry {
  /** The entry, in parentheses where it is meant as an object. */
  readonly text: string;
  readonly program: Node;
  /** How many characters were put before it. */
  readonly shift: number;
}

/** `{ a: 1 }` is an object to whoever types it, though a block to the language. */
function parseAsTyped(parser: Parser, source: string): ParsedEntry {
  if (/^\s*\{/.test(source) && !/;\s*$/.test(source)) {
    const text = `(${source}\n)`;
    try {
      return { text, program: parseEntry(parser, text), shift: 1 };
    } catch (error) {
      if (!(error instanceof EntrySyntaxError)) throw error;
    }
  }
  return { text: source, program: parseEntry(parser, source), shift: 0 };
}

class Rewriter {
  readonly #source: string;
  readonly #options: RewriteOptions;
  readonly #edits: Edits;
  readonly #names = new Map<string, NameKind>();
  #suspends: SuspendingWord | null = null;
  #imports = false;
  #loops = 0;

  constructor(source: string, options: RewriteOptions) {
    this.#source = source;
    this.#options = options;
    this.#edits = new Edits(source);
  }

  rewrite(program: Node, shift: number): RewrittenEntry {
    eraseTypes(this.#source, program, this.#edits);
    terminateStatements(program, this.#edits);
    const statements = list(program, "body").filter((statement) => !isErased(statement));
    const value = this.#valueOf(program, statements);
    for (const statement of statements) {
      if (statement === value) this.#returnValue(statement);
      this.#rewriteTopLevel(statement);
    }
    if (value !== undefined && !statements.includes(value)) this.#returnValue(value);
    // Last, for it is names that are put in parentheses, and nothing stands closer to a name.
    rewriteReferences(program, this.#edits, this.#options);
    const text = this.#edits.apply(
      `(function (${HELPER}) { with (${HELPER}.scope) { return function* () { "use strict"; `,
      `\n}; } })\n//# sourceURL=${this.#options.name}`,
    );
    return {
      script: text.text,
      names: this.#names,
      suspends: this.#suspends,
      imports: this.#imports,
      origin: (place) => unshift(text.origin(place), shift),
    };
  }

  /** The statement whose value is the entry's, if there is one. */
  #valueOf(program: Node, statements: readonly Node[]): Node | undefined {
    const last = statements.findLast(({ type }) => type !== "EmptyStatement");
    // A string alone is a directive to the language, and no expression.
    if (last === undefined) return list(program, "directives").at(-1);
    return last.type === "ExpressionStatement" ? last : undefined;
  }

  #returnValue(statement: Node): void {
    const end = statement.end - (this.#source[statement.end - 1] === ";" ? 1 : 0);
    // What suspends cannot stand in a function of its own.
    const [head, tail] = suspends(statement)
      ? ["(", ")"]
      : [`(yield* ${HELPER}.value(() => (`, ")))"];
    this.#edits.before(statement.start, `return ${head}`);
    this.#edits.after(end, tail);
  }

  #rewriteTopLevel(statement: Node): void {
    switch (statement.type) {
      case "ImportDeclaration":
        return this.#rewriteImport(statement);
      case "FunctionDeclaration":
        return this.#rewriteFunction(statement);
      case "ClassDeclaration":
        return this.#rewriteClass(statement);
      case "VariableDeclaration":
        return this.#rewriteVariables(statement);
      case "ExportNamedDeclaration":
        return this.#rewriteExport(statement);
      case "ExportAllDeclaration":
      case "ExportDefaultDeclaration":
        throw new EntrySyntaxError("only a module can export this", statement.start);
      default:
        return this.#visit(statement);
    }
  }

  // --- Declarations

  #rewriteFunction(declaration: Node): void {
    const name = this.#declareId(declaration, "var");
    this.#edits.before(declaration.start, `${name} = `);
    this.#edits.after(declaration.end, ";");
    this.#edits.move(declaration.start, declaration.end, 0);
  }

  #rewriteClass(declaration: Node): void {
    const name = this.#declareId(declaration, "let");
    this.#edits.before(declaration.start, `${name} = `);
    this.#edits.after(declaration.end, ";");
    this.#visitChildren(declaration);
  }

  #declareId(declaration: Node, kind: NameKind): string {
    const name = word(child(declaration, "id")!, "name");
    this.#names.set(name, kind);
    return name;
  }

  /** Turns a declaration into assignments, where it stands. */
  #rewriteVariables(declaration: Node): void {
    const kind = this.#kindOf(declaration);
    if (kind === null) return this.#visitChildren(declaration);
    const names = this.#declareVariables(declaration, kind);
    if (kind === "const") {
      const isTerminated = this.#source[declaration.end - 1] === ";";
      const sealed = names.map((name) => JSON.stringify(name)).join(", ");
      this.#edits.after(declaration.end, `${isTerminated ? "" : ";"} ${HELPER}.seal(${sealed});`);
    }
    for (const declarator of list(declaration, "declarations")) {
      if (child(declarator, "init") === null) {
        // A `var` without a value keeps the one that it had.
        const [name] = namesIn(child(declarator, "id")!);
        this.#edits.remove(declarator.start, declarator.end);
        this.#edits.before(declarator.start, kind === "var" ? "(void 0)" : `(${name} = undefined)`);
      } else {
        this.#edits.before(declarator.start, "(");
        this.#edits.after(declarator.end, ")");
        this.#visitChildren(declarator);
      }
    }
  }

  /** Takes a declaration's names as the entry's, and its keyword out. */
  #declareVariables(declaration: Node, kind: NameKind): string[] {
    const names = list(declaration, "declarations").flatMap((each) => namesIn(child(each, "id")!));
    for (const name of names) this.#names.set(name, kind);
    this.#edits.remove(declaration.start, declaration.start + kind.length);
    return names;
  }

  /** The kind of a declaration; `null` for `using`, which ends with the entry. */
  #kindOf(declaration: Node): NameKind | null {
    const kind = word(declaration, "kind");
    if (kind === "await using") {
      throw new EntrySyntaxError(
        "await using is for async functions here: expected asyncWith(), or such a function around it",
        declaration.start,
      );
    }
    return kind === "using" ? null : kind as NameKind;
  }

  #rewriteExport(statement: Node): void {
    const declaration = child(statement, "declaration");
    if (declaration === null) {
      throw new EntrySyntaxError("only a module can export this", statement.start);
    }
    this.#edits.remove(statement.start, declaration.start);
    this.#rewriteTopLevel(declaration);
  }

  #rewriteImport(statement: Node): void {
    this.#imports = true;
    const specifier = resolveSpecifier(
      word(child(statement, "source")!, "value"),
      this.#options.baseUrl,
    );
    const attributes = list(statement, "attributes").map((attribute) =>
      `${this.#slice(child(attribute, "key"))}: ${this.#slice(child(attribute, "value"))}`
    );
    const options = attributes.length === 0 ? "" : `, { with: { ${attributes.join(", ")} } }`;
    const members: string[] = [];
    let whole = "";
    for (const imported of list(statement, "specifiers")) {
      if (isErased(imported)) continue;
      const local = word(child(imported, "local")!, "name");
      this.#names.set(local, "const");
      const name = child(imported, "imported");
      if (imported.type === "ImportNamespaceSpecifier") whole = `${local} = `;
      else members.push(`${name === null ? "default" : this.#slice(name)}: ${local}`);
    }
    const call = `import(${JSON.stringify(specifier)}${options})`;
    const module = `${whole}yield* ${HELPER}.import(${call})`;
    const pattern = members.length === 0 ? "" : `{ ${members.join(", ")} } = `;
    this.#edits.remove(statement.start, statement.end);
    this.#edits.before(statement.start, `(${pattern}${HELPER}.exports(${module}));`);
  }

  #slice(node: Node | null): string {
    return node === null ? "" : this.#source.slice(node.start, node.end);
  }

  // --- What is inside statements, as far as the entry's own body goes

  #visit(node: Node): void {
    if (isErased(node)) return;
    switch (node.type) {
      case "AwaitExpression":
        return this.#rewriteAwait(node);
      case "YieldExpression":
        this.#suspends ??= { word: "yield", position: node.start };
        return this.#visitChildren(node);
      case "VariableDeclaration":
        return this.#rewriteInner(node);
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        return this.#visitLoop(node, node.start);
      case "LabeledStatement":
        return this.#visitLabeled(node);
      default:
        this.#visitChildren(node);
    }
  }

  #visitChildren(node: Node): void {
    for (const inner of ownChildren(node)) this.#visit(inner);
  }

  #rewriteAwait(node: Node): void {
    this.#suspends ??= { word: "await", position: node.start };
    const isNested = childrenOf(node).some(suspends);
    this.#edits.remove(node.start, node.start + "await".length);
    this.#edits.before(node.start, `(yield* ${HELPER}.await(${isNested ? "async " : ""}() => (`);
    this.#edits.after(node.end, ")))");
    for (const inner of childrenOf(node)) {
      if (isNested) this.#visitAwaited(inner);
      else this.#visit(inner);
    }
  }

  /** Inside such an async function `await` stands as it is, and `yield*` has to be one, too. */
  #visitAwaited(node: Node): void {
    if (node.type === "YieldExpression") {
      this.#edits.remove(node.start, child(node, "argument")?.start ?? node.end);
      this.#edits.before(node.start, `(await ${HELPER}.delegate(`);
      this.#edits.after(node.end, ")).value");
    }
    for (const inner of ownChildren(node)) this.#visitAwaited(inner);
  }

  /** A declaration inside a block: only a `var` is the entry's. */
  #rewriteInner(declaration: Node): void {
    if (this.#kindOf(declaration) === "var") this.#rewriteVariables(declaration);
    else this.#visitChildren(declaration);
  }

  #visitLabeled(node: Node): void {
    let inner = node;
    while (inner.type === "LabeledStatement") inner = child(inner, "body")!;
    if (inner.type === "ForOfStatement") this.#visitLoop(inner, node.start);
    else this.#visit(inner);
  }

  /** @param start Where the loop begins, its labels included. */
  #visitLoop(loop: Node, start: number): void {
    const isAsync = flag(loop, "await");
    const head = child(loop, loop.type === "ForStatement" ? "init" : "left");
    if (isAsync) this.#rewriteForAwait(loop, start);
    for (const inner of childrenOf(loop)) {
      if (inner !== head) this.#visit(inner);
      else if (inner.type !== "VariableDeclaration") this.#visit(inner);
      else if (loop.type === "ForStatement") this.#rewriteInner(inner);
      else this.#visitLoopVariable(inner);
    }
  }

  #visitLoopVariable(declaration: Node): void {
    if (this.#kindOf(declaration) === "var") this.#declareVariables(declaration, "var");
    this.#visitChildren(declaration);
  }

  /** The loop's variable moves into its body, and its place is taken by the steps. */
  #rewriteForAwait(loop: Node, start: number): void {
    this.#suspends ??= { word: "await", position: loop.start };
    const steps = `${HELPER}${++this.#loops}`;
    const [left, right, body] = [child(loop, "left")!, child(loop, "right")!, child(loop, "body")!];
    const edits = this.#edits;
    edits.before(start, `{ const ${steps} = ${HELPER}.steps(); try { `);
    edits.after(
      loop.end,
      ` } } catch (error) { throw ${steps}.fail(error); } finally { yield* ${steps}.close(); } }`,
    );
    edits.remove(loop.start + "for".length, left.start);
    edits.before(loop.start + "for".length, " (");
    edits.remove(left.end, right.start);
    edits.before(right.start, `${steps}.open(`);
    edits.after(right.end, `); yield* ${steps}.next();`);
    const isAssigned = left.type !== "VariableDeclaration" || word(left, "kind") === "var";
    edits.before(left.start, isAssigned ? "{ (" : "{ ");
    edits.after(left.end, isAssigned ? ` = ${steps}.value);` : ` = ${steps}.value;`);
    edits.move(left.start, left.end, body.start);
  }
}

/** What is below a node and belongs to the same function; of a function that is a computed name. */
function ownChildren(node: Node): Node[] {
  if (!FUNCTIONS.has(node.type)) return childrenOf(node);
  const key = child(node, "key");
  return flag(node, "computed") && key !== null ? [key] : [];
}

/** Whether a statement or an expression suspends the function that it stands in. */
function suspends(node: Node): boolean {
  return node.type === "AwaitExpression" || node.type === "YieldExpression" ||
    ownChildren(node).some(suspends);
}

function namesIn(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [word(pattern, "name")];
    case "ObjectPattern":
      return list(pattern, "properties").flatMap(namesIn);
    case "ObjectProperty":
      return namesIn(child(pattern, "value")!);
    case "ArrayPattern":
      return list(pattern, "elements").flatMap(namesIn);
    case "AssignmentPattern":
      return namesIn(child(pattern, "left")!);
    case "RestElement":
      return namesIn(child(pattern, "argument")!);
    default:
      return [];
  }
}

function unshift(place: Place, shift: number): Place {
  return place.line === 1 ? { line: 1, column: Math.max(1, place.column - shift) } : place;
}
