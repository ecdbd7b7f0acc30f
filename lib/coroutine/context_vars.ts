/**
 * Context variables: values that belong to a task rather than to a thread.
 *
 * It is long because contexts, variables and tokens know each other's private state, and because more than half
 * of it is their documentation.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { checkOptions } from "../base/check_options.ts";
import { disposeKey } from "../base/dispose.ts";
import { RuntimeError, ValueError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe, repr } from "../base/repr.ts";

/**
 * The values of a context's variables at one time. Whoever copies a context shares them with it, so that
 * copying costs one small object at most; `set()` changes them in place as long as nobody does.
 */
export interface Values {
  /** The value of each variable that has one. */
  readonly map: Map<ContextVar<unknown>, unknown>;
  /** Whether somebody beside one context has them: then they are not changed any more. */
  isShared: boolean;
}

const NOTHING: Values = { map: new Map(), isShared: true };

/** What {@linkcode ContextVar} takes beside its name. */
export interface ContextVarOptions<T> {
  /** What `get()` gives in a context that has no value. */
  default?: T;
  /**
   * The URL of the module that makes it, `import.meta.url`. Threads share no memory, so it is by module
   * and name that `toThread` finds the variable again in another one. All that are made with the same
   * module and name are one variable.
   */
  module?: string | URL | undefined;
}

/** A value on its way to another thread, and the variable by what it is known there. */
export type CarriedValue = readonly [module: string, name: string, value: unknown];

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

let makeToken: <T>(
  variable: ContextVar<T>,
  oldValue: T | typeof MISSING,
  context: Context,
) => Token<T>;
let useToken: <T>(token: Token<T>, variable: ContextVar<T>, context: Context) => void;

/**
 * Remembers what a variable was before {@linkcode ContextVar.set}, for {@linkcode ContextVar.reset}.
 *
 * `using` resets it at the end of the block, as Python's `with` does: `using _ = level.set(1)`.
 *
 * @typeParam T What the variable's values are.
 *
 * @example
 * ```ts
 * import { ContextVar, copyContext } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const level = new ContextVar("level", { default: 0 });
 * copyContext().run(() => {
 *   const token = level.set(1);
 *   level.reset(token);
 *   assertEquals(level.get(), 0);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.Token
 */
export class Token<T> {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "Token";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  /** The variable that was set. */
  readonly var: ContextVar<T>;
  /** What it was before, or {@linkcode MISSING} where it had no value. */
  readonly oldValue: T | typeof MISSING;
  readonly #context: Context;
  #isUsed = false;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    makeToken = (variable, oldValue, context) => new Token(variable, oldValue, context);
    useToken = (token, variable, context) => token.#use(variable, context);
  })();

  private constructor(variable: ContextVar<T>, oldValue: T | typeof MISSING, context: Context) {
    if (!(variable instanceof ContextVar)) {
      throw new RuntimeError("Tokens can only be created by ContextVars");
    }
    this.var = variable;
    this.oldValue = oldValue;
    this.#context = context;
  }

  /** Begins its use as a context manager. */
  enter(): this {
    return this;
  }

  /**
   * Ends its use as a context manager: resets the variable.
   *
   * @throws {RuntimeError} If the token was used before.
   * @throws {ValueError} If it was made in another context.
   */
  exit(): void {
    this.var.reset(this);
  }

  /** Resets the variable, for `using`. */
  [disposeKey](): void {
    this.exit();
  }

  /** The printed form. */
  toString(): string {
    return `<Token${this.#isUsed ? " used" : ""} var=${this.var}>`;
  }

  #use(variable: ContextVar<T>, context: Context): void {
    if (this.#isUsed) throw new RuntimeError(`${this} has already been used once`);
    if (this.var !== variable) {
      throw new ValueError(`${this} was created by a different ContextVar`);
    }
    if (this.#context !== context) {
      throw new ValueError(`${this} was created in a different Context`);
    }
    this.#isUsed = true;
  }
}

