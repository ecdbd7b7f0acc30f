// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  getRunningLoop,
  shield,
  sleep,
  TimeoutError,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Refuses a cancellation, and takes a second to say so. */
function* stubborn() {
  try {
    yield* sleep(10);
    return "not asked";
  } catch {
    return yield* sleep(1, "kept");
  }
}

/** The error of an await that must fail. */
function* errorOf(subject: Coroutine<unknown>) {
  try {
    yield* subject;
  } catch (error) {
    return { error: error as Error };
  }
  throw new Error("no error was thrown");
}

test("waitFor() gives the result of what is in time", async () => {
  await virtually(function* () {
    assertEquals(yield* waitFor(sleep(1, "coroutine"), 2), "coroutine");
    assertEquals(yield* waitFor(createTask(sleep(1, "task")), { seconds: 2 }), "task");
    assertEquals(yield* waitFor(() => sleep(1, "function"), 2), "function");
    assertEquals(yield* waitFor(Promise.resolve("promise"), 2), "promise");
    const future = new Future<string>();
    getRunningLoop().callLater(1, () => future.setResult("future"));
    assertEquals(yield* waitFor(future, 2), "future");
    assertEquals(getRunningLoop().time(), 4);
  });
});

test("waitFor() hands on the error of what fails in time", async () => {
  await virtually(function* () {
    const { error } = yield* errorOf(
      waitFor(function* () {
        yield* sleep(1);
        throw new RangeError("its own");
      }, 2),
    );
    assertEquals(`${error}`, "RangeError: its own");
  });
});

test("waitFor() cancels what is late, and throws TimeoutError from its CancelledError", async () => {
  await virtually(function* () {
    const task = createTask(sleep(10));
    const { error } = yield* errorOf(waitFor(task, 1));
    assert(error instanceof TimeoutError && error.cause instanceof CancelledError);
    assertEquals([error.message, task.cancelled(), getRunningLoop().time()], ["", true, 1]);
    assertEquals(currentTask()!.cancelling(), 0);
    const future = new Future();
    yield* errorOf(waitFor(future, 1));
    assertEquals(future.cancelled(), true);
  });
});

test("waitFor() runs a coroutine in the task that waits", async () => {
  await virtually(function* () {
    const main = currentTask();
    const inside = yield* waitFor(function* () {
      yield* sleep(0);
      return { isMain: currentTask() === main };
    }, 1);
    assertEquals(inside, { isMain: true });
  });
});

test("waitFor() waits until what it cancelled has ended", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const { error } = yield* errorOf(
      waitFor(function* () {
        try {
          yield* sleep(10);
        } finally {
          yield* sleep(2);
          log.push(`cleaned up at ${getRunningLoop().time()}`);
        }
      }, 1),
    );
    log.push(`${error.name} at ${getRunningLoop().time()}`);
  });
  assertEquals(log, ["cleaned up at 3", "TimeoutError at 3"]);
});

test("waitFor() gives the result of what refused to be cancelled", async () => {
  await virtually(function* () {
    assertEquals(yield* waitFor(stubborn, 1), "kept");
    assertEquals([getRunningLoop().time(), currentTask()!.cancelling()], [2, 0]);
    const task = createTask(stubborn);
    assertEquals(yield* waitFor(task, 1), "kept");
  });
});

test("waitFor() hands on an error that answers the cancellation", async () => {
  await virtually(function* () {
    const { error } = yield* errorOf(
      waitFor(function* () {
        try {
          yield* sleep(10);
        } catch {
          throw new RangeError("at the cancellation");
        }
      }, 1),
    );
    assertEquals([`${error}`, currentTask()!.cancelling()], ["RangeError: at the cancellation", 0]);
  });
});

test("waitFor() with null waits for ever", async () => {
  await virtually(function* () {
    assertEquals(yield* waitFor(sleep({ days: 1 }, "tomorrow"), null), "tomorrow");
  });
});

for (const timeout of [0, -1]) {
  test(`waitFor() with ${timeout} gives what is done already`, async () => {
    await virtually(function* () {
      const [done, failed] = [new Future<string>(), new Future()];
      done.setResult("done");
      failed.setException(new RangeError("failed"));
      assertEquals(yield* waitFor(done, timeout), "done");
      assertEquals(`${(yield* errorOf(waitFor(failed, timeout))).error}`, "RangeError: failed");
    });
  });

  test(`waitFor() with ${timeout} does not begin a coroutine`, async () => {
    const log: string[] = [];
    await virtually(function* () {
      const { error } = yield* errorOf(
        waitFor(function* () {
          log.push("began");
          yield* sleep(0);
        }, timeout),
      );
      assert(error instanceof TimeoutError && error.cause instanceof CancelledError);
      assertEquals(getRunningLoop().time(), 0);
    });
    assertEquals(log, []);
  });

  test(`waitFor() with ${timeout} cancels a task, and waits for its end`, async () => {
    await virtually(function* () {
      const task = createTask(sleep(10));
      const kept = createTask(stubborn);
      yield* sleep(0);
      assertEquals((yield* errorOf(waitFor(task, timeout))).error.name, "TimeoutError");
      assertEquals(task.cancelled(), true);
      assertEquals([yield* waitFor(kept, timeout), getRunningLoop().time()], ["kept", 1]);
    });
  });
}

