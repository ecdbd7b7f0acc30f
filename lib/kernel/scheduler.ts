/**
 * The engine of one event loop: the ready queue, the timers, and the way they get the thread.
 *
 * An iteration is asyncio's. Timers that are due move to the ready queue; then just the entries that
 * were ready at that moment run, and what they make ready waits for the next iteration.
 *
 * JavaScript has a loop of its own below this one, so a run is cut into turns. A turn runs iterations
 * until nothing is ready, or until its time budget is spent; then the host gets the thread, for its
 * timers, its I/O, its painting. An iteration may be interrupted in the middle and goes on where it was.
 *
 * It is also interrupted after a step of an async function: the function's next segment runs from the
 * engine's microtasks, and the entry behind it must not run before that. `AsyncHold` decides when the
 * function has come to rest and then calls `resume()`.
 *
 * It is long because the iteration is written out twice, plainly and with an instrument that looks on: a
 * branch for each entry would cost every loop what few need.
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import { NotSupportedError, RuntimeError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { soon } from "../base/soon.ts";
import { isStrayCancellation } from "../base/stray_cancellation.ts";
import { rootContext, swapContext } from "../coroutine/context_vars.ts";
import { host } from "../platform/current.ts";
import type { HostTimer } from "../platform/host.ts";
import { AsyncHold, type HeldLoop } from "./async_hold.ts";
import { type Clock, VirtualClock } from "./clock.ts";
import {
  execute as importedExecute,
  type HandleOwner,
  type Runnable,
  type TimerHandle,
} from "./handle.ts";
import { type Instrument, InstrumentPanel, type TurnEnd } from "./instruments.ts";
import { loopsThatRun, running as importedRunning } from "./running.ts";
import type { Task } from "./task.ts";
import { TimerQueue } from "./timer_queue.ts";
import { Failures } from "./unretrieved.ts";

// The engine folds a module's own constants into its code, and loads imported ones each time: what every
// entry uses is made its own.
const execute: typeof importedExecute = importedExecute;
const running = importedRunning;
const identity = host.asyncIdentity;

/** How long a turn may keep the thread, in milliseconds: less than half of a frame at 60 Hz. */
const TURN_BUDGET = 5;

/** How many entries run between two looks at the clock at most: a look costs as much as two switches. */
const LONGEST_INTERVAL = 128;

/** Intervals between two looks grow while they take less than this, in milliseconds. */
const QUICK_INTERVAL = 0.25;

/** An interval that took longer than this, in milliseconds, is cut to one entry. */
const SLOW_INTERVAL = 1;

/** The longest delay that the hosts take, in milliseconds; a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** How much too early, in seconds, a timer may be called; asyncio's clock resolution. */
const RESOLUTION = 1e-9;

// What a loop is doing. Numbers, for every push compares them, and strings cost more to compare.
/** No run is on; nothing moves. */
const STOPPED = 0;
/** No run ever will be. */
const CLOSED = 1;
/** A turn is ordered from the host. */
const SCHEDULED = 2;
/** Entries run, or an async function has the thread and the rest of the turn waits for it. */
const TURNING = 3;
/** Nothing is ready; the host's timer, or a call from outside, starts the next turn. */
const IDLE = 4;
/** The same as TURNING, with an instrument that is to be told. */
const WATCHED = 5;

type Phase = 0 | 1 | 2 | 3 | 4 | 5;

/** How a turn has ended, told by the phase that it left behind. */
const TURN_ENDS: { readonly [phase in Phase]?: TurnEnd } = {
  [SCHEDULED]: "yielded",
  [IDLE]: "idle",
};

/** How a run ended: it was stopped, it can never go on, or an error that nothing holds up ended it. */
export type RunEnd = "stopped" | "deadlocked" | { readonly interrupt: unknown };

