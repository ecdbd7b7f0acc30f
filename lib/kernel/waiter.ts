/**
 * Futures that say what they stand for.
 *
 * A task that waits for a lock waits, looked at closely, for a future of the lock's own. Such a future knows
 * whose it is, so that reports can say "Lock.acquire of <Lock [locked]>" instead. It is of no class of its
 * own: each kind of future more makes every place that handles all kinds slower.
 *
 * @module
 */
import { type Future, noteOf } from "./future.ts";

/** The key of the method that tells which task could end the waiting. */
export const heldBy: unique symbol = Symbol("heldBy");

/** What is waited for, in the eyes of its user: a lock, a queue. */
export interface WaitSubject {
  /** The printed form. */
  toString(): string;
  /** The task that has it, where that is known. */
  [heldBy]?(): Future<unknown> | null;
}

/** What a future is waited for: a call of a lock or a queue. All who wait by the same call share one. */
export class Purpose {
  /** What was called: `Queue.get`. */
  readonly operation: string;
  /** What it was called of. */
  readonly subject: WaitSubject;

  /** Says what was called, and of what. */
  constructor(operation: string, subject: WaitSubject) {
    this.operation = operation;
    this.subject = subject;
  }
}

/** What a future is for; `null` for most. */
export function purposeOf(future: Future<unknown> | null): Purpose | null {
  const purpose = future === null ? null : noteOf(future);
  return purpose instanceof Purpose ? purpose : null;
}

/** The task that has what is waited for, where that is known. */
export function holderOf(waiter: Future<unknown> | null): Future<unknown> | null {
  return purposeOf(waiter)?.subject[heldBy]?.() ?? null;
}

/** What is waited for, in words: `Queue.get of <Queue maxsize=0>`, or the future as it prints. */
export function describeWait(waiter: Future<unknown>): string {
  const purpose = purposeOf(waiter);
  if (purpose === null) return String(waiter);
  const holder = holderOf(waiter) as { getName?(): string } | null;
  const name = holder?.getName?.();
  return `${purpose.operation} of ${purpose.subject}${
    name === undefined ? "" : `, held by ${name}`
  }`;
}
