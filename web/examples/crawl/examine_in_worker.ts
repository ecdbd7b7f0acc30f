/**
 * Handing bodies to the worker pool.
 *
 * @module
 */
import { type Future, getRunningLoop, workerFunction } from "@asyncio/asyncio";
import type { Body, examine } from "./examine.ts";
import type { Examination } from "./page.ts";

// A worker has a heap of its own: it is told the module to import, and what the module exports.
const examineJob = workerFunction<typeof examine>(
  import.meta.resolve("./examine.ts"),
  "examine",
);

/**
 * Has a body examined by a thread of the loop's default executor.
 *
 * @param body The body; the worker gets a copy.
 * @returns The future of what it finds.
 */
export function examineInWorker(body: Body): Future<Examination> {
  return getRunningLoop().runInExecutor(null, examineJob, body);
}
