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
import { running } from "./running.ts";
import { askStrand, type EndRequest, isWithin, type Strand } from "./strand.ts";
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
  // Beside one that is in its first step others may begin when it first waits.
  const isWhole = around === null || around !== running.strand &&
      strands.every((strand) => isWithin(strand, around) || waitsFor(strand, around));
  if (isWhole) {
    task.cancel();
    return () => task.uncancel() + limitsAround(scope);
  }
  abortSignalOf(task, undefined);
  const request: EndRequest = { message: undefined };
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

/** How many have asked the code in a strand of a task to end: the task, or by a limit around it. */
export function requestsOn(task: Task<unknown>, scope: Strand | null): number {
  return task.cancelling() + limitsAround(scope);
}

/** How many limits on strands are up and have not been left yet. Not a field: nearly no strand ever has one. */
const limitsUp = /* @__PURE__ */ new WeakMap<Strand, number>();

function countLimits(strand: Strand, step: number): void {
  limitsUp.set(strand, (limitsUp.get(strand) ?? 0) + step);
}

function limitsAround(scope: Strand | null): number {
  let count = 0;
  for (let around = scope; around !== null; around = around.parent) {
    count += limitsUp.get(around) ?? 0;
  }
  return count;
}

/** A call that only entered a limit, as an exit stack's does, is over by then: the limit holds what goes on around that. */
function openAround(scope: Strand | null): Strand | null {
  let around = scope;
  while (around !== null && around.isClosed) around = around.parent;
  return around;
}

/** Whether a strand waits for the function in which another is: one that the function's loser of a race is in has gone on. */
function waitsFor(strand: Strand, inner: Strand): boolean {
  return strand.calling && isWithin(inner, strand);
}
