/**
 * A call of a user's function whose kind is not known before it returns: it may be a generator
 * function, an async function, or a plain one.
 *
 * An async function cannot be driven step by step. Once called it runs as far as it can, and then it
 * either settles its promise or awaits something. So the frame asks the driver to make the call
 * (`CALLING`), which does so under the task's identity and, where a promise came back, resumes this
 * iterator when the promise settles. Until then the function's own awaits are the task's.
 *
 * @module
 */
import { continueStack } from "../base/stack.ts";
import {
  Awaitable,
  awaitable,
  awaitableSteps,
  CALLING,
  hasAwaitable,
  isGenerator,
  isThenable,
  type Steps,
  type Suspension,
} from "./awaitable.ts";

/**
 * `new` until the driver calls; then `inside` a coroutine that came back, `outside` in a promise. `resumed`
 * while the coroutine runs through this frame, and for ever after if it ended so.
 */
type CallState = "new" | "inside" | "resumed" | "outside" | "returned" | "threw";

/** The iterator of one call. */
export class CallFrame<T = unknown>
  implements Iterator<Suspension, T, unknown>, Iterable<Suspension, T, unknown> {
  #state: CallState = "new";
  #function: (() => unknown) | undefined;
  #inner: Steps | undefined;
  #outcome: unknown = undefined;
  #lacksFrames = false;
  /** Whether the function may be async, and so its call has to be made under the task's identity. */
  readonly mayBeAsync: boolean;
  /** What its continuations spring from, where not from what runs when it is made; the host's. */
  readonly place: unknown;

  /**
   * Makes a new `CallFrame`.
   *
   * @param callback What to call; it closes over its arguments.
   * @param mayBeAsync Whether it may start an async function: not if it makes a generator object.
   * @param place What its continuations spring from; what runs when it is made where left out.
   */
  constructor(callback: () => unknown, mayBeAsync: boolean = true, place: unknown = null) {
    this.#function = callback;
    this.mayBeAsync = mayBeAsync;
    this.place = place;
  }

  /** Makes it an awaitable, for types. */
  [awaitable](): this {
    return this;
  }

  /** It is its own iterator. */
  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return this;
  }

  /** Asks for the call, hands on what the inner coroutine does, or gives the outcome. */
  next(): IteratorResult<Suspension, T> {
    switch (this.#state) {
      case "inside":
      case "resumed":
        this.#state = "resumed";
        return this.#resumed(this.#inner!.next());
      case "returned":
        return { done: true, value: this.#outcome as T };
      case "threw":
        if (this.#lacksFrames && this.#outcome instanceof Error) {
          continueStack(this.#outcome, new Error().stack ?? "", "call_stack.ts");
        }
        throw this.#outcome;
      default:
        CALLING.value = this;
        return CALLING as unknown as IteratorResult<Suspension, T>;
    }
  }

  /** Throws into the inner coroutine; a call that is not made yet is never made. */
  throw(error: unknown): IteratorResult<Suspension, T> {
    const isBegun = this.#state === "inside" || this.#state === "resumed";
    if (isBegun && this.#inner!.throw !== undefined) {
      this.#state = "resumed";
      return this.#resumed(this.#inner!.throw(error));
    }
    this.#settle("threw", error);
    throw error;
  }

  /** Closes the inner coroutine. */
  return(value?: T): IteratorResult<Suspension, T> {
    if (this.#state === "inside" || this.#state === "resumed") this.#inner!.return?.();
    this.#settle("returned", value);
    return { done: true, value: value as T };
  }

  /**
   * Makes the call. The driver does it, inside the task's identity.
   *
   * @returns The promise that came back, or `null` where the frame can be resumed at once.
   */
  call(): PromiseLike<unknown> | null {
    const callback = this.#function!;
    this.#function = undefined;
    try {
      const result = callback();
      const steps = stepsOf(result);
      if (steps !== null) {
        this.#state = "inside";
        this.#inner = steps;
      } else if (isThenable(result)) {
        this.#state = "outside";
        return result;
      } else {
        this.#settle("returned", result);
      }
    } catch (error) {
      this.#settle("threw", error);
    }
    return null;
  }

  /** Whether a coroutine came back that is not over. */
  get isInside(): boolean {
    return this.#state === "inside";
  }

  /** The iterator to drive from now on: the inner coroutine, once there is one. */
  unwrap(): Steps {
    return this.#inner ?? this;
  }

  /** Has another iterator give the outcome, in the stead of the promise that came back. */
  continueIn(steps: Steps): void {
    this.#state = "inside";
    this.#inner = steps;
  }

  /** Takes the value of the promise that came back. */
  fulfill(value: unknown): void {
    this.#settle("returned", value);
  }

  /**
   * Takes the error of the promise that came back, or of the coroutine that was driven without this frame.
   *
   * @param error The error.
   * @param lacksFrames Whether its stack tells nothing of those that await this.
   */
  reject(error: unknown, lacksFrames: boolean = false): void {
    this.#lacksFrames = lacksFrames;
    this.#settle("threw", error);
  }

  #resumed(result: IteratorResult<unknown, unknown>): IteratorResult<Suspension, T> {
    if (!result.done) this.#state = "inside";
    return result as IteratorResult<Suspension, T>;
  }

  #settle(state: "returned" | "threw", outcome: unknown): void {
    this.#state = state;
    this.#outcome = outcome;
    this.#function = undefined;
    this.#inner = undefined;
  }
}

/** Tells whether a value is a generator function: its calls run nothing of its body. */
export function isGeneratorFunction(value: unknown): boolean {
  return typeof value === "function" &&
    (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "GeneratorFunction";
}

/** The iterator behind a value that is a coroutine or an awaitable, or `null`. */
export function stepsOf(value: unknown): Steps | null {
  if (isGenerator(value)) return value;
  if (value instanceof Awaitable) return value[Symbol.iterator]();
  if (typeof value === "object" && value !== null && hasAwaitable(value)) {
    return awaitableSteps(value);
  }
  return null;
}
