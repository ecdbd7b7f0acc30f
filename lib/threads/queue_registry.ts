/**
 * The queues of this thread that others may have an end of, by name. A queue is here for as long as this
 * thread itself keeps it.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { QueueCore } from "./queue_core.ts";

const queues = new Map<string, WeakRef<QueueCore>>();
const names = new WeakMap<QueueCore, string>();
const collected = new FinalizationRegistry<string>((name) => queues.delete(name));

// Two threads count alike, so a number alone would name a queue of each.
const thread = Math.random().toString(36).slice(2);
let made = 0;

/** Gives a queue its name for other threads, the same each time. */
export function nameQueue(queue: QueueCore): string {
  const known = names.get(queue);
  if (known !== undefined) return known;
  const name = `${thread}.${made++}`;
  names.set(queue, name);
  queues.set(name, new WeakRef(queue));
  collected.register(queue, name);
  return name;
}

/** The queue of a name, if this thread made it and still has it. */
export function findQueue(name: string): QueueCore | undefined {
  return queues.get(name)?.deref();
}

/**
 * The queue of a name.
 *
 * @throws {RuntimeError} If this thread has none.
 */
export function getQueue(name: string): QueueCore {
  const queue = findQueue(name);
  if (queue !== undefined) return queue;
  throw new RuntimeError(
    "the thread that started this one has no such queue: another thread made it, or it was dropped there",
  );
}
