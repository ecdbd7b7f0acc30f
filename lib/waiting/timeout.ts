/**
 * Time limits on what a task does.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { type Duration, toDelay } from "../base/duration.ts";
import { CancelledError, GeneratorExit, RuntimeError, TimeoutError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { CallFrame } from "../coroutine/call_frame.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { Handle } from "../kernel/handle.ts";
import { cancelWithin } from "../kernel/limit.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { ambientStrand, requestsOn, type Strand } from "../kernel/strand.ts";
import type { Task } from "../kernel/task.ts";
import { currentTask } from "../kernel/tasks.ts";

/** The words that the printed form uses: made, counting, cancelling its task, over by it, over. */
type TimeoutState = "created" | "active" | "expiring" | "expired" | "finished";

/** What runs under a time limit. */
export type TimeoutBody<T> = (
  limit: Timeout,
) => Generator<Suspension, T, unknown> | PromiseLike<T> | T;

/**
 * A context manager that cancels the task inside it when its time is up, and then throws a
 * {@linkcode TimeoutError} in place of the cancellation.
 *
 * A cancellation by others passes through as it is, also when it comes while the time is running out. Where an async function
 * does other things at the same time, as in the branches of a `Promise.all`, only what goes on inside is cancelled.
 * `using` would not do: it cannot tell the timeout of the body's error, so it takes the body.
 *
 * @example
 * ```ts
 * import { run, sleep, timeout } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const limit = timeout(60);
 *   limit.enter();
 *   yield* sleep(0.001);
 *   limit.exit(null);
 *   assertEquals(limit.expired(), false);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Timeout
 */
export class Timeout {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  #state: TimeoutState = "created";
  #when: number | null;
  #timer: Handle | null = null;
  #task: Task<unknown> | null = null;
  #scope: Strand | null = null;
  #cancelling = 0;
  // Takes back that it asked for the end.
  #takeBack: (() => number) | null = null;

  /**
   * Makes a new `Timeout`.
   *
   * @param when The deadline, in seconds on the clock of `loop.time()`, or `null` for none.
   */
  constructor(when: number | null) {
    this.#when = when === null ? null : toDelay(when, "when");
  }

  /**
   * The deadline.
   *
   * @returns Seconds on the clock of `loop.time()`, or `null` where there is none.
   */
  when(): number | null {
    return this.#when;
  }

