/**
 * `asyncio.to_thread`.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import type { Job, JobResult } from "../concurrent/executor.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { carryContext } from "./carried_context.ts";
import { provideDefaultExecutor } from "./thread_pool.ts";

/**
 * Runs a function in a thread of the loop's default executor, and waits for it. Cancelling the task
 * that waits cancels the job: its `this.signal` is aborted.
 *
 * The function runs in a copy of the current context, as in Python. Threads share no memory, so of the
 * context variables those come along that have a `module`, with values that can be cloned; what the
 * function sets stays there. An async function has them until its first `await`.
 *
 * @param func A function that closes over nothing, or what `workerFunction` made.
 * @param args Its arguments, which are cloned.
 * @returns A coroutine that gives what the function gives. Nothing happens before it is awaited.
 *
 * @example
 * ```ts
 * import { run, toThread } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   assertEquals(yield* toThread((a: number, b: number) => a * b, 6, 7), 42);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread
 */
export function toThread<R>(func: Job<[], R>): Coroutine<JobResult<R>>;
/** Runs a function in a thread with one argument, though it may take more. */
export function toThread<A, R>(func: Job<[A], R>, argument: A): Coroutine<JobResult<R>>;
/** Runs a function in a thread with several arguments. */
export function toThread<A extends unknown[], R>(
  func: Job<A, R>,
  ...args: A
): Coroutine<JobResult<R>>;
export function toThread<A extends unknown[], R>(
  func: Job<A, R>,
  ...args: A
): Coroutine<JobResult<R>> {
  provideDefaultExecutor();
  return lazy("toThread", inThread(func, args));
}

function* inThread<A extends unknown[], R>(
  func: Job<A, R>,
  args: A,
): Generator<Suspension, JobResult<R>, unknown> {
  checkFunction(func, "toThread() expects");
  return yield* getRunningLoop().runInExecutor(null, carryContext(func), ...args);
}
