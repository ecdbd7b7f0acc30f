/**
 * Async generators with the meaning that Python's have.
 *
 * A generator coroutine awaits by `yield*` and gives items by `yield` (see `to_yield.ts`), which makes
 * it what Python's `async def` with a `yield` is. An engine's own async generator is taken as well. What
 * Python does beyond it is done here: a generator that runs is not resumed a second time, closing throws
 * `GeneratorExit`, and the loop is told when one is begun, so that it can close what is left open.
 *
 * @module
 */
import { asyncDisposeKey } from "../base/dispose.ts";
import { GeneratorExit, RuntimeError, StopAsyncIteration } from "../base/errors.ts";
import { defineMethods } from "../base/methods.ts";
import { printByToString } from "../base/printing.ts";
import { describe, functionName } from "../base/repr.ts";
import { isGenerator, type Steps, type Suspension } from "./awaitable.ts";
import { CallFrame } from "./call_frame.ts";
import { type Coroutine, ThrowableCoroutine } from "./coroutine.ts";
import { type Items, type Resumption, ToYield, type YieldingGenerator } from "./to_yield.ts";

/** What runs inside: a generator of either kind. */
type Body = YieldingGenerator | AsyncGenerator<unknown, unknown, unknown>;

/** Something begun that is to be closed when its loop ends. */
export interface OpenGenerator {
  /** The generator, as reports name it. */
  readonly generator: unknown;
  /** Closes it. */
  aclose(): Coroutine<void>;
}

/** Told of a generator that is begun; gives what is to be called when it is over. */
export type FirstIteration = (open: OpenGenerator) => () => void;

let firstIteration: FirstIteration = () => () => {};

/** Tells who is told of generators that are begun; for the kernel. Python: `sys.set_asyncgen_hooks`. */
export function setFirstIteration(hook: FirstIteration): void {
  firstIteration = hook;
}

/** A generator of either kind, whatever it is sent. */
export type AnyGenerator =
  | Generator<unknown, unknown, never>
  | AsyncGenerator<unknown, unknown, never>;

/**
 * What {@linkcode asyncGenerator} makes of a generator.
 *
 * @typeParam G The generator.
 */
export type GeneratorObjectOf<G> = G extends AsyncGenerator<infer T, infer R, infer N>
  ? AsyncGeneratorObject<T, R, N>
  : G extends Generator<infer Y, infer R, infer N> ? AsyncGeneratorObject<Items<Y>, R, N>
  : never;

/**
 * Makes a function whose calls are async generators, of one that awaits by `yield*` and gives items by
 * `yield`, or of an async generator function.
 *
 * What it makes can be iterated in both kinds of coroutine: by `forEach` and `anext`, and by `for await`
 * in an async function. Its loop closes it in `shutdownAsyncgens()` if it is left open.
 *
 * In types the items are what the generator yields less what it awaits, `undefined` and futures included. Only
 * where it awaits what is declared as a `CoroutineObject`, which may hold bare `yield`s, `undefined` is left out:
 * let the compiler find that type, or give the items one without `undefined`.
 *
 * @typeParam A The arguments.
 * @typeParam T The items.
 * @param body The generator function. A bare `yield` gives `undefined`.
 * @returns A function of the same arguments; as a method it hands `this` on.
 * @throws {TypeError} If `body` is no function, or, when called, returns no generator.
 *
 * @example
 * ```ts
 * import { asyncGenerator, forEach, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const countdown = asyncGenerator(function* (from: number) {
 *   for (let n = from; n > 0; n--) {
 *     yield* sleep(0.001);
 *     yield n;
 *   }
 * });
 *
 * const seen: number[] = [];
 * await run(forEach(countdown(3), (n) => void seen.push(n)));
 * await run(async () => {
 *   for await (const n of countdown(2)) seen.push(n);
 * });
 * assertEquals(seen, [3, 2, 1, 2, 1]);
 * ```
 *
 * @see https://docs.python.org/3/reference/expressions.html#asynchronous-generator-functions
 */
