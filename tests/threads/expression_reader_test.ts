import { assertEquals } from "@std/assert";
import { analyzeFunction } from "../../lib/threads/free_variables.ts";
import { test } from "../_support/harness.ts";

/** Expressions, and what each takes from around it. */
const EXPRESSIONS: readonly (readonly [source: string, ...free: string[]])[] = [
  // Operands and operators
  ["a + b * c", "a", "b", "c"],
  ["a ? b : c", "a", "b", "c"],
  ["a.b.c[d]?.e?.(f)?.[g]", "a", "d", "f", "g"],
  ["new A(b).c", "A", "b"],
  ["new a.B", "a"],
  ["!a, -b, +c, ~d, void e, delete f.g", "a", "b", "c", "d", "e", "f"],
  ["a++ + --b", "a", "b"],
  ["a in b, a instanceof B", "a", "b", "B"],
  ["a ?? b || c && d", "a", "b", "c", "d"],
  ["a = b += c ??= d", "a", "b", "c", "d"],
  ["f(...a, b)", "f", "a", "b"],
  ["true, false, null, 1n, 'a', /b/"],
  // A slash is a division or a regular expression
  ["a / b / c", "a", "b", "c"],
  ["a++ / b", "a", "b"],
  ["(a) / b", "a", "b"],
  ["[1] / b", "b"],
  ["/[/]a'/g.test(b)", "b"],
  ["a = /b/", "a"],
  ["a /= b", "a", "b"],
  ["f(/'/, a)", "f", "a"],
  // Templates
  ["`a ${b} c ${`d ${e}`}`", "b", "e"],
  ["tag`a${b}`", "tag", "b"],
  ["`${{ a: b }.a}`", "b"],
  // Objects and arrays
  ["({ a, b: c, [d]: e, 'f': g, 1: h, ...i })", "a", "c", "d", "e", "g", "h", "i"],
  [
    "({ get a() { return b; }, set a(c) { d = c; }, async e() {}, *f() {}, async *g() {} })",
    "b",
    "d",
  ],
  ["({ get: a, set: b, async: c, static: d })", "a", "b", "c", "d"],
  ["({ get, set, async })", "get", "set", "async"],
  ["({ async() {}, get() {}, set() {} })"],
  ["[a, , ...b]", "a", "b"],
  ["[a, b] = [b, a]", "a", "b"],
  ["({ a, b: c, d = e } = f)", "a", "c", "d", "e", "f"],
  // Functions
  ["function f() { return f; }"],
  ["function (a, { b, c: [d = e] }, ...g) { return [a, b, d, g, h]; }", "e", "h"],
  ["a => a + b", "b"],
  ["async a => await b", "b"],
  ["async (a) => a"],
  ["async(a)", "async", "a"],
  ["async", "async"],
  ["(a, b = c) => a", "c"],
  ["(a) + b", "a", "b"],
  ["((a, b), c)", "a", "b", "c"],
  ["(({ a = (b => b) }) => a)"],
  ["(a = (b = (c = d) => c) => b) => a", "d"],
  ["(a = b) => { var b; }", "b"],
  ["() => ({ a })", "a"],
  ["() => { a }", "a"],
  ["function* () { yield a; yield; yield* b; const c = yield; }", "a", "b"],
  ["async function () { for await (const a of b) await a; }", "b"],
  // What functions that are no arrows have of their own
  ["() => this", "this"],
  ["() => arguments", "arguments"],
  ["() => new.target", "new.target"],
  ["function () { return () => [this, arguments, new.target]; }"],
  ["({ a() { return super.b + this.c; } })"],
  // Classes
  ["class A { b = c; static d = A; static { e; } #f; g() { return this.#f; } }", "c", "e"],
  ["class extends A.B { constructor() { super(); } }", "A"],
  ["class { static async *a() {} get b() {} set b(c) {} static = 1; get = 2; async = d }", "d"],
  ["class { [a]() {} [b] = c }", "a", "b", "c"],
  ["class { a\n b\n *c() {} }"],
  ["(a) => #b in a", "#b"],
  // What is no use of a variable
  ["typeof a"],
  ["typeof a === 'undefined' ? b : a", "b"],
  ["typeof a.b", "a"],
  ["typeof (a)"],
  // Modules
  ["import.meta.url", "import.meta"],
  ["import(a)", "a"],
  ["import('node:fs')"],
  ["import('./a.js')", "import('./a.js')"],
];

for (const [source, ...free] of EXPRESSIONS) {
  test(`ExpressionReader finds what is free in ${JSON.stringify(source)}`, () => {
    assertEquals(analyzeFunction(`() => [${source}]`).free, free);
  });
}
