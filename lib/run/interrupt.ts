/**
 * Ctrl-C: the first cancels the main task, the second ends the run, and one while the rest is ended ends that.
 *
 * @module
 */
import { CancelledError, KeyboardInterrupt } from "../base/errors.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { Task } from "../kernel/task.ts";
import { host } from "../platform/current.ts";

/**
 * Runs a loop until a future is done, and lets the user interrupt it. However it ends, the host's own
 * way with Ctrl-C is back.
 *
 * @throws {KeyboardInterrupt} If the user did; the promise is rejected with it.
 */
export async function runInterruptibly<T>(loop: EventLoop, main: Future<T>): Promise<T> {
  if (host.signals === null) return await loop.runUntilComplete(main);
  let interrupts = 0;
  const restore = host.signals.onInterrupt(() => {
    interrupts++;
    if (interrupts === 1 && !main.done()) main.cancel();
    else loop.interrupt(new KeyboardInterrupt());
  });
  try {
    return await loop.runUntilComplete(main);
  } catch (error) {
    const isOwn = error instanceof CancelledError && interrupts > 0;
    // Others may have cancelled it as well; then theirs stands.
    if (isOwn && (!(main instanceof Task) || main.uncancel() === 0)) throw new KeyboardInterrupt();
    throw error;
  } finally {
    restore();
  }
}

/**
 * Ends what a loop has left, and lets the user interrupt that: tasks may take their time to clean up.
 *
 * @throws {KeyboardInterrupt} If the user did; the promise is rejected with it.
 */
export async function endInterruptibly(loop: EventLoop, end: () => Promise<void>): Promise<void> {
  const restore = host.signals?.onInterrupt(() => loop.interrupt(new KeyboardInterrupt()));
  try {
    await end();
  } finally {
    restore?.();
  }
}
