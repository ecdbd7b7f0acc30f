/**
 * Coroutine objects that can be awaited both ways and watched.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { RuntimeError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe, functionName } from "../base/repr.ts";
import {
  Awaitable,
  awaitable,
  type CoroutineObject,
  type HasAwaitable,
  isGenerator,
  type Suspending,
  type Suspension,
} from "./awaitable.ts";
import { CallFrame, isGeneratorFunction } from "./call_frame.ts";

/** What is said of a coroutine that another awaits. */
export const BUSY = "coroutine is being awaited already";

/**
 * What can be run as a coroutine: a generator object, a lazy object of this module's, or a function
 * that returns one or a promise; a function is called at the task's first step.
 *
 * @typeParam T What it returns.
 */
export type CoroutineLike<T> =
  | CoroutineObject<T>
  | Coroutine<T>
  | (() => CoroutineObject<T> | PromiseLike<T> | HasAwaitable<T> | T);

/**
 * A lazy object that this module hands out where asyncio's function is a coroutine: nothing happens
 * before it is awaited, by `yield*` or `await`, or made a task. It can be awaited once.
 *
 * @typeParam T What awaiting gives.
 *
 * @example
 * ```ts
 * import { Coroutine, coroutine, run } from "@asyncio/asyncio";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const double = coroutine(function* (n: number) {
 *   return 2 * n;
 * });
 * assert(double(4) instanceof Coroutine);
 * assertEquals(await run(double(4)), 8);
 * ```
 *
 * @see https://docs.python.org/3/reference/datamodel.html#coroutine-objects
 */
export abstract class Coroutine<T> extends Awaitable<T> {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  /** What the coroutine is called in messages. */
  abstract get name(): string;

  /**
   * Closes a coroutine that will not be awaited; awaiting it afterwards throws. One that is being awaited goes on:
   * what ends it is its task's `cancel()`.
   */
  abstract close(): void;

  /** The printed form. */
  override toString(): string {
    return `<coroutine object ${this.name}>`;
  }
}

/** Is told of lazy objects, so that those that are never awaited can be found. */
export interface CoroutineWatcher {
  /** One was made. */
  made(coroutine: Coroutine<unknown>, name: string): void;
  /** One was awaited, or closed. */
  used(coroutine: Coroutine<unknown>): void;
}

let watcher: CoroutineWatcher | null = null;

/** Sets who is told; for the debug mode of loops. */
export function watchCoroutines(given: CoroutineWatcher | null): void {
  watcher = given;
}

/** Tells that one was made; for the classes of them. */
export function noteMade(coroutine: Coroutine<unknown>): void {
  if (watcher !== null) watcher.made(coroutine, coroutine.name);
}

/** Tells that one was awaited or closed; for the classes of them. */
export function noteUsed(coroutine: Coroutine<unknown>): void {
  if (watcher !== null) watcher.used(coroutine);
}

/**
 * The lazy object over an iterator that does the work; a generator object, most often. Whether that is under way
 * or over when the object is awaited again, nobody could tell it but at the price of another field.
 */
export class LazyCoroutine<T> extends Coroutine<T> {
  #steps: Iterator<Suspension, T, unknown> | null;
  readonly #name: string;

  constructor(steps: Iterator<Suspension, T, unknown>, name: string) {
    super();
    this.#steps = steps;
    this.#name = name;
    noteMade(this);
  }

  override get name(): string {
    return this.#name;
  }

  /** What is said when it is awaited again, where it is something else than of coroutines. */
  protected reuse?(): string;

  override [awaitable](): Iterator<Suspension, T, unknown> {
    const steps = this.#steps;
    this.#steps = null;
    noteUsed(this);
    return steps ?? reused(this.reuse?.());
  }

  // Not left to the base: one method shared by all kinds of awaitables is slow at every yield*.
  override [Symbol.iterator](): Iterator<Suspending, T, unknown> {
    return this[awaitable]() as Iterator<Suspending, T, unknown>;
  }

  override close(): void {
    this.#steps?.return?.();
    this.#steps = null;
    noteUsed(this);
  }
}

/**
 * One that an error can be thrown into before it is begun, or that can be closed then: a call of an async generator's,
 * where CPython has either reach the generator.
 */
export class ThrowableCoroutine<T> extends LazyCoroutine<T> {}

/** An iterator whose first step says that the coroutine was used before, or is in use. */
export function* reused(
  message: string = "cannot reuse already awaited coroutine",
): Generator<never, never, unknown> {
  throw new RuntimeError(message);
}

/**
 * What a coroutine returns, of what calling its function gives. Of functions that can be called without arguments
 * the compiler is asked for the whole type, not for arguments and result: only so it takes the type of `n` in
 * `function* (n = 3)` from the `3`.
 *
 * @typeParam R What calling the function gives.
 */
