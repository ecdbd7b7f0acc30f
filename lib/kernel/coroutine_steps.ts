/**
 * The iterators that tasks drive, and how they are driven.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { describe, repr } from "../base/repr.ts";
import { awaitable, CALLING, isGenerator, type Steps } from "../coroutine/awaitable.ts";
import { CallFrame, isGeneratorFunction } from "../coroutine/call_frame.ts";
import { Coroutine, reused, ThrowableCoroutine } from "../coroutine/coroutine.ts";
import { host } from "../platform/current.ts";
import { Future } from "./future.ts";

/**
 * The key under which a generator object carries that a task was made of it. A set of them, or a private
 * field, would cost every task five times as much.
 */
const USED = Symbol("asyncio.used");

interface Markable {
  [USED]?: boolean;
}

/** Tells whether a value is a generator object that no task was made of yet. */
export function isUnusedGenerator(value: unknown): boolean {
  return isGenerator(value) && (value as Markable)[USED] !== true;
}

/** Takes note that a task was made of a generator object. */
export function markUsed(generator: object): void {
  (generator as Markable)[USED] = true;
}

/** The iterator of a coroutine that a task is made of. */
export function coroutineSteps(coro: unknown): Steps {
  if (isGenerator(coro)) {
    // A generator object that is through gives no error but an end without a value.
    return (coro as Markable)[USED] === true ? reused() : coro;
  }
  if (coro instanceof Coroutine) {
    // Taken at the first step, as in asyncio: until then it is nobody's.
    return coro instanceof ThrowableCoroutine
      ? coro[awaitable]()
      : new CallFrame(() => coro, false);
  }
  if (typeof coro === "function" && !isAsyncGeneratorFunction(coro)) {
    return isGeneratorFunction(coro)
      ? new CallFrame(coro as () => unknown, false)
      : new CallFrame(coro as () => unknown, true, host.asyncIdentity?.place());
  }
  throw new TypeError(
    `a coroutine was expected, got ${describe(coro)}: expected a generator object, what ` +
      "coroutine() made, or a function that returns a coroutine or a promise, as in createTask(() => work(1))",
  );
}

/**
 * Closes the coroutine that a task is made of, if an error is thrown in before its first step: as in asyncio it is over
 * then, though the task has not taken it yet. One that was begun is left as it is.
 */
export function closeUnbegun(coro: unknown): void {
  if (coro instanceof Coroutine) coro.close();
}

/** What such a function gives is iterated over, and no coroutine. */
function isAsyncGeneratorFunction(value: object): boolean {
  return (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] ===
    "AsyncGeneratorFunction";
}

/** The call that an iterator has just asked for. */
export function takeFrame(): CallFrame {
  const frame = CALLING.value!;
  CALLING.value = undefined;
  return frame;
}

/** What to tell a task that waits for itself, or for a future of another loop. */
export function badWaiting(task: Future<unknown>, future: Future<unknown>): RuntimeError {
  return future === task
    ? new RuntimeError(`Task cannot await on itself: ${task}`)
    : new RuntimeError(`Task ${task} got Future ${future} attached to a different loop`);
}

/** What to tell a coroutine that yielded something of its own, which nobody can wait for. */
export function badYield(task: Future<unknown>, value: unknown): RuntimeError {
  if (value instanceof Future || value instanceof Coroutine) {
    return new RuntimeError(`yield was used instead of yield* in task ${task} with ${value}`);
  }
  if (isGenerator(value)) {
    return new RuntimeError(
      `yield was used instead of yield* for generator in task ${task} with ${repr(value)}`,
    );
  }
  return new RuntimeError(
    `Task got bad yield: ${repr(value)}, expected yield* of something awaitable, ` +
      "such as fromPromise(promise)",
  );
}
