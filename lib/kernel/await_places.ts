/**
 * Where async functions await, for messages in debug mode.
 *
 * Of a function that rests on a foreign promise nothing is seen: the engine tells nobody. What is known is
 * where it last awaited something of this module's.
 *
 * @module
 */

import { describeFrame, foreignFrames, parseStack } from "../base/stack.ts";

const stacks = new WeakMap<object, string>();

/** Notes the stack under which a task's function is awaiting; for the promise bridge. */
export function noteAwait(task: object, stack: string): void {
  stacks.set(task, stack);
}

/** Where a task's function last awaited something of this module's, in words. */
export function lastAwait(task: object): string {
  const [frame] = foreignFrames(parseStack(stacks.get(task) ?? ""));
  return frame === undefined
    ? "before its first await of this module's"
    : `behind its await of this module's in ${describeFrame(frame)}`;
}
