/**
 * The row of limited calls by whatever lets only so many run at a time.
 *
 * @module
 */

import type { Works } from "../row.ts";
import { LIMITED } from "../rows.ts";

/** Runs a call when there is room for it. */
export type Limiter = (call: () => Promise<number>) => PromiseLike<number>;

const RESOLVED = Promise.resolve();

async function stepAside(): Promise<number> {
  await RESOLVED;
  return 1;
}

/**
 * Makes the work of the row `limit`.
 *
 * @param makeLimiter Makes what lets so many calls run at a time.
 * @returns The work.
 */
export function limitWorks(makeLimiter: (atOnce: number) => Limiter): Works {
  async function limit(n: number): Promise<number> {
    let done = 0;
    const limiter = makeLimiter(LIMITED.atOnce);
    for (let i = 0; i < n; i += LIMITED.calls) {
      const calls = Array.from({ length: LIMITED.calls }, () => limiter(stepAside));
      for (const result of await Promise.all(calls)) done += result;
    }
    return done;
  }
  return { "limit": limit };
}
