/**
 * Futures: outcomes that are not there yet.
 *
 * A future is its own iterator, and one without state: as long as it is pending it tells the running
 * task to wait for it and yields the one `SUSPENDED` object; afterwards it returns its result or throws
 * its error. So awaiting allocates nothing.
 *
 * It is long because its friends reach into state that nobody else may touch, and it has many of them.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { checkOptions } from "../base/check_options.ts";
import { CancelledError, InvalidStateError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { quietCancellation } from "../base/quiet_cancellation.ts";
import { describe, functionName, partRepr, repr, wholeRepr } from "../base/repr.ts";
import { captureFrames, type FrameRange, type StackFrame } from "../base/stack.ts";
import {
  Awaitable,
  awaitable,
  SUSPENDED as importedSUSPENDED,
  type Suspending,
} from "../coroutine/awaitable.ts";
import { checkContext, type Context, copyContext } from "../coroutine/context_vars.ts";
import { refuseCoroutine } from "../coroutine/coroutine.ts";
import { host } from "../platform/current.ts";
import type { EventLoop } from "./event_loop.ts";
import { Handle } from "./handle.ts";
import { throwOn } from "./injection.ts";
import { LoopOptions } from "./loop_options.ts";
import { getEventLoop } from "./loops.ts";
import { running as importedRunning } from "./running.ts";
import { checkLoop, type Scheduler } from "./scheduler.ts";
import { describeSource, noteSource } from "./sources.ts";
import { Failure } from "./unretrieved.ts";

/** The key of the method by which a future tells a listener that it is done. */
export const notify: unique symbol = Symbol("notify");

/** The key of the method by which a listener, or what it stands for, names those that wait. */
export const waiters: unique symbol = Symbol("waiters");

/** Whoever waits, or stands for others that do: a gathering for the task that awaits it. */
export interface Waiting {
  /** Those that wait, for the await graph. */
  [waiters](): readonly Future<unknown>[];
}

/** Whoever is to be told that a future is done. A future prints it by the name of its class. */
export interface Listener extends Partial<Waiting> {
  /** Takes note; called once, by the future that is done. Never throws. */
  [notify](future: Future<unknown>): void;
}

/** What {@linkcode Future.addDoneCallback} takes beside the callback. */
export interface DoneCallbackOptions {
  /** The context to call it in; a copy of the current one where left out or `null`. */
  context?: Context | null | undefined;
}

/** What {@linkcode Future} takes. */
export interface FutureOptions {
  /** The loop it belongs to; the running one, or the one that was set, where left out. */
  loop?: EventLoop | undefined;
}

// The engine folds a module's own constants into its code, and loads imported and exported ones each time:
// what every waiting uses is made its own.
const SUSPENDED = importedSUSPENDED;
const tell: typeof notify = notify;
const running = importedRunning;
const { hasDearErrors } = host;

// What a future keeps, under keys that nobody else has. Private fields they are not, for of a class whose parent has
// fields V8 makes objects three times as slowly, and tasks are such (tests/bench/floors.ts).
const SCHEDULER: unique symbol = Symbol("scheduler");
const STATE: unique symbol = Symbol("state");
const OUTCOME: unique symbol = Symbol("outcome");
const LISTENERS: unique symbol = Symbol("listeners");

const PENDING = 0;
const CANCELLED = 1;
const FULFILLED = 2;
const FAILED = 3;
/** Pending, and looked at: whoever comes by leaves the stack. */
const PROBED = 4;

/** The functions that stand for listeners with classes that have a way of their own to add callbacks. */
let standIns: WeakMap<(future: never) => unknown, Listener> | null = null;

/** Adds a listener that is told by {@linkcode notify}; for tasks, gatherings and promises. */
export let listen: (future: Future<unknown>, listener: Listener) => void;

/** Has a function called as a done callback is, in the name of somebody who waits so. */
export let callWhenDone: (
  future: Future<unknown>,
  callback: (future: Future<unknown>) => unknown,
  waiting: Waiting,
) => void;

