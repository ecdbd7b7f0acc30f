/**
 * The awaiting protocol: what passes between a coroutine and the task that drives it.
 *
 * A task drives one iterator. Awaiting is `yield*`, so what is awaited becomes, for a while, the
 * iterator that the task talks to, and whatever it yields reaches the task untouched:
 *
 * - `SUSPENDED`, one object for all: the future that gives it has told the running task to wait for it.
 *   That it is this very object tells `yield* future` from a bare `yield future`, and nothing is allocated
 *   or written for it. Who drives a coroutine by hand finds the future in `value`, until another is awaited.
 * - `CALLING`, one object for all, with a {@linkcode CallFrame} in `value`: a function is to be called
 *   on the task's behalf, and what it returns may be a promise.
 * - `STEP_ASIDE`, or another object with `value` undefined, made by a bare `yield`: the task steps aside
 *   for one iteration.
 *
 * Anything else is an error in the coroutine.
 *
 * @module
 */
import { describe } from "../base/repr.ts";
import type { CallFrame } from "./call_frame.ts";

/** What a coroutine may yield to its task: what awaiting yields, by `yield*`, or nothing, by a bare `yield`. */
export type Suspension = Suspending | undefined | void;

/**
 * What awaiting anything of this module's yields. It is a type alone, which no value has: so a bare `yield` of
 * whatever object, also of a future, is an error of types, and what an async generator awaits can be told from
 * the items that it yields.
 */
export interface Suspending {
  /** Marks the type. */
  readonly "suspends a task": never;
}

/**
 * A coroutine object: what calling a `function*` gives. It is lazy, and a task drives it.
 *
 * @typeParam T What it returns.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#coroutines
 */
export type CoroutineObject<T> = Generator<Suspension, T, unknown>;

/** An iterator as a task drives it. */
export interface Steps<T = unknown> {
  /** Goes on to the next suspension. */
  next(): IteratorResult<unknown, T>;
  /** Goes on with an error thrown at the suspension. */
  throw?(error: unknown): IteratorResult<unknown, T>;
  /** Runs the clean-up of an iterator that is left. */
  return?(value?: T): IteratorResult<unknown, T>;
}

/**
 * The key of the method by which an object can be awaited: Python's `__await__`.
 *
 * The method returns an iterator; a generator method that awaits other things by `yield*` is the way
 * to write it. {@linkcode ensureFuture}, `gather`, `waitFor`, `run` and the rest take such objects.
 *
 * @example
 * ```ts
 * import { awaitable, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Kettle {
 *   *[awaitable]() {
 *     yield* sleep(0.001);
 *     return "tea";
 *   }
 * }
 * assertEquals(await run(new Kettle()), "tea");
 * ```
 *
 * @see https://docs.python.org/3/reference/datamodel.html#object.__await__
 */
export const awaitable: unique symbol = Symbol.for("asyncio.awaitable") as never;

/** An object that is awaited by its `[awaitable]()` method. */
export interface HasAwaitable<T> {
  /** The iterator that does the waiting. */
  [awaitable](): Iterator<Suspension, T, unknown>;
}

interface Handoff<V> {
  readonly done: false;
  value: V;
}

/** What an iterator yields to wait for a future, which has told the running task so. */
export const SUSPENDED: { readonly done: false; readonly value: unknown } = {
  done: false,
  get value() {
    return waiting.future();
  },
};

/** What is to be known here of what a task waits for. */
export interface WaitingProvider {
  /** The future that the running task has just been told to wait for. */
  future(): unknown;
  /** Whether such a future, asked again, throws. */
  willThrow(future: unknown): boolean;
}

let waiting: WaitingProvider;

/** Plugs in what is known of the futures behind `SUSPENDED`; for the kernel's tasks. */
export function setWaiting(provider: WaitingProvider): void {
  waiting = provider;
}

/** Whether what `SUSPENDED` stood for throws when it is asked again. */
export function willThrow(future: unknown): boolean {
  return waiting.willThrow(future);
}

/** What an iterator yields to have the call in `value` made. */
export const CALLING: Handoff<CallFrame | undefined> = { done: false, value: undefined };

/** What an iterator yields to step aside for one iteration of the loop, as a bare `yield` does. */
export const STEP_ASIDE: IteratorResult<Suspending, never> = {
  done: false,
  value: undefined as never,
};

/** How a promise's machinery is told of an outcome. */
export type Then<T> = Promise<T>["then"];

/**
 * A function of an error, which may say of what class it takes it to be, as that of a promise's `catch` may: the
 * arguments of a method, which this is in types, are compared both ways.
 *
 * @typeParam R What it gives.
 */
