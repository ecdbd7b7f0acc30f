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
 * Most often there is one such function at a time; a task that starts another eagerly makes it two. But a function may have
 * several branches, as a `Promise.all` has, of which one awaits a lock that it gets at once and has a few microtasks to go to
 * its next await, when another waits already. So they are counted: one that is resumed is on its way until it makes a mark,
 * or until the promise of the function that it is settles. One that ends otherwise shows as a foreign await does.
 *
 * Where the host does not tell whose code runs, microtasks count as those of the function that was resumed last. When something
 * is done for one while another is on its way, a post, a microtask that says whose those behind it are, stands before and behind it.
 * Each is put up anew as it is passed, so what comes of those in between stays between them.
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

/** Whether nobody tells whose code runs, and so all microtasks count as the function's as long as the loop waits for it. */
const isUntold = host.asyncIdentity === null;

/**
 * Microtasks without a sign of the function before the host is asked for a turn.
 *
 * In the host's turn others may wake. Where nobody tells whose code runs it must be as good as sure before that that the
 * function is through with its own.
 */
const QUIET_MICROTASKS = isUntold ? 1_000 : 8;

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
  /** The strand in whose step it was called, or `null`. */
  within: Strand | null = null;
  marks = 0;
  marksAge = 0;
  quiet = 0;
  // Whether its task is over, and it but hears of that; untold, it would pass for another's.
  isLate = false;
  // How many of its branches were resumed and have not come to their next await yet.
  onWay = 0;
  // The stretch of the last mark; the marks of one stretch are one branch's.
  markedIn = 0;
  /** The one begun after it. */
  next: Segment | null = null;

  /** Takes note that the next microtask is most likely of this one. */
  comeNext(): void {
    running.held = this.task;
    running.within = this.within;
  }

  /** Whether nothing more comes of it. */
  get isOver(): boolean {
    return !this.isLate && this.task!.done();
  }

  /** Takes one microtask into account, and tells whether the function has come to rest. */
  settles(): boolean {
    if (this.isOver) return true;
    if (this.marks > 0) {
      if (this.marksAge++ === MARK_LIFE) {
        this.marks = 0;
        this.onWay++;
      }
      return false;
    }
    this.quiet++;
    return this.onWay === 0;
  }
}

function goesOn(known: Segment): boolean {
  return !known.settles();
}

/** One loop's waiting for async functions. */
export class AsyncHold {
  /** Whether an async function has the thread. */
  isOn = false;
  /** Whether a function was ever called or resumed. */
  hasBegun = false;

  readonly #loop: HeldLoop;
  // The first of those that run, which leads to the others; nearly always there is one.
  #first: Segment | null = null;
  // Of a function that is being called, before it is known to wait: whose marks there were, and how many.
  #marked: Holdable | null = null;
  #earlyMarks = 0;
  #isChecking = false;
  #isHostAsked = false;
  // Where posts stand, what those have in common that still say something.
  #posts: object | null = null;
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

