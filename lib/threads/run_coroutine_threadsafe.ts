/**
 * `asyncio.run_coroutine_threadsafe`.
 *
 * @module
 */
import { describe } from "../base/repr.ts";
import { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import type { JobResult } from "../concurrent/executor.ts";
import { WorkerCall, type WorkerFunction } from "../concurrent/worker_call.ts";
import { type CoroutineLike, isCoroutine } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { isLoop } from "../kernel/scheduler.ts";
import { chainConcurrent } from "../kernel/wrap_future.ts";
import { callOnThread, ThreadLoop } from "./thread_loop.ts";

/**
 * Runs a coroutine on a loop of another thread, and gives a future for this one.
 *
 * A coroutine object cannot leave its thread. What goes to another is a call of what `workerFunction`
 * made, or a function that closes over nothing and takes no argument. To a loop of this thread goes any
 * coroutine, from code that the loop does not run.
 *
 * The coroutine runs in a copy of the current context; to another thread go the variables that have a
 * module, as `toThread` takes them.
 *
 * Cancelling the future cancels the task there. The future is cancelled when the task is over, which
 * asyncio's own does not wait for, and ends otherwise if the task goes on regardless. So does a task
 * here that awaits the future, or what `wrapFuture` makes of it. Where the loop of another thread does
 * not run, nothing is waited for.
 *
 * @typeParam R What the function returns.
 * @param coro The call, or the function.
 * @param loop The loop.
 * @returns The future of what comes of it.
 * @throws {TypeError} If `coro` is of no such kind, or `loop` no loop, or an argument belongs to this thread.
 * @throws {RuntimeError} If the loop is closed.
 *
 * @example
 * ```ts
 * import { runCoroutineThreadsafe, ThreadLoop, workerFunction } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using loop = new ThreadLoop();
 * loop.runForever();
 * const greet = workerFunction(async (name: string) => `hello, ${name}`);
 * assertEquals(await runCoroutineThreadsafe(greet("ann"), loop), "hello, ann");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe
 */
export function runCoroutineThreadsafe<R>(
  coro: WorkerCall<R> | (() => R),
  loop: ThreadLoop,
): ConcurrentFuture<JobResult<R>>;
/**
 * Runs a coroutine on a loop of this thread, from code that the loop does not run.
 *
 * @typeParam T What it returns.
 * @param coro The coroutine.
 * @param loop The loop.
 * @returns The future of what comes of it.
 * @throws {TypeError} If `coro` is no coroutine, or `loop` no loop.
 * @throws {RuntimeError} If the loop is closed.
 */
export function runCoroutineThreadsafe<T>(
  coro: CoroutineLike<T>,
  loop: EventLoop,
): ConcurrentFuture<T>;
export function runCoroutineThreadsafe(
  coro: WorkerCall<unknown> | CoroutineLike<unknown>,
  loop: ThreadLoop | EventLoop,
): ConcurrentFuture<unknown> {
  if (loop instanceof ThreadLoop) {
    if (coro instanceof WorkerCall) return callOnThread(loop, coro);
    if (typeof coro === "function") {
      return callOnThread(loop, new WorkerCall(coro as WorkerFunction<[], unknown>, []));
    }
    const what = isCoroutine(coro)
      ? "A coroutine object cannot leave its thread"
      : "A coroutine is required";
    throw new TypeError(
      `${what}: expected a call of what workerFunction() made, or a function that closes over ` +
        `nothing, got ${describe(coro)}`,
    );
  }
  if (!isLoop(loop)) throw new TypeError(`loop must be an event loop, got ${describe(loop)}`);
  if (coro instanceof WorkerCall || !(isCoroutine(coro) || typeof coro === "function")) {
    throw new TypeError(
      `A coroutine object is required: coro must be one, or a function, got ${describe(coro)}`,
    );
  }
  return runHere(coro, loop);
}

function runHere(coro: CoroutineLike<unknown>, loop: EventLoop): ConcurrentFuture<unknown> {
  const future = new ConcurrentFuture<unknown>();
  loop.callSoonThreadsafe(() => {
    try {
      chainConcurrent(loop.createTask(coro), future);
    } catch (error) {
      if (future.setRunningOrNotifyCancel()) future.setException(error);
      throw error;
    }
  });
  return future;
}