/** Those that wait for a future through its listeners, in the order they came; some may be so twice. */
export let listenersWaiting: (future: Future<unknown>) => Future<unknown>[];

/**
 * Resumes a coroutine that is suspended at a pending future, and gives the stack at the future, which has it
 * suspended again at once: nothing of the coroutine's runs. `null` if it did not come by, or is
 * deeper than asked for.
 */
export let probe: (
  future: Future<unknown>,
  range: FrameRange,
  resume: () => void,
) => StackFrame[] | null;

/** Takes a listener off again. */
export let unlisten: (future: Future<unknown>, listener: Listener) => void;

/** The engine of a future's loop. */
export let schedulerOfFuture: (future: Future<unknown>) => Scheduler;

/** Finishes a future with a value; for tasks, whose `setResult` is not for users. */
export let fulfil: (future: Future<unknown>, value: unknown) => void;

/** Finishes a future with whatever was thrown; for tasks and promises. */
export let fail: (future: Future<unknown>, error: unknown) => void;

/** Cancels a future and remembers the error to throw; for tasks that end by it. */
export let finishCancelled: (
  future: Future<unknown>,
  error: CancelledError | null,
  message: string | undefined,
) => void;

/** The error that a cancelled future throws; made anew but for the first time after a task's own. */
export let makeCancelledError: (future: Future<unknown>) => CancelledError;

/** Remembers the message of a cancellation that is to come; for tasks. */
export let setCancelMessage: (future: Future<unknown>, message: string | undefined) => void;

/** The message that a future was, or is to be, cancelled with; for tasks. */
export let cancelMessageOf: (future: Future<unknown>) => string | undefined;

/** The error of a future that failed, without counting as retrieving it; else `undefined`. */
export let peekError: (future: Future<unknown>) => { readonly error: unknown } | undefined;

/** The error of a future that is done, which its own `exception()` tells; `undefined` where there is none. */
export let seeError: (future: Future<unknown>) => { readonly error: unknown } | undefined;

/** Whether a future is done by a result. */
export let hasResult: (future: Future<unknown>) => boolean;

/** The same of one whose class has no way of its own to tell how it ended. */
export let hasPlainResult: (future: Future<unknown>) => boolean;

/** Whether a future was cancelled, whatever a method of its own says. */
export let wasCancelled: (future: Future<unknown>) => boolean;

/** Counts a future's error as retrieved. */
export let markRetrieved: (future: Future<unknown>) => void;

/** Says what a future that was just made is for. */
export let setPurpose: (future: Future<unknown>, purpose: object) => void;

/** What {@linkcode setPurpose} said of a future that is pending; or anything else. */
export let noteOf: (future: Future<unknown>) => unknown;

let probedStack: StackFrame[] | null = null;
let probedRange: FrameRange | null = null;

const printing = new Set<Future<unknown>>();

let suspendRunning: (future: Future<unknown>) => void;

/** Plugs in how the running task is told what it waits for; for the tasks' file. */
export function setSuspension(suspend: (future: Future<unknown>) => void): void {
  suspendRunning = suspend;
}

class DoneCallback implements Listener {
  readonly callback: (future: Future<unknown>) => unknown;
  readonly context: Context;
  readonly #waiting: Waiting | null;

  constructor(
    callback: (future: Future<unknown>) => unknown,
    context: Context,
    waiting: Waiting | null,
  ) {
    this.callback = callback;
    this.context = context;
    this.#waiting = waiting;
  }

  [waiters](): readonly Future<unknown>[] {
    return this.#waiting === null ? [] : this.#waiting[waiters]();
  }

  [notify](future: Future<unknown>): void {
    const scheduler = schedulerOfFuture(future);
    const handle = new Handle(
      this.callback as (...args: unknown[]) => unknown,
      [future],
      scheduler.owner,
      this.context,
    );
    if (scheduler.debug) noteSource(handle);
    scheduler.push(handle);
  }
}

