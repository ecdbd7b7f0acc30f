/**
 * The queues of this thread that others may have an end of, by name. A queue is kept here until it is shut
 * down and empty, for others may use it that this thread has forgotten; afterwards as long as this thread
 * keeps it.
 *
 * @module
 */
import { QueueShutDown, RuntimeError } from "../base/errors.ts";
import type { QueueCore } from "./queue_core.ts";

const queues = new Map<string, QueueCore | WeakRef<QueueCore>>();
const names = new WeakMap<QueueCore, string>();
const collected = /* @__PURE__ */ new FinalizationRegistry<string>((name) => queues.delete(name));

// Two threads count alike, so a number alone would name a queue of each.
const thread = /* @__PURE__ */ (() => Math.random().toString(36).slice(2))();
let made = 0;

/** Gives a queue its name for other threads, the same each time. */
export function nameQueue(queue: QueueCore): string {
  const known = names.get(queue);
  if (known !== undefined) return known;
  const name = `${thread}.${made++}`;
  names.set(queue, name);
  queues.set(name, queue);
  queue.over = () => {
    queues.set(name, new WeakRef(queue));
    collected.register(queue, name);
  };
  if (queue.isShutDown && queue.size === 0) queue.over();
  return name;
}

/** The queue of a name, if this thread made it and it is not over. */
export function findQueue(name: string): QueueCore | undefined {
  const known = queues.get(name);
  return known instanceof WeakRef ? known.deref() : known;
}

/**
 * The queue of a name.
 *
 * @throws {QueueShutDown} If it was shut down, emptied and forgotten.
 * @throws {RuntimeError} If this thread has made none of the name.
 */
export function getQueue(name: string): QueueCore {
  const queue = findQueue(name);
  if (queue !== undefined) return queue;
  if (name.startsWith(`${thread}.`)) throw new QueueShutDown();
  throw new RuntimeError(
    "the thread that started this one has no such queue: another thread made it",
  );
}
