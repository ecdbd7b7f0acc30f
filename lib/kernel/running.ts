/**
 * What runs now on this thread.
 *
 * While a handle or a step executes nothing else can, so plain fields tell all. An async function's
 * later segments run from the engine's microtasks, outside every step; whose they are is told by the
 * host's async identity where it has one, and else by the task for which a loop is holding still.
 *
 * @module
 */
import { host } from "../platform/current.ts";
import type { Holdable } from "./async_hold.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Strand } from "./strand.ts";
import type { Task } from "./task.ts";

interface Running {
  /** The scheduler whose handle or step executes. */
  scheduler: Scheduler | null;
  /**
   * The task whose step executes. It stands until the loop's next entry, or the end of the turn: an entry
   * that is no step clears it.
   */
  task: Task<unknown> | null;
  /** The strand of it whose step that is, or `null`. */
  strand: Strand | null;
  /** Whether that step is calling a function that may be async, and so runs its first segment. */
  calling: boolean;
  /** The task whose async function has the thread between two steps. */
  held: Holdable | null;
  /** The strand of it in whose step that was called, or `null`. */
  within: Strand | null;
}

/** The one record of it; written by the scheduler and the task's step. */
export const running: Running = {
  scheduler: null,
  task: null,
  strand: null,
  calling: false,
  held: null,
  within: null,
};

/** The engines of the loops of this thread of which a run is on, in the order they began. */
export const loopsThatRun: Set<Scheduler> = new Set();

const identity = host.asyncIdentity;

/** The key of the task in which the code of a task's, or of a strand's, runs. */
export const taskOf: unique symbol = Symbol("taskOf");

/** What code may belong to: a task's own, or what was called in a step of a strand of it. */
export type Owner = Task<unknown> | Strand;

/** What the running code belongs to, inside a step or in a segment of an async function. */
export function ambientOwner(): Owner | null {
  if (running.scheduler !== null) return running.strand ?? running.task;
  const { held, within }: { held: unknown; within: Strand | null } = running;
  const owner = (identity !== null ? identity.get() : within?.task === held ? within : held) as
    | Owner
    | null
    | undefined;
  return owner === null || owner === undefined || owner[taskOf].done() ? null : owner;
}

/** The task that the running code belongs to, inside a step or in a segment of an async function. */
export function ambientTask(): Task<unknown> | null {
  if (running.scheduler !== null) return running.task;
  const owner = ambientOwner();
  return owner === null ? null : owner[taskOf] as Task<unknown>;
}
