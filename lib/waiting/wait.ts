/**
 * Waiting for some of many things, without touching the others.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { type Duration, toDelay } from "../base/duration.ts";
import { ValueError } from "../base/errors.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { type AwaitableLike, ensureFutureOn } from "../kernel/ensure_future.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { callWhenDone, type Future, isFuture, seeError } from "../kernel/future.ts";
import type { TimerHandle } from "../kernel/handle.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import type { Task } from "../kernel/task.ts";
import { eachOnce, iterateAwaitables, type Outcome } from "./awaitables.ts";

/**
 * Has {@linkcode wait} return when any is done.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.FIRST_COMPLETED
 */
export const FIRST_COMPLETED = "FIRST_COMPLETED" as const;

/**
 * Has {@linkcode wait} return when any fails, or else all are done.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.FIRST_EXCEPTION
 */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION" as const;

/**
 * Has {@linkcode wait} return when all are done.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.ALL_COMPLETED
 */
export const ALL_COMPLETED = "ALL_COMPLETED" as const;

/** When {@linkcode wait} returns. */
export type ReturnWhen = typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED;

/** What {@linkcode wait} takes beside the awaitables. */
export interface WaitOptions {
  /** How long to wait at most, in seconds; `null` for ever. */
  timeout?: Duration | null | undefined;
  /**
   * When to return.
   *
   * @default {ALL_COMPLETED}
   */
  returnWhen?: ReturnWhen | undefined;
}

/**
 * The future that stands for an awaitable: itself, if it is one, a task of a coroutine or a promise. Of what may
 * be either, such as any awaitable of `T`, no more is known than that it is a future.
 *
 * @typeParam A The awaitable.
 */
export type FutureOf<A> = [Future<Outcome<A>>] extends [A] ? Future<Outcome<A>>
  : A extends Future<unknown> ? A
  : Task<Outcome<A>>;

/**
 * Waits until some of many awaitables are done, and tells which are and which are not. The others go
 * on: they can be waited for again, be cancelled and take callbacks. Nothing is thrown for an error or
 * a timeout.
 *
 * Coroutines become tasks. As the sets hold the tasks and not what was passed, make the tasks first
 * where you want to know which is which.
 *
 * @typeParam A The awaitables.
 * @param awaitables Any iterable of awaitables; each counts once, but a function as often as it comes.
 * @param options `timeout` in seconds, `returnWhen`.
 * @returns A lazy object that gives the pair of sets, `[done, pending]`.
 * @throws {TypeError} When awaited, if one cannot be awaited, or `awaitables` is no iterable.
 * @throws {ValueError} When awaited, if there are none, or `returnWhen` is none of the three.
 *
 * @example
 * ```ts
 * import { createTask, FIRST_COMPLETED, run, sleep, wait } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const [quick, slow] = [createTask(sleep(0.001)), createTask(sleep(60))];
 *   const [done, pending] = yield* wait([quick, slow], { returnWhen: FIRST_COMPLETED });
 *   assertEquals([done, pending], [new Set([quick]), new Set([slow])]);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.wait
 */
export function wait<A extends AwaitableLike<unknown>>(
  awaitables: Iterable<A>,
  options: WaitOptions = {},
): Coroutine<[done: Set<FutureOf<A>>, pending: Set<FutureOf<A>>]> {
  checkOptions(options, "wait()", ["timeout", "returnWhen"]);
  return lazy(
    "wait",
    waitSteps(awaitables, options) as Generator<
      Suspension,
      [Set<FutureOf<A>>, Set<FutureOf<A>>],
      unknown
    >,
  );
}

function* waitSteps(
  awaitables: Iterable<AwaitableLike<unknown>>,
  { timeout, returnWhen = ALL_COMPLETED }: WaitOptions,
): Generator<Suspension, [Set<Future<unknown>>, Set<Future<unknown>>], unknown> {
  const items = eachOnce(iterateAwaitables(awaitables, "wait", "expect a list of futures"));
  if (items.length === 0) throw new ValueError("Set of Tasks/Futures is empty.");
  if (
    returnWhen !== FIRST_COMPLETED && returnWhen !== FIRST_EXCEPTION && returnWhen !== ALL_COMPLETED
  ) {
    throw new ValueError(
      `Invalid return_when value: ${String(returnWhen)}, ` +
        "expected FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED",
    );
  }
  const loop = getRunningLoop();
  const futures = new Set<Future<unknown>>();
  for (const item of items) futures.add(isFuture(item) ? item : ensureFutureOn(loop, item));
  yield* waitOn(loop, futures, {
    timeout: timeout === undefined || timeout === null ? null : toDelay(timeout, "timeout"),
    returnWhen,
  });
  const done = new Set<Future<unknown>>();
  const pending = new Set<Future<unknown>>();
  for (const future of futures) (future.done() ? done : pending).add(future);
  return [done, pending];
}

function* waitOn(
  loop: EventLoop,
  futures: ReadonlySet<Future<unknown>>,
  { timeout, returnWhen }: { timeout: number | null; returnWhen: ReturnWhen },
): Generator<Suspension, void, unknown> {
  const waiter = loop.createFuture<void>();
  const release = () => {
    if (!waiter.done()) waiter.setResult();
  };
  const timer: TimerHandle | null = timeout === null ? null : loop.callLater(timeout, release);
  let left = futures.size;
  const onDone = (future: Future<unknown>) => {
    left--;
    if (
      left <= 0 || returnWhen === FIRST_COMPLETED ||
      (returnWhen === FIRST_EXCEPTION && seeError(future) !== undefined)
    ) release();
  };
  for (const future of futures) callWhenDone(future, onDone, waiter);
  try {
    yield* waiter;
  } finally {
    timer?.cancel();
    for (const future of futures) future.removeDoneCallback(onDone);
  }
}
