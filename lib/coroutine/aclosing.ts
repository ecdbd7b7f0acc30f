/**
 * `contextlib.aclosing`.
 *
 * @module
 */
import { describe } from "../base/repr.ts";
import type { AsyncContextManager, Eventually } from "./async_with.ts";
import type { Suspension } from "./awaitable.ts";
import { CallFrame } from "./call_frame.ts";
import { lazy } from "./coroutine.ts";

/** What {@linkcode aclosing} closes: by `aclose()`, or, as JavaScript's iterators, by `return()`. */
export type AsyncClosable =
  | { aclose(): Eventually<unknown> }
  | { return(value: never): Eventually<unknown> };

/**
 * Makes a context manager that gives a thing, and closes it at the end of the block, whatever happens.
 *
 * An iteration that may be left half-way is closed so in the task that made it, rather than when the
 * loop ends.
 *
 * @typeParam T What is closed.
 * @param thing An async generator, or anything else with `aclose()`, or `return()`.
 * @returns The manager.
 * @throws {TypeError} If `thing` has neither.
 *
 * @example
 * ```ts
 * import { aclosing, anext, asyncWith, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * let isClosed = false;
 * async function* count() {
 *   try {
 *     for (let n = 1;; n++) yield n;
 *   } finally {
 *     isClosed = true;
 *   }
 * }
 * const first = await run(asyncWith(aclosing(count()), (numbers) => anext(numbers)));
 * assertEquals([first, isClosed], [1, true]);
 * ```
 *
 * @see https://docs.python.org/3/library/contextlib.html#contextlib.aclosing
 */
export function aclosing<T extends AsyncClosable>(thing: T): AsyncContextManager<T, void> {
  const close = closerOf(thing);
  if (close === null) {
    throw new TypeError(`aclosing() expects an object with aclose(), got ${describe(thing)}`);
  }
  return {
    enter: () => thing,
    exit: () => lazy("aclosing", call(close)),
  };
}

function closerOf(thing: unknown): (() => unknown) | null {
  if (typeof thing !== "object" || thing === null) return null;
  for (const key of ["aclose", "return"]) {
    const method: unknown = Reflect.get(thing, key);
    if (typeof method === "function") return () => method.call(thing);
  }
  return null;
}

function* call(close: () => unknown): Generator<Suspension, void, unknown> {
  yield* new CallFrame(close);
}