/** Puts a context in force and gives the one that was; for the kernel's steps and handles. */
export let swapContext: (next: Context) => Context;

/** The context that is in force where none was put in force. */
export let rootContext: Context;

/** Where to look for the context of code that runs where none was put in force. */
interface AmbientContext {
  /** The context, or `null` where that is the root. */
  context(): Context | null;
  /** Its values alone, for which it need not be made. */
  values(): Values | null;
}

/** Tells where to look for the context of code that runs where none was put in force; for the kernel. */
export let setAmbientContext: (ambient: AmbientContext) => void;

/**
 * A context, or the values to make one of when somebody asks for it. Tasks and handles keep it so: most
 * of them are over before anybody does.
 */
export type LazyContext = Context | Values;

/** Shares the values of the current context: a copy of it that is not made yet. */
export let currentValues: () => Values;

/** The same of the context that a task has, or somebody else who may not have made it yet. */
export let shareValues: (lazy: LazyContext) => Values;

/** Tells whether no context was put in force, so that the code that runs has its task's. */
export let nothingInForce: () => boolean;

/** The context itself. */
export let toContext: (lazy: LazyContext) => Context;

/** The values in it. */
export let valuesIn: (lazy: LazyContext) => Values;

/** What of a context other threads can be told: the variables with a module; for the threads. */
export let carriedValues: (context: Context) => CarriedValue[];

let readableMap: () => ReadonlyMap<ContextVar<unknown>, unknown>;
let writableMap: (context: Context) => Map<ContextVar<unknown>, unknown>;
let activeContext: () => Context;

