/**
 * Cancellations that cost little.
 *
 * Deno asks V8 for the stack of each error that is made, in full: that is some microseconds, ten times what all else of
 * a cancellation takes, whether anybody looks at it or not, and whatever `Error.stackTraceLimit` says. But a cancellation
 * is no mistake, and hardly anybody looks. So there those that the loop makes are plain objects of the class. They take the
 * stack when they are first asked for it, so that it begins where they are looked at: most often where they were caught.
 *
 * In debug mode the loop makes errors like others, whose stack begins where the coroutine waited; and in browsers, where
 * errors are cheaper, and consoles tell nothing of what is no error of the engine's.
 *
 * What an engine does for its own errors alone it does not do for these: a structured clone of one is `{}`. Thrown they
 * cross to other threads all the same; as a part of a value they are refused, and those that `gather` puts among its results
 * are errors of the engine's.
 *
 * @module
 */
import { CancelledError } from "./errors.ts";
import { restack } from "./stack.ts";
import { staysInThread } from "./staying.ts";

let getStack: () => unknown;

/** In place of an error's own fields it has what looks like them, and the rest of its class's. */
class QuietCancelledError {
  #message: unknown;

  static readonly #staying: void = /* @__PURE__ */ staysInThread(
    this,
    "send what it says, or throw it there",
  );

  static readonly #kind: void = /* @__PURE__ */ (() => {
    const { prototype } = this;
    Object.setPrototypeOf(prototype, CancelledError.prototype);
    Reflect.deleteProperty(prototype, "constructor");
    getStack = Object.getOwnPropertyDescriptor(prototype, "stack")!.get!;
  })();

  constructor(message: string | undefined) {
    this.#message = message ?? "";
  }

  get message(): unknown {
    return this.#message;
  }

  set message(message: unknown) {
    this.#message = message;
  }

  get stack(): unknown {
    if (!Object.isExtensible(this)) return String(this);
    restack(this as object as Error, getStack);
    // Its own now.
    return this.stack;
  }

  set stack(stack: unknown) {
    Object.defineProperty(this, "stack", { value: stack, configurable: true, writable: true });
  }
}

/** Makes a cancellation whose stack is taken when somebody looks at it. */
export function quietCancellation(message: string | undefined): CancelledError {
  return new QuietCancelledError(message) as object as CancelledError;
}

/** Tells whether an error is such a one. */
export function isQuiet(error: unknown): boolean {
  return error instanceof QuietCancelledError;
}
