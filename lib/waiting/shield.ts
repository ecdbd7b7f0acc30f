/**
 * Keeping a cancellation off.
 *
 * @module
 */
import { InvalidStateError } from "../base/errors.ts";
import { type AwaitableLike, ensureFuture } from "../kernel/ensure_future.ts";
import { callWhenDone, fail, fulfil, type Future, seeError } from "../kernel/future.ts";
import { sourceContext } from "../kernel/sources.ts";

/**
 * Waits for something without handing a cancellation on to it: when the task that waits is cancelled,
 * what it waited for goes on.
 *
 * Cancelled by other means, what is shielded cancels the shield.
 *
 * @typeParam T What it gives.
 * @param subject What to wait for; a coroutine becomes a task.
 * @returns A future of its outcome; what is done already is returned as it is.
 * @throws {TypeError} If `subject` cannot be awaited.
 *
 * @example
 * ```ts
 * import { createTask, run, shield, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const work = createTask(sleep(0.001, "kept"));
 *   const waiting = shield(work);
 *   waiting.cancel();
 *   assertEquals([waiting.cancelled(), yield* work], [true, "kept"]);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.shield
 */
export function shield<T>(subject: AwaitableLike<T>): Future<T> {
  const inner = ensureFuture(subject);
  if (inner.done()) return inner;
  const outer = inner.getLoop().createFuture<T>();
  const innerDone = () => {
    if (outer.cancelled()) return;
    if (inner.cancelled()) {
      outer.cancel();
      return;
    }
    if (outer.done()) throw new InvalidStateError(`invalid state: ${outer}`);
    const failure = seeError(inner);
    if (failure === undefined) fulfil(outer, inner.result());
    else fail(outer, failure.error);
  };
  const outerDone = () => {
    if (inner.done()) return;
    inner.removeDoneCallback(innerDone);
    // Nobody waits for it any more, so its error would be lost. However many shields there were, it is
    // reported once.
    inner.removeDoneCallback(reportError);
    inner.addDoneCallback(reportError);
  };
  callWhenDone(inner, innerDone, outer);
  outer.addDoneCallback(outerDone);
  return outer;
}

function reportError(inner: Future<unknown>): void {
  const failure = seeError(inner);
  if (failure === undefined) return;
  const { error } = failure;
  inner.getLoop().callExceptionHandler({
    message: `${error instanceof Error ? error.name : typeof error} exception in shielded future`,
    exception: error,
    future: inner,
    ...sourceContext(inner),
  });
}
