/**
 * What a loop does in debug mode beside looking at its flag.
 *
 * @module
 */
import { deepenStacks } from "../base/stack.ts";
import { host } from "../platform/current.ts";
import type { Handle } from "./handle.ts";
import { runningLoop } from "./loops.ts";
import { unwatchUnawaited, watchUnawaited } from "./never_awaited.ts";
import type { Scheduler } from "./scheduler.ts";
import { SlowCallbacks, type TimedLoop } from "./slow_callbacks.ts";

/** Debug mode of one loop, while it is on. */
export class DebugMode {
  readonly #loop: TimedLoop;
  readonly #timing: SlowCallbacks;
  readonly #unwatch: () => void;

  /** Switches it on. */
  constructor(loop: TimedLoop, scheduler: Scheduler) {
    this.#loop = loop;
    this.#timing = new SlowCallbacks(loop);
    this.#unwatch = scheduler.watch(this.#timing);
    deepenStacks();
    watchUnawaited(loop, runningLoop);
  }

  /** The handle whose callback runs now, or `null`. */
  get currentHandle(): Handle | null {
    return this.#timing.handle;
  }

  /** Switches it off; coroutines that were never awaited are reported if the loop is over. */
  end(options: { isOver: boolean }): void {
    this.#unwatch();
    unwatchUnawaited(this.#loop, options);
  }
}

/** Whether new loops are to be in debug mode: by the environment, or by a page's address. */
export function isDebugAsked(): boolean {
  const asked = host.environment("ASYNCIO_DEBUG");
  return asked !== undefined && asked !== "" && asked !== "0";
}
