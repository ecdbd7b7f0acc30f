/**
 * Futures that say what they stand for.
 *
 * A task that waits for a lock waits, looked at closely, for a future of the lock's own. This kind knows
 * whose it is, so that reports can say "Lock.acquire of <Lock [locked]>" instead.
 *
 * @module
 */
import type { EventLoop } from "./event_loop.ts";
import { Future } from "./future.ts";
import { plainOptions } from "./loop_options.ts";

/** The key of the method that tells which task could end the waiting. */
export const heldBy: unique symbol = Symbol("heldBy");

/** What is waited for, in the eyes of its user: a lock, a queue. */
export interface WaitSubject {
  /** The printed form. */
  toString(): string;
  /** The task that has it, where that is known. */
  [heldBy]?(): Future<unknown> | null;
}

/** The future that a task waits for inside a lock's or a queue's own coroutine. */
export class Waiter<T> extends Future<T> {
  /** It prints as what it is for everybody else. */
  static override get name(): string {
    return "Future";
  }

  /** What was called: `Queue.get`. */
  readonly operation: string;
  /** What it was called of. */
  readonly subject: WaitSubject;

  /** Makes the future of one who waits. */
  constructor(loop: EventLoop, operation: string, subject: WaitSubject) {
    super(plainOptions(loop));
    this.operation = operation;
    this.subject = subject;
  }
}

/** The task that has what is waited for, where that is known. */
export function holderOf(waiter: Future<unknown> | null): Future<unknown> | null {
  return waiter instanceof Waiter ? waiter.subject[heldBy]?.() ?? null : null;
}

/** What is waited for, in words: `Queue.get of <Queue maxsize=0>`, or the future as it prints. */
export function describeWait(waiter: Future<unknown>): string {
  if (!(waiter instanceof Waiter)) return String(waiter);
  const holder = holderOf(waiter) as { getName?(): string } | null;
  const name = holder?.getName?.();
  return `${waiter.operation} of ${waiter.subject}${name === undefined ? "" : `, held by ${name}`}`;
}
