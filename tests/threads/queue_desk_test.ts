import { assertEquals, assertThrows } from "@std/assert";
import { QueueEmpty, QueueFull, ValueError } from "../../mod.ts";
import { QueueCore } from "../../lib/threads/queue_core.ts";
import { askQueue, tellQueue } from "../../lib/threads/queue_desk.ts";
import type { QueueQuestion } from "../../lib/threads/wire.ts";
import { test } from "../_support/harness.ts";

/** A queue of one place, and what is heard of it. */
function makeDesk() {
  const queue = new QueueCore(1);
  const log: unknown[] = [];
  const asker = {
    answer: (value: unknown) => void log.push(value),
    fail: (error: unknown) => void log.push((error as Error).name),
  };
  return {
    queue,
    log,
    ask: (question: QueueQuestion, item?: unknown) => askQueue(question, { queue, item }, asker),
  };
}

test("askQueue() gives items and takes them back", () => {
  const { queue, log, ask } = makeDesk();
  const waiting = ask("get");
  assertEquals([waiting.givesItem, log], [true, []]);
  waiting.cancel();
  queue.putNow("a");
  const got = ask("get");
  assertEquals([log, queue.size], [["a"], 0]);
  got.undo("a");
  assertEquals(queue.getNow(), "a");
});

test("askQueue() puts items, and takes them out for who takes them back", () => {
  const { queue, log, ask } = makeDesk();
  const put = ask("put", "a");
  const waiting = ask("put", "b");
  assertEquals([put.givesItem, log], [false, [undefined]]);
  waiting.cancel();
  put.undo(undefined);
  assertEquals([queue.size, log.length], [0, 1]);
  ask("putNow", "c").undo(undefined);
  assertEquals(queue.size, 0);
});

test("askQueue() does not wait where that is asked", () => {
  const { ask } = makeDesk();
  assertThrows(() => ask("getNow"), QueueEmpty);
  ask("putNow", "a");
  assertThrows(() => ask("putNow", "b"), QueueFull);
  ask("getNow").undo("a");
});

test("tellQueue() counts work, and ends the queue", () => {
  const { queue, log, ask } = makeDesk();
  queue.putNow("a");
  queue.getNow();
  ask("join");
  ask("join").cancel();
  tellQueue("taskDone", queue, undefined);
  assertEquals(log, [undefined]);
  assertThrows(() => tellQueue("taskDone", queue, undefined), ValueError);
  tellQueue("giveBack", queue, "b");
  assertEquals(queue.getNow(), "b");
  ask("get");
  tellQueue("shutdown", queue, true);
  assertEquals(log.at(-1), "QueueShutDown");
});
