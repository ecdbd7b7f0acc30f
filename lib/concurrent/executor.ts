/**
 * `concurrent.futures.Executor`: work done elsewhere, asked for by a function and its arguments.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { asyncDisposeKey } from "../base/dispose.ts";
import { defineMethods } from "../base/methods.ts";
import { describe } from "../base/repr.ts";
import { staysInThread } from "../base/staying.ts";
import { checkCount } from "./check_count.ts";
import type { ConcurrentFuture } from "./concurrent_future.ts";
import { ExecutorMap } from "./executor_map.ts";
import type { JobStream } from "./job_stream.ts";
import type { transfer } from "./transfer.ts";
import type { WorkerCall } from "./worker_call.ts";

/** What a job finds in `this`, unless it is an arrow function. */
export interface JobContext {
  /** Aborted when the job's future is cancelled while the job runs. */
  readonly signal: AbortSignal;
  /** Has buffers of what the job gives moved, not copied; as the function of this name. */
  readonly transfer: typeof transfer;
}

/**
 * A function that an executor can be given: sync, async, a generator coroutine, or a reference made
 * by `workerFunction`.
 *
 * @typeParam A Its arguments.
 * @typeParam R What it returns.
 */
export type Job<A extends unknown[], R> = (this: JobContext, ...args: A) => R;

/**
 * What comes of a job that returns `R`: what a promise, a coroutine or a call in a worker gives, and of
 * an async iterable a stream.
 *
 * @typeParam R What the job returns.
 */
export type JobResult<R> = R extends WorkerCall<infer T> ? T
  : R extends Generator<unknown, infer T, unknown> ? Streamed<Awaited<T>>
  : Streamed<Awaited<R>>;

/**
 * What crosses in place of a job's outcome: a stream for an async iterable, else the outcome itself.
 *
 * @typeParam R The outcome.
 */
export type Streamed<R> = R extends AsyncGenerator<infer T, infer V, unknown> ? JobStream<T, V>
  : R extends AsyncIterable<infer T> ? JobStream<T, undefined>
  : R;

/** What {@linkcode Executor.map} takes beside the function and the items. */
export interface MapOptions {
  /** How many seconds after the call of `map` the last result must be there. No limit where left out. */
  timeout?: number | null | undefined;
  /**
   * How many items go to a worker as one job, in executors that have workers. It spares time where
   * there are very many items, each quick. @default {1}
   */
  chunksize?: number | undefined;
  /**
   * How many jobs may be asked for ahead of who reads the results; all at once where left out. With it
   * `items` may be without end, and a slow reader slows the taking of items down.
   */
  buffersize?: number | null | undefined;
}

/** How an executor is shut down. */
export interface ExecutorShutdownOptions {
  /** Whether to wait until the running and queued jobs are done and the workers gone. @default {true} */
  wait?: boolean | undefined;
  /** Whether to cancel the jobs that have not begun. @default {false} */
  cancelFutures?: boolean | undefined;
}

/**
 * Runs functions elsewhere: in the threads of a `ThreadPoolExecutor`, the processes of a
 * `ProcessPoolExecutor`, or wherever a class of your own does.
 *
 * It can be used with `await using` and `asyncWith`, which shut it down at the end.
 *
 * @example
 * ```ts
 * import { ConcurrentFuture, Executor, type Job, type JobResult, transfer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class InlineExecutor extends Executor {
 *   submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>> {
 *     const future = new ConcurrentFuture<JobResult<R>>();
 *     const { signal } = new AbortController();
 *     future.setResult(job.apply({ signal, transfer }, args) as JobResult<R>);
 *     return future;
 *   }
 *   shutdown(): ConcurrentFuture<void> {
 *     const future = new ConcurrentFuture<void>();
 *     future.setResult(undefined);
 *     return future;
 *   }
 * }
 * assertEquals(await new InlineExecutor().submit(Math.max, 1, 2), 2);
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor
 */
