/**
 * Random numbers that a seed decides.
 *
 * @module
 */

/** A source of random numbers: the same seed, the same numbers. */
export class Random {
  #state: number;

  /** @param seed Any whole number; its lowest 32 bits count. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0, inclusive, to 1, exclusive (the mulberry32 generator). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, inclusive, to `end`, exclusive. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }
}
