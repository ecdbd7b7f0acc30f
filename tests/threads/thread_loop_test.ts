import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  BrokenExecutor,
  CancelledError,
  type ConcurrentFuture,
  createTask,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  sleep,
  ThreadLoop,
  workerFunction,
  wrapFuture,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";
import type * as jobs from "./jobs.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

const jobsModule = new URL("./jobs.ts", import.meta.url);

const nap = workerFunction(function* (seconds: number, result: string) {
  yield* asyncio.sleep(seconds);
  return result;
});

test({
  name: "ThreadLoop is Python's loop in a thread, step by step",
  ...needs("workers"),
  async fn() {
    // new_loop = asyncio.new_event_loop()
    const loop = new ThreadLoop();
    // Thread(target=new_loop.run_forever).start()
    const stopped = loop.runForever();
    assert(loop.isRunning());
    // future = asyncio.run_coroutine_threadsafe(nap(0.001, "rested"), new_loop)
    const future = runCoroutineThreadsafe(nap(0.001, "rested"), loop);
    // await asyncio.wrap_future(future)
    assertEquals(await run(() => wrapFuture(future)), "rested");
    // new_loop.call_soon_threadsafe(new_loop.stop)
    loop.callSoonThreadsafe(loop.stop);
    await stopped;
    assertEquals([loop.isRunning(), loop.isClosed()], [false, false]);
    await loop.close();
    assert(loop.isClosed());
  },
});

test({
  name: "ThreadLoop runs coroutines at the same time",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const slow = runCoroutineThreadsafe(nap(3600, "slow"), loop);
    assertEquals(await runCoroutineThreadsafe(nap(0.001, "fast"), loop), "fast");
    assertEquals(slow.done(), false);
    slow.cancel();
    await assertRejects(async () => await slow, CancelledError);
  },
});

test({
  name: "ThreadLoop starts what it is told to in order",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const countCalls = workerFunction<typeof jobs.countCalls>(jobsModule, "countCalls");
    const counts = Array.from({ length: 5 }, () => runCoroutineThreadsafe(countCalls(), loop));
    assertEquals(await Promise.all(counts), [1, 2, 3, 4, 5]);
  },
});

test({
  name: "ThreadLoop keeps what it is told before it runs",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    const future = runCoroutineThreadsafe(nap(0, "patient"), loop);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(future.done(), false);
    loop.runForever();
    assertEquals(await future, "patient");
  },
});

test({
  name: "ThreadLoop runs again after it was stopped",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    const first = loop.runForever();
    const wait = workerFunction(async () => {
      const gate = asyncio.getRunningLoop().createFuture<string>();
      (globalThis as { gate?: typeof gate }).gate = gate;
      return await gate;
    });
    const future = runCoroutineThreadsafe(wait(), loop);
    loop.stop();
    await first;
    assertEquals(future.done(), false);
    loop.runForever();
    loop.callSoonThreadsafe(() => {
      const { gate } = globalThis as { gate?: { setResult(value: string): void } };
      gate!.setResult("over two runs");
    });
    assertEquals(await future, "over two runs");
  },
});

test({
  name: "ThreadLoop.callSoonThreadsafe() calls a function in the thread, in order",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const note = (text: string) => {
      const scope = globalThis as { notes?: string[] };
      scope.notes ??= [];
      scope.notes.push(text);
    };
    loop.callSoonThreadsafe(note, "one");
    loop.callSoonThreadsafe(note, "two");
    const read = workerFunction(async () => (globalThis as { notes?: string[] }).notes);
    assertEquals(await runCoroutineThreadsafe(read(), loop), ["one", "two"]);
  },
});

test({
  name: "ThreadLoop.callSoonThreadsafe() refuses what cannot cross",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    const outside = { told: false };
    assertThrows(
      () => loop.callSoonThreadsafe(() => outside.told = true),
      TypeError,
      "it closes over 'outside'",
    );
    assertThrows(
      () => loop.callSoonThreadsafe((value: unknown) => value, { call() {} }),
      TypeError,
      "cannot send the arguments of <anonymous>() to another thread: args[0].call is function call",
    );
    assertThrows(
      () => loop.callSoonThreadsafe(42 as never),
      TypeError,
      "a callable object was expected by callSoonThreadsafe(), got 42 (number)",
    );
  },
});

