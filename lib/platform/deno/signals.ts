/**
 * Deno's signals.
 *
 * @module
 */
import type { Signals } from "../signals.ts";
import { denoGlobal } from "./namespace.ts";

/** What Ctrl-C sends. */
const INTERRUPT = "SIGINT";

/** Makes Deno's signals. */
export function denoSignals(): Signals {
  const { Deno, process } = denoGlobal;
  const isMainThread = () => process.getBuiltinModule("node:worker_threads").isMainThread;
  // How many listen to Ctrl-C in place of those that only want to know that it was pressed.
  let takers = 0;

  function add(name: string, callback: () => void): () => void {
    Deno.addSignalListener(name, callback);
    return () => Deno.removeSignalListener(name, callback);
  }

  return {
    has: (name) => Object.hasOwn(process.getBuiltinModule("node:os").constants.signals, name),
    get refusal() {
      return isMainThread() ? null : "signals are the main thread's";
    },
    listen(name, callback) {
      const forget = add(name, callback);
      if (name !== INTERRUPT) return forget;
      takers++;
      return () => {
        takers--;
        forget();
      };
    },
    onInterrupt(callback) {
      // A loop in a worker must not take Ctrl-C from the main thread.
      if (!isMainThread()) return () => {};
      return add(INTERRUPT, () => {
        if (takers === 0) callback();
      });
    },
  };
}
