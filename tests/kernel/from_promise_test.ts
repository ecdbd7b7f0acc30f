// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  createTask,
  currentTask,
  ensureFuture,
  fromPromise,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A promise that the host settles a little later. */
function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, 1, value));
}

test("fromPromise() gives the promise's value", async () => {
  await virtually(function* () {
    assertEquals(yield* fromPromise(Promise.resolve(1)), 1);
    assertEquals(yield* fromPromise(later("later")), "later");
    assertEquals(yield* fromPromise(() => later("called")), "called");
  });
});

test("fromPromise() throws the promise's very reason", async () => {
  await virtually(function* () {
    for (const reason of [new RangeError("no"), "text", undefined]) {
      let caught: unknown = "nothing";
      try {
        yield* fromPromise(Promise.reject(reason));
      } catch (error) {
        caught = error;
      }
      assertStrictEquals(caught, reason);
    }
  });
});

test("fromPromise() takes any thenable", async () => {
  const thenable = {
    then<R>(onFulfilled?: ((value: string) => R) | null) {
      queueMicrotask(() => onFulfilled?.("from a thenable"));
    },
  } as PromiseLike<string>;
  await virtually(function* () {
    assertEquals(yield* fromPromise(thenable), "from a thenable");
  });
});

test("fromPromise() calls its function when it is awaited, in the task", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      const lazy = fromPromise((signal) => {
        log.push(["called", currentTask()?.getName(), signal.aborted]);
        return later("value");
      });
      log.push("made");
      yield* sleep(1);
      log.push(yield* lazy);
    }, { name: "T" });
    yield* task;
  });
  assertEquals(log, ["made", ["called", "T", false], "value"]);
});

test("fromPromise() lets other tasks run while the promise is pending", async () => {
  const log: string[] = [];
  await virtually(function* () {
    let release = () => {};
    const promise = new Promise<void>((resolve) => release = resolve);
    const waiting = createTask(function* () {
      yield* fromPromise(promise);
      log.push("came");
    });
    for (let step = 0; step < 3; step++) {
      yield* sleep(0);
      log.push(`step ${step}`);
    }
    release();
    yield* waiting;
  });
  assertEquals(log, ["step 0", "step 1", "step 2", "came"]);
});

test("fromPromise() keeps a run on a virtual clock from being taken for deadlocked", async () => {
  await virtually(function* () {
    assertEquals(yield* gather([fromPromise(later("a")), fromPromise(later("b"))]), ["a", "b"]);
    assertEquals(getRunningLoop().time(), 0);
  });
});

test("many tasks may wait for one promise", async () => {
  await virtually(function* () {
    const promise = later("shared");
    const waits = Array.from({ length: 5 }, () => fromPromise(promise));
    assertEquals(yield* gather(waits), Array(5).fill("shared"));
    assertEquals(yield* fromPromise(promise), "shared");
  });
});

test("fromPromise() that is cancelled stops waiting at once, and aborts its signal", async () => {
  await virtually(function* () {
    const signals: AbortSignal[] = [];
    const task = createTask(function* () {
      yield* fromPromise((signal) => {
        signals.push(signal);
        return new Promise<never>(() => {});
      });
    });
    yield* sleep(0);
    assertEquals(signals[0]!.aborted, false);
    task.cancel("enough");
    yield* sleep(0);
    assertEquals(task.cancelled(), true);
    const [signal] = signals;
    assertEquals(signal!.aborted, true);
    assert(signal!.reason instanceof CancelledError);
    assertEquals(signal!.reason.message, "enough");
  });
});

test("a promise's own AbortError after the cancellation is nobody's trouble", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      yield* fromPromise((signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        })
      );
    });
    yield* sleep(0);
    task.cancel();
    try {
      yield* task;
    } catch (error) {
      assertEquals((error as Error).name, "CancelledError");
    }
    yield* fromPromise(later(null));
  });
});

