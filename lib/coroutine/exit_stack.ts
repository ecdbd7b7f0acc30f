/**
 * `contextlib.AsyncExitStack`: contexts whose number is known only as the program runs.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { asyncDisposeKey, disposeKey } from "../base/dispose.ts";
import { defineMethods } from "../base/methods.ts";
import { describe } from "../base/repr.ts";
import { staysInThread } from "../base/staying.ts";
import { asThrown, type AsyncContextManager, type Eventually } from "./async_with.ts";
import type { Suspension } from "./awaitable.ts";
import { CallFrame } from "./call_frame.ts";
import { type Coroutine, isCoroutine, lazy } from "./coroutine.ts";

/** A context manager that waits for nothing, such as a `Token`. */
export interface ContextManager<T> {
  /** Enters; what it gives is handed to the body. */
  enter(): T;
  /** Leaves, and is told what the body threw, or `null`. A truthy result swallows the error. */
  exit(error: unknown): unknown;
}

/** What leaves a context: told the error or `null`, it swallows the error by a truthy result. */
export type ExitFunction = (error: unknown) => Eventually<unknown>;

/**
 * A stack of contexts and callbacks, left in the reverse order of their coming.
 *
 * An error travels down the stack as it does through nested contexts: each is told of the one that
 * is on, may swallow it, and may throw another in its place.
 *
 * @example
 * ```ts
 * import { AsyncExitStack, asyncWith, Lock, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const locks = [new Lock(), new Lock(), new Lock()];
 * await run(asyncWith(new AsyncExitStack(), function* (stack) {
 *   for (const lock of locks) yield* stack.enterAsyncContext(lock);
 *   assertEquals(locks.map((lock) => lock.locked()), [true, true, true]);
 * }));
 * assertEquals(locks.map((lock) => lock.locked()), [false, false, false]);
 * ```
 *
 * @see https://docs.python.org/3/library/contextlib.html#contextlib.AsyncExitStack
 */