/**
 * An outcome that is not there yet, of work that somebody does.
 *
 * It can be awaited by `yield*` and by `await`, any number of times, by any number of tasks; cancelling
 * a task that waits for it cancels it. Most often a {@linkcode Task} is what you want.
 *
 * @typeParam T What its result is.
 *
 * @example
 * ```ts
 * import { Future, getRunningLoop, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const answer = new Future<number>();
 *   getRunningLoop().callSoon(() => answer.setResult(42));
 *   assertEquals(yield* answer, 42);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-future.html#asyncio.Future
 */
export class Future<T = unknown> extends Awaitable<T> {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static override get name(): string {
    return "Future";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  declare private readonly [SCHEDULER]: Scheduler;
  declare private [STATE]: 0 | 1 | 2 | 3 | 4;
  // The result, the error, or the error that a cancelled task ended by, according to its state; before it is done, what
  // it was made for, or what a cancellation that is to come says.
  declare private [OUTCOME]: unknown;
  // Nobody, one, or several in order: the first two are what nearly all futures have. Once it is done, what its
  // cancellation says, also one that it did without, or the record of the error that nobody has seen yet.
  declare private [LISTENERS]: Listener | Listener[] | Failure | string | null;

  // Private methods are static: with others every object of the class has a field more, and futures are many.

