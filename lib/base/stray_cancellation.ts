/**
 * Cancellations that reach nobody.
 *
 * When a task is cancelled, all that its async function has under way hears of it, helpers too that it has called and
 * does not await yet. The promise of such a helper is rejected, and nobody ever handles that, for the function ends at
 * its own await. To a host that is an error: Deno ends the program by it, and a thread its loop. But it is as with a
 * cancelled task that nobody awaits, of which nothing is reported.
 *
 * @module
 */
import { CancelledError } from "./errors.ts";

const told = /* @__PURE__ */ new WeakSet<CancelledError>();

/**
 * The result of a future for code outside of tasks: where that handles no cancellation, the host is to report it.
 *
 * @throws What the future's `result()` throws.
 */
export function resultOutside<T>(future: { result(): T }): T {
  try {
    return future.result();
  } catch (error) {
    if (error instanceof CancelledError) told.add(error);
    throw error;
  }
}

/** Tells whether an error is a cancellation that no code outside of tasks got. */
export function isStrayCancellation(error: unknown): boolean {
  return error instanceof CancelledError && !told.has(error);
}
