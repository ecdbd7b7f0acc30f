import { assertEquals, assertThrows } from "@std/assert";
import { analyzeFunction } from "../../lib/threads/free_variables.ts";
import { SourceError } from "../../lib/threads/javascript_lexer.ts";
import { test } from "../_support/harness.ts";

/** Statements, and what each takes from around it. */
const STATEMENTS: readonly (readonly [source: string, ...free: string[]])[] = [
  ["var a = b; let c = a; const d = c;", "b"],
  ["a; { let a; } a;", "a"],
  ["{ var a; } a;"],
  ["f(); function f() {}"],
  ["{ f(); function f() {} } f();", "f"],
  ["if (a) b; else c;", "a", "b", "c"],
  ["if (a) { let b; b; } else b;", "a", "b"],
  ["for (let i = 0, n = a.length; i < n; i++) i; i;", "a", "i"],
  ["for (const [a, b] of c) a + b;", "c"],
  ["for (const a in b) a;", "b"],
  ["for (a of b) c;", "a", "b", "c"],
  ["for (var a of b); a;", "b"],
  ["for (;;) break;"],
  ["for (let a = ('b' in c); ;) break;", "c"],
  ["while (a) b;", "a", "b"],
  ["do a; while (b)\nc;", "a", "b", "c"],
  ["switch (a) { case b: let c; default: c; }", "a", "b"],
  ["try { a } catch (b) { b } finally { c }", "a", "c"],
  ["try { a } catch { b }", "a", "b"],
  ["try {} catch ({ message, code = a }) { message + code }", "a"],
  ["outer: for (;;) { continue outer; }"],
  ["throw new A(b)", "A", "b"],
  ["return\na", "a"],
  ["return /a'/.test(b)", "b"],
  ["let a = 1\n/b/g\nc", "b", "g", "c"],
  ["const f = () => {}\n/a'/.test(b)", "b"],
  ["a\n++b", "a", "b"],
  ["a\n(b)", "a", "b"],
  ["class A {} new A;"],
  ["class A extends B {}", "B"],
  ["let async = 1, of = 2, get = 3; async + of + get;"],
  ["let\na = b", "b"],
  ["using a = b; a;", "b"],
  ["a = 1", "a"],
  ["debugger; ;"],
  ["({}).a; [].b;"],
  ["with (a) b;", "a", "b"],
];

for (const [source, ...free] of STATEMENTS) {
  test(`analyzeFunction() finds what is free in ${JSON.stringify(source)}`, () => {
    assertEquals(analyzeFunction(`function () { ${source} }`).free, free);
  });
}

test("analyzeFunction() follows `await using` in an async function", () => {
  const { free } = analyzeFunction("async function () { await using a = b(); await c; await a; }");
  assertEquals(free, ["b", "c"]);
});

test("analyzeFunction() takes every form in which a function's source is given", () => {
  const object = {
    plain() {
      return free;
    },
    async late() {
      return await free;
    },
    *many() {
      yield free;
    },
    async *lateMany() {
      yield free;
    },
    get value() {
      return free;
    },
    async() {
      return free;
    },
    "quoted name"() {
      return free;
    },
    [`computed ${1}`]() {
      return free;
    },
    function: function () {
      return free;
    },
    arrow: (a = free) => a,
    lateArrow: async (a: unknown) => [a, free],
  };
  const getter = Object.getOwnPropertyDescriptor(object, "value")?.get;
  const functions = Object.entries(Object.getOwnPropertyDescriptors(object))
    .map(([, { value }]): unknown => value ?? getter);
  for (const each of functions) assertEquals(analyzeFunction(String(each)).free, ["free"]);
});
const free = 1;

test("analyzeFunction() makes a function of a method", () => {
  const { expression } = analyzeFunction("async *[key](a) { yield a; }");
  assertEquals(expression, "async function* (a) { yield a; }");
  assertEquals(analyzeFunction("get a() { return 1; }").expression, "function () { return 1; }");
});

test("analyzeFunction() says what a method takes from its object and its class", () => {
  assertEquals(analyzeFunction("a() { return super.a() + this.b; }").free, ["super"]);
  assertEquals(analyzeFunction("a() { return this.#b?.#c; }").free, ["#b", "#c"]);
});

test("analyzeFunction() knows the name of the function itself", () => {
  assertEquals(analyzeFunction("function f(n) { return n && f(n - 1); }").free, []);
});

test("analyzeFunction() refuses a class, and what is no function", () => {
  assertThrows(() => analyzeFunction("class A {}"), SourceError, "a class, which cannot be called");
  assertThrows(() => analyzeFunction("1 + 1"), SourceError, "syntax that is not known, at + 1");
  assertThrows(() => analyzeFunction("() => 1; () => 2"), SourceError, "at ; () => 2");
});

test("analyzeFunction() reads deep nesting in no more than reasonable time", () => {
  const depth = 200;
  const source = `() => ${"(a = ".repeat(depth)}1${")".repeat(depth)}`;
  assertEquals(analyzeFunction(source).free, ["a"]);
});