export type RejectionHandler<R> = { of(reason: unknown): R | PromiseLike<R> }["of"];

let thenOf: <T>(subject: Awaitable<T>) => Then<T>;

/** Plugs in what stands behind `await`; for the kernel's promise bridge. */
export function setThenProvider(provider: <T>(subject: Awaitable<T>) => Then<T>): void {
  thenOf = provider;
}

/**
 * The base of what can be awaited both ways, by `yield*` and by `await`.
 *
 * A subclass has an `[awaitable]()` method and nothing more.
 *
 * @typeParam T What awaiting gives.
 *
 * @example
 * ```ts
 * import { Awaitable, awaitable, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Kettle extends Awaitable<string> {
 *   *[awaitable]() {
 *     yield* sleep(0.001);
 *     return "tea";
 *   }
 * }
 * assertEquals(await run(function* () { return yield* new Kettle(); }), "tea");
 * assertEquals(await run(async () => await new Kettle()), "tea");
 * ```
 *
 * @see https://docs.python.org/3/library/collections.abc.html#collections.abc.Awaitable
 */
export abstract class Awaitable<T> implements PromiseLike<T> {
  /** The iterator that does the waiting. */
  abstract [awaitable](): Iterator<Suspension, T, unknown>;

  /** What `yield*` uses: the iterator that does the waiting. */
  [Symbol.iterator](): Iterator<Suspending, T, unknown> {
    return new AwaitedSteps(awaitableSteps(this));
  }

  /**
   * What `await` uses. It is a getter because the engine reads it at the `await` itself, while the
   * task that awaits can still be told, and calls what it got only later.
   */
  get then(): Then<T> {
    return thenOf(this);
  }

  /** Has a function called with the error, as a promise does. */
  catch<R = never>(onRejected?: RejectionHandler<R> | null): Promise<T | R> {
    // By then(), and not by a promise of this: to a task's async function that would be an await.
    return this.then(undefined, onRejected);
  }

  /** Has a function called when it is over, as a promise does. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally);
  }
}

/**
 * What `yield*` goes through: an awaitable's own iterator, whose bare `yield`s are told from others. Who awaits may
 * be a generator that gives items, and for one of those each would be taken.
 */
class AwaitedSteps<T> implements Iterator<Suspending, T, unknown> {
  readonly #steps: Iterator<Suspension, T, unknown>;

  constructor(steps: Iterator<Suspension, T, unknown>) {
    this.#steps = steps;
  }

  next(): IteratorResult<Suspending, T> {
    return asSuspending(this.#steps.next());
  }

  throw(error: unknown): IteratorResult<Suspending, T> {
    if (this.#steps.throw === undefined) throw error;
    return asSuspending(this.#steps.throw(error));
  }

  return(value?: T): IteratorResult<Suspending, T> {
    return asSuspending(this.#steps.return?.(value) ?? { done: true, value: value as T });
  }
}

/** A step, in which a bare `yield` has become one that suspends a task. */
function asSuspending<T>(result: IteratorResult<Suspension, T>): IteratorResult<Suspending, T> {
  const isBare = result !== SUSPENDED && !result.done && (result.value ?? null) === null;
  return isBare ? STEP_ASIDE : result as IteratorResult<Suspending, T>;
}

/** Tells whether an object has the `[awaitable]()` method. */
export function hasAwaitable(value: object): value is { [awaitable](): Iterator<Suspension> } {
  return awaitable in value && typeof value[awaitable] === "function";
}

/**
 * The iterator by which an object with an `[awaitable]()` method is awaited.
 *
 * @throws {TypeError} If the method gives none.
 */
export function awaitableSteps<T>(subject: HasAwaitable<T>): Iterator<Suspension, T, unknown> {
  const steps: unknown = subject[awaitable]();
  if (typeof (steps as Partial<Iterator<unknown>> | null | undefined)?.next !== "function") {
    throw new TypeError(`[awaitable]() returned a non-iterator: ${describe(steps)}`);
  }
  return steps as Iterator<Suspension, T, unknown>;
}

/** A class of which all generator objects of this realm are instances. */
const AnyGenerator = /* @__PURE__ */ (() => {
  const any = function () {} as unknown as new () => Generator;
  any.prototype = Object.getPrototypeOf(function* () {}).prototype;
  return any;
})();

/** Tells whether a value is a generator object. */
export function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  return value instanceof AnyGenerator || (typeof value === "object" && value !== null &&
    (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Generator");
}

/** Tells whether a value has a `then` method. Not to be asked of an {@linkcode Awaitable}. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    "then" in value && typeof value.then === "function";
}
