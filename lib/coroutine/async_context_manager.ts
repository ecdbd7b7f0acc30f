/**
 * Context managers made of generators: `contextlib.asynccontextmanager`.
 *
 * @module
 */
import { asyncDisposeKey } from "../base/dispose.ts";
import { RuntimeError, StopAsyncIteration } from "../base/errors.ts";
import { defineMethods } from "../base/methods.ts";
import { describe, functionName } from "../base/repr.ts";
import { staysInThread } from "../base/staying.ts";
import { type AnyGenerator, AsyncGeneratorObject, callNext } from "./async_generator.ts";
import { type AsyncContextManager, asyncWith } from "./async_with.ts";
import type { CoroutineObject, Suspension } from "./awaitable.ts";
import { type Coroutine, coroutine, lazy } from "./coroutine.ts";
import type { Items } from "./to_yield.ts";

/** A generator of either kind that yields once, between entering and leaving. */
type ContextGenerator<T> =
  | Generator<unknown, unknown, unknown>
  | AsyncGenerator<T, unknown, unknown>;

/**
 * What {@linkcode asyncContextManager} makes of a generator.
 *
 * @typeParam G The generator.
 */
export type ManagerOf<G> = G extends AsyncGenerator<infer T, unknown, never>
  ? GeneratorContextManager<T>
  : G extends Generator<infer Y, unknown, never> ? GeneratorContextManager<Items<Y>>
  : never;

/**
 * Makes a context manager of a generator that yields once: what comes before is entering, what it
 * yields is handed to the body, what comes after is leaving. The body's error is thrown at the `yield`.
 *
 * In an async generator `yield await func()` gives what `func()` gives; in its twin, a generator that
 * awaits by `yield*`, it is `yield yield* func()`.
 *
 * A `yield` in the body of an `asyncWith` is none of the generator's. A context that stands around it is held by an
 * `AsyncExitStack`, whose `exit` is told of the error; in an async generator, `yield task` would await the task.
 *
 * In JavaScript it is a decorator of methods, too: `@asyncContextManager *opened() {…}`. TypeScript does
 * not let a decorator change a method's type; there it is `opened = asyncContextManager(function* () {…})`.
 *
 * @typeParam A The generator's arguments.
 * @typeParam T What it yields.
 * @param body The generator function.
 * @returns A function of the same arguments that makes the manager; as a method it hands `this` on.
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
 * @example A context around the `yield`
 * ```ts
 * import { asyncContextManager, AsyncExitStack, asyncWith, run, sleep, TaskGroup } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const nursery = asyncContextManager(function* () {
 *   const stack = new AsyncExitStack();
 *   const group = yield* stack.enterAsyncContext(new TaskGroup());
 *   let error: unknown = null;
 *   try {
 *     yield group;
 *   } catch (thrown) {
 *     error = thrown;
 *   }
 *   if (!(yield* stack.exit(error)) && error !== null) throw error;
 * });
 * const task = await run(asyncWith(nursery(), (group) => [group.createTask(sleep(0.001, "done"))]));
 * assertEquals(task?.[0]?.result(), "done");
 * ```
 *
 * @see https://docs.python.org/3/library/contextlib.html#contextlib.asynccontextmanager
 */
export function asyncContextManager<F extends () => AnyGenerator>(
  body: F,
): (...args: Parameters<F>) => ManagerOf<ReturnType<F>>;
/** Makes a context manager of a generator that must be given arguments. */
export function asyncContextManager<A extends unknown[], T>(
  body: (...args: A) => AsyncGenerator<T, unknown, unknown>,
): (...args: A) => GeneratorContextManager<T>;
/** Makes a context manager of a generator that awaits by `yield*`. */
export function asyncContextManager<A extends unknown[], Y>(
  body: (...args: A) => Generator<Y, unknown, unknown>,
): (...args: A) => GeneratorContextManager<Items<Y>>;
export function asyncContextManager<A extends unknown[]>(
  body: (...args: A) => ContextGenerator<unknown>,
): (...args: A) => GeneratorContextManager<unknown> {
  if (typeof body !== "function") {
    throw new TypeError(
      `asyncContextManager() expects a generator function, got ${describe(body)}`,
    );
  }
  function makeManager(this: unknown, ...args: A): GeneratorContextManager<unknown> {
    return new GeneratorContextManager(() => body.apply(this, args), functionName(body));
  }
  return named(makeManager, body);
}

