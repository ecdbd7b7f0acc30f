/**
 * How who waits for several futures hears of their ends.
 *
 * @module
 */
import { type Future, type Listener, schedulerOfFuture } from "../kernel/future.ts";
import { execute, reportThrown, type Runnable } from "../kernel/handle.ts";
import { running } from "../kernel/running.ts";

/** The key of the method by which a parent takes note of a child's end. */
export const childDone: unique symbol = Symbol("childDone");

/** Whoever listens to several futures, its children; it is known by the name of its class. */
export interface Parent extends Listener {
  /** Takes note that a child is done. */
  [childDone](child: Future<unknown>): void;
}

/** Has a parent take note of a child's end by the ready queue, as a callback of the child's would. */
export function sendEnd(parent: Parent, child: Future<unknown>): void {
  schedulerOfFuture(child).push(new ChildEnd(parent, child));
}

class ChildEnd implements Runnable {
  static get name(): string {
    return "childDone";
  }

  readonly #parent: Parent;
  readonly #child: Future<unknown>;

  constructor(parent: Parent, child: Future<unknown>) {
    this.#parent = parent;
    this.#child = child;
  }

  [execute](): void {
    running.task = null;
    try {
      this.#parent[childDone](this.#child);
    } catch (error) {
      // A child of somebody's own kind has failed to be a future.
      const { owner } = schedulerOfFuture(this.#child);
      reportThrown(owner, error, `Exception in callback ${this.#parent.constructor.name}()`);
    }
  }
}
