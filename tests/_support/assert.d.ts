/** The types of the assertions, as `@std/assert` documents them. */

/** A class whose instances are `T`; abstract ones too. */
// A constructor's parameters are contravariant: only `never[]` takes every class.
export type AnyConstructor<T> = abstract new (...parameters: never[]) => T;

/** What every failed assertion throws. */
export declare class AssertionError extends Error {
  override name: string;
  constructor(message: string, options?: ErrorOptions);
}

export declare function assert(expression: unknown, message?: string): asserts expression;
export declare function assertFalse(
  expression: unknown,
  message?: string,
): asserts expression is false | 0 | "" | null | undefined;
export declare function assertExists<T>(
  actual: T,
  message?: string,
): asserts actual is NonNullable<T>;

export declare function equal(left: unknown, right: unknown): boolean;
export declare function assertEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T;
export declare function assertNotStrictEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertObjectMatch(
  actual: object,
  expected: object,
  message?: string,
): void;
export declare function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  message?: string,
): void;

export declare function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void;
export declare function assertGreater<T>(actual: T, expected: T, message?: string): void;
export declare function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
export declare function assertLess<T>(actual: T, expected: T, message?: string): void;
export declare function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;

export declare function assertMatch(actual: string, expected: RegExp, message?: string): void;
export declare function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
export declare function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void;

export declare function assertInstanceOf<T>(
  actual: unknown,
  expectedType: AnyConstructor<T>,
  message?: string,
): asserts actual is T;
export declare function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: AnyConstructor<T>,
  message?: string,
): asserts actual is Exclude<A, T>;
export declare function assertIsError<E extends Error = Error>(
  error: unknown,
  errorClass?: AnyConstructor<E>,
  messageMatches?: string | RegExp,
  message?: string,
): asserts error is E;

export declare function assertThrows(fn: () => unknown, message?: string): unknown;
export declare function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: AnyConstructor<E>,
  messageIncludes?: string,
  message?: string,
): E;
export declare function assertRejects(
  fn: () => PromiseLike<unknown>,
  message?: string,
): Promise<unknown>;
export declare function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: AnyConstructor<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;

export declare function fail(message?: string): never;
export declare function unimplemented(message?: string): never;
export declare function unreachable(message?: string): never;
