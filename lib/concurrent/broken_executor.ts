/**
 * The error of a job whose worker is gone.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";

/**
 * Tells that a worker died under a job, or that an executor can start none. The message says which
 * worker, why, and which job; `cause` is the error that killed it, where there was one. Only the jobs
 * of that worker fail: the executor replaces it and goes on.
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
