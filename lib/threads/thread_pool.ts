/**
 * `concurrent.futures.ThreadPoolExecutor`, on workers.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { describe } from "../base/repr.ts";
import { checkCount } from "../concurrent/check_count.ts";
import { type ChunkOutcome, splitChunk } from "../concurrent/chunk.ts";
import type { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import {
  Executor,
  type ExecutorShutdownOptions,
  type Job,
  type JobResult,
} from "../concurrent/executor.ts";
import { setDefaultExecutorFactory } from "../kernel/default_executor.ts";
import { hostWorkers } from "../platform/current.ts";
import { EXPOSE_OPTIONS, type ExposeOptions, makeExposure } from "./exposure.ts";
import type { WorkerPermissions } from "../platform/workers.ts";
import { WorkerPool } from "./worker_pool.ts";
import { checkWorkerOptions, WORKER_OPTIONS, type WorkerOptions } from "./worker_options.ts";

/** What {@linkcode ThreadPoolExecutor} takes. */
export interface ThreadPoolExecutorOptions extends WorkerOptions, ExposeOptions {
  /**
   * The most threads at a time; the number of processors and four more, but at most 32: more than the
   * processors cost jobs that compute next to nothing, and a thread whose job waits makes no other.
   */
  maxWorkers?: number | null | undefined;
  /** What the names of the threads begin with; empty is as left out. @default {"ThreadPoolExecutor-N"} */
  threadNamePrefix?: string | undefined;
  /** What the threads may do. No place can narrow that for a thread by now: it is an error that says so. */
  permissions?: WorkerPermissions | undefined;
}

let made = 0;

/** Gives the event loops their default executor; for who has a loop use it. */
export function provideDefaultExecutor(): void {
  setDefaultExecutorFactory(() => new ThreadPoolExecutor({ threadNamePrefix: "asyncio" }));
}

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
 * needs a permission. In a page with a Content-Security-Policy, workers need `worker-src blob:`, modules
 * in them that `script-src` and, in Firefox, `worker-src` have their origin, such as `'self'`, and
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
  // Marked as pure: to a bundler that drops the class it says that nobody here makes threads.
  static readonly #provided: void = /* @__PURE__ */ provideDefaultExecutor();

  readonly #pool: WorkerPool;

  /**
   * Makes an executor. No thread is started before there is a job.
   *
   * @param options How many threads, and how they are.
   * @throws {TypeError} If an option is of the wrong type or none that there is, or `initializer` closes over something.
   * @throws {ValueError} If a number is out of its range.
   * @throws {NotSupportedError} If this place has no such limit for a thread.
   * @throws {RuntimeError} If functions are exposed, and there is no loop to run them.
   */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    super();
    checkOptions(options, "ThreadPoolExecutor()", [
      "maxWorkers",
      "threadNamePrefix",
      "permissions",
      ...WORKER_OPTIONS,
      ...EXPOSE_OPTIONS,
    ]);
    const maxWorkers = options.maxWorkers ?? Math.min(32, hostWorkers.parallelism + 4);
    checkCount("maxWorkers", maxWorkers);
    const prefix = options.threadNamePrefix || `ThreadPoolExecutor-${made++}`;
    if (typeof prefix !== "string") {
      throw new TypeError(`threadNamePrefix must be a string, got ${describe(prefix)}`);
    }
    checkWorkerOptions("ThreadPoolExecutor", hostWorkers, options);
    this.#pool = new WorkerPool(hostWorkers, { ...options, maxWorkers, prefix, kind: "thread" });
    this.#pool.exposure = makeExposure(options);
  }

  /**
   * Has a function called in a thread.
   *
   * @param job The function.
   * @param args Its arguments; they are cloned when the job is handed to a thread.
   * @returns The future of what it gives. What cannot be cloned or loaded fails it.
   * @throws {TypeError} If the function closes over something, or is none, or an argument belongs to this
   * thread: a task, a lock, a queue.
   * @throws {RuntimeError} If the executor was shut down, or the module may not be read.
   */
  submit<R>(job: Job<[], R>): ConcurrentFuture<JobResult<R>>;
  /** Has a function called in a thread with one argument, though it may take more. */
  submit<A, R>(job: Job<[A], R>, argument: A): ConcurrentFuture<JobResult<R>>;
  /** Has a function called in a thread with several arguments. */
  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>>;
  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>> {
    return this.#pool.submit(job, args) as ConcurrentFuture<JobResult<R>>;
  }

  /**
   * Has a function called with each of several items, as one job; for {@linkcode Executor.map}.
   *
   * @param job The function.
   * @param items The items.
   * @returns The futures of what it gives for each.
   */
  protected override submitChunk<I, R>(
    job: Job<[I], R>,
    items: I[],
  ): ConcurrentFuture<JobResult<R>>[] {
    const chunk = this.#pool.submit(job, items, true) as ConcurrentFuture<ChunkOutcome>;
    return splitChunk(chunk, items.length);
  }

  /**
   * Stops taking jobs, and ends the threads when those it has are done.
   * A job that gives a stream is done when that is read to its end, or left.
   *
   * @param options `wait`: whether to wait for that; `cancelFutures`: whether to cancel queued jobs, and
   * to leave the streams.
   * @returns A future that is done when the threads are gone; without `wait`, at once.
   */
  shutdown(options: ExecutorShutdownOptions = {}): ConcurrentFuture<void> {
    return this.#pool.shutdown(options);
  }

  /**
   * Ends the threads at once, whatever they are doing, and with them the executor. The jobs that run fail,
   * those that wait are cancelled, and nothing more is taken; {@linkcode shutdown} then waits until the threads
   * are gone. (Python cannot end a thread.)
   *
   * @example
   * ```ts
   * import { BrokenExecutor, ThreadPoolExecutor } from "@asyncio/asyncio";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
   * await pool.submit(() => "thread is up");
   * const [endless, queued] = [pool.submit(() => { for (;;); }), pool.submit(() => "never")];
   * setTimeout(() => pool.terminateWorkers(), 20);
   * await assertRejects(async () => await endless, BrokenExecutor, "was terminated");
   * assertEquals(queued.cancelled(), true);
   * ```
   *
   * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ProcessPoolExecutor.terminate_workers
   */
  terminateWorkers(): void {
    this.#pool.terminate();
  }
}
