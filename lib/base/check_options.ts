/**
 * Checks that options are options.
 *
 * @module
 */
import { describe } from "./repr.ts";

/**
 * Checks that what stands in the place of options is an object, and that nothing else is in it than what the
 * function takes: a name misspelt would be lost in silence.
 *
 * The names are given as a literal at the call, which the engine copies in no time, and a name that is only
 * inherited is let through, for it was not said by who called.
 *
 * @param options What was given.
 * @param call What was called, as the message has it, such as `wait()`.
 * @param known The names of the options.
 * @throws {TypeError} If it is no object, or has another name.
 */
export function checkOptions<O>(
  options: O,
  call: string,
  known: readonly (keyof NoInfer<O> & string)[],
): void {
  if (typeof options === "object" && options !== null) {
    // No closure and no list of keys: most objects of options are empty, or have one that is known.
    let unknown: string | undefined;
    for (const key in options) {
      if (!known.includes(key) && Object.hasOwn(options, key)) unknown = key;
    }
    if (unknown === undefined) return;
    // Of a list or a loop it would be misleading to tell a name in it.
    if (describe(options).startsWith("{")) {
      throw new TypeError(
        `${call} got an unexpected keyword argument '${unknown}': expected ${
          known.join(", ").replace(/,(?= \w+$)/, " or")
        }`,
      );
    }
  }
  throw new TypeError(`${call} expects an object of options, got ${describe(options)}`);
}
