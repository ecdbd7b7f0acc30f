/**
 * How objects print where a console asks them.
 *
 * @module
 */
import { defineMethods } from "./methods.ts";

/** The key by which the consoles of Deno and Node ask an object for its printed form. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * Has the consoles that ask print the objects of a class by their `toString()`: `console.log(task)` then shows what it
 * is, and not what it is made of.
 */
export function printByToString(made: { readonly prototype: object }): void {
  defineMethods(made, {
    [INSPECT](this: object): string {
      // A prototype has nothing that its methods could tell of.
      return Object.hasOwn(this, "constructor")
        ? `[${this.constructor.name}.prototype]`
        : String(this);
    },
  });
}
