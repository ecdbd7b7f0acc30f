/**
 * Context variables: values that belong to a task rather than to a thread.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { describe, repr } from "../base/repr.ts";

type Values = ReadonlyMap<ContextVar<unknown>, unknown>;

const NOTHING: Values = new Map();

/** What {@linkcode ContextVar} takes beside its name. */
export interface ContextVarOptions<T> {
  /** What `get()` gives in a context that has no value. */
  default?: T;
}

/** Remembers what a variable was before `set()`, for {@linkcode ContextVar.reset}. */
export interface Token<T> {
  /** The variable that was set. */
  readonly variable: ContextVar<T>;
  /** What it was before, or {@linkcode MISSING} where it had no value. */
  readonly oldValue: T | typeof MISSING;
}

/**
 * Stands in a {@linkcode Token} for the value of a variable that had none.
 *
 * @example
 * ```ts
 * import { ContextVar, copyContext, MISSING } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const user = new ContextVar<string>("user");
 * copyContext().run(() => assertEquals(user.set("ann").oldValue, MISSING));
 * ```
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.Token.MISSING
 */
export const MISSING: unique symbol = Symbol("Token.MISSING");

interface TokenState {
  readonly context: Context;
  used: boolean;
}

/** Puts a context in force and gives the one that was; for the kernel's steps and handles. */
export let swapContext: (next: Context) => Context;

/** Tells where to look for the context of code that runs outside every step; for the kernel. */
export let setAmbientContext: (ambient: () => Context | null) => void;

let valuesOf: (context: Context) => Values;
let setValuesOf: (context: Context, values: Values) => void;
let activeContext: () => Context;

/**
 * A mapping of context variables to values.
 *
 * A task, a callback and whatever else the loop calls run in one; {@linkcode copyContext} makes one.
 *
 * @example
 * ```ts
 * import { ContextVar, copyContext } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const level = new ContextVar("level", { default: 0 });
 * const context = copyContext();
 * context.run(() => level.set(1));
 * assertEquals([context.get(level), level.get()], [1, 0]);
 * ```
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.Context
 */
export class Context {
  // Never changed in place: a copy shares it, so that copying costs one small object.
  #values: Values = NOTHING;
  #entered = false;

  static {
    const root = new Context();
    let current = root;
    let ambient: () => Context | null = () => null;
    swapContext = (next) => {
      const previous = current;
      current = next;
      return previous;
    };
    setAmbientContext = (look) => {
      ambient = look;
    };
    // Inside a step or a handle a context has been put in force; outside, a segment of an async
    // function may be running, which only the host can tell.
    activeContext = () => current === root ? ambient() ?? root : current;
    valuesOf = (context) => context.#values;
    setValuesOf = (context, values) => {
      context.#values = values;
    };
  }

  /**
   * Calls a function in this context.
   *
   * @param callback What to call.
   * @param args Its arguments.
   * @returns What it returns.
   * @throws {RuntimeError} If the context is entered already.
   */
  run<A extends unknown[], R>(callback: (...args: A) => R, ...args: A): R {
    if (this.#entered) {
      throw new RuntimeError(`cannot enter context: ${this} is already entered`);
    }
    this.#entered = true;
    const previous = swapContext(this);
    try {
      return callback(...args);
    } finally {
      swapContext(previous);
      this.#entered = false;
    }
  }

  /**
   * Makes a function that runs in this context whenever it is called: `loop.callSoon(context.bind(f))`.
   *
   * @param callback What to call.
   * @returns A function of the same arguments and result.
   */
  bind<A extends unknown[], R>(callback: (...args: A) => R): (...args: A) => R {
    return (...args) => this.run(callback, ...args);
  }

  /**
   * Makes a context with the same values.
   *
   * @returns The copy; what is set in one is not seen in the other.
   */
  copy(): Context {
    const copy = new Context();
    copy.#values = this.#values;
    return copy;
  }

  /**
   * Looks a variable up, without its default.
   *
   * @param variable The variable.
   * @returns Its value here, or `undefined` where it has none.
   */
  get<T>(variable: ContextVar<T>): T | undefined {
    return this.#values.get(variable as ContextVar<unknown>) as T | undefined;
  }

  /**
   * Tells whether a variable has a value here.
   *
   * @param variable The variable.
   * @returns `true` if it was set in this context or in the one this is a copy of.
   */
  has(variable: ContextVar<unknown>): boolean {
    return this.#values.has(variable);
  }

