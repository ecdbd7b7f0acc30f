/**
 * Reads the numbers that executors and what waits for them are given.
 *
 * @module
 */
import { ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";

/**
 * Reads a number of things, of which there is at least one.
 *
 * @param name What it is called.
 * @param count The number.
 * @param range How Python says what it must be.
 * @throws {TypeError} If it is no whole number.
 * @throws {ValueError} If it is not greater than 0.
 */
export function checkCount(name: string, count: unknown, range = "greater than 0"): void {
  if (typeof count !== "number" || !Number.isInteger(count)) {
    throw new TypeError(`${name} must be a whole number, got ${describe(count)}`);
  }
  if (count <= 0) throw new ValueError(`${name} must be ${range}, got ${count}`);
}

/**
 * Reads how long to wait.
 *
 * @param timeout The seconds; `null` for ever.
 * @throws {TypeError} If it is neither.
 */
export function checkTimeout(timeout: unknown): void {
  if (timeout === null || (typeof timeout === "number" && !Number.isNaN(timeout))) return;
  throw new TypeError(`timeout must be a number of seconds or null, got ${describe(timeout)}`);
}
