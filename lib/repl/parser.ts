/**
 * The parser of what is typed: `@babel/parser`, which takes TypeScript and lets `await` and `yield` stand
 * at top level. It is loaded when the console first needs it, by a full specifier; a page, which has no
 * such specifiers, hands it in.
 *
 * @module
 */
import { NotSupportedError } from "../base/errors.ts";

/** What is used of `@babel/parser`. */
export interface Parser {
  /** Parses a module. */
  parse(source: string, options: ParserOptions): { readonly program: object };
}

/** How it is asked to parse. */
export interface ParserOptions {
  /** An entry may import. */
  sourceType: "module";
  /** An entry may have types. */
  plugins: "typescript"[];
  /** An entry awaits at top level. */
  allowAwaitOutsideFunction: true;
  /** The same for generator coroutines. */
  allowYieldOutsideFunction: true;
  /** Then the end of an expression is behind its parentheses. */
  createParenthesizedExpressions: true;
}

/** A node of the syntax tree. Its fields are read by {@linkcode child}, `list`, `word` and `flag`. */
export interface Node {
  /** Which kind of node. */
  readonly type: string;
  /** Where it begins in the source. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** A syntax error of an entry, with the place that it is at. */
export class EntrySyntaxError extends SyntaxError {
  /** Where it is, from the entry's beginning. */
  readonly position: number;
  /** Whether it is only that the entry is not at its end yet. */
  readonly isIncomplete: boolean;

  /**
   * @param message What is wrong.
   * @param position Where it is.
   * @param isIncomplete Whether more text may mend it.
   */
  constructor(message: string, position: number, isIncomplete: boolean = false) {
    super(message);
    this.name = "SyntaxError";
    this.position = position;
    this.isIncomplete = isIncomplete;
  }
}

const SPECIFIER = "npm:@babel/parser@8.1.2";

/** What the parser reports of a text that breaks off inside a token; elsewhere the position tells. */
const BREAKS_OFF = new Set(["UnterminatedTemplate", "UnterminatedComment"]);

/**
 * Loads the parser.
 *
 * @returns The parser.
 * @throws {NotSupportedError} If it cannot be had: there is no network, or this is a page.
 */
export async function loadParser(): Promise<Parser> {
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ SPECIFIER);
  } catch (error) {
    throw new NotSupportedError(`the console needs ${SPECIFIER}, which cannot be loaded here`, {
      cause: error,
    });
  }
}

/**
 * Parses an entry.
 *
 * @param parser The parser.
 * @param source The entry.
 * @returns Its program.
 * @throws {EntrySyntaxError} If it does not parse.
 */
export function parseEntry(parser: Parser, source: string): Node {
  try {
    return parser.parse(source, {
      sourceType: "module",
      plugins: ["typescript"],
      allowAwaitOutsideFunction: true,
      allowYieldOutsideFunction: true,
      createParenthesizedExpressions: true,
    }).program as Node;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { pos = source.length, reasonCode = "" } = error as BabelError;
    const message = error.message.replace(/ \(\d+:\d+\)$/, "").replace(/\.$/, "");
    const isIncomplete = source.slice(pos).trim() === "" || BREAKS_OFF.has(reasonCode);
    throw new EntrySyntaxError(message, pos, isIncomplete);
  }
}

interface BabelError extends SyntaxError {
  readonly pos?: number;
  readonly reasonCode?: string;
}

/** The node in a field, or `null`. */
export function child(node: Node, field: string): Node | null {
  const value = Reflect.get(node, field);
  return isNode(value) ? value : null;
}

/** The nodes in a field that holds several; the holes of an array pattern are left out. */
export function list(node: Node, field: string): Node[] {
  const value: unknown = Reflect.get(node, field);
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The string in a field, or `""`. */
export function word(node: Node, field: string): string {
  const value: unknown = Reflect.get(node, field);
  return typeof value === "string" ? value : "";
}

/** Whether a field is `true`. */
export function flag(node: Node, field: string): boolean {
  return Reflect.get(node, field) === true;
}

/** All the nodes right below a node. */
export function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  for (const [field, value] of Object.entries(node)) {
    if (field.endsWith("Comments")) continue;
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) found.push(...value.filter(isNode));
  }
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value &&
    typeof value.type === "string" && typeof value.start === "number";
}
