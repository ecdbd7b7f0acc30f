/**
 * Objects that belong to the loop they were first waited on with.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { type Future, setPurpose } from "../kernel/future.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import type { Purpose } from "../kernel/waiter.ts";

/** Remembers the loop that an object belongs to. */
export class LoopBinding {
  #loop: EventLoop | null = null;

  /**
   * Makes the future of one who waits, on the running loop.
   *
   * @param purpose What is waited for.
   * @throws {RuntimeError} If the object belongs to another loop.
   */
  waiterFor<T>(purpose: Purpose): Future<T> {
    const loop = getRunningLoop();
    this.#loop ??= loop;
    if (this.#loop !== loop) {
      throw new RuntimeError(`${purpose.subject} is bound to a different event loop`);
    }
    const waiter = loop.createFuture<T>();
    setPurpose(waiter, purpose);
    return waiter;
  }
}
