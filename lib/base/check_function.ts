/**
 * Checks that functions are functions.
 *
 * @module
 */
import { describe } from "./repr.ts";

/**
 * Checks that what is to be called can be.
 *
 * @param value What was given.
 * @param expected Who expects what to be one, as the message begins: `Context.run() expects`.
 * @throws {TypeError} If it is no function.
 */
export function checkFunction(value: unknown, expected: string): void {
  if (typeof value !== "function") {
    throw new TypeError(`${expected} a function, got ${describe(value)}`);
  }
}
