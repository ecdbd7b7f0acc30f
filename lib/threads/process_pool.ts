/**
 * `concurrent.futures.ProcessPoolExecutor`, on child processes of Deno.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { NotSupportedError } from "../base/errors.ts";
import { checkCount } from "../concurrent/check_count.ts";
import { type ChunkOutcome, splitChunk } from "../concurrent/chunk.ts";
import type { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import {
  Executor,
  type ExecutorShutdownOptions,
  type Job,
  type JobResult,
} from "../concurrent/executor.ts";
import { host } from "../platform/current.ts";
import { EXPOSE_OPTIONS, type ExposeOptions, makeExposure } from "./exposure.ts";
import type { WorkerPermissions } from "../platform/workers.ts";
import { checkWorkerOptions, WORKER_OPTIONS, type WorkerOptions } from "./worker_options.ts";
import { WorkerPool } from "./worker_pool.ts";

/** What {@linkcode ProcessPoolExecutor} takes. */
export interface ProcessPoolExecutorOptions extends WorkerOptions, ExposeOptions {
  /** The most processes at a time; the number of processors where left out. */
  maxWorkers?: number | null | undefined;
  /** How many jobs a process makes before a new one takes its place. No limit where left out. */
  maxTasksPerChild?: number | null | undefined;
  /**
   * What the processes may do, beside importing the modules of their jobs, and this one. What those
   * import by an address that is made up at run time needs `read` or `import`.
   *
   * @default {{}}
   */
  permissions?: WorkerPermissions | undefined;
}

let made = 0;

/**
 * Runs functions in a pool of child processes. It is used as {@linkcode ThreadPoolExecutor} is. A
 * process costs more than a thread; in turn nothing that happens in it, running out of memory
 * included, harms this one.
 *
 * Only Deno has it, with `--allow-run`. A child may import the modules of its jobs, and nothing else but
 * what `permissions` gives. What it prints goes to standard error. It ends with this process, however
 * this ends.
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
   * @param options How many processes, and how they are.
   * @throws {NotSupportedError} In a browser, or without the permission to start processes.
   * @throws {TypeError} If an option is of the wrong type or none that there is, or `initializer` closes over something.
   * @throws {ValueError} If a number is out of its range.
   * @throws {RuntimeError} If functions are exposed, and there is no loop to run them.
   */
  constructor(options: ProcessPoolExecutorOptions = {}) {
    super();
    checkOptions(options, "ProcessPoolExecutor()", [
      "maxWorkers",
      "maxTasksPerChild",
      "permissions",
      ...WORKER_OPTIONS,
      ...EXPOSE_OPTIONS,
    ]);
    const { processes } = host;
    const refusal = processes === null
      ? "a browser starts no processes: use ThreadPoolExecutor"
      : processes.refusal();
    if (processes === null || refusal !== null) {
      throw new NotSupportedError(`ProcessPoolExecutor cannot be had: ${refusal}`);
    }
    const { maxTasksPerChild = null } = options;
    const maxWorkers = options.maxWorkers ?? processes.parallelism;
    checkCount("maxWorkers", maxWorkers);
    if (maxTasksPerChild !== null) checkCount("maxTasksPerChild", maxTasksPerChild, ">= 1");
    checkWorkerOptions("ProcessPoolExecutor", processes, options);
    this.#pool = new WorkerPool(processes, {
      ...options,
      maxWorkers,
      maxTasks: maxTasksPerChild,
      prefix: `ProcessPoolExecutor-${made++}`,
      kind: "process",
    });
    this.#pool.exposure = makeExposure(options);
  }

  /**
   * Has a function called in a process.
   *
   * @param job The function.
   * @param args Its arguments; they are cloned when the job is handed to a process.
   * @returns The future of what it gives. What cannot be cloned or loaded fails it.
   * @throws {TypeError} If the function closes over something, or is none, or an argument belongs to this
   * thread: a task, a lock, a queue.
   * @throws {RuntimeError} If the executor was shut down.
   */
  submit<R>(job: Job<[], R>): ConcurrentFuture<JobResult<R>>;
  /** Has a function called in a process with one argument, though it may take more. */
  submit<A, R>(job: Job<[A], R>, argument: A): ConcurrentFuture<JobResult<R>>;
  /** Has a function called in a process with several arguments. */
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
   * Stops taking jobs, and ends the processes when those it has are done.
   * A job that gives a stream is done when that is read to its end, or left.
   *
   * @param options `wait`: whether to wait for that; `cancelFutures`: whether to cancel queued jobs, and
   * to leave the streams.
   * @returns A future that is done when the processes are gone; without `wait`, at once.
   */
  shutdown(options: ExecutorShutdownOptions = {}): ConcurrentFuture<void> {
    return this.#pool.shutdown(options);
  }

  /**
   * Ends the processes at once, whatever they are doing, and with them the executor. The jobs that run fail,
   * those that wait are cancelled, and nothing more is taken; {@linkcode shutdown} then waits until the processes
   * are gone. (Python has `kill_workers` besides, which asks no process: nor does this.)
   *
   * @example
   * ```ts
   * import { BrokenExecutor, ProcessPoolExecutor } from "@asyncio/asyncio";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
   * await pool.submit(() => "process is up");
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
