/**
 * Reads the sources as the compiler does, for the tests of the house's rules.
 *
 * @module
 */

import { basename, dirname, join, relative } from "node:path";
import ts from "typescript";
import { ROOT, typeScriptFiles } from "./test_files.ts";

/** An import, or an export from elsewhere. */
export interface Import {
  /** What is written. */
  specifier: string;
  /** The file that it names, from the root; `null` for a bare name. */
  target: string | null;
  /** Whether the names vanish with the types. */
  isTypeOnly: boolean;
}

/** One parsed file. */
export class SourceFile {
  /** Its path, from the root. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
  readonly #tree: ts.SourceFile;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.#tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  }

  /** The file's name without folder and ending. */
  get name(): string {
    return basename(this.path, ".ts");
  }

  /** The folder of `lib/` that it is in, or its own path outside of `lib/`. */
  get floor(): string {
    return /^lib\/([^/]+)\//.exec(this.path)?.[1] ?? this.path;
  }

  /** Its number of lines. */
  get lineCount(): number {
    return this.text.trimEnd().split("\n").length;
  }

  /** Whether the comment at its top says why it is long. */
  get saysWhyItIsLong(): boolean {
    return this.text.slice(0, this.text.indexOf("*/")).includes("It is long because");
  }

  /** Whether it is of types alone, so that nothing of it runs. */
  get isOfTypesAlone(): boolean {
    return this.#tree.statements.every((statement) =>
      ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ||
      (ts.isImportDeclaration(statement) && isTypeOnlyImport(statement)) ||
      (ts.isExportDeclaration(statement) && statement.isTypeOnly)
    );
  }

  /** What it imports, `import()` and `export … from` included. */
  imports(): Import[] {
    const found: Import[] = [];
    for (const node of this.#nodes()) {
      if (ts.isImportDeclaration(node)) {
        found.push(this.#importOf(node.moduleSpecifier, isTypeOnlyImport(node)));
      } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
        found.push(this.#importOf(node.moduleSpecifier, node.isTypeOnly));
      } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
        found.push(this.#importOf(node.argument.literal, true));
      } else if (
        ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword &&
        node.arguments[0] && ts.isStringLiteralLike(node.arguments[0])
      ) {
        found.push(this.#importOf(node.arguments[0], false));
      }
    }
    return found;
  }

  /**
   * Where it names one of the given variables: neither in a comment or a string, nor as a member of
   * something else, nor where the name is its own.
   */
  mentionsOf(names: ReadonlySet<string>): string[] {
    const own = new Set<string>();
    const mentions: [string, string][] = [];
    for (const node of this.#nodes()) {
      if (!ts.isIdentifier(node) || !names.has(node.text) || isMemberName(node)) continue;
      if (isDeclaredName(node)) own.add(node.text);
      else mentions.push([node.text, this.#place(node)]);
    }
    return mentions.filter(([name]) => !own.has(name)).map(([name, place]) => `${place} ${name}`);
  }

  /** Where it says `any`. */
  anys(): string[] {
    return [...this.#nodes()].filter(({ kind }) => kind === ts.SyntaxKind.AnyKeyword)
      .map((node) => this.#place(node));
  }

  /** Where a string begins with a text. */
  stringsWith(beginning: string): string[] {
    return [...this.#nodes()]
      .filter((node) => ts.isStringLiteralLike(node) && node.text.startsWith(beginning))
      .map((node) => `${this.#place(node)} ${node.getText()}`);
  }

  /** The comments that have a word or another in them. */
  commentsWith(pattern: RegExp): string[] {
    const comments = new Map<number, string>();
    for (const node of this.#nodes(this.#tree, (node) => node.getChildren())) {
      const ranges = [
        ...ts.getLeadingCommentRanges(this.text, node.getFullStart()) ?? [],
        ...ts.getTrailingCommentRanges(this.text, node.getEnd()) ?? [],
      ];
      for (const { pos, end } of ranges) comments.set(pos, this.text.slice(pos, end));
    }
    return [...comments].filter(([, comment]) => pattern.test(comment))
      .map(([position, comment]) => `${this.#placeAt(position)} ${comment}`);
  }

  /** The names that it hands on, `*` for `export *`; the second of the pair is where they are from. */
  reexports(): [name: string, from: string][] {
    return this.#tree.statements.filter(ts.isExportDeclaration).flatMap((statement) => {
      const from = statement.moduleSpecifier?.getText().slice(1, -1) ?? "";
      const clause = statement.exportClause;
      if (clause === undefined || !ts.isNamedExports(clause)) return [["*", from]];
      return clause.elements.map(({ name }): [string, string] => [name.text, from]);
    });
  }

  /** The statements that are neither exports from elsewhere nor imports of a module's effects. */
  ownStatements(): string[] {
    return this.#tree.statements.filter((statement) =>
      !(ts.isExportDeclaration(statement) && statement.moduleSpecifier) &&
      !(ts.isImportDeclaration(statement) && statement.importClause === undefined)
    ).map((statement) => `${this.#place(statement)} ${statement.getText().split("\n")[0]}`);
  }

  #importOf(literal: ts.Node, isTypeOnly: boolean): Import {
    const specifier = literal.getText().slice(1, -1);
    const isRelative = specifier.startsWith(".");
    const target = isRelative ? join(dirname(this.path), specifier) : null;
    return { specifier, target, isTypeOnly };
  }

  #place(node: ts.Node): string {
    return this.#placeAt(node.getStart());
  }

  #placeAt(position: number): string {
    return `${this.path}:${this.#tree.getLineAndCharacterOfPosition(position).line + 1}`;
  }

  *#nodes(
    node: ts.Node = this.#tree,
    children: (node: ts.Node) => readonly ts.Node[] = childrenOf,
  ): Generator<ts.Node, void> {
    yield node;
    for (const child of children(node)) yield* this.#nodes(child, children);
  }
}

