/**
 * The results of `Executor.map`, in order.
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import { TimeoutError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { staysInThread } from "../base/staying.ts";
import { host } from "../platform/current.ts";
import { ConcurrentFuture } from "./concurrent_future.ts";

/** The iterator behind `for await`. Its `next()` gives futures, which a task can wait for and cancel. */
export interface ExecutorMapIterator<T> {
  /** The next result. */
  next(): ConcurrentFuture<IteratorResult<T, undefined>>;
  /** Leaves the iteration: cancels what is left. */
  return(): ConcurrentFuture<IteratorResult<T, undefined>>;
}

/**
 * The results of {@linkcode Executor.map}, in the order of the items: by `for await` the results
 * themselves, by `for` their futures. It can be iterated over once.
 *
 * @typeParam T What one result is.
 *
 * @example
 * ```ts
 * import { ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
 * const squares: number[] = [];
 * for await (const square of pool.map((n: number) => n * n, [1, 2, 3])) squares.push(square);
 * assertEquals(squares, [1, 4, 9]);
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.map
 */
export class ExecutorMap<T> {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(
    this,
    "read it first",
  );

  /** Those asked for and not read yet. */
  readonly #futures = new Deque<ConcurrentFuture<T>>();
  /** Asks for more, one by one; `null` when all are asked for. */
  #source: Iterator<ConcurrentFuture<T>> | null;
  readonly #ahead: number;
  #total = 0;
  /** On the host's clock, in milliseconds; `null` for never. */
  readonly #deadline: number | null;

  /**
   * Gathers futures; for {@linkcode Executor.map}.
   *
   * @param futures The futures of the results, in order.
   * @param timeout How many seconds from now the last must be there, or `null`.
   * @param ahead How many futures are taken ahead of who reads, or `null` for all of them.
   * @throws {TypeError} If `timeout` is no number.
   */
  constructor(
    futures: Iterable<ConcurrentFuture<T>>,
    timeout: number | null,
    ahead: number | null = null,
  ) {
    if (timeout !== null && (typeof timeout !== "number" || Number.isNaN(timeout))) {
      throw new TypeError(`timeout must be a number of seconds or null, got ${describe(timeout)}`);
    }
    this.#deadline = timeout === null ? null : host.now() + timeout * 1000;
    this.#ahead = ahead ?? Infinity;
    this.#source = futures[Symbol.iterator]();
    this.#fill();
  }

  /** Takes as many futures as may be ahead. */
  #fill(most = this.#ahead): void {
    try {
      while (this.#source !== null && this.#futures.length < most) {
        const { done, value } = this.#source.next();
        if (done) {
          this.#source = null;
        } else {
          this.#futures.push(value);
          this.#total++;
        }
      }
    } catch (error) {
      this.#source = null;
      this.#cancelRest();
      throw error;
    }
  }

  #take(): ConcurrentFuture<T> | undefined {
    // Before it is taken: if that throws, it is cancelled like the rest.
    if (this.#futures.length > 0) this.#fill(this.#ahead + 1);
    return this.#futures.shift();
  }

  /** The results, one after the other. */
  [Symbol.asyncIterator](): ExecutorMapIterator<T> {
    return {
      next: () => this.#next(),
      return: () => {
        this.#cancelRest();
        return ended();
      },
    };
  }

  /** The futures of the results. What is left is cancelled when the iteration is left. */
  *[Symbol.iterator](): Generator<ConcurrentFuture<T>, void, unknown> {
    try {
      for (let next = this.#take(); next !== undefined; next = this.#take()) {
        yield this.#deadline === null ? next : this.#withDeadline(next);
      }
    } finally {
      this.#cancelRest();
    }
  }

  #next(): ConcurrentFuture<IteratorResult<T, undefined>> {
    const step = new ConcurrentFuture<IteratorResult<T, undefined>>();
    let future: ConcurrentFuture<T> | undefined;
    try {
      future = this.#take();
    } catch (error) {
      step.setException(error);
      return step;
    }
    if (future === undefined) return ended();
    this.#relay(future, step, (value): IteratorResult<T, undefined> => ({ done: false, value }));
    return step;
  }

  #withDeadline(future: ConcurrentFuture<T>): ConcurrentFuture<T> {
    const step = new ConcurrentFuture<T>();
    this.#relay(future, step, (value) => value);
    return step;
  }

  /** Settles `step` as `future` is settled, or by the deadline; cancelled, it cancels all. */
  #relay<R>(future: ConcurrentFuture<T>, step: ConcurrentFuture<R>, wrap: (value: T) => R): void {
    let timer: ReturnType<typeof host.setTimer> | null = null;
    const leave = () => {
      future.cancel();
      this.#cancelRest();
    };
    step.addDoneCallback(() => {
      if (timer !== null) host.clearTimer(timer);
      if (step.cancelled()) leave();
    });
    future.addDoneCallback(() => {
      if (step.done()) return;
      if (future.cancelled()) {
        this.#cancelRest();
        step.cancel();
        return;
      }
      let value: T;
      try {
        value = future.result();
      } catch (error) {
        this.#cancelRest();
        step.setException(error);
        return;
      }
      step.setResult(wrap(value));
    });
    if (this.#deadline === null || step.done()) return;
    timer = host.setTimer(() => {
      const unfinished = this.#futures.length + 1;
      step.setException(new TimeoutError(`${unfinished} (of ${this.#total}) futures unfinished`));
      leave();
    }, Math.max(0, this.#deadline - host.now()));
  }

  #cancelRest(): void {
    this.#source?.return?.();
    this.#source = null;
    const rest = [...this.#futures];
    this.#futures.clear();
    for (const future of rest) future.cancel();
  }
}

function ended<T>(): ConcurrentFuture<IteratorResult<T, undefined>> {
  const future = new ConcurrentFuture<IteratorResult<T, undefined>>();
  future.setResult({ done: true, value: undefined });
  return future;
}
