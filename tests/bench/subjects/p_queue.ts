/**
 * The rows' work by p-queue. What it queues are calls, not items: it has nothing for the rows of queues.
 *
 * @module
 */

import PQueue from "p-queue";
import type { Works } from "../row.ts";
import { limitWorks } from "./limit_works.ts";

/** The work of each row. */
export const works: Works = limitWorks((atOnce) => {
  const queue = new PQueue({ concurrency: atOnce });
  return (call) => queue.add(call);
});
