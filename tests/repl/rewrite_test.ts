/** Entries as the bodies of coroutines. What they do when run is in `repl_test.ts`. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { EntrySyntaxError } from "../../lib/repl/parser.ts";
import { checkEntry, HELPER, rewriteEntry } from "../../lib/repl/rewrite.ts";
import { test } from "../_support/harness.ts";
import { parser } from "./with_repl.ts";

function rewrite(source: string) {
  return rewriteEntry(parser, source, {
    name: "REPL1",
    baseUrl: "file:///home/me/",
    mayBeDeclared: () => false,
  });
}

/** The body, with `$` for the helper. */
function bodyOf(source: string): string {
  const { script } = rewrite(source);
  const start = script.indexOf('"use strict"; ') + '"use strict"; '.length;
  return script.slice(start, script.lastIndexOf("\n}; } })")).replaceAll(HELPER, "$").trim();
}

const BODIES: readonly (readonly [entry: string, body: string])[] = [
  ["const x = 1", '(x = 1); $.seal("x");;'],
  ["let { a, b: [c = 1] } = d, e;", "({ a, b: [c = 1] } = d), (e = undefined);"],
  ["var f = 1, g;", "(f = 1), (void 0);"],
  ["for (var i = 0;;) {}", "for ( (i = 0);;) {}"],
  ["for (var k of l) {}", "for ( k of l) {}"],
  ["if (a) { let b; var c = 1; }", "if (a) { let b;  (c = 1); }"],
  ["1; function f() {}", "f = function f() {};1;"],
  ["class A {}", "A = class A {};"],
  ["export const x = 1;", '(x = 1); $.seal("x");'],
  ["x", "return (yield* $.value(() => (x)));"],
  ["x;", "return (yield* $.value(() => (x)));"],
  ["'text'", "return (yield* $.value(() => ('text')))"],
  ["{ a: 1 }", "return (yield* $.value(() => (({ a: 1 }\n))));"],
  ["{ a; }", "{ a; }"],
  ["yield* x;", "return (yield* x);"],
  ["const y = await x;", '(y = (yield* $.await(() => ( x)))); $.seal("y");'],
  ["await (x)", "return ((yield* $.await(() => ( (x)))));"],
  [
    "let y = await f(await x, yield* z);",
    "(y = (yield* $.await(async () => ( f(await x, (await $.delegate(z)).value)))));",
  ],
  ["async () => await x;", "return (yield* $.value(() => (async () => await x)));"],
  [
    "l: for await (const x of y) { z; }",
    "{ const $1 = $.steps(); try { l: for ($1.open(y); yield* $1.next();) { const x = $1.value;{ z; } } } " +
    "catch (error) { throw $1.fail(error); } finally { yield* $1.close(); } }",
  ],
  [
    "import d, { a as b } from './m.ts';",
    '({ default: d, a: b } = $.exports(yield* $.import(import("file:///home/me/m.ts"))));',
  ],
  [
    "import * as n from 'npm:m' with { type: 'json' };",
    "($.exports(n = yield* $.import(import(\"npm:m\", { with: { type: 'json' } }))));",
  ],
  ["let t: T = x as T;", "(t = x);"],
  ["interface T {}", ""],
];

test("rewriteEntry() makes the body of a coroutine", () => {
  for (const [entry, body] of BODIES) {
    assertEquals(bodyOf(entry), body, entry);
    // It can be evaluated: only calling it would need the helper.
    assertEquals(typeof (0, eval)(rewrite(entry).script), "function");
  }
});

test("rewriteEntry() tells the names and their kinds", () => {
  const { names } = rewrite(
    "const a = 1, [{ b, ...c }] = d; let e; var f; function g() {} class h {} for (var i in j) { const k = 1 }",
  );
  assertEquals(Object.fromEntries(names), {
    a: "const",
    b: "const",
    c: "const",
    e: "let",
    f: "var",
    g: "var",
    h: "let",
    i: "var",
  });
});

test("rewriteEntry() tells what suspends, and what imports", () => {
  assertEquals(rewrite("1; await x").suspends, { word: "await", position: 3 });
  assertEquals(rewrite("yield* x").suspends, { word: "yield", position: 0 });
  assertEquals(rewrite("for await (const x of y) {}").suspends, { word: "await", position: 0 });
  for (
    const quiet of [
      "async () => await x",
      "function* f() { yield }",
      "class A { async b() { await c } }",
    ]
  ) {
    assertEquals(rewrite(quiet).suspends, null, quiet);
  }
  assertEquals([rewrite("import 'a'").imports, rewrite("import('a')").imports], [true, false]);
});

test("rewriteEntry() tells where in the entry a place of the script is from", () => {
  const entry = "const a = 1\nc(fail)\nfunction fail() { throw b }";
  const { script, origin } = rewrite(entry);
  for (const word of ["throw b", "c(fail)", "function fail"]) {
    assertEquals(origin(placeIn(script, word)), placeIn(entry, word), word);
  }
  const braces = rewrite("{ a: b }");
  assertEquals(braces.origin(placeIn(braces.script, "b }")), { line: 1, column: 6 });
});

test("rewriteEntry() refuses what an entry cannot hold", () => {
  for (
    const [entry, message] of [
      ["export default 1", "only a module can export this"],
      ["let a; export { a }", "only a module can export this"],
      ["export * from 'a'", "only a module can export this"],
      ["await using a = b", "await using is for async functions here"],
      ["foo(]", "Unexpected token"],
    ] as const
  ) {
    const error = assertThrows(() => rewrite(entry), EntrySyntaxError);
    assertStringIncludes(error.message, message);
  }
});

test("checkEntry() throws where an entry does not parse", () => {
  checkEntry(parser, "{ a: 1, b: 2 }");
  assertThrows(() => checkEntry(parser, "{ a: "), EntrySyntaxError);
});

function placeIn(text: string, part: string): { line: number; column: number } {
  const lines = text.slice(0, text.indexOf(part)).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
