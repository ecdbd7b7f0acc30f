/**
 * Which of the entries that are ready a loop runs next, where that is not left to the queue.
 *
 * asyncio runs what is ready first in, first out. Much of that order is no promise, and a program that
 * needs it breaks when somebody adds an `await` elsewhere. A schedule varies just what is no promise:
 *
 * - **A task's step may come later than its turn**, behind other tasks and behind callbacks. A task has one
 *   step in the queue at a time; the strands of one (the branches of a `Promise.all`) keep their order.
 * - **Callbacks keep the order in which they were registered**, as asyncio's documentation says, and nothing
 *   that became ready after a callback overtakes it: who awaits a task still finds the work of the done
 *   callbacks that were added before.
 * - **Timers with the same deadline** run in any order among themselves, as on CPython, whose heap is not
 *   stable.
 * - **An iteration stays one**: what an entry makes ready waits until all that was ready before has run, so
 *   that `sleep(0)` lets every other task make a step. Only the freedom `"ready"` gives that up: there a step
 *   may wait while others make many, as if whatever it awaited had taken long. Time stands still as long as
 *   anything is ready, in either.
 *
 * Wherever more than one entry may come next, the schedule makes a choice: a number, 0 for the one whose turn
 * it is. An order is the list of these numbers; what it leaves out is 0, so that the empty one is asyncio's.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { Random } from "../base/random.ts";
import { describe, functionName } from "../base/repr.ts";
import { staysInThread } from "../base/staying.ts";
import { setScheduling } from "./event_loop.ts";
import { callbackOf, Handle, type Runnable, TimerHandle } from "./handle.ts";
import type { ReadyQueue } from "./scheduler.ts";
import { Strand, type StrandOwner } from "./strand.ts";
import { Task } from "./task.ts";

/**
 * How far a schedule goes: within an iteration of the loop, or among all that is ready, so that a step may
 * wait while others make many.
 */
export type Freedom = "iteration" | "ready";

/** What {@linkcode Schedule} takes beside the seed or the order. */
export interface ScheduleOptions {
  /**
   * How far the schedule goes.
   *
   * @default {"iteration"}
   */
  freedom?: Freedom | undefined;
  /**
   * Whether to keep what ran, for {@linkcode Schedule.steps}.
   *
   * @default {false}
   */
  keepSteps?: boolean | undefined;
}

/** What a loop ran, and what it might have run in its place. */
export interface ScheduledStep {
  /** The name of the task, or the callback's with `()`. */
  readonly ran: string;
  /** The others that might have run, first come, first named; none where there was no choice. */
  readonly ready: readonly string[];
  /** The choice: the place in the line of what ran, from 0. */
  readonly choice: number;
}

/** The task whose step an entry is, or `null`. */
export function taskOfEntry(entry: Runnable): StrandOwner | null {
  if (entry instanceof Task) return entry;
  return entry instanceof Strand ? entry.task : null;
}

/** How often, with the freedom `"ready"`, others may be taken before the entry whose turn it is. */
const LONGEST_WAIT = 64;

/**
 * Decides the order in which a loop runs what is ready: by a seed, or by an order that was told.
 *
 * Only what a program may not rely on is varied: tasks' steps may come later than their turn, timers of the
 * same deadline in any order; callbacks keep theirs. On a virtual clock the same seed gives the same run, each
 * time. {@linkcode explore} tries many.
 *
 * @example
 * ```ts
 * import { gather, newEventLoop, Schedule, VirtualClock } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function runWith(schedule: Schedule) {
 *   const loop = newEventLoop({ clock: new VirtualClock(), schedule });
 *   const log: string[] = [];
 *   const step = (name: string) => function* () { log.push(name); };
 *   loop.runUntilCompleteSync(() => gather(["a", "b", "c"].map(step)));
 *   loop.close();
 *   return log.join("");
 * }
 * assertEquals(runWith(new Schedule([])), "abc");
 * assertEquals(runWith(new Schedule([2])), "cab");
 * assertEquals(runWith(new Schedule(7)), runWith(new Schedule(7)));
 * ```
 */
