/**
 * A call whose promise may be anybody's.
 *
 * What an async function awaits of this module's belongs to the task that called it, so the loop holds still
 * until the function comes to rest. A promise of the host's, or of a library's, comes to rest on nothing
 * of ours: for a function that is the task's own that is a mistake where nobody can tell whose code runs
 * after it. Here it is not: the promise is then awaited as by `fromPromise`, and cancelling the task is
 * not kept waiting by it.
 *
 * @module
 */
import { CallFrame } from "../coroutine/call_frame.ts";
import { fromPromise } from "./from_promise.ts";
import type { Future } from "./future.ts";
import type { Strand } from "./strand.ts";

/** A call that waits on whatever its promise rests on. */
export class PatientCall<T = unknown> extends CallFrame<T> {}

/** The key of the method by which a task goes on after a call. */
export const resumed: unique symbol = Symbol("resumed");

/** A task that makes such calls. */
export interface Resumable extends Future<unknown> {
  /** Goes on, for the call's promise has settled and the frame knows how: for a strand of the task, or by itself. */
  [resumed](strand: Strand | null): void;
}

interface Waiting {
  readonly call: CallFrame;
  readonly promise: PromiseLike<unknown>;
  readonly strand: Strand | null;
}

// By task: nearly no task makes such calls, and most of those one at a time.
const waitingBy = new WeakMap<Future<unknown>, Set<Waiting>>();

/**
 * Notes that a call of a task's waits for a promise.
 *
 * @returns What tells that the promise has settled; it gives whether the call still waits for it.
 */
export function waitPatiently(
  task: Future<unknown>,
  call: CallFrame,
  promise: PromiseLike<unknown>,
  strand: Strand | null,
): () => boolean {
  let all = waitingBy.get(task);
  if (all === undefined) {
    all = new Set();
    waitingBy.set(task, all);
  }
  const calls = all;
  const waiting = { call, promise, strand };
  calls.add(waiting);
  return () => calls.delete(waiting);
}

/** Lets a task that rests on something foreign wait for it by a future, and tells whether it can. */
export function restPatiently(task: Resumable): boolean {
  const calls = waitingBy.get(task);
  if (calls === undefined || calls.size === 0) return false;
  const all = [...calls];
  calls.clear();
  for (const { call, promise, strand } of all) {
    call.continueIn(fromPromise(promise)[Symbol.iterator]());
    task[resumed](strand);
  }
  return true;
}
