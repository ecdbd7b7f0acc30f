/**
 * The rows of jobs by whatever adds two numbers in a worker.
 *
 * @module
 */

import type { Works } from "../row.ts";
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