export class Schedule {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Schedule";

  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  readonly #seed: number | null;
  readonly #freedom: Freedom;
  readonly #choose: Chooser;
  readonly #choices: number[] = [];
  readonly #steps: ScheduledStep[] | null;
  #isTaken = false;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    setScheduling((value) => value instanceof Schedule ? value.#makeQueue() : null);
  })();

  /**
   * Makes a new `Schedule`.
   *
   * @param seedOrOrder A seed, a whole number; or an order: the choices, 0 for the entry whose turn it is.
   * A choice beyond what is ready is the last one.
   * @param options `freedom`, `keepSteps`.
   * @throws {TypeError} If it is neither a whole number nor a list of them from 0 on.
   */
  constructor(seedOrOrder: number | readonly number[], options: ScheduleOptions = {}) {
    checkOptions(options, "Schedule()", ["freedom", "keepSteps"]);
    const { freedom = "iteration", keepSteps = false } = options;
    if (freedom !== "iteration" && freedom !== "ready") {
      throw new TypeError(`freedom must be "iteration" or "ready", got ${describe(freedom)}`);
    }
    if (typeof seedOrOrder === "number" && Number.isSafeInteger(seedOrOrder)) {
      this.#seed = seedOrOrder;
      this.#choose = chooserOfSeed(seedOrOrder);
    } else if (Array.isArray(seedOrOrder) && seedOrOrder.every(isChoice)) {
      const order = [...seedOrOrder];
      this.#seed = null;
      this.#choose = (candidates, made) => Math.min(order[made] ?? 0, candidates.length - 1);
    } else {
      throw new TypeError(
        "a seed must be a whole number, an order a list of whole numbers from 0, " +
          `got ${describe(seedOrOrder)}`,
      );
    }
    this.#freedom = freedom;
    this.#steps = keepSteps ? [] : null;
  }

  /** The seed, or `null` of a schedule by an order. */
  get seed(): number | null {
    return this.#seed;
  }

  /** The choices made so far, without the zeros at the end: what gives the same run again. */
  get order(): readonly number[] {
    let length = this.#choices.length;
    while (length > 0 && this.#choices[length - 1] === 0) length--;
    return this.#choices.slice(0, length);
  }

  /** How many choices there were so far, 0 or not. */
  get choices(): number {
    return this.#choices.length;
  }

  /** What ran so far, where it was to be kept. */
  get steps(): readonly ScheduledStep[] {
    return this.#steps ?? [];
  }

  #makeQueue(): ReadyQueue {
    if (this.#isTaken) {
      throw new TypeError("a schedule is for one loop: expected a new one for each");
    }
    this.#isTaken = true;
    return new ScheduledQueue(this.#freedom, {
      choose: (candidates) => {
        const choice = this.#choose(candidates, this.#choices.length);
        this.#choices.push(choice);
        return choice;
      },
      took: (candidates, choice) => {
        const entry = candidates[choice]!;
        this.#steps?.push({
          ran: nameOf(entry),
          ready: candidates.filter((other) => other !== entry).map(nameOf),
          choice,
        });
      },
    });
  }
}

