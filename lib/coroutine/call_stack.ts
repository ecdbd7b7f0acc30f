/**
 * Coroutines that await one another by way of calls, kept as a stack by who drives them.
 *
 * Resuming a coroutine through n nested `yield*` costs n steps of the engine's. Where a coroutine was called
 * through a frame, as all that `coroutine()` makes are, the driver need not go that way: the frame has told it
 * what runs inside. So the innermost is resumed directly, whatever stands above it, and when it returns, the
 * one that awaits it gets the value from its frame.
 *
 * Errors go the long way. Where one is to be thrown in, or what is awaited has failed, the outermost is
 * resumed and hands on, so that the error finds all the coroutines on the stack and tells of them. One that a
 * coroutine threw by itself gets their frames when its frame throws it on.
 *
 * A hand-written iterator in between, which hands on what another gives, is not asked while an inner call is
 * resumed directly.
 *
 * @module
 */
import { type Steps, SUSPENDED, willThrow } from "./awaitable.ts";
import type { CallFrame } from "./call_frame.ts";

/** How many may await one another. One that calls itself for ever would else take all memory, and the process with it. */
const DEEPEST = 1_000_000;

/** The iterator of coroutines that await one another. */
export class CallStack implements Steps {
  /** The outermost. */
  readonly bottom: Steps;
  #top: Steps;
  readonly #frames: CallFrame[] = [];
  // The future that the innermost waits for.
  #awaited: unknown = null;

  /** Makes a stack of one. */
  constructor(bottom: Steps) {
    this.bottom = bottom;
    this.#top = bottom;
  }

  /** Puts the coroutine of a call, which is inside, on top. */
  push(frame: CallFrame): void {
    if (this.#frames.length === DEEPEST) {
      frame.reject(new RangeError("maximum recursion depth exceeded"));
      return;
    }
    this.#frames.push(frame);
    this.#top = frame.unwrap();
  }

  /** Resumes the innermost, and with its result the one that awaits it, until one waits. */
  next(): IteratorResult<unknown, unknown> {
    if (this.#awaited !== null && willThrow(this.#awaited)) return this.#found(this.bottom.next());
    for (;;) {
      let result: IteratorResult<unknown, unknown>;
      try {
        result = this.#top.next();
      } catch (error) {
        const frame = this.#frames.pop();
        if (frame === undefined) throw error;
        frame.reject(error, true);
        return this.#found(this.bottom.next());
      }
      if (!result.done) return this.#noted(result);
      const frame = this.#frames.pop();
      if (frame === undefined) return result;
      frame.fulfill(result.value);
      this.#top = this.#frames.at(-1)?.unwrap() ?? this.bottom;
    }
  }

  /** Throws at the innermost, through all that await it. */
  throw(error: unknown): IteratorResult<unknown, unknown> {
    if (this.bottom.throw === undefined) throw error;
    return this.#found(this.bottom.throw(error));
  }

  /** Closes them all. */
  return(value?: unknown): IteratorResult<unknown, unknown> {
    return this.bottom.return?.(value) ?? { done: true, value };
  }

  /** Finds the innermost again, after they were resumed through each other. */
  #found(result: IteratorResult<unknown, unknown>): IteratorResult<unknown, unknown> {
    const frames = this.#frames;
    // Those that are over lie on top of the others: an inner call is never outlived by it.
    while (frames.length > 0 && !frames.at(-1)!.isInside) frames.pop();
    this.#top = frames.at(-1)?.unwrap() ?? this.bottom;
    return this.#noted(result);
  }

  #noted(result: IteratorResult<unknown, unknown>): IteratorResult<unknown, unknown> {
    this.#awaited = result === SUSPENDED ? SUSPENDED.value : null;
    return result;
  }
}

/** What a driver goes on with when it has made a call. */
export function stepsAfterCall(steps: Steps, frame: CallFrame): Steps {
  if (!frame.isInside) return steps;
  if (steps === frame) return frame.unwrap();
  const stack = steps instanceof CallStack ? steps : new CallStack(steps);
  stack.push(frame);
  return stack;
}

/** The outermost of the iterators that a driver drives; it leads through all of them. */
export function outermostSteps(steps: Steps): Steps {
  return steps instanceof CallStack ? steps.bottom : steps;
}