/**
 * A context manager made of a generator; see {@linkcode asyncContextManager}.
 *
 * It is a decorator as well, as in Python: called with a function, it gives one of the same kind whose
 * every call runs in a context of its own, made by a new generator with the same arguments. A call gives
 * `undefined` where the generator swallowed its error.
 *
 * In an async function, `await using manager = opened(…)` leaves it at the end of the block, after
 * `await manager.enter()`; the generator is then not told of the block's error.
 *
 * @typeParam T What entering gives.
 *
 * @example In a block
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
 *
 * @example As a decorator
 * ```ts
 * import { asyncContextManager, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * const logged = asyncContextManager(async function* (name: string) {
 *   log.push(`${name} begins`);
 *   try {
 *     yield;
 *   } finally {
 *     log.push(`${name} ends`);
 *   }
 * });
 *
 * class Shop {
 *   @logged("sale")
 *   async sell(what: string) {
 *     await sleep(0.001);
 *     log.push(what);
 *   }
 * }
 * await run(() => new Shop().sell("tea"));
 * assertEquals(log, ["sale begins", "tea", "sale ends"]);
 * ```
 *
 * @see https://docs.python.org/3/library/contextlib.html#contextlib.AsyncContextDecorator
 */
export class GeneratorContextManager<T> implements AsyncContextManager<T> {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "GeneratorContextManager";

  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(GeneratorContextManager, {
      [asyncDisposeKey](this: GeneratorContextManager<unknown>) {
        return lazy("dispose", contextOf(this).dispose());
      },
    });
  })();

  /**
   * Makes a new `GeneratorContextManager`.
   *
   * @param make Makes the generator: once for the manager itself, once for each call that it decorates.
   * @param name What the generator function is called in reports; `make`'s own name where left out.
   * @throws {TypeError} If `make` gives no generator.
   */
  constructor(make: () => ContextGenerator<T>, name: string = functionName(make)) {
    const context = new GeneratorContext(make, name);
    const manager = Object.setPrototypeOf(
      (func: unknown, context?: unknown) => decorate(manager, func, context),
      new.target.prototype,
    ) as GeneratorContextManager<T>;
    contexts.set(manager, context);
    return manager;
  }

  /**
   * Makes another manager of the same generator function and arguments.
   *
   * @returns The manager, not entered.
   */
  again(): GeneratorContextManager<T> {
    const { make, name } = contextOf(this);
    return new GeneratorContextManager(make, name);
  }

  /**
   * Enters.
   *
   * @returns A lazy object that gives what the generator yields.
   * @throws {RuntimeError} When awaited, if it yields nothing, or was entered before.
   */
  enter(): Coroutine<T> {
    return lazy("enter", contextOf(this).enter());
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
    return lazy("exit", contextOf(this).exit(error));
  }
}

/** A manager is a decorator, too; see {@linkcode GeneratorContextManager}. */
export interface GeneratorContextManager<T> {
  /** Leaves without an error, if it was entered. */
  [Symbol.asyncDispose](): PromiseLike<void>;
  /**
   * Makes a function of the same kind whose calls run in contexts of their own.
   *
   * @param func A generator coroutine, an async function, or another whose calls can be awaited.
   * @param context What the engine tells a decorator.
   * @returns The function.
   * @throws {TypeError} If it decorates anything but a function or a method.
   */
  <F extends (...args: never[]) => CoroutineObject<unknown> | PromiseLike<unknown>>(
    func: F,
    context?: { readonly kind: string },
  ): F;
}