export function asyncGenerator<F extends () => AnyGenerator>(
  body: F,
): (...args: Parameters<F>) => GeneratorObjectOf<ReturnType<F>>;
/** Makes a function whose calls are async generators, of one that must be given arguments. */
export function asyncGenerator<A extends unknown[], T, R, N = unknown>(
  body: (...args: A) => AsyncGenerator<T, R, N>,
): (...args: A) => AsyncGeneratorObject<T, R, N>;
/** Makes a function whose calls are async generators, of one that awaits by `yield*`. */
export function asyncGenerator<A extends unknown[], Y, R, N = unknown>(
  body: (...args: A) => Generator<Y, R, N>,
): (...args: A) => AsyncGeneratorObject<Items<Y>, R, N>;
export function asyncGenerator<A extends unknown[]>(
  body: (...args: A) => Body,
): (...args: A) => AsyncGeneratorObject<unknown, unknown, unknown> {
  if (typeof body !== "function") {
    throw new TypeError(`asyncGenerator() expects a generator function, got ${describe(body)}`);
  }
  const name = functionName(body);
  function make(this: unknown, ...args: A): AsyncGeneratorObject<unknown, unknown, unknown> {
    const generator = body.apply(this, args);
    if (typeof generator?.next !== "function") {
      throw new TypeError(
        `asyncGenerator() expects its function to return a generator, got ${describe(generator)}`,
      );
    }
    return new AsyncGeneratorObject(generator, name);
  }
  return Object.defineProperty(make, "name", { value: name });
}

/** How an async generator is resumed, and what the call is named in errors. */
interface Call extends Resumption {
  readonly name: "anext" | "asend" | "throw" | "athrow" | "return" | "aclose";
}

const NEXT: Call = { name: "anext", method: "next", value: undefined };

/** Makes the call that {@linkcode AsyncGeneratorObject.next} makes, for `forEach` and `anext`. */
export let callNext: <T, R>(
  generator: AsyncGeneratorObject<T, R>,
) => Iterable<Suspension, IteratorResult<T, R>, unknown>;

/** Tells whether a generator was not begun. */
let isNew: (generator: AsyncGeneratorObject) => boolean;

/** What of a generator decides how `athrow()` and `aclose()` begin. */
let stateOf: (generator: AsyncGeneratorObject) => "running" | "closed" | "over" | "ready";

/** Whether a generator is driven step by step, and not by the engine. */
let isStepwise: (generator: AsyncGeneratorObject) => boolean;

/** Begins a call: gives what is to be driven, or `null` where the generator is over. */
let enterCall: (generator: AsyncGeneratorObject, call: Call, isThrown: boolean) => Steps | null;

/** Ends a call, and tells whether the generator is over with it. */
let leaveCall: (generator: AsyncGeneratorObject, isOver: boolean) => void;

/**
 * An async generator; {@linkcode asyncGenerator} makes the functions that give them.
 *
 * It has Python's methods and JavaScript's. They differ where it is closed: `aclose()` throws
 * {@linkcode GeneratorExit} at the `yield`, as in Python; `return()`, which leaving `forEach` or
 * `for await` calls, runs the `finally` blocks alone, as in JavaScript.
 *
 * @typeParam T The items.
 * @typeParam R What it returns at its end.
 * @typeParam N What it is sent.
 *
 * @example
 * ```ts
 * import { asyncGenerator, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const echo = asyncGenerator(function* (): Generator<string, void, string> {
 *   let heard = yield "ready";
 *   while (true) heard = yield heard.toUpperCase();
 * });
 * await run(function* () {
 *   const voice = echo();
 *   assertEquals(yield* voice.asend(), "ready");
 *   assertEquals(yield* voice.asend("hello"), "HELLO");
 *   yield* voice.aclose();
 * });
 * ```
 *
 * @see https://docs.python.org/3/reference/expressions.html#asynchronous-generator-iterator-methods
 */
