/** A module that cannot be loaded. */
throw new RangeError("broken at its top level");

export function never(): void {}
