/**
 * The rows' work by p-limit.
 *
 * @module
 */

import pLimit from "p-limit";
import type { Works } from "../row.ts";
import { LIMITED } from "../rows.ts";

const RESOLVED = Promise.resolve();

async function stepAside(): Promise<number> {
  await RESOLVED;
  return 1;
}

async function limit(n: number): Promise<number> {
  let done = 0;
  const limited = pLimit(LIMITED.atOnce);
  for (let i = 0; i < n; i += LIMITED.calls) {
    const calls = Array.from({ length: LIMITED.calls }, () => limited(stepAside));
    for (const result of await Promise.all(calls)) done += result;
  }
  return done;
}

/** The work of each row. */
export const works: Works = { "limit": limit };
