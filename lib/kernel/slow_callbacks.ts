/**
 * Reports callbacks and steps that keep the loop for long.
 *
 * @module
 */
import { logger } from "../base/logger.ts";
import type { Future } from "./future.ts";
import { Handle, type Runnable } from "./handle.ts";
import { Instrument } from "./instruments.ts";
import { Strand } from "./strand.ts";
import type { Task } from "./task.ts";

/** What is asked of the loop. */
export interface TimedLoop {
  /** From how many seconds on an entry is slow. */
  readonly slowCallbackDuration: number;
  /** The loop's time, in seconds. */
  time(): number;
}

/** Times what a loop runs, by the loop's clock; for debug mode. */
export class SlowCallbacks extends Instrument {
  readonly #loop: TimedLoop;
  #entry: Runnable | null = null;
  #began = 0;

  /** @param loop The loop that is timed. */
  constructor(loop: TimedLoop) {
    super();
    this.#loop = loop;
  }

  /** The handle whose callback runs now, or `null`. */
  get handle(): Handle | null {
    return this.#entry instanceof Handle ? this.#entry : null;
  }

  override entryBegan(entry: Runnable): void {
    this.#entry = entry;
    this.#began = this.#loop.time();
  }

  override entryEnded(entry: Runnable): void {
    // It may have been put in while the entry ran.
    if (this.#entry !== entry) return;
    this.#entry = null;
    this.#check(entry);
  }

  override stepBegan(_task: Task<unknown>): void {
    // An eager first step is a part of its maker's.
    if (this.#entry === null) this.#began = this.#loop.time();
  }

  override stepEnded(task: Task<unknown>): void {
    if (this.#entry === null) this.#check(task);
  }

  #check(what: Runnable | Future<unknown>): void {
    const took = this.#loop.time() - this.#began;
    if (took < this.#loop.slowCallbackDuration) return;
    const shown = what instanceof Strand ? what.task : what;
    logger.warning(`Executing ${shown} took ${took.toFixed(3)} seconds`);
  }
}
