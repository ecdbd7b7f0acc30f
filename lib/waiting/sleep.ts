/**
 * Waiting for time to pass.
 *
 * @module
 */
import { type Duration, toDelay, toSeconds } from "../base/duration.ts";
import { STEP_ASIDE, SUSPENDED, type Suspension } from "../coroutine/awaitable.ts";
import { Coroutine } from "../coroutine/coroutine.ts";
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
export function sleep<T>(delay: Duration, result: T): Coroutine<T>;
export function sleep<T>(delay: Duration, result?: T): Coroutine<T | undefined> {
  return new Coroutine(new Sleep(delay, result), "sleep");
}

/** The iterator of a sleep, by hand: this is the most awaited thing there is. */
class Sleep<T> implements Iterator<Suspension, T, unknown> {
  readonly #delay: Duration;
  readonly #result: T;
  #begun = false;
  #future: Future<T> | null = null;
  #timer: TimerHandle | null = null;

  constructor(delay: Duration, result: T) {
    this.#delay = delay;
    this.#result = result;
  }

  next(): IteratorResult<Suspension, T> {
    if (this.#future !== null) {
      if (!this.#future.done()) return this.#suspend(this.#future);
      this.#timer!.cancel();
      return { done: true, value: this.#future.result() };
    }
    if (this.#begun) return { done: true, value: this.#result };
    this.#begun = true;
    if (toSeconds(this.#delay, "delay") <= 0) return STEP_ASIDE;
    const delay = toDelay(this.#delay, "delay");
    const loop = getRunningLoop();
    this.#future = loop.createFuture<T>();
    this.#timer = loop.callLater(delay, setResultUnlessDone, this.#future, this.#result);
    return this.#suspend(this.#future);
  }

  throw(error: unknown): never {
    this.#timer?.cancel();
    throw error;
  }

  return(): IteratorResult<Suspension, T> {
    this.#timer?.cancel();
    return { done: true, value: this.#result };
  }

  #suspend(future: Future<T>): IteratorResult<Suspension, T> {
    SUSPENDED.value = future;
    return SUSPENDED as IteratorResult<Suspension, T>;
  }
}

function setResultUnlessDone<T>(future: Future<T>, result: T): void {
  if (!future.done()) future.setResult(result);
}
