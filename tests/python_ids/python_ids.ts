/**
 * How the tests of CPython's own suite are restated here: the shape of the lists beside this file.
 *
 * @module
 */

/** What stands for a test of CPython's: titles of ours, or why there is none. */
export type Counterpart = readonly string[] | { readonly skipped: string };

/**
 * The tests of one file of CPython's `Lib/test/test_asyncio`, as of 3.13 and 3.14, by `Class.method`; the
 * class is the one in which the method is written, not each one that inherits it.
 */
export type PythonIds = Readonly<Record<string, Counterpart>>;

/** Says why a test of CPython's has no counterpart. */
export function skipped(reason: string): Counterpart {
  return { skipped: reason };
}
