/**
 * The keys of disposal methods. Safari 17 has no `Symbol.dispose`; a method keyed by it there would
 * be named "undefined", and the two would be one.
 *
 * @module
 */

/** `Symbol.dispose`, or its stand-in where the engine has none. */
export const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** `Symbol.asyncDispose`, or its stand-in where the engine has none. */
export const asyncDisposeKey: typeof Symbol.asyncDispose = Symbol.asyncDispose ??
  Symbol.for("Symbol.asyncDispose");
