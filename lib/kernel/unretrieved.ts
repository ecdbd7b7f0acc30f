/**
 * Reports errors that nobody ever asked for.
 *
 * A failed future whose error nobody has seen is reported to its loop's exception handler, once: when the
 * future is collected, or when the loop is closed, whichever comes first. (Python collects at once; here the
 * collector may come late or never.) The record that outlives the future holds the error weakly: what an
 * error's stack refers to V8 keeps alive, and that may well be the future itself. So of a failure that nobody
 * has seen by the end of the loop's turn the record takes down what is to be told; most are seen at once, by
 * whoever waits, and cost nothing of it.
 *
 * @module
 */
import { logger } from "../base/logger.ts";
import { formatThrown } from "../base/nested_errors.ts";
import { functionName } from "../base/repr.ts";
import { soon } from "../base/soon.ts";
import { formatContext } from "./exception_report.ts";
import type { ExceptionContext, HandleOwner } from "./handle.ts";
import { readSource, sourceOf } from "./sources.ts";

/** Of so many failures at a time stacks are taken: one costs more than all else of a task that fails. */
const MOST_STACKS = 100;

/** What can be told of a failure that is gone. */
type Remains = Pick<ExceptionContext, "exception" | "future">;

/** A failure that nobody has seen yet. */
export class Failure {
  readonly #failures: Failures;
  readonly #kind: string;
  readonly #future: WeakRef<object>;
  readonly #error: { deref(): unknown };
  // What is left to tell when the error is collected with its future.
  #left: Remains | null = null;
  // Where the future was made, in debug mode.
  readonly #source: string | undefined;

  /** What the future was last told by a cancellation. */
  readonly cancelMessage: string | undefined;

  /** Makes the record of a failure; `Failures` keeps it. */
  constructor(
    failures: Failures,
    future: object,
    error: unknown,
    cancelMessage: string | undefined,
  ) {
    this.#failures = failures;
    this.cancelMessage = cancelMessage;
    this.#kind = functionName(future.constructor);
    this.#future = new WeakRef(future);
    this.#error = typeof error === "object" && error !== null
      ? new WeakRef(error)
      : { deref: () => error };
    this.#source = sourceOf(future);
  }

  /** Takes down what is to be told, as long as it is there. */
  note(isOneOfMany: boolean): Remains {
    const error = this.#error.deref();
    try {
      const exception = isOneOfMany ? Object(String(error)) : standInFor(error);
      return this.#left = { exception, future: Object(String(this.#future.deref())) };
    } catch {
      // An error may be anything, also what no text can be made of.
      const words = Object("what cannot be shown");
      return this.#left = { exception: words, future: words };
    }
  }

  /** Takes note that somebody has seen the error. */
  retrieved(): void {
    this.#failures.forget(this);
  }

  /** Tells the exception handler, unless the error was seen or told of before. */
  report(): void {
    if (!this.#failures.forget(this)) return;
    const left = this.#left ?? this.note(false);
    try {
      this.#failures.owner.callExceptionHandler({
        message: `${this.#kind} exception was never retrieved`,
        exception: this.#error.deref() ?? left.exception,
        future: this.#future.deref() ?? left.future,
        ...(this.#source === undefined ? {} : { sourceTraceback: readSource(this.#source) }),
      });
    } catch (exception) {
      // The collector calls this, or the end of a run: there is nobody to take what a handler throws.
      const message = `Exception ignored while a ${this.#kind} exception was reported`;
      logger.error(formatContext({ message, exception }));
    }
  }
}

const collected = /* @__PURE__ */ new FinalizationRegistry<Failure>((failure) => failure.report());

/** The failures of one loop's futures that nobody has seen yet. */
export class Failures {
  /** The loop. */
  readonly owner: HandleOwner;
  readonly #unseen = new Set<Failure>();
  // Those of the loop's turn.
  #fresh: Failure[] = [];

  /** Makes the list of a loop's failures. */
  constructor(owner: HandleOwner) {
    this.owner = owner;
  }

  /** Keeps a record of a future's failure until it is seen or reported. */
  watch(future: object, error: unknown, cancelMessage: string | undefined): Failure {
    const failure = new Failure(this, future, error, cancelMessage);
    this.#unseen.add(failure);
    if (this.#fresh.push(failure) === 1) soon(() => this.#note());
    collected.register(future, failure);
    return failure;
  }

  /** Drops a record, and tells whether it was there. */
  forget(failure: Failure): boolean {
    return this.#unseen.delete(failure);
  }

  /** Reports all that are left, oldest first. */
  report(): void {
    for (const failure of [...this.#unseen]) failure.report();
  }

  #note(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const failure of fresh) {
      if (this.#unseen.has(failure)) failure.note(this.#unseen.size > MOST_STACKS);
    }
  }
}

/** An error of the same class that tells the same, and keeps nothing alive; of what is no error, a text. */
function standInFor(error: unknown): unknown {
  const stack = formatThrown(error);
  if (!(error instanceof Error)) return Object(stack);
  const { name, message } = error;
  return Object.create(Object.getPrototypeOf(error), {
    name: { value: name },
    message: { value: message },
    stack: { value: stack },
  });
}
