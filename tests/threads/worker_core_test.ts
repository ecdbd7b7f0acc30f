import { assertEquals } from "@std/assert";
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

test("WorkerCore says what nobody caught, after what was said before", () => {
  const { port, core } = fakeCore();
  core.listen(() => {}, () => {});
  core.send(["stopped"]);
  port.throwUncaught(new RangeError("stray"));
  assertEquals(port.said.map(([message]) => message?.[0]), ["stopped", "fatal"]);
});

test("coreText() makes a core of a port", () => {
  const core = new Function("port", `return ${coreText()}`)({ now: () => 5 });
  assertEquals(core.now(), 5);
});
