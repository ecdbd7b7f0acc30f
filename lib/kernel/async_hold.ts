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
 * The branches of a `Promise.all` are told from one another by nothing. Where a function was at several awaits
 * at once, that one of them rests tells nothing of the others, and again it is the host's turn that tells.
 *
 * A `then` that is read and called in one go is no `await` but a call by the user, `task.then(log)`.
 * The two are told apart by segments: between two microtasks of anybody else's there runs one of this
 * file's, and counts on.
 *
 * Most often there is one such function at a time; a task that starts another eagerly makes it two.
 *
 * @module
 */
import { soon } from "../base/soon.ts";
import { host } from "../platform/current.ts";
import { running } from "./running.ts";
import type { Strand } from "./strand.ts";

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

/** What is asked of the loop that is held. */
export interface HeldLoop {
  /** Has it keep still, maybe from the entry that it runs. */
  keepStill(): void;
  /** Lets it go on. */
  goOn(): void;
}

/**
 * Microtasks without a sign of the function before the host is asked for a turn.
 *
 * Where the host does not tell whose code runs, all microtasks count as the function's as long as the
 * loop waits for it. In the host's turn others may wake, so before that it must be as good as sure that
 * the function is through with its own.
 */
const QUIET_MICROTASKS = host.asyncIdentity === null ? 1_000 : 8;

/** Microtasks after which a mark that nobody claimed was a mere look at the property. */
const MARK_LIFE = 2;

let segment = 0;

/** The number of the stretch of code that runs now, between two microtasks of this file's. */
export function currentSegment(): number {
  return segment;
}

function countSegment(): void {
  segment++;
}

/** What is known of one function since it was called or resumed. */
class Segment {
  /** Its task; `null` while it waits for its next use. */
  task: Holdable | null = null;
  marks = 0;
  marksAge = 0;
  quiet = 0;
  hasRested = false;
  /** Whether it was at several awaits at once, of which one may come to rest before the others do. */
  isForked = false;
  /** The one begun after it. */
  next: Segment | null = null;

  /** Takes one microtask into account, and tells whether the function has come to rest. */
  settles(): boolean {
    if (this.task!.done()) return true;
    if (this.marks > 0) {
      if (this.marksAge++ === MARK_LIFE) this.marks = 0;
      return false;
    }
    this.quiet++;
    return this.hasRested && !this.isForked;
  }
}

function goesOn(known: Segment): boolean {
  return !known.settles();
}

/** One loop's waiting for async functions. */
export class AsyncHold {
  /** Whether an async function has the thread. */
  isOn = false;
  /** Whether one has had it since this was last made `false`. */
  wasOn = false;

  readonly #loop: HeldLoop;
  // The first of those that run, which leads to the others; nearly always there is one.
  #first: Segment | null = null;
  // Of a function that is being called, before it is known to wait: whose marks there were, and how many.
  #marked: Holdable | null = null;
  #earlyMarks = 0;
  #isChecking = false;
  #isHostAsked = false;
  // One that is over, for the next: there is one for each await.
  #spare: Segment | null = null;

  /**
   * Makes the waiting of one loop.
   *
   * @param loop The loop.
   */
  constructor(loop: HeldLoop) {
    this.#loop = loop;
  }

  /** Begins to wait for a task's function, which was just called or resumed; in a step of which strand it was called. */
  begin(task: Holdable, within: Strand | null = null): void {
    segment++;
    // Where several have the thread, the next microtask is most likely of the one resumed last.
    running.held = task;
    running.within = within;
    const known = this.#find(task);
    if (known === null) {
      const begun = this.#spare ?? new Segment();
      this.#spare = null;
      begun.task = task;
      begun.marks = this.#marked === task ? this.#earlyMarks : 0;
      begun.isForked = begun.marks > 1;
      begun.marksAge = 0;
      begun.quiet = 0;
      begun.hasRested = false;
      begun.next = null;
      this.#marked = null;
      this.#append(begun);
      if (!this.isOn) {
        this.isOn = true;
        this.wasOn = true;
        this.#loop.keepStill();
      }
    } else {
      known.quiet = 0;
      known.hasRested = false;
    }
    this.#checkLater();
  }

  /** Notes that `then` was read in a task's code. */
  mark(task: Holdable): void {
    const known = this.#find(task);
    if (known === null) {
      this.#earlyMarks = this.#marked === task ? this.#earlyMarks + 1 : 1;
      this.#marked = task;
      soon(countSegment);
      return;
    }
    if (known.marks > 0) known.isForked = true;
    known.marks++;
    known.marksAge = 0;
    this.#checkLater();
  }

  /** Notes that what was read is called. */
  claim(task: Holdable): void {
    const known = this.#find(task);
    if (known !== null && known.marks > 0) known.marks--;
  }

  /** Notes that a task waits for something of this module's. */
  rest(task: Holdable): void {
    const known = this.#find(task);
    if (known !== null) known.hasRested = true;
  }

  #find(task: Holdable): Segment | null {
    let known = this.#first;
    while (known !== null && known.task !== task) known = known.next;
    return known;
  }

  #append(begun: Segment): void {
    let last = this.#first;
    if (last === null) {
      this.#first = begun;
      return;
    }
    while (last.next !== null) last = last.next;
    last.next = begun;
  }

  #isAnyLively(): boolean {
    for (let known = this.#first; known !== null; known = known.next) {
      if (known.marks > 0 || known.quiet < QUIET_MICROTASKS) return true;
    }
    return false;
  }

  #checkLater(): void {
    if (this.#isChecking) return;
    this.#isChecking = true;
    soon(this.#check);
  }

  readonly #check = (): void => {
    segment++;
    this.#isChecking = false;
    this.#keep(goesOn);
    if (!this.isOn) return;
    if (this.#isAnyLively()) {
      this.#checkLater();
    } else if (!this.#isHostAsked) {
      this.#isHostAsked = true;
      // What runs in the meantime may be anybody's.
      running.held = null;
      host.nextTurn(this.#afterHostTurn);
    }
  };

  readonly #afterHostTurn = (): void => {
    this.#isHostAsked = false;
    segment++;
    this.#keep((known) => {
      if (known.quiet < QUIET_MICROTASKS || known.settles()) {
        return !known.task!.done() && !known.hasRested;
      }
      // It may rest on a promise of its own code that waits, in turn, for something of this module's.
      if (!known.task![isWaiting]()) known.task![restElsewhere]();
      return false;
    });
    if (this.isOn) this.#checkLater();
  };

  /** Forgets those that came to rest, and lets the loop go on when all have. */
  #keep(isRunning: (known: Segment) => boolean): void {
    let lastKept: Segment | null = null;
    let isSame = true;
    for (let known = this.#first; known !== null; known = known.next) {
      if (isRunning(known)) {
        lastKept = known;
        continue;
      }
      isSame = false;
      if (lastKept === null) this.#first = known.next;
      else lastKept.next = known.next;
      known.task = null;
      this.#spare = known;
    }
    if (isSame) return;
    running.held = lastKept === null ? null : lastKept.task;
    if (lastKept !== null) return;
    this.isOn = false;
    this.#loop.goOn();
  }
}
