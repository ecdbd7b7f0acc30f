/** The parser of entries, and how its trees are read. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  child,
  childrenOf,
  EntrySyntaxError,
  flag,
  list,
  loadParser,
  parseEntry,
  word,
} from "../../lib/repl/parser.ts";
import { needs, test } from "../_support/harness.ts";
import { parser } from "./with_repl.ts";

test("parseEntry() takes await, yield and types at top level", () => {
  const program = parseEntry(parser, "const x: number = await f(); yield* g(x!);");
  assertEquals(list(program, "body").map(({ type }) => type), [
    "VariableDeclaration",
    "ExpressionStatement",
  ]);
});

test("parseEntry() tells what is wrong, and where", () => {
  const error = assertThrows(() => parseEntry(parser, "let a;\nlet a"), EntrySyntaxError);
  assertEquals([error.name, error.message], [
    "SyntaxError",
    "Identifier 'a' has already been declared",
  ]);
  assertEquals([error.position, error.isIncomplete], [11, false]);
});

test("parseEntry() tells text that breaks off from text that is wrong", () => {
  const isIncomplete = (source: string) =>
    assertThrows(() => parseEntry(parser, source), EntrySyntaxError).isIncomplete;
  assertEquals(["f(", "f(\n ", "`a", "a /* b", "x = {"].map(isIncomplete), Array(5).fill(true));
  assertEquals(["f(]", "'a", "a b", "return"].map(isIncomplete), Array(4).fill(false));
});

test({
  name: "loadParser() loads it from npm",
  ...needs("deno"),
  async fn() {
    assertEquals(parseEntry(await loadParser(), "1").type, "Program");
  },
});

test("child(), list(), word() and flag() read the fields of a node", () => {
  const [statement] = list(parseEntry(parser, "const [, a] = f() // remark"), "body");
  assert(statement);
  assertEquals(word(statement, "kind"), "const");
  const [declarator] = list(statement, "declarations");
  assert(declarator);
  const [pattern, call] = childrenOf(declarator);
  assert(pattern && call);
  assertEquals(child(declarator, "id"), pattern);
  assertEquals(list(pattern, "elements").length, 1);
  assertEquals([child(call, "nothing"), list(call, "nothing"), word(call, "nothing")], [
    null,
    [],
    "",
  ]);
  assertEquals(flag(call, "nothing"), false);
});
