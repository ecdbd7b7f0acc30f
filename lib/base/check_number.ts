/**
 * Checks that numbers are numbers.
 *
 * @module
 */
import { describe } from "./repr.ts";

/**
 * Checks that a value is a number, which `NaN` is not.
 *
 * @param value What was given.
 * @param name How the message calls it.
 * @throws {TypeError} If it is none.
 */
export function checkNumber(value: unknown, name: string): void {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new TypeError(`${name} must be a number, got ${describe(value)}`);
  }
}