function isChoice(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Makes one choice among entries in the order of their turns; told how many were made before. */
type Chooser = (candidates: readonly Runnable[], made: number) => number;

/**
 * How a seed chooses. Some bugs show when everything is mixed up, some when one thing in a long run is late,
 * some when one task is late all along; so there are several ways, and the seed takes one of them.
 */
function chooserOfSeed(seed: number): Chooser {
  const random = new Random(seed);
  const way = random.below(WAYS.length);
  return WAYS[way]!(random);
}

const WAYS: readonly ((random: Random) => Chooser)[] = [
  (random) => (candidates) => random.below(candidates.length),
  (random) => deviating(random, 0.3),
  (random) => deviating(random, 0.1),
  byRank,
];

/** The turn is kept but for now and then. */
function deviating(random: Random, probability: number): Chooser {
  return (candidates) => random.next() < probability ? random.below(candidates.length) : 0;
}

/** Every task has a rank, which seldom changes. */
function byRank(random: Random): Chooser {
  const ranks = new WeakMap<object, number>();
  const rankOf = (entry: Runnable): number => {
    const lane = taskOfEntry(entry) ?? entry;
    let rank = ranks.get(lane);
    if (rank === undefined || random.next() < 0.05) ranks.set(lane, rank = random.next());
    return rank;
  };
  return (candidates) => {
    const each = candidates.map(rankOf);
    return each.indexOf(Math.max(...each));
  };
}

interface QueueOwner {
  choose(candidates: readonly Runnable[]): number;
  took(candidates: readonly Runnable[], choice: number): void;
}

/** The ready queue of a loop with a schedule. */
class ScheduledQueue implements ReadyQueue {
  readonly #freedom: Freedom;
  readonly #owner: QueueOwner;
  readonly #entries: Runnable[] = [];
  // How many entries of the iteration that is on are left.
  #iteration = 0;
  // How often the entry at the front was passed over.
  #passedOver = 0;

  constructor(freedom: Freedom, owner: QueueOwner) {
    this.#freedom = freedom;
    this.#owner = owner;
  }

  get length(): number {
    return this.#entries.length;
  }

  push(entry: Runnable): void {
    this.#entries.push(entry);
  }

  shift(): Runnable | undefined {
    const entries = this.#entries;
    if (this.#iteration === 0) this.#iteration = entries.length;
    this.#iteration--;
    const places = this.#candidates(
      this.#freedom === "ready" ? entries.length : this.#iteration + 1,
    );
    if (places.length === 0) return undefined;
    const candidates = places.map((place) => entries[place]!);
    const choice = candidates.length === 1 ? 0 : this.#owner.choose(candidates);
    this.#passedOver = choice === 0 ? 0 : this.#passedOver + 1;
    entries.splice(places[choice]!, 1);
    this.#owner.took(candidates, choice);
    return candidates[choice];
  }

  clear(): void {
    this.#entries.length = 0;
    this.#iteration = 0;
    this.#passedOver = 0;
  }

  /** The places of those that may come next, of the first so many. */
  #candidates(end: number): number[] {
    const entries = this.#entries;
    const places: number[] = [];
    const seen = new Set<StrandOwner>();
    for (let place = 0; place < Math.min(end, entries.length); place++) {
      const entry = entries[place]!;
      const task = taskOfEntry(entry);
      if (task === null) {
        // What was cancelled does nothing, and keeps nobody back.
        if (place > 0 && entry instanceof Handle && entry.cancelled()) continue;
        places.push(place, ...this.#timersWith(entry, place, end));
        break;
      }
      if (seen.has(task)) continue;
      seen.add(task);
      places.push(place);
      if (this.#freedom === "ready" && this.#passedOver >= LONGEST_WAIT) break;
    }
    return places;
  }

  /** The places of the timers behind one that have its deadline. */
  #timersWith(first: Runnable, place: number, end: number): number[] {
    if (!(first instanceof TimerHandle)) return [];
    const places: number[] = [];
    for (let next = place + 1; next < Math.min(end, this.#entries.length); next++) {
      const entry = this.#entries[next]!;
      if (!(entry instanceof TimerHandle && entry.when() === first.when())) break;
      places.push(next);
    }
    return places;
  }
}

function nameOf(entry: Runnable): string {
  const task = taskOfEntry(entry);
  if (task instanceof Task) return task.getName();
  return `${entry instanceof Handle ? functionName(callbackOf(entry)) : entry.constructor.name}()`;
}
