/**
 * A flag that tasks wait for.
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { Future } from "../kernel/future.ts";
import { LoopBinding } from "./loop_bound.ts";

/**
 * A flag that is set and cleared; tasks wait for it to be set.
 *
 * @example
 * ```ts
 * import { createTask, Event, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const opened = new Event();
 *   const waiting = createTask(opened.wait());
 *   opened.set();
 *   assertEquals(yield* waiting, true);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Event
 */
export class Event {
  readonly #binding = new LoopBinding();
  #isSet = false;
  readonly #waiters = new Deque<Future<true>>();

  /**
   * Tells whether the flag is set.
   *
   * @returns Whether it is.
   */
  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets the flag: all who wait go on, and who waits from now on does not wait. */
  set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    for (const waiter of this.#waiters) {
      if (!waiter.done()) waiter.setResult(true);
    }
  }

  /** Clears the flag: who waits from now on waits for the next {@linkcode set}. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits for the flag to be set.
   *
   * @returns A lazy object that gives `true`.
   */
  wait(): Coroutine<true> {
    return lazy("Event.wait", this.#wait());
  }

  /** The printed form. */
  toString(): string {
    const waiters = this.#waiters.length === 0 ? "" : `, waiters:${this.#waiters.length}`;
    return `<Event [${this.#isSet ? "set" : "unset"}${waiters}]>`;
  }

  *#wait(): Generator<Suspension, true, unknown> {
    if (this.#isSet) return true;
    const waiter = this.#binding.waiterFor<true>(this, "Event.wait");
    this.#waiters.push(waiter);
    try {
      return yield* waiter;
    } finally {
      this.#waiters.remove(waiter);
    }
  }
}
