/**
 * `async with`: entering a context, running a body in it, and leaving it whatever happens.
 *
 * `await using` cannot do it alone: its dispose method is not told of the body's error.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { GeneratorExit, RuntimeError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { isGenerator, type Suspension } from "./awaitable.ts";
import { CallFrame } from "./call_frame.ts";
import { Coroutine, lazy } from "./coroutine.ts";

/** A value, or a coroutine or promise of it. */
export type Eventually<T> = Generator<Suspension, T, unknown> | PromiseLike<T> | T;

/**
 * What {@linkcode asyncWith} enters and leaves; the methods may be plain, coroutines or async.
 *
 * @typeParam T What entering gives.
 * @typeParam S What leaving gives: in types, too, one swallows no error whose `exit` gives nothing, or `false` alone.
 */
export interface AsyncContextManager<T, S = unknown> {
  /** Enters; what it gives is handed to the body. */
  enter(): Eventually<T>;
  /**
   * Leaves, and is told what the body threw, or `null`; a {@linkcode GeneratorExit}, if the body was closed where it
   * waited. A truthy result swallows the error.
   */
  exit(error: unknown): Eventually<S>;
}

/**
 * Runs a body inside a context: enters it, and leaves it however the body ends.
 *
 * @typeParam T What entering gives.
 * @typeParam R What the body gives.
 * @param manager The context.
 * @param body What to run, given what entering gave; of any kind of function.
 * @returns A lazy object that gives the body's result, or `undefined` where the manager swallowed the
 * body's error.
 * @throws What the body threw, unless the manager swallows it or throws something else.
 * @throws {TypeError} If `manager` has not the two methods, or `body` is no function.
 *
 * @example
 * ```ts
 * import { asyncWith, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const events: string[] = [];
 * const door = {
 *   enter: () => events.push("open"),
 *   exit: (error: unknown) => events.push(`close after ${error}`) > 0,
 * };
 * await run(asyncWith(door, function* () {
 *   throw "a storm";
 * }));
 * assertEquals(events, ["open", "close after a storm"]);
 * ```
 *
 * @see https://docs.python.org/3/reference/compound_stmts.html#the-async-with-statement
 */
export function asyncWith<T, R>(
  manager: AsyncContextManager<T, void | false | null>,
  body: (value: T) => Eventually<R>,
): Coroutine<R>;
/** Runs a body inside a context that may swallow its error. */
export function asyncWith<T, R>(
  manager: AsyncContextManager<T>,
  body: (value: T) => Eventually<R>,
): Coroutine<R | undefined>;
export function asyncWith<T, R>(
  manager: AsyncContextManager<T>,
  body: (value: T) => Eventually<R>,
): Coroutine<R | undefined> {
  if (typeof manager?.enter !== "function" || typeof manager.exit !== "function") {
    throw new TypeError(
      `asyncWith() expects a context manager with enter() and exit(), got ${describe(manager)}`,
    );
  }
  checkFunction(body, "asyncWith() expects its body to be");
  return lazy("asyncWith", asyncWithSteps(manager, body));
}

function* asyncWithSteps<T, R>(
  manager: AsyncContextManager<T>,
  body: (value: T) => Eventually<R>,
): Generator<Suspension, R | undefined, unknown> {
  const value = yield* new CallFrame<T>(() => manager.enter());
  let result: R;
  let isClosed = true;
  try {
    result = yield* new CallFrame<R>(() => body(value));
    isClosed = false;
  } catch (error) {
    isClosed = false;
    if (yield* new CallFrame(() => manager.exit(asThrown(error)))) return undefined;
    throw error;
  } finally {
    if (isClosed) exitAtOnce(manager);
  }
  yield* new CallFrame(() => manager.exit(null));
  return result;
}

/** What `exit` is told of what a body threw: to it `null` says that nothing was. */
export function asThrown(error: unknown): unknown {
  return error === null ? new RuntimeError("null was thrown") : error;
}

/**
 * Leaves a context whose body was closed where it waited. Nobody drives it any more, so a manager that waits in its
 * `exit` is left there; an async function goes on by itself.
 */
function exitAtOnce(manager: AsyncContextManager<unknown>): void {
  const leaving = manager.exit(new GeneratorExit());
  if (!(leaving instanceof Coroutine) && !isGenerator(leaving)) return;
  const steps = leaving[Symbol.iterator]();
  if (steps.next().done) return;
  steps.return?.(undefined as never);
  throw new RuntimeError("coroutine ignored GeneratorExit");
}