/** Reads every TypeScript file of a folder, or one file, by its path from the root. */
export async function readSources(path: string): Promise<SourceFile[]> {
  const files = path.endsWith(".ts") ? [join(ROOT, path)] : await typeScriptFiles(join(ROOT, path));
  return await Promise.all(
    files.map(async (file) => new SourceFile(relative(ROOT, file), await Deno.readTextFile(file))),
  );
}

/** Reads which floors each floor may import from, out of the table in `CONTRIBUTING.md`. */
export async function readFloors(): Promise<Map<string, Set<string>>> {
  const text = await Deno.readTextFile(join(ROOT, "CONTRIBUTING.md"));
  const table = text.slice(text.search(/^\| Floor/m)).split("\n\n")[0] ?? "";
  const floors = new Map<string, Set<string>>();
  for (const [, floor = "", allowed = ""] of table.matchAll(/^\| `(\w+)` *\|.*\| (.+?) *\|$/gm)) {
    const isBottom = allowed.startsWith("nothing");
    floors.set(floor, new Set(isBottom ? [] : allowed.split(", ")));
  }
  return floors;
}

/**
 * Finds import cycles.
 *
 * @param files The files.
 * @returns Each cycle as a path from a file back to itself.
 */
export function findCycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(files.map((file) => [
    file.path,
    file.imports().filter(({ isTypeOnly }) => !isTypeOnly).flatMap(({ target }) => target ?? []),
  ]));
  const cycles: string[] = [];
  const finished = new Set<string>();
  const walk = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    }
    if (trail.includes(path) || finished.has(path)) return;
    for (const target of edges.get(path) ?? []) walk(target, [...trail, path]);
    finished.add(path);
  };
  for (const { path } of files) walk(path, []);
  return cycles;
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}

function isTypeOnlyImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = importClause.namedBindings;
  return importClause.name === undefined && bindings !== undefined &&
    ts.isNamedImports(bindings) && bindings.elements.every(({ isTypeOnly }) => isTypeOnly);
}

/** Whether an identifier is the name of a member: `x.name`, `{ name: … }`, `name() {}`. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.name === node && parent.expression.getText() !== "globalThis";
  }
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  const isNamed = ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent) ||
    ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) || ts.isGetAccessorDeclaration(parent) ||
    ts.isSetAccessorDeclaration(parent) || ts.isEnumMember(parent);
  return isNamed && parent.name === node;
}

/** Whether an identifier is a name that this file gives: a variable, an import, a parameter, a type. */
function isDeclaredName(node: ts.Identifier): boolean {
  const { parent } = node;
  const isDeclaration = ts.isVariableDeclaration(parent) || ts.isParameter(parent) ||
    ts.isBindingElement(parent) || ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent) || ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) || ts.isTypeParameterDeclaration(parent) ||
    ts.isImportSpecifier(parent) || ts.isImportClause(parent);
  if (!isDeclaration || parent.name !== node) return false;
  // `declare const Deno` says that the name is the host's, and not this file's.
  const statement = ts.findAncestor(parent, ts.isVariableStatement);
  return !statement?.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
}
