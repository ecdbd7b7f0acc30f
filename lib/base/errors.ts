/**
 * The errors of asyncio, in Python's tree: each is an `Error`, with Python's name.
 *
 * @module
 */

/**
 * Tells a coroutine that its task was cancelled.
 *
 * In Python it is no `Exception`, so `except Exception` lets it through; a JavaScript `catch` does
 * not. Whoever catches it without throwing it again keeps the task from being cancelled.
 *
 * The `stack` of one that a loop threw begins where the coroutine waited; but in Deno without debug mode where it was first
 * looked at.
 *
 * @example
 * ```ts
 * import { CancelledError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new CancelledError("too late").message, "too late");
 * assertEquals(new CancelledError().message, "");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError
 */
export class CancelledError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "CancelledError";
  }
}

/**
 * Tells that an operation does not fit the state that a future is in.
 *
 * @example
 * ```ts
 * import { InvalidStateError, newEventLoop } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => newEventLoop().createFuture().result(), InvalidStateError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.InvalidStateError
 */
export class InvalidStateError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "InvalidStateError";
  }
}

/**
 * Tells that an operation took longer than it was given.
 *
 * Its `cause` is the {@linkcode CancelledError} by which the operation was stopped.
 *
 * @example
 * ```ts
 * import { run, sleep, TimeoutError, waitFor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => run(waitFor(sleep(60), 0.001)), TimeoutError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.TimeoutError
 */
export class TimeoutError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "TimeoutError";
  }
}

/**
 * Tells that a call was made where it makes no sense, as Python's class of this name does.
 *
 * @example
 * ```ts
 * import { getRunningLoop, RuntimeError } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => getRunningLoop(), RuntimeError, "no running event loop");
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#RuntimeError
 */
export class RuntimeError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "RuntimeError";
  }
}

/** Tells of what cannot be unless somebody meddled: an assertion of Python's. Of no use to programs. */
export class AssertionError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "AssertionError";
  }
}

/**
 * Tells that an argument has the right type and a wrong value.
 *
 * @example
 * ```ts
 * import { run, sleep, ValueError } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => run(sleep(NaN)), ValueError);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#ValueError
 */
export class ValueError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ValueError";
  }
}

/**
 * Tells that this host cannot do what was asked, and what can be done instead.
 *
 * @example
 * ```ts
 * import { NotSupportedError } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new NotSupportedError("no processes in a browser") instanceof Error);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#NotImplementedError
 */
export class NotSupportedError extends RuntimeError {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "NotSupportedError";
  }
}

/**
 * Tells that the user wants the program to end, by Ctrl-C. Thrown in a task or a callback it ends the run
 * at once.
 *
 * @example
 * ```ts
 * import { KeyboardInterrupt, run } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() =>
 *   run(function* () {
 *     throw new KeyboardInterrupt();
 *   }), KeyboardInterrupt);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#KeyboardInterrupt
 */
export class KeyboardInterrupt extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "KeyboardInterrupt";
  }
}

/**
 * Tells that the program wants to end. Thrown in a task or a callback it ends the run at once.
 *
 * @example
 * ```ts
 * import { run, SystemExit } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() =>
 *   run(function* () {
 *     throw new SystemExit("enough");
 *   }), SystemExit);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#SystemExit
 */
export class SystemExit extends Error {
  /** With what the program wants to end: a status, or a message; `null` where nothing was said. */
  readonly code: number | string | null;

  /**
   * Makes a new `SystemExit`.
   *
   * @param code A status, or a message.
   * @param options `cause`, as of every error.
   */
  constructor(code: number | string | null = null, options?: ErrorOptions) {
    super(code === null ? "" : String(code), options);
    this.code = code;
  }

  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "SystemExit";
  }
}

/**
 * Tells that an async iterator has no item left, where there is no other way to say so.
 *
 * `anext` throws it without a fallback. JavaScript's iterators say it by `{ done: true }`.
 *
 * @example
 * ```ts
 * import { anext, asyncGenerator, run, StopAsyncIteration } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * const nothing = asyncGenerator(function* () {});
 * await assertRejects(() => run(anext(nothing())), StopAsyncIteration);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#StopAsyncIteration
 */
export class StopAsyncIteration extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "StopAsyncIteration";
  }
}

/**
 * Is thrown at the `yield` of an async generator that is closed by `aclose()`.
 *
 * A generator that catches it cleans up and returns, or throws it again. Python's `except Exception` lets
 * it through, as it is no `Exception`; a JavaScript `catch` does not.
 *
 * @example
 * ```ts
 * import { anext, asyncGenerator, GeneratorExit, run } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * const open = asyncGenerator(function* () {
 *   try {
 *     yield "item";
 *   } catch (error) {
 *     assert(error instanceof GeneratorExit);
 *   }
 * });
 * await run(function* () {
 *   const generator = open();
 *   yield* anext(generator);
 *   yield* generator.aclose();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#GeneratorExit
 */
