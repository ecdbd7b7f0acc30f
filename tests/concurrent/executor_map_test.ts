import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  ConcurrentFuture,
  createTask,
  ExecutorMap,
  run,
  sleep,
  TimeoutError,
  ValueError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { InlineExecutor } from "./inline_executor.ts";

const double = (n: number) => 2 * n;

/** Runs the jobs once there are some: a page may give a timer its turn before a run begins. */
function stepWhenSubmitted(executor: InlineExecutor): void {
  if (executor.log.length > 0) executor.step();
  else setTimeout(() => stepWhenSubmitted(executor));
}

test("ExecutorMap gives the results in the order of the items", async () => {
  const futures = [1, 2, 3].map(() => new ConcurrentFuture<number>());
  const results = new ExecutorMap(futures, null);
  futures.toReversed().forEach((future, index) => future.setResult(index));
  const seen: number[] = [];
  for await (const result of results) seen.push(result);
  assertEquals(seen, [2, 1, 0]);
});

test("ExecutorMap gives futures to a generator coroutine's `for`", async () => {
  const executor = new InlineExecutor();
  const seen = await run(function* () {
    const results: number[] = [];
    stepWhenSubmitted(executor);
    for (const future of executor.map(double, [1, 2, 3])) results.push(yield* future);
    return results;
  });
  assertEquals(seen, [2, 4, 6]);
});

test("ExecutorMap is iterated over in a task by `for await`", async () => {
  const executor = new InlineExecutor();
  const seen = await run(async () => {
    const results: number[] = [];
    stepWhenSubmitted(executor);
    for await (const result of executor.map(double, [1, 2, 3])) {
      await sleep(0);
      results.push(result);
    }
    return results;
  });
  assertEquals(seen, [2, 4, 6]);
});

test("ExecutorMap cancels the rest when the iteration is left by break", async () => {
  const executor = new InlineExecutor();
  const results = executor.map(double, [1, 2, 3]);
  executor.step(1);
  for await (const result of results) {
    assertEquals(result, 2);
    break;
  }
  executor.step();
  assertEquals(executor.log.slice(3), ["cancelled 2", "cancelled 3"]);
});

test("ExecutorMap cancels the rest when the `for` of futures is left", () => {
  const executor = new InlineExecutor();
  for (const _future of executor.map(double, [1, 2, 3])) break;
  executor.step();
  assertEquals(executor.log.slice(3), ["cancelled 2", "cancelled 3"]);
});

test("ExecutorMap throws a job's error and cancels the rest", async () => {
  const executor = new InlineExecutor();
  const results = executor.map((n: number) => {
    if (n === 2) throw new RangeError("two");
    return n;
  }, [1, 2, 3]);
  executor.step(2);
  const seen: number[] = [];
  await assertRejects(
    async () => {
      for await (const result of results) seen.push(result);
    },
    RangeError,
    "two",
  );
  executor.step();
  assertEquals(seen, [1]);
  assertEquals(executor.log.slice(3), ["cancelled 3"]);
});

test("ExecutorMap cancels the jobs when the task that iterates is cancelled", async () => {
  const executor = new InlineExecutor();
  await run(function* () {
    const task = createTask(function* () {
      for (const future of executor.map(double, [1, 2])) yield* future;
    });
    yield* sleep(0);
    yield* sleep(0);
    task.cancel();
    while (!task.done()) yield* sleep(0);
  });
  executor.step();
  assertEquals(executor.log.slice(2), ["cancelled 1", "cancelled 2"]);
});

test("ExecutorMap tells of a job that was cancelled", async () => {
  const future = new ConcurrentFuture<number>();
  future.cancel();
  await assertRejects(async () => {
    for await (const _ of new ExecutorMap([future], null));
  }, CancelledError);
});

