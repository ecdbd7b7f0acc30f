// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asCompleted,
  type AwaitableLike,
  CancelledError,
  type Coroutine,
  createTask,
  ensureFuture,
  Future,
  gather,
  getRunningLoop,
  isCoroutine,
  isFuture,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  sleep,
  type Task,
  TimeoutError,
  ValueError,
  VirtualClock,
  wait,
  waitFor,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** The results in the order in which they come. */
function* collect<T>(iterator: Iterable<Coroutine<T>>) {
  const results: T[] = [];
  for (const next of iterator) results.push(yield* next);
  return results;
}

// Plain iteration

test("asCompleted() gives results in the order in which they come", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const start = loop.time();
    const results: unknown[] = [];
    for (const next of asCompleted([sleep(3, "c"), sleep(1, "a"), sleep(2, "b")])) {
      results.push(yield* next, loop.time() - start);
    }
    assertEquals(results, ["a", 1, "b", 2, "c", 3]);
  });
});

test("asCompleted() gives equal times in the order in which they were given", async () => {
  await virtually(function* () {
    const results = yield* collect(asCompleted([sleep(1, "a"), sleep(1, "b"), sleep(1, "c")]));
    assertEquals(results, ["a", "b", "c"]);
  });
});

test("asCompleted() of nothing gives nothing", async () => {
  await virtually(function* () {
    assertEquals([...asCompleted([])], []);
    assertEquals([...asCompleted(new Set<Task<void>>(), { timeout: 1 })], []);
  });
});

test("asCompleted() of what is done already gives it at once", async () => {
  await virtually(function* () {
    const done = new Future<string>();
    done.setResult("done");
    const pending = createTask(() => sleep(1, "pending"));
    const results: string[] = [];
    for (const next of asCompleted([pending, done])) results.push(yield* next);
    assertEquals(results, ["done", "pending"]);
  });
});

test("asCompleted() throws an error at its turn, and goes on", async () => {
  await virtually(function* () {
    const fails = function* () {
      yield* sleep(2);
      throw new ValueError("second");
    };
    const log: unknown[] = [];
    for (
      const next of asCompleted<AwaitableLike<unknown>>([
        sleep(3, "third"),
        fails,
        sleep(1, "first"),
      ])
    ) {
      try {
        log.push(yield* next);
      } catch (error) {
        log.push(`${error}`);
      }
    }
    assertEquals(log, ["first", "ValueError: second", "third"]);
  });
});

test("asCompleted() throws the cancellation of one that was cancelled", async () => {
  await virtually(function* () {
    const task = createTask(() => sleep(10));
    getRunningLoop().callLater(1, () => task.cancel("gone"));
    const [next] = asCompleted([task]);
    let error: unknown;
    try {
      yield* next as NonNullable<typeof next>;
    } catch (caught) {
      error = caught;
    }
    assert(error instanceof CancelledError);
    assertEquals(error.message, "gone");
  });
});

test("asCompleted() gives coroutines, not the futures that it was given", async () => {
  await virtually(function* () {
    const task = createTask(() => sleep(0, "task"));
    const [next] = asCompleted([task]);
    assertEquals([isCoroutine(next), isFuture(next)], [true, false]);
    assertEquals(yield* next as NonNullable<typeof next>, "task");
  });
});

test("asCompleted() starts all at once, before it is iterated over", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const work = (name: string) =>
      function* () {
        log.push(name);
        yield;
      };
    const iterator = asCompleted([work("a"), work("b")]);
    assertEquals(log, []);
    yield;
    assertEquals(log, ["a", "b"]);
    yield* collect(iterator);
  });
});

test("asCompleted() gives the first result to whichever coroutine is awaited first", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const start = loop.time();
    const [first, second] = [...asCompleted([sleep(0.05, "a"), sleep(0.1, "b")])];
    assert(first !== undefined && second !== undefined);
    assertEquals([yield* second, loop.time() - start], ["a", 0.05]);
    assertEquals([yield* first, loop.time() - start], ["b", 0.1]);
  });
});

