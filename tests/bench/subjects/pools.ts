/**
 * The executors' work: jobs of threads and of child processes.
 *
 * @module
 */

import {
  type Executor,
  newEventLoop,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  transfer,
} from "../../../mod.ts";
import type { Works } from "../row.ts";
import { MEBIBYTE, OUTSTANDING } from "../rows.ts";
import { coldWork, type ColdWorker } from "./job_works.ts";

const home = newEventLoop();
const add = (a: number, b: number) => a + b;

// Kept between the rounds, as a program keeps its own; an idle one keeps no process alive.
const pools = new Map<string, Executor>();

function poolOf(kind: "threads" | "processes"): Executor {
  const known = pools.get(kind) ??
    (kind === "threads"
      ? new ThreadPoolExecutor({ maxWorkers: 1 })
      : new ProcessPoolExecutor({ maxWorkers: 1 }));
  pools.set(kind, known);
  return known;
}

async function oneByOne(pool: Executor, n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += await pool.submit(add, i, 1 - i);
  return done;
}

function* allAtOnce(pool: Executor, n: number) {
  let done = 0;
  for (let i = 0; i < n; i += OUTSTANDING) {
    const jobs = Array.from({ length: OUTSTANDING }, (_, job) => pool.submit(add, job, 1 - job));
    for (const job of jobs) done += yield* job;
  }
  return done;
}

async function moveBackAndForth(pool: Executor, n: number): Promise<number> {
  // Not a view of it: between threads of Deno a message with one of this size takes 100 ms and more.
  let buffer = new ArrayBuffer(MEBIBYTE);
  let done = 0;
  for (let i = 0; i < n; i++) {
    buffer = await pool.submit(function (given: ArrayBuffer) {
      return this.transfer(given, [given]);
    }, transfer(buffer, [buffer]));
    done += buffer.byteLength / MEBIBYTE;
  }
  return done;
}

function openCold(): ColdWorker {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  return { add: (a, b) => pool.submit(add, a, b), close: () => pool.shutdown() };
}

/** The rows that every place has. */
const threads: Works = {
  "job": (n) => oneByOne(poolOf("threads"), n),
  "jobs": (n) => home.runUntilComplete(allAtOnce(poolOf("threads"), n)),
  "job-moved": (n) => moveBackAndForth(poolOf("threads"), n),
  "job-cold": coldWork(openCold),
};

/** What this module does. */
export const works: Works = typeof Deno === "undefined" ? threads : {
  ...threads,
  "child-job": (n) => oneByOne(poolOf("processes"), n),
  "child-jobs": (n) => home.runUntilComplete(allAtOnce(poolOf("processes"), n)),
};
