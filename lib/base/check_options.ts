/**
 * Checks that options are options.
 *
 * @module
 */
import { describe } from "./repr.ts";

/**
 * Checks that what stands in the place of options is an object: anything else there would be lost in silence.
 *
 * @param options What was given.
 * @param call What was called, as the message has it, such as `wait()`.
 * @throws {TypeError} If it is no object.
 */
export function checkOptions(options: unknown, call: string): void {
  if (typeof options === "object" && options !== null) return;
  throw new TypeError(`${call} expects an object of options, got ${describe(options)}`);
}
