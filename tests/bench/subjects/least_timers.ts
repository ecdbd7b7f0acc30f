/**
 * What the least kernel lacks for the rows of timers and of cancellation: timers in order of time, and tasks that
 * can be ended while they sleep.
 *
 * The timers stand in a line, each due no earlier than the one before: the rows set them so. Cancelled ones stay in it
 * until they are more than half of more than a hundred, as in asyncio.
 *
 * @module
 */

import { type Coroutine, Future, pause, push, type Runnable } from "./least_kernel.ts";

/** A callback that is to be called at a time. */
export class Timer implements Runnable {
  readonly time: number;
  readonly argument: number;
  callback: ((argument: number) => void) | null;

  constructor(time: number, callback: (argument: number) => void, argument: number) {
    this.time = time;
    this.callback = callback;
    this.argument = argument;
  }

  run(): void {
    this.callback?.(this.argument);
  }

  /** Keeps the callback from being called. */
  cancel(): void {
    this.callback = null;
    cancelled++;
  }
}

let line: Timer[] = [];
let first = 0;
let cancelled = 0;

/** Has a callback called at a time, in milliseconds. */
export function callAt(
  time: number,
  callback: (argument: number) => void,
  argument: number,
): Timer {
  const timer = new Timer(time, callback, argument);
  line.push(timer);
  return timer;
}

/** Has a callback called after a time, in milliseconds. */
export function callLater(
  delay: number,
  callback: (argument: number) => void,
  argument: number,
): Timer {
  return callAt(performance.now() + delay, callback, argument);
}

/** Makes those ready whose time has come, as a loop does in each iteration; and steps aside for them. */
export function* letTimersFire(): Coroutine<void> {
  if (line.length > 100 && cancelled > line.length / 2) {
    line = line.filter(({ callback }) => callback !== null);
    first = 0;
    cancelled = 0;
  }
  const now = performance.now();
  while (first < line.length && line[first]!.time <= now) push(line[first++]!);
  if (first === line.length) {
    line.length = 0;
    first = 0;
  }
  yield* pause();
}

/** What ends a task that is cancelled. No error: an engine takes the stack of each that is made. */
export class Cancelled {}

/** A future that may end by an error. */
class Failing extends Future<void> {
  error: unknown = null;

  override next() {
    if (this.error !== null) throw this.error;
    return super.next();
  }
}

/** A task that sleeps, and can be cancelled. */
export class SleepingTask extends Failing implements Runnable {
  readonly #coroutine: Coroutine<void>;
  #timer: Timer | null = null;
  #isCancelled = false;

  /** @param delay How long it sleeps, in milliseconds. */
  constructor(delay: number) {
    super();
    this.#coroutine = this.#sleep(delay);
    push(this);
  }

  *#sleep(delay: number): Coroutine<void> {
    const due = new Future<void>();
    this.#timer = callLater(delay, () => due.setResult(), 0);
    try {
      // Not by `yield*`, which would look for a `throw` that no future here has.
      yield due;
    } finally {
      this.#timer.cancel();
    }
  }

  /** Has an error thrown in where it sleeps. */
  cancel(): void {
    this.#isCancelled = true;
    push(this);
  }

  run(): void {
    try {
      const { done, value } = this.#isCancelled
        ? this.#coroutine.throw(new Cancelled())
        : this.#coroutine.next();
      if (done) this.setResult();
      else value?.add(this);
    } catch (error) {
      this.error = error;
      this.setResult();
    }
  }
}
