/**
 * Objects that belong to the loop they were first waited on with.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { Waiter, type WaitSubject } from "../kernel/waiter.ts";

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

  /**
   * Makes the future of one who waits.
   *
   * @param subject The object that is waited for.
   * @param operation What was called of it, `Queue.get`.
   */
  waiterFor<T>(subject: WaitSubject, operation: string): Waiter<T> {
    return new Waiter<T>(this.loopFor(subject), operation, subject);
  }
}
