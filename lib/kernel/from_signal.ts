/**
 * Awaiting an abort signal.
 *
 * @module
 */
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { checkSignal } from "./abort.ts";
import { fulfil, schedulerOfFuture } from "./future.ts";
import { getRunningLoop } from "./loops.ts";

/**
 * Waits until a signal is aborted. No listener stays on the signal when the waiting is over, however
 * it ends.
 *
 * @param signal The signal.
 * @returns A lazy object that gives the signal's reason, at once if it is aborted already.
 * @throws {TypeError} If `signal` is no abort signal.
 *
 * @example
 * ```ts
 * import { createTask, FIRST_COMPLETED, fromSignal, run, sleep, wait } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const work = createTask(sleep(60));
 *   const left = createTask(fromSignal(AbortSignal.timeout(1)));
 *   const [done] = yield* wait([work, left], { returnWhen: FIRST_COMPLETED });
 *   assertEquals(done, new Set([left]));
 *   assertEquals((left.result() as Error).name, "TimeoutError");
 *   work.cancel();
 * });
 * ```
 */
export function fromSignal(signal: AbortSignal): Coroutine<unknown> {
  checkSignal(signal);
  return lazy("fromSignal", awaitAbort(signal));
}

function* awaitAbort(signal: AbortSignal): Generator<Suspension, unknown, unknown> {
  if (signal.aborted) return signal.reason;
  const future = getRunningLoop().createFuture<unknown>();
  const scheduler = schedulerOfFuture(future);
  const release = () => {
    // A loop may have been closed over what it waited for.
    if (!future.done() && !scheduler.isClosed) fulfil(future, signal.reason);
  };
  signal.addEventListener("abort", release, { once: true });
  scheduler.outside++;
  try {
    return yield* future;
  } finally {
    scheduler.outside--;
    signal.removeEventListener("abort", release);
  }
}
