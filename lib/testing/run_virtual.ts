/**
 * Running a program on a virtual clock.
 *
 * @module
 */
import type { AwaitableLike } from "../kernel/ensure_future.ts";
import { VirtualClock } from "../kernel/clock.ts";
import { newEventLoop } from "../kernel/event_loop.ts";
import { cancelAllTasksSync } from "../run/cancel_all.ts";

/**
 * Does the whole of `run` on a virtual clock before it returns: the hours that the program sleeps pass
 * in an instant, and each run takes the same time.
 *
 * @typeParam T What the coroutine returns.
 * @param main A generator coroutine, or a function that is called for one.
 * @returns Its result.
 * @throws What it throws.
 * @throws {DeadlockError} If nothing is left to wait for and `main` is not done.
 * @throws {RuntimeError} If a loop is running, or an async function is among the coroutines, or nothing is left
 * to wait for but a promise, a signal or a job of an executor: none of them can be waited for at once.
 *
 * @example
 * ```ts
 * import { getRunningLoop, runVirtual, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const hour = runVirtual(function* () {
 *   yield* sleep({ hours: 1 });
 *   return getRunningLoop().time();
 * });
 * assertEquals(hour, 3600);
 * ```
 */
export function runVirtual<T>(main: AwaitableLike<T>): T {
  const loop = newEventLoop({ clock: new VirtualClock() });
  try {
    return loop.runUntilCompleteSync(main);
  } finally {
    try {
      cancelAllTasksSync(loop);
      loop.runUntilCompleteSync(loop.shutdownAsyncgens());
    } finally {
      loop.close();
    }
  }
}
