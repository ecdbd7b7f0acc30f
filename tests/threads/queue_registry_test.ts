import { assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { RuntimeError } from "../../mod.ts";
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
