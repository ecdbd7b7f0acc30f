/**
 * Where a loop takes its time from.
 *
 * @module
 */
import { type Duration, toDelay, toSeconds } from "../base/duration.ts";
import { ValueError } from "../base/errors.ts";
import { staysInThread } from "../base/staying.ts";
import { host } from "../platform/current.ts";

/** A source of time. */
export interface Clock {
  /** The time, in seconds from a start of the clock's own. */
  time(): number;
}

/** The host's monotonic clock. */
export const systemClock: Clock = { time: () => host.now() / 1000 };

/**
 * A clock that does not tick: a loop on it moves it to the next timer when nothing is ready, so that a
 * program's hours pass in an instant and each run takes the same time.
 *
 * @example
 * ```ts
 * import { newEventLoop, sleep, VirtualClock } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop({ clock: new VirtualClock() });
 * loop.runUntilCompleteSync(sleep({ hours: 1 }));
 * assertEquals(loop.time(), 3600);
 * loop.close();
 * ```
 */
export class VirtualClock implements Clock {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  #now: number;

  /**
   * Makes a new `VirtualClock`.
   *
   * @param start The time at first, in seconds.
   * @throws {ValueError} If it is not finite.
   */
  constructor(start: number = 0) {
    if (!Number.isFinite(toSeconds(start, "start"))) {
      throw new ValueError(`start must be finite, got ${start}`);
    }
    this.#now = start;
  }

  /** The time, in seconds. */
  time(): number {
    return this.#now;
  }

  /**
   * Moves the clock on by hand. A loop that waits on it takes notice when it next runs something.
   *
   * @param duration How far, in seconds.
   * @throws {ValueError} If it is negative or `NaN`.
   */
  advance(duration: Duration): void {
    const seconds = toDelay(duration, "duration");
    if (seconds < 0) throw new ValueError(`duration must not be negative, got ${seconds}`);
    this.#now += seconds;
  }

  /**
   * Moves the clock to a time, unless it is past it.
   *
   * @param when The time, in seconds.
   */
  advanceTo(when: number): void {
    if (when > this.#now) this.#now = when;
  }
}
