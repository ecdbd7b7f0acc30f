// kinds: generator, async
import { assertEquals } from "@std/assert";
import {
  type AsyncIterableLike,
  createTask,
  forEach,
  gather,
  run,
  sleep,
  timeout,
  TimeoutError,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** A promise of the host's, which no microtask settles. */
function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, 2, value));
}

/** An iterable of somebody's who knows nothing of this module. */
function foreign(count: number, log: string[] = []): AsyncIterableLike<number> {
  let n = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => later({ done: n === count, value: n++ }),
      return: () => {
        log.push("closed");
        return later({ done: true, value: undefined });
      },
    }),
  };
}

/** One that never has anything. */
function silent(log: string[]): AsyncIterableLike<number> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return: () => Promise.resolve(log.push("closed")),
    }),
  };
}

test("a foreign iterator is waited for in every place, with no fromPromise()", async () => {
  const seen: number[] = [];
  await run(function* () {
    yield* forEach(foreign(3), function* (n) {
      yield* sleep(0);
      seen.push(n);
    });
  });
  assertEquals(seen, [0, 1, 2]);
});

test("several may be waited for at the same time, in one task and in many", async () => {
  const sums: number[] = [];
  const add = (count: number) =>
    function* () {
      let sum = 0;
      yield* forEach(foreign(count), (n) => {
        sum += n;
      });
      sums.push(sum);
    };
  await run(function* () {
    yield* gather([add(2), add(3), add(4)]);
  });
  assertEquals(sums.sort(), [1, 3, 6]);
});

test("a task that waits for a foreign iterator is cancelled at once", async () => {
  const log: string[] = [];
  await run(function* () {
    const task = createTask(() => forEach(silent(log), () => {}));
    // Behind the turns of the host by which the loop learns that it rests on something foreign.
    yield* sleep(0.02);
    task.cancel("why");
    yield* wait([task]);
    assertEquals([task.cancelled(), log], [true, ["closed"]]);
  });
});

test("a task that has just begun to wait for a foreign iterator is cancelled, too", async () => {
  const log: string[] = [];
  await run(function* () {
    const task = createTask(() => forEach(silent(log), () => {}));
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), log], [true, ["closed"]]);
  });
});

test("a timeout ends a wait for a foreign iterator", async () => {
  const log: string[] = [];
  await run(function* () {
    let caught: unknown;
    try {
      yield* timeout(0.02, () => forEach(silent(log), () => {}));
    } catch (error) {
      caught = error;
    }
    assertEquals([caught instanceof TimeoutError, log], [true, ["closed"]]);
  });
});

test("leaving a foreign iterator waits until it is closed", async () => {
  const log: string[] = [];
  await run(function* () {
    let caught = "";
    try {
      yield* forEach(foreign(3, log), () => {
        throw new RangeError("no");
      });
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals([caught, log], ["RangeError: no", ["closed"]]);
  });
});
