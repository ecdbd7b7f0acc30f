/**
 * `contextlib.nullcontext`.
 *
 * @module
 */

/** What {@linkcode nullContext} makes. */
export interface NullContext<T> {
  /** Gives the value. */
  enter(): T;
  /** Does nothing. */
  exit(): void;
}

/**
 * Makes a context manager that does nothing: the stand-in where a context is optional.
 *
 * @typeParam T What entering gives.
 * @param result What entering gives.
 * @returns The manager, to be entered as often as one likes.
 *
 * @example
 * ```ts
 * import { asyncWith, Lock, nullContext, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* write(text: string, lock?: Lock) {
 *   return yield* asyncWith(lock ?? nullContext(), () => text.length);
 * }
 * assertEquals(await run(write("four")), 4);
 * ```
 *
 * @see https://docs.python.org/3/library/contextlib.html#contextlib.nullcontext
 */
export function nullContext(): NullContext<undefined>;
/** Makes one whose entering gives a value. */
export function nullContext<T>(result: T): NullContext<T>;
export function nullContext(result?: unknown): NullContext<unknown> {
  return {
    enter: () => result,
    exit: () => {},
  };
}
