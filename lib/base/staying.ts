/**
 * Objects that do not leave their thread.
 *
 * Most of this module's objects have their state where a structured clone does not see it, so that one in a
 * message would arrive as `{}`, without a word. Each says so itself, under a key that the scripts of workers
 * know, too, which share nothing else with this module.
 *
 * @module
 */
import { defineMethods } from "./methods.ts";
import { describe } from "./repr.ts";

/** The key of the method by which an object says that it stays, and what there is instead. */
const STAYS = Symbol.for("asyncio.stays");

const AWAITABLE = Symbol.for("asyncio.awaitable");

/**
 * Has the objects of a class refused where they would be sent to another thread.
 *
 * @param made The class.
 * @param way What to do instead; where left out, what becomes of any object of the kind.
 */
export function staysInThread(made: { readonly prototype: object }, way?: string): void {
  defineMethods(made, {
    [STAYS](this: object): string {
      const instead = way ??
        (AWAITABLE in this ? "await it first" : "expose a function that uses it");
      return `${describe(this)}, which belongs to its thread: ${instead}`;
    },
  });
}

/** Says of an object why it does not leave its thread; `null` of one that may, as far as this module knows. */
export function whyStays(value: object): string | null {
  const why: unknown = Reflect.get(value, STAYS);
  return typeof why === "function" ? Reflect.apply(why, value, []) : null;
}
