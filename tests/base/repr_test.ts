// kinds: generator, async
import { assertEquals } from "@std/assert";
import { describe, functionName, partRepr, repr, wholeRepr } from "../../lib/base/repr.ts";
import { ExceptionGroup, Lock, newEventLoop, sleep, ValueError } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("repr() prints simple values", () => {
  const cases: [unknown, string][] = [
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [42, "42"],
    [-0.5, "-0.5"],
    [NaN, "NaN"],
    [10n, "10n"],
    [Symbol("s"), "Symbol(s)"],
    ["text", "'text'"],
    ["", "''"],
    ["it's", `"it's"`],
    [`it's "it"`, `'it\\'s "it"'`],
    ["two\nlines", "'two\\nlines'"],
  ];
  for (const [value, printed] of cases) assertEquals(repr(value), printed);
});

test("repr() prints functions by name", () => {
  assertEquals([repr(function work() {}), repr(() => {}), repr(class Job {})], [
    "<function work>",
    "<function <anonymous>>",
    "<function Job>",
  ]);
});

test("repr() prints containers two levels deep, and six items wide", () => {
  const cases: [unknown, string][] = [
    [[], "[]"],
    [{}, "{}"],
    [[1, "a", null], "[1, 'a', null]"],
    [{ a: 1, b: [2, 3] }, "{ a: 1, b: [2, 3] }"],
    [[[[1]]], "[[[...]]]"],
    [{ a: { b: { c: 1 } } }, "{ a: { b: {...} } }"],
    [[1, 2, 3, 4, 5, 6], "[1, 2, 3, 4, 5, 6]"],
    [[1, 2, 3, 4, 5, 6, 7], "[1, 2, 3, 4, 5, 6, ...]"],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }, "{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, ... }"],
    [Object.create(null), "{}"],
  ];
  for (const [value, printed] of cases) assertEquals(repr(value), printed);
});

test("repr() of what holds itself comes to an end", () => {
  const list: unknown[] = [];
  list.push(list);
  assertEquals(repr(list), "[[[...]]]");
  const tree: Record<string, unknown> = {};
  tree.tree = tree;
  assertEquals(repr(tree), "{ tree: { tree: {...} } }");
});

test("repr() prints errors by name and message", () => {
  assertEquals([repr(new TypeError("bad")), repr(new RangeError())], [
    "TypeError('bad')",
    "RangeError()",
  ]);
});

test("repr() prints instances by their own toString(), else by class", () => {
  class Plain {}
  class Shown {
    toString() {
      return "<shown>";
    }
  }
  class Broken {
    toString() {
      throw new Error("no");
    }
  }
  class Odd {
    toString() {
      return 42 as never;
    }
  }
  assertEquals([new Plain(), new Shown(), new Broken(), new Odd(), new Map()].map(repr), [
    "<Plain object>",
    "<shown>",
    "<Broken object>",
    "<Odd object>",
    "<Map object>",
  ]);
});

test("repr() prints what the module hands out, and coroutines", () => {
  const loop = newEventLoop();
  function* generator() {}
  assertEquals([repr(loop.createFuture()), repr(sleep(1))], [
    "<Future pending>",
    "<coroutine object sleep>",
  ]);
  const coroutine: unknown = generator();
  if (!(coroutine instanceof Promise)) assertEquals(repr(coroutine), "<generator object>");
  assertEquals(repr((async function* () {})()), "<async_generator object>");
  loop.close();
});

test("repr() cuts what is longer than 80 characters", () => {
  for (const long of ["x".repeat(100), Array(6).fill("x".repeat(20)), { key: "x".repeat(200) }]) {
    const printed = repr(long);
    assertEquals([printed.length <= 80, printed.endsWith("...") || printed.endsWith("... }")], [
      true,
      true,
    ]);
  }
  assertEquals(repr("x".repeat(78)), `'${"x".repeat(78)}'`);
});

test("describe() adds the kind of what came", () => {
  class Job {}
  const cases: [unknown, string][] = [
    [null, "null"],
    [undefined, "undefined"],
    [42, "42 (number)"],
    ["text", "'text' (string)"],
    [1n, "1n (bigint)"],
    [Symbol("s"), "Symbol(s) (symbol)"],
    [function work() {}, "<function work> (function)"],
    [{ a: 1 }, "{ a: 1 } (Object)"],
    [[1], "[1] (Array)"],
    [new Job(), "<Job object> (Job)"],
    [new RangeError("no"), "RangeError('no') (RangeError)"],
    [Object.create(null), "{} (object)"],
  ];
  for (const [value, described] of cases) assertEquals(describe(value), described);
});

test("describe() leaves out the class of a coroutine, which is this module's own affair", () => {
  assertEquals(describe(sleep(1)), "<coroutine object sleep>");
  assertEquals(describe(new Lock().acquire()), "<coroutine object Lock.acquire>");
});

test("functionName() has a word for functions without a name", () => {
  assertEquals([function work() {}, () => {}, 42, null].map(functionName), [
    "work",
    "<anonymous>",
    "<anonymous>",
    "<anonymous>",
  ]);
});

test("repr() escapes what cannot be seen", () => {
  assertEquals(
    repr("a\\b\t\r\n\x01\u200b\u{e0001}'\""),
    String.raw`'a\\b\t\r\n\x01\u200b\U000e0001\'"'`,
  );
});

test("repr() prints errors by their class, and groups with their members", () => {
  class Mine extends Error {}
  class Special extends ValueError {}
  class MyGroup<E> extends ExceptionGroup<E> {}
  class Named extends TypeError {
    override name = "Renamed";
  }
  class Told extends RangeError {
    readonly #name = "Told";
    override get name() {
      return this.#name;
    }
  }
  class Inherited extends Told {}
  assertEquals([
    repr(new Mine("x")),
    repr(new Special("x")),
    repr(new MyGroup("g", [new Special()])),
    repr(new Named("x")),
    repr(new Told("x")),
    repr(new Inherited("x")),
    repr(new DOMException("x", "AbortError")),
  ], [
    "Mine('x')",
    "Special('x')",
    "MyGroup('g', [Special()])",
    "Renamed('x')",
    "Told('x')",
    "Inherited('x')",
    "AbortError('x')",
  ]);
  assertEquals(
    repr(new ExceptionGroup("g", [new ValueError("1"), new TypeError("t")])),
    "ExceptionGroup('g', [ValueError('1'), TypeError('t')])",
  );
});

test("wholeRepr() leaves nothing out that a log needs", () => {
  const long = "x".repeat(200);
  assertEquals(wholeRepr([long, [long]]), `['${long}', ['${long}']]`);
  const circle: unknown[] = [];
  circle.push(circle);
  assertEquals(wholeRepr(circle), "[[[[[...]]]]]");
});

test("partRepr() leaves the middle of what is long out, as reprlib does", () => {
  assertEquals(partRepr("x".repeat(28)), `'${"x".repeat(28)}'`);
  assertEquals(partRepr("x".repeat(29)), "'xxxxxxxxxxxx...xxxxxxxxxxxxx'");
  assertEquals(partRepr([[[[[[[[1]]]]]]]]), "[[[[[[[...]]]]]]]");
  assertEquals(partRepr([1, 2, 3, 4, 5, 6, 7]), "[1, 2, 3, 4, 5, 6, ...]");
});
