/**
 * Callbacks that a loop is to call, and the handles by which they are cancelled.
 *
 * @module
 */
import { disposeKey } from "../base/dispose.ts";
import { KeyboardInterrupt, SystemExit } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { functionName, partRepr } from "../base/repr.ts";
import type { StackFrame } from "../base/stack.ts";
import {
  bindingOf,
  type Context,
  currentValues,
  type LazyContext,
  swapContext,
  toContext,
} from "../coroutine/context_vars.ts";
import { running } from "./running.ts";
import { describeSource, sourceContext } from "./sources.ts";

/** The key of the method by which the loop runs an entry of its ready queue. */
export const execute: unique symbol = Symbol("execute");

// What a handle keeps, under keys that nobody else has; no private fields, as with futures: timers would be made
// three times as slowly.
const CALLBACK: unique symbol = Symbol("callback");
const ARGS: unique symbol = Symbol("args");
const ARG: unique symbol = Symbol("arg");
const LOOP: unique symbol = Symbol("loop");
const CONTEXT: unique symbol = Symbol("context");

const NO_ARGS: readonly unknown[] = [];

/** Stands for the arguments of a handle that has one, which is kept by itself: most have one, or none. */
const ONE_ARG: readonly unknown[] = [undefined];

/** An entry of the ready queue: a callback's handle, or a task whose step is due. */
export interface Runnable {
  /** Does what the entry is for; never throws. */
  [execute](): void;
}

/** A function that a loop calls for its effect. */
export type Callback<A extends unknown[] = never[]> = (...args: A) => unknown;

/** What an exception handler is told. */
export interface ExceptionContext {
  /** What went wrong. */
  readonly message: string;
  /** What was thrown, where something was; of what was collected with its future, an error that tells the same. */
  readonly exception?: unknown;
  /** The future it concerns; its printed form, of one that was collected. */
  readonly future?: unknown;
  /** The task it concerns. */
  readonly task?: unknown;
  /** The handle whose callback threw. */
  readonly handle?: Handle;
  /** Where the future, the task or the handle was made, in debug mode: ten frames, the innermost last. */
  readonly sourceTraceback?: readonly StackFrame[];
  /** Where the handle was made that runs now, in debug mode. */
  readonly handleTraceback?: readonly StackFrame[];
  /** More of whatever kind. */
  readonly [key: string]: unknown;
}

/** Tells whether an error ends the run it is thrown in, instead of being handled. */
export function endsRun(error: unknown): boolean {
  return error instanceof KeyboardInterrupt || error instanceof SystemExit;
}

/** What a handle needs of its loop. */
export interface HandleOwner {
  /** Whether debug mode is on. */
  getDebug(): boolean;
  /** The time on the loop's clock, in seconds. */
  time(): number;
  /** Ends the run by an error. */
  interrupt(error: unknown): void;
  /** Reports an error that nobody else can take. */
  callExceptionHandler(context: ExceptionContext): void;
}

/**
 * Reports an error that came up in an entry of the ready queue. What the report itself throws, as an exception
 * handler may that exits, ends the run.
 */
export function report(owner: HandleOwner, context: ExceptionContext): void {
  try {
    owner.callExceptionHandler(context);
  } catch (error) {
    owner.interrupt(error);
  }
}

/** Deals with what an entry of the ready queue has thrown: it ends the run, or it is reported. */
export function reportThrown(
  owner: HandleOwner,
  exception: unknown,
  message: string,
  more?: Partial<ExceptionContext>,
): void {
  if (endsRun(exception)) owner.interrupt(exception);
  else report(owner, { message, exception, ...more });
}

/** What a handle is to call, or `null` once it is cancelled; for traces. */
export let callbackOf: (handle: Handle) => Callback<unknown[]> | null;

/**
 * A callback that a loop is to call.
 *
 * @example
 * ```ts
 * import { newEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * const calls: string[] = [];
 * loop.callSoon(() => calls.push("kept"));
 * loop.callSoon(() => calls.push("cancelled")).cancel();
 * loop.callSoon(() => loop.stop());
 * await loop.runForever();
 * assertEquals(calls, ["kept"]);
 * loop.close();
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Handle
 */