  /** How many variables have a value here. */
  get size(): number {
    return this.#values.size;
  }

  /** The variables that have a value here, each with it. */
  [Symbol.iterator](): IterableIterator<[ContextVar<unknown>, unknown]> {
    return this.#values.entries() as IterableIterator<[ContextVar<unknown>, unknown]>;
  }

  /** The printed form. */
  toString(): string {
    return `<Context of ${this.size} variables>`;
  }
}

/**
 * A variable whose value belongs to the context that runs: to the task, that is.
 *
 * @typeParam T What its values are.
 *
 * @example
 * ```ts
 * import { ContextVar, createTask, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new ContextVar<string>("request");
 * function* handler() {
 *   return request.get();
 * }
 * await run(function* () {
 *   request.set("first");
 *   const task = createTask(handler());
 *   request.set("second");
 *   assertEquals(yield* task, "first");
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.ContextVar
 */
export class ContextVar<T> {
  /** What the variable is called in messages. */
  readonly name: string;
  readonly #default: T | typeof MISSING;
  readonly #tokens = new WeakMap<Token<T>, TokenState>();

  /**
   * Makes a new `ContextVar`.
   *
   * @param name What the variable is called in messages.
   * @param options `default`: what `get()` gives in a context that has no value.
   * @throws {TypeError} If the name is no string.
   */
  constructor(name: string, options: ContextVarOptions<T> = {}) {
    if (typeof name !== "string") {
      throw new TypeError(`context variable name must be a str, got ${describe(name)}`);
    }
    this.name = name;
    this.#default = "default" in options ? options.default as T : MISSING;
  }

  /**
   * Reads the variable in the current context.
   *
   * @param fallback What to give where it has no value.
   * @returns The value, else the fallback, else the variable's default.
   * @throws {ReferenceError} If there is none of them (Python's `LookupError`).
   */
  get(...fallback: [] | [fallback: T]): T {
    const values = valuesOf(activeContext());
    const value = values.get(this as ContextVar<unknown>) as T | undefined;
    if (value !== undefined || values.has(this as ContextVar<unknown>)) return value as T;
    if (fallback.length > 0) return fallback[0] as T;
    if (this.#default !== MISSING) return this.#default;
    throw new ReferenceError(`${this} has no value in this context and no default`);
  }

  /**
   * Gives the variable a value in the current context.
   *
   * @param value The value.
   * @returns A token that {@linkcode reset} takes to undo it.
   */
  set(value: T): Token<T> {
    const context = activeContext();
    const values = valuesOf(context);
    const self = this as ContextVar<unknown>;
    const oldValue: T | typeof MISSING = values.has(self) ? values.get(self) as T : MISSING;
    setValuesOf(context, new Map(values).set(self, value));
    const token: Token<T> = Object.freeze({ variable: this, oldValue });
    this.#tokens.set(token, { context, used: false });
    return token;
  }

  /**
   * Puts back what the variable was before a `set()`.
   *
   * @param token What that `set()` returned.
   * @throws {RuntimeError} If the token was used once.
   * @throws {TypeError} If it is another variable's, or was made in another context.
   */
  reset(token: Token<T>): void {
    const state = this.#tokens.get(token);
    if (state === undefined) {
      throw new TypeError(`${repr(token)} was created by a different ContextVar than ${this}`);
    }
    if (state.used) throw new RuntimeError(`${repr(token)} has already been used once`);
    const context = activeContext();
    if (state.context !== context) {
      throw new TypeError(`${repr(token)} was created in a different Context`);
    }
    state.used = true;
    const values = new Map(valuesOf(context));
    if (token.oldValue === MISSING) values.delete(this as ContextVar<unknown>);
    else values.set(this as ContextVar<unknown>, token.oldValue);
    setValuesOf(context, values);
  }

  /** The printed form. */
  toString(): string {
    const fallback = this.#default === MISSING ? "" : ` default=${repr(this.#default)}`;
    return `<ContextVar name=${repr(this.name)}${fallback}>`;
  }
}

/**
 * Copies the current context.
 *
 * @returns The copy.
 *
 * @example
 * ```ts
 * import { ContextVar, copyContext } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const depth = new ContextVar("depth", { default: 0 });
 * assertEquals(copyContext().run(() => (depth.set(3), depth.get())), 3);
 * assertEquals(depth.get(), 0);
 * ```
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.copy_context
 */
export function copyContext(): Context {
  return activeContext().copy();
}
