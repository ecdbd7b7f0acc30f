/**
 * Calls of an async generator's methods, and what becomes of the generator by them.
 *
 * @module
 */
import { GeneratorExit, RuntimeError, StopAsyncIteration } from "../base/errors.ts";
import { isGenerator, type Steps, type Suspension } from "./awaitable.ts";
import { CallFrame } from "./call_frame.ts";
import { ThrowableCoroutine } from "./coroutine.ts";
import { type Resumption, ToYield, type YieldingGenerator } from "./to_yield.ts";

/** What runs inside: a generator of either kind. */
export type Body = YieldingGenerator | AsyncGenerator<unknown, unknown, unknown>;

/** How an async generator is resumed, and what the call is named in errors. */
export interface Call extends Resumption {
  readonly name: "anext" | "asend" | "throw" | "athrow" | "return" | "aclose";
}

/** What an async generator's calls drive: one at a time. */
export class GeneratorState {
  readonly #body: Body;
  // `closed` is not over yet: one that ignored its closing can still be resumed, as in CPython.
  #state: "new" | "begun" | "closed" | "over" = "new";
  #isRunning = false;
  #forget: (() => void) | null = null;

  /**
   * Makes a new `GeneratorState`.
   *
   * @param body The generator, not begun.
   */
  constructor(body: Body) {
    this.#body = body;
  }

  /** Whether it was not begun. */
  get isNew(): boolean {
    return this.#state === "new";
  }

  /** Whether it has been closed, and nothing runs in it. */
  get isClosed(): boolean {
    return this.#state === "closed" && !this.#isRunning;
  }

  /** Whether there is no more of it. */
  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Whether it is driven step by step, which the engine's own async generators are not. */
  get isStepwise(): boolean {
    return isGenerator(this.#body);
  }

  /** Has a function called when it is over. */
  whenOver(forget: () => void): void {
    this.#forget = forget;
  }

  /**
   * Begins a call.
   *
   * @param call The call.
   * @param isThrown Whether it is an error that was thrown into a call before that was begun.
   * @returns What is to be driven, or `null` where the generator is over.
   * @throws {RuntimeError} If it is running.
   * @throws {TypeError} If a value is sent to one that was not begun.
   */
  enter({ name, method, value }: Call, isThrown: boolean): Steps | null {
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

  /** Ends a call, and tells whether the generator is over with it. */
  leave(isOver: boolean): void {
    this.#isRunning = false;
    if (!isOver) return;
    this.#state = "over";
    this.#forget?.();
    this.#forget = null;
  }
}

/** One call of a method of an async generator's, as it is handed out. */
export class LazyCall<T> extends ThrowableCoroutine<T> {
  protected override reuse(): string {
    const calls = this.name === "aclose" || this.name === "athrow"
      ? "aclose()/athrow()"
      : "__anext__()/asend()";
    return `cannot reuse already awaited ${calls}`;
  }
}

/** One such call, as a task drives it. */
export class GeneratorCall<T, R> implements Iterator<Suspension, IteratorResult<T, R>, unknown> {
  readonly #generator: GeneratorState;
  readonly #call: Call;
  #steps: Steps | null = null;
  // What is thrown into a generator that was not begun never was inside.
  #isThrownBack = false;

  /**
   * Makes a new `GeneratorCall`.
   *
   * @param generator The generator.
   * @param call What it is called by.
   */
  constructor(generator: GeneratorState, call: Call) {
    this.#generator = generator;
    this.#call = call;
  }

  /** It is its own iterator. */
  [Symbol.iterator](): Iterator<Suspension, IteratorResult<T, R>, unknown> {
    return this;
  }

  /** Goes on to the next suspension, or to the end of the call. */
  next(): IteratorResult<Suspension, IteratorResult<T, R>> {
    if (this.#steps === null) {
      this.#isThrownBack = this.#call.method === "throw" && this.#generator.isNew;
      this.#steps = this.#generator.enter(this.#call, false);
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

  /** Throws at the suspension; of a call that was not begun, at where the generator stands. */
  throw(error: unknown): IteratorResult<Suspension, IteratorResult<T, R>> {
    let result: IteratorResult<unknown, unknown>;
    if (this.#steps === null) {
      // In the stead of the call, as CPython does.
      this.#isThrownBack = this.#generator.isNew;
      const call: Call = { name: this.#call.name, method: "throw", value: error };
      this.#steps = this.#generator.enter(call, true);
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

  /** Gives the call up. */
  return(value?: IteratorResult<T, R>): IteratorResult<Suspension, IteratorResult<T, R>> {
    if (this.#steps !== null) {
      this.#steps.return?.();
      this.#generator.leave(true);
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
      this.#generator.leave((result.value as IteratorResult<T, R>).done === true);
    }
    return result as IteratorResult<Suspension, IteratorResult<T, R>>;
  }

  #failure(error: unknown): unknown {
    this.#generator.leave(true);
    // It would end the iteration that is on, as if there were no items left.
    return error instanceof StopAsyncIteration && !this.#isThrownBack
      ? new RuntimeError("async generator raised StopAsyncIteration", { cause: error })
      : error;
  }
}

/** A call of one of the methods that Python's generators have: what its end means. */
export class MethodSteps<V> implements Iterator<Suspension, V, unknown> {
  readonly #generator: GeneratorState;
  readonly #name: Call["name"];
  readonly #call: GeneratorCall<unknown, unknown>;
  #isBegun = false;

  /**
   * Makes a new `MethodSteps`.
   *
   * @param generator The generator.
   * @param name The method.
   * @param call Its call.
   */
  constructor(
    generator: GeneratorState,
    name: Call["name"],
    call: GeneratorCall<unknown, unknown>,
  ) {
    this.#generator = generator;
    this.#name = name;
    this.#call = call;
  }

  /** Goes on to the next suspension, or to the end of the call. */
  next(): IteratorResult<Suspension, V> {
    if (!this.#isBegun) {
      this.#isBegun = true;
      if (this.#name !== "asend") {
        // CPython's own ways: of one that is over it gives nothing, and no error.
        if (this.#generator.isOver) return { done: true, value: undefined as V };
        if (this.#generator.isClosed) throw new StopAsyncIteration();
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

  /** Throws at the suspension; of a call that was not begun, at where the generator stands. */
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

  /** Gives the call up. */
  return(value?: V): IteratorResult<Suspension, V> {
    if (this.#isBegun) this.#call.return();
    else this.#close();
    return { done: true, value: value as V };
  }

  /** Closing a call that was not begun closes the generator, but for an engine's own, which cannot be driven at once. */
  #close(): void {
    if (!this.#generator.isStepwise) return;
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