test("fromPromise() leaves its signal alone when the promise settles", async () => {
  await virtually(function* () {
    const signals: AbortSignal[] = [];
    const keep = <T>(promise: Promise<T>) => (signal: AbortSignal) => {
      signals.push(signal);
      return promise;
    };
    yield* fromPromise(keep(later(1)));
    try {
      yield* fromPromise(keep(Promise.reject(new Error("no"))));
    } catch {
      // Expected.
    }
    yield* sleep(1);
    assertEquals(signals.map((signal) => signal.aborted), [false, false]);
  });
});

test("fromPromise() under a time limit is given up in time", async () => {
  let aborted = false;
  const name = await run(function* () {
    try {
      yield* waitFor(
        fromPromise((signal) => {
          signal.addEventListener("abort", () => aborted = true);
          return new Promise<never>(() => {});
        }),
        0.001,
      );
      return "nothing";
    } catch (error) {
      return (error as Error).name;
    }
  });
  assertEquals([name, aborted], ["TimeoutError", true]);
});

test("a task that stopped waiting is not disturbed when the promise settles after all", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    let release = (_value: string) => {};
    const promise = new Promise<string>((resolve) => release = resolve);
    const task = createTask(function* () {
      try {
        yield* fromPromise(promise);
      } catch {
        log.push("cancelled");
      }
      log.push(yield* sleep(1, "slept"));
    });
    yield* sleep(0);
    task.cancel();
    yield* sleep(0);
    release("late");
    yield* task;
    log.push(yield* fromPromise(promise));
  });
  assertEquals(log, ["cancelled", "slept", "late"]);
});

test("fromPromise() of what the module hands out awaits it in the task", async () => {
  await virtually(function* () {
    assertEquals(yield* fromPromise(sleep(1, "slept")), "slept");
    const future = new Future<string>();
    getRunningLoop().callLater(1, () => future.setResult("future"));
    assertEquals(yield* fromPromise(future), "future");
    assertEquals(getRunningLoop().time(), 2);
  });
});

test("fromPromise() refuses what is no promise and no function", () => {
  for (const [value, shown] of [[42, "42 (number)"], [null, "null"], [{}, "{} (Object)"]]) {
    assertThrows(
      () => fromPromise(value as never),
      TypeError,
      `fromPromise() expects a promise, or a function of a signal, got ${shown}`,
    );
  }
});

test("fromPromise() of a function that returns no promise is a TypeError, when awaited", async () => {
  await virtually(function* () {
    const lazy = fromPromise((() => 42) as never);
    let message = "";
    try {
      yield* lazy;
    } catch (error) {
      message = `${error}`;
    }
    assertEquals(
      message,
      "TypeError: fromPromise() expects its function to return a promise, got 42 (number)",
    );
  });
});

test("a function of fromPromise() that throws fails the await", async () => {
  await virtually(function* () {
    let message = "";
    try {
      yield* fromPromise((): Promise<void> => {
        throw new RangeError("at once");
      });
    } catch (error) {
      message = `${error}`;
    }
    assertEquals(message, "RangeError: at once");
  });
});

test("a promise that settles after its loop was closed is let be", async () => {
  const loop = newEventLoop();
  let release = () => {};
  const promise = new Promise<void>((resolve) => release = resolve);
  const task = loop.createTask(fromPromise(promise));
  loop.callSoon(() => loop.callSoon(() => loop.stop()));
  await loop.runForever();
  loop.close();
  release();
  await promise;
  assertEquals(task.done(), false);
});

test("fromPromise() takes a thenable that settles at once, throws, or gives another promise", async () => {
  const error = new RangeError("bad then");
  const thenables: PromiseLike<unknown>[] = [
    { then: (resolve) => resolve?.(1) },
    { then: (_resolve, reject) => reject?.(error) },
    {
      then() {
        throw error;
      },
    },
    { then: (resolve) => void setTimeout(() => resolve?.(Promise.resolve(5) as never), 1) },
  ] as PromiseLike<unknown>[];
  const seen: unknown[] = [];
  await run(function* () {
    for (const thenable of thenables) {
      for (const subject of [fromPromise(thenable), ensureFuture(thenable)]) {
        try {
          seen.push(yield* waitFor(subject, 10));
        } catch (caught) {
          seen.push(caught);
        }
      }
    }
  });
  assertEquals(seen, [1, 1, error, error, error, error, 5, 5]);
});
