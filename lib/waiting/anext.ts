/**
 * `aiter` and `anext`: iterating by hand.
 *
 * @module
 */
import { StopAsyncIteration } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { AsyncGeneratorObject } from "../coroutine/async_generator.ts";
import { awaitable, type Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy, ThrowableCoroutine } from "../coroutine/coroutine.ts";
import { type AsyncIteratorLike, nextOf } from "./iterators.ts";
import { isReadableStream, StreamIterator } from "./stream_iterator.ts";

/**
 * Gives the async iterator of an iterable. Who leaves it half-way closes it, by `aclosing` for one.
 *
 * An async function goes over a stream by `for await (const chunk of aiter(stream))`, in every browser, and
 * is cancelled at once where it waits for a chunk.
 *
 * @typeParam I The iterator.
 * @param iterable An async generator, a queue, a `ReadableStream` (which is locked) or any other async
 * iterable.
 * @returns Its iterator, for {@linkcode anext}.
 * @throws {TypeError} If it is no async iterable, or its iterator is none.
 *
 * @example
 * ```ts
 * import { aiter, anext, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * async function* letters() {
 *   yield* "abc";
 * }
 * await run(function* () {
 *   const iterator = aiter(letters());
 *   assertEquals(yield* anext(iterator), "a");
 *   assertEquals(yield* anext(iterator), "b");
 *   yield* anext(iterator);
 *   assertEquals(yield* anext(iterator, "none"), "none");
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/functions.html#aiter
 */
export function aiter<T>(iterable: ReadableStream<T>): AsyncIterableIterator<T>;
/** Gives the async iterator of an iterable. */
export function aiter<I extends AsyncIteratorLike<unknown>>(
  iterable: { [Symbol.asyncIterator](): I },
): I;
export function aiter(iterable: unknown): AsyncIteratorLike<unknown> {
  if (isReadableStream(iterable)) return new StreamIterator(iterable);
  const method: unknown = iterable === null || iterable === undefined
    ? undefined
    : Reflect.get(Object(iterable), Symbol.asyncIterator);
  if (typeof method !== "function") {
    throw new TypeError(
      `${
        describe(iterable)
      } object is not an async iterable: expected one with [Symbol.asyncIterator]()`,
    );
  }
  const iterator: unknown = method.call(iterable);
  if (!isIterator(iterator)) {
    throw new TypeError(
      `aiter() returned not an async iterator: expected one with next(), got ${describe(iterator)}`,
    );
  }
  return iterator;
}

/**
 * Waits for the next item of an async iterator.
 *
 * Cancelled, it throws inside a generator, which ends by it; of another iterator it stops waiting at once.
 *
 * @typeParam T The items.
 * @typeParam D The default.
 * @param iterator The iterator.
 * @param fallback What to give where there is no item left.
 * @returns A lazy object that gives the item.
 * @throws {StopAsyncIteration} When awaited, if there is none left and no fallback.
 * @throws {TypeError} If it is no iterator.
 *
 * @example
 * ```ts
 * import { anext, asyncGenerator, run, sleep, StopAsyncIteration } from "@asyncio/asyncio";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const once = asyncGenerator(function* () {
 *   yield yield* sleep(0.001, "item");
 * });
 * await run(function* () {
 *   const iterator = once();
 *   assertEquals(yield* anext(iterator), "item");
 *   try {
 *     yield* anext(iterator);
 *   } catch (error) {
 *     assert(error instanceof StopAsyncIteration);
 *   }
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/functions.html#anext
 */
export function anext<T>(iterator: AsyncIteratorLike<T>): Coroutine<T>;
/** Waits for the next item of an async iterator; gives something else at its end. */
export function anext<T, D>(iterator: AsyncIteratorLike<T>, fallback: D): Coroutine<T | D>;
export function anext(
  iterator: AsyncIteratorLike<unknown>,
  ...fallback: unknown[]
): Coroutine<unknown> {
  if (!isIterator(iterator)) {
    throw new TypeError(
      `${describe(iterator)} object is not an async iterator: expected one with next(); ` +
        "aiter() gives that of an iterable",
    );
  }
  // Its loop is told of the generator at the call, as CPython's is.
  const item = iterator instanceof AsyncGeneratorObject
    ? iterator.asend()
    : lazy("anext", nextItem(iterator));
  return fallback.length === 0
    ? item
    : new ThrowableCoroutine(withFallback(item, fallback[0]), "anext");
}

function isIterator(value: unknown): value is AsyncIteratorLike<unknown> {
  return typeof value === "object" && value !== null && "next" in value &&
    typeof value.next === "function";
}

function* nextItem(iterator: AsyncIteratorLike<unknown>): Generator<Suspension, unknown, unknown> {
  const result = yield* nextOf(iterator);
  if (result.done) throw new StopAsyncIteration();
  return result.value;
}

/** No generator: an error that is thrown in before its first step would end that, and not come to the iterator. */
function withFallback(
  item: Coroutine<unknown>,
  fallback: unknown,
): Iterator<Suspension, unknown, unknown> {
  let steps: Iterator<Suspension, unknown, unknown> | undefined;
  const itemOr = (method: "next" | "throw", error?: unknown) => {
    try {
      return (steps ??= item[awaitable]())[method]!(error);
    } catch (thrown) {
      if (thrown instanceof StopAsyncIteration) return { done: true, value: fallback } as const;
      throw thrown;
    }
  };
  return {
    next: () => itemOr("next"),
    throw: (error) => itemOr("throw", error),
    return: (value) => steps?.return?.(value) ?? { done: true, value },
  };
}
