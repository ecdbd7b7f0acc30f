import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  ConcurrentFuture,
  createTask,
  gather,
  InvalidStateError,
  run,
  RuntimeError,
  sleep,
  TimeoutError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** What the future's predicates say, in one line. */
function states(future: ConcurrentFuture<unknown>): string {
  return [
    future.running() && "running",
    future.cancelled() && "cancelled",
    future.done() && "done",
  ].filter(Boolean).join(" ") || "pending";
}

test("ConcurrentFuture goes from pending over running to finished", () => {
  const future = new ConcurrentFuture<number>();
  assertEquals(states(future), "pending");
  assert(future.setRunningOrNotifyCancel());
  assertEquals(states(future), "running");
  future.setResult(42);
  assertEquals(states(future), "done");
  assertEquals(future.result(), 42);
  assertEquals(future.exception(), null);
});

test("ConcurrentFuture.setResult() settles a pending future, too", () => {
  const future = new ConcurrentFuture<string>();
  future.setResult("early");
  assertEquals(future.result(), "early");
});

test("ConcurrentFuture.setException() is what result() throws", () => {
  const future = new ConcurrentFuture<number>();
  const error = new RangeError("too far");
  future.setException(error);
  assertStrictEquals(future.exception(), error);
  assertStrictEquals(assertThrows(() => future.result()), error);
});

test("ConcurrentFuture.cancel() cancels what has not begun, any number of times", () => {
  const future = new ConcurrentFuture<number>();
  assert(future.cancel());
  assert(future.cancel());
  assertEquals(states(future), "cancelled done");
  assertThrows(() => future.result(), CancelledError);
  assertThrows(() => future.exception(), CancelledError);
});

test("ConcurrentFuture.cancel() cannot cancel what runs or is finished", () => {
  const future = new ConcurrentFuture<number>();
  future.setRunningOrNotifyCancel();
  assertEquals(future.cancel(), false);
  assertEquals(states(future), "running");
  future.setResult(1);
  assertEquals(future.cancel(), false);
  assertEquals(states(future), "done");
});

test("ConcurrentFuture.setRunningOrNotifyCancel() tells of a cancellation, once", () => {
  const future = new ConcurrentFuture<number>();
  future.cancel();
  assertEquals(future.setRunningOrNotifyCancel(), false);
  assert(future.cancel());
  assertThrows(
    () => future.setRunningOrNotifyCancel(),
    RuntimeError,
    "Future in unexpected state: CANCELLED_AND_NOTIFIED",
  );
});

test("ConcurrentFuture.setRunningOrNotifyCancel() refuses to begin twice", () => {
  const future = new ConcurrentFuture<number>();
  future.setRunningOrNotifyCancel();
  assertThrows(
    () => future.setRunningOrNotifyCancel(),
    RuntimeError,
    "Future in unexpected state: RUNNING",
  );
  future.setResult(1);
  assertThrows(
    () => future.setRunningOrNotifyCancel(),
    RuntimeError,
    "Future in unexpected state: FINISHED",
  );
});

test("ConcurrentFuture is settled once", () => {
  const finished = new ConcurrentFuture<number>();
  finished.setResult(1);
  assertThrows(
    () => finished.setResult(2),
    InvalidStateError,
    "FINISHED: <ConcurrentFuture state=finished returned number>",
  );
  const cancelled = new ConcurrentFuture<number>();
  cancelled.cancel();
  assertThrows(
    () => cancelled.setException(new Error()),
    InvalidStateError,
    "CANCELLED: <ConcurrentFuture state=cancelled>",
  );
});

test("ConcurrentFuture.result() does not block, and says so", () => {
  const future = new ConcurrentFuture<number>();
  assertThrows(() => future.result(), RuntimeError, "result() cannot wait");
  assertThrows(() => future.result(1), RuntimeError, "await the future instead");
  assertThrows(() => future.exception(), RuntimeError, "exception() cannot wait");
});

test("ConcurrentFuture.result() with no time to wait times out", () => {
  const future = new ConcurrentFuture<number>();
  assertThrows(() => future.result(0), TimeoutError);
  assertThrows(() => future.exception(0), TimeoutError);
  future.setResult(1);
  assertEquals(future.result(0), 1);
});

test("ConcurrentFuture.addDoneCallback() calls back at once and in order, with the future", () => {
  const future = new ConcurrentFuture<number>();
  const log: string[] = [];
  future.addDoneCallback((done) => log.push(`first ${done === future} ${done.result()}`));
  future.addDoneCallback(() => log.push("second"));
  assertEquals(log, []);
  future.setResult(7);
  assertEquals(log, ["first true 7", "second"]);
  future.addDoneCallback(() => log.push("late"));
  assertEquals(log, ["first true 7", "second", "late"]);
});

test("ConcurrentFuture.addDoneCallback() calls back on a cancellation", () => {
  const future = new ConcurrentFuture<number>();
  const log: boolean[] = [];
  future.addDoneCallback((done) => log.push(done.cancelled()));
  future.cancel();
  assertEquals(log, [true]);
});

test("ConcurrentFuture.addDoneCallback() logs what a callback throws, and goes on", () => {
  const future = new ConcurrentFuture<number>();
  const log: string[] = [];
  const original = console.error;
  console.error = (message: string) => log.push(message.split("\n", 1)[0]!);
  try {
    future.addDoneCallback(() => {
      throw new Error("in a callback");
    });
    future.addDoneCallback(() => log.push("next"));
    future.setResult(1);
  } finally {
    console.error = original;
  }
  assertEquals(log, [
    "exception calling callback for <ConcurrentFuture state=finished returned number>",
    "next",
  ]);
});