test("asCompleted()'s coroutines may be awaited at the same time", async () => {
  await virtually(function* () {
    const all = [...asCompleted([sleep(0.05, "a"), sleep(0.05, "b")])];
    const [done, pending] = yield* wait(all.map((next) => ensureFuture(next)));
    const results = [...done].map((future) => future.result());
    assertEquals([results.toSorted(), pending.size], [["a", "b"], 0]);
  });
});

test("asCompleted()'s iterator goes on where it was left", async () => {
  await virtually(function* () {
    const iterator = asCompleted([0, 1, 2, 3].map((n) => sleep(n, n)));
    const results: number[] = [];
    for (const next of iterator) {
      results.push(yield* next);
      if (results.length === 2) break;
    }
    assertEquals(results, [0, 1]);
    for (const next of iterator) results.push(yield* next);
    assertEquals([results, [...iterator]], [[0, 1, 2, 3], []]);
  });
});

test("asCompleted() is its own iterator", async () => {
  await virtually(function* () {
    const iterator = asCompleted([sleep(0, "a")]);
    assertStrictEquals(iterator[Symbol.iterator](), iterator);
    const { value, done } = iterator.next();
    assertEquals([done, yield* value as NonNullable<typeof value>], [false, "a"]);
    assertEquals(iterator.next(), { done: true, value: undefined });
  });
});

test("asCompleted() counts the same awaitable once", async () => {
  await virtually(function* () {
    const ham = sleep(0, "ham");
    const task = createTask(() => sleep(0, "task"));
    const results = yield* collect(asCompleted([ham, task, ham, sleep(0, "spam"), task]));
    assertEquals(results.toSorted(), ["ham", "spam", "task"]);
  });
});

test("asCompleted() of the same function twice runs it twice", async () => {
  await virtually(function* () {
    let runs = 0;
    function* count() {
      yield* sleep(1);
      return ++runs;
    }
    assertEquals(yield* collect(asCompleted([count, count])), [1, 2]);
  });
});

test("asCompleted() takes any iterable, and any kind of awaitable", async () => {
  await virtually(function* () {
    const future = new Future<string>();
    getRunningLoop().callLater(2, () => future.setResult("future"));
    const awaitables = new Set<AwaitableLike<string>>([
      sleep(3, "coroutine"),
      future,
      function* () {
        yield* sleep(1);
        return "function";
      },
    ]);
    const results = yield* collect(asCompleted(awaitables));
    assertEquals(results, ["function", "future", "coroutine"]);
  });
});

test("asCompleted() left in the middle lets the others run to their ends", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const work = (name: string, seconds: number) =>
      createTask(function* () {
        yield* sleep(seconds);
        log.push(name);
      });
    const tasks = [work("a", 1), work("b", 2)];
    for (const next of asCompleted(tasks)) {
      yield* next;
      break;
    }
    assertEquals(log, ["a"]);
    yield* gather(tasks);
  });
  assertEquals(log, ["a", "b"]);
});

// The time limit

test("asCompleted({ timeout }) throws a TimeoutError for each that is late", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const start = loop.time();
    const tasks = [0.1, 0.15, 0.2].map((n) => createTask(() => sleep(n, n)));
    const log: unknown[] = [];
    for (const next of asCompleted(tasks, { timeout: 0.12 })) {
      try {
        log.push(yield* next);
      } catch (error) {
        assert(error instanceof TimeoutError);
        log.push("late", loop.time() - start);
      }
    }
    assertEquals(log, [0.1, "late", 0.12, "late", 0.12]);
    assertEquals(tasks.map((task) => task.cancelled()), [false, false, false]);
    yield* wait(tasks);
  });
});

test("asCompleted({ timeout }) lets what came in time be had afterwards", async () => {
  await virtually(function* () {
    const task = createTask(() => sleep(10));
    const [first, second] = [
      ...asCompleted<AwaitableLike<unknown>>([task, sleep(1, "quick")], { timeout: 2 }),
    ];
    assert(first !== undefined && second !== undefined);
    yield* sleep(5);
    assertEquals(yield* first, "quick");
    const late = ensureFuture(second);
    yield* wait([late]);
    assertThrows(() => late.result(), TimeoutError);
    task.cancel();
    yield* wait([task]);
  });
});