export class Handle {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "Handle";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  // Null once cancelled: what the callback closes over is let go at once.
  declare private [CALLBACK]: Callback<unknown[]> | null;
  declare private [ARGS]: readonly unknown[];
  declare private [ARG]: unknown;
  declare private readonly [LOOP]: HandleOwner;
  declare private [CONTEXT]: LazyContext;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    callbackOf = (handle) => handle[CALLBACK];
  })();

  /**
   * Makes a handle, as `callSoon` does; the loop must be given it to call it.
   *
   * @param callback What to call.
   * @param args Its arguments.
   * @param loop The loop that is to call it.
   * @param context The context to call it in; a copy of the current one where left out.
   */
  constructor(
    callback: Callback<unknown[]>,
    args: unknown[],
    loop: HandleOwner,
    context?: Context,
  ) {
    this[CALLBACK] = callback;
    const { length } = args;
    this[ARGS] = length === 0 ? NO_ARGS : length === 1 ? ONE_ARG : args;
    this[ARG] = length === 1 ? args[0] : undefined;
    this[LOOP] = loop;
    this[CONTEXT] = context ?? currentValues();
  }

  /** Keeps the callback from being called. Cancelling twice, or too late, does nothing. */
  cancel(): void {
    if (this[CALLBACK] === null) return;
    // In debug mode who prints it shall still see what it was.
    const call = this[LOOP].getDebug() ? Handle.#describeCall(this) : undefined;
    this[CALLBACK] = null;
    this[ARGS] = NO_ARGS;
    this[ARG] = call;
  }

  /** Keeps the callback from being called, for `using`. */
  [disposeKey](): void {
    this.cancel();
  }

  /**
   * Tells whether the handle was cancelled.
   *
   * @returns Whether {@linkcode cancel} was called.
   */
  cancelled(): boolean {
    return this[CALLBACK] === null;
  }

  /**
   * The context that the callback runs in.
   *
   * @returns The context; that which the callback was bound to, where it was.
   */
  getContext(): Context {
    const callback = this[CALLBACK];
    const binding = callback === null ? null : bindingOf(callback);
    return binding === null ? this[CONTEXT] = toContext(this[CONTEXT]) : binding.context;
  }

  /** The printed form. */
  toString(): string {
    const isCancelled = this[CALLBACK] === null;
    const call = isCancelled ? this[ARG] : Handle.#describeCall(this);
    const parts = [
      ...isCancelled ? ["cancelled"] : [],
      ...this.describeTime(),
      ...call === undefined ? [] : [call],
      ...describeSource(this),
    ];
    return `<${[this.constructor.name, ...parts].join(" ")}>`;
  }

  /** @ignore Run by the loop. */
  [execute](): void {
    const callback = this[CALLBACK];
    if (callback === null) return;
    running.task = null;
    const args = this[ARGS];
    const previous = swapContext(this[CONTEXT] = toContext(this[CONTEXT]));
    try {
      // A spread call costs several times a plain one, and most callbacks have one argument or none.
      if (args === NO_ARGS) callback();
      else if (args === ONE_ARG) callback(this[ARG]);
      else callback(...args);
    } catch (error) {
      const message = `Exception in callback ${Handle.#describeCall(this)}`;
      reportThrown(this[LOOP], error, message, { handle: this, ...sourceContext(this) });
    } finally {
      swapContext(previous);
    }
  }

  /** What the printed form says of the time. */
  protected describeTime(): string[] {
    return [];
  }

  // Static, for a private method would be a field of every handle. As in asyncio, arguments are told in debug mode
  // alone: they may be what a log should not have.
  static #describeCall(handle: Handle): string {
    const callback = handle[CALLBACK];
    const binding = callback === null ? null : bindingOf(callback);
    const name = functionName(binding === null ? callback : binding.callback);
    if (!handle[LOOP].getDebug()) return `${name}()`;
    const args = handle[ARGS] === ONE_ARG ? [handle[ARG]] : handle[ARGS];
    return `${name}(${args.map(partRepr).join(", ")})`;
  }
}

/** Where a timer handle stands while it waits for its time. */
export interface TimerOwner {
  /** Takes note that one of the timers that wait was cancelled. */
  noteCancelled(handle: TimerHandle): void;
}

/** Ties a handle to the queue it waits in, or to none; for the timer queue. */
export let setTimerOwner: (handle: TimerHandle, owner: TimerOwner | null) => void;

/** Numbers a handle among those of its queue, or gives its number; for the timer queue. */
export let numberTimer: (handle: TimerHandle, number: number) => void;
/** The same. */
export let numberOfTimer: (handle: TimerHandle) => number;

/**
 * A callback that a loop is to call at a time.
 *
 * @example
 * ```ts
 * import { newEventLoop, VirtualClock } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop({ clock: new VirtualClock(10) });
 * assertEquals(loop.callLater(5, () => {}).when(), 15);
 * loop.close();
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.TimerHandle
 */
export class TimerHandle extends Handle {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static override get name(): string {
    return "TimerHandle";
  }

  readonly #when: number;
  #owner: TimerOwner | null = null;
  #number = 0;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    setTimerOwner = (handle, owner) => {
      handle.#owner = owner;
    };
    numberTimer = (handle, number) => {
      handle.#number = number;
    };
    numberOfTimer = (handle) => handle.#number;
  })();

  /**
   * Makes a handle, as `callAt` does; the loop must be given it to call it.
   *
   * @param when The time to call at, in seconds on the clock of `loop.time()`.
   * @param callback What to call.
   * @param args Its arguments.
   * @param loop The loop that is to call it.
   * @param context The context to call it in; a copy of the current one where left out.
   */
  constructor(
    when: number,
    callback: Callback<unknown[]>,
    args: unknown[],
    loop: HandleOwner,
    context?: Context,
  ) {
    super(callback, args, loop, context);
    this.#when = when;
  }

  /**
   * The time the callback is to be called at.
   *
   * @returns Seconds on the clock of `loop.time()`.
   */
  when(): number {
    return this.#when;
  }

  /** Keeps the callback from being called. */
  override cancel(): void {
    if (!this.cancelled()) this.#owner?.noteCancelled(this);
    super.cancel();
  }

  /** @ignore */
  protected override describeTime(): string[] {
    return [`when=${this.#when}`];
  }
}
