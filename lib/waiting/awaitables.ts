/**
 * Iterables of awaitables: their types, and their checks.
 *
 * @module
 */
import { describe } from "../base/repr.ts";
import { Awaitable, type HasAwaitable, isGenerator } from "../coroutine/awaitable.ts";
import type { CoroutineLike } from "../coroutine/coroutine.ts";
import type { AwaitableLike } from "../kernel/ensure_future.ts";

/**
 * What awaiting an awaitable gives.
 *
 * Of what is only known as an awaitable of `T`, as in a generic function, it is `T`: kind by kind the
 * compiler could not tell what a function gives that returns one.
 *
 * @typeParam A The awaitable.
 */
export type Outcome<A> = [A] extends [AwaitableLike<infer T>] ? [AwaitableLike<T>] extends [A] ? T
  : [A] extends [CoroutineLike<infer U>] ? [CoroutineLike<U>] extends [A] ? U : OutcomeOfEach<A>
  : OutcomeOfEach<A>
  : OutcomeOfEach<A>;

/**
 * What awaiting one of several awaitables gives, told kind by kind.
 *
 * @typeParam A The awaitables.
 */
export type OutcomeOfEach<A> = A extends () => infer R ? OutcomeOfEach<R>
  : A extends PromiseLike<infer T> ? T
  : A extends Iterator<unknown, infer T, never> ? T
  : A extends HasAwaitable<infer T> ? T
  : A;

/** What awaiting each of a tuple of awaitables gives, with the errors that may stand in its place. */
export type Outcomes<A extends readonly unknown[], E = never> = {
  -readonly [K in keyof A]: Outcome<A[K]> | E;
};

/**
 * Iterates over what should be an iterable of awaitables.
 *
 * @throws {TypeError} If it is a single awaitable, or nothing that can be iterated over.
 */
export function iterateAwaitables(
  awaitables: Iterable<AwaitableLike<unknown>>,
  what: string,
  expected = `${what}() expects an iterable of awaitables`,
): Iterable<AwaitableLike<unknown>> {
  if (
    awaitables instanceof Awaitable || isGenerator(awaitables) ||
    typeof awaitables?.[Symbol.iterator] !== "function"
  ) {
    throw new TypeError(
      `${expected}, not ${describe(awaitables)}: put what ${what}() takes into an array`,
    );
  }
  return awaitables;
}

/** What is to be run of them: each object once, but a function, which is no coroutine yet, as often as it comes. */
export function eachOnce<A>(awaitables: Iterable<A>): A[] {
  const seen = new Set<A>();
  return [...awaitables].filter((each) =>
    typeof each === "function" || seen.size < seen.add(each).size
  );
}