export abstract class Executor {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Executor";

  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(Executor, {
      [asyncDisposeKey](this: Executor) {
        return this.shutdown({ wait: true });
      },
    });
  })();

  /**
   * Has a function called elsewhere.
   *
   * @param job The function. How it gets there is the executor's matter.
   * @param args Its arguments.
   * @returns The future of what it gives.
   * @throws {RuntimeError} If the executor was shut down.
   */
  abstract submit<R>(job: Job<[], R>): ConcurrentFuture<JobResult<R>>;
  /** Has a function called elsewhere with one argument, though it may take more. */
  abstract submit<A, R>(job: Job<[A], R>, argument: A): ConcurrentFuture<JobResult<R>>;
  /** Has a function called elsewhere with several arguments. */
  abstract submit<A extends unknown[], R>(
    job: Job<A, R>,
    ...args: A
  ): ConcurrentFuture<JobResult<R>>;

  /**
   * Stops taking jobs, and frees what the executor holds when those it has are done. Calling it again
   * is safe.
   *
   * @param options `wait`: whether to wait for that; `cancelFutures`: whether to cancel queued jobs.
   * @returns A future that is done when the workers are gone; without `wait`, at once.
   */
  abstract shutdown(options?: ExecutorShutdownOptions): ConcurrentFuture<void>;

  /**
   * Calls a function with each item. All the calls are asked for at once; the results come in the
   * order of the items, by `for await`, or as futures by `for` in a generator coroutine:
   *
   * ```ts ignore
   * for await (const sum of pool.map(hash, bodies)) …
   * for (const future of pool.map(hash, bodies)) { const sum = yield* future; … }
   * ```
   *
   * Leaving the iteration early, by `break`, an error or a cancellation, cancels what is left.
   *
   * (Python takes several iterables; here the items of several are put together into one.)
   *
   * @param job The function, called with one item.
   * @param items The items.
   * @param options `timeout`: how many seconds from now the last result must be there; `chunksize`: how
   * many items are one job; `buffersize`: how many jobs are asked for ahead.
   * @returns The results, to be iterated over once.
   * @throws {TypeError} If `job` is no function, `items` is not iterable, or an option no number or none at all.
   * @throws {ValueError} If `chunksize` or `buffersize` is not greater than 0.
   */
  map<I, R>(
    job: Job<[I], R>,
    items: Iterable<I>,
    options: MapOptions = {},
  ): ExecutorMap<JobResult<R>> {
    if (typeof job !== "function") {
      throw new TypeError(`map() expects a function, got ${describe(job)}`);
    }
    if (typeof items?.[Symbol.iterator] !== "function") {
      throw new TypeError(`map() expects an iterable of items, got ${describe(items)}`);
    }
    if (typeof options === "object" && options !== null && Symbol.iterator in options) {
      throw new TypeError(
        `map() takes one iterable of items, and options: got another iterable, ${
          describe(options)
        }; ` +
          "where Python takes several, give one of lists, as in map(([a, b]) => a + b, pairs)",
      );
    }
    checkOptions(options, "map()", ["timeout", "chunksize", "buffersize"]);
    const { timeout = null, chunksize = 1, buffersize = null } = options;
    checkCount("chunksize", chunksize, ">= 1");
    if (buffersize !== null) checkCount("buffersize", buffersize);
    const futures = chunksize === 1
      ? this.#submitEach(job, items)
      : this.#submitChunks(job, items, chunksize);
    return new ExecutorMap(futures, timeout, buffersize === null ? null : buffersize * chunksize);
  }

  /**
   * Has a function called with each of several items, one after the other, as one job. An executor that
   * has nothing to gain by it leaves this as it is: then each is a job.
   *
   * @param job The function.
   * @param items The items.
   * @returns The futures of what it gives for each.
   */
  protected submitChunk<I, R>(job: Job<[I], R>, items: I[]): ConcurrentFuture<JobResult<R>>[] {
    return items.map((item) => this.submit(job, item));
  }

  *#submitEach<I, R>(
    job: Job<[I], R>,
    items: Iterable<I>,
  ): Generator<ConcurrentFuture<JobResult<R>>, void, unknown> {
    for (const item of items) yield this.submit(job, item);
  }

  *#submitChunks<I, R>(
    job: Job<[I], R>,
    items: Iterable<I>,
    size: number,
  ): Generator<ConcurrentFuture<JobResult<R>>, void, unknown> {
    let chunk: I[] = [];
    for (const item of items) {
      chunk.push(item);
      if (chunk.length < size) continue;
      yield* this.submitChunk(job, chunk);
      chunk = [];
    }
    if (chunk.length > 0) yield* this.submitChunk(job, chunk);
  }

  /** Begins the executor's use as a context manager. */
  enter(): this {
    return this;
  }

  /** Ends its use as a context manager: shuts it down and waits. */
  exit(): ConcurrentFuture<void> {
    return this.shutdown({ wait: true });
  }
}

/** An executor can be shut down by `await using`. */
export interface Executor {
  /** What `await using` calls: shuts the executor down and waits. */
  [Symbol.asyncDispose](): ConcurrentFuture<void>;
}
