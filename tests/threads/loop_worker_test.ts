import { assert, assertEquals } from "@std/assert";
import { type EventLoop, getRunningLoop, newEventLoop, setEventLoop } from "../../mod.ts";
import { schedulerOf } from "../../lib/kernel/scheduler.ts";
import type { FromWorker } from "../../lib/threads/wire.ts";
import { loopWorker } from "../../lib/threads/loop_worker.ts";
import { test } from "../_support/harness.ts";
import { define, fakeCore, type FakePort } from "./fake_port.ts";

/** Starts the script in this thread, with this thread's own runtime. */
async function startWorker(): Promise<FakePort> {
  const { port, core } = fakeCore();
  loopWorker(core);
  assertEquals(await port.takeNext(), ["runtime"]);
  const scope = globalThis as { runtimeUnderTest?: unknown };
  const leisureOf = (loop: EventLoop) => schedulerOf(loop).leisure;
  scope.runtimeUnderTest = { leisureOf, newEventLoop, setEventLoop };
  port.tell(["runtime", { kind: "script", text: "() => runtimeUnderTest" }]);
  await port.take();
  delete scope.runtimeUnderTest;
  Reflect.deleteProperty(globalThis, "asyncio");
  return port;
}

test("loopWorker() runs the loop, and says when it has stopped", async () => {
  const port = await startWorker();
  port.tell(["run"], ["stop"]);
  assertEquals(await port.takeNext(), ["stopped"]);
  port.tell(["run"]);
  assertEquals(await port.take(), []);
  port.tell(["stop"]);
  assertEquals(await port.takeNext(), ["stopped"]);
  setEventLoop(null);
});

test("loopWorker() runs calls as tasks of the loop, in order", async () => {
  const port = await startWorker();
  port.tell(
    define(1, "async (n) => n + 1"),
    define(2, "() => { throw new RangeError('no') }"),
    ["call", 0, 1, [1]],
    ["call", 1, 2, []],
    ["run"],
  );
  const answers = [...await port.takeNext(), ...await port.take()];
  assertEquals(answers.join(", "), "result 0 2, error 1 no");
  port.tell(["stop"]);
  assertEquals(await port.takeNext(), ["stopped"]);
  setEventLoop(null);
});

test("loopWorker() cancels a call's task, begun or not, and says so", async () => {
  const port = await startWorker();
  port.tell(
    define(1, "function* () { for (;;) yield }"),
    ["call", 0, 1, []],
    ["run"],
  );
  assertEquals(await port.take(), []);
  port.tell(["call", 1, 1, []], ["abort", 0], ["abort", 7]);
  assertEquals(await port.takeNext(), ["cancelled 0"]);
  port.tell(["abort", 1]);
  assertEquals(await port.takeNext(), ["cancelled 1"]);
  port.tell(["stop"]);
  assertEquals(await port.takeNext(), ["stopped"]);
  setEventLoop(null);
});

test("loopWorker() has leisure while its loop has nothing to do, until the next timer", async () => {
  const port = await startWorker();
  port.tell(
    define(1, "() => void (notes.loop = asyncio.getRunningLoop())"),
    define(2, "function* () { while (!notes.ends) yield }"),
    ["call", 0, 1, []],
  );
  const scope = globalThis as { notes?: { loop?: EventLoop; ends?: boolean }; asyncio?: unknown };
  const notes: NonNullable<typeof scope.notes> = scope.notes = {};
  scope.asyncio = { getRunningLoop };
  assertEquals(port.leisure(), 0, "the loop does not run");
  port.tell(["run"]);
  assertEquals(await port.takeNext(), ["result 0"]);
  await port.take();
  assertEquals(port.leisure(), Infinity);
  const timer = notes.loop!.callLater(60, () => {});
  await port.take();
  const leisure = port.leisure();
  assert(leisure > 50_000 && leisure <= 60_000, `${leisure} ms to the timer`);
  timer.cancel();
  port.tell(["call", 1, 2, []]);
  assertEquals(port.leisure(), 0, "a task is ready");
  await port.take();
  assertEquals(port.leisure(), 0, "a task is always ready");
  notes.ends = true;
  assertEquals(await port.takeNext(), ["result 1"]);
  port.tell(["stop"]);
  assertEquals(await port.takeNext(), ["stopped"]);
  delete scope.notes;
  delete scope.asyncio;
  setEventLoop(null);
});

test("loopWorker() calls functions from the loop", async () => {
  const port = await startWorker();
  const scope = globalThis as { notes?: string[] };
  scope.notes = [];
  port.tell(
    define(1, "(text) => notes.push(text)"),
    ["callback", 1, ["a"]],
    ["callback", 1, ["b"]],
    ["stop"],
  );
  await port.take();
  assertEquals(scope.notes, [], "the loop does not run");
  port.tell(["run"]);
  assertEquals(await port.takeNext(), ["stopped"]);
  assertEquals(scope.notes, ["a", "b"]);
  delete scope.notes;
  setEventLoop(null);
});

test("loopWorker() says what it cannot load", async () => {
  const port = await startWorker();
  const said = [...port.said];
  port.post = (message) => said.push(message as FromWorker[]);
  port.tell(define(1, "(("), ["call", 0, 1, []], ["callback", 1, []]);
  await port.take();
  const [call, log] = said.flat();
  assertEquals([call?.[0], log?.[0]], ["error", "log"]);
  const { message } = call?.[2] as { message: string };
  assert(message.startsWith("cannot evaluate the source of f1() in a worker: "), message);
  setEventLoop(null);
});
