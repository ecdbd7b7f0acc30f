/**
 * Makes random programs.
 *
 * Each program has tastes of its own, which make some kinds of statements frequent and leave others out:
 * so programs differ more than statements chosen alike would have them.
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
  PlainBlock,
  PlainStatement,
  Program,
  Statement,
  Subject,
  Target,
} from "./program.ts";
import { RECORDED_PROGRAMS } from "./fingerprint.ts";
import { Random } from "./random.ts";
import { type SceneMaker, SCENES } from "./scenes.ts";
import { list, type Place, Slots } from "./slots.ts";

/** How deep statements nest. */
const DEEPEST = 5;

/** What a program's taste makes of the weight of a kind of statement. */
const TASTES = [0, 0.3, 1, 1, 1, 3];

type Choice<T> = readonly [weight: number, make: () => T];

/** Which programs are made. */
export interface GeneratorOptions {
  /** Whether they say what was added since the first ones were recorded; of a seed that was not where left out. */
  isWide?: boolean;
}

/**
 * Makes the program of a seed.
 *
 * @param seed The seed.
 * @returns The program.
 */
export function generateProgram(
  seed: number,
  { isWide = seed >= RECORDED_PROGRAMS }: GeneratorOptions = {},
): Program {
  return new ProgramGenerator(new Random(seed), isWide).generate();
}

class ProgramGenerator implements SceneMaker {
  readonly random: Random;
  readonly slots: Slots;
  readonly #tastes = new Map<string, number[]>();
  #left: number;
  #texts = 0;

  // Whether it knows what was added since the first programs were recorded, which stay as they are.
  readonly #isWide: boolean;

  constructor(random: Random, isWide: boolean) {
    this.random = random;
    this.#isWide = isWide;
    this.slots = new Slots(random, isWide);
    this.#left = 10 + random.below(90);
  }

