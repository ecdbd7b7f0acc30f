/**
 * Signals that other processes send to this one, as the runtime asks the host for them. `deno/signals.ts` implements
 * it; a browser has none.
 *
 * @module
 */

/** The host's signals. */
export interface Signals {
  /** Whether it has a signal of this name. */
  has(name: string): boolean;
  /** Why none can be listened to on this thread, or `null` where they can. */
  readonly refusal: string | null;
  /**
   * Calls back at each signal, in place of what the signal does by itself, and of {@linkcode onInterrupt}.
   *
   * @returns What takes it back.
   * @throws If it cannot be caught.
   */
  listen(name: string, callback: () => void): () => void;
  /**
   * Calls back when the user wants the program to end, by Ctrl-C, instead of ending it.
   *
   * @returns What takes it back.
   */
  onInterrupt(callback: () => void): () => void;
}