  /**
   * Sets another deadline.
   *
   * @param when Seconds on the clock of `loop.time()`; one that is over cancels at the next iteration.
   * `null` for none.
   * @throws {RuntimeError} If the timeout was not entered, or is over.
   */
  reschedule(when: number | null): void {
    if (this.#state !== "active") {
      throw new RuntimeError(
        this.#state === "created"
          ? "Timeout has not been entered"
          : `Cannot change state of ${this.#state} Timeout`,
      );
    }
    this.#when = when === null ? null : toDelay(when, "when");
    this.#timer?.cancel();
    if (this.#when === null) return;
    const loop = getRunningLoop();
    const expire = () => this.#expire();
    this.#timer = this.#when <= loop.time()
      ? loop.callSoon(expire)
      : loop.callAt(this.#when, expire);
  }

  /**
   * Tells whether the time ran out inside.
   *
   * @returns Whether the task was cancelled for it.
   */
  expired(): boolean {
    return this.#state === "expiring" || this.#state === "expired";
  }

  /**
   * Begins to count, in the task that is running.
   *
   * @returns The timeout.
   * @throws {RuntimeError} If it was entered before, or no task is running.
   */
  enter(): this {
    if (this.#state !== "created") throw new RuntimeError("Timeout has already been entered");
    const task = currentTask();
    if (task === null) throw new RuntimeError("Timeout should be used inside a task");
    this.#state = "active";
    this.#task = task;
    this.#scope = ambientStrand();
    this.#cancelling = requestsOn(task, this.#scope);
    this.reschedule(this.#when);
    return this;
  }

  /**
   * Ends counting.
   *
   * @param error What the body threw, or `null`.
   * @returns `false`: no error is swallowed.
   * @throws {TimeoutError} If the error is the cancellation that this timeout asked for.
   * @throws {RuntimeError} If it was not entered, or is over.
   */
  exit(error: unknown): false {
    if (this.#state !== "active" && this.#state !== "expiring") {
      throw new RuntimeError(`Cannot exit a ${this.#state} Timeout`);
    }
    this.#timer?.cancel();
    if (this.#state === "active") {
      this.#state = "finished";
      return false;
    }
    this.#state = "expired";
    // Requests beyond this timeout's own are somebody else's, and theirs comes first.
    if (this.#takeBack!() <= this.#cancelling && error instanceof CancelledError) {
      throw new TimeoutError("", { cause: error });
    }
    return false;
  }

  /** The printed form. */
  toString(): string {
    const when = this.#state !== "active"
      ? ""
      : ` when=${this.#when === null ? null : Math.round(this.#when * 1000) / 1000}`;
    return `<Timeout [${this.#state}]${when}>`;
  }

  #expire(): void {
    this.#takeBack = cancelWithin(this.#task!, this.#scope);
    this.#state = "expiring";
  }
}

/**
 * Limits the time that a body may take: when it is up, the body is cancelled and a
 * {@linkcode TimeoutError} is thrown.
 *
 * @typeParam T What the body gives.
 * @param delay How long, in seconds; `null` for no limit. Zero or less cancels at the first wait.
 * @param body What to run, in the task that waits; given the {@linkcode Timeout}.
 * @returns A lazy object that gives the body's result; without a body, the {@linkcode Timeout} to enter.
 * @throws {TimeoutError} When awaited, if the time is up.
 * @throws {TypeError} If `delay` is no duration or `body` no function.
 * @throws {RuntimeError} Without a body, if no loop is running.
 *
 * @example
 * ```ts
 * import { run, sleep, timeout, TimeoutError } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() =>
 *   run(timeout(0.001, function* () {
 *     yield* sleep(60);
 *   })), TimeoutError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout
 */
export function timeout(delay: Duration | null): Timeout;
/** Runs a body that may take so long. */
export function timeout<T>(delay: Duration | null, body: TimeoutBody<T>): Coroutine<T>;
export function timeout<T>(
  delay: Duration | null,
  body?: TimeoutBody<T>,
): Timeout | Coroutine<T> {
  const seconds = delay === null ? null : toDelay(delay, "delay");
  const make = () => {
    // Without a limit, too, there must be a loop.
    const now = getRunningLoop().time();
    return new Timeout(seconds === null ? null : now + seconds);
  };
  if (body === undefined) return make();
  checkFunction(body, "timeout() expects its body to be");
  return lazy("timeout", timeoutSteps(make, body));
}

/**
 * Limits the time that a body may take, by the loop's clock.
 *
 * @typeParam T What the body gives.
 * @param when The deadline, in seconds on the clock of `loop.time()`; `null` for none.
 * @param body What to run, in the task that waits; given the {@linkcode Timeout}.
 * @returns A lazy object that gives the body's result; without a body, the {@linkcode Timeout} to enter.
 * @throws {TimeoutError} When awaited, if the time is up.
 * @throws {TypeError} If `when` is no number or `body` no function.
 *
 * @example
 * ```ts
 * import { getRunningLoop, run, sleep, timeoutAt } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const deadline = getRunningLoop().time() + 60;
 *   assertEquals(yield* timeoutAt(deadline, (limit) => limit.when()), deadline);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout_at
 */
export function timeoutAt(when: number | null): Timeout;
/** Runs a body that may take until then. */
export function timeoutAt<T>(when: number | null, body: TimeoutBody<T>): Coroutine<T>;
export function timeoutAt<T>(when: number | null, body?: TimeoutBody<T>): Timeout | Coroutine<T> {
  if (body === undefined) return new Timeout(when);
  checkFunction(body, "timeoutAt() expects its body to be");
  return lazy("timeoutAt", timeoutSteps(() => new Timeout(when), body));
}

function* timeoutSteps<T>(
  make: () => Timeout,
  body: TimeoutBody<T>,
): Generator<Suspension, T, unknown> {
  // As asyncWith() has it, but for the calls of enter() and exit(): these are plain functions of this file's.
  const limit = make().enter();
  let result: T;
  let isClosed = true;
  try {
    result = yield* new CallFrame<T>(() => body(limit));
    isClosed = false;
  } catch (error) {
    isClosed = false;
    limit.exit(error);
    throw error;
  } finally {
    if (isClosed) limit.exit(new GeneratorExit());
  }
  limit.exit(null);
  return result;
}
