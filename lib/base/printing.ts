/**
 * How objects print where a console asks them.
 *
 * @module
 */
import { defineMethods } from "./methods.ts";
import { staysInThread } from "./staying.ts";

/** The key by which the consoles of Deno and Node ask an object for its printed form. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * Has the consoles that ask print the objects of a class by their `toString()`: `console.log(task)` then shows what it
 * is, and not what it is made of. What it is made of no clone sees either, so they do not leave their thread.
 *
 * @param made The class.
 * @param way What to do instead of sending one to another thread; see {@linkcode staysInThread}.
 */
export function printByToString(made: { readonly prototype: object }, way?: string): void {
  staysInThread(made, way);
  defineMethods(made, {
    [INSPECT](this: object): string {
      // A prototype has nothing that its methods could tell of.
      return Object.hasOwn(this, "constructor")
        ? `[${this.constructor.name}.prototype]`
        : String(this);
    },
  });
}
