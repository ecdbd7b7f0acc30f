/**
 * Awaiting what is not this module's.
 *
 * A promise that stays pending keeps its reactions for good, so each promise gets one, however many
 * tasks wait for it; a task that stops waiting is forgotten.
 *
 * @module
 */
import { describe } from "../base/repr.ts";
import { Awaitable, isThenable, type Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { fail, fulfil, type Future, schedulerOfFuture } from "./future.ts";
import { getRunningLoop } from "./loops.ts";

/** What {@linkcode fromPromise} takes: a promise, or a function that begins the work behind one. */
export type PromiseSource<T> = PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>);

const waitersOf = new WeakMap<PromiseLike<unknown>, Waiters>();

/**
 * Awaits a promise, or any other thenable, in a task.
 *
 * Cancelled, it stops waiting at once; the signal that a function was given is aborted then, with the
 * {@linkcode CancelledError} as its reason, so that the work behind the promise stops as well.
 *
 * @typeParam T What the promise gives.
 * @param source The promise, or a function that begins the work when it is awaited.
 * @returns A lazy object that gives the promise's value or throws its reason.
 * @throws {TypeError} If it is neither, or, when awaited, if the function returned no thenable.
 *
 * @example
 * ```ts
 * import { fromPromise, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const size = await run(function* () {
 *   const text = yield* fromPromise((signal) =>
 *     fetch("data:,hello", { signal }).then((response) => response.text())
 *   );
 *   return text.length;
 * });
 * assertEquals(size, 5);
 * ```
 */
export function fromPromise<T>(source: PromiseSource<T>): Coroutine<T> {
  if (source instanceof Awaitable) return lazy("fromPromise", awaitOwn(source));
  if (typeof source !== "function" && !isThenable(source)) {
    throw new TypeError(
      `fromPromise() expects a promise, or a function of a signal, got ${describe(source)}`,
    );
  }
  return lazy("fromPromise", fromPromiseSteps(source));
}

function* awaitOwn<T>(source: Awaitable<T>): Generator<Suspension, T, unknown> {
  return yield* source;
}

function* fromPromiseSteps<T>(source: PromiseSource<T>): Generator<Suspension, T, unknown> {
  const future = getRunningLoop().createFuture<T>();
  if (typeof source !== "function") return yield* awaitThenable(future, source);
  const controller = new AbortController();
  const promise = source(controller.signal);
  if (!isThenable(promise)) {
    throw new TypeError(
      `fromPromise() expects its function to return a promise, got ${describe(promise)}`,
    );
  }
  try {
    return yield* awaitThenable(future, promise);
  } catch (error) {
    if (future.cancelled()) controller.abort(error);
    throw error;
  }
}

/**
 * Waits for a promise by a future, which ends as it does, and may be cancelled by itself.
 *
 * @param future A pending future of the running loop.
 * @param promise The promise.
 */
export function* awaitThenable<T>(
  future: Future<T>,
  promise: PromiseLike<T>,
): Generator<Suspension, T, unknown> {
  const scheduler = schedulerOfFuture(future);
  const waiters = waitersOf.get(promise) ?? react(promise);
  waiters.add(future);
  scheduler.outside++;
  try {
    return yield* future;
  } finally {
    scheduler.outside--;
    waiters.delete(future);
  }
}

function react(promise: PromiseLike<unknown>): Waiters {
  const waiters = new Waiters();
  waitersOf.set(promise, waiters);
  // A thenable of others may settle at once, throw, or give another promise: the engine makes a promise of it.
  Promise.resolve(promise).then(
    (value) => {
      waitersOf.delete(promise);
      waiters.settle(fulfil, value);
    },
    (error) => {
      waitersOf.delete(promise);
      waiters.settle(fail, error);
    },
  );
  return waiters;
}

/** Who waits for a promise, in order. Most have one waiter, for whom no set is made. */
class Waiters {
  #first: Future<unknown> | null = null;
  #others: Set<Future<unknown>> | null = null;

  add(future: Future<unknown>): void {
    if (this.#first === null && this.#others === null) this.#first = future;
    else (this.#others ??= new Set()).add(future);
  }

  delete(future: Future<unknown>): void {
    if (this.#first === future) this.#first = null;
    else this.#others?.delete(future);
  }

  settle(finish: (future: Future<unknown>, outcome: unknown) => void, outcome: unknown): void {
    const first = this.#first;
    const others = this.#others;
    this.#first = this.#others = null;
    if (first !== null && isOpen(first)) finish(first, outcome);
    if (others === null) return;
    for (const future of others) if (isOpen(future)) finish(future, outcome);
  }
}

/** A loop may have been closed over what it waited for. */
function isOpen(future: Future<unknown>): boolean {
  return !future.done() && !schedulerOfFuture(future).isClosed;
}