test("the time that is up in the iteration of the result wins, as the later of two timers", async () => {
  await virtually(function* () {
    const future = new Future<string>();
    getRunningLoop().callLater(1, () => future.setResult("just too late"));
    const { error } = yield* errorOf(waitFor(future, 1));
    assertEquals([error.name, future.result()], ["TimeoutError", "just too late"]);
  });
});

test("a task that is cancelled in waitFor() cancels what it waits for", async () => {
  await virtually(function* () {
    const inner = createTask(sleep(10));
    const outer = createTask(waitFor(inner, 5));
    yield* sleep(1);
    outer.cancel("outer's");
    yield* wait([outer]);
    assertEquals([outer.cancelled(), inner.cancelled(), getRunningLoop().time()], [true, true, 1]);
    assertEquals(assertThrows(() => outer.result(), CancelledError).message, "outer's");
  });
});

test("a cancellation that comes with the result is not lost", async () => {
  await virtually(function* () {
    const future = new Future<string>();
    const task = createTask(waitFor(future, 10));
    yield* sleep(0);
    future.setResult("result");
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), future.result()], [true, "result"]);
  });
});

test("a cancellation during the clean-up after the time is up is a cancellation", async () => {
  await virtually(function* () {
    const task = createTask(waitFor(stubborn, 1));
    yield* sleep(1.5);
    task.cancel("by others");
    yield* wait([task]);
    assertEquals([task.cancelled(), getRunningLoop().time()], [true, 1.5]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "by others");
  });
});

test("a cancellation while a task that was given no time cleans up is a cancellation", async () => {
  await virtually(function* () {
    const kept = createTask(stubborn);
    yield* sleep(0);
    const task = createTask(waitFor(kept, 0));
    yield* sleep(0.5);
    task.cancel("by others");
    yield* wait([task]);
    assertEquals([task.cancelled(), kept.done(), getRunningLoop().time()], [true, false, 0.5]);
    yield* kept;
  });
});

test("shield() keeps the time's cancellation off", async () => {
  await virtually(function* () {
    const work = createTask(sleep(3, "work"));
    assertEquals((yield* errorOf(waitFor(shield(work), 1))).error.name, "TimeoutError");
    assertEquals([work.done(), yield* work], [false, "work"]);
  });
});

test("waitFor() in waitFor(): the shorter time counts", async () => {
  await virtually(function* () {
    for (const [outer, inner] of [[1, 2], [2, 1], [1, 1]] as const) {
      const start = getRunningLoop().time();
      const { error } = yield* errorOf(waitFor(waitFor(sleep(10), inner), outer));
      assertEquals([error.name, getRunningLoop().time() - start], ["TimeoutError", 1]);
      assertEquals(currentTask()!.cancelling(), 0);
    }
  });
});

test("waitFor() leaves no timer behind when all is in time", async () => {
  await virtually(function* () {
    yield* waitFor(sleep(1), 1000);
    assertEquals(getRunningLoop().time(), 1);
  });
});

test("a waitFor() that is not awaited does nothing", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const lazy = waitFor(() => log.push("ran"), 1);
    yield* sleep(5);
    log.push("awaited");
    yield* lazy;
  });
  assertEquals(log, ["awaited", "ran"]);
});

test("waitFor() refuses, when awaited, what cannot be awaited and what is no time", async () => {
  await virtually(function* () {
    const future = new Future();
    const cases: [unknown, unknown, string][] = [
      [
        42,
        1,
        "TypeError: An asyncio.Future, a coroutine or an awaitable is required, got 42 (number)",
      ],
      [
        42,
        0,
        "TypeError: An asyncio.Future, a coroutine or an awaitable is required, got 42 (number)",
      ],
      [
        future,
        "x",
        "TypeError: timeout must be a number of seconds or an object such as { milliseconds: 50 }, " +
        "got 'x' (string)",
      ],
      [
        future,
        NaN,
        "ValueError: Invalid timeout: NaN (not a number), expected a number of seconds",
      ],
    ];
    for (const [subject, timeout, message] of cases) {
      const { error } = yield* errorOf(waitFor(subject as never, timeout as never));
      assertEquals(`${error}`, message);
    }
    assertEquals(future.done(), false);
  });
});

test("waitFor() does not ask a future of a class of one's own whether it was cancelled", async () => {
  class Silent extends Future<number> {
    override cancelled(): boolean {
      throw new RangeError("not to be asked");
    }
  }
  await virtually(function* () {
    const silent = new Silent();
    getRunningLoop().callSoon(() => silent.setResult(1));
    assertEquals(yield* waitFor(silent, 5), 1);
  });
});
