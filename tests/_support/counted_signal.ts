/**
 * An abort signal that knows who listens to it.
 *
 * @module
 */

/** A signal, and what is known of it. */
export interface CountedSignal {
  /** Aborts the signal; `signal` is the signal. */
  controller: AbortController;
  /** How many listeners it has. */
  listeners: () => number;
}

/** Makes an abort signal that counts its listeners. */
export function countedSignal(): CountedSignal {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof addEventListener>) {
      count++;
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>) {
      count--;
      removeEventListener.apply(signal, args);
    },
  });
  return { controller, listeners: () => count };
}
