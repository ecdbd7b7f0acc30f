/**
 * What the statements of a random program are about: its slots, and the small choices of each statement.
 *
 * @module
 */
import type {
  ErrorPlan,
  GroupPlan,
  Guard,
  Managed,
  Printed,
  Program,
  QueueKind,
  Target,
} from "./program.ts";
import type { Random } from "./random.ts";

const DELAYS = [0, 0.25, 0.5, 0.5, 1, 1, 1, 2, 3, 5, -1];
const ERRORS = [
  "AppError",
  "AppError",
  "ValueError",
  "RuntimeError",
  "TimeoutError",
  "CancelledError",
];
const EXITS = ["SystemExit", "KeyboardInterrupt"];
// What a group may hold in Python, too.
const MEMBERS = ["AppError", "AppError", "ValueError", "RuntimeError", "TimeoutError"];
/** How deep groups of errors nest. */
const DEEPEST_GROUP = 3;
/** The messages that programs give to errors and cancellations. */
export const MESSAGES: readonly string[] = ["", "why", "stop", "x"];
const QUEUE_KINDS: readonly QueueKind[] = ["Queue", "Queue", "Queue", "PriorityQueue", "LifoQueue"];

/** Where a statement stands. */
export interface Place {
  /** The slot of the task that it belongs to. */
  readonly level: number;
  /** How deep it is nested. */
  readonly depth: number;
  /** The slots of tasks that were probably started by the time it runs. */
  readonly known: number[];
}

/** The slots of a program, filled as they are asked for. */
export class Slots {
  /** Whether tasks may be started eagerly. */
  readonly isEager: boolean;
  /** How many tasks there are. */
  tasks = 0;
  /** How many groups. */
  groups = 0;
  /** How many timeouts. */
  timeouts = 0;
  /** How many handles. */
  handles = 0;
  /** How many callbacks. */
  callbacks = 0;
  /** How many tokens of context variables. */
  tokens = 0;
  /** How many contexts. */
  contexts = 0;
  /** How many kept coroutines. */
  kept = 0;
  /** How many async generators. */
  generators = 0;
  /** How many exit stacks. */
  stacks = 0;
  /** How many futures of other threads. */
  concurrents = 0;

  readonly #random: Random;
  // Whether errors may be raised that end the loop's run.
  readonly #exits: boolean;
  readonly #exitClasses: readonly string[];
  readonly #sizes: readonly number[];
  #futures = 0;
  #events = 0;
  #locks = 0;
  readonly #semaphores: Program["semaphores"] = [];
  readonly #conditions: Program["conditions"] = [];
  readonly #barriers: number[] = [];
  readonly #queues: Program["queues"] = [];

  /**
   * @param random What decides.
   * @param isWide Whether it knows what was added since the first programs were recorded.
   */
  constructor(random: Random, isWide: boolean) {
    this.#random = random;
    this.isEager = random.chance(0.2);
    this.#exits = random.chance(isWide ? 0.15 : 0.04);
    this.#sizes = isWide ? [-1, 0, 1, 1, 2] : [0, 1, 1, 2];
    this.#exitClasses = isWide ? EXITS : ["SystemExit"];
  }

  /** The program's declarations. */
  declarations(): Omit<Program, "main" | "failingReport"> {
    return {
      futures: this.#futures,
      events: this.#events,
      locks: this.#locks,
      semaphores: this.#semaphores,
      conditions: this.#conditions,
      barriers: this.#barriers,
      queues: this.#queues,
      concurrents: this.concurrents,
      variables: 2,
    };
  }

