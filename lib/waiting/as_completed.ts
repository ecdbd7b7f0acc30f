/**
 * Taking results in the order they come.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { type Duration, toDelay } from "../base/duration.ts";
import { TimeoutError } from "../base/errors.ts";
import { staysInThread } from "../base/staying.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { type AwaitableLike, ensureFutureOn } from "../kernel/ensure_future.ts";
import { callWhenDone, type Future, waiters } from "../kernel/future.ts";
import type { TimerHandle } from "../kernel/handle.ts";
import { getEventLoop } from "../kernel/loops.ts";
import { gettersOf, Queue } from "../sync/queue.ts";
import { eachOnce, iterateAwaitables, type Outcome } from "./awaitables.ts";
import type { FutureOf } from "./wait.ts";

/** What {@linkcode asCompleted} takes beside the awaitables. */
export interface AsCompletedOptions {
  /** How long all may take together, in seconds; `null` for ever. */
  timeout?: Duration | null | undefined;
}

/**
 * Runs many awaitables at once and gives them in the order in which they end.
 *
 * Plain iteration (`for … of`) gives lazy objects: awaiting the first gives the first result to come, or
 * throws the first error. Async iteration (`for await … of`, in an async function) gives the futures that
 * were passed themselves, done, and tasks for the rest.
 *
 * @typeParam A The awaitables.
 * @param awaitables Any iterable of awaitables; each counts once, but a function as often as it comes.
 * @param options `timeout` in seconds.
 * @returns What to iterate over.
 * @throws {TimeoutError} From the iteration, if the time is up.
 * @throws {TypeError} If one cannot be awaited, or `awaitables` is no iterable.
 *
 * @example
 * ```ts
 * import { asCompleted, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: string[] = [];
 * await run(function* () {
 *   for (const next of asCompleted([sleep(0.02, "slow"), sleep(0.001, "quick")])) {
 *     seen.push(yield* next);
 *   }
 * });
 * assertEquals(seen, ["quick", "slow"]);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed
 */
export function asCompleted<A extends AwaitableLike<unknown>>(
  awaitables: Iterable<A>,
  options: AsCompletedOptions = {},
): AsCompletedIterator<Outcome<A>, FutureOf<A>> {
  checkOptions(options, "asCompleted()", ["timeout"]);
  const { timeout = null } = options;
  return new AsCompletedIterator<Outcome<A>, FutureOf<A>>(
    eachOnce(iterateAwaitables(awaitables, "asCompleted", "expects an iterable of awaitables")),
    timeout === null ? null : toDelay(timeout, "timeout"),
  );
}

/**
 * What {@linkcode asCompleted} gives: an iterator of both kinds.
 *
 * @typeParam T What the awaitables give.
 * @typeParam F The futures that async iteration gives.
 */
export class AsCompletedIterator<T, F = Future<T>> implements IterableIterator<Coroutine<T>> {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(
    this,
    "read it first",
  );

  // null in it tells that the time is up.
  readonly #done = new Queue<Future<T> | null>();
  readonly #todo = new Set<Future<T>>();
  readonly #onDone = (future: Future<T>) => this.#take(future);
  #timer: TimerHandle | null = null;
  #left: number;

  /**
   * Makes a new `AsCompletedIterator`.
   *
   * @param awaitables What to run.
   * @param timeout How long all may take together, in seconds, or `null`.
   */
  constructor(awaitables: Iterable<AwaitableLike<unknown>>, timeout: number | null) {
    const loop = getEventLoop();
    for (const item of awaitables) this.#todo.add(ensureFutureOn(loop, item) as Future<T>);
    for (const future of this.#todo) {
      callWhenDone(future, this.#onDone as (future: Future<unknown>) => void, this);
    }
    this.#left = this.#todo.size;
    if (this.#left > 0 && timeout !== null) {
      this.#timer = loop.callLater(timeout, () => this.#timeOut());
    }
  }

  /** It is its own iterator. */
  [Symbol.iterator](): this {
    return this;
  }

  /** The next lazy object, which gives the next result to come. */
  next(): IteratorResult<Coroutine<T>, undefined> {
    if (this.#left === 0) return { done: true, value: undefined };
    this.#left--;
    return { done: false, value: lazy("asCompleted", this.#nextResult()) };
  }

  /** The other kind of iterator, which gives the futures themselves. */
  [Symbol.asyncIterator](): AsyncIterableIterator<F> {
    // By hand: an async generator would await the futures that it is to hand out.
    const iterator: AsyncIterableIterator<F> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () =>
        lazy("asCompleted", this.#nextEntry()) as unknown as Promise<
          IteratorResult<F, undefined>
        >,
    };
    return iterator;
  }

  /** @ignore Those that wait for the next result. */
  [waiters](): readonly Future<unknown>[] {
    return gettersOf(this.#done).flatMap((getter) => getter[waiters]());
  }

  *#nextEntry(): Generator<Suspension, IteratorResult<Future<T>, undefined>, unknown> {
    if (this.#left === 0) return { done: true, value: undefined };
    this.#left--;
    return { done: false, value: yield* this.#nextFuture() };
  }

  *#nextResult(): Generator<Suspension, T, unknown> {
    return (yield* this.#nextFuture()).result();
  }

  *#nextFuture(): Generator<Suspension, Future<T>, unknown> {
    const future = yield* this.#done.get();
    if (future === null) throw new TimeoutError();
    return future;
  }

  #take(future: Future<T>): void {
    // The time may have been up first.
    if (!this.#todo.delete(future)) return;
    this.#done.putNowait(future);
    if (this.#todo.size === 0) this.#timer?.cancel();
  }

  #timeOut(): void {
    for (const future of this.#todo) {
      future.removeDoneCallback(this.#onDone);
      this.#done.putNowait(null);
    }
    this.#todo.clear();
  }
}
