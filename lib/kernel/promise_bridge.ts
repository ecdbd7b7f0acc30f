/**
 * What stands behind `await` of something of this module's.
 *
 * The engine reads the `then` property at the `await` itself, and calls what it got in a later
 * microtask. Reading tells whose the `await` is; what is given for that task then drives the awaited
 * thing as a strand of it. Code that belongs to no task gets a plain `then`, which works for futures
 * alone: what is lazy needs a task to run in.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { captureStack } from "../base/stack.ts";
import { resultOutside } from "../base/stray_cancellation.ts";
import { type Awaitable, setThenProvider, type Then } from "../coroutine/awaitable.ts";
import { host } from "../platform/current.ts";
import { currentSegment } from "./async_hold.ts";
import { noteAwait } from "./await_places.ts";
import { Future, listen, type Listener, notify, schedulerOfFuture } from "./future.ts";
import { promiseHint } from "./loops.ts";
import { ambientOwner, type Owner, running, taskOf } from "./running.ts";
import { returnToTask, startStrand, type Task } from "./task.ts";

type Resolve = (value: unknown) => void;
type Reject = (error: unknown) => void;

const NEVER = new Promise<never>(() => {});

setThenProvider(<T>(subject: Awaitable<T>): Then<T> => {
  const owner = awaitingOwner();
  if (owner === null) return plainThen(subject);
  const task = owner[taskOf] as Task<unknown>;
  const { hold, debug } = schedulerOfFuture(task);
  // It came from something foreign, while the loop went on: now the loop waits for it again.
  if (returnToTask(task)) hold.begin(task);
  hold.mark(task);
  // The function's frames are on the stack here, and never again.
  const source = debug ? captureStack() : null;
  if (source !== null && host.asyncIdentity === null) noteAwait(task, source);
  const segment = currentSegment();
  return ((onFulfilled?: Resolve | null, onRejected?: Reject | null) => {
    // Read and called in one go: the user's own call, and nothing that the task waits for.
    const isUsersCall = segment === currentSegment();
    hold.claim(task, isUsersCall);
    if (task.done() || (isUsersCall && subject instanceof Future)) {
      return plainThen(subject)(onFulfilled as never, onRejected as never);
    }
    if (!isUsersCall && onFulfilled && onRejected) {
      startStrand(owner, subject, onFulfilled, onRejected, source);
      return NEVER;
    }
    return new Promise<T>((resolve, reject) => startStrand(owner, subject, resolve, reject, source))
      .then(onFulfilled as never, onRejected as never);
  }) as Then<T>;
});

/** The task whose async function runs now, or `null`. */
export function awaitingTask(): Task<unknown> | null {
  const owner = awaitingOwner();
  return owner === null ? null : owner[taskOf] as Task<unknown>;
}

function awaitingOwner(): Owner | null {
  if (running.scheduler === null) return ambientOwner();
  // In a step, only the first segment of an async function can await; an async helper that a
  // generator coroutine calls on the side is no part of the coroutine.
  if (!running.calling) return null;
  const owner = running.strand ?? running.task!;
  // It may hear of its task's end after the others.
  return owner[taskOf].done() ? null : owner;
}

function plainThen<T>(subject: Awaitable<T>): Then<T> {
  return ((onFulfilled, onRejected) =>
    new Promise<T>((resolve, reject) => {
      if (subject instanceof Future) listen(subject, new PromiseListener(resolve, reject));
      else {
        reject(
          new RuntimeError(
            `no running event loop: ${subject} can be awaited by a task alone, ` +
              "expected await in a coroutine that a loop runs, or run(); an async function is given " +
              "itself, for its task to call it: run(main), createTask(work), gather([() => work(1)])" +
              promiseHint(),
          ),
        );
      }
    }).then(onFulfilled, onRejected)) as Then<T>;
}

/**
 * Settles a promise as a future ends, at once: what the promise calls comes later in any case. Where the
 * host does not tell whose code runs, that must be later than the loop's turn, or else it would count
 * as a part of the function that has the thread.
 */
class PromiseListener<T> implements Listener {
  static get name(): string {
    return "Promise";
  }

  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  [notify](future: Future<unknown>): void {
    if (host.asyncIdentity !== null || !schedulerOfFuture(future).isOn) this.#settle(future);
    else host.nextTurn(() => this.#settle(future));
  }

  #settle(future: Future<unknown>): void {
    let value: T;
    try {
      value = resultOutside(future as Future<T>);
    } catch (error) {
      this.#reject(error);
      return;
    }
    this.#resolve(value);
  }
}
