/**
 * `concurrent.futures.ProcessPoolExecutor`, on child processes of Deno.
 *
 * @module
 */
import { NotSupportedError } from "../base/errors.ts";
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

/** What {@linkcode ProcessPoolExecutor} takes. */
export interface ProcessPoolExecutorOptions extends ExposeOptions {
  /** The most processes at a time; the number of processors where left out. */
  maxWorkers?: number;
}

let made = 0;

/**
 * Runs functions in a pool of child processes. It is used as {@linkcode ThreadPoolExecutor} is. A
 * process costs more than a thread; in turn nothing that happens in it, running out of memory
 * included, harms this one.
 *
 * Only Deno has it, with `--allow-run`. A child may read files and import modules, and nothing else.
 * What it prints goes to standard error.
 *
 * @example
 * ```ts
 * import { ProcessPoolExecutor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
 * assertEquals(await pool.submit((a: number, b: number) => a + b, 20, 22), 42);
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor
 */
export class ProcessPoolExecutor extends Executor {
  readonly #pool: WorkerPool;

  /**
   * Makes an executor. No process is started before there is a job.
   *
   * @param options `maxWorkers`; `expose` and `parent`: what jobs may call here.
   * @throws {NotSupportedError} In a browser, or without the permission to start processes.
   * @throws {TypeError} If `maxWorkers` is no whole number.
   * @throws {ValueError} If `maxWorkers` is not greater than 0.
   * @throws {RuntimeError} If functions are exposed, and there is no loop to run them.
   */
  constructor(options: ProcessPoolExecutorOptions = {}) {
    super();
    const { processes } = host;
    const refusal = processes === null
      ? "a browser starts no processes: use ThreadPoolExecutor"
      : processes.refusal();
    if (processes === null || refusal !== null) {
      throw new NotSupportedError(`ProcessPoolExecutor cannot be had: ${refusal}`);
    }
    const { maxWorkers = processes.parallelism } = options;
    checkMaxWorkers(maxWorkers);
    this.#pool = new WorkerPool(processes, maxWorkers, `ProcessPoolExecutor-${made++}`);
    this.#pool.exposure = makeExposure(options);
  }

  /**
   * Has a function called in a process.
   *
   * @param job The function.
   * @param args Its arguments; they are cloned when the job is handed to a process.
   * @returns The future of what it gives. What cannot be cloned or loaded fails it.
   * @throws {TypeError} If the function closes over something, or is none.
   * @throws {RuntimeError} If the executor was shut down.
   */
  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>> {
    return this.#pool.submit(job, args) as ConcurrentFuture<JobResult<R>>;
  }

  /**
   * Stops taking jobs, and ends the processes when those it has are done.
   *
   * @param options `wait`: whether to wait for that; `cancelFutures`: whether to cancel queued jobs.
   * @returns A future that is done when the processes are gone; without `wait`, at once.
   */
  shutdown(options: ExecutorShutdownOptions = {}): ConcurrentFuture<void> {
    return this.#pool.shutdown(options);
  }
}