/** That of the task that runs, whatever was put in force within its step. */
let ownContext: () => Context | null;

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
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "Context";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  #values: Values = NOTHING;
  #entered = false;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    const root = new Context();
    rootContext = root;
    let current = root;
    let ambient: AmbientContext = { context: () => null, values: () => null };
    swapContext = (next) => {
      const previous = current;
      current = next;
      return previous;
    };
    setAmbientContext = (given) => {
      ambient = given;
    };
    // Inside a step or a handle a context has been put in force; outside, a segment of an async
    // function may be running, which only the host can tell.
    ownContext = () => ambient.context();
    activeContext = () => current === root ? ambient.context() ?? root : current;
    const look = () => current === root ? ambient.values() ?? root.#values : current.#values;
    currentValues = () => {
      const values = look();
      values.isShared = true;
      return values;
    };
    shareValues = (lazy) => {
      const values = #values in lazy ? lazy.#values : lazy;
      values.isShared = true;
      return values;
    };
    nothingInForce = () => current === root;
    readableMap = () => look().map;
    toContext = (lazy) => {
      if (#values in lazy) return lazy;
      const context = new Context();
      context.#values = lazy;
      return context;
    };
    // Not instanceof, which costs as much as all the rest of making a task's context.
    valuesIn = (lazy) => #values in lazy ? lazy.#values : lazy;
    writableMap = (context) => {
      const { map, isShared } = context.#values;
      if (!isShared) return map;
      const own = new Map(map);
      context.#values = { map: own, isShared: false };
      return own;
    };
  })();

  /**
   * Calls a function in this context.
   *
   * @param callback What to call.
   * @param args Its arguments.
   * @returns What it returns.
   * @throws {RuntimeError} If the context is entered already.
   */
  run<A extends unknown[], R>(callback: (...args: A) => R, ...args: A): R {
    checkFunction(callback, "Context.run() expects");
    const outer = activeContext();
    if (this.#entered || this === outer || this === ownContext()) {
      throw new RuntimeError(`cannot enter context: ${this} is already entered`);
    }
    // The loop puts contexts in force without marking them, for each step and each handle.
    const isMarked = outer.#entered;
    this.#entered = outer.#entered = true;
    const previous = swapContext(this);
    try {
      return callback(...args);
    } finally {
      swapContext(previous);
      this.#entered = false;
      outer.#entered = isMarked;
    }
  }

  /**
   * Makes a function that runs in this context whenever it is called: `loop.callSoon(context.bind(f))`.
   *
   * @param callback What to call.
   * @returns A function of the same arguments and result.
   */
  bind<A extends unknown[], R>(callback: (...args: A) => R): (...args: A) => R {
    checkFunction(callback, "Context.bind() expects");
    const bound = (...args: A) => this.run(callback, ...args);
    bindings.set(bound, { context: this, callback });
    return bound;
  }

  /**
   * Makes a context with the same values.
   *
   * @returns The copy; what is set in one is not seen in the other.
   */
  copy(): Context {
    const copy = new Context();
    this.#values.isShared = true;
    copy.#values = this.#values;
    return copy;
  }

  /**
   * Looks a variable up, without its own default.
   *
   * @param variable The variable.
   * @param fallback What to give where it has no value here.
   * @returns Its value here, or the fallback; `undefined` without one.
   * @throws {TypeError} If `variable` is no variable.
   */
  get<T>(variable: ContextVar<T>): T | undefined;
  /** Looks a variable up, and gives a fallback where it has no value here. */
  get<T, F>(variable: ContextVar<T>, fallback: F): T | F;
  get<T>(variable: ContextVar<T>, fallback?: unknown): unknown {
    checkVariable(variable);
    const { map } = this.#values;
    return map.has(variable as ContextVar<unknown>)
      ? map.get(variable as ContextVar<unknown>)
      : fallback;
  }

  /**
   * Tells whether a variable has a value here.
   *
   * @param variable The variable.
   * @returns `true` if it was set in this context or in the one this is a copy of.
   * @throws {TypeError} If `variable` is no variable.
   */
  has(variable: ContextVar<unknown>): boolean {
    checkVariable(variable);
    return this.#values.map.has(variable);
  }

  /** How many variables have a value here. */
  get size(): number {
    return this.#values.map.size;
  }

  /** The variables that have a value here. */
  keys(): IterableIterator<ContextVar<unknown>> {
    return Context.#freeze(this).keys();
  }

  /** Their values. */
  values(): IterableIterator<unknown> {
    return Context.#freeze(this).values();
  }

  /** The variables that have a value here, each with it; Python's `items()`. */
  entries(): IterableIterator<[ContextVar<unknown>, unknown]> {
    return Context.#freeze(this).entries() as IterableIterator<[ContextVar<unknown>, unknown]>;
  }

  /** The same as {@linkcode entries}, as of a `Map`. */
  [Symbol.iterator](): IterableIterator<[ContextVar<unknown>, unknown]> {
    return this.entries();
  }

  // Static, for a private method would be a field of every context. Who goes through sees nothing set meanwhile.
  static #freeze(context: Context): ReadonlyMap<ContextVar<unknown>, unknown> {
    context.#values.isShared = true;
    return context.#values.map;
  }

  /** The printed form. */
  toString(): string {
    return `<Context of ${this.size} variables>`;
  }
}

function checkVariable(variable: unknown): void {
  if (!(variable instanceof ContextVar)) {
    throw new TypeError(`a ContextVar key was expected, got ${describe(variable)}`);
  }
}

// By module and name.
const shared = new Map<string, ContextVar<unknown>>();

