/**
 * Waiting for a queue of another thread, so that a cancellation loses no item.
 *
 * @module
 */
import type { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import { awaitable, type Suspension, type Then } from "../coroutine/awaitable.ts";
import { Coroutine, reused } from "../coroutine/coroutine.ts";
import { awaitingTask } from "../kernel/promise_bridge.ts";

/** What is waited for, once it is begun. */
export interface QueueOperation<R, T> {
  /** The future of the other thread's answer. Cancelling it gives the operation up. */
  readonly future: ConcurrentFuture<R>;
  /** What the wait gives of it. */
  result(answer: R): T;
  /** What the wait gives of an error; throws it where it gives nothing. */
  failure(error: unknown): T;
  /** Undoes what was done for one who does not take it. */
  undo(answer: R): void;
}

/**
 * Makes a wait: nothing happens before it is awaited, which it can be once. A task that is cancelled gives
 * up the operation, or undoes it if it was done and the task has not got what it gave.
 */
export function queueWait<R, T>(
  name: string,
  begin: () => QueueOperation<R, T>,
): Coroutine<T> {
  return new QueueWait(name, begin);
}

// Made by a call marked as pure, for a bundler keeps a class whose method has an imported key.
const QueueWait = /* @__PURE__ */ (() =>
  class QueueWait<R, T> extends Coroutine<T> {
    override readonly name: string;
    #begin: (() => QueueOperation<R, T>) | null;

    constructor(name: string, begin: () => QueueOperation<R, T>) {
      super();
      this.name = name;
      this.#begin = begin;
    }

    override close(): void {
      this.#begin = null;
    }

    override [awaitable](): Iterator<Suspension, T, unknown> {
      const begin = this.#begin;
      this.#begin = null;
      return begin === null ? reused() : wait(begin());
    }

    /** In a task the wait is the task's; elsewhere, where nothing can cancel it, a promise's. */
    override get then(): Then<T> {
      if (awaitingTask() !== null) return super.then;
      const begin = this.#begin;
      if (begin === null) return rejection(reused());
      this.#begin = null;
      const { future, result, failure } = begin();
      const promise = new Promise<T>((resolve, reject) => {
        future.addDoneCallback(() => {
          try {
            resolve(succeeded(future) ? result(future.result()) : failure(errorOf(future)));
          } catch (error) {
            reject(error);
          }
        });
      });
      return promise.then.bind(promise) as Then<T>;
    }
  })();

/** What `await` uses of an iterator whose first step throws. */
function rejection<T>(steps: Iterator<unknown, never, unknown>): Then<T> {
  const promise = new Promise<T>(() => steps.next());
  return promise.then.bind(promise) as Then<T>;
}

function* wait<R, T>(operation: QueueOperation<R, T>): Generator<Suspension, T, unknown> {
  const { future } = operation;
  let isTaken = false;
  try {
    const answer = yield* future;
    isTaken = true;
    return operation.result(answer);
  } catch (error) {
    if (future.cancelled() || succeeded(future)) throw error;
    return operation.failure(error);
  } finally {
    if (!isTaken && !future.cancel() && succeeded(future)) operation.undo(future.result());
  }
}

function succeeded(future: ConcurrentFuture<unknown>): boolean {
  return future.done() && !future.cancelled() && future.exception() === null;
}

function errorOf(future: ConcurrentFuture<unknown>): unknown {
  try {
    return future.exception();
  } catch (error) {
    return error;
  }
}
