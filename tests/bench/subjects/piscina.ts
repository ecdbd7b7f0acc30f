/**
 * The rows' work by piscina, which is of Node and so has nothing in a page.
 *
 * @module
 */

import { Piscina } from "piscina";
import type { Works } from "../row.ts";
import { jobWorks } from "./job_works.ts";

let pool: Piscina | null = null;

function add(a: number, b: number): Promise<number> {
  pool ??= new Piscina({
    filename: new URL("./piscina_worker.ts", import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
  });
  return pool.run([a, b]);
}

/** The work of each row. */
export const works: Works = jobWorks(add);