/**
 * A variable whose value belongs to the context that runs: to the task, that is.
 *
 * With a `module` it is known in other threads, too: `toThread` carries its value along.
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
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  /** What the variable is called in messages. */
  readonly name: string;
  #default: T | typeof MISSING;
  readonly #module: string | null;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    carriedValues = (context) => {
      const carried: CarriedValue[] = [];
      for (const [variable, value] of context) {
        if (variable.#module !== null) carried.push([variable.#module, variable.name, value]);
      }
      return carried;
    };
  })();

  /**
   * Makes a new `ContextVar`.
   *
   * @param name What the variable is called in messages.
   * @param options `default`: what `get()` gives in a context that has no value; `module`: the URL by which
   * it is known in other threads.
   * @throws {TypeError} If the name is no string, or `module` no absolute URL.
   */
  constructor(name: string, options: ContextVarOptions<T> = {}) {
    if (typeof name !== "string") {
      throw new TypeError(`context variable name must be a str, got ${describe(name)}`);
    }
    checkOptions(options, "ContextVar()", ["default", "module"]);
    this.name = name;
    this.#default = "default" in options ? options.default as T : MISSING;
    this.#module = options.module === undefined ? null : absolute(options.module);
    if (this.#module === null) return;
    const key = `${name} ${this.#module}`;
    const known = shared.get(key) as ContextVar<T> | undefined;
    if (known === undefined) {
      shared.set(key, this as ContextVar<unknown>);
      return;
    }
    // Its value may have come before its module was loaded, which alone knows the default.
    if (this.#default !== MISSING) known.#default = this.#default;
    return known;
  }

  /**
   * Reads the variable in the current context.
   *
   * @param fallback What to give where it has no value.
   * @returns The value, else the fallback, else the variable's default.
   * @throws {ReferenceError} If there is none of them (Python's `LookupError`).
   */
  get<F = T>(...fallback: [] | [fallback: F]): T | F {
    const values = readableMap();
    const value = values.get(this as ContextVar<unknown>) as T | undefined;
    if (value !== undefined || values.has(this as ContextVar<unknown>)) return value as T;
    if (fallback.length > 0) return fallback[0] as F;
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
    const map = writableMap(context);
    const self = this as ContextVar<unknown>;
    let oldValue = map.get(self) as T | typeof MISSING;
    if (oldValue === undefined && !map.has(self)) oldValue = MISSING;
    map.set(self, value);
    return makeToken(this, oldValue, context);
  }

  /**
   * Puts back what the variable was before a `set()`.
   *
   * @param token What that `set()` returned.
   * @throws {RuntimeError} If the token was used once.
   * @throws {ValueError} If it is another variable's, or was made in another context.
   * @throws {TypeError} If it is no token.
   */
  reset(token: Token<T>): void {
    if (!(token instanceof Token)) {
      throw new TypeError(`expected an instance of Token, got ${describe(token)}`);
    }
    const context = activeContext();
    useToken(token, this, context);
    const map = writableMap(context);
    if (token.oldValue === MISSING) map.delete(this as ContextVar<unknown>);
    else map.set(this as ContextVar<unknown>, token.oldValue);
  }

  /** The printed form. */
  toString(): string {
    const fallback = this.#default === MISSING ? "" : ` default=${repr(this.#default)}`;
    return `<ContextVar name=${repr(this.name)}${fallback}>`;
  }
}

function absolute(module: unknown): string {
  if (URL.canParse(String(module))) return new URL(String(module)).href;
  throw new TypeError(
    `ContextVar() expects module to be an absolute URL, such as import.meta.url, got ${
      describe(module)
    }`,
  );
}

/** Makes a context of values that came from another thread. */
export function contextOf(carried: readonly CarriedValue[]): Context {
  const context = new Context();
  context.run(() => {
    for (const [module, name, value] of carried) new ContextVar(name, { module }).set(value);
  });
  return context;
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

/** A function and the context that it was bound to. */
export interface Binding {
  /** The context. */
  readonly context: Context;
  /** The function. */
  readonly callback: unknown;
}

const bindings = new WeakMap<object, Binding>();

/** What a function is that {@linkcode Context.bind} made; `null` of others. */
export function bindingOf(callback: object): Binding | null {
  return bindings.get(callback) ?? null;
}

/**
 * Checks that an option is a context, where it is given.
 *
 * @throws {TypeError} If it is something else.
 */
export function checkContext(context: Context | null | undefined): Context | undefined {
  if (context === undefined || context === null) return undefined;
  if (context instanceof Context) return context;
  throw new TypeError(`a Context was expected, got ${describe(context)}`);
}
