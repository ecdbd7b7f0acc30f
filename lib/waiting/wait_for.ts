/**
 * Waiting for one thing, for so long.
 *
 * @module
 */
import { type Duration, toDelay } from "../base/duration.ts";
import { CancelledError, TimeoutError } from "../base/errors.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { stepsOf } from "../coroutine/call_frame.ts";
import { CallFrame } from "../coroutine/call_frame.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { type AwaitableLike, ensureFuture } from "../kernel/ensure_future.ts";
import { callWhenDone, type Future } from "../kernel/future.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { timeout as limit } from "./timeout.ts";

/**
 * Waits for an awaitable, at most for so long: when the time is up, it is cancelled, and when it has
 * ended, a {@linkcode TimeoutError} is thrown. If it ends otherwise than by the cancellation, that
 * counts. {@linkcode shield} keeps the cancellation off.
 *
 * A coroutine runs in the task that waits. A promise that is not this module's is left when the time is up; one
 * within an async function that is given is not, for nobody can stop it: there `await fromPromise(promise)` is left.
 *
 * @typeParam T What it gives.
 * @param subject What to wait for.
 * @param timeout How long, in seconds; `null` for ever. With zero or less a coroutine is not begun.
 * @returns A lazy object that gives its result.
 * @throws {TimeoutError} When awaited, if the time is up.
 * @throws {TypeError} When awaited, if `subject` cannot be awaited.
 *
 * @example
 * ```ts
 * import { run, sleep, TimeoutError, waitFor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => run(waitFor(sleep(60), 0.001)), TimeoutError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.wait_for
 */
export function waitFor<T>(subject: AwaitableLike<T>, timeout: Duration | null): Coroutine<T> {
  return lazy("waitFor", waitForSteps(subject, timeout));
}

function* waitForSteps<T>(
  subject: AwaitableLike<T>,
  timeout: Duration | null,
): Generator<Suspension, T, unknown> {
  const seconds = timeout === null ? null : toDelay(timeout, "timeout");
  if (seconds === null || seconds > 0) {
    return yield* limit(seconds, () => awaitHere(subject));
  }
  const future = ensureFuture(subject);
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    if (error instanceof CancelledError) throw new TimeoutError("", { cause: error });
    throw error;
  }
}

/** Awaits anything in the task that runs; a task is made only of what cannot be awaited so. */
function* awaitHere<T>(subject: AwaitableLike<T>): Generator<Suspension, T, unknown> {
  const frame = typeof subject === "function"
    ? new CallFrame<T>(subject as () => unknown)
    : stepsOf(subject) ?? ensureFuture(subject);
  return (yield* { [Symbol.iterator]: () => frame as Iterator<Suspension, T, unknown> }) as T;
}

function* cancelAndWait(future: Future<unknown>): Generator<Suspension, void, unknown> {
  // The future is not awaited itself, so that who waits here can be cancelled on its own.
  const waiter = getRunningLoop().createFuture<void>();
  const release = () => {
    if (!waiter.done()) waiter.setResult();
  };
  callWhenDone(future, release, waiter);
  try {
    future.cancel();
    yield* waiter;
  } finally {
    future.removeDoneCallback(release);
  }
}
