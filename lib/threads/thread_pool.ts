/**
 * `concurrent.futures.ThreadPoolExecutor`, on workers.
 *
 * @module
 */
import type { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import {
  Executor,
  type ExecutorShutdownOptions,
  type Job,
  type JobResult,
} from "../concurrent/executor.ts";
import { host } from "../platform/current.ts";
import { type ExposeOptions, makeExposure } from "./exposure.ts";
import { checkMaxWorkers, WorkerPool } from "./worker_pool.ts";

/** What {@linkcode ThreadPoolExecutor} takes. */
export interface ThreadPoolExecutorOptions extends ExposeOptions {
  /** The most threads at a time; the number of processors and four more, but at most 32. */
  maxWorkers?: number;
  /** What the names of the threads begin with. @default {"ThreadPoolExecutor-N"} */
  threadNamePrefix?: string;
}

let made = 0;

/**
 * Runs functions in a pool of threads: Web Workers in a browser, Node's workers in Deno.
 *
 * Threads share no memory. A function must be a reference made by `workerFunction`, or close over
 * nothing; its arguments and its result are cloned, and what cannot be cloned is an error that says
 * where it is. In the function `this.signal` tells when its future is cancelled. It may be async, or
 * a generator coroutine, which runs on a loop of its own. An error comes back with its class, message,
 * stack, cause and properties; of classes, those of the language and of this module are known.
 *
 * Threads are started when jobs need them, and kept. Idle ones keep no process alive. One that dies
 * fails its job with a `BrokenExecutor` and is replaced.
 *
 * In Deno, a module's function needs `--allow-read` or `--allow-import` for the module; nothing else
 * needs a permission. In a page with a Content-Security-Policy, workers need `worker-src blob:`, and
 * functions that cross as source need `'unsafe-eval'`.
 *
 * @example
 * ```ts
 * import { ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
 * const future = pool.submit((text: string) => text.toUpperCase(), "hello");
 * assertEquals(await future, "HELLO");
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor
 */
export class ThreadPoolExecutor extends Executor {
  readonly #pool: WorkerPool;

  /**
   * Makes an executor. No thread is started before there is a job.
   *
   * @param options `maxWorkers`, `threadNamePrefix`; `expose` and `parent`: what jobs may call here.
   * @throws {TypeError} If `maxWorkers` is no whole number.
   * @throws {ValueError} If `maxWorkers` is not greater than 0.
   * @throws {RuntimeError} If functions are exposed, and there is no loop to run them.
   */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    super();
    const { maxWorkers = Math.min(32, host.workers.parallelism + 4) } = options;
    checkMaxWorkers(maxWorkers);
    const prefix = options.threadNamePrefix ?? `ThreadPoolExecutor-${made++}`;
    this.#pool = new WorkerPool(host.workers, maxWorkers, prefix);
    this.#pool.exposure = makeExposure(options);
  }

  /**
   * Has a function called in a thread.
   *
   * @param job The function.
   * @param args Its arguments; they are cloned when the job is handed to a thread.
   * @returns The future of what it gives. What cannot be cloned or loaded fails it.
   * @throws {TypeError} If the function closes over something, or is none.
   * @throws {RuntimeError} If the executor was shut down, or the module may not be read.
   */
  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>> {
    return this.#pool.submit(job, args) as ConcurrentFuture<JobResult<R>>;
  }

  /**
   * Stops taking jobs, and ends the threads when those it has are done.
   *
   * @param options `wait`: whether to wait for that; `cancelFutures`: whether to cancel queued jobs.
   * @returns A future that is done when the threads are gone; without `wait`, at once.
   */
  shutdown(options: ExecutorShutdownOptions = {}): ConcurrentFuture<void> {
    return this.#pool.shutdown(options);
  }
}
