/**
 * Letting so many tasks in and no more.
 *
 * @module
 */
import { checkNumber } from "../base/check_number.ts";
import { Deque } from "../base/deque.ts";
import { ValueError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import type { Suspending, Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { type Future, hasResult } from "../kernel/future.ts";
import { Purpose } from "../kernel/waiter.ts";
import { Guard } from "./guard.ts";
import { LoopBinding } from "./loop_bound.ts";
import { acquireBy, enterBy, entering, type Operation, WaitCall } from "./wait_call.ts";

let acquiring: Operation<Semaphore, true, undefined>;
let acquiringForBlock: Operation<Semaphore, null, undefined>;

const TRUE: IteratorResult<Suspending, true> = { done: true, value: true };

/**
 * A counter that tasks take from and give back to; where it is zero, those that take wait, and get their
 * turns in the order they came.
 *
 * @example
 * ```ts
 * import { asyncWith, gather, run, Semaphore, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const two = new Semaphore(2);
 * let inside = 0;
 * let most = 0;
 * const visit = () =>
 *   asyncWith(two, function* () {
 *     most = Math.max(most, ++inside);
 *     yield* sleep(0.001);
 *     inside--;
 *   });
 * await run(() => gather([visit(), visit(), visit()]));
 * assertEquals(most, 2);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore
 */
export class Semaphore {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Semaphore";

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  static readonly #operations: void = /* @__PURE__ */ (() => {
    acquiring = {
      name: "Semaphore.acquire",
      advance: (semaphore, call) => semaphore.#acquire(call),
      fail(semaphore, waiter) {
        // Woken and cancelled at once: what was taken for it goes back.
        if (waiter.done() && !waiter.cancelled()) semaphore.#value++;
        semaphore.#leave(waiter);
      },
      // CPython's only leaves; but what one was given that was closed just as it was woken would be lost.
      leave: (semaphore, waiter) => acquiring.fail(semaphore, waiter),
    };
    acquiringForBlock = entering(acquiring);
  })();

  readonly #binding = new LoopBinding();
  readonly #toAcquire = new Purpose(acquiring.name, this);
  #value: number;
  readonly #waiters = new Deque<Future<unknown>>();

  /**
   * Makes a new `Semaphore`.
   *
   * @param value The counter at first.
   * @throws {TypeError} If it is no number.
   * @throws {ValueError} If it is negative.
   */
  constructor(value: number = 1) {
    checkNumber(value, "value");
    if (value < 0) throw new ValueError(`Semaphore initial value must be >= 0, got ${value}`);
    this.#value = value;
  }

  /** @ignore The counter; for the bounded kind. */
  protected get value(): number {
    return this.#value;
  }

  /**
   * Tells whether {@linkcode acquire} would wait.
   *
   * @returns Whether the counter is zero, or others come first.
   */
  locked(): boolean {
    if (this.#value === 0) return true;
    for (let at = 0; at < this.#waiters.length; at++) {
      if (!this.#waiters.at(at)!.cancelled()) return true;
    }
    return false;
  }

  /**
   * Takes one from the counter, and waits for its turn where it must.
   *
   * @returns A lazy object that gives `true`.
   */
  acquire(): Coroutine<true> {
    return new WaitCall(acquiring, this, undefined);
  }

  /** Gives one back, to the first who waits. */
  release(): void {
    this.#value++;
    this.#wakeNext();
  }

  /**
   * Takes one for a block: `using guard = yield* semaphore.hold()`.
   *
   * @returns A lazy object that gives the guard.
   */
  hold(): Coroutine<Guard> {
    return lazy("Semaphore.hold", this.#hold());
  }

  /** Takes one, for `asyncWith`. */
  enter(): Coroutine<null> {
    if (this.acquire !== Semaphore.prototype.acquire) return enterBy(this);
    return new WaitCall(acquiringForBlock, this, undefined);
  }

  /** Gives one back, for `asyncWith`. */
  exit(): void {
    this.release();
  }

  /** The printed form. */
  toString(): string {
    const waiters = this.#waiters.length === 0 ? "" : `, waiters:${this.#waiters.length}`;
    const state = this.locked() ? "locked" : `unlocked, value:${this.#value}`;
    return `<${this.constructor.name} [${state}${waiters}]>`;
  }

  #acquire(call: WaitCall<Semaphore, true>): IteratorResult<Suspending, true> {
    if (call.waiter === null) {
      if (!this.locked()) {
        this.#value--;
        return TRUE;
      }
      call.waiter = this.#binding.waiterFor(this.#toAcquire);
      this.#waiters.push(call.waiter);
    }
    if (!hasResult(call.waiter)) return call.waiter.next();
    this.#leave(call.waiter);
    return TRUE;
  }

  #leave(waiter: Future<unknown>): void {
    this.#waiters.remove(waiter);
    // Others may have come since and waited only because they were not first.
    while (this.#value > 0 && this.#wakeNext());
  }

  *#hold(): Generator<Suspension, Guard, unknown> {
    yield* acquireBy(this, Semaphore.prototype.acquire);
    return new Guard(() => this.release());
  }

  #wakeNext(): boolean {
    for (let at = 0; at < this.#waiters.length; at++) {
      const waiter = this.#waiters.at(at)!;
      if (waiter.done()) continue;
      this.#value--;
      waiter.setResult(true);
      return true;
    }
    return false;
  }
}

/**
 * A {@linkcode Semaphore} that refuses to be given back more than was taken.
 *
 * @example
 * ```ts
 * import { BoundedSemaphore, ValueError } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new BoundedSemaphore(1).release(), ValueError, "released too many times");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.BoundedSemaphore
 */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  /**
   * Makes a new `BoundedSemaphore`.
   *
   * @param value The counter at first, and at most.
   * @throws {TypeError} If it is no number.
   * @throws {ValueError} If it is negative.
   */
  constructor(value: number = 1) {
    super(value);
    this.#bound = value;
  }

  /**
   * Gives one back, to the first who waits.
   *
   * @throws {ValueError} If that would be more than were taken.
   */
  override release(): void {
    if (this.value >= this.#bound) {
      throw new ValueError("BoundedSemaphore released too many times");
    }
    super.release();
  }
}