  generate(): Program {
    const { random } = this;
    const place = { level: 0, depth: 0, known: [] };
    const work = this.block(place, 3 + random.below(10));
    // Made last, for these know all slots: what disturbs the others from outside.
    const everybody = { ...place, known: list(this.slots.tasks, (index) => index + 1) };
    const timers = list(random.below(4), () => this.#timer(everybody));
    const isBare = random.chance(0.3);
    const next = this.#isWide && random.chance(0.3)
      ? list(
        1 + random.below(2),
        () =>
          random.weighted<() => Block | Target | "forever">([
            [5, () => this.block(everybody)],
            [2, () => this.slots.target(everybody)],
            [1, () => "forever"],
            // Where no task waits for it that a generator might wait for.
            [1, () => [
              { do: "await", subject: { shutdownAsyncgens: true } },
              ...this.block(everybody, 1),
            ]],
          ])(),
      )
      : [];
    const runner = this.#isWide && !this.slots.isEager && random.chance(0.15);
    const logs = this.#isWide && random.chance(0.2);
    const debug = this.#isWide && random.chance(0.04);
    const survivor: Block = [
      {
        do: "try",
        body: work,
        catches: [{ match: "any", body: [], rethrow: false }],
        final: null,
      },
      { do: "await", subject: { sleep: 10, result: 0 } },
    ];
    return {
      ...this.slots.declarations(),
      failingReport: random.chance(0.1) ? 1 + random.below(2) : 0,
      // Most often the main coroutine outlives its errors, so that the others come to something.
      main: [...timers, ...(isBare ? work : survivor)],
      ...(debug ? { debug } : {}),
      ...(logs && !debug ? { logs } : {}),
      ...(runner ? { runner } : {}),
      ...(next.length > 0 ? { next } : {}),
    };
  }

  // --- Blocks

  block(place: Place, length: number = 1 + this.random.below(4)): Block {
    const statements: Block = [];
    const inside = { ...place, known: [...place.known] };
    for (let index = 0; index < length && this.#left > 0; index++) {
      statements.push(...this.#statements(inside));
    }
    return statements;
  }

  #plainBlock(place: Place): PlainBlock {
    return list(1 + this.random.below(2), () => this.#plain(deeper(place)));
  }

  /** One statement, or a scene of several. */
  #statements(place: Place): Block {
    this.#left--;
    if (place.depth < DEEPEST && this.random.chance(0.1)) {
      this.#left -= 4;
      return this.#choose("scene", SCENES.map((scene) => [1, () => scene(this, place)]));
    }
    return [this.#statement(place)];
  }

  #statement(place: Place): Statement {
    const { random, slots } = this;
    const inside = deeper(place);
    const nested = (weight: number) => place.depth >= DEEPEST ? 0 : weight;
    return this.#choose<Statement>("statement", [
      [30, () => this.#plain(place)],
      [26, () => ({ do: "await", subject: this.subject(inside) })],
      [0.2, () => ({ do: "await", subject: { self: true } })],
      [nested(12), () => this.#spawn(place)],
      [nested(14), () => this.#try(inside)],
      [nested(2), () => ({
        do: "tryStar",
        body: this.block(inside, 1 + random.below(3)),
        clauses: list(1 + random.below(2), () => ({
          classes: slots.errorClasses(),
          raise: random.chance(0.3) ? slots.error() : null,
        })),
      })],
      [nested(6), () => ({
        do: "timeout",
        timeout: slots.timeouts++,
        delay: slots.maybeDelay(),
        ...(random.chance(0.2) ? { at: true } : {}),
        body: this.block(inside),
      })],
      [nested(2), () => ({
        do: "repeat",
        count: 2 + random.below(2),
        body: this.block(inside, 1 + random.below(2)),
      })],
      [nested(3), () => ({
        do: "asCompleted",
        targets: slots.awaitables(place),
        timeout: slots.maybeDelay(),
        rethrow: random.chance(0.5),
        ...(random.chance(0.3) ? { futures: true } : {}),
        body: this.block(inside, random.below(2)),
      })],
      [nested(2), () => ({
        do: "manager",
        body: this.block(inside, 1 + random.below(3)),
        ...this.#managerBlocks(inside),
      })],
      [nested(2), () => this.#iterate(place)],
      [nested(2), () => ({
        do: "stack",
        stack: slots.stacks++,
        body: this.block(inside, 2 + random.below(4)),
      })],
      [nested(slots.stacks > 0 ? 2 : 0), () => ({
        do: "enter",
        stack: random.below(slots.stacks),
        ...this.#managerBlocks(inside),
      })],
      [1, () => ({ do: "return", value: random.below(100) })],
      [nested(6), () => ({
        do: "group",
        group: slots.groups++,
        body: this.block(inside, 2 + random.below(3)),
      })],
      [nested(5), () => ({ do: "with", guard: slots.guard(), body: this.block(inside) })],
      ...(this.#isWide ? this.#statementWide(inside, nested) : []),
    ]);
  }

  /** What was added since the first programs were recorded. */
  #statementWide(place: Place, nested: (weight: number) => number): Choice<Statement>[] {
    const { random, slots } = this;
    return [
      [nested(3), () => ({ do: "withManaged", what: slots.managed(), body: this.block(place) })],
      [nested(2), () => ({
        do: "withVar",
        variable: random.below(2),
        value: random.below(100),
        body: this.block(place, 1 + random.below(2)),
      })],
      [nested(1), () => ({
        do: "manager",
        body: this.block(place, 1 + random.below(2)),
        ...this.#managerBlocks(place),
        yields: random.pick([0, 2, 2]),
      })],
      // Not where it might be an item of an async generator's.
      [nested(1), () => ({
        do: "decorated",
        body: this.block(place, 1 + random.below(2)),
        ...this.#managerBlocks(place),
        times: 1 + random.below(2),
      })],
      [0.3, () => ({
        do: "spawn",
        task: ++slots.tasks,
        subject: { coro: [{ do: "await", subject: { bare: 1, bad: true } }] },
        via: "createTask",
      })],
      [slots.stacks > 0 ? 3 : 0, () => ({
        do: "enterManaged",
        stack: random.below(slots.stacks),
        what: slots.managed(),
      })],
    ];
  }

  /** What is done around the body of a manager or the items of a generator. */
  #managerBlocks(place: Place): { before: Block; swallow: boolean; after: Block } {
    const { random } = this;
    return {
      before: this.block(place, random.below(2)),
      swallow: random.chance(0.3),
      after: this.block(place, random.below(3)),
    };
  }

  /** Goes through a generator's items; most often of one that was just made. */
  #iterate(place: Place): Statement {
    const { random, slots } = this;
    return {
      do: "iterate",
      generator: random.below(slots.generators + 1),
      closing: random.chance(0.5),
      body: this.block(deeper(place), 1 + random.below(2)),
    };
  }

  #try(place: Place): Statement {
    const { random } = this;
    const catches = list(random.below(3), (): Catch => ({
      match: random.pick(["cancelled", "cancelled", "error", "timeout", "any"]),
      body: this.block(place, random.below(3)),
      rethrow: random.chance(0.4),
    }));
    const hasFinal = catches.length === 0 || random.chance(0.3);
    return {
      do: "try",
      body: this.block(place),
      catches,
      final: hasFinal ? this.block(place, 1 + random.below(2)) : null,
    };
  }

