/**
 * What is done to an entry everywhere, in nested functions, too: how it refers to modules and calls
 * functions.
 *
 * @module
 */
import type { Edits } from "./edits.ts";
import { isErased } from "./erase_types.ts";
import { child, childrenOf, type Node, word } from "./parser.ts";

/** What the references of an entry depend on. */
export interface ReferenceOptions {
  /** Against which relative imports are resolved; left as they are where there is none. */
  readonly baseUrl?: string | undefined;
  /** Whether a name may be one that an entry declared. */
  mayBeDeclared(name: string): boolean;
}

/** Statements that may end without a semicolon. */
const UNTERMINATED = new Set([
  "BreakStatement",
  "ContinueStatement",
  "DoWhileStatement",
  "ExpressionStatement",
  "ReturnStatement",
  "ThrowStatement",
  "VariableDeclaration",
]);

/**
 * Puts the semicolons in: what will begin with a parenthesis must not go on with the statement before.
 *
 * @param node Where to begin.
 * @param edits Takes what is to be done.
 */
export function terminateStatements(node: Node, edits: Edits): void {
  const head = node.type.startsWith("For") ? child(node, "init") ?? child(node, "left") : null;
  for (const inner of childrenOf(node)) {
    if (UNTERMINATED.has(inner.type) && inner !== head) edits.terminate(inner.end);
    terminateStatements(inner, edits);
  }
}

/**
 * Rewrites calls of names that may come from the scope, and what `import()` names relatively.
 *
 * @param node Where to begin.
 * @param edits Takes what is to be done.
 * @param options What the references depend on.
 */
export function rewriteReferences(node: Node, edits: Edits, options: ReferenceOptions): void {
  visit(node, []);

  /** @param functions The names of the functions around: those need not come from the scope. */
  function visit(node: Node, functions: readonly string[]): void {
    if (isErased(node)) return;
    switch (node.type) {
      case "ImportExpression":
        rewriteSpecifier(child(node, "source")!);
        break;
      case "CallExpression":
      case "OptionalCallExpression":
        rewriteCallee(child(node, "callee")!, functions);
        break;
      case "TaggedTemplateExpression":
        rewriteCallee(child(node, "tag")!, functions);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression": {
        const id = child(node, "id");
        if (id !== null) functions = [...functions, word(id, "name")];
        break;
      }
    }
    for (const inner of childrenOf(node)) visit(inner, functions);
  }

  function rewriteSpecifier(source: Node): void {
    if (source.type !== "StringLiteral") return;
    edits.remove(source.start, source.end);
    const specifier = resolveSpecifier(word(source, "value"), options.baseUrl);
    edits.before(source.start, JSON.stringify(specifier));
  }

  function rewriteCallee(callee: Node, functions: readonly string[]): void {
    const name = word(callee, "name");
    if (callee.type !== "Identifier" || name === "eval" || functions.includes(name)) return;
    if (!options.mayBeDeclared(name)) return;
    edits.before(callee.start, "(0, ");
    edits.after(callee.end, ")");
  }
}

/** Imports are relative to where the user is, and not to the file from which entries are evaluated. */
export function resolveSpecifier(specifier: string, baseUrl: string | undefined): string {
  return /^\.{0,2}\//.test(specifier) && baseUrl !== undefined
    ? new URL(specifier, baseUrl).href
    : specifier;
}