  /**
   * Begins to wait for a task's function.
   *
   * @param task The task.
   * @param within In a step of which strand the function was called.
   * @param isCalled Whether it was called, and has run to its first rest; else it is about to go on.
   */
  begin(task: Holdable, within: Strand | null = null, isCalled: boolean = false): void {
    segment++;
    this.hasBegun = true;
    const known = this.#find(task) ?? this.#append(task, within);
    known.quiet = 0;
    known.isLate = isUntold && task.done();
    // One that was called and awaits something already has no microtask before that: it is another's turn, or another branch's.
    const isNext = !isCalled || known.marks === 0;
    if (isNext) {
      known.onWay++;
      known.within = within;
    }
    if (this.#posts === null && (isNext || running.held === null)) known.comeNext();
    this.#checkLater();
  }

  /**
   * Tells apart, where the host does not, what comes of that which is done next for a function, while another is on its way.
   *
   * @param task The function's task.
   * @param within In a step of which strand it was called.
   * @returns What says that it is done, or `null` where nothing need be.
   */
  part(task: Holdable, within: Strand | null): (() => void) | null {
    const { held, within: around } = running;
    if (held === task && around === within) return null;
    if (held === null) {
      running.held = task;
      running.within = within;
    } else {
      this.#posts ??= {};
      this.#post(task, within);
    }
    return () => {
      if (held !== null) {
        this.#post(held, around);
      } else if (!this.isOn) {
        running.held = null;
        this.#posts = null;
      }
    };
  }

  /** Says of the microtasks that are queued behind this whose they are, and so, round by round, of what comes of them. */
  #post(task: Holdable, within: Strand | null): void {
    const posts = this.#posts;
    const pass = (): void => {
      if (this.#posts !== posts) return;
      running.held = task;
      running.within = within;
      soon(pass);
    };
    soon(pass);
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
    if (known.markedIn !== segment && known.onWay > 0) known.onWay--;
    known.markedIn = segment;
    known.marks++;
    known.marksAge = 0;
    this.#checkLater();
  }

  /**
   * Sets aside what is known of a function that is being called, while it has another task make its first step.
   *
   * @returns What takes it up again, or `null` where there is nothing.
   */
  setAside(): (() => void) | null {
    if (this.#marked === null) return null;
    const [marked, marks] = [this.#marked, this.#earlyMarks];
    return () => {
      this.#marked = marked;
      this.#earlyMarks = marks;
    };
  }

  /** Notes that what was read is called, by the user at once or by the engine later. */
  claim(task: Holdable, isUsersCall: boolean): void {
    const known = this.#find(task);
    if (known === null) return;
    if (known.marks > 0) known.marks--;
    if (!isUsersCall) return;
    // Its branch goes on.
    known.onWay++;
    known.markedIn = 0;
  }

  /** Notes that a function that was called for a task has ended, and that the task goes on by itself. */
  end(task: Holdable): void {
    const known = this.#find(task);
    if (known !== null && known.onWay > 0) known.onWay--;
  }

  #find(task: Holdable): Segment | null {
    let known = this.#first;
    while (known !== null && known.task !== task) known = known.next;
    return known;
  }

  #append(task: Holdable, within: Strand | null): Segment {
    const begun = this.#spare ?? new Segment();
    this.#spare = null;
    begun.task = task;
    begun.within = within;
    begun.marks = this.#marked === task ? this.#earlyMarks : 0;
    begun.marksAge = 0;
    begun.onWay = 0;
    begun.markedIn = 0;
    begun.next = null;
    this.#marked = null;
    let last = this.#first;
    if (last === null) {
      this.#first = begun;
    } else {
      while (last.next !== null) last = last.next;
      last.next = begun;
    }
    if (!this.isOn) {
      this.isOn = true;
      this.#loop.keepStill();
    }
    return begun;
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
    } else {
      // What runs in the meantime may be anybody's.
      running.held = null;
      this.#posts = null;
      // Outside a microtask, what the host loads when its name is first read would run others' microtasks in a step.
      if (!this.#isHostAsked) host.nextTurn(() => soon(this.#afterHostTurn));
      this.#isHostAsked = true;
    }
  };

  readonly #afterHostTurn = (): void => {
    this.#isHostAsked = false;
    segment++;
    this.#keep((known) => {
      if (known.quiet < QUIET_MICROTASKS || known.settles()) {
        return !known.isOver && known.onWay > 0;
      }
      if (known.isLate) return false;
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
      known.within = null;
      this.#spare = known;
    }
    if (isSame || (lastKept !== null && this.#posts !== null)) return;
    running.held = lastKept === null ? null : lastKept.task;
    running.within = lastKept === null ? null : lastKept.within;
    if (lastKept !== null) return;
    this.#posts = null;
    this.isOn = false;
    this.#loop.goOn();
  }
}
