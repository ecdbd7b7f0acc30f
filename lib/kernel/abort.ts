/**
 * Abort signals that cancel.
 *
 * @module
 */
import { describe } from "../base/repr.ts";
import { type Future, listen, type Listener, notify } from "./future.ts";

/**
 * Cancels a future when a signal is aborted, and at once if it is already. No listener stays on the signal
 * when the future is done.
 *
 * @throws {TypeError} If `signal` is no abort signal.
 */
export function cancelOnAbort(future: Future<unknown>, signal: AbortSignal): void {
  if (!(signal instanceof AbortSignal)) {
    throw new TypeError(`signal must be an AbortSignal, got ${describe(signal)}`);
  }
  if (signal.aborted) cancelFor(future, signal);
  else listen(future, new AbortWatch(future, signal));
}

function cancelFor(future: Future<unknown>, { reason }: AbortSignal): void {
  future.cancel(reason instanceof Error ? reason.message : String(reason));
}

class AbortWatch implements Listener {
  readonly #signal: AbortSignal;
  readonly #cancel: () => void;

  constructor(future: Future<unknown>, signal: AbortSignal) {
    this.#signal = signal;
    this.#cancel = () => cancelFor(future, signal);
    signal.addEventListener("abort", this.#cancel, { once: true });
  }

  [notify](): void {
    this.#signal.removeEventListener("abort", this.#cancel);
  }
}
