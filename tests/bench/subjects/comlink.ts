/**
 * The rows' work by comlink: a function that a worker exposes.
 *
 * @module
 */

import { type Remote, wrap } from "comlink";
import type { Works } from "../row.ts";
import { jobWorks } from "./job_works.ts";

type Add = (a: number, b: number) => number;

let remote: Remote<Add> | null = null;

function add(a: number, b: number): Promise<number> {
  remote ??= wrap<Add>(
    new Worker(new URL("./comlink_worker.ts", import.meta.url), { type: "module" }),
  );
  return remote(a, b);
}

/** The work of each row. */
export const works: Works = jobWorks(add);
