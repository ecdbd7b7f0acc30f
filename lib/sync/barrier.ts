/**
 * A point at which tasks wait for each other.
 *
 * ```
 * filling ──► draining ──► filling
 *    │
 *    ├──► resetting ──► filling
 *    └──► broken (until reset)
 * ```
 *
 * @module
 */
import { checkNumber } from "../base/check_number.ts";
import { BrokenBarrierError, ValueError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { asyncWith } from "../coroutine/async_with.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { Condition } from "./condition.ts";

type BarrierState = "filling" | "draining" | "resetting" | "broken";

/**
 * Holds tasks until so many have come, then lets all of them go on, and can be used again.
 *
 * @example
 * ```ts
 * import { Barrier, gather, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const barrier = new Barrier(2);
 * const places = await run(() => gather([barrier.wait(), barrier.wait()]));
 * assertEquals(places.toSorted(), [0, 1]);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Barrier
 */
export class Barrier {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Barrier";

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #parties: number;
  readonly #changed = new Condition();
  #state: BarrierState = "filling";
  // Of those that are inside.
  readonly #places = new Set<number>();

  /**
   * Makes a new `Barrier`.
   *
   * @param parties How many tasks wait for each other.
   * @throws {TypeError} If it is no number.
   * @throws {ValueError} If it is less than one.
   */
  constructor(parties: number) {
    checkNumber(parties, "parties");
    if (parties < 1) throw new ValueError(`parties must be >= 1, got ${parties}`);
    this.#parties = parties;
  }

  /** How many tasks wait for each other. */
  get parties(): number {
    return this.#parties;
  }

  /** How many wait now, while the barrier is filling. */
  get nWaiting(): number {
    return this.#state === "filling" ? this.#places.size : 0;
  }

  /** Whether the barrier was aborted. */
  get broken(): boolean {
    return this.#state === "broken";
  }

  /**
   * Waits for the others.
   *
   * @returns A lazy object that gives this task's place, from zero in the order they came; the place of one that was
   *   cancelled goes to another.
   * @throws {BrokenBarrierError} When awaited, if the barrier is broken, or broken or reset meanwhile.
   */
  wait(): Coroutine<number> {
    return lazy("Barrier.wait", this.#wait());
  }

  /**
   * Makes the barrier as new; those that wait get a {@linkcode BrokenBarrierError}.
   *
   * @returns A lazy object that is done then.
   */
  reset(): Coroutine<void> {
    return lazy(
      "Barrier.reset",
      this.#change(() => {
        if (this.#places.size === 0) this.#state = "filling";
        else this.#state = "resetting";
      }),
    );
  }

  /**
   * Breaks the barrier: those that wait, and those that come, get a {@linkcode BrokenBarrierError}.
   *
   * @returns A lazy object that is done then.
   */
  abort(): Coroutine<void> {
    return lazy(
      "Barrier.abort",
      this.#change(() => {
        this.#state = "broken";
      }),
    );
  }

  /** Waits for the others, for `asyncWith`. */
  enter(): Coroutine<number> {
    return this.wait();
  }

  /** Does nothing, for `asyncWith`. */
  exit(): void {}

  /** The printed form. */
  toString(): string {
    const waiters = this.broken ? "" : `, waiters:${this.nWaiting}/${this.parties}`;
    return `<${this.constructor.name} [${this.#state}${waiters}]>`;
  }

  *#wait(): Generator<Suspension, number, unknown> {
    return (yield* asyncWith(this.#changed, () => this.#waitInside())) as number;
  }

  *#waitInside(): Generator<Suspension, number, unknown> {
    yield* this.#changed.waitFor(() => this.broken || this.#state === "filling");
    if (this.broken) throw new BrokenBarrierError("Barrier aborted");
    let place = this.#places.size;
    // Where one who came earlier has left, a lower one is free.
    while (this.#places.has(place)) place--;
    this.#places.add(place);
    try {
      if (this.#places.size === this.#parties) {
        this.#state = "draining";
        this.#changed.notifyAll();
      } else {
        yield* this.#changed.waitFor(() => this.#state !== "filling");
        if (this.#state !== "draining") throw new BrokenBarrierError("Abort or reset of barrier");
      }
      return place;
    } finally {
      this.#places.delete(place);
      if (this.#places.size === 0) {
        if (!this.broken) this.#state = "filling";
        this.#changed.notifyAll();
      }
    }
  }

  *#change(change: () => void): Generator<Suspension, void, unknown> {
    yield* asyncWith(this.#changed, () => {
      change();
      this.#changed.notifyAll();
    });
  }
}
