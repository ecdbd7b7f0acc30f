/**
 * What goes wrong with processes that have ended.
 *
 * @module
 */

/**
 * Tells that a process is not there any more.
 *
 * @example
 * ```ts
 * import { ProcessLookupError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new ProcessLookupError().name, "ProcessLookupError");
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#ProcessLookupError
 */
export class ProcessLookupError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ProcessLookupError";
  }
}