  // --- Tasks and what they await

  #spawn(place: Place): PlainStatement {
    const { random, slots } = this;
    const via = this.#choose<"createTask" | "loop" | "ensureFuture" | "group">("via", [
      [5, () => "createTask"],
      [2, () => "loop"],
      [2, () => "ensureFuture"],
      [slots.groups > 0 ? 6 : 0, () => "group"],
    ]);
    const isReused = random.chance(0.1) && slots.tasks > place.level;
    const task = isReused
      ? place.level + 1 + random.below(slots.tasks - place.level)
      : ++slots.tasks;
    const inside = { level: task, depth: place.depth + 1, known: [...place.known] };
    place.known.push(task);
    const isPlain = via === "ensureFuture";
    // What ensureFuture is given may be a future, which stays in the slot as it is.
    const subject = isPlain && random.chance(0.6)
      ? this.#futureSubject(inside)
      : this.#coroutine(inside, via === "group");
    return {
      do: "spawn",
      task,
      subject,
      via,
      ...(via === "group" ? { group: random.below(slots.groups) } : {}),
      ...(!isPlain && random.chance(0.5) ? { name: `n${task}` } : {}),
      // An eager task in a context that is entered already leaves CPython's record of the current task
      // broken for good.
      ...(isPlain || slots.isEager ? {} : slots.maybeContext()),
      ...(slots.isEager && !isPlain && random.chance(0.3) ? { eager: random.chance(0.8) } : {}),
    };
  }

  /** A future, or what makes one of coroutines. */
  #futureSubject(place: Place): Subject {
    const { random } = this;
    const inside = deeper(place);
    return random.chance(0.6)
      ? {
        gather: list(random.below(4), () => this.subject(inside)),
        returnExceptions: random.chance(0.4),
      }
      : { shield: this.subject(inside) };
  }

  /** Something that a task can be made of. */
  #coroutine(place: Place, mayBeClosed = false): Subject {
    const { random } = this;
    return this.#choose<Subject>("coroutine", [
      [place.depth >= DEEPEST ? 0 : 20, () => ({
        coro: this.block(deeper(place), 1 + random.below(5)),
        ...(random.chance(0.2) ? { asFunction: true } : {}),
      })],
      [3, () => this.#sleep()],
      ...this.#waits(place, mayBeClosed),
    ]);
  }

  subject(place: Place): Subject {
    const { random, slots } = this;
    const nested = (weight: number) => place.depth >= DEEPEST ? 0 : weight;
    return this.#choose<Subject>("subject", [
      [8, () => this.#sleep()],
      [nested(3), () => this.#coroutine(place)],
      [7, () => ({ task: slots.awaitableTask(place) })],
      [4, () => ({ future: slots.future() })],
      [nested(5), () => this.#futureSubject(place)],
      [nested(1), () => ({
        wrap: random.chance(0.3) ? { task: slots.awaitableTask(place) } : this.#simple(),
      })],
      [slots.kept > 0 ? 2 : 0, () => ({ kept: random.below(slots.kept) })],
      [slots.concurrents > 0 ? 3 : 0, () => ({ concurrent: random.below(slots.concurrents) })],
      ...this.#waits(place),
      ...(this.#isWide ? this.#subjectWide(deeper(place)) : []),
    ]);
  }

  /** What is begun and closed; not what calls a function, which cannot be begun by hand here. */
  #closing(place: Place): Subject {
    const { random, slots } = this;
    const future = (): Subject =>
      random.chance(0.5) ? { future: slots.future() } : { task: slots.awaitableTask(place) };
    const begun = random.weighted<() => Subject>([
      [5, () => {
        const simple = this.#simple();
        return "barrier" in simple ? { event: slots.event() } : simple;
      }],
      [1, future],
      [1, () => ({ shield: future() })],
      [
        1,
        () => ({ gather: list(1 + random.below(3), future), returnExceptions: random.chance(0.5) }),
      ],
      [2, () => ({
        wait: slots.awaitables(place),
        timeout: slots.maybeDelay(),
        returnWhen: random.pick(["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]),
      })],
    ])();
    return { begun, delay: slots.delay() };
  }

  /** What was added since the first programs were recorded. */
  #subjectWide(place: Place): Choice<Subject>[] {
    const { random, slots } = this;
    const nested = (weight: number) => place.depth >= DEEPEST ? 0 : weight;
    return [
      [nested(3), () => this.#closing(deeper(place))],
      [1, () => ({ bare: random.below(3) })],
      [place.depth > DEEPEST ? 0 : 1, () => ({
        executor: slots.concurrents++,
        how: random.pick(["inline", "later", "later", "fails"]),
        body: this.#plainBlock(place),
      })],
    ];
  }

  /**
   * What this module hands out to be awaited, beside `sleep`.
   *
   * @param place Where it stands.
   * @param mayBeClosed Whether it may be closed instead, by a group that is over: not a call of an async
   * generator's, which closes the generator then, at once, as no async function can.
   */
  #waits(place: Place, mayBeClosed = false): Choice<Subject>[] {
    const { random, slots } = this;
    const inside = deeper(place);
    const nested = (weight: number) => place.depth >= DEEPEST ? 0 : weight;
    return [
      [3, () => ({
        wait: slots.awaitables(place),
        timeout: slots.maybeDelay(),
        returnWhen: random.pick(["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]),
      })],
      [nested(4), () => ({ waitFor: this.subject(inside), timeout: slots.maybeDelay() })],
      ...this.#simpleWaits(),
      [slots.generators > 0 && !mayBeClosed ? 4 : 0, () => this.#generatorCall()],
      [slots.stacks > 0 ? 1 : 0, () => ({ stack: random.below(slots.stacks) })],
      [nested(1), () => ({
        race: list(1 + random.below(3), () => this.block(inside, 1 + random.below(3))),
        delay: slots.maybeDelay(),
      })],
    ];
  }

  /** Those that wait for no task. */
  #simpleWaits(): Choice<Subject>[] {
    const { random, slots } = this;
    return [
      [2, () => this.#sleep()],
      [1, () => ({ event: slots.event() })],
      [1, () => ({ get: slots.queue() })],
      [1, () => ({ put: slots.queue(), item: random.below(10) })],
      [0.5, () => ({ join: slots.queue() })],
      [1, () => ({ acquire: slots.guard() })],
      [0.5, () => ({
        condition: slots.condition(),
        ...(random.chance(0.4) ? { atLeast: 1 + random.below(2) } : {}),
      })],
      [0.5, () => ({
        barrier: slots.barrier(),
        how: random.pick(["wait", "wait", "wait", "reset", "abort"]),
      })],
    ];
  }

  #generatorCall(): Subject {
    const { random, slots } = this;
    const generator = random.below(slots.generators);
    const wide: Choice<Subject>[] = [
      [2, () => ({ generator, how: "anextDefault" })],
      [1, () => ({
        generator,
        how: "athrow",
        error: { class: "GeneratorExit", message: "x" },
      })],
    ];
    return this.#choose<Subject>("generator call", [
      [6, () => ({ generator, how: "anext" })],
      [
        2,
        () => ({ generator, how: "asend", value: random.chance(0.3) ? null : random.below(100) }),
      ],
      [2, () => ({ generator, how: "athrow", error: slots.error() })],
      [2, () => ({ generator, how: "aclose" })],
      ...(this.#isWide ? wide : []),
    ]);
  }

  #simple(): Subject {
    return this.#choose<Subject>("simple", this.#simpleWaits());
  }

  #sleep(): Subject {
    return { sleep: this.slots.delay(), result: this.random.below(100) };
  }

  // --- What does not wait

  #plain(place: Place): PlainStatement {
    const { random, slots } = this;
    const inside = deeper(place);
    const nested = (weight: number) => place.depth > DEEPEST ? 0 : weight;
    return this.#choose<PlainStatement>("plain", [
      [2, () => ({ do: "log", text: `l${this.#texts++}` })],
      [3, () => ({ do: "raise", error: slots.error() })],
      [0.7, () => ({ do: "raiseGroup", group: slots.errorGroup() })],
      [0.5, () => ({ do: "split", group: slots.errorGroup(), classes: slots.errorClasses() })],
      [nested(3), () => this.#spawn(inside)],
      [14, () => ({ do: "cancel", target: slots.target(place), ...slots.maybeMessage() })],
      [2, () => ({ do: "cancelling", target: slots.target(place) })],
      [4, () => ({ do: "uncancel", target: slots.target(place) })],
      [4, () => ({ do: "look", target: slots.target(place) })],
      [1, () => ({ do: "setName", target: slots.target(place), name: "renamed" })],
      [nested(5), () => ({
        do: "addCallback",
        target: slots.target(place),
        ...this.#callback(inside),
        ...slots.maybeContext(),
      })],
      [slots.callbacks > 0 ? 2 : 0, () => ({
        do: "removeCallback",
        target: slots.target(place),
        callback: random.below(slots.callbacks),
      })],
      [1, () => ({ do: "newFuture", future: slots.future() })],
      [4, () => ({ do: "setResult", future: slots.future(), value: random.below(100) })],
      [3, () => ({ do: "setException", future: slots.future(), error: slots.error() })],
      [nested(7), () => this.#timer(inside)],
      [slots.handles > 0 ? 2 : 0, () => ({
        do: "cancelHandle",
        handle: random.below(slots.handles),
      })],
      [slots.handles > 0 ? 1 : 0, () => ({
        do: "lookHandle",
        handle: random.below(slots.handles),
      })],
      ...this.#plainSync(),
      ...this.#plainContext(),
      ...this.#plainConcurrent(inside),
      [slots.timeouts > 0 ? 4 : 0, () => ({
        do: "reschedule",
        timeout: random.below(slots.timeouts),
        delay: slots.maybeDelay(),
      })],
      [slots.timeouts > 0 ? 1 : 0, () => ({
        do: "lookTimeout",
        timeout: random.below(slots.timeouts),
      })],
      [1, () => ({ do: "allTasks" })],
      [0.5, () => ({ do: "report", message: "reported" })],
      [slots.isEager ? 1 : 0, () => ({ do: "eagerTasks", on: random.chance(0.7) })],
      [0.3, () => ({ do: "stop" })],
      [0.3, () => ({ do: "handler", on: random.chance(0.5) })],
      [1, () => ({ do: "keep", kept: slots.kept++, subject: this.#simple() })],
      [nested(3), () => ({
        do: "newGenerator",
        generator: slots.generators++,
        count: 1 + random.below(3),
        ...this.#managerBlocks(inside),
      })],
      [nested(slots.stacks > 0 ? 5 : 0), () => this.#push(inside)],
      [slots.stacks > 0 ? 0.5 : 0, () => ({
        do: "popAll",
        stack: random.below(slots.stacks),
        into: random.chance(0.5) ? random.below(slots.stacks) : slots.stacks++,
      })],
      ...(this.#isWide ? this.#plainWide(inside) : []),
    ]);
  }

  /** What was added since the first programs were recorded. */
  #plainWide(place: Place): Choice<PlainStatement>[] {
    const { random, slots } = this;
    const nested = (weight: number) => place.depth > DEEPEST ? 0 : weight;
    return [
      [3, () => ({
        do: "settle",
        target: slots.target(place),
        value: random.below(100),
        error: random.chance(0.5) ? slots.error() : null,
      })],
      [0.5, () => ({ do: "factory", kind: random.pick(["none", "plain", "telling", "telling"]) })],
      [nested(0.7), () => ({ do: "handlerDoes", body: this.#plainBlock(place) })],
      [nested(slots.contexts > 0 ? 1 : 0), () => ({
        do: "runIn",
        context: random.below(slots.contexts),
        body: this.#plainBlock(place),
      })],
      [4, () => ({ do: "awaitedBy", target: slots.target(place) })],
      [1, () => ({ do: "taskVar", target: slots.target(place), variable: random.below(2) })],
      [1, () => ({
        do: "newManaged",
        what: random.chance(0.5)
          ? { timeout: slots.timeouts++, delay: slots.maybeDelay() }
          : { group: slots.groups++ },
      })],
      [slots.tokens > 0 ? 0.5 : 0, () => ({ do: "lookToken", token: random.below(slots.tokens) })],
      [2, () => ({ do: "raiseSaved" })],
      [1, () => ({ do: "setSaved", target: slots.target(place) })],
      [1, () => ({ do: "hasCoro", target: slots.target(place) })],
      [slots.kept > 0 ? 1 : 0, () => ({ do: "closeKept", kept: random.below(slots.kept) })],
      [0.3, () => ({ do: "foreignFuture", future: slots.future() })],
      [0.3, () => ({ do: "notify", condition: slots.condition(), count: random.pick([0, -1]) })],
      [8, () => ({ do: "print", what: slots.printed(place) })],
    ];
  }

  /** Something that an exit stack is to call. */
  #push(place: Place): PlainStatement {
    const { random, slots } = this;
    const common = { stack: random.below(slots.stacks), swallow: random.chance(0.3) };
    return random.chance(0.4)
      ? {
        do: "push",
        how: random.pick(["callback", "exit"]),
        ...common,
        body: this.#plainBlock(place),
      }
      : {
        do: "push",
        how: random.pick(["asyncCallback", "asyncExit"]),
        ...common,
        body: this.block(place, 1 + random.below(2)),
      };
  }

  /** What concerns futures of other threads. */
  #plainConcurrent(place: Place): Choice<PlainStatement>[] {
    const { random, slots } = this;
    const known = (weight: number) => slots.concurrents > 0 ? weight : 0;
    const concurrent = () => random.below(slots.concurrents);
    return [
      [0.7, () => ({ do: "newConcurrent", concurrent: slots.concurrents++ })],
      [place.depth > DEEPEST ? 0 : 1, () => ({
        do: "submit",
        concurrent: random.chance(0.8) ? slots.concurrents++ : random.below(slots.concurrents + 1),
        body: this.block({ ...deeper(place), level: slots.tasks }, 1 + random.below(3)),
      })],
      [known(4), () => ({
        do: "concurrent",
        concurrent: concurrent(),
        how: random.pick([
          "begin",
          "setResult",
          "setResult",
          "cancel",
          "cancel",
          "look",
          "addCallback",
        ]),
        value: random.below(100),
      })],
      [known(1), () => ({
        do: "concurrent",
        concurrent: concurrent(),
        how: "setException",
        error: slots.error(),
      })],
    ];
  }

  /** What concerns events, queues, locks and the like. */
  #plainSync(): Choice<PlainStatement>[] {
    const { random, slots } = this;
    return [
      [3, () => ({
        do: "event",
        event: slots.event(),
        how: random.pick(["set", "set", "clear", "isSet"]),
      })],
      [4, () => ({
        do: "queue",
        queue: slots.queue(),
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
      [2, () => ({ do: "release", guard: slots.guard() })],
      [1, () => ({ do: "lookGuard", guard: slots.guard() })],
      [1, () => ({
        do: "notify",
        condition: slots.condition(),
        count: random.pick([null, 1, 1, 2]),
      })],
      [1, () => ({ do: "count", condition: slots.condition() })],
      [0.5, () => ({ do: "lookBarrier", barrier: slots.barrier() })],
    ];
  }

  /** What concerns context variables. */
  #plainContext(): Choice<PlainStatement>[] {
    const { random, slots } = this;
    return [
      [2, () => ({ do: "getVar", variable: random.below(2) })],
      [2, () => ({
        do: "setVar",
        variable: random.below(2),
        value: random.below(100),
        token: slots.tokens++,
      })],
      [slots.tokens > 0 ? 1 : 0, () => ({
        do: "resetVar",
        variable: random.below(2),
        token: random.below(slots.tokens),
      })],
      [1, () => ({ do: "copyContext", context: slots.contexts++ })],
      [slots.contexts > 0 ? 1 : 0, () => ({
        do: "lookContext",
        context: random.below(slots.contexts),
        variable: random.below(2),
      })],
    ];
  }

  #timer(place: Place): PlainStatement {
    return {
      do: "call",
      how: this.random.pick(["callSoon", "callSoonThreadsafe", "callLater", "callAt"]),
      time: this.slots.delay(),
      handle: this.slots.handles++,
      body: this.#plainBlock(place),
      ...this.slots.maybeContext(),
    };
  }

  #callback(place: Place): { callback: number; body: PlainBlock } {
    const { random, slots } = this;
    const body = this.#plainBlock(place);
    const isKnown = slots.callbacks > 0 && random.chance(0.2);
    return { callback: isKnown ? random.below(slots.callbacks) : slots.callbacks++, body };
  }

  // --- Choosing

  /** Makes one of the choices, by their weights and the program's tastes at this kind of place. */
  #choose<T>(kind: string, choices: readonly Choice<T>[]): T {
    let tastes = this.#tastes.get(kind);
    if (tastes === undefined) {
      tastes = choices.map(() => this.random.pick(TASTES));
      this.#tastes.set(kind, tastes);
    }
    const tasted = choices.map(([weight, make], index) => [weight * tastes[index]!, make] as const);
    const hasAny = tasted.some(([weight]) => weight > 0);
    return this.random.weighted(hasAny ? tasted : choices)();
  }
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}
