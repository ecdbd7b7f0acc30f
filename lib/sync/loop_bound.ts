/**
 * Objects that belong to the loop they were first waited on with.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { getRunningLoop } from "../kernel/loops.ts";

/** Remembers the loop that an object belongs to. */
export class LoopBinding {
  #loop: EventLoop | null = null;

  /**
   * The running loop, once it is found to be the one that the object belongs to.
   *
   * @throws {RuntimeError} If it is another.
   */
  loopFor(object: object): EventLoop {
    const loop = getRunningLoop();
    this.#loop ??= loop;
    if (this.#loop !== loop) throw new RuntimeError(`${object} is bound to a different event loop`);
    return loop;
  }
}