test({
  name:
    "ThreadLoop.callSoonThreadsafe() takes no coroutine, and one that turns out there ends nothing",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop({ name: "wary" });
    loop.runForever();
    for (const callback of [async () => {}, function* () {}, sleep(1)]) {
      assertThrows(
        () => loop.callSoonThreadsafe(callback as never),
        TypeError,
        "coroutines cannot be used with callSoonThreadsafe(), got ",
      );
    }
    const log: string[] = [];
    const original = console.error;
    console.error = (message: string) => log.push(message);
    try {
      loop.callSoonThreadsafe(workerFunction<typeof jobs.later>(jobsModule, "later"), 1, 1);
      loop.callSoonThreadsafe(workerFunction(async () => {}));
      assertEquals(await runCoroutineThreadsafe(nap(0, "goes on"), loop), "goes on");
    } finally {
      console.error = original;
    }
    assertEquals(log.map((message) => message.slice(0, 62)), [
      "wary: TypeError: coroutines cannot be used with callSoonThread",
      "wary: TypeError: coroutines cannot be used with callSoonThread",
    ]);
  },
});

test({
  name: "ThreadLoop's future fails by what a task factory there throws",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    loop.callSoonThreadsafe(() => {
      asyncio.getRunningLoop().setTaskFactory(() => {
        throw new RangeError("no task");
      });
      // The handler is told, too, as in Python.
      asyncio.getRunningLoop().setExceptionHandler(() => {});
    });
    await assertRejects(
      async () => await runCoroutineThreadsafe(nap(0, ""), loop),
      RangeError,
      "no task",
    );
  },
});

test({
  name: "ThreadLoop cancels the task there when the future here is cancelled",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const witness = workerFunction(function* () {
      const scope = globalThis as { seen?: string };
      scope.seen = "running";
      try {
        yield* asyncio.sleep(3600);
      } catch (error) {
        scope.seen = String(error);
        throw error;
      }
    });
    const seen = workerFunction(async () => (globalThis as { seen?: string }).seen);
    const future = runCoroutineThreadsafe(witness(), loop);
    assertEquals(await runCoroutineThreadsafe(seen(), loop), "running");
    assert(future.cancel());
    await assertRejects(async () => await future, CancelledError);
    await runCoroutineThreadsafe(nap(0, ""), loop);
    assertEquals(await runCoroutineThreadsafe(seen(), loop), "CancelledError");
  },
});

/** Ends the wait for it when it is let, notes so, and only then is over. */
const slowToEnd = workerFunction(async () => {
  const scope = globalThis as { letEnd?: () => void; ended?: boolean };
  try {
    await asyncio.sleep(3600);
  } finally {
    const gate = asyncio.getRunningLoop().createFuture<void>();
    scope.letEnd = () => gate.setResult();
    await gate;
    scope.ended = true;
  }
});

const letEnd = workerFunction(async () => (globalThis as { letEnd?: () => void }).letEnd!());

const hasEnded = workerFunction(async () => (globalThis as { ended?: boolean }).ended === true);

test({
  name: "ThreadLoop's future is cancelled when the task there is over, not before",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const future = runCoroutineThreadsafe(slowToEnd(), loop);
    await runCoroutineThreadsafe(nap(0, "it has begun"), loop);
    assertEquals([future.cancel(), future.done()], [true, false]);
    assertEquals(await runCoroutineThreadsafe(hasEnded(), loop), false);
    await runCoroutineThreadsafe(letEnd(), loop);
    await assertRejects(async () => await future, CancelledError);
    assertEquals(await runCoroutineThreadsafe(hasEnded(), loop), true);
    assertEquals([future.cancel(), future.cancelled()], [true, true]);
  },
});

test({
  name: "ThreadLoop's future ends as the task there does that goes on after a cancel",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const stubborn = workerFunction(function* () {
      try {
        yield* asyncio.sleep(3600);
      } catch {
        // A cancellation swallowed, as it may be.
      }
      return "still here";
    });
    const future = runCoroutineThreadsafe(stubborn(), loop);
    await runCoroutineThreadsafe(nap(0, "it has begun"), loop);
    future.cancel();
    assertEquals(await future, "still here");
  },
});

