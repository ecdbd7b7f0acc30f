import { assertEquals, assertMatch } from "@std/assert";
import {
  appendFrames,
  captureStack,
  continueStack,
  coroutineFrames,
  describeFrame,
  foreignFrames,
  formatFrames,
  isOwnFrame,
  parseStack,
  restack,
} from "../../lib/base/stack.ts";
import { test } from "../_support/harness.ts";

const V8 = `RangeError: no
    at inner (file:///a.ts:1:2)
    at inner.next (<anonymous>)
    at async outer (http://b/c.ts:30:40)
    at async Promise.all (index 0)
    at Foo.method [as alias] (file:///a.ts:5:6)
    at AsyncLocalStorage.run (ext:deno_node/async_hooks.ts:1:1762)
    at file:///a.ts:7:8`;

const SPIDERMONKEY = `inner@file:///a.ts:1:2
async*outer@http://b/c.ts:30:40
@file:///a.ts:7:8
`;

test("parseStack() reads what V8 writes", () => {
  assertEquals(parseStack(V8), [
    { name: "inner", file: "file:///a.ts", line: 1, column: 2, isCoroutine: true },
    { name: "outer", file: "http://b/c.ts", line: 30, column: 40, isCoroutine: true },
    { name: "Foo.method", file: "file:///a.ts", line: 5, column: 6, isCoroutine: false },
    { name: "<anonymous>", file: "file:///a.ts", line: 7, column: 8, isCoroutine: false },
  ]);
});

test("parseStack() reads what SpiderMonkey and JavaScriptCore write", () => {
  assertEquals(parseStack(SPIDERMONKEY), [
    { name: "inner", file: "file:///a.ts", line: 1, column: 2, isCoroutine: false },
    { name: "outer", file: "http://b/c.ts", line: 30, column: 40, isCoroutine: true },
    { name: "<anonymous>", file: "file:///a.ts", line: 7, column: 8, isCoroutine: false },
  ]);
});

test("parseStack() takes no line of a message for a frame", () => {
  assertEquals(
    parseStack("Error: write to me@example.org\n    please\n    at f (file:///a.ts:1:1)"),
    [
      { name: "f", file: "file:///a.ts", line: 1, column: 1, isCoroutine: false },
    ],
  );
});

test("captureStack() is of here, however deep that is", () => {
  const deep = (depth: number): string => depth === 0 ? captureStack() : deep(depth - 1);
  const frames = parseStack(deep(50)).map(({ name }) => name);
  assertEquals(frames.filter((name) => name === "deep").length, 51);
});

test("restack() has an error tell of the stack here", () => {
  const error = new RangeError("from elsewhere");
  function elsewhere(): void {
    restack(error, elsewhere);
  }
  (function here() {
    elsewhere();
  })();
  assertEquals(parseStack(error.stack!).some(({ name }) => name === "here"), true);
  assertEquals([error.name, error.message], ["RangeError", "from elsewhere"]);
});

test("appendFrames() lets an error's stack go on", () => {
  const error = new RangeError("x");
  const length = parseStack(error.stack!).length;
  appendFrames(error, V8);
  assertEquals(
    parseStack(error.stack!).slice(length).map(({ name }) => name),
    ["inner", "outer", "Foo.method", "<anonymous>"],
  );
});

test("continueStack() goes on from where a file of the module's stands, else at the end", () => {
  const [own] = parseStack(captureStack()).filter(isOwnFrame);
  const file = own!.file.split("/").at(-1)!;
  const names = (error: Error) => parseStack(error.stack!).map(({ name }) => name);
  const error = new RangeError("x");
  error.stack = `RangeError: x\n    at top (file:///a.ts:1:1)\n    at next (${own!.file}:1:1)\n` +
    "    at below (file:///a.ts:2:1)";
  continueStack(error, V8, file);
  assertEquals(names(error), ["top", ...parseStack(V8).map(({ name }) => name)]);
  continueStack(error, SPIDERMONKEY, "elsewhere.ts");
  assertEquals(names(error).slice(0, 2), ["top", "inner"]);
  assertEquals(names(error).length > parseStack(V8).length + 1, true);
});

test("foreignFrames() are those of the user; with none of them, all", () => {
  const own = parseStack(captureStack()).filter(isOwnFrame);
  const foreign = parseStack(V8);
  assertEquals(own.length > 0, true);
  assertEquals(foreignFrames([...own, ...foreign]), foreign);
  assertEquals(foreignFrames(own), own);
});

test("coroutineFrames() gives the module's own coroutines the names they are known by", () => {
  const [own] = parseStack(captureStack()).filter(isOwnFrame);
  const names = ["Queue.#get", "CallFrame.next", "next", "timeoutSteps", "Aside.throw"];
  const frames = coroutineFrames([
    ...names.map((name) => ({ ...own!, name })),
    ...parseStack(V8).slice(0, 1),
  ]);
  assertEquals(frames.map(({ name }) => name), ["Queue.get", "timeout", "inner"]);
  assertEquals(frames.every(({ isCoroutine }) => isCoroutine), true);
});

test("formatFrames() writes them as Python does, describeFrame() in short", () => {
  const [frame] = parseStack(V8);
  const nameAlone = { ...frame!, name: "work", file: "", line: 0 };
  assertEquals(
    formatFrames([frame!, nameAlone]),
    '  File "file:///a.ts", line 1, in inner\n  In work\n',
  );
  assertEquals([frame!, nameAlone].map(describeFrame), ["inner file:///a.ts:1", "work"]);
  assertMatch(
    formatFrames(parseStack(captureStack())),
    /^ {2}File ".+", line \d+, in captureStack\n/,
  );
});
