/**
 * `concurrent.futures.Future`: the outcome of work that runs outside every event loop.
 *
 * ```
 * PENDING ──────────────► RUNNING ──► FINISHED
 *    │                                   ▲
 *    ├───────────────────────────────────┘
 *    └──► CANCELLED ──► CANCELLED_AND_NOTIFIED
 * ```
 *
 * It belongs to no loop: its callbacks are called at once, by whoever settles it. `wrapFuture` ties it
 * to a loop's own `Future`.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { checkOptions } from "../base/check_options.ts";
import {
  CancelledError,
  InvalidStateError,
  RuntimeError,
  TimeoutError,
  ValueError,
} from "../base/errors.ts";
import { defineMethods } from "../base/methods.ts";
import { formatThrown } from "../base/nested_errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import { soon } from "../base/soon.ts";
import { resultOutside } from "../base/stray_cancellation.ts";
import { awaitable, type RejectionHandler, type Then } from "../coroutine/awaitable.ts";
import { host } from "../platform/current.ts";
import { checkTimeout } from "./check_count.ts";

/** The names of a {@linkcode ConcurrentFuture}'s states, as `concurrent.futures` has them. */
export type ConcurrentFutureState =
  | "PENDING"
  | "RUNNING"
  | "CANCELLED"
  | "CANCELLED_AND_NOTIFIED"
  | "FINISHED";

const SHOWN: Readonly<Record<ConcurrentFutureState, string>> = {
  PENDING: "pending",
  RUNNING: "running",
  CANCELLED: "cancelled",
  CANCELLED_AND_NOTIFIED: "cancelled",
  FINISHED: "finished",
};

type Outcome<T> =
  | { readonly kind: "result"; readonly value: T }
  | { readonly kind: "exception"; readonly error: unknown };

type DoneCallback = (future: ConcurrentFuture<unknown>) => unknown;

/** How a concurrent future is awaited from inside a task; the kernel plugs it in. */
export interface ConcurrentAwaiting {
  /** What `await` uses, or `null` where no task is running. */
  then<T>(future: ConcurrentFuture<T>): Then<T> | null;
  /** What `yield*` uses. */
  steps<T>(future: ConcurrentFuture<T>): Iterator<never, T, unknown>;
}

let awaiting: ConcurrentAwaiting | null = null;

/** Plugs in how tasks await concurrent futures; for `kernel/wrap_future.ts`. */
export function setConcurrentAwaiting(provider: ConcurrentAwaiting): void {
  awaiting = provider;
}

/** What {@linkcode ConcurrentFuture.cancel} takes. */
export interface CancelOptions {
  /**
   * How many seconds running work has to end by itself before its worker is ended, and the future
   * cancelled. The executor's own `terminateAfter` where left out; without one, all the time it takes.
   */
  terminateAfter?: number | null | undefined;
}

/**
 * Has `callback` called when `cancel()` finds the future running, which it cannot undo: the work can
 * still be asked to stop. For the executors.
 */
export let onCancelRequest: (
  future: ConcurrentFuture<unknown>,
  callback: (options: CancelOptions) => void,
) => void;

/**
 * Has `cancel()` ask for the cancellation instead of making it: the future is cancelled by
 * {@linkcode confirmCancel}, when the work is over. For coroutines on other threads.
 */
export let joinCancel: (future: ConcurrentFuture<unknown>, request: () => void) => void;

/** Cancels a future whose work has ended by its cancellation, or never will begin. */
export let confirmCancel: (future: ConcurrentFuture<unknown>) => void;

/**
 * Says how a future is waited for by blocking: by a function that returns when the future is done, or
 * when the time, in milliseconds, is up, and throws where blocking is not possible.
 */
export let setBlocking: (
  future: ConcurrentFuture<unknown>,
  wait: (milliseconds: number) => void,
) => void;

/**
 * Tells of a concurrent future whether its cancellation is over only when the work is; of anything else, `null`.
 *
 * Where nobody else refers to the class, a bundler leaves it out, and nothing is one; so a loop, which can wrap such
 * futures, does not bring their class along.
 */