test({
  name: "ThreadLoop has a task that awaits it end after the task there, by the message given",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    await run(function* () {
      const task = createTask(function* () {
        yield* wrapFuture(runCoroutineThreadsafe(slowToEnd(), loop));
      });
      yield* sleep(0);
      yield* runCoroutineThreadsafe(nap(0, "it has begun"), loop);
      task.cancel("enough");
      yield* sleep(0);
      yield* runCoroutineThreadsafe(hasEnded(), loop);
      yield* runCoroutineThreadsafe(letEnd(), loop);
      let caught: unknown;
      try {
        yield* task;
      } catch (error) {
        caught = error;
      }
      assertInstanceOf(caught, CancelledError);
      assertEquals(caught.message, "enough");
      assertEquals(yield* runCoroutineThreadsafe(hasEnded(), loop), true);
    });
  },
});

test({
  name: "ThreadLoop that stands still ends nothing, so nobody waits for that",
  ...needs("workers"),
  async fn() {
    const loop = new ThreadLoop();
    const early = runCoroutineThreadsafe(nap(3600, ""), loop);
    early.cancel();
    assert(early.cancelled());
    const stopped = loop.runForever();
    const late = runCoroutineThreadsafe(slowToEnd(), loop);
    await runCoroutineThreadsafe(nap(0, "it has begun"), loop);
    late.cancel();
    assertEquals(late.done(), false);
    loop.stop();
    await stopped;
    assert(late.cancelled());
    await loop.close();
  },
});

test({
  name: "ThreadLoop's coroutine is cancelled with the task that awaits it",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    let future: ConcurrentFuture<string> | undefined;
    await run(function* () {
      const task = createTask(function* () {
        future = runCoroutineThreadsafe(nap(3600, ""), loop);
        yield* future;
      });
      yield* sleep(0.01);
      task.cancel();
      while (!task.done()) yield* sleep(0);
      assert(task.cancelled());
    });
    assert(future?.cancelled());
  },
});

test({
  name: "ThreadLoop outlives a helper that is not awaited yet as its coroutine is cancelled",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const early = workerFunction(async () => {
      const helper = (async () => await asyncio.sleep(3600))();
      await asyncio.sleep(3600);
      await helper;
    });
    const future = runCoroutineThreadsafe(early(), loop);
    assertEquals(await runCoroutineThreadsafe(nap(0.001, "begun"), loop), "begun");
    future.cancel();
    await assertRejects(async () => await future, CancelledError);
    assertEquals(await runCoroutineThreadsafe(nap(0.01, "alive"), loop), "alive");
  },
});

test({
  name: "ThreadLoop tells when the task there is cancelled by itself",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const suicidal = workerFunction(function* () {
      asyncio.currentTask()?.cancel();
      yield* asyncio.sleep(0);
    });
    const future = runCoroutineThreadsafe(suicidal(), loop);
    await assertRejects(async () => await future, CancelledError);
    assert(future.cancelled());
  },
});

test({
  name: "ThreadLoop brings errors back whole",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const fail = workerFunction<typeof jobs.fail>(jobsModule, "fail");
    const error = await assertRejects(
      async () => await runCoroutineThreadsafe(fail(), loop),
      TypeError,
      "it failed",
    );
    assertInstanceOf(error.cause, AggregateError);
    const timeOut = workerFunction(() => asyncio.waitFor(asyncio.sleep(3600), 0));
    const late = await runCoroutineThreadsafe(timeOut(), loop).then(String, String);
    assertEquals(late, "TimeoutError");
  },
});

test({
  name: "ThreadLoop fails a call at once that cannot be made",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const subtract = workerFunction<() => void>(jobsModule, "subtract");
    await assertRejects(
      async () => await runCoroutineThreadsafe(subtract(), loop),
      RuntimeError,
      `cannot load subtract from ${jobsModule} in a worker`,
    );
    const unclonable = runCoroutineThreadsafe(nap((() => 1) as never, ""), loop);
    await assertRejects(
      async () => await unclonable,
      TypeError,
      "cannot send argument 1 of <anonymous>() to another thread: args[0] is function",
    );
    assertEquals(await runCoroutineThreadsafe(nap(0, "goes on"), loop), "goes on");
  },
});

