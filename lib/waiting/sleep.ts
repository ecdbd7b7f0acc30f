/**
 * Waiting for time to pass.
 *
 * @module
 */
import { type Duration, toDelay, toSeconds } from "../base/duration.ts";
import { awaitable, STEP_ASIDE, SUSPENDED, type Suspension } from "../coroutine/awaitable.ts";
import { Coroutine, reused } from "../coroutine/coroutine.ts";
import type { Future } from "../kernel/future.ts";
import type { TimerHandle } from "../kernel/handle.ts";
import { getRunningLoop } from "../kernel/loops.ts";

/**
 * Waits. Other tasks run meanwhile; with a delay of zero they do so once.
 *
 * @typeParam T What the result is.
 * @param delay How long, in seconds, or as an object such as `{ milliseconds: 50 }`.
 * @param result What awaiting gives.
 * @returns A lazy object; the time counts from where it is awaited.
 * @throws {ValueError} When awaited, if the delay is `NaN`.
 * @throws {TypeError} When awaited, if the delay is no duration.
 *
 * @example
 * ```ts
 * import { run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(sleep({ milliseconds: 1 }, "hello")), "hello");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.sleep
 */
export function sleep(delay: Duration): Coroutine<void>;
/** Waits, and gives a result. */
export function sleep<T>(delay: Duration, result: T): Coroutine<T>;
export function sleep<T>(delay: Duration, result?: T): Coroutine<T | undefined> {
  return delay === 0 ? new Aside(result) : new Sleep(delay, result);
}

const NEW = 0;
const AWAITED = 1;
const PASSED = 2;

const PASSED_BY: IteratorResult<Suspension, undefined> = { done: true, value: undefined };

/**
 * The sleep of no time, which is the most awaited thing there is: its own iterator, written by hand,
 * with no more in it than it needs.
 */
class Aside<T> extends Coroutine<T> implements Iterator<Suspension, T, unknown> {
  readonly #result: T;
  #state: typeof NEW | typeof AWAITED | typeof PASSED = NEW;

  constructor(result: T) {
    super();
    this.#result = result;
  }

  override get name(): string {
    return "sleep";
  }

  override [awaitable](): Iterator<Suspension, T, unknown> {
    return this[Symbol.iterator]();
  }

  // Not left to the base: one method shared by all kinds of awaitables is slow at every yield*.
  override [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    if (this.#state !== NEW) return reused();
    this.#state = AWAITED;
    return this;
  }

  next(): IteratorResult<Suspension, T> {
    if (this.#state === PASSED) {
      const result = this.#result;
      return result === undefined
        ? PASSED_BY as IteratorResult<Suspension, T>
        : { done: true, value: result };
    }
    this.#state = PASSED;
    return STEP_ASIDE;
  }

  throw(error: unknown): never {
    throw error;
  }

  override close(): void {
    this.#state = PASSED;
  }
}

/** The sleep of some time, its own iterator as well. */
class Sleep<T> extends Coroutine<T> implements Iterator<Suspension, T, unknown> {
  readonly #delay: Duration;
  readonly #result: T;
  #state: "new" | "awaited" | "aside" | "waiting" = "new";
  #future: Future<T> | null = null;
  #timer: TimerHandle | null = null;

  constructor(delay: Duration, result: T) {
    super();
    this.#delay = delay;
    this.#result = result;
  }

  override get name(): string {
    return "sleep";
  }

  override [awaitable](): Iterator<Suspension, T, unknown> {
    if (this.#state !== "new") return reused();
    this.#state = "awaited";
    return this;
  }

  next(): IteratorResult<Suspension, T> {
    switch (this.#state) {
      case "waiting":
        if (!this.#future!.done()) return this.#suspend(this.#future!);
        this.#timer!.cancel();
        return { done: true, value: this.#future!.result() };
      case "aside":
        return { done: true, value: this.#result };
      default:
        return this.#begin();
    }
  }

  throw(error: unknown): never {
    this.#timer?.cancel();
    throw error;
  }

  return(): IteratorResult<Suspension, T> {
    this.#timer?.cancel();
    return { done: true, value: this.#result };
  }

  override close(): void {
    this.#state = "aside";
  }

  #begin(): IteratorResult<Suspension, T> {
    if (toSeconds(this.#delay, "delay") <= 0) {
      this.#state = "aside";
      return STEP_ASIDE;
    }
    const delay = toDelay(this.#delay, "delay");
    const loop = getRunningLoop();
    this.#state = "waiting";
    this.#future = loop.createFuture<T>();
    this.#timer = loop.callLater(delay, setResultUnlessDone, this.#future, this.#result);
    return this.#suspend(this.#future);
  }

  #suspend(future: Future<T>): IteratorResult<Suspension, T> {
    SUSPENDED.value = future;
    return SUSPENDED as IteratorResult<Suspension, T>;
  }
}

function setResultUnlessDone<T>(future: Future<T>, result: T): void {
  if (!future.done()) future.setResult(result);
}
