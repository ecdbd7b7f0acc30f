/**
 * Tells that a loop is closed, to those for whom others wait.
 *
 * @module
 */
import type { EventLoop } from "./event_loop.ts";

const listeners = new WeakMap<EventLoop, Set<() => void>>();

/**
 * Has a function called when a loop is closed.
 *
 * @returns A function that takes it back.
 */
export function onLoopClose(loop: EventLoop, callback: () => void): () => void {
  const callbacks = listeners.get(loop) ?? new Set();
  listeners.set(loop, callbacks);
  callbacks.add(callback);
  return () => void callbacks.delete(callback);
}

/** Calls those functions; for the loop. */
export function tellLoopClosed(loop: EventLoop): void {
  for (const callback of listeners.get(loop) ?? []) callback();
  listeners.delete(loop);
}
