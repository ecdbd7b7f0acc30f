/**
 * Task factories whose tasks start at once.
 *
 * @module
 */
import { describe } from "../base/repr.ts";
import type { CoroutineLike } from "../coroutine/coroutine.ts";
import type { EventLoop, TaskFactory } from "./event_loop.ts";
import { Future } from "./future.ts";
import { type NewTaskOptions, Task, type TaskOptions } from "./task.ts";

/** A class of tasks, or a function that makes tasks, with the arguments of {@linkcode Task}. */
export type TaskMaker =
  | (new <T>(coro: CoroutineLike<T>, options: NewTaskOptions) => Future<T>)
  | (<T>(coro: CoroutineLike<T>, options: NewTaskOptions) => Future<T>);

/**
 * Makes a task factory whose tasks make their first step at once, before `createTask` returns.
 *
 * @param maker The class of the tasks, or a function that makes them; it must take `eagerStart`.
 * @returns A factory for `loop.setTaskFactory`.
 * @throws {TypeError} If `maker` is no function.
 *
 * @example
 * ```ts
 * import { createEagerTaskFactory, createTask, getRunningLoop, run, Task } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class MyTask<T> extends Task<T> {}
 * await run(function* () {
 *   getRunningLoop().setTaskFactory(createEagerTaskFactory(MyTask));
 *   const task = createTask(function* () {
 *     return "at once";
 *   });
 *   assertEquals([task instanceof MyTask, task.done()], [true, true]);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.create_eager_task_factory
 */
export function createEagerTaskFactory(maker: TaskMaker): TaskFactory {
  if (typeof maker !== "function") {
    throw new TypeError(
      `createEagerTaskFactory() expects a class of tasks, got ${describe(maker)}`,
    );
  }
  return <T>(loop: EventLoop, coro: CoroutineLike<T>, options: TaskOptions) => {
    const all: NewTaskOptions = { ...options, eagerStart: options.eagerStart ?? true, loop };
    return isTaskClass(maker) ? new maker(coro, all) : maker(coro, all);
  };
}

/**
 * The task factory of {@linkcode Task}s that make their first step at once.
 *
 * A task that never waits then costs no turn of the loop; but the order of steps is another.
 *
 * @param loop The loop.
 * @param coro The coroutine.
 * @param options `name`, `context`, `eagerStart`, `signal`.
 * @returns The task.
 *
 * @example
 * ```ts
 * import { createTask, eagerTaskFactory, getRunningLoop, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   getRunningLoop().setTaskFactory(eagerTaskFactory);
 *   const task = createTask(function* () {
 *     return "at once";
 *   });
 *   assertEquals(task.done(), true);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.eager_task_factory
 */
export function eagerTaskFactory<T>(
  loop: EventLoop,
  coro: CoroutineLike<T>,
  options: TaskOptions = {},
): Task<T> {
  return new Task<T>(coro, { ...options, eagerStart: options.eagerStart ?? true, loop });
}

function isTaskClass(
  maker: TaskMaker,
): maker is new <T>(coro: CoroutineLike<T>, options: NewTaskOptions) => Future<T> {
  return maker.prototype instanceof Future;
}
