import { assert, assertEquals } from "@std/assert";
import { test } from "../_support/harness.ts";
import { define, fakeCore } from "./fake_port.ts";

const MODULE = "data:text/javascript,export const one = () => 1; export const two = 2;";

test("CoreRest sends the others when one result cannot be cloned, and says why", async () => {
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

test("CoreRest says why it cannot load a function", async () => {
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

test("CoreRest asks for the runtime once, and makes it the global `asyncio`", async () => {
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

test("CoreRest says why it may not have the runtime", async () => {
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

test("CoreRest uses the runtime that a function's module has brought", async () => {
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
