import { assertEquals, assertThrows } from "@std/assert";
import { QueueEmpty, QueueFull, QueueShutDown, ValueError } from "../../mod.ts";
import { QueueCore } from "../../lib/threads/queue_core.ts";
import { test } from "../_support/harness.ts";

/** A queue, and what those heard who waited for it. */
function makeQueue(maxsize = 0) {
  const queue = new QueueCore<string>(maxsize);
  const log: string[] = [];
  return {
    queue,
    log,
    get: (who: string) =>
      queue.get({
        give: (item) => log.push(`${who} got ${item}`),
        fail: (error) => log.push(`${who}: ${error.name}`),
      }),
    put: (item: string) =>
      queue.put(item, {
        done: () => log.push(`${item} is in`),
        fail: (error) => log.push(`${item}: ${error.name}`),
      }),
    getAll() {
      const items: string[] = [];
      while (queue.size > 0) items.push(queue.getNow());
      return items;
    },
  };
}

test("QueueCore gives items in order, to those who wait in order", () => {
  const { queue, log, get, put } = makeQueue();
  put("a");
  put("b");
  get("1");
  get("2");
  get("3");
  get("4");
  put("c");
  assertEquals(queue.size, 0);
  put("d");
  assertEquals(log, [
    ...["a is in", "b is in", "1 got a", "2 got b"],
    ...["3 got c", "c is in", "4 got d", "d is in"],
  ]);
});

test("QueueCore has those wait who put into a full queue, and admits them in order", () => {
  const { queue, log, put } = makeQueue(1);
  put("a");
  put("b");
  const leave = put("c");
  put("d");
  assertEquals([queue.isFull, log], [true, ["a is in"]]);
  assertThrows(() => queue.putNow("e"), QueueFull);
  leave();
  assertEquals([queue.getNow(), queue.getNow(), queue.getNow()], ["a", "b", "d"]);
  assertEquals(log, ["a is in", "b is in", "d is in"]);
  assertThrows(() => queue.getNow(), QueueEmpty);
});

test("QueueCore puts first what comes back, or gives it to one who waits", () => {
  const { queue, log, get, put, getAll } = makeQueue();
  put("a");
  put("b");
  const [first, second] = [queue.getNow(), queue.getNow()];
  put("c");
  queue.giveBack(second);
  queue.giveBack(first);
  assertEquals(getAll(), ["a", "b", "c"]);
  get("waiting");
  queue.giveBack("late");
  assertEquals(log.at(-1), "waiting got late");
});

test("QueueCore lets an item be taken out by who put it, which makes a place", () => {
  const { queue, put, getAll, log } = makeQueue(2);
  for (const item of ["a", "b", "c"]) put(item);
  queue.withdraw("b");
  queue.withdraw("absent");
  assertEquals([log.at(-1), getAll()], ["c is in", ["a", "c"]]);
});

test("QueueCore that is shut down gives what it has, and nothing afterwards", () => {
  const { queue, log, get, put } = makeQueue(1);
  put("a");
  put("b");
  queue.shutdown(false);
  put("c");
  get("1");
  get("2");
  queue.giveBack("a");
  get("3");
  assertEquals(log, [
    ...["a is in", "b: QueueShutDown", "c: QueueShutDown"],
    ...["1 got a", "2: QueueShutDown", "3 got a"],
  ]);
  assertThrows(() => queue.getNow(), QueueShutDown);
  assertThrows(() => queue.putNow("d"), QueueShutDown);
});

test("QueueCore that is shut down immediately drops its items, and who waits", () => {
  const { queue, log, get, put } = makeQueue();
  get("1");
  put("a");
  get("2");
  queue.shutdown(true);
  assertEquals(log, ["1 got a", "a is in", "2: QueueShutDown"]);
  queue.giveBack("a");
  assertEquals(queue.size, 0);
});

test("QueueCore counts the work on its items", () => {
  const { queue, put } = makeQueue();
  let joined = 0;
  queue.join(() => joined++);
  assertEquals(joined, 1);
  put("a");
  put("b");
  queue.join(() => joined++);
  queue.join(() => joined++)();
  queue.getNow();
  queue.taskDone();
  assertEquals(joined, 1);
  queue.giveBack("a");
  queue.shutdown(true);
  assertEquals(joined, 2);
  assertThrows(() => queue.taskDone(), ValueError, "task_done() called too many times");
});

test("QueueCore.withdraw() finds what is not equal to itself", () => {
  const queue = new QueueCore<number>(0);
  for (const item of [0, NaN, 1]) queue.putNow(item);
  queue.withdraw(NaN);
  assertEquals([queue.size, queue.getNow(), queue.getNow()], [2, 0, 1]);
});
