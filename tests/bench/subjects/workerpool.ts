/**
 * The rows' work by workerpool: a method that its worker registers, which it has faster than a function that
 * it sends as source.
 *
 * @module
 */

import { type Pool, pool as makePool } from "workerpool";
import type { Works } from "../row.ts";
import { jobWorks } from "./job_works.ts";

let pool: Pool | null = null;

function add(a: number, b: number): Promise<number> {
  pool ??= open();
  return pool.exec("add", [a, b]);
}

function open(): Pool {
  const worker = new URL("./workerpool_worker.ts", import.meta.url);
  return typeof Deno === "undefined"
    ? makePool(worker.href, { maxWorkers: 1, workerOpts: { type: "module" } })
    : makePool(worker.pathname, { maxWorkers: 1, workerType: "thread" });
}

/** The work of each row. */
export const works: Works = jobWorks(add);
