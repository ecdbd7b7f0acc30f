/**
 * Numbers that look random and are the same for the same seed.
 *
 * @module
 */

/** A source of them. */
export interface Random {
  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number;
  /** One of several. */
  of<T>(choices: readonly T[]): T;
}

/** Makes a source (mulberry32). */
export function makeRandom(seed: number): Random {
  let state = seed | 0;
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor(((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32 * limit);
  }
  return { below, of: (choices) => choices[below(choices.length)]! };
}
