/**
 * Errors that are thrown into a coroutine from outside.
 *
 * `generator.throw(error)` goes through every `yield*` down to what is awaited, and the error comes up
 * again from there; but its stack is of where it was made, in the loop. What is awaited stands on all the
 * coroutine's frames, though, so it has the error tell of the stack there. That costs nothing until an
 * error is thrown in, and then what making an error costs. A coroutine that stands at a bare `yield`
 * awaits nothing, so there the frames stay unknown. A quiet cancellation is left as it is: it has no stack yet.
 *
 * @module
 */
import { isQuiet } from "../base/quiet_cancellation.ts";
import { restack } from "../base/stack.ts";
import type { Steps } from "../coroutine/awaitable.ts";

let injected: Error | null = null;

/** Throws at an iterator's suspension; one that takes no errors throws it on. */
export function throwInto(steps: Steps, error: unknown): IteratorResult<unknown, unknown> {
  if (steps.throw === undefined) throw error;
  injected = error instanceof Error && !isQuiet(error) ? error : null;
  try {
    return steps.throw(error);
  } finally {
    injected = null;
  }
}

/** Throws an error up again from what is awaited; for the iterators of those things. */
export function throwOn(error: unknown): never {
  if (injected !== null && error === injected) {
    injected = null;
    restack(error as Error, throwOn);
  }
  throw error;
}