export let joinsCancel: (value: unknown) => boolean | null = (): null => null;

/**
 * The outcome of work on another thread or in another process, to come or there.
 *
 * Executors make it; `submit` returns one. Plain code may `await` it, and a coroutine may, too, by
 * `yield*` or `await`: cancelling the task that waits then cancels the work. Only in a thread, and only
 * for what the parent's loop was asked, does `result()` block: a page must not, and where the outcome
 * comes by a message, blocking would keep it away.
 *
 * @typeParam T What the work gives.
 *
 * @example
 * ```ts
 * import { ConcurrentFuture } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const future = new ConcurrentFuture<number>();
 * future.addDoneCallback((done) => assertEquals(done.result(), 42));
 * assertEquals(future.done(), false);
 * future.setResult(42);
 * assertEquals(await future, 42);
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future
 */
export class ConcurrentFuture<T> implements PromiseLike<T> {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "ConcurrentFuture";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(ConcurrentFuture, {
      [awaitable](this: ConcurrentFuture<unknown>) {
        if (awaiting === null) {
          throw new RuntimeError("no event loop to await a ConcurrentFuture in");
        }
        return awaiting.steps(this);
      },
    });
  })();

  #state: ConcurrentFutureState = "PENDING";
  #outcome: Outcome<T> | null = null;
  // Not of T: else no future of a number would be one of anything.
  #callbacks: DoneCallback[] = [];
  #cancelRequest: ((options: CancelOptions) => void) | null = null;
  // Whether it is cancelled when the work is over, and not before.
  #joins = false;
  #wait: ((milliseconds: number) => void) | null = null;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    onCancelRequest = (future, callback) => {
      future.#cancelRequest = callback;
    };
    joinCancel = (future, request) => {
      future.#cancelRequest = request;
      future.#joins = true;
    };
    confirmCancel = (future) => {
      if (!future.done()) future.#settle("CANCELLED", null);
    };
    joinsCancel = (value) => value instanceof ConcurrentFuture ? value.#joins : null;
    setBlocking = (future, wait) => {
      future.#wait = wait;
    };
  })();

  /**
   * Cancels work that has not begun. Running work goes on, for a thread cannot be unwound from
   * outside; an executor's job is asked to stop, through its `AbortSignal`.
   *
   * A coroutine on another thread's loop is cancelled there, and the future when it is over: until then
   * it is not done, and if the coroutine goes on regardless, it ends by what that gives.
   *
   * A job that does not stop by itself is stopped by `terminateAfter`: its worker is ended and replaced,
   * the future is cancelled, and the other jobs of the worker are given to others.
   *
   * @param options `terminateAfter`: how many seconds running work has to end by itself.
   * @returns Whether the future is cancelled now, or the coroutine is told; `false` when it is running
   * or finished.
   * @throws {TypeError} If `terminateAfter` is no number, or another option is given.
   * @throws {ValueError} If it is negative.
   */
  cancel(options: CancelOptions = {}): boolean {
    checkOptions(options, "cancel()", ["terminateAfter"]);
    checkTerminateAfter(options.terminateAfter);
    switch (this.#state) {
      case "PENDING":
        if (this.#joins) this.#cancelRequest?.(options);
        else this.#settle("CANCELLED", null);
        return true;
      case "RUNNING":
        // An executor may have it cancelled at once: a job that was given back, or whose worker is ended.
        this.#cancelRequest?.(options);
    }
    return this.cancelled();
  }

  /** Tells whether the future was cancelled. */
  cancelled(): boolean {
    return this.#state === "CANCELLED" || this.#state === "CANCELLED_AND_NOTIFIED";
  }

  /** Tells whether the work is being done and can no longer be cancelled. */
  running(): boolean {
    return this.#state === "RUNNING";
  }

  /** Tells whether the future was cancelled or is finished. */
  done(): boolean {
    return this.#state === "FINISHED" || this.cancelled();
  }

  /**
   * Gives what the work returned, or throws what it threw.
   *
   * If it is not done, it is waited for by blocking where that is possible: in another thread, for what
   * {@linkcode ParentLoop.call} gave, outside every event loop. Elsewhere `await` the future. When the
   * time is up the work goes on, and can be waited for again.
   *
   * @param timeout How long to wait, in seconds; no limit where left out.
   * @returns What the work returned.
   * @throws {CancelledError} If the future was cancelled, or the job that blocks.
   * @throws {TimeoutError} If it is not done when the time is up.
   * @throws {RuntimeError} If it is not done and cannot be waited for by blocking.
   * @throws {TypeError} If `timeout` is no number.
   */
  result(timeout: number | null = null): T {
    const outcome = this.#get("result", timeout);
    if (outcome.kind === "exception") throw outcome.error;
    return outcome.value;
  }

  /**
   * Gives what the work threw. It waits as {@linkcode ConcurrentFuture.result} does.
   *
   * @param timeout How long to wait, in seconds; no limit where left out.
   * @returns What the work threw, or `null` when it returned.
   * @throws {CancelledError} If the future was cancelled, or the job that blocks.
   * @throws {TimeoutError} If it is not done when the time is up.
   * @throws {RuntimeError} If it is not done and cannot be waited for by blocking.
   * @throws {TypeError} If `timeout` is no number.
   */
  exception(timeout: number | null = null): unknown {
    const outcome = this.#get("exception", timeout);
    return outcome.kind === "exception" ? outcome.error : null;
  }

  /**
   * Has a function called when the future is done: at once when it is already, else by whoever
   * settles or cancels it, in the order added. What it throws is logged, never raised.
   *
   * @param callback The function, called with this future.
   * @throws {TypeError} If `callback` is no function.
   */
  addDoneCallback(callback: (future: this) => unknown): void {
    checkFunction(callback, "addDoneCallback() expects");
    if (this.done()) this.#call(callback as DoneCallback);
    else this.#callbacks.push(callback as DoneCallback);
  }

  /**
   * Marks the work as begun, unless it was cancelled. For executors and tests, before the work.
   *
   * @returns Whether to go on: `false` when the future was cancelled.
   * @throws {RuntimeError} If it was called before, or an outcome is set.
   */
  setRunningOrNotifyCancel(): boolean {
    switch (this.#state) {
      case "CANCELLED":
        this.#state = "CANCELLED_AND_NOTIFIED";
        return false;
      case "PENDING":
        this.#state = "RUNNING";
        return true;
      default:
        throw new RuntimeError(`Future in unexpected state: ${this.#state}`);
    }
  }

  /**
   * Settles the future with a result. For executors and tests.
   *
   * @param result What the work returned.
   * @throws {InvalidStateError} If the future is done.
   */
  setResult(result: T): void {
    this.#refuseDone();
    this.#settle("FINISHED", { kind: "result", value: result });
  }

  /**
   * Settles the future with an error. For executors and tests.
   *
   * @param error What the work threw.
   * @throws {InvalidStateError} If the future is done.
   */
  setException(error: unknown): void {
    this.#refuseDone();
    this.#settle("FINISHED", { kind: "exception", error });
  }

  /**
   * What `await` uses: inside a task the wait is the task's own, which can be cancelled; elsewhere it
   * is a promise's. A getter, because the engine reads it at the `await`, while the task can be told.
   */
  get then(): Then<T> {
    return awaiting?.then(this) ??
      ((fulfilled, rejected) => this.#then(fulfilled, rejected));
  }

  /** Has a function called with the error, as a promise does. */
  catch<R = never>(onRejected?: RejectionHandler<R> | null): Promise<T | R> {
    return this.then(undefined, onRejected);
  }

  /** Has a function called when it is over, as a promise does. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally);
  }

  /** What `yield*` uses, in a generator coroutine. */
  [Symbol.iterator](): Iterator<never, T, unknown> {
    return this[awaitable]();
  }

  /** The printed form: the state, and the kind of the outcome. */
  toString(): string {
    const outcome = this.#outcome === null
      ? ""
      : this.#outcome.kind === "result"
      ? ` returned ${kindOf(this.#outcome.value)}`
      : ` raised ${kindOf(this.#outcome.error)}`;
    return `<ConcurrentFuture state=${SHOWN[this.#state]}${outcome}>`;
  }

  /** As a promise's `then`, but that no promise is resolved where the future is settled: see base/soon.ts. */
  #then<A, B>(
    fulfilled: ((value: T) => A | PromiseLike<A>) | null | undefined,
    rejected: ((reason: unknown) => B | PromiseLike<B>) | null | undefined,
  ): Promise<A | B> {
    return new Promise((resolve, reject) => {
      const react = (): void => {
        const outcome = this.#outcome;
        if (
          outcome?.kind !== "result" || typeof fulfilled !== "function" || hasThen(outcome.value)
        ) {
          return resolve(this.#promise().then(fulfilled, rejected) as Promise<A | B>);
        }
        try {
          resolve(fulfilled(outcome.value));
        } catch (error) {
          reject(error);
        }
      };
      this.addDoneCallback(() => soon(react));
    });
  }

  /** Its outcome, now that it is done. */
  async #promise(): Promise<T> {
    return resultOutside(this);
  }

  #get(method: string, timeout: number | null): Outcome<T> {
    checkTimeout(timeout);
    if (!this.done() && (timeout === null || timeout > 0)) {
      if (this.#wait === null) throw this.#blockingError(method);
      this.#wait(timeout === null ? Infinity : 1000 * timeout);
    }
    if (this.cancelled()) throw new CancelledError();
    if (this.#outcome === null) throw new TimeoutError();
    return this.#outcome;
  }

  #blockingError(method: string): RuntimeError {
    const page = host.mayBlock ? "" : "the main thread of a page must not block, and ";
    return new RuntimeError(
      `${method}() cannot wait: ${page}${this} would be settled by this very thread, which it would ` +
        "block; await the future instead",
    );
  }

  #refuseDone(): void {
    if (this.done()) throw new InvalidStateError(`${this.#state}: ${this}`);
  }

  #settle(state: "CANCELLED" | "FINISHED", outcome: Outcome<T> | null): void {
    this.#state = state;
    this.#outcome = outcome;
    // What stood ready for running work is of no more use, and may hold much alive.
    this.#cancelRequest = null;
    this.#wait = null;
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) this.#call(callback);
  }

  #call(callback: DoneCallback): void {
    try {
      callback(this);
    } catch (error) {
      host.logError(`exception calling callback for ${this}\n${formatThrown(error)}`);
    }
  }
}

