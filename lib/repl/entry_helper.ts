/**
 * What the body of an entry uses beside the user's names; see `rewrite.ts`.
 *
 * @module
 */
import { Awaitable, isThenable, type Suspension } from "../coroutine/awaitable.ts";
import { CallFrame } from "../coroutine/call_frame.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { fromPromise } from "../kernel/from_promise.ts";
import type { Scope } from "./scope.ts";

type Steps<T> = Generator<Suspension, T, unknown>;
type Iterables = AsyncIterable<unknown> | Iterable<unknown>;

/** The helper of one entry. */
export class EntryHelper {
  /** What the body is evaluated `with`. */
  readonly scope: object;
  readonly #scope: Scope;
  readonly #isAsync: boolean;
  readonly #promises = new Set<(error: unknown) => void>();

  /**
   * @param scope The names.
   * @param isAsync Whether the entry runs as a coroutine; else it is through after its first step.
   */
  constructor(scope: Scope, isAsync: boolean) {
    this.scope = scope.object;
    this.#scope = scope;
    this.#isAsync = isAsync;
  }

  /** Makes constants of names that were just declared. */
  seal(...names: string[]): void {
    this.#scope.seal(names);
  }

  /**
   * Stands for `await`.
   *
   * @param expression Gives what is awaited. The task that runs the entry calls it, so that the async
   * functions which it calls belong to the task.
   */
  *await(expression: () => unknown): Steps<unknown> {
    let value = yield* this.value(expression);
    // What comes out of an `await` is awaited in turn, as promises do.
    while (value instanceof Awaitable) value = yield* value;
    return isThenable(value) ? yield* this.#settled(() => value) : value;
  }

  /**
   * Gives the last expression's value. A promise is awaited; a task is not, for it runs by itself.
   *
   * @param expression The expression, called as {@linkcode await} does.
   */
  *value(expression: () => unknown): Steps<unknown> {
    return this.#isAsync ? yield* this.#settled(expression) : expression();
  }

  /** Stands for `yield*` inside an async function; the result comes in a box, lest it be awaited. */
  delegate(iterable?: Iterable<Suspension>): Coroutine<{ value: unknown }> {
    function* steps(): Steps<{ value: unknown }> {
      return { value: iterable === undefined ? yield : yield* iterable };
    }
    return lazy("yield*", steps());
  }

  /** Awaits a module. */
  *import(module: Promise<object>): Steps<object> {
    return yield* fromPromise(module);
  }

  /** What is imported from a module: reading what it has not throws. */
  exports(module: object): object {
    return new Proxy(module, { get: getExport });
  }

  /** Begins a `for await`. */
  steps(): AsyncSteps {
    return new AsyncSteps((expression) => this.await(expression));
  }

  /**
   * Fails the promises that the entry waits for. They are the one thing that cancelling its task would
   * not interrupt.
   *
   * @param error What the entry gets instead of their values.
   * @returns Whether there were any.
   */
  interruptPromises(error: unknown): boolean {
    const rejects = [...this.#promises];
    this.#promises.clear();
    for (const reject of rejects) reject(error);
    return rejects.length > 0;
  }

  /** Calls, and awaits what comes back if it is a promise. */
  *#settled(expression: () => unknown): Steps<unknown> {
    let value: unknown;
    const settled = yield* new CallFrame(() => {
      value = expression();
      return isPromise(value) ? this.#guard(value) : undefined;
    });
    return isPromise(value) ? settled : value;
  }

  #guard(promise: PromiseLike<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#promises.add(reject);
      const forget = () => this.#promises.delete(reject);
      promise.then(resolve, reject).then(forget);
    });
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return !(value instanceof Awaitable) && isThenable(value);
}

function getExport(module: object, name: string | symbol): unknown {
  if (!(name in module)) {
    throw new SyntaxError(`the module does not provide an export named '${String(name)}'`);
  }
  return Reflect.get(module, name);
}

/** The iterator of a `for await`, as a generator coroutine drives it. */
export class AsyncSteps {
  /** The current value. */
  value: unknown;
  readonly #await: (expression: () => unknown) => Steps<unknown>;
  #iterator: Iterator<unknown> | AsyncIterator<unknown> | null = null;
  #isSync = false;
  #hasFailed = false;

  /** @param awaits Stands for `await`. */
  constructor(awaits: (expression: () => unknown) => Steps<unknown>) {
    this.#await = awaits;
  }

  /** Gets the iterator of what is iterated over. */
  open(iterable: Iterables): void {
    this.#isSync = !isAsyncIterable(iterable);
    this.#iterator = isAsyncIterable(iterable)
      ? iterable[Symbol.asyncIterator]()
      : iterable[Symbol.iterator]();
  }

  /** Goes on to the next value; gives whether there is one. */
  *next(): Steps<boolean> {
    const iterator = this.#iterator!;
    // An iterator that fails is not closed, and one that is through need not be.
    this.#iterator = null;
    const result = (yield* this.#await(() => iterator.next())) as IteratorResult<unknown>;
    if (Object(result) !== result) {
      throw new TypeError(`Iterator result ${String(result)} is not an object`);
    }
    if (result.done) return false;
    this.value = this.#isSync ? yield* this.#await(() => result.value) : result.value;
    this.#iterator = iterator;
    return true;
  }

  /** Takes note that the loop is left by an error, which then is the one that counts. */
  fail(error: unknown): unknown {
    this.#hasFailed = true;
    return error;
  }

  /** Closes the iterator if the loop is left before its end. */
  *close(): Steps<void> {
    const iterator = this.#iterator;
    this.#iterator = null;
    if (iterator?.return === undefined) return;
    try {
      yield* this.#await(() => iterator.return?.());
    } catch (error) {
      if (!this.#hasFailed) throw error;
    }
  }
}

function isAsyncIterable(iterable: Iterables): iterable is AsyncIterable<unknown> {
  return typeof Reflect.get(Object(iterable), Symbol.asyncIterator) === "function";
}
