/**
 * Where things were made: in debug mode the stack is taken of where a future, a task, a handle or a
 * coroutine was made, and kept beside it.
 *
 * @module
 */
import {
  captureStack,
  DEBUG_STACK_DEPTH,
  foreignFrames,
  isOwnFrame,
  parseStack,
  type StackFrame,
} from "../base/stack.ts";

const sources = new WeakMap<object, string>();

/** Takes note of where an object is made. */
export function noteSource(made: object): void {
  sources.set(made, captureStack());
}

/** The stack of where an object was made, as the engine wrote it. */
export function sourceOf(made: object): string | undefined {
  return sources.get(made);
}

/** Where an object was made, as asyncio has it: ten frames, the innermost last; `null` if nobody noted. */
export function sourceTraceback(made: object): readonly StackFrame[] | null {
  const stack = sources.get(made);
  return stack === undefined ? null : readSource(stack);
}

/** How many frames stand above who made an object: what takes the stack, what notes it, and the constructor. */
const NOTING = 3;

/** The frames of a stack that was taken where something was made. */
export function readSource(stack: string): readonly StackFrame[] {
  const frames = foreignFrames(parseStack(stack));
  const from = frames.every(isOwnFrame) ? NOTING : 0;
  return frames.slice(from, from + DEBUG_STACK_DEPTH).reverse();
}

/** What the printed form says of where an object was made. */
export function describeSource(made: object): string[] {
  const place = sourceTraceback(made)?.at(-1);
  return place === undefined ? [] : [`created at ${place.file}:${place.line}`];
}

/** The part of an exception handler's context that tells where an object was made. */
export function sourceContext(made: object): { sourceTraceback?: readonly StackFrame[] } {
  const frames = sourceTraceback(made);
  return frames === null ? {} : { sourceTraceback: frames };
}
