/**
 * One round of a subject's work.
 *
 * @module
 */

import type { Round } from "./protocol.ts";
import type { Work } from "./row.ts";

/**
 * Does the work and measures it.
 *
 * @param work What to do.
 * @param n How many operations.
 * @param heapSize Gives the bytes that are in use; called by rows that count bytes.
 * @returns How many were done, and what they took in all: nanoseconds, or bytes.
 */
export async function runRound(work: Work, n: number, heapSize: () => number): Promise<Round> {
  const weights: number[] = [];
  // No collection is forced between rounds. With no task alive it would take the shapes of the
  // module's objects with it, and with them all the code that was optimised for them.
  const start = performance.now();
  const count = await work(n, (known) => weights.push(known ?? heapSize()));
  const elapsed = (performance.now() - start) * 1e6;
  const [before, after] = weights;
  return { count, amount: before === undefined || after === undefined ? elapsed : after - before };
}
