/**
 * The errors of jobs whose worker is gone, and of pools that are of no more use.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";

/**
 * Tells that a worker died under a job. The message says which worker, why, and which job; `cause` is
 * the error that killed it, where there was one. Only that job fails: the executor replaces the worker
 * and goes on.
 *
 * @example
 * ```ts
 * import { BrokenExecutor, ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * await assertRejects(async () => {
 *   await pool.submit(() => new Promise(() => setTimeout(() => { throw new Error("stray"); }, 1)));
 * }, BrokenExecutor);
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.BrokenExecutor
 */
export class BrokenExecutor extends RuntimeError {
  /** Python's name of the class. */
  override get name(): string {
    return "BrokenExecutor";
  }
}

/**
 * Tells that a `ThreadPoolExecutor` is of no more use: its initializer failed, or its threads end
 * before they have begun. The jobs in its queue fail with this, and it takes no others.
 *
 * @example
 * ```ts
 * import { BrokenThreadPool, ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * const initializer = () => {
 *   throw new Error("no luck");
 * };
 * await using pool = new ThreadPoolExecutor({ initializer });
 * await assertRejects(async () => await pool.submit(() => 1), BrokenThreadPool);
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.thread.BrokenThreadPool
 */
export class BrokenThreadPool extends BrokenExecutor {
  /** Python's name of the class. */
  override get name(): string {
    return "BrokenThreadPool";
  }
}

/**
 * Tells that a `ProcessPoolExecutor` is of no more use: its initializer failed, or its processes end
 * before they have begun. The jobs in its queue fail with this, and it takes no others.
 *
 * @example
 * ```ts
 * import { BrokenProcessPool, ProcessPoolExecutor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * const initializer = () => {
 *   throw new Error("no luck");
 * };
 * await using pool = new ProcessPoolExecutor({ initializer, maxWorkers: 1 });
 * await assertRejects(async () => await pool.submit(() => 1), BrokenProcessPool);
 * ```
 *
 * @see https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.process.BrokenProcessPool
 */
export class BrokenProcessPool extends BrokenExecutor {
  /** Python's name of the class. */
  override get name(): string {
    return "BrokenProcessPool";
  }
}
