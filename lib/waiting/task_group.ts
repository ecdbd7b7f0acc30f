/**
 * Tasks that end together.
 *
 * A group is left when all its tasks are done. The first that fails has the others cancelled, and the
 * body as well, which runs in the parent task. That request is the group's own: it is taken back at the
 * end (`uncancel`), so that a cancellation from outside, which may come at the same time, stays apart.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { CancelledError, GeneratorExit, RuntimeError } from "../base/errors.ts";
import { ExceptionGroup } from "../base/exception_group.ts";
import { printByToString } from "../base/printing.ts";
import { asyncWith, type Eventually } from "../coroutine/async_with.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import {
  closeCoroutine,
  type Coroutine,
  type CoroutineLike,
  lazy,
} from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import {
  type Future,
  hasPlainResult,
  listen,
  notify,
  seeError,
  waiters,
} from "../kernel/future.ts";
import { endsRun } from "../kernel/handle.ts";
import { cancelWithin } from "../kernel/limit.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { ambientStrand, type Strand } from "../kernel/strand.ts";
import type { Task, TaskOptions } from "../kernel/task.ts";
import { currentTask } from "../kernel/tasks.ts";
import { childDone, sendEnd } from "./child_end.ts";

/** The four stages of a group's life. Whether it is cancelling its tasks is another matter. */
type TaskGroupState = "created" | "entered" | "exiting" | "finished";

/**
 * Holds tasks together: they are all done when the group is left, whatever happens.
 *
 * If a task fails, the others and the body are cancelled, and the errors are thrown as one
 * {@linkcode ExceptionGroup}. Where an async function does other things at the same time, as in the branches of a
 * `Promise.all`, those are left alone. {@linkcode TaskGroup.run} is the way to use it; it is also a context
 * manager for `asyncWith`. `await using` would not do: it cannot tell the group of the body's error.
 *
 * @example
 * ```ts
 * import { run, sleep, TaskGroup } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = await run(TaskGroup.run(function* (group) {
 *   const one = group.createTask(sleep(0.001, 1));
 *   const two = group.createTask(sleep(0.001, 2));
 *   return (yield* one) + (yield* two);
 * }));
 * assertEquals(sum, 3);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.TaskGroup
 */
export class TaskGroup {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "TaskGroup";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #tasks = new Set<Future<unknown>>();
  // Those of them that have not ended.
  #running = 0;
  #state: TaskGroupState = "created";
  #isAborting = false;
  // Takes back that the group has asked its parent to end.
  #takeBack: (() => number) | null = null;
  #loop: EventLoop | null = null;
  #parent: Task<unknown> | null = null;
  #scope: Strand | null = null;
  #errors: unknown[] = [];
  #systemError: unknown = null;
  #allDone: Future<void> | null = null;

  /**
   * Runs a body in a new group, and leaves the group when the body and all its tasks are done.
   *
   * @typeParam T What the body gives.
   * @typeParam G The class of the group: that which the method is called of.
   * @param body What to run, in the task that waits; given the group.
   * @returns A lazy object that gives the body's result; `undefined` where {@linkcode cancel} cut it short.
   * @throws {ExceptionGroup} When awaited, if the body or a task fails.
   * @throws {CancelledError} When awaited, if the task that waits is cancelled.
   */
  static run<T, G extends TaskGroup = TaskGroup>(
    this: (new () => G) | void,
    body: (group: G) => Eventually<T>,
  ): Coroutine<T> {
    checkFunction(body, "TaskGroup.run() expects its body to be");
    return asyncWith<G, T>(new (this ?? TaskGroup)() as G, body) as Coroutine<T>;
  }

