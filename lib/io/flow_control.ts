/**
 * Has those that write wait while too much waits to be written; for protocols.
 *
 * @module
 */
import { AssertionError } from "../base/errors.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { fail, type Future } from "../kernel/future.ts";
import { ConnectionResetError } from "./connection_errors.ts";

/** What a protocol that is written to by streams hands on what it hears to. */
export class FlowControl {
  readonly #loop: EventLoop;
  readonly #drainers = new Set<Future<null>>();
  #isPaused = false;
  #isLost = false;

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  /** Too much waits. */
  pause(): void {
    this.#mustBePaused(false, "pause_writing() while paused");
    this.#isPaused = true;
  }

  /** There is room again. */
  resume(): void {
    this.#mustBePaused(true, "resume_writing() while not paused");
    this.#isPaused = false;
    this.#wake(null);
  }

  /** The connection is gone. */
  lose(error: unknown): void {
    this.#isLost = true;
    if (this.#isPaused) this.#wake(error);
  }

  /** Waits until there is room. */
  *drain(): Generator<Suspension, void, unknown> {
    if (this.#isLost) throw new ConnectionResetError("Connection lost");
    if (!this.#isPaused) return;
    const drainer = this.#loop.createFuture<null>();
    this.#drainers.add(drainer);
    try {
      yield* drainer;
    } finally {
      this.#drainers.delete(drainer);
    }
  }

  #wake(error: unknown): void {
    for (const drainer of this.#drainers) settle(drainer, error);
  }

  #mustBePaused(isPaused: boolean, otherwise: string): void {
    if (this.#isPaused !== isPaused) throw new AssertionError(otherwise);
  }
}

/** Ends a future that is pending: by an error, or, of `null`, well. */
export function settle(future: Future<null>, error: unknown): void {
  if (future.done()) return;
  if (error === null) future.setResult(null);
  else fail(future, error);
}