export class AsyncExitStack implements AsyncContextManager<AsyncExitStack> {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "AsyncExitStack";

  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(AsyncExitStack, {
      [asyncDisposeKey](this: AsyncExitStack) {
        return this.aclose();
      },
    });
  })();

  #exits: ExitFunction[] = [];

  /**
   * Enters a context, and leaves it with the stack.
   *
   * @param manager The context, of any kind, or an object for `await using` or `using`.
   * @returns A lazy object that gives what entering gives; of an object for `using`, the object.
   * @throws {TypeError} When awaited, if it is neither.
   */
  enterAsyncContext<T>(manager: AsyncContextManager<T>): Coroutine<T>;
  /** Leaves an object for `await using` or `using` with the stack. */
  enterAsyncContext<D extends AsyncDisposable | Disposable>(disposable: D): Coroutine<D>;
  enterAsyncContext(manager: unknown): Coroutine<unknown> {
    return lazy("AsyncExitStack.enterAsyncContext", this.#enterAsync(manager));
  }

  /**
   * Enters a context that waits for nothing, and leaves it with the stack.
   *
   * @param manager The context, or an object for `using`.
   * @returns What entering gives; of an object for `using`, the object.
   * @throws {TypeError} If it is neither, or has to wait.
   */
  enterContext<T>(manager: ContextManager<T>): T;
  /** Leaves an object for `using` with the stack. */
  enterContext<D extends Disposable>(disposable: D): D;
  enterContext(manager: unknown): unknown {
    if (!isManager(manager)) {
      const dispose = methodOf(manager, disposeKey);
      if (dispose === null) throw notSupported(manager, "the context manager protocol");
      this.#pushCallback(dispose, [], "enterContext");
      return manager;
    }
    const result = manager.enter();
    if (isCoroutine(result) || result instanceof Promise) {
      if (isCoroutine(result) && "close" in result) result.close();
      throw new TypeError(
        `${describe(manager)} does not support the context manager protocol: ` +
          "its enter() waits, expected enterAsyncContext()",
      );
    }
    this.#push(manager, "enterContext");
    return result;
  }

  /**
   * Registers what leaves a context, without entering one.
   *
   * @param exit A function that is told the error or `null`, or a context manager.
   * @returns What it was given.
   * @throws {TypeError} If it is neither.
   */
  push<E extends ((error: unknown) => unknown) | Pick<ContextManager<unknown>, "exit">>(
    exit: E,
  ): E {
    return this.#push(exit, "push");
  }

  /**
   * Registers what leaves a context and may wait, without entering one.
   *
   * @param exit A function of either kind of coroutine, or a context manager.
   * @returns What it was given.
   * @throws {TypeError} If it is neither.
   */
  pushAsyncExit<E extends ExitFunction | Pick<AsyncContextManager<unknown>, "exit">>(exit: E): E {
    return this.#push(exit, "pushAsyncExit");
  }

  /**
   * Registers a function to be called with arguments. It is not told of an error and swallows none.
   *
   * @param callback The function.
   * @param args Its arguments.
   * @returns The function.
   * @throws {TypeError} If it is none.
   */
  callback<A extends unknown[], R>(
    callback: (...args: A) => R,
    ...args: A
  ): (...args: A) => R {
    return this.#pushCallback(callback, args, "callback");
  }

  /**
   * Registers a function of either kind of coroutine to be called with arguments. It is not told of an
   * error and swallows none.
   *
   * @param callback The function.
   * @param args Its arguments.
   * @returns The function.
   * @throws {TypeError} If it is none.
   */
  pushAsyncCallback<A extends unknown[], R extends Eventually<unknown>>(
    callback: (...args: A) => R,
    ...args: A
  ): (...args: A) => R {
    return this.#pushCallback(callback, args, "pushAsyncCallback");
  }

  /**
   * Moves all that is registered to a new stack; nothing is left.
   *
   * @returns The new stack, of the same class. Who opens several things hands them on so, once all have been opened.
   */
  popAll(): this {
    const stack = new (this.constructor as new () => this)();
    stack.#exits = this.#exits;
    this.#exits = [];
    return stack;
  }

  /**
   * Leaves all that is on the stack, without an error.
   *
   * @returns A lazy object that is done when all is left.
   */
  aclose(): Coroutine<void> {
    return lazy("AsyncExitStack.aclose", this.#aclose());
  }

  /** Begins its use as a context manager. */
  enter(): this {
    return this;
  }

  /**
   * Leaves all that is on the stack.
   *
   * @param error What the body threw, or `null`.
   * @returns A lazy object that gives whether the error was swallowed.
   * @throws What the last to throw threw, unless it was swallowed further down.
   */
  exit(error: unknown): Coroutine<boolean> {
    return lazy("AsyncExitStack.exit", this.#exit(error));
  }

  *#enterAsync(manager: unknown): Generator<Suspension, unknown, unknown> {
    if (isManager(manager)) {
      const result = yield* new CallFrame(() => manager.enter());
      this.#push(manager, "enterAsyncContext");
      return result;
    }
    const dispose = methodOf(manager, asyncDisposeKey) ?? methodOf(manager, disposeKey);
    if (dispose === null) {
      throw notSupported(manager, "the asynchronous context manager protocol");
    }
    this.#pushCallback(dispose, [], "enterAsyncContext");
    return manager;
  }

  #push<E extends ExitFunction | { exit: ExitFunction }>(exit: E, method: string): E {
    if (hasExit(exit)) this.#exits.push((error) => exit.exit(error));
    else if (typeof exit === "function") this.#exits.push(exit);
    else {
      throw new TypeError(
        `${method}() expects a function or a context manager with exit(), got ${describe(exit)}`,
      );
    }
    return exit;
  }

  #pushCallback<C extends (...args: never[]) => unknown>(
    callback: C,
    args: unknown[],
    method: string,
  ): C {
    checkFunction(callback, `${method}() expects`);
    this.#exits.push(function* () {
      yield* new CallFrame(() => callback(...args as never[]));
    });
    return callback;
  }

  *#aclose(): Generator<Suspension, void, unknown> {
    yield* new CallFrame(() => this.exit(null));
  }

  *#exit(received: unknown): Generator<Suspension, boolean, unknown> {
    let error = received;
    let isSwallowed = false;
    let isNew = false;
    for (let exit = this.#exits.pop(); exit !== undefined; exit = this.#exits.pop()) {
      const leave = exit;
      const told = error;
      try {
        if (yield* new CallFrame(() => leave(told))) {
          isSwallowed = true;
          isNew = false;
          error = null;
        }
      } catch (thrown) {
        isNew = true;
        error = asThrown(thrown);
      }
    }
    if (isNew) throw error;
    return received !== null && isSwallowed;
  }
}

/** A stack can be left by `await using`. */
export interface AsyncExitStack {
  /** Leaves all that is on the stack, without an error, for `await using`. */
  [Symbol.asyncDispose](): PromiseLike<void>;
}

function isManager(value: unknown): value is AsyncContextManager<unknown> {
  return methodOf(value, "enter") !== null && methodOf(value, "exit") !== null;
}

function hasExit(value: unknown): value is { exit: ExitFunction } {
  return methodOf(value, "exit") !== null;
}

function methodOf(value: unknown, key: PropertyKey): (() => unknown) | null {
  const isObject = typeof value === "object" || typeof value === "function";
  if (!isObject || value === null) return null;
  const method: unknown = Reflect.get(value, key);
  return typeof method === "function" ? () => method.call(value) : null;
}

function notSupported(value: unknown, protocol: string): TypeError {
  return new TypeError(
    `${describe(value)} object does not support ${protocol}: expected enter() and exit(), ` +
      "or a method for using",
  );
}
