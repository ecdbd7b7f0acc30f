/**
 * Reads the numbers in the options of executors.
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
