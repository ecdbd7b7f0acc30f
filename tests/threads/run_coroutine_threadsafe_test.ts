import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  ConcurrentFuture,
  ContextVar,
  newEventLoop,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  sleep,
  ThreadLoop,
  VirtualClock,
  workerFunction,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

test("runCoroutineThreadsafe() runs a coroutine on a loop of this thread", async () => {
  const loop = newEventLoop();
  function* work() {
    yield* sleep(0.001);
    return "done";
  }
  const future = runCoroutineThreadsafe(work(), loop);
  assert(future instanceof ConcurrentFuture);
  assertEquals(String(future), "<ConcurrentFuture state=pending>");
  future.addDoneCallback(() => loop.stop());
  await loop.runForever();
  assertEquals(future.result(), "done");
  loop.close();
});

test("runCoroutineThreadsafe() takes an async function, and gives its error", async () => {
  const loop = newEventLoop();
  const future = runCoroutineThreadsafe(async () => {
    await sleep(0);
    throw new RangeError("no");
  }, loop);
  future.addDoneCallback(() => loop.stop());
  await loop.runForever();
  assertThrows(() => future.result(), RangeError, "no");
  loop.close();
});

test("runCoroutineThreadsafe() cancels the task with the future", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const log: string[] = [];
  const future = runCoroutineThreadsafe(function* () {
    try {
      yield* sleep(3600);
    } catch (error) {
      log.push(`${(error as Error).name} at ${loop.time()}`);
      loop.stop();
      throw error;
    }
  }, loop);
  loop.callLater(1, () => {
    log.push(`cancel: ${future.cancel()}`);
  });
  await loop.runForever();
  assert(future.cancelled());
  assertEquals(log, ["cancel: true", "CancelledError at 1"]);
  loop.close();
});

test("runCoroutineThreadsafe() cancels the future with the task", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const future = runCoroutineThreadsafe(function* () {
    throw new CancelledError();
  }, loop);
  future.addDoneCallback(() => loop.stop());
  await loop.runForever();
  assert(future.cancelled());
  loop.close();
});

test("runCoroutineThreadsafe() cancels at its first wait what was cancelled before", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const log: string[] = [];
  const future = runCoroutineThreadsafe(function* () {
    log.push("begun");
    try {
      yield* sleep(1);
    } finally {
      log.push(`over at ${loop.time()}`);
      loop.stop();
    }
  }, loop);
  future.cancel();
  await loop.runForever();
  assertEquals(log, ["begun", "over at 0"]);
  loop.close();
});

test("runCoroutineThreadsafe() says what a task factory throws, here and there", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const reports: string[] = [];
  loop.setExceptionHandler((_loop, { exception }) => {
    reports.push(String(exception));
  });
  loop.setTaskFactory(() => {
    throw new RangeError("no task");
  });
  const future = runCoroutineThreadsafe(function* () {}, loop);
  future.addDoneCallback(() => loop.stop());
  await loop.runForever();
  assertThrows(() => future.result(), RangeError, "no task");
  assertEquals(reports, ["RangeError: no task"]);
  loop.close();
});

test("runCoroutineThreadsafe() refuses what is no coroutine, and what is no loop", () => {
  const loop = newEventLoop();
  assertThrows(
    () => runCoroutineThreadsafe(42 as never, loop),
    TypeError,
    "A coroutine object is required: coro must be one, or a function, got 42 (number)",
  );
  const call = workerFunction(() => 1)();
  assertThrows(
    () => runCoroutineThreadsafe(call as never, loop),
    TypeError,
    "A coroutine object is required: coro must be one, or a function, got <WorkerCall object> (WorkerCall)",
  );
  assertThrows(
    () => runCoroutineThreadsafe(function* () {}, 42 as never),
    TypeError,
    "loop must be an event loop, got 42 (number)",
  );
  loop.close();
  assertThrows(
    () => runCoroutineThreadsafe(function* () {}, loop),
    RuntimeError,
    "Event loop is closed",
  );
});

test({
  name: "runCoroutineThreadsafe() cannot send a coroutine object to another thread",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    function* work() {}
    assertThrows(
      () => runCoroutineThreadsafe(work() as never, loop),
      TypeError,
      "A coroutine object cannot leave its thread: expected a call of what workerFunction() made",
    );
    const outside = 1;
    assertThrows(
      () => runCoroutineThreadsafe(async () => outside, loop),
      TypeError,
      "it closes over 'outside'",
    );
  },
});

test({
  name: "runCoroutineThreadsafe() takes a function that closes over nothing to another thread",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    assertEquals(await runCoroutineThreadsafe(async () => 6 * 7, loop), 42);
    const answer = workerFunction(async () => 6 * 7);
    assertEquals(await runCoroutineThreadsafe(answer, loop), 42);
    await assertRejects(
      async () =>
        await runCoroutineThreadsafe(() => {
          throw new RangeError("no");
        }, loop),
      RangeError,
      "no",
    );
  },
});

const VARIABLE = ["request", { module: "https://example.org/request.ts" }] as const;

const readThere = workerFunction(function* (variable: typeof VARIABLE) {
  const request = new asyncio.ContextVar<unknown>(...variable);
  const before = request.get("none");
  yield* asyncio.sleep(0.001);
  return [before, request.get("none")];
});

const setThere = workerFunction((variable: typeof VARIABLE, value: string) => {
  const request = new asyncio.ContextVar<unknown>(...variable);
  const before = request.get("none");
  request.set(value);
  return before;
});

const askParent = workerFunction(function* (variable: typeof VARIABLE, value: string) {
  new asyncio.ContextVar<unknown>(...variable).set(value);
  const parent = asyncio.parentLoop<{ read(): unknown; note(): void }>();
  parent.callSoonThreadsafe("note");
  return yield* parent.call("read");
});

test({
  name: "variables with a module go along to another thread's loop, and back to the parent's",
  ...needs("workers"),
  async fn() {
    const request = new ContextVar<unknown>(...VARIABLE);
    const noted: unknown[] = [];
    const expose = {
      *read() {
        yield* sleep(0);
        return request.get("none");
      },
      note: () => void noted.push(request.get("none")),
    };
    await run(async () => {
      await using loop = new ThreadLoop({ expose });
      loop.runForever();
      const read = () => runCoroutineThreadsafe(readThere(VARIABLE), loop);
      assertEquals(await read(), ["none", "none"]);
      request.set("from here");
      assertEquals(await read(), ["from here", "from here"]);
      // A callback has a copy, too: what it sets is its own.
      loop.callSoonThreadsafe(setThere, VARIABLE, "lost");
      assertEquals(await runCoroutineThreadsafe(setThere(VARIABLE, "lost"), loop), "from here");
      const asked = runCoroutineThreadsafe(askParent(VARIABLE, "from there"), loop);
      assertEquals([await asked, noted], ["from there", ["from there"]]);
      assertEquals(request.get(), "from here");
      // What cannot be cloned stays here.
      request.set(() => {});
      assertEquals(await read(), ["none", "none"]);
    });
  },
});
