/**
 * Objects that belong to the loop they were first waited on with.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import type { Future } from "../kernel/future.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { running } from "../kernel/running.ts";
import { type Scheduler, schedulerOf } from "../kernel/scheduler.ts";
import { makeWaiter, type Purpose } from "../kernel/waiter.ts";

/** Remembers the loop that an object belongs to. */
export class LoopBinding {
  #scheduler: Scheduler | null = null;

  /**
   * Checks that the running loop is the one that an object belongs to.
   *
   * @throws {RuntimeError} If it is another.
   */
  check(object: object): void {
    this.#schedulerFor(object);
  }

  /**
   * Makes the future of one who waits, on the running loop.
   *
   * @param purpose What is waited for.
   * @throws {RuntimeError} If the object belongs to another loop.
   */
  waiterFor<T>(purpose: Purpose): Future<T> {
    const current = running.scheduler;
    const scheduler = current !== null && current === this.#scheduler
      ? current
      : this.#schedulerFor(purpose.subject);
    return makeWaiter<T>(scheduler.plainOptions!, purpose);
  }

  #schedulerFor(object: object): Scheduler {
    const scheduler = schedulerOf(getRunningLoop());
    this.#scheduler ??= scheduler;
    if (this.#scheduler !== scheduler) {
      throw new RuntimeError(`${object} is bound to a different event loop`);
    }
    return scheduler;
  }
}
