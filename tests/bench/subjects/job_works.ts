/**
 * The rows of jobs by whatever adds two numbers in a worker.
 *
 * @module
 */

import type { Work, Works } from "../row.ts";
import { OUTSTANDING } from "../rows.ts";

/**
 * Makes the work of the rows `job` and `jobs`.
 *
 * @param add Adds two numbers in a worker.
 * @returns The work.
 */
export function jobWorks(add: (a: number, b: number) => PromiseLike<number>): Works {
  async function oneByOne(n: number): Promise<number> {
    let done = 0;
    for (let i = 0; i < n; i++) done += await add(i, 1 - i);
    return done;
  }
  async function allAtOnce(n: number): Promise<number> {
    let done = 0;
    for (let i = 0; i < n; i += OUTSTANDING) {
      const jobs = Array.from({ length: OUTSTANDING }, (_, job) => add(job, 1 - job));
      for (const job of jobs) done += await job;
    }
    return done;
  }
  return { "job": oneByOne, "jobs": allAtOnce };
}

/** A worker that nobody has asked anything yet. */
export interface ColdWorker {
  /** Adds two numbers there. */
  add(a: number, b: number): PromiseLike<number>;
  /** Ends it. */
  close(): PromiseLike<unknown>;
}

/**
 * Makes the work of the row `job-cold`: what counts is the time to the first answer, not that of the end.
 *
 * @param open Starts a worker.
 * @returns The work.
 */
export function coldWork(open: () => ColdWorker): Work {
  return async (n, weigh) => {
    let done = 0;
    let taken = 0;
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      const worker = open();
      done += await worker.add(i, 1 - i);
      taken += performance.now() - start;
      await worker.close();
    }
    weigh(0);
    weigh(taken * 1e6);
    return done;
  };
}