test("asCompleted({ timeout }) that is not used up leaves no timer behind", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const start = loop.time();
    assertEquals(yield* collect(asCompleted([sleep(0.01, "a")], { timeout: 1 })), ["a"]);
    assertEquals(loop.time() - start, 0.01);
  });
});

test("asCompleted({ timeout }) takes a duration, and null for ever", async () => {
  await virtually(function* () {
    const [next] = asCompleted([sleep(60, "slow")], { timeout: { milliseconds: 5 } });
    const late = ensureFuture(next as NonNullable<typeof next>);
    yield* wait([late]);
    assertThrows(() => late.result(), TimeoutError);
    assertEquals(yield* collect(asCompleted([sleep(60, "slow")], { timeout: null })), ["slow"]);
  });
});

test("asCompleted({ timeout: 0 }) gives what is done already, and nothing else", async () => {
  await virtually(function* () {
    const done = new Future<string>();
    done.setResult("done");
    const pending = new Future<string>();
    const log: unknown[] = [];
    for (const next of asCompleted([pending, done], { timeout: 0 })) {
      try {
        log.push(yield* next);
      } catch (error) {
        log.push((error as Error).name);
      }
    }
    assertEquals(log, ["done", "TimeoutError"]);
  });
});

// Cancellation

test("asCompleted() loses no result at whatever step the one that awaits is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const iterator = asCompleted([sleep(0, "a"), sleep(0, "b")]);
      const all = [...iterator];
      const [first, second] = all.map((next) => createTask(() => next)) as [
        Task<string>,
        Task<string>,
      ];
      victim(first);
      yield* wait([first, second]);
      const expected = first.cancelled() ? ["a", "b"] : ["b"];
      assert(expected.includes(second.result()), second.result());
    })
  );
  assert(cancelled >= 2, `${cancelled} steps`);
});

test("asCompleted() whose coroutine is cancelled does not cancel what it waits for", async () => {
  await virtually(function* () {
    const task = createTask(() => sleep(10, "result"));
    const [next] = asCompleted([task]);
    const waiting = createTask(() => waitFor(next as NonNullable<typeof next>, 1));
    yield* wait([waiting]);
    assertThrows(() => waiting.result(), TimeoutError);
    assertEquals([task.done(), yield* task], [false, "result"]);
  });
});

// Async iteration

test("for await of asCompleted() gives the futures in the order in which they come", async () => {
  await virtually(async () => {
    const tasks = [3, 1, 2].map((n) => createTask(() => sleep(n, n)));
    const seen: Task<number>[] = [];
    const results: number[] = [];
    for await (const future of asCompleted(tasks)) {
      assertEquals(future.done(), true);
      seen.push(future as Task<number>);
      results.push(await future);
    }
    assertEquals(results, [1, 2, 3]);
    assertEquals(seen.map((task) => tasks.indexOf(task)), [1, 2, 0]);
  });
});

test("for await of asCompleted() gives tasks for coroutines, and futures as they are", async () => {
  await virtually(async () => {
    const future = new Future<string>();
    future.setResult("b");
    const task = createTask(() => sleep(0, "d"));
    const given = [sleep(0, "a"), future, sleep(0, "c"), task];
    const out = new Set<unknown>();
    for await (const each of asCompleted<AwaitableLike<string>>(given)) out.add(each);
    assertEquals(out.size, 4);
    assertEquals(given.map((each) => out.has(each)), [false, true, false, true]);
    for (const each of out) assert(isFuture(each));
  });
});

test("for await of asCompleted() hands out futures that failed without throwing", async () => {
  await virtually(async () => {
    const task = createTask(() => {
      throw new ValueError("bad");
    });
    for await (const future of asCompleted([task])) {
      assertStrictEquals(future, task);
      assertEquals(`${future.exception()}`, "ValueError: bad");
    }
  });
});

test("for await of asCompleted({ timeout }) throws a TimeoutError when the time is up", async () => {
  await virtually(async () => {
    const loop = getRunningLoop();
    const start = loop.time();
    const tasks = [0.1, 0.15].map((n) => createTask(() => sleep(n, n)));
    const log: unknown[] = [];
    try {
      for await (const future of asCompleted(tasks, { timeout: 0.12 })) log.push(await future);
    } catch (error) {
      assert(error instanceof TimeoutError);
      log.push("late", loop.time() - start);
    }
    assertEquals(log, [0.1, "late", 0.12]);
    await wait(tasks);
  });
});

