/**
 * Assertions about types, which `deno check` alone makes: nothing here runs.
 *
 * @module
 */

/**
 * `true` where both types are the same, to the last `readonly`; else `false`.
 *
 * Assignability would not do: `any` is assignable to all, and a tuple to its array.
 */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** Fails to compile unless its type is `true`: `checkType<Equal<typeof x, number>>();`. */
export function checkType<_Check extends true>(): void {}