/** What is ready, in the order in which it is taken out; a `Deque`, unless a schedule decides. */
export interface ReadyQueue {
  /** How many entries there are. */
  readonly length: number;
  /** Puts an entry in. */
  push(entry: Runnable): void;
  /** Takes the next entry out, or gives `undefined` where there is none. */
  shift(): Runnable | undefined;
  /** Takes all entries out. */
  clear(): void;
}

/** Whether the host was told which rejections are no errors; it is when the first run begins. */
let dropsStrays = false;

/** One loop's engine. */
export class Scheduler implements HeldLoop {
  /** The loop it belongs to. */
  readonly owner: HandleOwner;
  /** Where time comes from. */
  readonly clock: Clock;
  /** The timers that wait. */
  readonly timers: TimerQueue = new TimerQueue();
  /**
   * The tasks that are not done, in no order; each knows its place. So adding and removing cost O(1), and
   * a task that nobody keeps is kept here until it is done. (asyncio's list is weak, and its tasks may vanish
   * half way.)
   */
  readonly tasks: Task<unknown>[] = [];
  /** The errors of its futures that nobody has seen yet. */
  readonly failures: Failures;
  /** Keeps the loop still while an async function has the thread. */
  readonly hold: AsyncHold;
  /** Whether the loop is in debug mode. */
  debug = false;
  /** What every task and future is made with for which the loop was given no options: one object for all. */
  plainOptions: object | null = null;
  /** How many things outside the loop have promised to call back: promises, jobs on other threads. */
  outside = 0;

  readonly #ready: ReadyQueue;
  readonly #virtual: VirtualClock | null;
  #phase: Phase = STOPPED;
  // Calls back as a part of whoever began the run, and of no task.
  #apart: (callback: () => void) => void = call;
  // How many entries of the current iteration are still to run.
  #todo = 0;
  #iterating = false;
  // Whether the next iteration may begin without another question.
  #mayGoOn = false;
  #stopping = false;
  #interrupt: { readonly interrupt: unknown } | null = null;
  #synchronous = false;
  #ended: ((end: RunEnd) => void) | null = null;
  #timer: HostTimer | null = null;
  #timerDue = Infinity;
  #turnStart = -Infinity;
  // No whole number, and so of the kind that it stays: another kind would be another layout.
  #lastLook = -Infinity;
  // How many entries run before the next look up from them, and how many then were left to the look at
  // the clock, where an alarm has made it earlier.
  #untilLook = 1;
  #afterAlarm = 0;
  // Whether the look at the clock was due when an async function got the thread.
  #mustLook = false;
  #interval = 1;
  // On a virtual clock: whether the host had a turn since something was ready, so that promises
  // and threads could report before the clock jumps.
  #hostHadTurn = false;
  #isHostAwaited = false;
  // Who looks on, in the order in which they came, and the one that stands for them all.
  #instruments: readonly Instrument[] = [];
  #instrument: Instrument | null = null;
  #isRewired = false;
  // What runs with an instrument looking on, while its async function has the thread.
  #held: Runnable | null = null;

  /**
   * Makes a new `Scheduler`.
   *
   * @param owner The loop it belongs to.
   * @param clock Where time comes from.
   * @param ready The queue of what is ready.
   */
  constructor(owner: HandleOwner, clock: Clock, ready: ReadyQueue = new Deque<Runnable>()) {
    this.owner = owner;
    this.clock = clock;
    this.#ready = ready;
    this.#virtual = clock instanceof VirtualClock ? clock : null;
    this.failures = new Failures(owner);
    this.hold = new AsyncHold(this);
  }

  /** Whether a run is on. */
  get isOn(): boolean {
    return this.#phase !== STOPPED && this.#phase !== CLOSED;
  }

  /** How long the loop has nothing to do if nobody wakes it, in milliseconds; 0 where it has something. */
  get leisure(): number {
    return this.#phase === IDLE ? (this.#timerDue - this.owner.time()) * 1000 : 0;
  }

