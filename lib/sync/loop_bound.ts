/**
 * Objects that belong to the loop they were first waited on with.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { getRunningLoop } from "../kernel/loops.ts";

/** The base of what tasks wait on. */
export abstract class LoopBound {
  #loop: EventLoop | null = null;

  /** @ignore The running loop, once it is found to be the one that this belongs to. */
  protected boundLoop(): EventLoop {
    const loop = getRunningLoop();
    this.#loop ??= loop;
    if (this.#loop !== loop) throw new RuntimeError(`${this} is bound to a different event loop`);
    return loop;
  }
}
