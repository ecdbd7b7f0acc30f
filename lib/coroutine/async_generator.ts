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
import { GeneratorExit } from "../base/errors.ts";
import { defineMethods } from "../base/methods.ts";
import { printByToString } from "../base/printing.ts";
import { describe, functionName } from "../base/repr.ts";
import {
  type Body,
  type Call,
  GeneratorCall,
  GeneratorState,
  LazyCall,
  MethodSteps,
} from "./async_generator_call.ts";
import type { Suspension } from "./awaitable.ts";
import type { Coroutine } from "./coroutine.ts";
import type { Items } from "./to_yield.ts";

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

const NEXT: Call = { name: "anext", method: "next", value: undefined };

/** Makes the call that {@linkcode AsyncGeneratorObject.next} makes, for `forEach` and `anext`. */
export let callNext: <T, R>(
  generator: AsyncGeneratorObject<T, R>,
) => Iterable<Suspension, IteratorResult<T, R>, unknown>;

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

  readonly #state: GeneratorState;
  readonly #name: string;
  #isKnown = false;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    callNext = (generator) => generator.#resume(NEXT);
  })();

  /**
   * Makes an async generator; what {@linkcode asyncGenerator} made is the usual way.
   *
   * @param body The generator, not begun.
   * @param name What it is called in messages.
   */
  constructor(body: Body, name: string) {
    this.#state = new GeneratorState(body);
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
    this.#state.whenOver(firstIteration(this));
  }

  #resume(call: Call): GeneratorCall<T, R> {
    this.#begin();
    return new GeneratorCall<T, R>(this.#state, call);
  }

  #call<V>(call: Call): Coroutine<V> {
    return new LazyCall(new MethodSteps<V>(this.#state, call.name, this.#resume(call)), call.name);
  }
}

/** A generator can be closed by `await using`. */
export interface AsyncGeneratorObject<T = unknown, R = unknown, N = unknown> {
  /** Closes the generator, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Typed as JavaScript's iterators are, so that `for await` and all that takes such takes it. */
function asPromise<T, R>(call: GeneratorCall<T, R>): Promise<IteratorResult<T, R>> {
  return new LazyCall(call, "anext") as unknown as Promise<IteratorResult<T, R>>;
}
