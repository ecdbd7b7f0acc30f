/**
 * Calling a user's function, which may be async, on behalf of a task.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { CallFrame } from "../coroutine/call_frame.ts";
import { host } from "../platform/current.ts";
import { type Future, schedulerOfFuture } from "./future.ts";
import { running } from "./running.ts";

const identity = host.asyncIdentity;

/**
 * Makes a call under a task's identity.
 *
 * @param task The task.
 * @param frame The call.
 * @param resume Called when the promise that came back has settled, and the frame knows how.
 * @returns Whether a promise came back; else the frame can be resumed at once.
 */
export function callFor(task: Future<unknown>, frame: CallFrame, resume: () => void): boolean {
  running.calling = true;
  let promise: PromiseLike<unknown> | null;
  try {
    promise = identity === null ? frame.call() : identity.run(task, () => frame.call());
  } finally {
    running.calling = false;
  }
  if (promise === null) return false;
  const settled = Promise.resolve(promise);
  if (schedulerOfFuture(task).isSynchronous) {
    settled.catch(() => {});
    frame.reject(
      new RuntimeError(
        "a synchronous run cannot wait for a promise: expected generator coroutines, " +
          "got an async function; runUntilComplete() takes both",
      ),
    );
    return false;
  }
  settled.then((value) => {
    frame.fulfill(value);
    resume();
  }, (error) => {
    frame.reject(error);
    resume();
  });
  return true;
}
