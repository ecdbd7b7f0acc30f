import { assertEquals, assertThrows } from "@std/assert";
import { Lexer, SourceError } from "../../lib/threads/javascript_lexer.ts";
import { test } from "../_support/harness.ts";

/** The tokens of a text, where `/` is an operator and `}` a bracket. */
function tokens(source: string): string[] {
  const lexer = new Lexer(source);
  const found: string[] = [];
  while (lexer.token.kind !== "end") {
    const { kind, text } = lexer.advance();
    found.push(`${kind} ${text}`);
  }
  return found;
}

/** The texts alone. */
function texts(source: string): string[] {
  return tokens(source).map((token) => token.slice(token.indexOf(" ") + 1));
}

test("Lexer tells names, private names, numbers, strings and punctuators apart", () => {
  assertEquals(tokens("a.#b = 1 + 'c'"), [
    "name a",
    "punctuator .",
    "private #b",
    "punctuator =",
    "number 1",
    "punctuator +",
    "string 'c'",
  ]);
});

test("Lexer takes the longest punctuator", () => {
  assertEquals(texts("a>>>=b??=c**=d=>e?.f?.5:g...h"), [
    ..."a >>>= b ??= c **= d => e ?. f ? .5 : g ... h".split(" "),
  ]);
});

test("Lexer reads every kind of number", () => {
  const numbers = "0 1. .5 1e3 1_000 0xff 0b11 0o17 10n 1.5e-7".split(" ");
  assertEquals(tokens(numbers.join(" ")), numbers.map((number) => `number ${number}`));
  assertEquals(texts("1..toString"), ["1.", ".", "toString"]);
});

test("Lexer reads names of any alphabet, and resolves their escapes", () => {
  assertEquals(texts(String.raw`$_ größe 名 \u0061b \u{63}`), ["$_", "größe", "名", "ab", "c"]);
});

test("Lexer reads strings with quotes and line ends in them", () => {
  const strings = [String.raw`"a\"b"`, String.raw`'it\'s'`, '"a\\\r\nb"', "'\u2028'"];
  assertEquals(texts(strings.join(" ")), strings);
});

test("Lexer passes over comments, and notes where a line ended", () => {
  const lexer = new Lexer("a /* one\ntwo */ b // rest\n c /* same line */ d");
  const newlines: string[] = [];
  while (lexer.token.kind !== "end") {
    const { text, afterNewline } = lexer.advance();
    newlines.push(`${text} ${afterNewline}`);
  }
  assertEquals(newlines, ["a false", "b true", "c true", "d false"]);
});

test("Lexer reads a regular expression where it is told that one stands", () => {
  const lexer = new Lexer(String.raw`/a[/\]]\/"b/gu.test`);
  assertEquals(lexer.token.text, "/");
  lexer.rescanRegExp();
  assertEquals(lexer.token.text, String.raw`/a[/\]]\/"b/gu`);
  lexer.advance();
  assertEquals(lexer.token.text, ".");
});

test("Lexer reads a template in parts, as it is told where they go on", () => {
  const lexer = new Lexer("`a$b ${c}` d");
  assertEquals(lexer.advance().text, "`a$b ${");
  assertEquals(lexer.advance().text, "c");
  lexer.rescanTemplate();
  assertEquals(lexer.advance().text, "}`");
  assertEquals(lexer.advance().text, "d");
});

test("Lexer goes back to a token", () => {
  const lexer = new Lexer("a b");
  const first = lexer.advance();
  lexer.advance();
  lexer.rewind(first);
  assertEquals([lexer.advance().text, lexer.advance().text], ["a", "b"]);
});

test("Lexer says what it cannot read", () => {
  assertThrows(() => new Lexer("'never closed"), SourceError, "Cannot read the source at 'never");
  assertThrows(() => new Lexer("\u0007"), SourceError);
});