  /** A future's slot. */
  future(): number {
    if (this.#isNewWanted(this.#futures)) return this.#futures++;
    return this.#random.below(this.#futures);
  }

  /** An event's slot. */
  event(): number {
    if (this.#isNewWanted(this.#events)) return this.#events++;
    return this.#random.below(this.#events);
  }

  /** A queue's slot. */
  queue(): number {
    const random = this.#random;
    if (this.#isNewWanted(this.#queues.length)) {
      this.#queues.push({ kind: random.pick(QUEUE_KINDS), maxsize: random.pick(this.#sizes) });
      return this.#queues.length - 1;
    }
    return random.below(this.#queues.length);
  }

  /** A lock, a semaphore, or a condition's lock. */
  guard(): Guard {
    const kind = this.#random.below(3);
    if (kind === 0) return { lock: this.#lock() };
    return kind === 1 ? { semaphore: this.#semaphore() } : { condition: this.condition() };
  }

  /** A condition's slot. */
  condition(): number {
    if (this.#isNewWanted(this.#conditions.length)) {
      this.#conditions.push({ lock: this.#random.chance(0.3) ? this.#lock() : null });
      return this.#conditions.length - 1;
    }
    return this.#random.below(this.#conditions.length);
  }

  /** A barrier's slot. */
  barrier(): number {
    if (this.#isNewWanted(this.#barriers.length)) {
      return this.#barriers.push(1 + this.#random.below(3)) - 1;
    }
    return this.#random.below(this.#barriers.length);
  }

  /** Anything to look at or to cancel; tasks, mostly. */
  target({ known }: Place): Target {
    const random = this.#random;
    const kind = random.below(10);
    if (kind < 6 && known.length > 0) return { task: random.pick(known) };
    if (kind < 8) return { task: random.below(this.tasks + 1) };
    return kind === 8 ? { future: this.future() } : "self";
  }

  /** Anything that has a printed form; tasks, mostly. */
  printed(place: Place): Printed {
    const random = this.#random;
    const { handles, timeouts, groups, tokens, concurrents } = this;
    return random.weighted<() => Printed>([
      [8, () => this.target(place)],
      [2, () => this.guard()],
      [handles > 0 ? 1 : 0, () => ({ handle: random.below(handles) })],
      [1, () => ({ event: this.event() })],
      [1, () => ({ queue: this.queue() })],
      [1, () => ({ barrier: this.barrier() })],
      [timeouts > 0 ? 1 : 0, () => ({ timeout: random.below(timeouts) })],
      [groups > 0 ? 1 : 0, () => ({ group: random.below(groups) })],
      [0.3, () => ({ variable: random.below(2) })],
      [tokens > 0 ? 0.3 : 0, () => ({ token: random.below(tokens) })],
      [concurrents > 0 ? 1 : 0, () => ({ concurrent: random.below(concurrents) })],
    ])();
  }

  /** A context manager. */
  managed(): Managed {
    const random = this.#random;
    const { timeouts, groups, stacks } = this;
    return random.weighted<() => Managed>([
      [1, () => this.guard()],
      [2, () => ({ barrier: this.barrier() })],
      [timeouts > 0 ? 2 : 0, () => ({ timeout: random.below(timeouts) })],
      [groups > 0 ? 2 : 0, () => ({ group: random.below(groups) })],
      [stacks > 0 ? 1 : 0, () => ({ stack: random.below(stacks) })],
    ])();
  }

  /** Some things to wait for. */
  awaitables(place: Place): Target[] {
    return list(
      1 + this.#random.below(3),
      () =>
        this.#random.chance(0.2) ? { future: this.future() } : { task: this.awaitableTask(place) },
    );
  }

  /** The slot of a task that one of the given level may wait for; it may be empty. */
  awaitableTask({ level, known }: Place): number {
    const higher = known.filter((slot) => slot > level);
    if (higher.length > 0 && this.#random.chance(0.85)) return this.#random.pick(higher);
    return level + 1 + this.#random.below(Math.max(1, this.tasks + 1 - level));
  }

  /** An error. */
  error(): ErrorPlan {
    const message = this.#random.pick(MESSAGES);
    if (this.#exits && this.#random.chance(0.3)) {
      const [first, ...others] = this.#exitClasses;
      return { class: others.length > 0 ? this.#random.pick(this.#exitClasses) : first!, message };
    }
    return { class: this.#random.pick(ERRORS), message };
  }

  /** A group of errors. */
  errorGroup(depth = 0): GroupPlan {
    const random = this.#random;
    return {
      message: random.pick(MESSAGES),
      errors: list(
        1 + random.below(3),
        () =>
          depth < DEEPEST_GROUP && random.chance(0.3)
            ? this.errorGroup(depth + 1)
            : { class: random.pick(MEMBERS), message: random.pick(MESSAGES) },
      ),
    };
  }

  /** The classes of some of a group's errors. */
  errorClasses(): string[] {
    return list(1 + this.#random.below(2), () => this.#random.pick(MEMBERS));
  }

  /** Seconds. */
  delay(): number {
    return this.#random.pick(DELAYS);
  }

  /** Seconds, or no limit. */
  maybeDelay(): number | null {
    return this.#random.chance(0.25) ? null : this.delay();
  }

  /** A message for a cancellation, or none. */
  maybeMessage(): { message?: string } {
    return this.#random.chance(0.5) ? { message: this.#random.pick(MESSAGES) } : {};
  }

  /** A context to run in, or none. */
  maybeContext(): { context?: number } {
    return this.contexts > 0 && this.#random.chance(0.3)
      ? { context: this.#random.below(this.contexts) }
      : {};
  }

  #lock(): number {
    if (this.#isNewWanted(this.#locks)) return this.#locks++;
    return this.#random.below(this.#locks);
  }

  #semaphore(): number {
    const random = this.#random;
    if (this.#isNewWanted(this.#semaphores.length)) {
      this.#semaphores.push({ value: random.below(3), bounded: random.chance(0.5) });
      return this.#semaphores.length - 1;
    }
    return random.below(this.#semaphores.length);
  }

  #isNewWanted(count: number): boolean {
    return count === 0 || (count < 3 && this.#random.chance(0.15));
  }
}

/** A list of as many items as asked for. */
export function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}
