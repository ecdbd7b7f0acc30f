/**
 * Racing alternatives, each given a head start over the next.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { type Duration, toDelay } from "../base/duration.ts";
import { AssertionError, CancelledError, TimeoutError } from "../base/errors.ts";
import { ExceptionGroup } from "../base/exception_group.ts";
import { defineMethods } from "../base/methods.ts";
import { describe } from "../base/repr.ts";
import { Awaitable, type Suspension } from "../coroutine/awaitable.ts";
import { CallFrame } from "../coroutine/call_frame.ts";
import { type Coroutine, type CoroutineLike, lazy } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { callWhenDone, type Future, seeError, waiters, type Waiting } from "../kernel/future.ts";
import { endsRun } from "../kernel/handle.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { allowReturn } from "../kernel/task.ts";
import { currentTask } from "../kernel/tasks.ts";
import { Event } from "../sync/event.ts";
import type { Outcome } from "./awaitables.ts";
import { waitFor } from "./wait_for.ts";

/** What {@linkcode staggeredRace} gives: the winner's result, its place, and the errors by place. */
export type RaceResult<T> =
  | [winner: T, index: number, exceptions: unknown[]]
  | [winner: null, index: null, exceptions: unknown[]];

/** What is raced: a function that is called for a coroutine, or a promise. */
export type Racer<T> = Extract<CoroutineLike<T>, () => unknown>;

/**
 * Runs functions one after another, each started when the one before has failed or `delay` has passed,
 * until one gives a result; then the others are cancelled.
 *
 * @typeParam R The functions, which may be of several kinds.
 * @param functions What to run, in this order.
 * @param delay How long each runs alone, in seconds; `null` until it fails.
 * @returns A lazy object that gives `[winner, index, exceptions]`: the first result and its place, `null`
 * where none won; and for each function that was started its error, or `null`.
 * @throws {TypeError} If `functions` is no iterable of functions, or `delay` no duration.
 * @throws {ExceptionGroup} Of what went wrong in the race itself, such as a function that returned after another had
 * won.
 *
 * @example
 * ```ts
 * import { run, sleep, staggeredRace } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const [winner, index] = await run(
 *   staggeredRace([() => sleep(60, "slow"), () => sleep(0.001, "quick")], 0.001),
 * );
 * assertEquals([winner, index], ["quick", 1]);
 * ```
 */
export function staggeredRace<R extends Racer<unknown>>(
  functions: Iterable<R>,
  delay: Duration | null,
): Coroutine<RaceResult<Outcome<R>>> {
  if (functions instanceof Awaitable || typeof functions?.[Symbol.iterator] !== "function") {
    throw new TypeError(
      `staggeredRace() expects an iterable of functions, got ${describe(functions)}`,
    );
  }
  const seconds = delay === null ? null : toDelay(delay, "delay");
  return lazy(
    "staggeredRace",
    new StaggeredRace<Outcome<R>>(functions as Iterable<Racer<Outcome<R>>>, seconds).run(),
  );
}

class StaggeredRace<T> implements Waiting {
  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(StaggeredRace, {
      [waiters](this: StaggeredRace<unknown>) {
        return this.#allDone?.[waiters]() ?? [];
      },
    });
  })();

  readonly #functions: Iterator<Racer<T>>;
  readonly #delay: number | null;
  readonly #running = new Set<Future<unknown>>();
  readonly #exceptions: unknown[] = [];
  readonly #unhandled: unknown[] = [];
  #winner: [result: T, index: number] | null = null;
  #allDone: Future<void> | null = null;

  constructor(functions: Iterable<Racer<T>>, delay: number | null) {
    this.#functions = functions[Symbol.iterator]();
    this.#delay = delay;
  }

  *run(): Generator<Suspension, RaceResult<T>, unknown> {
    const loop = getRunningLoop();
    this.#start(loop, null);
    let cancellation: CancelledError | null = null;
    while (this.#running.size > 0) {
      this.#allDone = loop.createFuture<void>();
      try {
        yield* this.#allDone;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        cancellation = error;
        for (const task of this.#running) task.cancel(error.message || undefined);
      }
      this.#allDone = null;
    }
    if (this.#unhandled.length > 0) {
      throw new ExceptionGroup("staggered race failed", this.#unhandled);
    }
    if (cancellation !== null) throw cancellation;
    return this.#winner === null
      ? [null, null, this.#exceptions]
      : [...this.#winner, this.#exceptions];
  }

  #start(loop: EventLoop, previousFailed: Event | null): void {
    const isKnown = new Event();
    const task = loop.createTask(this.#runOne(loop, isKnown, previousFailed));
    this.#running.add(task);
    callWhenDone(task, (done) => this.#taskDone(done), this);
    isKnown.set();
  }

  *#runOne(
    loop: EventLoop,
    isKnown: Event,
    previousFailed: Event | null,
  ): Generator<Suspension, void, unknown> {
    // An eager task begins before it is among those that run.
    yield* isKnown.wait();
    if (previousFailed !== null) yield* this.#headStart(previousFailed);
    const next = this.#functions.next();
    if (next.done) return;
    const failed = new Event();
    this.#start(loop, failed);
    const index = this.#exceptions.push(null) - 1;
    let result: T;
    try {
      checkFunction(next.value, "staggeredRace() expects");
      result = yield* new CallFrame<T>(next.value);
    } catch (error) {
      if (endsRun(error)) throw error;
      // A loser's error is an outcome of the race, be it its cancellation: nobody is left to hear of that.
      allowReturn(currentTask()!);
      this.#exceptions[index] = error;
      failed.set();
      return;
    }
    if (this.#winner !== null) {
      throw new AssertionError(
        "a function returned after another had won: expected it to let the CancelledError through",
      );
    }
    this.#winner = [result, index];
    const self = currentTask();
    for (const task of this.#running) if (task !== self) task.cancel();
  }

  *#headStart(previousFailed: Event): Generator<Suspension, void, unknown> {
    try {
      yield* waitFor(previousFailed.wait(), this.#delay);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }

  #taskDone(task: Future<unknown>): void {
    this.#running.delete(task);
    if (this.#running.size === 0 && this.#allDone !== null && !this.#allDone.done()) {
      this.#allDone.setResult();
    }
    const failure = seeError(task);
    if (failure !== undefined) this.#unhandled.push(failure.error);
  }
}

interface StaggeredRace<T> {
  /** Who awaits the race waits for those that run. */
  [waiters](): readonly Future<unknown>[];
}
