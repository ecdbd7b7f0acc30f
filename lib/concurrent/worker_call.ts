/**
 * What crosses to another thread in place of a function or a coroutine.
 *
 * @module
 */

/**
 * A function that exists in a worker, too: a module's, by its URL and name, or one that closes over
 * nothing. Calling it runs nothing; it gives the {@linkcode WorkerCall} that another thread can make.
 * `workerFunction` makes one.
 *
 * @typeParam A The function's arguments.
 * @typeParam T What it gives, a promise or a coroutine awaited.
 */
export type WorkerFunction<A extends unknown[], T> = (...args: A) => WorkerCall<T>;

/**
 * A call that is to be made in another thread: a function and its arguments. It is to threads what a
 * coroutine object is to a loop: nothing happens before it is handed to one.
 *
 * @typeParam T What the call gives.
 *
 * @example
 * ```ts
 * import { WorkerCall, workerFunction } from "@asyncio/asyncio";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const double = workerFunction((n: number) => 2 * n);
 * const call = double(21);
 * assert(call instanceof WorkerCall);
 * assertEquals(call.args, [21]);
 * ```
 */
export class WorkerCall<T> {
  /** The function to call. */
  readonly target: WorkerFunction<never, T>;
  /** Its arguments. */
  readonly args: readonly unknown[];

  /**
   * Names a function and arguments for it; what `workerFunction` made does this when it is called.
   *
   * @param target The function to call.
   * @param args Its arguments.
   */
  constructor(target: WorkerFunction<never, T>, args: readonly unknown[]) {
    this.target = target;
    this.args = args;
  }
}
