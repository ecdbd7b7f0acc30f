/**
 * Waiting for a state that others bring about.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { Deque } from "../base/deque.ts";
import { CancelledError, RuntimeError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { Future } from "../kernel/future.ts";
import { Purpose } from "../kernel/waiter.ts";
import type { Guard } from "./guard.ts";
import { Lock } from "./lock.ts";
import { LoopBinding } from "./loop_bound.ts";
import { acquireBy, enterBy } from "./wait_call.ts";

/**
 * A lock with which tasks wait for a state: who waits gives the lock up, is notified by who changed
 * the state, and has the lock again when it goes on.
 *
 * @example
 * ```ts
 * import { asyncWith, Condition, createTask, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const changed = new Condition();
 *   let ready = false;
 *   const waiting = createTask(asyncWith(changed, () => changed.waitFor(() => ready)));
 *   yield;
 *   yield* asyncWith(changed, () => {
 *     ready = true;
 *     changed.notifyAll();
 *   });
 *   assertEquals(yield* waiting, true);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Condition
 */
export class Condition {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Condition";

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #binding = new LoopBinding();
  readonly #toWait = new Purpose("Condition.wait", this);
  readonly #lock: Lock;
  readonly #waiters = new Deque<Future<false>>();

  /**
   * Makes a new `Condition`.
   *
   * @param lock The lock to use; a new one where left out or `null`.
   * @throws {TypeError} If it is no lock.
   */
  constructor(lock: Lock | null = null) {
    lock ??= new Lock();
    if (!(lock instanceof Lock)) throw new TypeError(`lock must be a Lock, got ${describe(lock)}`);
    this.#lock = lock;
  }

  /**
   * Tells whether a task holds the lock.
   *
   * @returns Whether one does.
   */
  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Takes the lock.
   *
   * @returns A lazy object that gives `true`.
   */
  acquire(): Coroutine<true> {
    return this.#lock.acquire();
  }

  /**
   * Gives the lock back.
   *
   * @throws {RuntimeError} If nobody holds it.
   */
  release(): void {
    this.#lock.release();
  }

  /**
   * Takes the lock for a block: `using guard = yield* condition.hold()`.
   *
   * @returns A lazy object that gives the guard.
   */
  hold(): Coroutine<Guard> {
    return this.#lock.hold();
  }

  /** Takes the lock, for `asyncWith`. */
  enter(): Coroutine<null> {
    return this.#hasOwnAcquire() ? enterBy(this) : this.#lock.enter();
  }

  /** Gives the lock back, for `asyncWith`. */
  exit(): void {
    this.release();
  }

  /**
   * Gives the lock up, waits to be notified, and takes the lock again. It may return without cause, so
   * look at the state again.
   *
   * @returns A lazy object that gives `true`.
   * @throws {RuntimeError} When awaited, if nobody holds the lock.
   */
  wait(): Coroutine<true> {
    return lazy("Condition.wait", this.#wait());
  }

  /**
   * Waits until a predicate holds.
   *
   * @param predicate Asked now, and after each notification, with the lock held.
   * @returns A lazy object that gives what the predicate gave.
   * @throws {RuntimeError} When awaited, if it must wait and nobody holds the lock.
   */
  waitFor<R>(predicate: () => R): Coroutine<R> {
    return lazy("Condition.waitFor", this.#waitFor(predicate));
  }

  /**
   * Wakes some of those that wait. They go on once the lock is given back.
   *
   * @param n How many, at most.
   * @throws {RuntimeError} If nobody holds the lock.
   */
  notify(n: number = 1): void {
    if (!this.locked()) throw new RuntimeError("cannot notify on un-acquired lock");
    this.#notify(n);
  }

  /**
   * Wakes all that wait.
   *
   * @throws {RuntimeError} If nobody holds the lock.
   */
  notifyAll(): void {
    this.notify(this.#waiters.length);
  }

  /** The printed form. */
  toString(): string {
    const waiters = this.#waiters.length === 0 ? "" : `, waiters:${this.#waiters.length}`;
    return `<${this.constructor.name} [${this.locked() ? "locked" : "unlocked"}${waiters}]>`;
  }

  #hasOwnAcquire(): boolean {
    return this.acquire !== Condition.prototype.acquire;
  }

  *#wait(): Generator<Suspension, true, unknown> {
    if (!this.locked()) throw new RuntimeError("cannot wait on un-acquired lock");
    const waiter = this.#binding.waiterFor<false>(this.#toWait);
    this.release();
    try {
      try {
        this.#waiters.push(waiter);
        try {
          yield* waiter;
        } finally {
          this.#waiters.remove(waiter);
        }
      } finally {
        yield* this.#acquireWhateverHappens();
      }
      return true;
    } catch (error) {
      // It may have been notified before it was cancelled: let another have the notification.
      this.#notify(1);
      throw error;
    }
  }

  *#acquireWhateverHappens(): Generator<Suspension, void, unknown> {
    let cancellation: CancelledError | null = null;
    for (;;) {
      try {
        yield* this.#hasOwnAcquire()
          ? acquireBy(this, null)
          : acquireBy(this.#lock, Lock.prototype.acquire);
        break;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        cancellation = error;
      }
    }
    if (cancellation !== null) throw cancellation;
  }

  *#waitFor<R>(predicate: () => R): Generator<Suspension, R, unknown> {
    checkFunction(predicate, "Condition.waitFor() expects");
    let result = predicate();
    while (!result) {
      yield* this.wait();
      result = predicate();
    }
    return result;
  }

  #notify(n: number): void {
    let notified = 0;
    for (const waiter of this.#waiters) {
      if (notified >= n) break;
      if (waiter.done()) continue;
      notified++;
      waiter.setResult(false);
    }
  }
}