test("for await of asCompleted({ timeout }) that is not used up leaves no timer behind", async () => {
  await virtually(async () => {
    const loop = getRunningLoop();
    const start = loop.time();
    for await (const future of asCompleted([sleep(0.01, "a")], { timeout: 1 })) {
      assertEquals(await future, "a");
    }
    assertEquals(loop.time() - start, 0.01);
  });
});

test("for await of asCompleted() goes on where it was left", async () => {
  await virtually(async () => {
    const iterator = asCompleted([0, 1, 2, 3].map((n) => sleep(n, n)));
    const results: number[] = [];
    for await (const future of iterator) {
      results.push(await future);
      if (results.length === 2) break;
    }
    assertEquals(results, [0, 1]);
    for await (const future of iterator) results.push(await future);
    assertEquals(results, [0, 1, 2, 3]);
  });
});

test("for await of asCompleted() counts the same awaitable once, and nothing is nothing", async () => {
  await virtually(async () => {
    const ham = sleep(0, "ham");
    const results: string[] = [];
    for await (const future of asCompleted([ham, ham, sleep(0, "spam")])) {
      results.push(await future);
    }
    assertEquals(results, ["ham", "spam"]);
    for await (const _future of asCompleted([])) assert(false, "must not give any");
  });
});

test("for await of asCompleted() gives futures that may all be awaited later", async () => {
  await virtually(async () => {
    const futures: Future<string>[] = [];
    for await (const future of asCompleted([sleep(0.05, "a"), sleep(0.05, "b")])) {
      // TypeScript mixes up the two kinds of iteration where one file has both of one type.
      futures.push(future as unknown as Future<string>);
    }
    assertEquals(await gather(futures), ["a", "b"]);
  });
});

test("asCompleted() can be iterated over in both ways by turns", async () => {
  await virtually(async () => {
    const iterator = asCompleted([1, 2, 3].map((n) => sleep(n, n)));
    const results: number[] = [];
    for (const next of iterator) {
      results.push(await next);
      break;
    }
    for await (const future of iterator) {
      results.push((future as unknown as Future<number>).result());
      break;
    }
    for (const next of iterator) results.push(await next);
    assertEquals(results, [1, 2, 3]);
  });
});

// Misuse

test("asCompleted() refuses a single awaitable, and what is no iterable", async () => {
  await virtually(function* () {
    for (const value of [new Future(), sleep(0), createTask(() => sleep(0)), 42, null, {}]) {
      assertThrows(
        () => asCompleted(value as never),
        TypeError,
        "expects an iterable of awaitables, not",
      );
    }
    yield;
  });
});

test("asCompleted() refuses what cannot be awaited", async () => {
  await virtually(function* () {
    assertThrows(() => asCompleted([42 as never]), TypeError);
    assertThrows(() => asCompleted([sleep(0), null as never]), TypeError);
    yield;
  });
});

test("asCompleted() refuses a timeout that is none", async () => {
  await virtually(function* () {
    assertThrows(() => asCompleted([], { timeout: NaN }), ValueError);
    assertThrows(() => asCompleted([], { timeout: "1" as never }), TypeError);
    yield;
  });
});

test("asCompleted() without a loop is a RuntimeError", () => {
  assertThrows(() => asCompleted([sleep(0)]), RuntimeError, "no current event loop");
});

test("asCompleted() outside of a run belongs to the loop that was set", () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  setEventLoop(loop);
  try {
    const [next] = asCompleted([sleep(1, 42)]);
    assertEquals(loop.runUntilCompleteSync(next as NonNullable<typeof next>), 42);
  } finally {
    setEventLoop(null);
    loop.close();
  }
});

test("asCompleted() refuses futures of another loop", async () => {
  const other = newEventLoop({ clock: new VirtualClock() });
  const future = other.createFuture();
  await virtually(function* () {
    assertThrows(() => asCompleted([future]), ValueError);
    yield;
  });
  other.close();
});
