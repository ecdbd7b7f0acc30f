/**
 * What an async function awaits.
 *
 * @module
 */
import type { RuntimeError } from "../base/errors.ts";
import type { Steps } from "../coroutine/awaitable.ts";
import {
  type Future,
  type Listener,
  notify,
  schedulerOfFuture,
  unlisten,
  waiters,
} from "./future.ts";
import { execute, type Runnable } from "./handle.ts";

/** The key of the method by which a strand has its task make a step of it. */
export const runStrand: unique symbol = Symbol("runStrand");

/** An `await` of an async function's: whom to tell of the outcome. */
export interface Awaiting<T> {
  /** Takes the outcome. */
  readonly resolve: (value: T) => void;
  /** Takes the error. */
  readonly reject: (error: unknown) => void;
  /** The stack there, in debug mode. */
  readonly source: string | null;
}

/** The task that a strand belongs to. */
export interface StrandOwner extends Future<unknown> {
  /** Makes a step of a strand that is due. */
  [runStrand](strand: Strand): void;
}

/** One await of an async function's: the iterator of what it awaits, and whom to tell of the outcome. */
export class Strand implements Runnable, Listener {
  /** The task that the function runs in. */
  readonly task: StrandOwner;
  /** What is driven. */
  steps: Steps;
  /** Takes the outcome. */
  readonly resolve: (value: never) => void;
  /** Takes the error. */
  readonly reject: (error: unknown) => void;
  /** What it waits for. */
  waiter: Future<unknown> | null = null;
  /** What its next step throws in. */
  failure: RuntimeError | null = null;
  /** Whether it waits for a function's promise, and so for what that function awaits in its turn. */
  calling = false;
  /** The stack of the `await`, in debug mode. */
  readonly source: string | null;
  /**
   * The one begun after it that its task has too. There is one at a time, nearly always, and for each await an
   * array would lose what it had grown to and grow again.
   */
  next: Strand | null = null;

  /** Makes a strand; the task drives it. */
  constructor(
    task: StrandOwner,
    steps: Steps,
    { resolve, reject, source }: Awaiting<never>,
  ) {
    this.task = task;
    this.steps = steps;
    this.resolve = resolve;
    this.reject = reject;
    this.source = source;
  }

  /** It waits for its task. */
  [waiters](): readonly Future<unknown>[] {
    return [this.task];
  }

  /** Takes note that what it waits for is done. */
  [notify](): void {
    schedulerOfFuture(this.task).push(this);
  }

  /** Makes a step. */
  [execute](): void {
    this.task[runStrand](this);
  }
}

/** The strands that begin with one, in the order in which they were begun; as they are now, whatever ends later. */
export function listStrands(first: Strand | null): Strand[] {
  const strands: Strand[] = [];
  for (let strand = first; strand !== null; strand = strand.next) strands.push(strand);
  return strands;
}

/** Puts a strand behind those that begin with one; gives the first. */
export function addStrand(first: Strand | null, strand: Strand): Strand {
  if (first === null) return strand;
  let last = first;
  while (last.next !== null) last = last.next;
  last.next = strand;
  return first;
}

/** Takes a strand out of those that begin with one; gives the first. */
export function dropStrand(first: Strand | null, strand: Strand): Strand | null {
  if (first === strand) return strand.next;
  let before = first;
  while (before !== null && before.next !== strand) before = before.next;
  if (before !== null) before.next = strand.next;
  return first;
}

/** Cancels what strands wait for, and tells whether any could be. */
export function cancelStrands(strands: readonly Strand[], message: string | undefined): boolean {
  let cancelled = false;
  for (const strand of strands) if (cancelStrand(strand, message)) cancelled = true;
  return cancelled;
}

/** As a task does for its own waiter: the asking may come round where tasks await each other. */
function cancelStrand(strand: Strand, message: string | undefined): boolean {
  const { waiter, task } = strand;
  if (waiter === null) return false;
  if (waiter === task) {
    strand.waiter = null;
    return false;
  }
  strand.waiter = task;
  const isAsked = waiter.cancel(message);
  if (strand.waiter === null) {
    unlisten(waiter, strand);
    schedulerOfFuture(task).push(strand);
    return true;
  }
  strand.waiter = waiter;
  return isAsked;
}

/** Ends what a function awaited and then did without, such as the loser of a race. */
export function closeStrand(strand: Strand): void {
  if (strand.waiter !== null) unlisten(strand.waiter, strand);
  strand.steps.return?.();
}
