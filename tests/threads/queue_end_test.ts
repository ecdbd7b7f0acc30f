import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  run,
  RuntimeError,
  ThreadQueue,
  ValueError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("QueueEnd in the queue's own thread blocks for nothing, and says why", () => {
  const queue = new ThreadQueue<number>(1);
  assertThrows(() => queue.getSync(0), QueueEmpty);
  assertThrows(
    () => queue.getSync(),
    RuntimeError,
    "getSync() cannot wait: the queue is this very thread's, and what others put reaches it " +
      "through this thread; await get() instead",
  );
  queue.putSync(1);
  assertThrows(() => queue.putSync(2, 0), QueueFull);
  assertThrows(() => queue.putSync(2, 1), RuntimeError, "putSync() cannot wait");
  assertEquals([queue.qsize(), queue.getSync(), queue.qsize()], [1, 1, 0]);
});

test("QueueEnd refuses to wait for a time that is none, and leaves the queue as it is", () => {
  const queue = new ThreadQueue<number>(1);
  const negative = "'timeout' must be a non-negative number";
  const none = "timeout must be a number of seconds or null, got ";
  assertThrows(() => queue.getSync(-1), ValueError, negative);
  assertThrows(() => queue.getSync(NaN), TypeError, none);
  assertThrows(() => queue.putSync(2, -1), ValueError, negative);
  assertThrows(() => queue.putSync(2, "a" as never), TypeError, none);
  assertEquals(queue.qsize(), 0);
});

test("QueueEnd can be awaited outside every loop", async () => {
  const queue = new ThreadQueue<number>(1);
  const got = Promise.all([queue.get(), queue.get()]);
  await queue.put(1);
  await queue.put(2);
  assertEquals(await got, [1, 2]);
  const last = queue.get();
  const ended = assertRejects(async () => await last, QueueShutDown);
  queue.shutdown();
  await ended;
  await assertRejects(async () => await last, Error, "cannot reuse already awaited coroutine");
});

test("QueueEnd is iterated until the queue is shut down and empty", async () => {
  const queue = new ThreadQueue<number>();
  const items: number[] = [];
  for (const item of [1, 2, 3]) queue.putSync(item);
  queue.shutdown();
  for await (const item of queue) items.push(item);
  assertEquals(items, [1, 2, 3]);
  await run(async () => {
    const other = new ThreadQueue<number>();
    other.putSync(4);
    other.shutdown();
    for await (const item of other) items.push(item);
  });
  assertEquals(items, [1, 2, 3, 4]);
});

test("QueueEnd.join() waits for the work on all items", async () => {
  const queue = new ThreadQueue<number>();
  await queue.join();
  queue.putSync(1);
  queue.putSync(2);
  let joined = false;
  const join = queue.join().then(() => joined = true);
  queue.taskDone();
  await Promise.resolve();
  assertEquals(joined, false);
  queue.taskDone();
  await join;
  assertThrows(() => queue.taskDone(), ValueError, "task_done() called too many times");
});
