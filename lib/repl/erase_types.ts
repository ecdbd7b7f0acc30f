/**
 * TypeScript in an entry: its types are taken out, and what is left is JavaScript. What is not a type
 * and has no counterpart in JavaScript (an enum, a namespace, a parameter property) is refused.
 *
 * @module
 */
import type { Edits } from "./edits.ts";
import { child, childrenOf, EntrySyntaxError, flag, list, type Node, word } from "./parser.ts";

/** Expressions with a type beside them. */
const TYPED_EXPRESSIONS = new Set([
  "TSAsExpression",
  "TSInstantiationExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
]);

const REFUSED: Readonly<Record<string, string>> = {
  TSEnumDeclaration: "an enum",
  TSExportAssignment: "an export assignment",
  TSImportEqualsDeclaration: "an import assignment",
  TSModuleDeclaration: "a namespace",
  TSNamespaceExportDeclaration: "a namespace export",
  TSParameterProperty: "a parameter property",
};

/** Statements and members that may end without a semicolon. */
const UNTERMINATED = new Set([
  "ClassProperty",
  "ExpressionStatement",
  "ReturnStatement",
  "ThrowStatement",
  "VariableDeclaration",
]);

/** Members of classes; what stands before their keys may be modifiers. */
const MEMBERS = new Set([
  "ClassAccessorProperty",
  "ClassMethod",
  "ClassPrivateMethod",
  "ClassPrivateProperty",
  "ClassProperty",
]);

const MODIFIER = /\b(?:abstract|declare|override|private|protected|public|readonly)\b/g;

/** Whether a node is of types alone, so that nothing is left of it. */
export function isErased(node: Node): boolean {
  return (node.type.startsWith("TS") && !TYPED_EXPRESSIONS.has(node.type) &&
    node.type !== "TSTypeAssertion" && !(node.type in REFUSED)) ||
    flag(node, "declare") || word(node, "importKind") === "type" ||
    word(node, "exportKind") === "type" || (flag(node, "abstract") && MEMBERS.has(node.type));
}

/**
 * Takes the types out of a program.
 *
 * @param source Its text.
 * @param program The program.
 * @param edits Takes what is to be done.
 * @throws {EntrySyntaxError} If it has something that is neither type nor JavaScript.
 */
export function eraseTypes(source: string, program: Node, edits: Edits): void {
  new TypeEraser(source, edits).visit(program);
}

class TypeEraser {
  readonly #source: string;
  readonly #edits: Edits;
  // Where the last range that was taken out ends: a statement that ends there ended in a type.
  #erasedUntil = -1;

  constructor(source: string, edits: Edits) {
    this.#source = source;
    this.#edits = edits;
  }

  visit(node: Node): void {
    if (isErased(node)) {
      this.#erase(node.start, node.end);
      return;
    }
    const refused = REFUSED[node.type];
    if (refused !== undefined) {
      throw new EntrySyntaxError(`${refused} is more than types: expected JavaScript`, node.start);
    }
    const expression = child(node, "expression");
    if (TYPED_EXPRESSIONS.has(node.type) && expression !== null) {
      this.visit(expression);
      this.#erase(expression.end, node.end);
    } else if (node.type === "TSTypeAssertion" && expression !== null) {
      // In parentheses, lest an object become a block, or a line break end a return.
      this.#erase(node.start, expression.start);
      this.#edits.before(node.start, "(");
      this.#edits.after(node.end, ")");
      this.visit(expression);
    } else {
      this.#eraseMarks(node);
      for (const inner of this.#remaining(node)) this.visit(inner);
    }
    if (this.#erasedUntil === node.end && UNTERMINATED.has(node.type)) {
      this.#edits.terminate(node.end);
    }
  }

  /** What is below a node, less what `#eraseMarks` took out already. */
  #remaining(node: Node): Node[] {
    const gone = new Set([...list(node, "implements"), ...this.#thisParameters(node)]);
    return childrenOf(node).filter((inner) => !gone.has(inner))
      .filter((inner) => inner !== child(node, "typeAnnotation") || !this.#hasOptionalMark(node));
  }

  #eraseMarks(node: Node): void {
    const [thisParameter] = this.#thisParameters(node);
    if (thisParameter !== undefined) {
      const next = list(node, "params")[1];
      const close = this.#source.indexOf(")", thisParameter.end);
      this.#erase(thisParameter.start, next?.start ?? close);
    }
    if (this.#hasOptionalMark(node)) {
      this.#erase(node.start + word(node, "name").length, node.end);
    }
    const id = child(node, "id");
    if (node.type === "VariableDeclarator" && flag(node, "definite") && id !== null) {
      const mark = this.#source.indexOf("!", id.start + word(id, "name").length);
      this.#erase(mark, mark + 1);
    }
    if (node.type.startsWith("Class")) this.#eraseClassMarks(node);
  }

  #eraseClassMarks(node: Node): void {
    const key = child(node, "key");
    if (MEMBERS.has(node.type) && key !== null) {
      this.#eraseModifiers(node.start, key.start);
      if (flag(node, "optional") || flag(node, "definite")) {
        const mark = this.#source.slice(key.end).search(/[?!]/) + key.end;
        this.#erase(mark, mark + 1);
      }
    } else if (flag(node, "abstract")) {
      this.#eraseModifiers(node.start, this.#source.indexOf("class", node.start));
    }
    const last = list(node, "implements").at(-1);
    if (last === undefined) return;
    const parts = ["id", "typeParameters", "superClass", "superTypeArguments"]
      .map((field) => child(node, field)?.end ?? 0);
    const from = this.#source.indexOf("implements", Math.max(node.start, ...parts));
    this.#erase(from, last.end);
  }

  #eraseModifiers(start: number, end: number): void {
    for (const match of this.#source.slice(start, end).matchAll(MODIFIER)) {
      this.#erase(start + match.index, start + match.index + match[0].length);
    }
  }

  /** Whether a name is followed by the question mark of a parameter that may be left out. */
  #hasOptionalMark(node: Node): boolean {
    return node.type === "Identifier" && flag(node, "optional");
  }

  #thisParameters(node: Node): Node[] {
    const [first] = list(node, "params");
    return first?.type === "Identifier" && word(first, "name") === "this" ? [first] : [];
  }

  #erase(start: number, end: number): void {
    this.#edits.remove(start, end);
    this.#erasedUntil = end;
  }
}
