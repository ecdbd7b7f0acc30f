/**
 * Makes random programs.
 *
 * A task awaits only tasks of higher slots than its own, so that no two ever wait for each other in a
 * ring: cancelling one of them would recurse for ever, in CPython too. Deadlocks of other kinds are
 * welcome. Delays are few and coarse, so that much happens at the same time.
 *
 * @module
 */
import type {
  Block,
  Catch,
  ErrorPlan,
  Guard,
  PlainBlock,
  PlainStatement,
  Program,
  QueueKind,
  Statement,
  Subject,
  Target,
} from "./program.ts";
import { Random } from "./random.ts";

const DELAYS = [0, 0.25, 0.5, 0.5, 1, 1, 1, 2, 3, 5, -1];
const ERRORS = [
  "AppError",
  "AppError",
  "ValueError",
  "RuntimeError",
  "TimeoutError",
  "CancelledError",
];
const MESSAGES = ["", "why", "stop", "x"];

/** How deep statements nest. */
const DEEPEST = 5;

/** Where a statement stands. */
interface Place {
  /** The slot of the task that it belongs to. */
  readonly level: number;
  /** How deep it is nested. */
  readonly depth: number;
  /** The slots of tasks that were probably started by the time it runs. */
  readonly known: number[];
}

/**
 * Makes the program of a seed.
 *
 * @param seed The seed.
 * @returns The program.
 */
export function generateProgram(seed: number): Program {
  return new ProgramGenerator(new Random(seed)).generate();
}