test({
  name: "ThreadLoop fails all who wait when its thread dies",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop({ name: "doomed" });
    const run = loop.runForever();
    const waiting = runCoroutineThreadsafe(nap(3600, ""), loop);
    const endWorker = workerFunction<typeof jobs.endWorker>(jobsModule, "endWorker");
    const ending = runCoroutineThreadsafe(endWorker(), loop);
    for (const future of [run, waiting, ending]) {
      const error = await (future as ConcurrentFuture<unknown>).then(() => null, (e: unknown) => e);
      assertInstanceOf(error, BrokenExecutor);
      assert(/^doomed (exited with code 7|closed itself)$/.test(error.message), error.message);
    }
    assertEquals([loop.isRunning(), loop.isClosed()], [false, true]);
    assertThrows(() => loop.stop(), RuntimeError, "Event loop is closed: doomed ");
  },
});

test({
  name: "ThreadLoop is as strict as a loop of this thread",
  ...needs("workers"),
  async fn() {
    const loop = new ThreadLoop({ name: "strict" });
    const run = loop.runForever();
    await assertRejects(
      async () => await loop.runForever(),
      RuntimeError,
      "This event loop is already running",
    );
    await assertRejects(
      async () => await loop.close(),
      RuntimeError,
      "Cannot close a running event loop",
    );
    assertEquals(String(loop), "<ThreadLoop strict running=true closed=false>");
    loop.stop();
    await run;
    await loop.close();
    await loop.close();
    assertThrows(() => loop.stop(), RuntimeError, "Event loop is closed");
    assertThrows(() => loop.callSoonThreadsafe(() => {}), RuntimeError, "Event loop is closed");
    assertThrows(
      () => runCoroutineThreadsafe(nap(0, ""), loop),
      RuntimeError,
      "Event loop is closed",
    );
    await assertRejects(async () => await loop.runForever(), RuntimeError, "Event loop is closed");
  },
});

test({
  name: "ThreadLoop.close() fails what is unfinished there",
  ...needs("workers"),
  async fn() {
    const loop = new ThreadLoop();
    const future = runCoroutineThreadsafe(nap(0, ""), loop);
    await loop.close();
    await assertRejects(async () => await future, RuntimeError, "Event loop is closed");
  },
});

test({
  name: "ThreadLoop refuses in Python's words what is not threadsafe, whatever debug mode is",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    const calls: [method: string, expected: string, call: () => unknown][] = [
      ["callSoon", "callSoonThreadsafe()", () => loop.callSoon(() => {})],
      ["callLater", "callSoonThreadsafe()", () => loop.callLater(1, () => {})],
      ["callAt", "callSoonThreadsafe()", () => loop.callAt(1, () => {})],
      ["createTask", "runCoroutineThreadsafe()", () => loop.createTask(nap(0, ""))],
    ];
    for (const [method, expected, call] of calls) {
      const { message } = assertThrows(call, RuntimeError);
      assertEquals(
        message,
        "Non-thread-safe operation invoked on an event loop other than the current one: " +
          `expected ${expected}, got ${method}()`,
      );
    }
  },
});

test({
  name: "ThreadLoop that was never used has no thread to close",
  ...needs("workers"),
  async fn() {
    await new ThreadLoop().close();
  },
});

test({
  name: "ThreadLoop carries a thousand calls at a time",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const echo = workerFunction(async (n: number) => n);
    const futures = Array.from({ length: 1000 }, (_, n) => runCoroutineThreadsafe(echo(n), loop));
    let done = 0;
    for (const future of futures) future.addDoneCallback(() => done++);
    await until(() => done === 1000);
    assertEquals(
      futures.map((future) => future.result()),
      Array.from({ length: 1000 }, (_, n) => n),
    );
  },
});

test({
  name: "ThreadLoop drops what comes of a call whose future was settled by hand",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const settled = runCoroutineThreadsafe(nap(0.01, "there"), loop);
    settled.setResult("hand");
    const other = runCoroutineThreadsafe(nap(0.02, "other"), loop);
    assertEquals([await settled, await other], ["hand", "other"]);
  },
});
