/**
 * Times as users give them: seconds, or an object with units.
 *
 * @module
 */
import { ValueError } from "./errors.ts";
import { describe } from "./repr.ts";

/** A length of time by its parts; a `Temporal.Duration` fits, but for one of months or years, which differ in length. */
export interface DurationParts {
  /** Weeks of 7 days. */
  readonly weeks?: number | undefined;
  /** Days of 24 hours. */
  readonly days?: number | undefined;
  /** Hours. */
  readonly hours?: number | undefined;
  /** Minutes. */
  readonly minutes?: number | undefined;
  /** Seconds. */
  readonly seconds?: number | undefined;
  /** Thousandths of a second. */
  readonly milliseconds?: number | undefined;
  /** Millionths of a second. */
  readonly microseconds?: number | undefined;
}

/** A length of time: a number of seconds, or an object such as `{ milliseconds: 50 }`. */
export type Duration = number | DurationParts;

const SECONDS_IN = [
  // Of no length that is known.
  ["years", 0],
  ["months", 0],
  ["weeks", 604_800],
  ["days", 86_400],
  ["hours", 3_600],
  ["minutes", 60],
  ["seconds", 1],
  ["milliseconds", 1e-3],
  ["microseconds", 1e-6],
] as const;

/**
 * The seconds in a duration.
 *
 * @param duration Seconds, or an object with units.
 * @param what How messages call the argument.
 * @returns The seconds; `NaN` for `NaN`.
 * @throws {TypeError} If it is neither.
 */
export function toSeconds(duration: Duration, what: string): number {
  if (typeof duration === "number") return duration;
  if (typeof duration === "object" && duration !== null) {
    let total = 0;
    let known = false;
    for (const [unit, seconds] of SECONDS_IN) {
      const count: unknown = Reflect.get(duration, unit);
      if (count === undefined) continue;
      known = false;
      if (typeof count !== "number" || (seconds === 0 && count !== 0)) break;
      known = true;
      // Division keeps { milliseconds: 50 } the very number 0.05; 50 * 1e-3 happens to differ.
      total += seconds < 1 ? count / Math.round(1 / seconds) : count * seconds;
    }
    if (known) return total;
  }
  throw new TypeError(
    `${what} must be a number of seconds or an object such as { milliseconds: 50 }, got ${
      describe(duration)
    }`,
  );
}

/**
 * The seconds in a duration that must be a time a loop can wait.
 *
 * @throws {TypeError} If it is no duration.
 * @throws {ValueError} If it is `NaN`.
 */
export function toDelay(duration: Duration, what: string): number {
  const seconds = toSeconds(duration, what);
  if (Number.isNaN(seconds)) {
    throw new ValueError(`Invalid ${what}: NaN (not a number), expected a number of seconds`);
  }
  return seconds;
}
