/**
 * Makes a future of whatever can be awaited.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { RuntimeError, ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import {
  Awaitable,
  awaitableSteps,
  type HasAwaitable,
  hasAwaitable,
  isThenable,
  type Suspension,
} from "../coroutine/awaitable.ts";
import { closeCoroutine, type CoroutineLike, isCoroutine, lazy } from "../coroutine/coroutine.ts";
import type { EventLoop } from "./event_loop.ts";
import { fromPromise } from "./from_promise.ts";
import { type Future, isFuture } from "./future.ts";
import { getEventLoop } from "./loops.ts";
import { checkLoop } from "./scheduler.ts";
import type { Task, TaskOptions } from "./task.ts";

/**
 * Whatever can be awaited: a future, a coroutine, a function that is called for one, an object with an
 * `[awaitable]()` method, a promise.
 *
 * @typeParam T What awaiting gives.
 */
export type AwaitableLike<T> = CoroutineLike<T> | HasAwaitable<T> | PromiseLike<T>;

/** What {@linkcode ensureFuture} takes beside the awaitable. */
export interface EnsureFutureOptions {
  /** The loop that is to run a coroutine; the current one where left out. */
  loop?: EventLoop | undefined;
}

/**
 * Makes a future of whatever can be awaited: a future is returned as it is, a coroutine becomes a task,
 * an awaitable object is awaited inside one.
 *
 * @param subject What to await.
 * @param options `loop`: the loop that is to run a coroutine.
 * @returns The future.
 * @throws {TypeError} If `subject` cannot be awaited.
 * @throws {ValueError} If `loop` is not the loop of the future given.
 * @throws {RuntimeError} If there is no current loop and none is given; or of the loop that makes no task of the
 * coroutine, which is closed then.
 *
 * @example
 * ```ts
 * import { ensureFuture, Future, run, sleep, Task } from "@asyncio/asyncio";
 * import { assert, assertStrictEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const task = ensureFuture(sleep(0));
 *   assert(task instanceof Task);
 *   assertStrictEquals(ensureFuture(task), task);
 *   yield* task;
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-future.html#asyncio.ensure_future
 */
export function ensureFuture<F extends Future<unknown>>(
  subject: F,
  options?: EnsureFutureOptions,
): F;
/** Makes a task of what is no future. */
export function ensureFuture<T>(
  subject: AwaitableLike<T>,
  options?: EnsureFutureOptions,
): Task<T>;
export function ensureFuture<T>(
  subject: AwaitableLike<T>,
  options: EnsureFutureOptions = {},
): Future<T> {
  checkOptions(options, "ensureFuture()", ["loop"]);
  return ensureFutureOn(options.loop ?? null, subject);
}

/** Does what {@linkcode ensureFuture} does, on a loop, or `null` for the current one. */
export function ensureFutureOn<T>(
  loop: EventLoop | null,
  subject: AwaitableLike<T>,
  options?: TaskOptions,
): Future<T> {
  if (loop !== null) checkLoop(loop);
  if (isFuture(subject)) {
    if (loop !== null && subject.getLoop() !== loop) {
      throw new ValueError(
        "The future belongs to a different loop than the one specified as the loop argument",
      );
    }
    return subject as Future<T>;
  }
  const coro = toCoroutine(subject);
  return startTask(loop, coro, options);
}

/** Has a loop, or `null` for the current one, make a task; a coroutine that it refuses is closed, as in asyncio. */
export function startTask<T>(
  loop: EventLoop | null,
  coro: CoroutineLike<T>,
  options?: TaskOptions,
): Task<T> {
  const maker = loop ?? getEventLoop();
  try {
    return maker.createTask(coro, options);
  } catch (error) {
    if (error instanceof RuntimeError) closeCoroutine(coro);
    throw error;
  }
}

/** Makes of an awaitable something that a task can be made of. */
function toCoroutine<T>(subject: AwaitableLike<T>): CoroutineLike<T> {
  if (isCoroutine(subject) || typeof subject === "function") return subject as CoroutineLike<T>;
  if (subject instanceof Awaitable) {
    return lazy("awaitable", awaitIt(subject as HasAwaitable<T>)) as CoroutineLike<T>;
  }
  if (typeof subject === "object" && subject !== null && hasAwaitable(subject)) {
    return lazy("awaitable", awaitIt(subject as HasAwaitable<T>));
  }
  if (isThenable(subject)) return fromPromise(subject as PromiseLike<T>) as CoroutineLike<T>;
  throw new TypeError(
    `An asyncio.Future, a coroutine or an awaitable is required, got ${describe(subject)}`,
  );
}

function* awaitIt<T>(subject: HasAwaitable<T>): Generator<Suspension, T, unknown> {
  return yield* { [Symbol.iterator]: () => awaitableSteps(subject) };
}