  static readonly #friends: void = /* @__PURE__ */ (() => {
    const plain = this.prototype.addDoneCallback;
    listen = (future, listener) => {
      if (future.addDoneCallback === plain) Future.#listen(future, listener);
      else Future.#addByOwn(future, listener);
    };
    callWhenDone = (future, callback, waiting) =>
      listen(future, new DoneCallback(callback, copyContext(), waiting));
    listenersWaiting = (future) =>
      Future.#listenerList(future).flatMap((each) => each[waiters]?.() ?? []);
    probe = (future, range, resume) => {
      if (future[STATE] !== PENDING) return null;
      probedStack = null;
      probedRange = range;
      future[STATE] = PROBED;
      try {
        resume();
      } finally {
        future[STATE] = PENDING;
      }
      return probedStack;
    };
    unlisten = (future, listener) => {
      Future.#filter(future, (other) => other !== listener);
    };
    schedulerOfFuture = (future) => future[SCHEDULER];
    fulfil = (future, value) => {
      const told = future[OUTCOME];
      Future.#finish(future, FULFILLED, value, typeof told === "string" ? told : null);
    };
    fail = (future, error) => Future.#fail(future, error);
    finishCancelled = (future, error, message) => {
      Future.#finish(future, CANCELLED, error, message);
    };
    makeCancelledError = (future) => Future.#makeCancelledError(future);
    setCancelMessage = (future, message) => {
      future[OUTCOME] = message;
    };
    cancelMessageOf = (future) => Future.#message(future);
    peekError = (future) => future[STATE] === FAILED ? { error: future[OUTCOME] } : undefined;
    const { cancelled, exception } = this.prototype;
    hasPlainResult = (future) =>
      future[STATE] === FULFILLED && future.exception === exception &&
      future.cancelled === cancelled;
    seeError = (future) => {
      // Not always by the method, for what JavaScript throws may be `null`.
      if (future.exception === exception) {
        if (future[STATE] !== FAILED) return undefined;
        Future.#retrieve(future);
        return { error: future[OUTCOME] };
      }
      if (future[STATE] === CANCELLED) return undefined;
      const error = future.exception();
      return error === null ? undefined : { error };
    };
    hasResult = (future) => future[STATE] === FULFILLED;
    wasCancelled = (future) => future[STATE] === CANCELLED;
    markRetrieved = (future) => Future.#retrieve(future);
    setPurpose = (future, purpose) => {
      future[OUTCOME] = purpose;
    };
    noteOf = (future) => future[OUTCOME];
  })();

  /**
   * Makes a new `Future`.
   *
   * @param options `loop`: the loop it belongs to.
   * @throws {TypeError} If `loop` is no event loop.
   * @throws {RuntimeError} If there is no loop to belong to.
   */
  constructor(options: FutureOptions = {}) {
    super();
    const current = running.scheduler;
    // Nearly all are made by a step, on its loop, and with nothing said.
    const scheduler = current !== null && current.plainOptions === options
      ? current
      : schedulerMeant(options);
    this[SCHEDULER] = scheduler;
    this[STATE] = PENDING;
    this[OUTCOME] = undefined;
    this[LISTENERS] = null;
    if (scheduler.debug) noteSource(this);
  }

  /**
   * The loop it belongs to.
   *
   * @returns The loop.
   */
  getLoop(): EventLoop {
    return this[SCHEDULER].owner as EventLoop;
  }

  /**
   * Tells whether it is over: by a result, an error, or its cancellation.
   *
   * @returns `false` as long as it is pending.
   */
  done(): boolean {
    return this[STATE] !== PENDING;
  }

  /**
   * Tells whether it was cancelled.
   *
   * @returns Whether it ended so.
   */
  cancelled(): boolean {
    return this[STATE] === CANCELLED;
  }

  /**
   * The result.
   *
   * @returns The result.
   * @throws The error that it was given instead.
   * @throws {CancelledError} If it was cancelled.
   * @throws {InvalidStateError} If it is pending.
   */
  result(): T {
    switch (this[STATE]) {
      case FULFILLED:
        return this[OUTCOME] as T;
      case FAILED:
        Future.#retrieve(this);
        throw this[OUTCOME];
      case CANCELLED:
        throw Future.#makeCancelledError(this);
      default:
        throw new InvalidStateError(`Result is not set. Await it first: ${this}`);
    }
  }

  /**
   * The error.
   *
   * @returns The error, or `null` where it has a result.
   * @throws {CancelledError} If it was cancelled.
   * @throws {InvalidStateError} If it is pending.
   */
  exception(): unknown {
    switch (this[STATE]) {
      case FULFILLED:
        return null;
      case FAILED:
        Future.#retrieve(this);
        return this[OUTCOME];
      case CANCELLED:
        throw Future.#makeCancelledError(this);
      default:
        throw new InvalidStateError(`Exception is not set. Await it first: ${this}`);
    }
  }

  /**
   * Gives it its result, and schedules its callbacks.
   *
   * @param value The result.
   * @throws {InvalidStateError} If it is done.
   */
  setResult(value: T): void {
    Future.#checkPending(this, "setResult");
    Future.#finish(this, FULFILLED, value, null);
  }

  /**
   * Gives it an error in place of a result, and schedules its callbacks.
   *
   * @param exception The error, or a class of errors to make it of.
   * @throws {InvalidStateError} If it is done.
   * @throws {TypeError} If it is no error.
   */
  setException(exception: Error | (new () => Error)): void {
    Future.#checkPending(this, "setException");
    const error = isErrorClass(exception) ? new exception() : exception;
    if (!(error instanceof Error)) {
      throw new TypeError(
        `invalid exception object: setException() expects an Error, got ${describe(error)}`,
      );
    }
    Future.#fail(this, error);
  }

  /**
   * Cancels it, and schedules its callbacks. Who awaits it gets a {@linkcode CancelledError}.
   *
   * @param message The error's message.
   * @returns `false` if it was done, and so was not cancelled.
   */
  cancel(message?: string | null): boolean {
    Future.#retrieve(this);
    if (this[STATE] !== PENDING) return false;
    this[SCHEDULER].instrument?.cancelRequested(this);
    Future.#finish(this, CANCELLED, null, messageOf(message));
    return true;
  }

  /**
   * Has a function called, from the loop and with this future, when it is done; soon, if it is done
   * already. Functions are called in the order added.
   *
   * @param callback What to call. Bind further arguments with a closure or `bind`.
   * @param options `context`: the context to call it in.
   * @throws {TypeError} If it is no function, or one that makes coroutines.
   */
  addDoneCallback(callback: (future: this) => unknown, options: DoneCallbackOptions = {}): void {
    const listener = standIns?.get(callback);
    if (listener !== undefined) return Future.#listen(this, listener);
    checkOptions(options, "addDoneCallback()", ["context"]);
    refuseCoroutine(callback, "addDoneCallback");
    checkFunction(callback, "addDoneCallback() expects");
    Future.#listen(
      this,
      new DoneCallback(
        callback as (future: Future<unknown>) => unknown,
        checkContext(options.context) ?? copyContext(),
        null,
      ),
    );
  }

  /**
   * Takes a function off again, as often as it was added.
   *
   * @param callback The function.
   * @returns How many times it was taken off.
   */
  removeDoneCallback(callback: (future: this) => unknown): number {
    return Future.#filter(
      this,
      (listener) => !(listener instanceof DoneCallback && listener.callback === callback),
    );
  }

  /** It is its own iterator. */
  override [awaitable](): Iterator<Suspending, T, unknown> {
    return this;
  }

  /** It is its own iterator. */
  override [Symbol.iterator](): Iterator<Suspending, T, unknown> {
    return this;
  }

  /** @ignore One step of `yield*`: waits while pending, then gives the outcome. */
  next(): IteratorResult<Suspending, T> {
    if (this[STATE] === FULFILLED) return { done: true, value: this[OUTCOME] as T };
    if (this[STATE] !== PENDING) return Future.#nextDone(this);
    suspendRunning(this);
    return SUSPENDED as IteratorResult<Suspending, T>;
  }

  /** @ignore What `yield*` does with an error thrown at it. */
  throw(error: unknown): never {
    throwOn(error);
  }

  /** @ignore As a stand-in for what waits for it. */
  [waiters](): readonly Future<unknown>[] {
    return listenersWaiting(this);
  }

  /** The printed form. */
  override toString(): string {
    // Tasks that await each other in a circle print each other.
    if (printing.has(this)) return "...";
    printing.add(this);
    try {
      const parts = [this.constructor.name, ...this.describeState(), ...describeSource(this)];
      return `<${parts.join(" ")}>`;
    } finally {
      printing.delete(this);
    }
  }

  /** @ignore The parts of the printed form. */
  protected describeState(): string[] {
    switch (this[STATE]) {
      case FULFILLED:
        return ["finished", `result=${partRepr(this[OUTCOME])}`];
      case FAILED:
        return ["finished", `exception=${wholeRepr(this[OUTCOME])}`];
      case CANCELLED:
        return ["cancelled"];
      default:
        return ["pending", ...this.describeCallbacks()];
    }
  }

  /** @ignore The part of the printed form that tells of callbacks. */
  protected describeCallbacks(): string[] {
    const names = Future.#listenerList(this).map((listener) =>
      listener instanceof DoneCallback
        ? `${functionName(listener.callback)}()`
        : `${listener.constructor.name}.wakeup()`
    );
    if (names.length === 0) return [];
    const shown = names.length <= 2
      ? names.join(", ")
      : `${names[0]}, <${names.length - 2} more>, ${names.at(-1)}`;
    return [`cb=[${shown}]`];
  }

  /** The outcome that `yield*` gives, by no class's own way; or, looked at, the stack there to who looks. */
  static #nextDone<T>(future: Future<T>): IteratorResult<Suspending, T> {
    if (future[STATE] !== PROBED) {
      return { done: true, value: Future.prototype.result.call(future) as T };
    }
    probedStack = captureFrames(probedRange!);
    return SUSPENDED as IteratorResult<Suspending, T>;
  }

  static #listenerList(future: Future<unknown>): readonly Listener[] {
    const listeners = Future.#listeners(future);
    if (listeners === null) return [];
    return Array.isArray(listeners) ? listeners : [listeners];
  }

  static #listeners(future: Future<unknown>): Listener | Listener[] | null {
    return future[STATE] === PENDING ? future[LISTENERS] as Listener | Listener[] | null : null;
  }

  /** By the way of a class that adds callbacks in its own: it is given a function that stands for the listener. */
  static #addByOwn(future: Future<unknown>, listener: Listener): void {
    const callback = listener instanceof DoneCallback
      ? (done: Future<unknown>) => listener.callback(done)
      : (done: Future<unknown>) => listener[tell](done);
    standIns ??= new WeakMap();
    standIns.set(callback, listener);
    future.addDoneCallback(callback);
  }

  static #checkPending(future: Future<unknown>, method: string): void {
    if (future[STATE] !== PENDING) {
      throw new InvalidStateError(
        `invalid state: ${method}() expects a pending future, got ${future}`,
      );
    }
  }

  static #listen(future: Future<unknown>, listener: Listener): void {
    if (future[STATE] !== PENDING) listener[tell](future);
    else if (future[LISTENERS] === null) future[LISTENERS] = listener;
    else if (Array.isArray(future[LISTENERS])) future[LISTENERS].push(listener);
    else future[LISTENERS] = [future[LISTENERS] as Listener, listener];
  }

  static #filter(future: Future<unknown>, keep: (listener: Listener) => boolean): number {
    const listeners = Future.#listeners(future);
    if (listeners === null) return 0;
    if (!Array.isArray(listeners)) {
      if (keep(listeners)) return 0;
      future[LISTENERS] = null;
      return 1;
    }
    const kept = listeners.filter(keep);
    future[LISTENERS] = kept.length === 0 ? null : kept;
    return listeners.length - kept.length;
  }

  static #finish(
    future: Future<unknown>,
    state: 1 | 2 | 3,
    outcome: unknown,
    note: Failure | string | null | undefined,
  ): void {
    const listeners = future[LISTENERS] as Listener | Listener[] | null;
    future[STATE] = state;
    future[OUTCOME] = outcome;
    future[LISTENERS] = note ?? null;
    if (listeners === null) return;
    if (Array.isArray(listeners)) {
      for (const listener of listeners) listener[tell](future);
    } else {
      listeners[tell](future);
    }
  }

  static #fail(future: Future<unknown>, error: unknown): void {
    const failure = future[SCHEDULER].failures.watch(future, error, Future.#message(future));
    Future.#finish(future, FAILED, error, failure);
  }

  static #retrieve(future: Future<unknown>): void {
    const note = future[LISTENERS];
    if (!(note instanceof Failure)) return;
    future[LISTENERS] = note.cancelMessage ?? null;
    note.retrieved();
  }

  static #makeCancelledError(future: Future<unknown>): CancelledError {
    // A task ended by an error of its own: the first who asks gets that one, with its stack.
    const own = future[OUTCOME] as CancelledError | null;
    if (own !== null && future[STATE] === CANCELLED) {
      future[OUTCOME] = null;
      return own;
    }
    const message = Future.#message(future);
    return hasDearErrors && !future[SCHEDULER].debug
      ? quietCancellation(message)
      : new CancelledError(message);
  }

  static #message(future: Future<unknown>): string | undefined {
    const note = future[future[STATE] === PENDING ? OUTCOME : LISTENERS];
    if (note instanceof Failure) return note.cancelMessage;
    return typeof note === "string" ? note : undefined;
  }
}

/**
 * Tells whether a value is a future of this module's.
 *
 * @param value Anything.
 * @returns Whether it is a {@linkcode Future}; a {@linkcode Task} is one.
 *
 * @example
 * ```ts
 * import { isFuture, newEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * assertEquals([loop.createFuture(), Promise.resolve()].map(isFuture), [true, false]);
 * loop.close();
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-future.html#asyncio.isfuture
 */
export function isFuture(value: unknown): value is Future<unknown> {
  return value instanceof Future;
}

/** A cancellation's message as text; `null` is none. */
export function messageOf(message: unknown): string | undefined {
  if (message === undefined || message === null) return undefined;
  return typeof message === "string" ? message : repr(message);
}

function schedulerMeant(options: FutureOptions): Scheduler {
  if (!(options instanceof LoopOptions)) checkOptions(options, "Future()", ["loop"]);
  return checkLoop(options.loop ?? getEventLoop());
}

function isErrorClass(value: unknown): value is new () => Error {
  return typeof value === "function" && (value === Error || value.prototype instanceof Error);
}