export class GeneratorExit extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "GeneratorExit";
  }
}

/** A task that a {@linkcode DeadlockError} found waiting, and what for. */
export interface WaitingTask {
  /** The task's printed form. */
  readonly task: string;
  /**
   * What it waits for, or `null` when it waits for nothing of the loop's: a future's printed form, or
   * `Lock.acquire of <Lock [locked, waiters:1]>, held by Task-2`.
   */
  readonly waitingFor: string | null;
}

/**
 * Tells that a run on a virtual clock cannot go on: nothing is ready, no timer is set, and what the
 * run waits for is not done.
 *
 * @example
 * ```ts
 * import { DeadlockError, newEventLoop, VirtualClock } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * const loop = newEventLoop({ clock: new VirtualClock() });
 * assertThrows(() => loop.runUntilCompleteSync(loop.createFuture()), DeadlockError);
 * loop.close();
 * ```
 */
export class DeadlockError extends RuntimeError {
  /** The tasks that wait, oldest first. */
  readonly tasks: readonly WaitingTask[];
  /** The tasks that wait for each other in a circle, by name, each circle from a task to itself. */
  readonly cycles: readonly (readonly string[])[];

  /**
   * Makes a new `DeadlockError`.
   *
   * @param message What could not go on.
   * @param tasks The tasks that wait, oldest first.
   * @param cycles The tasks that wait for each other in a circle.
   */
  constructor(
    message: string,
    tasks: readonly WaitingTask[] = [],
    cycles: readonly (readonly string[])[] = [],
  ) {
    super(message);
    this.tasks = tasks;
    this.cycles = cycles;
  }

  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "DeadlockError";
  }
}

/**
 * Tells that `getNowait()` found a queue empty.
 *
 * @example
 * ```ts
 * import { QueueEmpty } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new QueueEmpty().name, "QueueEmpty");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueEmpty
 */
export class QueueEmpty extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "QueueEmpty";
  }
}

/**
 * Tells that `putNowait()` found a queue full.
 *
 * @example
 * ```ts
 * import { QueueFull } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new QueueFull().name, "QueueFull");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueFull
 */
export class QueueFull extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "QueueFull";
  }
}

/**
 * Tells that a queue was shut down.
 *
 * @example
 * ```ts
 * import { QueueShutDown } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new QueueShutDown().name, "QueueShutDown");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueShutDown
 */
export class QueueShutDown extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "QueueShutDown";
  }
}

/**
 * Tells that a barrier was reset or broken while a task waited at it.
 *
 * @example
 * ```ts
 * import { BrokenBarrierError, RuntimeError } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new BrokenBarrierError() instanceof RuntimeError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.BrokenBarrierError
 */
export class BrokenBarrierError extends RuntimeError {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "BrokenBarrierError";
  }
}

/**
 * Tells that a stream ended before all the bytes asked for were read.
 *
 * @example
 * ```ts
 * import { IncompleteReadError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   new IncompleteReadError(new Uint8Array(2), 10).message,
 *   "2 bytes read on a total of 10 expected bytes",
 * );
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.IncompleteReadError
 */
export class IncompleteReadError extends Error {
  /** The bytes read before the stream ended. */
  readonly partial: Uint8Array;
  /** How many bytes were asked for, or `null` where no number was. */
  readonly expected: number | null;

  /**
   * Makes a new `IncompleteReadError`.
   *
   * @param partial The bytes read before the stream ended.
   * @param expected How many bytes were asked for, or `null` where no number was.
   */
  constructor(partial: Uint8Array, expected: number | null) {
    super(
      `${partial.length} bytes read on a total of ${expected ?? "undefined"} expected bytes`,
    );
    this.partial = partial;
    this.expected = expected;
  }

  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "IncompleteReadError";
  }
}

/**
 * Tells that a stream's buffer reached its limit before the separator was found.
 *
 * @example
 * ```ts
 * import { LimitOverrunError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new LimitOverrunError("separator not found", 7).consumed, 7);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.LimitOverrunError
 */
export class LimitOverrunError extends Error {
  /** How many bytes of the buffer are to be consumed. */
  readonly consumed: number;

  /**
   * Makes a new `LimitOverrunError`.
   *
   * @param message What was looked for.
   * @param consumed How many bytes of the buffer are to be consumed.
   */
  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }

  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "LimitOverrunError";
  }
}