export class AsyncGeneratorObject<T = unknown, R = unknown, N = unknown> implements OpenGenerator {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "AsyncGeneratorObject";

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(AsyncGeneratorObject, {
      [asyncDisposeKey](this: AsyncGeneratorObject) {
        return this.aclose() as unknown as Promise<void>;
      },
    });
  })();

  readonly #body: Body;
  readonly #name: string;
  // `closed` is not over yet: one that ignored its closing can still be resumed, as in CPython.
  #state: "new" | "begun" | "closed" | "over" = "new";
  #isRunning = false;
  #isKnown = false;
  #forget: (() => void) | null = null;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    callNext = (generator) => generator.#resume(NEXT);
    isNew = (generator) => generator.#state === "new";
    isStepwise = (generator) => isGenerator(generator.#body);
    stateOf = (generator) => {
      if (generator.#isRunning) return "running";
      return generator.#state === "closed" || generator.#state === "over"
        ? generator.#state
        : "ready";
    };
    enterCall = (generator, call, isThrown) => generator.#enter(call, isThrown);
    leaveCall = (generator, isOver) => generator.#leave(isOver);
  })();

  /**
   * Makes an async generator; what {@linkcode asyncGenerator} made is the usual way.
   *
   * @param body The generator, not begun.
   * @param name What it is called in messages.
   */
  constructor(body: Body, name: string) {
    this.#body = body;
    this.#name = name;
  }

  /** Itself, for reports. */
  get generator(): this {
    return this;
  }

  /**
   * Goes on to the next item: what `for await` calls.
   *
   * @param args What the `yield` gives inside.
   * @returns A lazy object that gives the item, or the end.
   * @throws {RuntimeError} When awaited, if the generator is running.
   */
  next(...args: [] | [value: N]): Promise<IteratorResult<T, R>> {
    return asPromise(this.#resume({ name: "anext", method: "next", value: args[0] }));
  }

  /**
   * Closes the generator as JavaScript does, by its `finally` blocks: what leaving `for await` calls.
   *
   * @param value What the end is to give.
   * @returns A lazy object that gives the end, or an item that was yielded in a `finally`.
   * @throws {RuntimeError} When awaited, if the generator is running.
   */
  return(value?: R): Promise<IteratorResult<T, R>> {
    return asPromise(this.#resume({ name: "return", method: "return", value }));
  }

  /**
   * Throws at the `yield`, and goes on to the next item.
   *
   * @param error What to throw.
   * @returns A lazy object that gives the item, or the end.
   * @throws {RuntimeError} When awaited, if the generator is running.
   */
  throw(error: unknown): Promise<IteratorResult<T, R>> {
    return asPromise(this.#resume({ name: "throw", method: "throw", value: error }));
  }

  /**
   * Goes on to the next item.
   *
   * @param args What the `yield` gives inside; nothing where it was not begun.
   * @returns A lazy object that gives the item.
   * @throws {StopAsyncIteration} When awaited, if there is none left.
   * @throws {TypeError} When awaited, if a generator that was not begun is sent something.
   * @throws {RuntimeError} When awaited, if the generator is running.
   *
   * @see https://docs.python.org/3/reference/expressions.html#agen.asend
   */
  asend(...args: [] | [value: N]): Coroutine<T> {
    return this.#call<T>({ name: "asend", method: "next", value: args[0] });
  }

  /**
   * Throws at the `yield`, and goes on to the next item.
   *
   * @param error What to throw.
   * @returns A lazy object that gives the item; of a generator that is over, `undefined`.
   * @throws {StopAsyncIteration} When awaited, if the generator ends over it.
   * @throws {RuntimeError} When awaited, if the generator is running.
   *
   * @see https://docs.python.org/3/reference/expressions.html#agen.athrow
   */
  athrow(error: unknown): Coroutine<T | undefined> {
    return this.#call<T | undefined>({ name: "athrow", method: "throw", value: error });
  }

  /**
   * Closes the generator: throws {@linkcode GeneratorExit} at the `yield`.
   *
   * @returns A lazy object that is done when the generator is.
   * @throws {RuntimeError} When awaited, if the generator is running, or goes on to another item.
   *
   * @see https://docs.python.org/3/reference/expressions.html#agen.aclose
   */
  aclose(): Coroutine<void> {
    return this.#call<void>({ name: "aclose", method: "throw", value: new GeneratorExit() });
  }

  /** It is its own iterator. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The printed form. */
  toString(): string {
    return `<async_generator object ${this.#name}>`;
  }

  /** Tells the loop, at the first call of any method. */
  #begin(): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    this.#forget = firstIteration(this);
  }

  #resume(call: Call): GeneratorCall<T, R> {
    this.#begin();
    return new GeneratorCall<T, R>(this as AsyncGeneratorObject, call);
  }

  #call<V>(call: Call): Coroutine<V> {
    const generator = this as AsyncGeneratorObject;
    return new LazyCall(new MethodSteps<V>(generator, call.name, this.#resume(call)), call.name);
  }

  #enter({ name, method, value }: Call, isThrown: boolean): Steps | null {
    if (this.#isRunning) {
      const shown = name === "asend" ? "anext" : name;
      throw new RuntimeError(`${shown}(): asynchronous generator is already running`);
    }
    if (this.#state === "over") return null;
    const isSent = name === "asend" && !isThrown && value !== undefined && value !== null;
    if (this.#state === "new" && isSent) {
      throw new TypeError("can't send non-None value to a just-started async generator");
    }
    if (name === "aclose" && !isThrown) this.#state = "closed";
    else if (this.#state === "new") this.#state = "begun";
    this.#isRunning = true;
    const body = this.#body;
    return isGenerator(body)
      ? new ToYield(body, { method, value })
      : new CallFrame(() => body[method](value));
  }

  #leave(isOver: boolean): void {
    this.#isRunning = false;
    if (!isOver) return;
    this.#state = "over";
    this.#forget?.();
    this.#forget = null;
  }
}

/** A generator can be closed by `await using`. */
export interface AsyncGeneratorObject<T = unknown, R = unknown, N = unknown> {
  /** Closes the generator, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** One call of one of its methods, as it is handed out. */
class LazyCall<T> extends ThrowableCoroutine<T> {
  protected override reuse(): string {
    const calls = this.name === "aclose" || this.name === "athrow"
      ? "aclose()/athrow()"
      : "__anext__()/asend()";
    return `cannot reuse already awaited ${calls}`;
  }
}

/** One call of one of its methods, as a task drives it. */
class GeneratorCall<T, R> implements Iterator<Suspension, IteratorResult<T, R>, unknown> {
  readonly #generator: AsyncGeneratorObject;
  readonly #call: Call;
  #steps: Steps | null = null;
  // What is thrown into a generator that was not begun never was inside.
  #isThrownBack = false;

  constructor(generator: AsyncGeneratorObject, call: Call) {
    this.#generator = generator;
    this.#call = call;
  }

  [Symbol.iterator](): Iterator<Suspension, IteratorResult<T, R>, unknown> {
    return this;
  }

  next(): IteratorResult<Suspension, IteratorResult<T, R>> {
    if (this.#steps === null) {
      this.#isThrownBack = this.#call.method === "throw" && isNew(this.#generator);
      this.#steps = enterCall(this.#generator, this.#call, false);
      if (this.#steps === null) return this.#afterEnd();
    }
    let result: IteratorResult<unknown, unknown>;
    try {
      result = this.#steps.next();
    } catch (error) {
      throw this.#failure(error);
    }
    return this.#pass(result);
  }

  throw(error: unknown): IteratorResult<Suspension, IteratorResult<T, R>> {
    let result: IteratorResult<unknown, unknown>;
    if (this.#steps === null) {
      // In the stead of the call, as CPython does.
      this.#isThrownBack = isNew(this.#generator);
      const call: Call = { name: this.#call.name, method: "throw", value: error };
      this.#steps = enterCall(this.#generator, call, true);
      if (this.#steps === null) throw error;
      return this.next();
    }
    try {
      result = this.#steps.throw!(error);
    } catch (thrown) {
      throw this.#failure(thrown);
    }
    return this.#pass(result);
  }

  return(value?: IteratorResult<T, R>): IteratorResult<Suspension, IteratorResult<T, R>> {
    if (this.#steps !== null) {
      this.#steps.return?.();
      leaveCall(this.#generator, true);
    }
    return { done: true, value: value as IteratorResult<T, R> };
  }

  /** What a call gives when the generator is over already; as JavaScript's generators have it. */
  #afterEnd(): IteratorResult<Suspension, IteratorResult<T, R>> {
    const { method, value } = this.#call;
    if (method === "throw") throw value;
    return {
      done: true,
      value: { done: true, value: (method === "return" ? value : undefined) as R },
    };
  }

  /** Awaiting goes on to the task; the end of the drive is the end of the call. */
  #pass(
    result: IteratorResult<unknown, unknown>,
  ): IteratorResult<Suspension, IteratorResult<T, R>> {
    if (result.done) {
      leaveCall(this.#generator, (result.value as IteratorResult<T, R>).done === true);
    }
    return result as IteratorResult<Suspension, IteratorResult<T, R>>;
  }

  #failure(error: unknown): unknown {
    leaveCall(this.#generator, true);
    // It would end the iteration that is on, as if there were no items left.
    return error instanceof StopAsyncIteration && !this.#isThrownBack
      ? new RuntimeError("async generator raised StopAsyncIteration", { cause: error })
      : error;
  }
}

/** A call of one of the methods that Python's generators have, too: what its end means. */
class MethodSteps<V> implements Iterator<Suspension, V, unknown> {
  readonly #generator: AsyncGeneratorObject;
  readonly #name: Call["name"];
  readonly #call: GeneratorCall<unknown, unknown>;
  #isBegun = false;

  constructor(
    generator: AsyncGeneratorObject,
    name: Call["name"],
    call: GeneratorCall<unknown, unknown>,
  ) {
    this.#generator = generator;
    this.#name = name;
    this.#call = call;
  }

  next(): IteratorResult<Suspension, V> {
    if (!this.#isBegun) {
      this.#isBegun = true;
      if (this.#name !== "asend") {
        // CPython's own ways: of one that is over it gives nothing, and no error.
        const state = stateOf(this.#generator);
        if (state === "over") return { done: true, value: undefined as V };
        if (state === "closed") throw new StopAsyncIteration();
      }
    }
    let result: IteratorResult<Suspension, IteratorResult<unknown, unknown>>;
    try {
      result = this.#call.next();
    } catch (error) {
      return this.#fail(error);
    }
    return result.done ? this.#end(result.value) : result;
  }

  throw(error: unknown): IteratorResult<Suspension, V> {
    this.#isBegun = true;
    let result: IteratorResult<Suspension, IteratorResult<unknown, unknown>>;
    try {
      result = this.#call.throw(error);
    } catch (thrown) {
      return this.#fail(thrown);
    }
    return result.done ? this.#end(result.value) : result;
  }

  return(value?: V): IteratorResult<Suspension, V> {
    if (this.#isBegun) this.#call.return();
    else this.#close();
    return { done: true, value: value as V };
  }

  /** Closing a call that was not begun closes the generator, but for an engine's own, which cannot be driven at once. */
  #close(): void {
    if (!isStepwise(this.#generator)) return;
    let isOver: boolean | undefined;
    try {
      isOver = this.throw(new GeneratorExit()).done;
    } catch (error) {
      if (error instanceof GeneratorExit || error instanceof StopAsyncIteration) return;
      throw error;
    }
    if (!isOver) throw new RuntimeError("coroutine ignored GeneratorExit");
  }

  #end(result: IteratorResult<unknown, unknown>): IteratorResult<Suspension, V> {
    if (this.#name === "aclose") {
      if (!result.done) throw new RuntimeError("async generator ignored GeneratorExit");
      return { done: true, value: undefined as V };
    }
    if (result.done) throw new StopAsyncIteration();
    return { done: true, value: result.value as V };
  }

  #fail(error: unknown): IteratorResult<Suspension, V> {
    const isClosed = this.#name === "aclose" &&
      (error instanceof GeneratorExit || error instanceof StopAsyncIteration);
    if (!isClosed) throw error;
    return { done: true, value: undefined as V };
  }
}

/** Typed as JavaScript's iterators are, so that `for await` and all that takes such takes it. */
function asPromise<T, R>(call: GeneratorCall<T, R>): Promise<IteratorResult<T, R>> {
  return new LazyCall(call, "anext") as unknown as Promise<IteratorResult<T, R>>;
}