/** One use of a generator as a context. It is an async generator like others: a loop that ends closes it. */
class GeneratorContext<T> {
  /** Makes another generator of the same kind. */
  readonly make: () => ContextGenerator<T>;
  /** What the generator function is called. */
  readonly name: string;
  readonly #generator: AsyncGeneratorObject<T>;
  #state: "new" | "entered" | "left" = "new";

  constructor(make: () => ContextGenerator<T>, name: string) {
    const generator = make();
    if (typeof generator?.next !== "function") {
      throw new TypeError(
        `asyncContextManager() expects its function to return a generator, got ${
          describe(generator)
        }`,
      );
    }
    this.make = make;
    this.name = name;
    this.#generator = new AsyncGeneratorObject(generator, name);
  }

  /** Goes on to the `yield`. */
  *enter(): Generator<Suspension, T, unknown> {
    if (this.#state !== "new") throw new RuntimeError("the context was entered already");
    this.#state = "entered";
    const first = yield* callNext(this.#generator);
    if (first.done) throw new RuntimeError("generator didn't yield");
    return first.value;
  }

  /** Goes on from the `yield` to the end. */
  *exit(error: unknown): Generator<Suspension, boolean, unknown> {
    this.#state = "left";
    if (error === null) {
      if ((yield* callNext(this.#generator)).done) return false;
      return yield* this.#fail("generator didn't stop");
    }
    try {
      yield* this.#generator.athrow(error);
    } catch (thrown) {
      if (thrown instanceof StopAsyncIteration) return thrown !== error;
      if (thrown === error || isMadeOf(thrown, error)) return false;
      throw thrown;
    }
    return yield* this.#fail("generator didn't stop after athrow()");
  }

  /** Goes on from the `yield` without an error. */
  *dispose(): Generator<Suspension, void, unknown> {
    if (this.#state === "entered") yield* this.exit(null);
  }

  *#fail(message: string): Generator<Suspension, never, unknown> {
    yield* this.#generator.aclose();
    throw new RuntimeError(message);
  }
}

/** Whether an error is what became of a `StopAsyncIteration` that was thrown into a generator. */
function isMadeOf(thrown: unknown, error: unknown): boolean {
  return error instanceof StopAsyncIteration && thrown instanceof RuntimeError &&
    thrown.cause === error;
}

// A manager can be called, and a function has no private fields.
const contexts = new WeakMap<object, GeneratorContext<unknown>>();

function contextOf<T>(manager: GeneratorContextManager<T>): GeneratorContext<T> {
  return contexts.get(manager) as GeneratorContext<T>;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => CoroutineObject<unknown>;

function decorate(
  manager: GeneratorContextManager<unknown>,
  func: unknown,
  context: unknown,
): unknown {
  const kind = (context as { kind?: unknown } | undefined)?.kind ?? "method";
  if (typeof func !== "function" || kind !== "method") {
    throw new TypeError(
      `a context manager decorates functions and methods, got ${
        typeof func === "function" ? `a ${kind}` : describe(func)
      }`,
    );
  }
  const target = func as AnyFunction;
  const within = (self: unknown, args: unknown[]) =>
    asyncWith(manager.again(), () => target.apply(self, args));
  // Of the same kind, so that its calls are as lazy or as eager as the function's own.
  switch (Object.prototype.toString.call(func)) {
    case "[object GeneratorFunction]":
      return named(function* (this: unknown, ...args: unknown[]) {
        return yield* within(this, args);
      }, func);
    case "[object AsyncFunction]":
      return named(async function (this: unknown, ...args: unknown[]) {
        return await within(this, args);
      }, func);
    default:
      return named(
        coroutine(function (this: unknown, ...args: unknown[]) {
          return within(this, args);
        }),
        func,
      );
  }
}

function named<F extends object>(made: F, after: unknown): F {
  return Object.defineProperty(made, "name", { value: functionName(after), configurable: true });
}
