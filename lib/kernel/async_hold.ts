/**
 * Holds a loop still while an async function runs between two of its awaits.
 *
 * When the loop resolves what an async function awaits, the function goes on in a microtask, out of
 * the loop's sight. CPython would have run it to its next suspension before the next handle, so the
 * loop must wait until it has come to rest, which is when
 *
 * - its task is done;
 * - or it awaits something of this module's: the engine reads the `then` property at the `await` (a
 *   mark) and calls what it got one microtask later (the claim);
 * - or it awaits something foreign. That shows only by nothing happening: after some microtasks the
 *   host is given a turn, by when all microtasks have run.
 *
 * A `then` that is read and called in one go is no `await` but a call by the user, `task.then(log)`.
 * The two are told apart by segments: between two microtasks of anybody else's there runs one of this
 * file's, and counts on.
 *
 * @module
 */
import { host } from "../platform/current.ts";
import { running } from "./running.ts";

/** The key of the method that tells whether a task waits for anything of this module's. */
export const isWaiting: unique symbol = Symbol("isWaiting");

/** The key of the method that tells a task that its function rests on something foreign. */
export const restElsewhere: unique symbol = Symbol("restElsewhere");

/** What is asked of a task whose async function has the thread. */
export interface Holdable {
  /** Whether it is over. */
  done(): boolean;
  /** Whether it waits for anything of this module's. */
  [isWaiting](): boolean;
  /** Takes note that its function rests on something foreign. */
  [restElsewhere](): void;
}

/** Microtasks without a sign of the function before the host is asked for a turn. */
const QUIET_MICROTASKS = 8;

/** Microtasks after which a mark that nobody claimed was a mere look at the property. */
const MARK_LIFE = 2;

const RESOLVED = Promise.resolve();

let segment = 0;

/** The number of the stretch of code that runs now, between two microtasks of this file's. */
export function currentSegment(): number {
  return segment;
}

function countSegment(): void {
  segment++;
}

/** One loop's waiting for async functions. */
export class AsyncHold {
  /** The task whose function has the thread, or `null`. */
  task: Holdable | null = null;

  readonly #released: () => void;
  #marks = 0;
  #marksAge = 0;
  #quiet = 0;
  #rested = false;
  #checking = false;
  #hostHadTurn = false;

  /**
   * Makes a new `AsyncHold`.
   *
   * @param released Called when the loop may go on.
   */
  constructor(released: () => void) {
    this.#released = released;
  }

  /** Begins to wait for a task's function, which was just called or resumed. */
  begin(task: Holdable): void {
    segment++;
    if (this.task !== null && this.task !== task) return;
    this.#quiet = 0;
    this.#rested = false;
    this.#hostHadTurn = false;
    if (this.task === null) {
      this.task = task;
      running.held = task;
      this.#marks = 0;
    }
    this.#checkLater();
  }

  /** Notes that `then` was read in a task's code. */
  mark(task: Holdable): void {
    if (this.task === task) {
      this.#marks++;
      this.#marksAge = 0;
      this.#checkLater();
    } else {
      RESOLVED.then(countSegment);
    }
  }

  /** Notes that what was read is called. */
  claim(task: Holdable): void {
    if (this.task === task && this.#marks > 0) this.#marks--;
  }

  /** Notes that a task waits for something of this module's. */
  rest(task: Holdable): void {
    if (this.task === task) this.#rested = true;
  }

  #checkLater(): void {
    if (this.#checking) return;
    this.#checking = true;
    RESOLVED.then(this.#check);
  }

  readonly #check = (): void => {
    segment++;
    this.#checking = false;
    const task = this.task;
    if (task === null) return;
    if (task.done()) this.#release();
    else if (this.#marks > 0) {
      if (this.#marksAge++ === MARK_LIFE) this.#marks = 0;
      this.#checkLater();
    } else if (this.#rested) this.#release();
    else if (this.#quiet++ < QUIET_MICROTASKS) this.#checkLater();
    else if (!this.#hostHadTurn) {
      host.nextTurn(() => {
        // A newer wait may have begun since.
        if (this.task !== task || this.#checking) return;
        this.#hostHadTurn = true;
        this.#check();
      });
    } else {
      // It may rest on a promise of its own code that waits, in turn, for something of this module's.
      if (!task[isWaiting]()) task[restElsewhere]();
      this.#release();
    }
  };

  #release(): void {
    this.task = null;
    running.held = null;
    this.#released();
  }
}
