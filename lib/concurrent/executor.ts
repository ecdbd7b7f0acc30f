/**
 * `concurrent.futures.Executor`: work done elsewhere, asked for by a function and its arguments.
 *
 * @module
 */
import { asyncDisposeKey } from "../base/dispose.ts";
import type { ConcurrentFuture } from "./concurrent_future.ts";
import { ExecutorMap } from "./executor_map.ts";
import type { WorkerCall } from "./worker_call.ts";

/** What a job finds in `this`, unless it is an arrow function. */
export interface JobContext {
  /** Aborted when the job's future is cancelled while the job runs. */
  readonly signal: AbortSignal;
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
 * What comes of a job that returns `R`: what a promise, a coroutine or a call in a worker gives.
 *
 * @typeParam R What the job returns.
 */
export type JobResult<R> = R extends WorkerCall<infer T> ? T
  : R extends Generator<unknown, infer T, unknown> ? Awaited<T>
  : Awaited<R>;

/** What {@linkcode Executor.map} takes beside the function and the items. */
export interface MapOptions {
  /** How many seconds after the call of `map` the last result must be there. No limit where left out. */
  timeout?: number | null;
}

/** How an executor is shut down. */
export interface ExecutorShutdownOptions {
  /** Whether to wait until the running and queued jobs are done and the workers gone. @default {true} */
  wait?: boolean;
  /** Whether to cancel the jobs that have not begun. @default {false} */
  cancelFutures?: boolean;
}

/**
 * Runs functions elsewhere: in the threads of a `ThreadPoolExecutor`, the processes of a
 * `ProcessPoolExecutor`, or wherever a class of your own does.
 *
 * It can be used with `await using` and `asyncWith`, which shut it down at the end.
 *
 * @example
 * ```ts
 * import { ConcurrentFuture, Executor, type Job, type JobResult } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class InlineExecutor extends Executor {
 *   submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>> {
 *     const future = new ConcurrentFuture<JobResult<R>>();
 *     const { signal } = new AbortController();
 *     future.setResult(job.apply({ signal }, args) as JobResult<R>);
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
  /**
   * Has a function called elsewhere.
   *
   * @param job The function. How it gets there is the executor's matter.
   * @param args Its arguments.
   * @returns The future of what it gives.
   * @throws {RuntimeError} If the executor was shut down.
   */
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
   * @param job The function, called with one item.
   * @param items The items.
   * @param options `timeout`: how many seconds from now the last result must be there.
   * @returns The results, to be iterated over once.
   * @throws {TypeError} If `items` is not iterable or `timeout` no number.
   */
  map<I, R>(
    job: Job<[I], R>,
    items: Iterable<I>,
    options: MapOptions = {},
  ): ExecutorMap<JobResult<R>> {
    const futures: ConcurrentFuture<JobResult<R>>[] = [];
    try {
      for (const item of items) futures.push(this.submit(job, item));
    } catch (error) {
      for (const future of futures) future.cancel();
      throw error;
    }
    return new ExecutorMap(futures, options.timeout ?? null);
  }

  /** Begins the executor's use as a context manager. */
  enter(): this {
    return this;
  }

  /** Ends its use as a context manager: shuts it down and waits. */
  exit(): ConcurrentFuture<void> {
    return this.shutdown({ wait: true });
  }

  /** What `await using` calls: shuts the executor down and waits. */
  [asyncDisposeKey](): ConcurrentFuture<void> {
    return this.shutdown({ wait: true });
  }
}
