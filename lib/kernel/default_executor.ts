/**
 * Where a loop's default executor comes from. The kernel knows no threads; who brings them tells here.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { Executor } from "../concurrent/executor.ts";

let make: (() => Executor) | null = null;

/** Tells how a default executor is made; for the threads. */
export function setDefaultExecutorFactory(factory: () => Executor): void {
  make = factory;
}

/** Makes a default executor. */
export function makeDefaultExecutor(): Executor {
  if (make === null) {
    throw new RuntimeError("No default executor: expected one by setDefaultExecutor()");
  }
  return make();
}
