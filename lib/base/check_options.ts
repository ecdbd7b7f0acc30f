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

/**
 * Checks that options are options, and such as the call takes: one by another name would be lost in silence.
 *
 * @param options What was given.
 * @param call What was called, as the message has it, such as `map()`.
 * @param names What the options are called.
 * @throws {TypeError} If it is no object, or has another option.
 */
export function checkOptionNames(options: unknown, call: string, names: readonly string[]): void {
  checkOptions(options, call);
  for (const [name, value] of Object.entries(options as object)) {
    if (value === undefined || names.includes(name)) continue;
    throw new TypeError(
      `${call} has no option '${name}': expected ${names.join(", ")}, got ${describe(value)}`,
    );
  }
}