export type Returned<R> = R extends PromiseLike<infer T> ? T
  : R extends Iterator<unknown, infer T, never> ? T
  : never;

/**
 * Makes of a generator function, or an async one, a function whose result is lazy and works with both
 * `yield*` and `await`. Awaited, it runs inside the task that awaits it, not in one of its own. However
 * deep such objects await one another, resuming the innermost costs the same; generator objects that do so by
 * `yield*` cost the engine some time for each level.
 *
 * @param body The function. It is called, with the arguments, when the result is first awaited.
 * @returns A function of the same arguments that returns a {@linkcode Coroutine}.
 * @throws {TypeError} If `body` is no function.
 *
 * @example
 * ```ts
 * import { coroutine, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const later = coroutine(function* (text: string) {
 *   yield* sleep(0.001);
 *   return text;
 * });
 * assertEquals(await run(function* () { return yield* later("a"); }), "a");
 * assertEquals(await run(async () => await later("b")), "b");
 * ```
 *
 * @see https://docs.python.org/3/library/types.html#types.coroutine
 */
export function coroutine<
  F extends () => Iterator<Suspension, unknown, unknown> | PromiseLike<unknown>,
>(body: F): (...args: Parameters<F>) => Coroutine<Returned<ReturnType<F>>>;
/** Makes a function whose result is lazy, of one that must be given arguments. */
export function coroutine<A extends unknown[], T>(
  body: (...args: A) => Iterator<Suspension, T, unknown> | PromiseLike<T>,
): (...args: A) => Coroutine<T>;
export function coroutine<A extends unknown[], T>(
  body: (...args: A) => Iterator<Suspension, T, unknown> | PromiseLike<T>,
): (...args: A) => Coroutine<T> {
  checkFunction(body, "coroutine() expects");
  const name = functionName(body);
  const mayBeAsync = !isGeneratorFunction(body);
  function made(this: unknown, ...args: A): Coroutine<T> {
    return lazy(name, new CallFrame<T>(() => body.apply(this, args), mayBeAsync));
  }
  Object.defineProperty(made, "name", { value: name });
  coroutineFunctions.add(made);
  return made;
}

const coroutineFunctions = new WeakSet<object>();

/** Makes the lazy object of one of this module's own coroutines. */
export function lazy<T>(name: string, steps: Iterator<Suspension, T, unknown>): Coroutine<T> {
  return new LazyCoroutine(steps, name);
}

/**
 * Tells whether a value is a coroutine object: a generator object, or a lazy object that this module
 * handed out to be awaited. A future, a promise or a function is none.
 *
 * @param value Anything.
 * @returns Whether {@linkcode createTask} takes it as it is.
 *
 * @example
 * ```ts
 * import { isCoroutine, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* work() {}
 * assertEquals([work(), sleep(1), work, Promise.resolve()].map(isCoroutine), [true, true, false, false]);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.iscoroutine
 */
export function isCoroutine(
  value: unknown,
): value is CoroutineObject<unknown> | Coroutine<unknown> {
  return isGenerator(value) || value instanceof Coroutine;
}

/** Closes what is given for a coroutine, so that nobody awaits it any more; a function is none yet. */
export function closeCoroutine(coro: unknown): void {
  if (isGenerator(coro)) coro.return(undefined);
  else if (coro instanceof Coroutine) coro.close();
}

/**
 * Checks that what is to be a callback is no coroutine and makes none, which nobody would run.
 *
 * @param callback What was given.
 * @param method Who is to call it, for the message.
 * @throws {TypeError} If it is one, or makes one.
 */
export function refuseCoroutine(callback: unknown, method: string): void {
  if (!isCoroutine(callback) && !isCoroutineFunction(callback)) return;
  throw new TypeError(
    `coroutines cannot be used with ${method}(), got ${describe(callback)}: ` +
      "expected a plain function; createTask() runs coroutines",
  );
}

/**
 * Tells whether a value is a function whose calls are coroutines: a generator function, an async
 * function, or what {@linkcode coroutine} made.
 *
 * @param value Anything.
 * @returns Whether it is one of the three. What transpilers make of them cannot be told.
 *
 * @example
 * ```ts
 * import { isCoroutineFunction } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([function* () {}, async () => {}, () => {}].map(isCoroutineFunction), [true, true, false]);
 * ```
 *
 * @see https://docs.python.org/3/library/inspect.html#inspect.iscoroutinefunction
 */
export function isCoroutineFunction(value: unknown): boolean {
  if (typeof value !== "function") return false;
  const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  if (tag === undefined) return coroutineFunctions.has(value);
  return tag === "GeneratorFunction" || tag === "AsyncFunction";
}
