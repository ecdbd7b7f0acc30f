/**
 * `async with`: entering a context, running a body in it, and leaving it whatever happens.
 *
 * `await using` cannot do it alone: its dispose method is not told of the body's error.
 *
 * @module
 */
import { asyncDisposeKey } from "../base/dispose.ts";
import { RuntimeError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { CALLING, isGenerator, STEP_ASIDE, SUSPENDED, type Suspension } from "./awaitable.ts";
import { CallFrame } from "./call_frame.ts";
import { type Coroutine, lazy } from "./coroutine.ts";

/** A value, or a coroutine or promise of it. */
export type Eventually<T> = Generator<Suspension, T, unknown> | PromiseLike<T> | T;

/**
 * What {@linkcode asyncWith} enters and leaves; the methods may be plain, coroutines or async.
 *
 * @typeParam T What entering gives.
 */
export interface AsyncContextManager<T> {
  /** Enters; what it gives is handed to the body. */
  enter(): Eventually<T>;
  /** Leaves, and is told what the body threw, or `null`. A truthy result swallows the error. */
  exit(error: unknown): Eventually<unknown>;
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
  manager: AsyncContextManager<T>,
  body: (value: T) => Eventually<R>,
): Coroutine<R | undefined> {
  if (typeof manager?.enter !== "function" || typeof manager.exit !== "function") {
    throw new TypeError(
      `asyncWith() expects a context manager with enter() and exit(), got ${describe(manager)}`,
    );
  }
  if (typeof body !== "function") {
    throw new TypeError(`asyncWith() expects its body to be a function, got ${describe(body)}`);
  }
  return lazy("asyncWith", asyncWithSteps(manager, body));
}

function* asyncWithSteps<T, R>(
  manager: AsyncContextManager<T>,
  body: (value: T) => Eventually<R>,
): Generator<Suspension, R | undefined, unknown> {
  const value = yield* new CallFrame<T>(() => manager.enter());
  let result: R;
  try {
    result = yield* new CallFrame<R>(() => body(value));
  } catch (error) {
    if (yield* new CallFrame(() => manager.exit(error))) return undefined;
    throw error;
  }
  yield* new CallFrame(() => manager.exit(null));
  return result;
}

/** A generator of either kind that yields once, between entering and leaving. */
type ContextGenerator<T> =
  | Generator<unknown, unknown, unknown>
  | AsyncGenerator<T, unknown, unknown>;

/**
 * Makes a context manager of a generator that yields once: what comes before is entering, what it
 * yields is handed to the body, what comes after is leaving. The body's error is thrown at the `yield`.
 *
 * In an async generator `yield await func()` gives what `func()` gives; in its twin, a generator that
 * awaits by `yield*`, it is `yield yield* func()`.
 *
 * @typeParam A The generator's arguments.
 * @typeParam T What it yields.
 * @param body The generator function.
 * @returns A function of the same arguments that makes the manager.
 * @throws {TypeError} If `body` is no function.
 *
 * @example
 * ```ts
 * import { asyncContextManager, asyncWith, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const opened = asyncContextManager(async function* (name: string) {
 *   yield await sleep(0.001, name);
 * });
 * assertEquals(await run(asyncWith(opened("log"), (name) => name)), "log");
 * ```
 *
 * @see https://docs.python.org/3/library/contextlib.html#contextlib.asynccontextmanager
 */
export function asyncContextManager<A extends unknown[], T>(
  body: (...args: A) => AsyncGenerator<T, unknown, unknown>,
): (...args: A) => GeneratorContextManager<T>;
/** Makes a context manager of a generator that awaits by `yield*`. */
export function asyncContextManager<A extends unknown[], Y>(
  body: (...args: A) => Generator<Y, unknown, unknown>,
): (...args: A) => GeneratorContextManager<Exclude<Y, Suspension>>;
export function asyncContextManager<A extends unknown[]>(
  body: (...args: A) => ContextGenerator<unknown>,
): (...args: A) => GeneratorContextManager<unknown> {
  if (typeof body !== "function") {
    throw new TypeError(
      `asyncContextManager() expects a generator function, got ${describe(body)}`,
    );
  }
  return (...args) => {
    const generator = body(...args);
    if (typeof generator?.next !== "function") {
      throw new TypeError(
        `asyncContextManager() expects its function to return a generator, got ${
          describe(generator)
        }`,
      );
    }
    return new GeneratorContextManager(generator);
  };
}

/**
 * A context manager made of a generator; see {@linkcode asyncContextManager}.
 *
 * In an async function, `await using manager = opened(…)` leaves it at the end of the block, after
 * `await manager.enter()`; the generator is then not told of the block's error.
 *
 * @typeParam T What entering gives.
 *
 * @example
 * ```ts
 * import { asyncContextManager, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const opened = asyncContextManager(async function* () {
 *   yield "value";
 * });
 * await run(async () => {
 *   await using manager = opened();
 *   assertEquals(await manager.enter(), "value");
 * });
 * ```
 */
export class GeneratorContextManager<T> implements AsyncContextManager<T> {
  readonly #generator: ContextGenerator<T>;
  #state: "new" | "entered" | "left" = "new";

  /**
   * Makes a new `GeneratorContextManager`.
   *
   * @param generator The generator, not begun.
   */
  constructor(generator: ContextGenerator<T>) {
    this.#generator = generator;
  }

  /**
   * Enters.
   *
   * @returns A lazy object that gives what the generator yields.
   * @throws {RuntimeError} When awaited, if it yields nothing, or was entered before.
   */
  enter(): Coroutine<T> {
    return lazy("enter", this.#enter());
  }

  /**
   * Leaves.
   *
   * @param error What the body threw, or `null`.
   * @returns A lazy object that gives whether the generator swallowed the error.
   * @throws What the generator throws, but for the error itself.
   * @throws {RuntimeError} When awaited, if the generator yields again.
   */
  exit(error: unknown): Coroutine<boolean> {
    return lazy("exit", this.#exit(error));
  }

  /** Leaves without an error, if it was entered. */
  [asyncDisposeKey](): PromiseLike<void> {
    return lazy("dispose", this.#dispose());
  }

  *#enter(): Generator<Suspension, T, unknown> {
    if (this.#state !== "new") throw new RuntimeError("the context was entered already");
    this.#state = "entered";
    const first = yield* this.#advance();
    if (first.done) throw new RuntimeError("generator didn't yield");
    return first.value as T;
  }

  *#exit(error: unknown): Generator<Suspension, boolean, unknown> {
    this.#state = "left";
    if (error === null) {
      if ((yield* this.#advance()).done) return false;
      yield* this.#close();
      throw new RuntimeError("generator didn't stop");
    }
    try {
      if ((yield* this.#advance({ error })).done) return true;
    } catch (thrown) {
      if (thrown === error) return false;
      throw thrown;
    }
    yield* this.#close();
    throw new RuntimeError("generator didn't stop after throw()");
  }

  *#dispose(): Generator<Suspension, void, unknown> {
    if (this.#state === "entered") yield* this.#exit(null);
  }

  *#advance(
    thrown?: { error: unknown },
  ): Generator<Suspension, IteratorResult<T, unknown>, unknown> {
    const generator = this.#generator;
    if (isGenerator(generator)) {
      const steps = new ToYield(generator, thrown);
      return (yield* { [Symbol.iterator]: () => steps }) as IteratorResult<T, unknown>;
    }
    return yield* new CallFrame<IteratorResult<T, unknown>>(() =>
      thrown === undefined ? generator.next() : generator.throw(thrown.error)
    );
  }

  *#close(): Generator<Suspension, void, unknown> {
    const generator = this.#generator;
    yield* new CallFrame(() =>
      isGenerator(generator) ? void generator.return(undefined) : generator.return(undefined)
    );
  }
}

/**
 * Drives a generator up to its next `yield` of a value. Awaiting passes through: what the protocol's own
 * objects are, a `yield` of the generator's own cannot be.
 */
class ToYield implements Iterator<Suspension, IteratorResult<unknown, unknown>, unknown> {
  readonly #generator: Generator<unknown, unknown, unknown>;
  #thrown: { error: unknown } | undefined;

  constructor(
    generator: Generator<unknown, unknown, unknown>,
    thrown: { error: unknown } | undefined,
  ) {
    this.#generator = generator;
    this.#thrown = thrown;
  }

  next(): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
    const thrown = this.#thrown;
    if (thrown === undefined) return this.#pass(this.#generator.next());
    this.#thrown = undefined;
    return this.#pass(this.#generator.throw(thrown.error));
  }

  throw(error: unknown): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
    return this.#pass(this.#generator.throw(error));
  }

  return(): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
    this.#generator.return(undefined);
    return { done: true, value: { done: true, value: undefined } };
  }

  #pass(
    result: IteratorResult<unknown, unknown>,
  ): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
    const isProtocol = result === SUSPENDED || result === CALLING || result === STEP_ASIDE;
    return isProtocol
      ? result as IteratorResult<Suspension, never>
      : { done: true, value: { done: result.done ?? false, value: result.value } };
  }
}
