/**
 * Ending what has a limit of its own, while its task does other things, too.
 *
 * A time limit and a group ask the task that they are in to end, as in CPython, where a task does one thing at a time. An async
 * function may do several: the branches of a `Promise.all`, the losers of a race. A limit on one of them is none on the others,
 * so where there are others only what goes on within it is asked.
 *
 * @module
 */
import { abortSignalOf } from "./abort.ts";
import { schedulerOfFuture } from "./future.ts";
import { running } from "./running.ts";
import {
  askStrand,
  countLimits,
  type EndRequest,
  isWithin,
  requestsOn,
  type Strand,
} from "./strand.ts";
import { positionOf, type Task } from "./task.ts";

/**
 * Asks what goes on within a limit to end: the task, unless it does something beside that.
 *
 * @param task The task.
 * @param scope The strand that the limit is in; `null` where it is in the task's own code.
 * @returns What takes the request back, and gives how many the task has from others then.
 */
export function cancelWithin(task: Task<unknown>, scope: Strand | null): () => number {
  const { strands } = positionOf(task);
  const around = openAround(scope);
  // Beside one that makes its first step, which it does from its function's own await, others may begin yet.
  const isFirstStep = around === running.strand && schedulerOfFuture(task).hold.isOn;
  // One that waits for the function which the limit is in does nothing beside it.
  const isWhole = around === null || !isFirstStep &&
      strands.every((strand) =>
        isWithin(strand, around) || (strand.calling && isWithin(around, strand))
      );
  if (isWhole) {
    task.cancel();
    return () => {
      task.uncancel();
      return requestsOn(task, scope);
    };
  }
  abortSignalOf(task);
  const request: EndRequest = {};
  countLimits(around, 1);
  let isAnyTold = false;
  for (const strand of strands) {
    if (isWithin(strand, around) && askStrand(strand, request)) isAnyTold = true;
  }
  if (!isAnyTold) around.request = request;
  return () => {
    countLimits(around, -1);
    if (around.request === request) around.request = null;
    return requestsOn(task, scope);
  };
}

/** A call that only entered a limit, as an exit stack's does, is over by then: the limit holds what goes on around that. */
function openAround(scope: Strand | null): Strand | null {
  let around = scope;
  while (around?.isClosed) around = around.parent;
  return around;
}