  /**
   * Makes a task that belongs to the group.
   *
   * @typeParam T What the coroutine returns.
   * @param coro The coroutine. It is closed if the group takes no more tasks.
   * @param options `name`, `context`, `eagerStart`, `signal`.
   * @returns The task.
   * @throws {RuntimeError} If the group was not entered, is cancelling its tasks, or is over.
   * @throws {TypeError} If `coro` is no coroutine.
   */
  createTask<T>(coro: CoroutineLike<T>, options?: TaskOptions): Task<T> {
    const refusal = this.#refusal();
    if (refusal !== null) {
      closeCoroutine(coro);
      throw new RuntimeError(`TaskGroup ${this} ${refusal}`);
    }
    const task = this.#loop!.createTask(coro, options);
    // Even of a task that is done already: its error must not end the parent before this returns.
    this.#tasks.add(task);
    this.#running++;
    listen(task, this);
    // One that starts eagerly may have cancelled the group before it was one of its tasks.
    if (this.#isAborting) task.cancel();
    return task;
  }

  /**
   * Cancels the tasks and the body. The group is then left without an error, unless there are others.
   * Before the group is entered, the body is cancelled at its first wait. Cancelling twice, or too late,
   * does nothing.
   */
  cancel(): void {
    if (this.#isAborting || this.#state === "finished") return;
    this.#abort();
    if (this.#parent !== null) this.#cancelParent();
  }

  /**
   * Enters the group, in the task that is running.
   *
   * @returns The group.
   * @throws {RuntimeError} If it was entered before, or no task is running.
   */
  enter(): this {
    if (this.#state !== "created") {
      throw new RuntimeError(`TaskGroup ${this} has already been entered`);
    }
    this.#loop = getRunningLoop();
    this.#parent = currentTask();
    if (this.#parent === null) {
      throw new RuntimeError(`TaskGroup ${this} cannot determine the parent task`);
    }
    this.#scope = ambientStrand();
    this.#state = "entered";
    if (this.#isAborting) this.#cancelParent();
    return this;
  }

  /**
   * Leaves the group when all its tasks are done.
   *
   * @param error What the body threw, or `null`.
   * @returns A lazy object that gives whether the error was swallowed: a cancellation of the group's own.
   * @throws {ExceptionGroup} When awaited, if the body or a task failed.
   * @throws {CancelledError} When awaited, if the parent task was cancelled by others.
   */
  exit(error: unknown): Coroutine<boolean> {
    return lazy("TaskGroup.exit", this.#exit(error));
  }

  /**
   * @ignore Called by a task that has ended. Of a result nothing comes, but for the last one's, and so asyncio's callback
   * for it would only count.
   */
  [notify](task: Future<unknown>): void {
    this.#running--;
    if (this.#running > 0 && hasPlainResult(task)) this.#tasks.delete(task);
    else sendEnd(this, task);
  }

  /** @ignore Takes note of a task's end. */
  [childDone](task: Future<unknown>): void {
    this.#tasks.delete(task);
    if (this.#tasks.size === 0 && this.#allDone?.done() === false) {
      this.#allDone.setResult();
    }
    const failure = seeError(task);
    if (failure === undefined) return;
    this.#errors.push(failure.error);
    if (endsRun(failure.error)) this.#systemError ??= failure.error;
    const parent = this.#parent;
    if (parent === null || parent.done()) {
      this.#loop!.callExceptionHandler({
        message: `Task ${task} has errored out but its parent task ${parent} is already completed`,
        exception: failure.error,
        task,
      });
      return;
    }
    if (this.#isAborting) return;
    this.#abort();
    this.#cancelParent();
  }

  /** @ignore The task that the group belongs to waits for the group's tasks. */
  [waiters](): readonly Future<unknown>[] {
    return this.#parent === null ? [] : [this.#parent];
  }

  /** The printed form. */
  toString(): string {
    const parts = ["TaskGroup"];
    if (this.#tasks.size > 0) parts.push(`tasks=${this.#tasks.size}`);
    if (this.#errors.length > 0) parts.push(`errors=${this.#errors.length}`);
    if (this.#isAborting) parts.push("cancelling");
    else if (this.#state !== "created") parts.push("entered");
    return `<${parts.join(" ")}>`;
  }

  *#exit(error: unknown): Generator<Suspension, boolean, unknown> {
    this.#state = "exiting";
    try {
      return yield* this.#leave(error);
    } finally {
      this.#state = "finished";
      this.#parent = null;
      this.#errors = [];
    }
  }

  *#leave(error: unknown): Generator<Suspension, boolean, unknown> {
    const parent = this.#parent!;
    if (endsRun(error)) this.#systemError ??= error;
    let cancellation = error instanceof CancelledError ? error : null;
    let push: CancelledError | null = null;
    if (error !== null && !this.#isAborting) this.#abort();

    while (this.#tasks.size > 0) {
      this.#allDone ??= this.#loop!.createFuture<void>();
      try {
        yield* this.#allDone;
      } catch (caught) {
        if (!(caught instanceof CancelledError)) throw caught;
        // While the group is ending by itself, this may be no more than its own push.
        push = caught;
        if (!this.#isAborting) {
          cancellation = caught;
          this.#abort();
        }
      }
      this.#allDone = null;
    }

    if (this.#systemError !== null) throw this.#systemError;
    // What is left of requests when the group's own is taken back is somebody else's.
    if (this.#takeBack?.() === 0) cancellation = null;
    else cancellation ??= push;
    if (error !== null && !(error instanceof CancelledError)) this.#errors.push(error);
    // Errors come before a cancellation.
    if (this.#errors.length > 0) {
      if (parent.cancelling() > 0) {
        // A request from outside came too and is not over: the parent's next wait must see it.
        parent.uncancel();
        parent.cancel();
      }
      // Alone it must stay what it is: who closes the body knows it by that.
      if (this.#errors.length === 1 && error instanceof GeneratorExit) throw error;
      throw new ExceptionGroup("unhandled errors in a TaskGroup", this.#errors);
    }
    if (cancellation !== null) throw cancellation;
    return error !== null;
  }

  #refusal(): string | null {
    if (this.#state === "created") return "has not been entered";
    if (this.#state === "finished" || (this.#state === "exiting" && this.#tasks.size === 0)) {
      return "is finished";
    }
    return this.#isAborting ? "is shutting down" : null;
  }

  #abort(): void {
    this.#isAborting = true;
    for (const task of this.#tasks) if (!task.done()) task.cancel();
  }

  #cancelParent(): void {
    this.#takeBack = cancelWithin(this.#parent!, this.#scope);
  }
}
