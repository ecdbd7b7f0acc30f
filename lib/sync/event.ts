/**
 * A flag that tasks wait for.
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import { printByToString } from "../base/printing.ts";
import type { Suspending } from "../coroutine/awaitable.ts";
import type { Coroutine } from "../coroutine/coroutine.ts";
import { type Future, hasResult } from "../kernel/future.ts";
import { Purpose } from "../kernel/waiter.ts";
import { LoopBinding } from "./loop_bound.ts";
import { type Operation, WaitCall } from "./wait_call.ts";

let waiting: Operation<Event, true, undefined>;

const TRUE: IteratorResult<Suspending, true> = { done: true, value: true };

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
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Event";

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  static readonly #operations: void = /* @__PURE__ */ (() => {
    const leave = (event: Event, waiter: Future<unknown>): void => {
      event.#waiters.remove(waiter);
    };
    waiting = {
      name: "Event.wait",
      advance: (event, call) => event.#wait(call),
      fail: leave,
      leave,
    };
  })();

  readonly #binding = new LoopBinding();
  readonly #toWait = new Purpose(waiting.name, this);
  #isSet = false;
  readonly #waiters = new Deque<Future<unknown>>();

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
    return new WaitCall(waiting, this, undefined);
  }

  /** The printed form. */
  toString(): string {
    const waiters = this.#waiters.length === 0 ? "" : `, waiters:${this.#waiters.length}`;
    return `<${this.constructor.name} [${this.#isSet ? "set" : "unset"}${waiters}]>`;
  }

  #wait(call: WaitCall<Event, true>): IteratorResult<Suspending, true> {
    if (call.waiter === null) {
      if (this.#isSet) return TRUE;
      call.waiter = this.#binding.waiterFor(this.#toWait);
      this.#waiters.push(call.waiter);
    }
    if (!hasResult(call.waiter)) return call.waiter.next();
    this.#waiters.remove(call.waiter);
    return TRUE;
  }
}
