/**
 * The tasks of one loop that are not done, in order of creation.
 *
 * The links are in the tasks themselves, so that adding and removing allocate nothing and cost O(1).
 * They are strong: a task that nobody keeps is kept here until it is done. (asyncio's are weak, and its
 * tasks may vanish half way.)
 *
 * @module
 */
import type { Task } from "./task.ts";

/** The ends of the chain; the task's own file keeps the links. */
export class TaskList {
  /** The task made first, of those not done. */
  oldest: Task<unknown> | null = null;
  /** The task made last, of those not done. */
  newest: Task<unknown> | null = null;
}
