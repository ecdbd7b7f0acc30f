/**
 * The rows' work by p-queue. What it queues are calls, not items: it has nothing for the rows of queues.
 *
 * @module
 */

import PQueue from "p-queue";
import type { Works } from "../row.ts";
import { LIMITED } from "../rows.ts";

const RESOLVED = Promise.resolve();

async function stepAside(): Promise<number> {
  await RESOLVED;
  return 1;
}

async function limit(n: number): Promise<number> {
  let done = 0;
  const queue = new PQueue({ concurrency: LIMITED.atOnce });
  for (let i = 0; i < n; i += LIMITED.calls) {
    const calls = Array.from({ length: LIMITED.calls }, () => queue.add(stepAside));
    for (const result of await Promise.all(calls)) done += result;
  }
  return done;
}

/** The work of each row. */
export const works: Works = { "limit": limit };