test("ExecutorMap times out, and cancels what is left", async () => {
  const executor = new InlineExecutor();
  const results = executor.map(double, [1, 2, 3], { timeout: 0.02 });
  executor.step(1);
  const seen: number[] = [];
  await assertRejects(
    async () => {
      for await (const result of results) seen.push(result);
    },
    TimeoutError,
    "2 (of 3) futures unfinished",
  );
  executor.step();
  assertEquals(seen, [2]);
  assertEquals(executor.log.slice(3), ["cancelled 2", "cancelled 3"]);
});

test("ExecutorMap gives what is there in time, whatever the time is when it is asked", async () => {
  const executor = new InlineExecutor();
  const results = executor.map(double, [1, 2], { timeout: 0 });
  executor.step();
  const seen: number[] = [];
  for await (const result of results) seen.push(result);
  assertEquals(seen, [2, 4]);
});

test("ExecutorMap leaves no timer behind when all went in time", async () => {
  const executor = new InlineExecutor();
  const results = executor.map(double, [1], { timeout: 3600 });
  stepWhenSubmitted(executor);
  for await (const result of results) assertEquals(result, 2);
});

test("ExecutorMap refuses a timeout that is no number", () => {
  assertThrows(
    () => new InlineExecutor().map(double, [], { timeout: "1" as never }),
    TypeError,
    "timeout must be a number of seconds or null, got '1' (string)",
  );
});

test("Executor.map() asks for no more jobs ahead than buffersize says", async () => {
  const executor = new InlineExecutor();
  let taken = 0;
  function* naturals() {
    for (;;) yield taken++;
  }
  const results = executor.map(double, naturals(), { buffersize: 3 });
  assertEquals(taken, 3);
  const seen: number[] = [];
  executor.step();
  for await (const result of results) {
    seen.push(result);
    assertEquals(taken, seen.length + 3);
    executor.step();
    if (seen.length === 4) break;
  }
  assertEquals(seen, [0, 2, 4, 6]);
});

test("Executor.map() takes chunks, which an executor without workers makes one by one", async () => {
  const executor = new InlineExecutor();
  const results = executor.map(double, [1, 2, 3], { chunksize: 2 });
  executor.step();
  const seen: number[] = [];
  for await (const result of results) seen.push(result);
  assertEquals(seen, [2, 4, 6]);
});

test("Executor.map() says what is wrong with chunksize and buffersize", () => {
  const executor = new InlineExecutor();
  assertThrows(
    () => executor.map(double, [], { chunksize: 0 }),
    ValueError,
    "chunksize must be >= 1, got 0",
  );
  assertThrows(
    () => executor.map(double, [], { buffersize: "2" as never }),
    TypeError,
    "buffersize must be a whole number, got '2' (string)",
  );
  assertThrows(
    () => executor.map(double, [1], [2] as never),
    TypeError,
    "map() takes one iterable of items, and options: got another iterable, [2] (Array)",
  );
});

test("ExecutorMap fails by the error of an iterable that throws later", async () => {
  const executor = new InlineExecutor();
  function* broken() {
    yield 1;
    yield 2;
    throw new RangeError("no more");
  }
  const results = executor.map(double, broken(), { buffersize: 2 });
  executor.step();
  let error: unknown;
  try {
    for await (const _ of results);
  } catch (caught) {
    error = caught;
  }
  assertEquals(String(error), "RangeError: no more");
});

test("ExecutorMap cancels all that nobody has read, the next one too, when an iterable throws later", async () => {
  function* broken() {
    yield 1;
    yield 2;
    throw new RangeError("no more");
  }
  for (const read of ["results", "futures"]) {
    const executor = new InlineExecutor();
    const map = executor.map(double, broken(), { buffersize: 2 });
    await assertRejects(async () => {
      if (read === "results") await map[Symbol.asyncIterator]().next();
      else map[Symbol.iterator]().next();
    }, RangeError);
    executor.step();
    assertEquals(executor.log, ["submit 1", "submit 2", "cancelled 1", "cancelled 2"], read);
  }
});
