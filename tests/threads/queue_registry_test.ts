import { assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { QueueShutDown, RuntimeError } from "../../mod.ts";
import { QueueCore } from "../../lib/threads/queue_core.ts";
import { findQueue, getQueue, nameQueue } from "../../lib/threads/queue_registry.ts";
import { test } from "../_support/harness.ts";

test("nameQueue() gives each queue a name of its own, by which it is found", () => {
  const [a, b] = [new QueueCore(0), new QueueCore(0)];
  assertEquals(nameQueue(a), nameQueue(a));
  assertNotEquals(nameQueue(a), nameQueue(b));
  assertStrictEquals(findQueue(nameQueue(a)), a);
  assertStrictEquals(getQueue(nameQueue(b)), b);
  assertEquals(findQueue("absent"), undefined);
  assertThrows(() => getQueue("absent"), RuntimeError, "has no such queue: another thread made it");
});

test("nameQueue() has a queue kept until it is shut down and empty, and told apart from one unknown", () => {
  const queue = new QueueCore<string>(0);
  const name = nameQueue(queue as QueueCore);
  let overs = 0;
  const { over } = queue;
  queue.over = () => {
    overs++;
    over?.();
  };
  queue.putNow("a");
  queue.shutdown(false);
  assertEquals(overs, 0, "an item is left, which others may get");
  queue.getNow();
  queue.shutdown(false);
  assertEquals(overs, 1);
  assertStrictEquals(findQueue(name), queue);
  assertThrows(() => getQueue(name.replace(/\d+$/, "999999")), QueueShutDown);
});
