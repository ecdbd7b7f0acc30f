/**
 * Making tasks and finding them.
 *
 * @module
 */
import type { CoroutineLike } from "../coroutine/coroutine.ts";
import type { EventLoop } from "./event_loop.ts";
import { getRunningLoop } from "./loops.ts";
import { ambientTask } from "./running.ts";
import { checkLoop } from "./scheduler.ts";
import { type Task, type TaskOptions, tasksOf } from "./task.ts";

/**
 * Makes a task that runs a coroutine on the running loop.
 *
 * @typeParam T What the coroutine returns.
 * @param coro A generator object, a lazy object of this module's, or a function, which is called at the
 * task's first step.
 * @param options `name`, `context`, `eagerStart`, `signal`.
 * @returns The task.
 * @throws {RuntimeError} If no loop is running; `loop.createTask` works anywhere.
 * @throws {TypeError} If `coro` is no coroutine.
 *
 * @example
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(async () => {
 *   const task = createTask(async () => {
 *     await sleep(0.001);
 *     return "done";
 *   });
 *   assertEquals(await task, "done");
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
 */
export function createTask<T>(coro: CoroutineLike<T>, options?: TaskOptions): Task<T> {
  return getRunningLoop().createTask(coro, options);
}

/**
 * The task that runs now.
 *
 * @param loop The loop to ask; `null` for the running one.
 * @returns The task, or `null` in a callback.
 * @throws {RuntimeError} If no loop is given and none is running.
 *
 * @example
 * ```ts
 * import { createTask, currentTask, run } from "@asyncio/asyncio";
 * import { assertStrictEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(function* () {
 *     return currentTask();
 *   });
 *   assertStrictEquals(yield* task, task);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.current_task
 */
export function currentTask(loop: EventLoop | null = null): Task<unknown> | null {
  const asked = loopOr(loop);
  const task = ambientTask();
  return task !== null && task.getLoop() === asked ? task : null;
}

/**
 * The tasks that are not done.
 *
 * @param loop The loop to ask; `null` for the running one.
 * @returns The tasks, oldest first.
 * @throws {RuntimeError} If no loop is given and none is running.
 *
 * @example
 * ```ts
 * import { allTasks, createTask, currentTask, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(function* () {});
 *   assertEquals(allTasks(), new Set([currentTask()!, task]));
 *   yield* task;
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.all_tasks
 */
export function allTasks(loop: EventLoop | null = null): Set<Task<unknown>> {
  return new Set(tasksOf(loopOr(loop)));
}

function loopOr(loop: EventLoop | null): EventLoop {
  if (loop === null) return getRunningLoop();
  checkLoop(loop);
  return loop;
}
