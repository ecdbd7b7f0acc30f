/** The maker of async twins: what it turns, what it keeps, what it leaves out. */
import { assertEquals, assertThrows } from "@std/assert";
import { test } from "../../_support/harness.ts";
import { KINDS_LINE, makeTwin } from "../../_support/twin.ts";

const HEAD = "// @ts-nocheck: the annotations are the generators'";

/** Makes the twin of some lines, and checks that it has as many. */
function twinOf(...lines: string[]): string[] {
  const text = [KINDS_LINE, ...lines].join("\n");
  const twin = makeTwin(text, {
    path: "tests/some_test.ts",
    redirect: (specifier) => `../${specifier}`,
    hasTwin: (specifier) => specifier === "./helper.ts",
  });
  const [head, ...rest] = twin.split("\n");
  assertEquals(head, HEAD);
  assertEquals(rest.length, lines.length);
  return rest;
}

test("makeTwin() turns generator functions into async functions", () => {
  assertEquals(twinOf("function* f(a: number): Generator<unknown, number> { return a; }"), [
    "async function f(a: number): Generator<unknown, number> { return a; }",
  ]);
  assertEquals(twinOf("export default function* () {}"), ["export default async function () {}"]);
  assertEquals(twinOf("const f = function* named() {};"), ["const f = async function named() {};"]);
});

test("makeTwin() turns generator methods into async methods", () => {
  assertEquals(twinOf("class A { static *f() {} *g() {} *#h() {} }"), [
    "class A { static async f() {} async g() {} async #h() {} }",
  ]);
  assertEquals(twinOf("const a = { *f() {} };"), ["const a = { async f() {} };"]);
});

test("makeTwin() turns yield* into await, around the whole operand", () => {
  assertEquals(twinOf("function* f() { return 1 + (yield* a ?? b); }"), [
    "async function f() { return 1 + (await (a ?? b)); }",
  ]);
  assertEquals(twinOf("function* f() {", "  yield* g(yield* h(),", "    2);", "}"), [
    "async function f() {",
    "  await (g(await (h()),",
    "    2));",
    "}",
  ]);
});

test("makeTwin() turns a bare yield into sleep(0)", () => {
  assertEquals(twinOf("function* f() {", "  yield;", "}"), [
    'import { sleep as sleepOfTwin } from "@asyncio/asyncio"; async function f() {',
    "  await (sleepOfTwin(0));",
    "}",
  ]);
});

test("makeTwin() refuses a yield of a value", () => {
  assertThrows(
    () => twinOf("function* f() {", "  yield 1;", "}"),
    SyntaxError,
    'tests/some_test.ts:3: A coroutine of both kinds awaits with "yield*"',
  );
});

test("makeTwin() makes an async generator of what asyncContextManager() takes", () => {
  assertEquals(twinOf("const c = asyncContextManager(function* () { yield yield* f(); });"), [
    "const c = asyncContextManager(async function* () { yield await (f()); });",
  ]);
});

test("makeTwin() keeps iterators and async generators", () => {
  const lines = [
    "const i = /* iterator */ function* () { yield 1; };",
    "class A { *[Symbol.iterator]() { yield 1; } }",
    "async function* g() { yield 1; yield* h(); }",
  ];
  assertEquals(twinOf(...lines), lines);
});

test("makeTwin() marks the titles", () => {
  assertEquals(
    twinOf(
      'test("a", function* () {});',
      'test({ name: "b", ...needs("files"), fn: run(function* () {}) });',
      "for (const name of names) test({ name, fn: run(function* () {}) });",
      "const declare = (title, fn) => { test(title, fn); };",
    ),
    [
      'test("a [async]", async function () {});',
      'test({ name: "b [async]", ...needs("files"), fn: run(async function () {}) });',
      'for (const name of names) test({ name: name + " [async]", fn: run(async function () {}) });',
      'const declare = (title, fn) => { test((title) + " [async]", fn); };',
    ],
  );
});

test("makeTwin() leaves out what has no generator in it, or says so", () => {
  assertEquals(
    twinOf(
      'test("plain", () => {',
      "});",
      "/* generator only */",
      'test("marked", run(function* () {}));',
      "/* async only */",
      'test("marked, too", run(function* () {}));',
    ),
    ["", "", "/* generator only */", "", "/* async only */", ""],
  );
});

test("makeTwin() keeps a test that leads to a generator elsewhere in the file", () => {
  assertEquals(
    twinOf(
      'import { helper } from "./helper.ts";',
      'import { other } from "./other.ts";',
      "function* main() {}",
      "const indirect = () => main;",
      'test("a", () => run(indirect()));',
      'test("b", () => run(helper));',
      'test("c", () => run(other));',
    ),
    [
      'import { helper } from ".././helper.ts";',
      'import { other } from ".././other.ts";',
      "async function main() {}",
      "const indirect = () => main;",
      'test("a [async]", () => run(indirect()));',
      'test("b [async]", () => run(helper));',
      "",
    ],
  );
});

test("makeTwin() redirects what is found relative to the file", () => {
  assertEquals(
    twinOf(
      'const url = new URL("./job.ts", import.meta.url);',
      'const other = import.meta.resolve("./job.ts");',
      'const module = import("./job.ts");',
      'const text = "./job.ts";',
    ),
    [
      'const url = new URL(".././job.ts", import.meta.url);',
      'const other = import.meta.resolve(".././job.ts");',
      'const module = import(".././job.ts");',
      'const text = "./job.ts";',
    ],
  );
});
