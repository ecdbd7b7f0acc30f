// kinds: generator, async
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import {
  createTask,
  gather,
  PriorityQueue,
  Queue,
  QueueFull,
  ValueError,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Puts items in and takes all of them out. */
function sorted<T>(items: readonly T[], queue: PriorityQueue<T> = new PriorityQueue<T>()): T[] {
  for (const item of items) queue.putNowait(item);
  return items.map(() => queue.getNowait());
}

test("PriorityQueue gives the smallest item", async () => {
  await virtually(function* () {
    const queue = new PriorityQueue<number>();
    for (const item of [1, 3, 2]) yield* queue.put(item);
    assertEquals([yield* queue.get(), yield* queue.get(), yield* queue.get()], [1, 2, 3]);
  });
});

test("PriorityQueue is a Queue with the same size and states", () => {
  const queue = new PriorityQueue<number>(1);
  queue.putNowait(1);
  assertEquals([queue instanceof Queue, queue.maxsize, queue.full()], [true, 1, true]);
  assertThrows(() => queue.putNowait(2), QueueFull);
});

test("PriorityQueue sorts many items", () => {
  const items = Array.from({ length: 200 }, (_, index) => (index * 7919) % 211);
  assertEquals(sorted(items), items.toSorted((a, b) => a - b));
});

test("PriorityQueue compares strings, bigints with numbers, and dates", () => {
  assertEquals(sorted(["pear", "apple", "fig"]), ["apple", "fig", "pear"]);
  assertEquals(sorted<number | bigint>([2, 1n, 1.5]), [1n, 1.5, 2]);
  const [late, early] = [new Date(2000), new Date(1000)];
  assertEquals(sorted([late, early]), [early, late]);
});

test("PriorityQueue compares arrays item by item, a shorter one first", () => {
  const items: [number, ...string[]][] = [[2, "a"], [1, "b"], [1, "a", "z"], [1, "a"], [1]];
  assertEquals(sorted(items), [[1], [1, "a"], [1, "a", "z"], [1, "b"], [2, "a"]]);
});

test("PriorityQueue does not compare what stands behind a difference", () => {
  const items: [number, unknown][] = [[2, {}], [1, {}], [3, null]];
  assertEquals(sorted(items).map(([first]) => first), [1, 2, 3]);
});

test("PriorityQueue compares items that are the same as equal", () => {
  const job = {};
  assertEquals(sorted([[1, job, 2], [1, job, 1]]), [[1, job, 1], [1, job, 2]]);
});

test("PriorityQueue throws for what it cannot compare, which is in it all the same", () => {
  const cases: [unknown, unknown][] = [
    [1, "1"],
    [{}, {}],
    [[1, {}], [1, {}]],
    [1, null],
    [undefined, 1],
    [true, false],
    [[1], 1],
    [new Date(1), 1],
  ];
  for (const [one, other] of cases) {
    const queue = new PriorityQueue<unknown>();
    queue.putNowait(one);
    const { message } = assertThrows(() => queue.putNowait(other), TypeError);
    assertStringIncludes(message, "'<' not supported between");
    assertStringIncludes(message, "a compare option");
    assertEquals([queue.qsize(), queue.toString().includes("tasks=1")], [2, true]);
    assertEquals([queue.getNowait(), queue.getNowait(), queue.empty()], [one, other, true]);
  }
});

test("PriorityQueue.putNowait() that throws wakes nobody and counts no task", async () => {
  await virtually(function* () {
    const queue = new PriorityQueue<unknown>();
    const getting = createTask(() => queue.get());
    yield;
    queue.putNowait(1);
    assertThrows(() => queue.putNowait("one"), TypeError);
    const another = createTask(() => queue.get());
    assertEquals([yield* getting, yield* another], [1, "one"]);
    queue.taskDone();
    yield* queue.join();
    assertThrows(() => queue.taskDone(), ValueError, "task_done() called too many times");
  });
});

test("PriorityQueue.put() of what it cannot compare fails, and takes up a place", async () => {
  await virtually(function* () {
    const queue = new PriorityQueue<unknown>(2);
    yield* queue.put(1);
    const putting = createTask(() => queue.put("one"));
    yield* wait([putting]);
    assertInstanceOf(putting.exception(), TypeError);
    assertEquals([queue.full(), queue.qsize()], [true, 2]);
    assertThrows(() => queue.putNowait(0), QueueFull);
  });
});

test("PriorityQueue.get() that cannot compare what is left loses what it took out", async () => {
  await virtually(function* () {
    const queue = new PriorityQueue<unknown>(3);
    for (const item of [1, 3]) queue.putNowait(item);
    assertThrows(() => queue.putNowait("two"), TypeError);
    const putting = createTask(() => queue.put(4));
    yield;
    const getting = createTask(() => queue.get());
    yield* wait([getting]);
    assertInstanceOf(getting.exception(), TypeError);
    assertEquals([queue.qsize(), putting.done()], [2, false]);
    putting.cancel();
  });
});

test("PriorityQueue takes a comparator", () => {
  interface Job {
    name: string;
    rank: number;
  }
  const queue = new PriorityQueue<Job>(0, { compare: (a, b) => b.rank - a.rank });
  const jobs = [{ name: "low", rank: 1 }, { name: "high", rank: 9 }, { name: "mid", rank: 5 }];
  assertEquals(sorted(jobs, queue).map(({ name }) => name), ["high", "mid", "low"]);
});

test("PriorityQueue refuses a comparator that is no function", () => {
  assertThrows(
    () => new PriorityQueue(0, { compare: "size" as never }),
    TypeError,
    "compare must be a function, got 'size' (string)",
  );
});

test("PriorityQueue gives equal items in the order of Python's heapq", () => {
  const compare = ([one]: [number, string], [other]: [number, string]) => one - other;
  const names = (items: [number, string][]) =>
    sorted(items, new PriorityQueue(0, { compare })).map(([, name]) => name).join("");
  assertEquals(names([[1, "a"], [1, "b"], [1, "c"]]), "abc");
  assertEquals(names([[1, "a"], [1, "b"], [1, "c"], [1, "d"], [1, "e"]]), "acebd");
  assertEquals(names([[2, "a"], [1, "b"], [2, "c"], [1, "d"], [1, "e"], [2, "f"]]), "bdecaf");
});

test("PriorityQueue gives one that waits the smallest of what is there when it is woken", async () => {
  await virtually(function* () {
    const queue = new PriorityQueue<number>();
    const getting = createTask(() => queue.get());
    yield;
    queue.putNowait(5);
    queue.putNowait(1);
    assertEquals(yield* getting, 1);
  });
});

test("PriorityQueue gives what waits to be put in its turn, too", async () => {
  await virtually(function* () {
    const queue = new PriorityQueue<number>(1);
    queue.putNowait(5);
    const putting = createTask(() => queue.put(1));
    yield;
    assertEquals(queue.getNowait(), 5);
    yield* gather([putting]);
    assertEquals(queue.getNowait(), 1);
  });
});
