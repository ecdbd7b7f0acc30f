/**
 * Cuts JavaScript into tokens, as far as {@linkcode analyzeFunction} needs them told apart.
 *
 * What a `/` or a `}` begins depends on where it stands: only the parser knows. So the lexer reads an
 * operator there, and the parser has it read again as a regular expression or the rest of a template.
 *
 * @module
 */

/** What kind of token it is. A `template` token runs up to the next `${` or to the closing backtick. */
export type TokenKind =
  | "name"
  | "private"
  | "number"
  | "string"
  | "template"
  | "regexp"
  | "punctuator"
  | "end";

/** One token. */
export interface Token {
  /** What kind it is. */
  readonly kind: TokenKind;
  /** Its text; of a name, with escapes resolved. */
  readonly text: string;
  /** Where it begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** Whether a line ends between the token before and this one. */
  readonly afterNewline: boolean;
}

/** Tells that the text is no JavaScript that the parser knows. */
export class SourceError extends Error {
  override get name(): string {
    return "SourceError";
  }
}

const NAME_START =
  /* @__PURE__ */ (() => String.raw`[$_\p{ID_Start}]|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\}`)();
const NAME_PART =
  /* @__PURE__ */ (() =>
    String.raw`[$\u200c\u200d\p{ID_Continue}]|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\}`)();

const BLANK = /(?:\s|\uFEFF|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/y;
const NEWLINE = /[\n\r\u2028\u2029]/;
const NAME = /* @__PURE__ */ (() => new RegExp(`#?(?:${NAME_START})(?:${NAME_PART})*`, "uy"))();
const NUMBER =
  /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?)n?/y;
const STRING = /"(?:[^"\\\n\r]|\\(?:\r\n|[^]))*"|'(?:[^'\\\n\r]|\\(?:\r\n|[^]))*'/y;
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const REGEXP = /* @__PURE__ */ (() =>
  new RegExp(
    String.raw`\/(?:[^\\/\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/(?:${NAME_PART})*`,
    "uy",
  ))();
// Longest first, for the first that fits is taken. `?.` before a digit is a conditional's `?`.
const PUNCTUATOR =
  /\.\.\.|=>|\*\*=|\*\*|<<=|>>>=|>>>|>>=|<<|>>|===|!==|==|!=|<=|>=|&&=|\|\|=|\?\?=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|[-+*/%&|^]=|[-{}()[\];,<>+*/%&|^!~?:=.@]/y;

/** Reads the tokens of one source text, one at a time. */
export class Lexer {
  readonly #source: string;
  #token: Token;

  /** @param source The text. */
  constructor(source: string) {
    this.#source = source;
    this.#token = this.#read(0);
  }

  /** The token at hand. */
  get token(): Token {
    return this.#token;
  }

  /** Goes on to the next token, and gives the one left behind. */
  advance(): Token {
    const token = this.#token;
    this.#token = this.#read(token.end);
    return token;
  }

  /** Goes back to a token read before. */
  rewind(token: Token): void {
    this.#token = token;
  }

  /** Takes the `/` at hand for the beginning of a regular expression. */
  rescanRegExp(): void {
    const { start, afterNewline } = this.#token;
    this.#token = this.#make("regexp", start, this.#match(REGEXP, start), afterNewline);
  }

  /** Takes the `}` at hand for the end of a template's substitution: what follows is text again. */
  rescanTemplate(): void {
    const { start } = this.#token;
    this.#token = this.#make("template", start, this.#match(TEMPLATE, start + 1), false);
  }

  #read(from: number): Token {
    const start = this.#match(BLANK, from) ?? from;
    const afterNewline = NEWLINE.test(this.#source.slice(from, start));
    if (start >= this.#source.length) {
      return { kind: "end", text: "", start, end: start, afterNewline };
    }
    const first = this.#source.charAt(start);
    if (first === '"' || first === "'") {
      return this.#make("string", start, this.#match(STRING, start), afterNewline);
    }
    if (first === "`") {
      return this.#make("template", start, this.#match(TEMPLATE, start + 1), afterNewline);
    }
    if (/\d/.test(first) || /^\.\d/.test(this.#source.slice(start, start + 2))) {
      return this.#make("number", start, this.#match(NUMBER, start), afterNewline);
    }
    const name = this.#match(NAME, start);
    if (name !== null) {
      return this.#make(first === "#" ? "private" : "name", start, name, afterNewline);
    }
    return this.#make("punctuator", start, this.#match(PUNCTUATOR, start), afterNewline);
  }

  #match(pattern: RegExp, start: number): number | null {
    pattern.lastIndex = start;
    return pattern.test(this.#source) ? pattern.lastIndex : null;
  }

  #make(kind: TokenKind, start: number, end: number | null, afterNewline: boolean): Token {
    if (end === null) {
      throw new SourceError(`Cannot read the source at ${this.#source.slice(start, start + 20)}`);
    }
    const raw = this.#source.slice(start, end);
    const text = kind === "name" || kind === "private" ? resolveEscapes(raw) : raw;
    return { kind, text, start, end, afterNewline };
  }
}

function resolveEscapes(name: string): string {
  return name.replace(
    /\\u(?:\{([\da-fA-F]+)\}|([\da-fA-F]{4}))/g,
    (_, braced: string | undefined, plain: string | undefined) =>
      String.fromCodePoint(parseInt(braced ?? plain ?? "", 16)),
  );
}