test("ConcurrentFuture.addDoneCallback() logs what was thrown, though the engine's stack is of frames alone", () => {
  const log: string[] = [];
  const original = console.error;
  console.error = (message: string) => log.push(message);
  try {
    const future = new ConcurrentFuture<number>();
    future.setResult(1);
    future.addDoneCallback(() => {
      throw Object.assign(new RangeError("dry"), { stack: "pump@file:///a.ts:1:2" });
    });
    future.addDoneCallback(() => {
      throw "nothing";
    });
  } finally {
    console.error = original;
  }
  const title = "exception calling callback for <ConcurrentFuture state=finished returned number>";
  assertEquals(log, [
    `${title}\nRangeError: dry\npump@file:///a.ts:1:2`,
    `${title}\n'nothing'`,
  ]);
});

test("ConcurrentFuture.addDoneCallback() takes functions alone", () => {
  const future = new ConcurrentFuture<number>();
  assertThrows(
    () => future.addDoneCallback(42 as never),
    TypeError,
    "addDoneCallback() expects a function, got 42 (number)",
  );
});

test("ConcurrentFuture.toString() tells the state and the kind of the outcome", () => {
  const future = new ConcurrentFuture<unknown>();
  assertEquals(String(future), "<ConcurrentFuture state=pending>");
  future.setRunningOrNotifyCancel();
  assertEquals(String(future), "<ConcurrentFuture state=running>");
  future.setException(new TypeError());
  assertEquals(String(future), "<ConcurrentFuture state=finished raised TypeError>");
  const list = new ConcurrentFuture<unknown>();
  list.setResult([1]);
  assertEquals(String(list), "<ConcurrentFuture state=finished returned Array>");
});

test("ConcurrentFuture is awaited by plain code as a promise is", async () => {
  const works = new ConcurrentFuture<number>();
  setTimeout(() => works.setResult(1));
  assertEquals(await works, 1);
  assertEquals(await works, 1);

  const fails = new ConcurrentFuture<number>();
  setTimeout(() => fails.setException(new RangeError("no")));
  await assertRejects(async () => await fails, RangeError, "no");

  const cancelled = new ConcurrentFuture<number>();
  setTimeout(() => cancelled.cancel());
  await assertRejects(async () => await cancelled, CancelledError);
});

test("ConcurrentFuture.then() keeps to what a promise's does", async () => {
  const log: string[] = [];
  const works = new ConcurrentFuture<unknown>();
  const doubled = works.then((value) => 2 * (value as number));
  const thrown = works.then(() => {
    throw new RangeError("by the callback");
  });
  const passed = works.then();
  works.then(() => log.push("called"));
  works.setResult(21);
  log.push("settled");
  assertEquals([await doubled, await passed, log], [42, 21, ["settled", "called"]]);
  await assertRejects(async () => await thrown, RangeError, "by the callback");

  // What can be waited for itself is waited for before the callback is called.
  const later = new ConcurrentFuture<unknown>();
  later.setResult(Promise.resolve("whole"));
  assertEquals(await later.then((value) => typeof value), "string");

  const fails = new ConcurrentFuture<unknown>();
  const caught = fails.then(undefined, (error) => `caught ${error.message}`);
  const lost = fails.then(() => "not called");
  fails.setException(new RangeError("no"));
  assertEquals(await caught, "caught no");
  await assertRejects(async () => await lost, RangeError, "no");
});

test("ConcurrentFuture.catch() and finally() make promises, of plain code and of a task's", async () => {
  const log: string[] = [];
  async function goOn(): Promise<unknown> {
    const [works, fails] = [new ConcurrentFuture<number>(), new ConcurrentFuture<number>()];
    const all = Promise.all([
      works.catch(() => "caught").finally(() => log.push("finally")),
      fails.catch((error: Error) => error.message),
    ]);
    works.setResult(21);
    fails.setException(new RangeError("no"));
    return await all;
  }
  assertEquals([await goOn(), await run(goOn)], [[21, "no"], [21, "no"]]);
  assertEquals(log, ["finally", "finally"]);
});

test("ConcurrentFuture is awaited by a coroutine of either kind", async () => {
  await run(function* () {
    const future = new ConcurrentFuture<number>();
    setTimeout(() => future.setResult(1));
    assertEquals(yield* future, 1);
  });
  await run(async () => {
    const future = new ConcurrentFuture<number>();
    setTimeout(() => future.setResult(2));
    assertEquals(await future, 2);
  });
});

test("ConcurrentFuture is taken by gather() as any awaitable", async () => {
  const [one, two] = [new ConcurrentFuture<number>(), new ConcurrentFuture<string>()];
  setTimeout(() => one.setResult(1));
  two.setResult("two");
  assertEquals(await run(() => gather([one, two])), [1, "two"]);
});

for (const kind of ["generator", "async"] as const) {
  test(`ConcurrentFuture is cancelled with the task that awaits it, ${kind}`, async () => {
    const future = new ConcurrentFuture<number>();
    await run(function* () {
      const task = createTask<unknown>(
        kind === "generator"
          ? function* () {
            yield* future;
          }
          : async () => {
            await future;
          },
      );
      yield* sleep(0);
      yield* sleep(0);
      task.cancel();
      while (!task.done()) yield* sleep(0);
      assert(task.cancelled());
    });
    assert(future.cancelled());
  });
}

test("ConcurrentFuture gives any thrown value on, null too", async () => {
  const future = new ConcurrentFuture<number>();
  future.setException(null);
  let caught: unknown = "nothing";
  await run(function* () {
    try {
      yield* future;
    } catch (error) {
      caught = error;
    }
  });
  assertEquals(caught, null);
});
