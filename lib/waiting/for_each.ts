/**
 * `async for` for both kinds of coroutine.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { CancelledError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import type { Eventually } from "../coroutine/async_with.ts";
import type { CoroutineObject, Suspension } from "../coroutine/awaitable.ts";
import { CallFrame } from "../coroutine/call_frame.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { aiter } from "./anext.ts";
import {
  type AsyncIterableLike,
  type AsyncIteratorLike,
  closeIterator,
  iterateSync,
  nextOf,
} from "./iterators.ts";
import { isReadableStream } from "./stream_iterator.ts";

/**
 * What the body of {@linkcode forEach} returns to end the iteration: `break`.
 *
 * @example
 * ```ts
 * import { BREAK, forEach, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: number[] = [];
 * await run(forEach([1, 2, 3], (n) => {
 *   seen.push(n);
 *   return n === 2 ? BREAK : undefined;
 * }));
 * assertEquals(seen, [1, 2]);
 * ```
 */
export const BREAK: unique symbol = Symbol("BREAK");

/**
 * Runs a body for each item of an async iterable, one after the other: `async for`.
 *
 * The iteration is closed when it is left early, whether the body returns {@linkcode BREAK}, throws, or is
 * cancelled: a generator runs its `finally` blocks, a `ReadableStream` is cancelled and its lock released.
 * As with `for await`, an error of the closing is lost behind one of the body's, unless it is a
 * cancellation.
 *
 * @typeParam T The items.
 * @param iterable An async generator of either kind, a queue, a `ReadableStream`, any other async iterable,
 * or what `for await` takes besides: an iterable of items, or of promises of them.
 * @param body What to run with each item; of any kind of function.
 * @returns A lazy object that gives `true` at the end of the items (Python's `else`), and `false` where
 * the body broke it off.
 * @throws What the body or the iteration threw.
 * @throws {TypeError} If `iterable` is none, or `body` no function.
 *
 * @example
 * ```ts
 * import { forEach, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new ReadableStream<string>({
 *   start(controller) {
 *     for (const letter of "abc") controller.enqueue(letter);
 *     controller.close();
 *   },
 * });
 * let text = "";
 * await run(forEach(stream, function* (letter) {
 *   yield* sleep(0.001);
 *   text += letter;
 * }));
 * assertEquals(text, "abc");
 * ```
 *
 * @see https://docs.python.org/3/reference/compound_stmts.html#the-async-for-statement
 */
export function forEach<T>(
  iterable: ReadableStream<T> | AsyncIterableLike<T>,
  body: (item: T) => Eventually<unknown>,
): Coroutine<boolean>;
/** Runs a body for each item of an iterable, of promises of them also. */
export function forEach<T>(
  iterable: Iterable<T>,
  body: (item: Awaited<T>) => Eventually<unknown>,
): Coroutine<boolean>;
export function forEach<T>(
  iterable: ReadableStream<T> | AsyncIterableLike<T> | Iterable<T>,
  body: (item: T) => Eventually<unknown>,
): Coroutine<boolean> {
  checkFunction(body, "forEach() expects its body to be");
  if (!isAsyncIterable(iterable) && !hasMethod(iterable, Symbol.iterator)) {
    throw new TypeError(`${describe(iterable)} object is not an async iterable, nor an iterable`);
  }
  return lazy("forEach", runForEach(iterable, body));
}

function* runForEach<T>(
  iterable: ReadableStream<T> | AsyncIterableLike<T> | Iterable<T>,
  body: (item: T) => Eventually<unknown>,
): Generator<Suspension, boolean, unknown> {
  const iterator: AsyncIteratorLike<T> = isAsyncIterable(iterable)
    ? aiter(iterable)
    : iterateSync(iterable as Iterable<T>);
  // A coroutine's own body needs no call on the task's behalf.
  const isCoroutine = isGeneratorFunction(body);
  while (true) {
    let result: IteratorResult<T, unknown>;
    try {
      result = yield* nextOf(iterator);
    } catch (error) {
      // A generator has ended by it; another iterator does not know that nobody waits any more.
      if (error instanceof CancelledError) yield* closeAfter(iterator);
      throw error;
    }
    if (result.done) return true;
    const { value } = result;
    let outcome: unknown;
    try {
      outcome = yield* isCoroutine ? body(value) : new CallFrame(() => body(value));
    } catch (error) {
      yield* closeAfter(iterator);
      throw error;
    }
    if (outcome === BREAK) break;
  }
  yield* closeIterator(iterator);
  return false;
}

/** Ends an iteration after an error, behind which one of the closing is lost. */
function* closeAfter(iterator: AsyncIteratorLike<unknown>): Generator<Suspension, void, unknown> {
  try {
    yield* closeIterator(iterator);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
  }
}

function isGeneratorFunction<T>(
  body: (item: T) => unknown,
): body is (item: T) => CoroutineObject<unknown> {
  return Object.prototype.toString.call(body) === "[object GeneratorFunction]";
}

function isAsyncIterable<T>(value: unknown): value is AsyncIterableLike<T> {
  return isReadableStream(value) || hasMethod(value, Symbol.asyncIterator);
}

function hasMethod(value: unknown, key: symbol): boolean {
  if (value === null || value === undefined) return false;
  return typeof Reflect.get(Object(value), key) === "function";
}