  /** Whether the loop was closed. */
  get isClosed(): boolean {
    return this.#phase === CLOSED;
  }

  /** Whether the run that is on may not wait for promises. */
  get isSynchronous(): boolean {
    return this.#synchronous;
  }

  /** Whoever looks on, or `null`. */
  get instrument(): Instrument | null {
    return this.#instrument;
  }

  /**
   * Puts an instrument in. It is told of the entry after the one that runs now, and of all that follow.
   *
   * @returns What takes it out again.
   */
  watch(instrument: Instrument): () => void {
    this.#rewire([...this.#instruments, instrument]);
    return () => this.#rewire(this.#instruments.filter((other) => other !== instrument));
  }

  /** Appends an entry to the ready queue. */
  push(entry: Runnable): void {
    if (this.#phase === TURNING) this.#ready.push(entry);
    else this.#pushAndTell(entry);
  }

  /** @throws {RuntimeError} If the loop was closed. */
  checkOpen(): void {
    if (this.#phase === CLOSED) throw new RuntimeError("Event loop is closed");
  }

  /** Adds a timer. */
  addTimer(handle: TimerHandle): void {
    this.timers.add(handle);
    this.#mayGoOn = false;
    if (this.#instrument !== null) this.#instrument.timerSet(handle);
    if (this.#phase === IDLE && handle.when() < this.#timerDue) this.#wake();
  }

  /** Ends the run after the current iteration; without a run on, ends the next one after its first. */
  stop(): void {
    this.#stopping = true;
    this.#mayGoOn = false;
    if (this.#phase === IDLE) this.#wake();
  }

  /** Ends the run by an error, as soon as what runs now returns; what is ready is left for another run. */
  interrupt(error: unknown): void {
    this.#interrupt = { interrupt: error };
    this.#todo = 0;
    this.#mayGoOn = false;
    // Inside an iteration what is left of it is counted there.
    this.keepStill();
    if (this.#phase === IDLE) this.#wake();
  }

  /** Forgets all that waits, and takes nothing more. */
  close(): void {
    this.#phase = CLOSED;
    this.#ready.clear();
    this.timers.clear();
  }

  /** @throws {RuntimeError} If the clock is not a virtual one, and so nothing can run at once. */
  checkVirtual(): void {
    if (this.#virtual === null) {
      throw new RuntimeError(
        "a synchronous run needs a virtual clock: expected newEventLoop({ clock: new VirtualClock() })",
      );
    }
  }

  /**
   * Starts a run, whose first turn comes soon.
   *
   * @param ended Called when it is over.
   * @throws {NotSupportedError} If nothing can be run here.
   */
  start(ended: (end: RunEnd) => void): void {
    if (host.refusal !== null) throw new NotSupportedError(host.refusal);
    if (!dropsStrays) host.dropRejections(isStrayCancellation);
    dropsStrays = true;
    this.#ended = ended;
    if (identity !== null) this.#apart = identity.capture();
    loopsThatRun.add(this);
    // Who starts a run does so in a turn of the host's: the first budget is counted from here.
    this.#turnStart = host.now();
    this.#orderTurn(true);
  }

  /**
   * Does a whole run before it returns. Only a virtual clock allows it, and no promise can be waited
   * for meanwhile.
   */
  runSync(): RunEnd {
    let result: RunEnd | undefined;
    this.#ended = (end) => {
      result = end;
    };
    this.#synchronous = true;
    loopsThatRun.add(this);
    try {
      this.#turn();
    } finally {
      this.#synchronous = false;
    }
    return result!;
  }

  #rewire(instruments: readonly Instrument[]): void {
    this.#instruments = instruments;
    this.#instrument = instruments.length > 1
      ? new InstrumentPanel(instruments)
      : instruments[0] ?? null;
    this.timers.instrument = this.#instrument;
    // In the middle of a turn, so that the entry behind this one runs in the form that it should.
    if (this.#phase === TURNING || this.#phase === WATCHED) {
      this.#phase = this.#instrument === null ? TURNING : WATCHED;
      this.#isRewired = true;
      this.keepStill();
    }
  }

  /** Has the iteration look up after the entry that runs now. */
  keepStill(): void {
    if (this.#untilLook === 1) return;
    this.#afterAlarm = this.#untilLook - 1;
    this.#untilLook = 1;
  }

  /** Apart from `push`, which is the way of nearly all that a loop does to itself. */
  #pushAndTell(entry: Runnable): void {
    this.checkOpen();
    this.#ready.push(entry);
    if (this.#instrument !== null) this.#instrument.pushed(entry);
    if (this.#phase === IDLE) this.#wake();
  }

  #wake(): void {
    // A microtask is the quickest way. But it comes before the host's own work, and a chain of them
    // would starve the host: past the budget it must be a turn.
    this.#orderTurn(host.now() - this.#turnStart < TURN_BUDGET);
  }

  #orderTurn(isSoon: boolean): void {
    this.#phase = SCHEDULED;
    // What the loop runs must not count as a part of who woke it. Where that cannot be told, whoever woke
    // it must first be through with its microtasks.
    this.#apart(() => {
      if (isSoon && identity !== null) soon(this.#onMicrotask);
      else host.nextTurn(this.#onHostTurn);
    });
  }

  readonly #onMicrotask = (): void => {
    if (this.#phase === SCHEDULED) this.#turn();
  };

  readonly #onHostTurn = (): void => {
    this.#turnStart = host.now();
    this.#hostHadTurn = this.#isHostAwaited;
    if (this.#hostHadTurn) this.#mayGoOn = false;
    this.#isHostAwaited = false;
    this.#turnSoon();
  };

  readonly #onTimer = (): void => {
    this.#timer = null;
    this.#timerDue = Infinity;
    if (this.#phase !== IDLE) return;
    this.#turnStart = host.now();
    this.#phase = SCHEDULED;
    this.#turnSoon();
  };

  /** Begins a turn that the host has given, in a microtask: in a callback of Deno's a throw is dear. */
  #turnSoon(): void {
    if (this.#phase === SCHEDULED) soon(this.#onMicrotask);
  }

  /** Goes on with the turn that an async function has interrupted. */
  goOn(): void {
    if (this.#phase !== TURNING && this.#phase !== WATCHED) return;
    // From the microtasks of a function that came back from something foreign it would be as a part of that.
    if (identity === null || identity.get() === undefined) this.#turn();
    else this.#apart(() => this.#turn());
  }

  #turn(): void {
    if (running.scheduler !== null || (running.held !== null && !this.hold.isOn)) {
      // Another loop of this thread is in the middle of something.
      this.#orderTurn(false);
      return;
    }
    this.#phase = this.#instrument === null ? TURNING : WATCHED;
    if (this.hold.isOn) return;
    running.scheduler = this;
    const previous = swapContext(rootContext);
    try {
      while (this.#instrument === null ? this.#iterate() : this.#iterateWatched(this.#instrument));
    } catch (error) {
      // No entry throws: a clock of the user's own does, or an instrument.
      running.task = null;
      if (this.#ended === null) throw error;
      this.#end({ interrupt: error });
    } finally {
      swapContext(previous);
      running.scheduler = null;
      running.task = null;
    }
  }

  /** Runs what is ready, iteration by iteration; tells whether to go on in the other form. */
  #iterate(): boolean {
    const ready = this.#ready;
    this.#isRewired = false;
    if (this.#mustLook && this.#isBudgetSpent(this.#todo)) return false;
    // The entries that were ready when the iteration began. Iterations and entries share one loop: of two,
    // the engine optimises the inner one by itself, and leaving it costs more than all the rest.
    let todo = this.#todo;
    this.#todo = 0;
    for (;;) {
      if (todo === 0) {
        if (!this.#beginIteration()) return false;
        todo = this.#todo;
        this.#todo = 0;
        continue;
      }
      todo--;
      ready.shift()![execute]();
      // One count for all that may stop it, for this is done for every entry.
      if (--this.#untilLook === 0 && this.#isCutShort(todo)) return this.#isRewired;
    }
  }

  /** {@linkcode #iterate}, written out once more with an instrument that is told. */
  #iterateWatched(instrument: Instrument): boolean {
    const ready = this.#ready;
    this.#isRewired = false;
    const held = this.#held;
    this.#held = null;
    if (held === null) instrument.turnBegan();
    else instrument.entryEnded(held);
    if (this.#mustLook && this.#isBudgetSpent(this.#todo)) {
      instrument.turnEnded("yielded");
      return false;
    }
    do {
      let todo = this.#todo;
      this.#todo = 0;
      while (todo > 0) {
        todo--;
        const entry = ready.shift()!;
        instrument.entryBegan(entry);
        entry[execute]();
        running.task = null;
        if (this.hold.isOn) this.#held = entry;
        else instrument.entryEnded(entry);
        if (--this.#untilLook === 0 && this.#isCutShort(todo)) {
          if (this.#held === null && !this.#isRewired) {
            instrument.turnEnded(TURN_ENDS[this.#phase] ?? "ended");
          }
          return this.#isRewired;
        }
      }
    } while (this.#beginIteration());
    instrument.turnEnded(TURN_ENDS[this.#phase] ?? "ended");
    return false;
  }

  /** Begins an iteration; where there is none to begin, ends the turn. */
  #beginIteration(): boolean {
    const count = this.#ready.length;
    if (count === 0 || !this.#mayGoOn) return this.#beginSlowly();
    this.#todo = count;
    return true;
  }

  #beginSlowly(): boolean {
    this.#mayGoOn = false;
    // A clock may be the user's, and whoever waits for the end is told from here.
    running.task = null;
    if (this.#interrupt !== null) {
      this.#end(this.#interrupt);
      return false;
    }
    // A stop() that came before the run lets one iteration pass, as asyncio does.
    if (this.#iterating && this.#stopping) {
      this.#end("stopped");
      return false;
    }
    if (this.#ready.length === 0 || this.timers.length > 0) {
      this.#iterating = false;
      if (!this.#wait()) return false;
      this.#moveDueTimers();
    }
    this.#hostHadTurn = false;
    this.#todo = this.#ready.length;
    this.#iterating = true;
    // With no timers and something ready there will be nothing to wait for and nothing to move.
    this.#mayGoOn = !this.#stopping && this.timers.length === 0;
    return true;
  }

  /** Tells whether the iteration may begin; where not, all is arranged for what comes. */
  #wait(): boolean {
    this.timers.purge();
    if (this.#ready.length > 0 || this.#stopping) return true;
    const when = this.timers.earliest();
    if (this.#virtual !== null) return this.#waitVirtually(this.#virtual, when);
    const now = this.owner.time();
    if (when < now + RESOLUTION || when <= now) return true;
    this.#phase = IDLE;
    this.#armTimer(when);
    return false;
  }

  #waitVirtually(clock: VirtualClock, when: number): boolean {
    // What a function awaits beside something of this module's is not known: it may be a promise that was settled just now.
    if ((this.outside > 0 || this.hold.hasBegun) && !this.#synchronous) {
      if (!this.#hostHadTurn) {
        this.#isHostAwaited = true;
        this.#orderTurn(false);
        return false;
      }
      if (when === Infinity && this.outside > 0) {
        this.#phase = IDLE;
        this.#armTimer(when);
        return false;
      }
    }
    if (when === Infinity) {
      this.#end("deadlocked");
      return false;
    }
    clock.advanceTo(when);
    return true;
  }

  #moveDueTimers(): void {
    if (this.timers.length === 0) return;
    const now = this.owner.time();
    const end = now + RESOLUTION;
    let handle: TimerHandle | null;
    while ((handle = this.timers.takeDue(now, end)) !== null) this.#ready.push(handle);
  }

  /**
   * Looks up from the entries, and tells whether they are left here: for an async function that has the
   * thread, for the other form of the iteration, for an error that ends the run, or for the host.
   *
   * @param todo How many of the iteration's entries are still to run.
   */
  #isCutShort(todo: number): boolean {
    const untilClock = this.#afterAlarm;
    this.#afterAlarm = 0;
    this.#untilLook = untilClock > 0 ? untilClock : 1;
    this.#todo = this.#interrupt === null ? todo : 0;
    // Only this loop's own has it: while another's had, this one would not have begun.
    if (running.held !== null) {
      this.#mustLook = untilClock === 0;
      // The next turn begins in the right form.
      this.#isRewired = false;
      return true;
    }
    if (this.#isRewired) return true;
    if (this.#interrupt !== null) {
      running.task = null;
      this.#end(this.#interrupt);
      return true;
    }
    if (untilClock === 0 && this.#isBudgetSpent(todo)) return true;
    this.#todo = 0;
    return false;
  }

  /** Looks at the clock, and tells whether the host must be let in, which is then arranged. */
  #isBudgetSpent(todo: number): boolean {
    this.#mustLook = false;
    const now = host.now();
    const elapsed = now - this.#lastLook;
    this.#lastLook = now;
    if (elapsed > SLOW_INTERVAL) this.#interval = 1;
    else if (elapsed < QUICK_INTERVAL && this.#interval < LONGEST_INTERVAL) this.#interval *= 2;
    this.#untilLook = this.#interval;
    const hasMore = todo > 0 || this.#ready.length > 0;
    if (!hasMore || now - this.#turnStart <= TURN_BUDGET || this.#synchronous) return false;
    this.#orderTurn(false);
    return true;
  }

  /** One timer of the host's serves all; one that fires too early finds nothing due and is set anew. */
  #armTimer(when: number): void {
    if (this.#timer !== null) {
      if (this.#timerDue <= when) return;
      host.clearTimer(this.#timer);
      this.#timer = null;
    }
    if (when === Infinity && !host.needsKeepAlive) return;
    const delay = Math.ceil((when - this.owner.time()) * 1000);
    this.#timerDue = when;
    this.#timer = host.setTimer(this.#onTimer, Math.min(delay, LONGEST_DELAY));
  }

  #end(end: RunEnd): void {
    loopsThatRun.delete(this);
    this.#phase = STOPPED;
    this.#stopping = false;
    this.#interrupt = null;
    this.#iterating = false;
    if (this.#timer !== null) host.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerDue = Infinity;
    const ended = this.#ended!;
    this.#ended = null;
    ended(end);
  }
}

function call(callback: () => void): void {
  callback();
}

interface LoopAccess {
  /** The engine of a loop, or `null` of what is none. */
  schedulerOr(value: unknown): Scheduler | null;
}

let access: LoopAccess;

/** Lets this floor reach into loops; for the loop's own file. */
export function setLoopAccess(given: LoopAccess): void {
  access = given;
}

/** The engine of a loop; for tasks and timers. */
export function schedulerOf(loop: HandleOwner): Scheduler {
  return access.schedulerOr(loop)!;
}

/**
 * The engine of what should be a loop.
 *
 * @param loop What was given.
 * @param expected What the message begins with.
 * @returns The engine.
 * @throws {TypeError} If it is none.
 */
export function checkLoop(
  loop: unknown,
  expected: string = "loop must be an EventLoop",
): Scheduler {
  const scheduler = access.schedulerOr(loop);
  if (scheduler === null) {
    throw new TypeError(`${expected}, got ${describe(loop)}`);
  }
  return scheduler;
}

/** Tells whether a value is a loop; for those that check arguments. */
export function isLoop(value: unknown): boolean {
  return access.schedulerOr(value) !== null;
}
