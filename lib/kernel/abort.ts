/**
 * Abort signals and cancelling, both ways: a signal that cancels a task, and the signal that a task's
 * cancellation aborts.
 *
 * @module
 */
import { CancelledError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import {
  cancelMessageOf,
  type Future,
  listen,
  type Listener,
  notify,
  schedulerOfFuture,
} from "./future.ts";

// What few tasks have is kept beside them: a field would cost all of them.
const controllers = new WeakMap<Future<unknown>, AbortController>();
const causes = new WeakMap<Future<unknown>, unknown>();

/** What is asked of a task whose cancelling is tied to signals. */
export interface Cancellable extends Future<unknown> {
  /** The requests to end that stand. */
  cancelling(): number;
}

/**
 * Cancels a future when a signal is aborted, and at once if it is already. No listener stays on the signal
 * when the future is done.
 *
 * @throws {TypeError} If `signal` is no abort signal.
 */
export function cancelOnAbort(future: Future<unknown>, signal: AbortSignal): void {
  checkSignal(signal);
  if (signal.aborted) cancelFor(future, signal);
  else listen(future, new AbortWatch(future, signal));
}

/** @throws {TypeError} If what should be an abort signal is none. */
export function checkSignal(signal: unknown): void {
  // Not by its class: that of another frame's is another.
  if (Object.prototype.toString.call(signal) !== "[object AbortSignal]") {
    throw new TypeError(`signal must be an AbortSignal, got ${describe(signal)}`);
  }
}

function cancelFor(future: Future<unknown>, { reason }: AbortSignal): void {
  causes.set(future, reason);
  future.cancel(reason instanceof Error ? reason.message : reason);
}

class AbortWatch implements Listener {
  static get name(): string {
    return "AbortSignal";
  }

  readonly #signal: AbortSignal;
  readonly #cancel: () => void;

  constructor(future: Future<unknown>, signal: AbortSignal) {
    this.#signal = signal;
    // A loop that was closed over its task takes no more of it.
    this.#cancel = () => {
      if (!schedulerOfFuture(future).isClosed) cancelFor(future, signal);
    };
    signal.addEventListener("abort", this.#cancel, { once: true });
  }

  [notify](): void {
    this.#signal.removeEventListener("abort", this.#cancel);
  }
}

/**
 * Forgets the controller of a task that was cancelled, for it has done its work. Left to the collector, it
 * would go with the task, but its place in the table only when the engine makes the table anew.
 */
class SignalKeeper implements Listener {
  static get name(): string {
    return "AbortSignal";
  }

  [notify](future: Future<unknown>): void {
    if (future.cancelled()) controllers.delete(future);
  }
}

const keeper = new SignalKeeper();

/** The signal that is aborted with a task's cancellation; another one once that was taken back. */
export function signalOf(task: Cancellable): AbortSignal {
  const isCancelling = task.cancelling() > 0;
  const known = controllers.get(task)?.signal;
  if (known?.aborted === isCancelling) return known;
  const controller = new AbortController();
  controllers.set(task, controller);
  if (known === undefined && !task.done()) listen(task, keeper);
  if (isCancelling) abortSignalOf(task, cancelMessageOf(task));
  return controller.signal;
}

/** Aborts the signal of a task that is being cancelled, if anybody has asked for one. */
export function abortSignalOf(task: Cancellable, message?: string): void {
  controllers.get(task)?.abort(new CancelledError(message));
}

/** The error that counts of those that `using` throws as one: the last, which in Python takes the others' place. */
export function lastOf(error: unknown): unknown {
  return error instanceof Error && "suppressed" in error
    ? lastOf((error as SuppressedError).error)
    : error;
}

/** Tells whether an error is what a task's own cancellation has made of some work by a signal. */
export function isAbortFor(task: Cancellable, error: unknown): boolean {
  // The latter is axios's.
  if (error instanceof Error && ["AbortError", "CanceledError"].includes(error.name)) return true;
  return error !== undefined &&
    (causes.get(task) === error || controllers.get(task)?.signal.reason === error);
}
