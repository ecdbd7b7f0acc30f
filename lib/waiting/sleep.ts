/**
 * Waiting for time to pass.
 *
 * @module
 */
import { type Duration, toDelay, toSeconds } from "../base/duration.ts";
import {
  awaitable,
  STEP_ASIDE as importedSTEP_ASIDE,
  type Suspending,
} from "../coroutine/awaitable.ts";
import {
  BUSY,
  Coroutine,
  noteMade as importedNoteMade,
  noteUsed as importedNoteUsed,
  reused,
} from "../coroutine/coroutine.ts";
import type { Future } from "../kernel/future.ts";
import type { TimerHandle } from "../kernel/handle.ts";
import { throwOn } from "../kernel/injection.ts";
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
  return delay === 0 && result === undefined
    ? new Aside() as Coroutine<undefined>
    : new Sleep(delay, result);
}

// The engine folds a module's own constants into its code, and loads imported ones each time: what every
// step uses is made its own.
const STEP_ASIDE = importedSTEP_ASIDE;
const noteMade = importedNoteMade;
const noteUsed = importedNoteUsed;

const NEW = 0;
const AWAITED = 1;
const PASSED = 2;
const OVER = 3;

const PASSED_BY: IteratorResult<Suspending, undefined> = { done: true, value: undefined };

/**
 * The sleep of no time, which is the most awaited thing there is: its own iterator, written by hand,
 * with no more in it than it needs.
 */
class Aside extends Coroutine<void> implements Iterator<Suspending, void, unknown> {
  #state: typeof NEW | typeof AWAITED | typeof PASSED | typeof OVER = NEW;

  constructor() {
    super();
    noteMade(this);
  }

  override get name(): string {
    return "sleep";
  }

  override [awaitable](): Iterator<Suspending, void, unknown> {
    return this[Symbol.iterator]();
  }

  // Not left to the base: one method shared by all kinds of awaitables is slow at every yield*.
  override [Symbol.iterator](): Iterator<Suspending, void, unknown> {
    if (this.#state !== NEW) return reused(this.#state === OVER ? undefined : BUSY);
    this.#state = AWAITED;
    noteUsed(this);
    return this;
  }

  next(): IteratorResult<Suspending, void> {
    if (this.#state >= PASSED) {
      this.#state = OVER;
      return PASSED_BY;
    }
    this.#state = PASSED;
    return STEP_ASIDE;
  }

  throw(error: unknown): never {
    this.#state = OVER;
    throwOn(error);
  }

  override close(): void {
    if (this.#state === NEW) this.#state = OVER;
    noteUsed(this);
  }
}

/** The sleep of some time, its own iterator as well. */
class Sleep<T> extends Coroutine<T> implements Iterator<Suspending, T, unknown> {
  readonly #delay: Duration;
  readonly #result: T;
  #state: "new" | "awaited" | "aside" | "waiting" | "over" = "new";
  #future: Future<T> | null = null;
  #timer: TimerHandle | null = null;

  constructor(delay: Duration, result: T) {
    super();
    this.#delay = delay;
    this.#result = result;
    noteMade(this);
  }

  override get name(): string {
    return "sleep";
  }

  override [awaitable](): Iterator<Suspending, T, unknown> {
    if (this.#state !== "new") return reused(this.#isBusy() ? BUSY : undefined);
    this.#state = "awaited";
    noteUsed(this);
    return this;
  }

  next(): IteratorResult<Suspending, T> {
    switch (this.#state) {
      case "waiting":
        return sleepSteps(this.#future!, this.#timer!);
      case "aside":
      case "over":
        this.#state = "over";
        return { done: true, value: this.#result };
      default:
        return this.#begin();
    }
  }

  throw(error: unknown): never {
    this.#state = "over";
    this.#timer?.cancel();
    throwOn(error);
  }

  return(): IteratorResult<Suspending, T> {
    this.#timer?.cancel();
    return { done: true, value: this.#result };
  }

  override close(): void {
    if (this.#state === "new") this.#state = "over";
    noteUsed(this);
  }

  #isBusy(): boolean {
    return this.#state === "waiting"
      ? !this.#future!.done()
      : this.#state === "awaited" || this.#state === "aside";
  }

  #begin(): IteratorResult<Suspending, T> {
    // What it stays if the delay is a wrong one: an error ends it.
    this.#state = "over";
    if (toSeconds(this.#delay, "delay") <= 0) {
      this.#state = "aside";
      return STEP_ASIDE;
    }
    const delay = toDelay(this.#delay, "delay");
    const loop = getRunningLoop();
    this.#state = "waiting";
    this.#future = loop.createFuture<T>();
    this.#timer = loop.callLater(delay, setResultUnlessDone, this.#future, this.#result);
    return sleepSteps(this.#future, this.#timer);
  }
}

/** What the future says. A function, for its name is what a stack shows of a sleep. */
function sleepSteps<T>(future: Future<T>, timer: TimerHandle): IteratorResult<Suspending, T> {
  try {
    const result = future.next();
    if (result.done) timer.cancel();
    return result;
  } catch (error) {
    timer.cancel();
    throw error;
  }
}

function setResultUnlessDone<T>(future: Future<T>, result: T): void {
  if (!future.done()) future.setResult(result);
}
