// kinds: generator, async
import { assertEquals } from "@std/assert";
import { createTask, gather, LifoQueue, Queue } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("LifoQueue gives the item that was put in last", async () => {
  await virtually(function* () {
    const queue = new LifoQueue<number>();
    for (const item of [1, 3, 2]) yield* queue.put(item);
    assertEquals([yield* queue.get(), yield* queue.get(), yield* queue.get()], [2, 3, 1]);
  });
});

test("LifoQueue is a Queue with the same size and states", () => {
  const queue = new LifoQueue<number>(2);
  assertEquals([queue instanceof Queue, queue.maxsize, queue.empty()], [true, 2, true]);
  queue.putNowait(1);
  queue.putNowait(2);
  assertEquals([queue.full(), `${queue}`], [true, "<LifoQueue maxsize=2 _queue=[1, 2] tasks=2>"]);
});

test("LifoQueue serves those that wait in the order they came", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const queue = new LifoQueue<number>();
    const tasks = ["a", "b"].map((name) =>
      createTask(function* () {
        log.push(`${name}${yield* queue.get()}`);
      })
    );
    yield;
    queue.putNowait(1);
    queue.putNowait(2);
    yield* gather(tasks);
  });
  assertEquals(log, ["a2", "b1"]);
});

test("LifoQueue hands out undefined like any value", () => {
  const queue = new LifoQueue<undefined>();
  queue.putNowait(undefined);
  assertEquals([queue.getNowait(), queue.empty()], [undefined, true]);
});
