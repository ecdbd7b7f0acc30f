/**
 * Where async functions await, for messages in debug mode.
 *
 * Of a function that rests on a foreign promise nothing is seen: the engine tells nobody. What is known is
 * where it last awaited something of this module's.
 *
 * @module
 */

import { describeFrame, parseStack } from "../base/stack.ts";

const stacks = new WeakMap<object, string>();

/**
 * The frames above the function's own: what took the stack, the promise bridge, the getter of `then`. They
 * are counted, for a bundler may have put them into any files.
 */
const OWN_FRAMES = 3;

/** Notes the stack under which a task's function is awaiting; for the promise bridge. */
export function noteAwait(task: object, stack: string): void {
  stacks.set(task, stack);
}

/** Where a task's function last awaited something of this module's, in words. */
export function lastAwait(task: object): string {
  const frame = parseStack(stacks.get(task) ?? "")[OWN_FRAMES];
  return frame === undefined
    ? "before its first await of this module's"
    : `behind its await of this module's in ${describeFrame(frame)}`;
}