class ProgramGenerator {
  readonly #random: Random;
  // Whether tasks may be started eagerly.
  readonly #isEager: boolean;
  // Whether errors may be raised that end the loop's run.
  readonly #exits: boolean;
  readonly #futures: number;
  readonly #events: number;
  readonly #queues: Program["queues"];
  readonly #locks: number;
  readonly #semaphores: Program["semaphores"];
  readonly #conditions: Program["conditions"];
  readonly #barriers: number[];
  #left: number;
  #tasks = 0;
  #callbacks = 0;
  #handles = 0;
  #timeouts = 0;
  #groups = 0;
  #tokens = 0;
  #kept = 0;
  #contexts = 0;
  #texts = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#isEager = random.chance(0.15);
    this.#exits = random.chance(0.04);
    this.#left = 10 + random.below(90);
    this.#futures = random.below(4);
    this.#events = random.below(2);
    this.#queues = this.#list(random.below(2), () => this.#queuePlan());
    const hasGuards = random.chance(0.4);
    this.#locks = hasGuards ? random.below(3) : 0;
    this.#semaphores = hasGuards
      ? this.#list(random.below(2), () => ({ value: random.below(3), bounded: random.chance(0.5) }))
      : [];
    this.#conditions = hasGuards
      ? this.#list(random.below(2), () => ({
        lock: this.#locks > 0 && random.chance(0.3) ? random.below(this.#locks) : null,
      }))
      : [];
    this.#barriers = random.chance(0.1) ? [1 + random.below(3)] : [];
  }

  generate(): Program {
    const place = { level: 0, depth: 0, known: [] };
    const surroundings = this.#list(this.#random.below(5), () => this.#timer(place));
    const work = this.#block(place, 3 + this.#random.below(10));
    return {
      futures: this.#futures,
      events: this.#events,
      locks: this.#locks,
      semaphores: this.#semaphores,
      conditions: this.#conditions,
      barriers: this.#barriers,
      queues: this.#queues,
      variables: 2,
      failingReport: this.#random.chance(0.1) ? 1 + this.#random.below(2) : 0,
      // Most often the main coroutine outlives its errors, so that the others come to something.
      main: this.#random.chance(0.3) ? [...surroundings, ...work] : [
        ...surroundings,
        {
          do: "try",
          body: work,
          catches: [{ match: "any", body: [], rethrow: false }],
          final: null,
        },
        { do: "await", subject: { sleep: 10, result: 0 } },
      ],
    };
  }

  // --- Blocks

  #block(place: Place, length = 1 + this.#random.below(4)): Block {
    const statements: Block = [];
    const inside = { ...place, known: [...place.known] };
    for (let index = 0; index < length && this.#left > 0; index++) {
      statements.push(this.#statement(inside));
    }
    return statements;
  }

  #plainBlock(place: Place): PlainBlock {
    const deeper = { ...place, depth: place.depth + 1 };
    return this.#list(1 + this.#random.below(2), () => this.#plain(deeper));
  }

  #statement(place: Place): Statement {
    this.#left--;
    const random = this.#random;
    const isDeep = place.depth >= DEEPEST;
    const deeper = { ...place, depth: place.depth + 1 };
    const make = random.weighted<() => Statement>([
      [30, () => this.#plain(place)],
      [26, () => ({ do: "await", subject: this.#subject(deeper) })],
      [0.2, () => ({ do: "await", subject: { self: true } })],
      [isDeep ? 0 : 14, () => this.#spawn(place)],
      [isDeep ? 0 : 16, () => this.#try(deeper)],
      [isDeep ? 0 : 6, () => this.#timeout(deeper)],
      [isDeep ? 0 : 2, () => ({
        do: "repeat",
        count: 2 + random.below(2),
        body: this.#block(deeper, 1 + random.below(2)),
      })],
      [isDeep ? 0 : 3, () => ({
        do: "asCompleted",
        targets: this.#awaitables(place),
        timeout: this.#maybeDelay(),
        rethrow: random.chance(0.5),
        ...(random.chance(0.3) ? { futures: true } : {}),
        body: this.#block(deeper, random.below(2)),
      })],
      [isDeep ? 0 : 2, () => ({
        do: "manager",
        before: this.#block(deeper, random.below(2)),
        body: this.#block(deeper, 1 + random.below(3)),
        swallow: random.chance(0.3),
        after: this.#block(deeper, random.below(3)),
      })],
      [1, () => ({ do: "return", value: random.below(100) })],
      [isDeep ? 0 : 7, () => this.#group(deeper)],
      [isDeep ? 0 : this.#guardCount * 4, () => ({
        do: "with",
        guard: this.#guard(),
        body: this.#block(deeper),
      })],
    ]);
    return make();
  }

  #try(place: Place): Statement {
    const random = this.#random;
    const catches = this.#list(random.below(3), (): Catch => ({
      match: random.pick(["cancelled", "cancelled", "error", "timeout", "any"] as const),
      body: this.#block(place, random.below(3)),
      rethrow: random.chance(0.4),
    }));
    const hasFinal = catches.length === 0 || random.chance(0.3);
    return {
      do: "try",
      body: this.#block(place),
      catches,
      final: hasFinal ? this.#block(place, 1 + random.below(2)) : null,
    };
  }

  #timeout(place: Place): Statement {
    const timeout = this.#timeouts++;
    return {
      do: "timeout",
      timeout,
      delay: this.#maybeDelay(),
      ...(this.#random.chance(0.2) ? { at: true } : {}),
      body: this.#block(place),
    };
  }

  #group(place: Place): Statement {
    const group = this.#groups++;
    return { do: "group", group, body: this.#block(place, 2 + this.#random.below(3)) };
  }

  // --- Tasks and what they await

  #spawn(place: Place): PlainStatement {
    const random = this.#random;
    const canGroup = this.#groups > 0;
    const via = random.weighted(
      [
        [5, "createTask"],
        [2, "loop"],
        [2, "ensureFuture"],
        [canGroup ? 8 : 0, "group"],
      ] as const,
    );
    const task = random.chance(0.1) && this.#tasks > place.level
      ? place.level + 1 + random.below(this.#tasks - place.level)
      : ++this.#tasks;
    const inside = { level: task, depth: place.depth + 1, known: [...place.known] };
    place.known.push(task);
    // What is spawned by ensureFuture may be a future, which stays in the slot as it is.
    const subject = via === "ensureFuture" && random.chance(0.6)
      ? this.#futureSubject(inside)
      : this.#coroutine(inside);
    return {
      do: "spawn",
      task,
      subject,
      via,
      ...(via === "group" ? { group: random.below(this.#groups) } : {}),
      ...(via !== "ensureFuture" && random.chance(0.5) ? { name: `n${task}` } : {}),
      // An eager task in a context that is entered already leaves CPython's record of the current task
      // broken for good.
      ...(via === "ensureFuture" || this.#isEager ? {} : this.#maybeContext()),
      ...(this.#isEager && via !== "ensureFuture" && random.chance(0.1)
        ? { eager: random.chance(0.8) }
        : {}),
    };
  }

  /** A future, or what makes one of coroutines. */
  #futureSubject(place: Place): Subject {
    const random = this.#random;
    const inside = { ...place, depth: place.depth + 1 };
    return random.chance(0.6)
      ? {
        gather: this.#list(random.below(4), () => this.#subject(inside)),
        returnExceptions: random.chance(0.4),
      }
      : { shield: this.#subject(inside) };
  }

  /** Something that a task can be made of. */
  #coroutine(place: Place): Subject {
    const random = this.#random;
    const isDeep = place.depth >= DEEPEST;
    const make = random.weighted<() => Subject>([
      [isDeep ? 0 : 20, () => ({
        coro: this.#block({ ...place, depth: place.depth + 1 }, 1 + random.below(5)),
        ...(random.chance(0.2) ? { asFunction: true } : {}),
      })],
      [3, () => this.#sleep()],
      ...this.#waits(place),
    ]);
    return make();
  }

  #subject(place: Place): Subject {
    const random = this.#random;
    const isDeep = place.depth >= DEEPEST;
    const make = random.weighted<() => Subject>([
      [8, () => this.#sleep()],
      [isDeep ? 0 : 3, () => this.#coroutine(place)],
      [7, () => ({ task: this.#awaitableSlot(place) })],
      [this.#futures > 0 ? 5 : 0, () => ({ future: random.below(this.#futures) })],
      [isDeep ? 0 : 5, () => this.#futureSubject(place)],
      [isDeep ? 0 : 1, () => ({
        wrap: random.chance(0.3) ? { task: this.#awaitableSlot(place) } : this.#waiting(place),
      })],
      [this.#kept > 0 ? 2 : 0, () => ({ kept: random.below(this.#kept) })],
      ...this.#waits(place),
    ]);
    return make();
  }

  /** What this module hands out to be awaited, beside `sleep`. */
  #waits(place: Place): [number, () => Subject][] {
    const random = this.#random;
    const isDeep = place.depth >= DEEPEST;
    const inside = { ...place, depth: place.depth + 1 };
    const hasQueue = this.#queues.length > 0;
    return [
      [3, () => ({
        wait: this.#awaitables(place),
        timeout: this.#maybeDelay(),
        returnWhen: random.pick(
          ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"] as const,
        ),
      })],
      [isDeep ? 0 : 4, () => ({ waitFor: this.#subject(inside), timeout: this.#maybeDelay() })],
      [this.#events > 0 ? 2 : 0, () => ({ event: random.below(this.#events) })],
      [hasQueue ? 2 : 0, () => ({ get: random.below(this.#queues.length) })],
      [hasQueue ? 2 : 0, () => ({
        put: random.below(this.#queues.length),
        item: random.below(10),
      })],
      [hasQueue ? 1 : 0, () => ({ join: random.below(this.#queues.length) })],
      [this.#guardCount * 2, () => ({ acquire: this.#guard() })],
      [this.#conditions.length * 2, () => ({
        condition: random.below(this.#conditions.length),
        ...(random.chance(0.4) ? { atLeast: 1 + random.below(2) } : {}),
      })],
      [this.#barriers.length * 4, () => ({
        barrier: random.below(this.#barriers.length),
        how: random.pick(["wait", "wait", "wait", "reset", "abort"] as const),
      })],
      [isDeep ? 0 : 1, () => ({
        race: this.#list(1 + random.below(3), () => this.#block(inside, 1 + random.below(3))),
        delay: this.#maybeDelay(),
      })],
    ];
  }

  /** One of them. */
  #waiting(place: Place): Subject {
    return this.#random.weighted([[2, () => this.#sleep()], ...this.#waits(place)])();
  }

  #sleep(): Subject {
    return { sleep: this.#delay(), result: this.#random.below(100) };
  }

  // --- What does not wait

  #plain(place: Place): PlainStatement {
    const random = this.#random;
    const isDeep = place.depth >= DEEPEST + 1;
    const inside = { ...place, depth: place.depth + 1 };
    const hasFuture = this.#futures > 0;
    const hasQueue = this.#queues.length > 0;
    const make = random.weighted<() => PlainStatement>([
      [2, () => ({ do: "log", text: `l${this.#texts++}` })],
      [3, () => ({ do: "raise", error: this.#error() })],
      [isDeep ? 0 : 3, () => this.#spawn(inside)],
      [14, () => ({ do: "cancel", target: this.#target(place), ...this.#maybeMessage() })],
      [2, () => ({ do: "cancelling", target: this.#target(place) })],
      [5, () => ({ do: "uncancel", target: this.#target(place) })],
      [4, () => ({ do: "look", target: this.#target(place) })],
      [1, () => ({ do: "setName", target: this.#target(place), name: "renamed" })],
      [isDeep ? 0 : 5, () => ({
        do: "addCallback",
        target: this.#target(place),
        ...this.#newCallback(inside),
        ...this.#maybeContext(),
      })],
      [this.#callbacks > 0 ? 2 : 0, () => ({
        do: "removeCallback",
        target: this.#target(place),
        callback: random.below(this.#callbacks),
      })],
      [hasFuture ? 2 : 0, () => ({ do: "newFuture", future: random.below(this.#futures) })],
      [hasFuture ? 5 : 0, () => ({
        do: "setResult",
        future: random.below(this.#futures),
        value: random.below(100),
      })],
      [hasFuture ? 3 : 0, () => ({
        do: "setException",
        future: random.below(this.#futures),
        error: this.#error(),
      })],
      [isDeep ? 0 : 7, () => this.#timer(inside)],
      [this.#handles > 0 ? 3 : 0, () => ({
        do: "cancelHandle",
        handle: random.below(this.#handles),
      })],
      [
        this.#handles > 0 ? 1 : 0,
        () => ({ do: "lookHandle", handle: random.below(this.#handles) }),
      ],
      [this.#events * 5, () => ({
        do: "event",
        event: random.below(this.#events),
        how: random.pick(["set", "set", "clear", "isSet"] as const),
      })],
      [hasQueue ? 5 : 0, () => ({
        do: "queue",
        queue: random.below(this.#queues.length),
        how: random.weighted(
          [
            [4, "getNowait"],
            [6, "putNowait"],
            [4, "taskDone"],
            [1, "look"],
            [1, "shutdown"],
            [1, "shutdownNow"],
          ] as const,
        ),
        item: random.below(10),
      })],
      [this.#guardCount * 5, () => ({ do: "release", guard: this.#guard() })],
      [this.#guardCount, () => ({ do: "lookGuard", guard: this.#guard() })],
      [this.#conditions.length * 6, () => ({
        do: "notify",
        condition: random.below(this.#conditions.length),
        count: random.pick([null, 1, 1, 2]),
      })],
      [this.#conditions.length * 3, () => ({
        do: "count",
        condition: random.below(this.#conditions.length),
      })],
      [this.#barriers.length * 2, () => ({
        do: "lookBarrier",
        barrier: random.below(this.#barriers.length),
      })],
      [2, () => ({ do: "getVar", variable: random.below(2) })],
      [2, () => ({
        do: "setVar",
        variable: random.below(2),
        value: random.below(100),
        token: this.#tokens++,
      })],
      [this.#tokens > 0 ? 1 : 0, () => ({
        do: "resetVar",
        variable: random.below(2),
        token: random.below(this.#tokens),
      })],
      [1, () => ({ do: "copyContext", context: this.#contexts++ })],
      [this.#contexts > 0 ? 1 : 0, () => ({
        do: "lookContext",
        context: random.below(this.#contexts),
        variable: random.below(2),
      })],
      [this.#timeouts > 0 ? 4 : 0, () => ({
        do: "reschedule",
        timeout: random.below(this.#timeouts),
        delay: this.#maybeDelay(),
      })],
      [this.#timeouts > 0 ? 1 : 0, () => ({
        do: "lookTimeout",
        timeout: random.below(this.#timeouts),
      })],
      [1, () => ({ do: "allTasks" })],
      [0.5, () => ({ do: "report", message: "reported" })],
      [this.#isEager ? 1 : 0, () => ({ do: "eagerTasks", on: random.chance(0.7) })],
      [0.3, () => ({ do: "stop" })],
      [0.3, () => ({ do: "handler", on: random.chance(0.5) })],
      [isDeep ? 0 : 1, () => ({ do: "keep", kept: this.#kept++, subject: this.#waiting(inside) })],
    ]);
    return make();
  }

  #timer(place: Place): PlainStatement {
    return {
      do: "call",
      how: this.#random.pick(["callSoon", "callSoonThreadsafe", "callLater", "callAt"] as const),
      time: this.#delay(),
      handle: this.#handles++,
      body: this.#plainBlock(place),
      ...this.#maybeContext(),
    };
  }

  #newCallback(place: Place): { callback: number; body: PlainBlock } {
    const body = this.#plainBlock(place);
    const isKnown = this.#callbacks > 0 && this.#random.chance(0.2);
    return { callback: isKnown ? this.#random.below(this.#callbacks) : this.#callbacks++, body };
  }

  // --- Parts

  #queuePlan(): Program["queues"][number] {
    const kinds: QueueKind[] = ["Queue", "Queue", "PriorityQueue", "LifoQueue"];
    return { kind: this.#random.pick(kinds), maxsize: this.#random.pick([0, 1, 1, 2]) };
  }

  get #guardCount(): number {
    return this.#locks + this.#semaphores.length + this.#conditions.length;
  }

  #guard(): Guard {
    const number = this.#random.below(this.#guardCount);
    if (number < this.#locks) return { lock: number };
    if (number < this.#locks + this.#semaphores.length) return { semaphore: number - this.#locks };
    return { condition: number - this.#locks - this.#semaphores.length };
  }

  #target({ known }: Place): Target {
    if (known.length > 0 && this.#random.chance(0.6)) return { task: this.#random.pick(known) };
    return this.#random.weighted<() => Target>([
      [2, () => "self"],
      [10, () => ({ task: this.#random.below(this.#tasks + 2) })],
      [this.#futures, () => ({ future: this.#random.below(this.#futures) })],
    ])();
  }

  #awaitables(place: Place): Target[] {
    return this.#list(
      1 + this.#random.below(3),
      () =>
        this.#futures > 0 && this.#random.chance(0.25)
          ? { future: this.#random.below(this.#futures) }
          : { task: this.#awaitableSlot(place) },
    );
  }

  /** The slot of a task that one of the given level may wait for; it may be empty. */
  #awaitableSlot({ level, known }: Place): number {
    const higher = known.filter((slot) => slot > level);
    if (higher.length > 0 && this.#random.chance(0.8)) return this.#random.pick(higher);
    return level + 1 + this.#random.below(Math.max(1, this.#tasks + 1 - level));
  }

  #error(): ErrorPlan {
    const message = this.#random.pick(MESSAGES);
    if (this.#exits && this.#random.chance(0.3)) return { class: "SystemExit", message };
    return { class: this.#random.pick(ERRORS), message };
  }

  #delay(): number {
    return this.#random.pick(DELAYS);
  }

  #maybeDelay(): number | null {
    return this.#random.chance(0.25) ? null : this.#delay();
  }

  #maybeMessage(): { message?: string } {
    return this.#random.chance(0.5) ? { message: this.#random.pick(MESSAGES) } : {};
  }

  #maybeContext(): { context?: number } {
    return this.#contexts > 0 && this.#random.chance(0.3)
      ? { context: this.#random.below(this.#contexts) }
      : {};
  }

  #list<T>(length: number, make: () => T): T[] {
    return Array.from({ length }, make);
  }
}
