import { assert, assertEquals } from "@std/assert";
import { coreText } from "../../lib/threads/worker_core.ts";
import { test } from "../_support/harness.ts";
import { define, fakeCore } from "./fake_port.ts";

const MODULE = "data:text/javascript,export const one = () => 1; export const two = 2;";

test("WorkerCore sends what a turn gives in one message", async () => {
  const { port, core } = fakeCore();
  core.send(["stopped"]);
  core.send(["cancelled", 1]);
  assertEquals(port.said, []);
  assertEquals(await port.take(), ["stopped, cancelled 1"]);
});

test("WorkerCore sends results that follow each other as one list", async () => {
  const { port, core } = fakeCore();
  const sent: unknown[] = [];
  port.onPost = (message) => sent.push(message);
  core.send(["result", 1, "one", 0.5]);
  core.send(["result", 2, undefined, 0.25]);
  core.send(["cancelled", 3]);
  core.send(["result", 4, [4], 0]);
  await port.take();
  assertEquals(sent, [[
    ["results", [1, "one", 0.5, 2, undefined, 0.25]],
    ["cancelled", 3],
    ["results", [4, [4], 0]],
  ]]);
});

test("WorkerCore takes a list of calls apart", () => {
  const { port, core } = fakeCore();
  const heard: unknown[] = [];
  core.listen((message) => heard.push(message), () => heard.push("end"));
  port.tell(["calls", [1, 7, 2, "a", undefined, 2, 7, 0]], ["abort", 1]);
  assertEquals(heard, [
    ["call", 1, 7, ["a", undefined]],
    ["call", 2, 7, []],
    ["abort", 1],
    "end",
  ]);
});

test("WorkerCore sends the others when one result cannot be cloned, and says why", async () => {
  const { port, core } = fakeCore();
  core.send(["result", 1, "one", 0]);
  core.send(["result", 2, { deep: () => 2 }, 0]);
  core.send(["result", 3, "three", 0]);
  assertEquals(await port.take(), [
    "result 1 one",
    "error 2 cannot send the result to another thread: result.deep is function deep",
    "result 3 three",
  ]);
});

test("WorkerCore loads a function from its source or its module, once", async () => {
  const { port, core } = fakeCore();
  core.listen(() => {}, () => {});
  port.tell(define(1, "(n) => n + 1"), [
    "define",
    2,
    "one",
    { kind: "module", url: MODULE, exportName: "one" },
  ]);
  for (const id of [1, 2]) assertEquals(await core.load(core.known(id)), null);
  assertEquals([core.known(1).target?.(1), core.known(2).target?.()], [2, 1]);
});

test("WorkerCore says why it cannot load a function", async () => {
  const { port, core } = fakeCore();
  core.listen(() => {}, () => {});
  port.tell(
    define(1, "(("),
    ["define", 2, "x", { kind: "module", url: MODULE, exportName: "three" }],
    ["define", 3, "x", { kind: "module", url: MODULE, exportName: "two" }],
    ["define", 4, "x", { kind: "module", url: "data:text/javascript,throw 5", exportName: "x" }],
  );
  const messages: string[] = [];
  for (const id of [1, 2, 3, 4]) {
    const error = await core.load(core.known(id));
    assert(error?.kind === "error");
    assertEquals([error.classes, error.name], [["RuntimeError", "Error"], "RuntimeError"]);
    messages.push(error.message);
  }
  assert(messages[0]?.startsWith("cannot evaluate the source of f1() in a worker: "), messages[0]);
  assertEquals(messages.slice(1), [
    `cannot load three from ${MODULE} in a worker: no such export among one, two`,
    `cannot load two from ${MODULE} in a worker: two is no function but number`,
    "cannot load x from data:text/javascript,throw 5 in a worker: 5",
  ]);
});

test("WorkerCore says what nobody caught, after what was said before", () => {
  const { port, core } = fakeCore();
  core.listen(() => {}, () => {});
  core.send(["stopped"]);
  port.throwUncaught(new RangeError("stray"));
  assertEquals(port.said.map(([message]) => message?.[0]), ["stopped", "fatal"]);
});

test("WorkerCore asks for the runtime once, and makes it the global `asyncio`", async () => {
  const { port, core } = fakeCore();
  core.listen(() => {}, () => {});
  port.tell(define(1, "() => asyncio.name", true), define(2, "() => asyncio.name", true));
  const loading = Promise.all([1, 2].map((id) => core.load(core.known(id))));
  assertEquals(await port.take(), ["runtime"]);
  port.tell(["runtime", { kind: "script", text: "() => ({ name: 'fake' })" }]);
  assertEquals(await loading, [null, null]);
  assertEquals(core.known(1).target?.(), "fake");
  Reflect.deleteProperty(globalThis, "asyncio");
});

test("WorkerCore says why it may not have the runtime", async () => {
  const { port, core } = fakeCore();
  core.listen(() => {}, () => {});
  port.tell(define(1, "() => asyncio", true));
  const loading = core.load(core.known(1));
  await port.takeNext();
  port.tell(["runtime", { kind: "refused", why: "it is forbidden" }]);
  const error = await loading;
  assert(error?.kind === "error");
  assertEquals(
    error.message,
    "cannot evaluate the source of f1() in a worker: it is forbidden",
  );
});

test("WorkerCore uses the runtime that a function's module has brought", async () => {
  const { port, core } = fakeCore();
  core.listen(() => {}, () => {});
  const url = "data:text/javascript," +
    "globalThis[Symbol.for('asyncio.worker')].register({ name: 'brought' }); export const f = 1;" +
    "export function g() {}";
  port.tell(["define", 1, "g", { kind: "module", url, exportName: "g" }]);
  assertEquals(core.known(1).runtime, null);
  await core.load(core.known(1));
  assertEquals(core.known(1).runtime as unknown, { name: "brought" });
  assertEquals(await core.registered as unknown, { name: "brought" });
  assertEquals(await port.take(), [], "none is asked for");
});

test("coreText() makes a core of a port", () => {
  const core = new Function("port", `return ${coreText()}`)({ now: () => 5 });
  assertEquals(core.now(), 5);
});
