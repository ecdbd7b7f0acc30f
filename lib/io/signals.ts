/**
 * Functions that a loop calls at signals to the process: what its methods `addSignalHandler()` and
 * `removeSignalHandler()` do.
 *
 * @module
 */
import { NotSupportedError, RuntimeError, ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { checkFunction } from "../base/check_function.ts";
import { copyContext } from "../coroutine/context_vars.ts";
import { refuseCoroutine } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Callback } from "../kernel/handle.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import { host } from "../platform/current.ts";
import type { Signals } from "../platform/signals.ts";

/** What takes back the listeners of a loop, by their signals' names. */
const listeners = new WeakMap<EventLoop, Map<string, () => void>>();

/** Has a loop call a function at each signal; see `EventLoop.addSignalHandler()`. */
export function addSignalHandler(
  loop: EventLoop,
  signal: string,
  callback: Callback<unknown[]>,
  args: readonly unknown[],
): void {
  refuseCoroutine(callback, "add_signal_handler");
  checkFunction(callback, "addSignalHandler() expects");
  const signals = hostSignals("addSignalHandler");
  checkSignal(signals, signal);
  schedulerOf(loop).checkOpen();
  if (signals.refusal !== null) throw new RuntimeError(signals.refusal);
  const bound = copyContext().bind(callback);
  let forget: () => void;
  try {
    forget = signals.listen(signal, () => loop.callSoonThreadsafe(bound, ...args));
  } catch (error) {
    throw new RuntimeError(`sig ${signal} cannot be caught`, { cause: error });
  }
  const own = ofLoop(loop);
  own.get(signal)?.();
  own.set(signal, forget);
}

/** Has a signal do again what it does by itself; see `EventLoop.removeSignalHandler()`. */
export function removeSignalHandler(loop: EventLoop, signal: string): boolean {
  checkSignal(hostSignals("removeSignalHandler"), signal);
  const own = ofLoop(loop);
  own.get(signal)?.();
  return own.delete(signal);
}

function ofLoop(loop: EventLoop): Map<string, () => void> {
  let own = listeners.get(loop);
  if (own === undefined) {
    const made = new Map<string, () => void>();
    listeners.set(loop, own = made);
    onLoopClose(loop, () => {
      for (const forget of made.values()) forget();
      made.clear();
    });
  }
  return own;
}

function hostSignals(method: string): Signals {
  if (host.signals === null) {
    throw new NotSupportedError(
      `${method}() needs signals, and a browser has none: expected addEventListener("pagehide", …) there`,
    );
  }
  return host.signals;
}

function checkSignal(signals: Signals, signal: unknown): void {
  if (typeof signal !== "string") {
    throw new TypeError(`sig must be a signal's name, such as SIGTERM, got ${describe(signal)}`);
  }
  if (!signals.has(signal)) {
    throw new ValueError(`invalid signal ${describe(signal)}: expected a name such as SIGTERM`);
  }
}
