/**
 * Calling a user's function, which may be async, on behalf of a task.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { CallFrame } from "../coroutine/call_frame.ts";
import { host } from "../platform/current.ts";
import { schedulerOfFuture } from "./future.ts";
import { PatientCall, type Resumable, resumed, waitPatiently } from "./patient_call.ts";
import { running } from "./running.ts";
import type { Strand } from "./strand.ts";

const identity = host.asyncIdentity;

/** The key of the method by which a task says what an error of its function's is to it. */
export const seenAs: unique symbol = Symbol("seenAs");

/** What a run that is over before it returns says of what it would have to wait for outside. */
export function synchronousError(got: string): RuntimeError {
  return new RuntimeError(
    "a synchronous run cannot wait for a promise: expected generator coroutines, " +
      `got ${got}; runUntilComplete() takes both`,
  );
}

/** Whom a function is called for. */
export interface Caller extends Resumable {
  /** The error that takes the place of one which a function threw that a strand of it called, or it itself; that one, most often. */
  [seenAs](error: unknown, strand: Strand | null): unknown;
}

function callOf(frame: CallFrame): PromiseLike<unknown> | null {
  return frame.call();
}

/**
 * Makes a call under a task's identity, or that of a strand of it.
 *
 * @param task The task.
 * @param frame The call.
 * @param strand The strand of it that goes on when the promise that came back has settled, or `null`: it itself does.
 * @returns Whether a promise came back; else the frame can be resumed at once.
 */
export function callFor(task: Caller, frame: CallFrame, strand: Strand | null): boolean {
  running.calling = true;
  let promise: PromiseLike<unknown> | null;
  try {
    // An identity put in force may cost more than all the rest of a call.
    promise = identity === null || !frame.mayBeAsync
      ? frame.call()
      : identity.run(strand ?? task, callOf, frame, frame.place);
  } finally {
    running.calling = false;
  }
  if (promise === null) return false;
  const settled = Promise.resolve(promise);
  if (schedulerOfFuture(task).isSynchronous) {
    settled.catch(() => {});
    frame.reject(synchronousError("an async function"));
    return false;
  }
  const stillWaits = frame instanceof PatientCall
    ? waitPatiently(task, frame, settled, strand)
    : null;
  settled.then((value) => {
    if (stillWaits !== null && !stillWaits()) return;
    frame.fulfill(value);
    task[resumed](strand);
  }, (error) => {
    if (stillWaits !== null && !stillWaits()) return;
    frame.reject(task[seenAs](error, strand));
    task[resumed](strand);
  });
  return true;
}