/** A concurrent future can be awaited in tasks. */
export interface ConcurrentFuture<T> {
  /** Python's `__await__`: by it `gather`, `waitFor` and the rest take the future. */
  [awaitable](): Iterator<never, T, unknown>;
}

/**
 * Marks the work as begun or over, for whoever is to settle the future.
 *
 * @returns Whether to settle it: `false` where it was cancelled, or somebody has settled it by hand meanwhile.
 */
export function claimFuture(future: ConcurrentFuture<unknown>): boolean {
  return (!future.done() || future.cancelled()) && future.setRunningOrNotifyCancel();
}

/**
 * Reads a `terminateAfter`, in seconds.
 *
 * @throws {TypeError} If it is no number.
 * @throws {ValueError} If it is negative.
 */
export function checkTerminateAfter(seconds: unknown): void {
  if (seconds === undefined || seconds === null) return;
  if (typeof seconds !== "number" || Number.isNaN(seconds)) {
    throw new TypeError(
      `terminateAfter must be a number of seconds or null, got ${describe(seconds)}`,
    );
  }
  if (seconds < 0) throw new ValueError(`terminateAfter must not be negative, got ${seconds}`);
}

function kindOf(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (value instanceof Error) return value.name;
  const constructor: unknown = Reflect.get(value, "constructor");
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : "object";
}

/** Whether a promise may take a value for something that is to be waited for. */
function hasThen(value: unknown): boolean {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    "then" in value;
}
