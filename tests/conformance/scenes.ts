/**
 * Scenes: statements that make something of each other. Statements chosen one by one seldom meet: a
 * notification with nobody waiting, a release of what nobody holds.
 *
 * @module
 */
import type { Block, Guard, PlainBlock, PlainStatement, Statement, Subject } from "./program.ts";
import type { Random } from "./random.ts";
import { list, type Place, type Slots } from "./slots.ts";

/** What scenes need of the generator. */
export interface SceneMaker {
  readonly random: Random;
  readonly slots: Slots;
  /** Some statements of any kind. */
  block(place: Place, length?: number): Block;
  /** Something that waits. */
  subject(place: Place): Subject;
}

type Scene = (maker: SceneMaker, place: Place) => Block;

/** All scenes. */
export const SCENES: readonly Scene[] = [
  contention,
  notification,
  workers,
  rendezvous,
  flag,
  sharedFuture,
  cancelStorm,
  nestedTimeouts,
  crowdedGroup,
  gathering,
  selfCancel,
  stolenWakeUp,
  callbacks,
  contexts,
  contexts,
  sharedGenerator,
  crowdedStack,
  otherThreads,
];

/** Several tasks hold the same thing in turn, and some are cancelled. */
function contention(maker: SceneMaker, place: Place): Block {
  const guard = maker.slots.guard();
  const holders = many(maker, place, (inside) => [{
    do: "with",
    guard,
    body: [...pause(maker), ...maker.block(inside, maker.random.below(2))],
  }]);
  return [...holders, ...disturb(maker, place), ...release(maker, guard)];
}

/** Tasks wait for a condition and are notified. */
function notification(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const condition = slots.condition();
  const waiters = many(maker, place, () => [{
    do: "with",
    guard: { condition },
    body: [{
      do: "await",
      subject: random.chance(0.5) ? { condition } : { condition, atLeast: 1 + random.below(2) },
    }],
  }]);
  const notify = (): Statement => ({
    do: "with",
    guard: { condition },
    body: [
      { do: "count", condition },
      { do: "notify", condition, count: random.pick([null, 1, 1, 2]) },
      ...(random.chance(0.3) ? pause(maker) : []),
    ],
  });
  return [
    ...waiters,
    ...pause(maker),
    notify(),
    ...disturb(maker, place),
    ...(random.chance(0.5) ? [notify()] : []),
  ];
}

/** Tasks take from a queue that others fill. */
function workers(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const queue = slots.queue();
  const taken = many(maker, place, () => [{
    do: "repeat",
    count: 1 + random.below(3),
    body: [
      { do: "await", subject: { get: queue } },
      ...(random.chance(0.5) ? pause(maker) : []),
      { do: "queue", queue, how: "taskDone", item: 0 },
    ],
  }]);
  const filled = many(maker, place, () => [{
    do: "repeat",
    count: 1 + random.below(3),
    body: [{ do: "await", subject: { put: queue, item: random.below(10) } }],
  }]);
  const end: Block = random.chance(0.4)
    ? [{ do: "queue", queue, how: random.pick(["shutdown", "shutdownNow"]), item: 0 }]
    : [{ do: "await", subject: { waitFor: { join: queue }, timeout: slots.delay() } }];
  const joining = random.chance(0.5)
    ? many(maker, place, () => [{ do: "await", subject: { join: queue } }])
    : [];
  return [
    ...shuffled(random, [...taken, ...filled]),
    ...joining,
    ...disturb(maker, place),
    ...end,
  ];
}

/** Tasks meet at a barrier. */
function rendezvous(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const barrier = slots.barrier();
  const parties = many(maker, place, () => [
    ...(random.chance(0.3) ? pause(maker) : []),
    { do: "await", subject: { barrier, how: "wait" } },
  ]);
  const end: Block = random.chance(0.5)
    ? [{ do: "await", subject: { barrier, how: random.pick(["reset", "abort", "wait"]) } }]
    : [];
  return [...parties, ...disturb(maker, place), ...end];
}

/** Tasks wait for an event that is set and cleared. */
function flag(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const event = slots.event();
  const waiters = many(maker, place, () => [{ do: "await", subject: { event } }]);
  return [
    ...waiters,
    ...pause(maker),
    { do: "event", event, how: "set" },
    ...(random.chance(0.5) ? [{ do: "event", event, how: "clear" } as const] : []),
    ...disturb(maker, place),
  ];
}

/** Tasks wait for one future, whose end and whose waiters' cancellations come together. */
function sharedFuture(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const future = slots.future();
  const subject = (): Subject =>
    random.weighted<() => Subject>([
      [4, () => ({ future })],
      [2, () => ({ shield: { future } })],
      [1, () => ({ waitFor: { future }, timeout: slots.maybeDelay() })],
      [1, () => ({ gather: [{ future }, { future }], returnExceptions: random.chance(0.5) })],
      [1, () => ({ wait: [{ future }], timeout: null, returnWhen: "FIRST_COMPLETED" })],
    ])();
  const waiters = many(maker, place, () => [{ do: "await", subject: subject() }]);
  const end: PlainStatement = random.weighted<() => PlainStatement>([
    [2, () => ({ do: "setResult", future, value: random.below(100) })],
    [2, () => ({ do: "setException", future, error: slots.error() })],
    [1, () => ({ do: "cancel", target: { future }, ...slots.maybeMessage() })],
  ])();
  const storm = disturbances(maker, place);
  return [...waiters, ...pause(maker), ...shuffled(random, [end, ...storm])];
}

/** Requests to end, and to go on, at the very moment of a task's wake-up. */
function cancelStorm(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const delay = slots.delay();
  const sleepers = many(maker, place, (inside) => [{
    do: "try",
    body: [{ do: "await", subject: { sleep: delay, result: 1 } }],
    catches: [{
      match: "cancelled",
      body: maker.block(inside, random.below(3)),
      rethrow: random.chance(0.5),
    }],
    final: random.chance(0.3) ? [...pause(maker)] : null,
  }]);
  const timer: PlainStatement = {
    do: "call",
    how: random.pick(["callLater", "callAt", "callSoon"]),
    time: delay,
    handle: slots.handles++,
    body: disturbances(maker, place),
  };
  return shuffled(random, [...sleepers, timer]);
}

/** Limits that end at the same time, or one by another. */
function nestedTimeouts(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const delay = slots.delay();
  let body: Block = [
    ...(random.chance(0.5) ? disturb(maker, place) : []),
    {
      do: "await",
      subject: random.chance(0.5) ? { sleep: delay, result: 1 } : maker.subject(place),
    },
  ];
  for (let depth = 0; depth < 2 + random.below(2); depth++) {
    body = [
      {
        do: "timeout",
        timeout: slots.timeouts++,
        delay: random.chance(0.6) ? delay : slots.maybeDelay(),
        body: [...body, ...(random.chance(0.3) ? pause(maker) : [])],
      },
      ...(random.chance(0.3) ? [{ do: "cancelling", target: "self" } as const] : []),
    ];
  }
  return body;
}

/** A group with several tasks, of which some fail at the same time. */
function crowdedGroup(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const group = slots.groups++;
  const inside = deeper(place);
  const late = (within: Place): PlainStatement => ({
    do: "spawn",
    task: ++slots.tasks,
    subject: { coro: random.chance(0.5) ? [] : maker.block({ ...within, level: slots.tasks }, 1) },
    via: "group",
    group,
  });
  const tasks = many(maker, inside, (within) => [
    ...(random.chance(0.3) ? withEnd(pause(maker), [late(within)]) : pause(maker)),
    ...(random.chance(0.5) ? [{ do: "raise", error: slots.error() } as const] : []),
    ...(random.chance(0.3) ? maker.block(within, 1) : []),
  ]).map((statement) => ({ ...statement, via: "group" as const, group }));
  return [{
    do: "group",
    group,
    body: [
      ...tasks,
      ...(random.chance(0.3) ? withEnd(pause(maker), [late(inside)]) : pause(maker)),
      ...(random.chance(0.3) ? disturb(maker, inside) : []),
      ...(random.chance(0.2) ? [{ do: "raise", error: slots.error() } as const] : []),
    ],
  }];
}

/** Tasks that are waited for together, in some way, while they are disturbed. */
function gathering(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const tasks = many(maker, place, () => [
    ...pause(maker),
    ...(random.chance(0.4) ? [{ do: "raise", error: slots.error() } as const] : []),
    { do: "return", value: random.below(100) },
  ]);
  const targets = tasks.map(({ task }) => ({ task }));
  const subject = random.weighted<() => Subject>([
    [3, () => ({ gather: targets, returnExceptions: random.chance(0.5) })],
    [2, () => ({
      wait: targets,
      timeout: slots.maybeDelay(),
      returnWhen: random.pick(["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]),
    })],
    [1, () => ({
      waitFor: { gather: targets, returnExceptions: random.chance(0.5) },
      timeout: slots.delay(),
    })],
    [1, () => ({ shield: { gather: targets, returnExceptions: random.chance(0.5) } })],
  ])();
  const timer: PlainStatement = {
    do: "call",
    how: "callLater",
    time: slots.delay(),
    handle: slots.handles++,
    body: disturbances(maker, place),
  };
  return [...tasks, timer, { do: "await", subject }];
}

/** A task asks itself to end, perhaps takes it back, and waits for what may refuse. */
function selfCancel(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const others = many(maker, place, () => [{
    do: "try",
    body: pause(maker),
    catches: [{ match: "cancelled", body: random.chance(0.5) ? pause(maker) : [], rethrow: false }],
    final: null,
  }]);
  const [{ task }] = others as [Spawn];
  const subject = random.pick<Subject>([
    { task },
    { shield: { task } },
    { gather: [{ task }], returnExceptions: random.chance(0.5) },
    { waitFor: { task }, timeout: slots.maybeDelay() },
    { future: slots.future() },
    { sleep: slots.delay(), result: 1 },
  ]);
  return [
    ...others,
    ...(random.chance(0.7) ? pause(maker) : []),
    { do: "cancel", target: "self", ...slots.maybeMessage() },
    ...(random.chance(0.3) ? [{ do: "uncancel", target: "self" } as const] : []),
    { do: "await", subject },
    ...(random.chance(0.5) ? [{ do: "uncancel", target: "self" } as const] : []),
    ...pause(maker),
  ];
}

/** Tasks wait in line; the first is woken and cancelled in one go, and the next should have its turn. */
function stolenWakeUp(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const { prepare, wait, wake } = random.pick(LINES)(maker);
  const waiters = [
    ...many(maker, place, () => [...wait, ...(random.chance(0.5) ? wake : [])]),
    ...many(maker, place, () => wait),
  ];
  const victims = waiters.slice(0, 1 + random.below(2)).map(({ task }): PlainStatement => ({
    do: "cancel",
    target: { task },
    ...slots.maybeMessage(),
  }));
  const timer: PlainStatement = {
    do: "call",
    how: "callLater",
    time: slots.delay(),
    handle: slots.handles++,
    body: shuffled(random, [...wake, ...(random.chance(0.3) ? wake : []), ...victims]),
  };
  return [...prepare, ...waiters, timer, ...pause(maker), ...pause(maker)];
}

interface Line {
  /** What makes the others wait. */
  prepare: Block;
  /** Waits. */
  wait: Block;
  /** Lets one of those go on that wait. */
  wake: PlainBlock;
}

const LINES: readonly ((maker: SceneMaker) => Line)[] = [
  ({ slots }) => {
    const queue = slots.queue();
    return {
      prepare: [],
      wait: [{ do: "await", subject: { get: queue } }],
      wake: [{ do: "queue", queue, how: "putNowait", item: 1 }],
    };
  },
  ({ slots }) => {
    const queue = slots.queue();
    return {
      prepare: [
        { do: "queue", queue, how: "putNowait", item: 1 },
        { do: "queue", queue, how: "putNowait", item: 2 },
      ],
      wait: [{ do: "await", subject: { put: queue, item: 3 } }],
      wake: [{ do: "queue", queue, how: "getNowait", item: 0 }],
    };
  },
  ({ slots }) => {
    const guard = slots.guard();
    return {
      prepare: [{ do: "await", subject: { waitFor: { acquire: guard }, timeout: 0.25 } }],
      wait: [{ do: "with", guard, body: [{ do: "await", subject: { sleep: 0, result: 0 } }] }],
      wake: [{ do: "release", guard }],
    };
  },
  ({ slots }) => {
    const event = slots.event();
    return {
      prepare: [{ do: "event", event, how: "clear" }],
      wait: [{ do: "await", subject: { event } }],
      wake: [{ do: "event", event, how: "set" }, { do: "event", event, how: "clear" }],
    };
  },
];

/** Callbacks of one future, of which some are added more than once, and some are taken off again. */
function callbacks({ random, slots }: SceneMaker): Block {
  const future = slots.future();
  const [one, other] = [slots.callbacks++, slots.callbacks++];
  const add = (callback: number): PlainStatement => ({
    do: "addCallback",
    target: { future },
    callback,
    body: [{ do: "log", text: `c${callback}` }],
  });
  const added = shuffled(random, [one, one, other, ...(random.chance(0.5) ? [other] : [])]);
  return [
    { do: "newFuture", future },
    ...added.map(add),
    { do: "removeCallback", target: { future }, callback: random.pick([one, other]) },
    ...(random.chance(0.3) ? [add(one)] : []),
    { do: "setResult", future, value: random.below(100) },
    { do: "await", subject: { sleep: 0, result: 0 } },
  ];
}

/** Tasks and callbacks that set and read context variables, each in a context of its own or not. */
function contexts(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const touch = (): PlainBlock =>
    list(
      1 + random.below(2),
      () =>
        random.chance(0.5) ? { do: "getVar", variable: random.below(2) } : {
          do: "setVar",
          variable: random.below(2),
          value: random.below(100),
          token: slots.tokens++,
        },
    );
  const tasks = many(maker, place, () => [...touch(), ...pause(maker), ...touch()]).map((task) => ({
    ...task,
    via: "createTask" as const,
    ...(slots.isEager ? { eager: true } : slots.maybeContext()),
  }));
  const timer: PlainStatement = {
    do: "call",
    how: random.pick(["callSoon", "callLater"]),
    time: slots.delay(),
    handle: slots.handles++,
    body: shuffled(random, [...touch(), ...touch(), ...(random.chance(0.5) ? [tasks.pop()!] : [])]),
    ...slots.maybeContext(),
  };
  const callback: PlainStatement = {
    do: "addCallback",
    target: slots.target(place),
    callback: slots.callbacks++,
    body: touch(),
    ...slots.maybeContext(),
  };
  return [
    ...touch(),
    ...(random.chance(0.5) ? [{ do: "copyContext", context: slots.contexts++ } as const] : []),
    ...shuffled<Statement>(random, [...tasks, timer, callback, ...touch()]),
    ...pause(maker),
    ...touch(),
  ];
}

/** Tasks ask one async generator for items, at the same time perhaps, and some close it. */
function sharedGenerator(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const generator = slots.generators++;
  const call = (): Subject =>
    random.weighted<() => Subject>([
      [4, () => ({ generator, how: "anext" })],
      [2, () => ({ generator, how: "asend", value: random.below(100) })],
      [1, () => ({ generator, how: "athrow", error: slots.error() })],
      [1, () => ({ generator, how: "aclose" })],
    ])();
  const tasks = many(maker, place, (inside) =>
    random.chance(0.5)
      ? [{
        do: "iterate",
        generator,
        closing: random.chance(0.5),
        body: [...pause(maker), ...maker.block(inside, random.below(2))],
      }]
      : list(1 + random.below(3), () => ({ do: "await", subject: call() })));
  // Tasks that may be cancelled before the call has begun.
  const calls = many(maker, place, () => []).map((task) => ({ ...task, subject: call() }));
  return [
    {
      do: "newGenerator",
      generator,
      count: 1 + random.below(4),
      before: random.chance(0.7) ? pause(maker) : [],
      swallow: random.chance(0.4),
      after: random.chance(0.5) ? pause(maker) : [],
    },
    ...(random.chance(0.5) ? [{ do: "await", subject: call() } as const] : []),
    ...shuffled(random, [...tasks, ...calls]),
    ...disturb(maker, place),
  ];
}

/** A stack of several exits, some of which throw, swallow, push others or are cancelled as they wait. */
function crowdedStack(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const stack = slots.stacks++;
  const common = () => ({ stack, swallow: random.chance(0.3) });
  const plain = (): PlainBlock =>
    random.chance(0.3) ? [{ do: "raise", error: slots.error() }] : disturbances(maker, place);
  const push = (): Statement =>
    random.weighted<() => Statement>([
      [1, () => ({ do: "push", how: "callback", ...common(), body: plain() })],
      [1, () => ({ do: "push", how: "exit", ...common(), body: plain() })],
      [1, () => ({
        do: "push",
        how: "asyncCallback",
        ...common(),
        body: [...pause(maker), ...plain()],
      })],
      [2, () => ({
        do: "push",
        how: "asyncExit",
        ...common(),
        body: [...(random.chance(0.6) ? pause(maker) : []), ...plain()],
      })],
      [2, () => ({ do: "enter", ...common(), before: [], after: pause(maker) })],
    ])();
  const end: Block = random.weighted<() => Block>([
    [2, () => pause(maker)],
    [2, () => [{ do: "raise", error: slots.error() }]],
    [1, () => [{ do: "popAll", stack, into: slots.stacks++ }]],
    [1, () => [{ do: "await", subject: { stack } }]],
  ])();
  const body = [...list(1 + random.below(4), push), ...disturb(maker, place), ...end];
  return [{ do: "stack", stack, body: guarded(random, body) }];
}

/** Tasks wait for what others settle, cancel, or have run as a coroutine sent from elsewhere. */
function otherThreads(maker: SceneMaker, place: Place): Block {
  const { random, slots } = maker;
  const concurrent = slots.concurrents++;
  const inside = { ...deeper(place), level: slots.tasks };
  const made: PlainStatement = random.chance(0.6)
    ? {
      do: "submit",
      concurrent,
      body: guarded(random, [...pause(maker), ...maker.block(inside, random.below(2))]),
    }
    : { do: "newConcurrent", concurrent };
  const waiters = many(maker, place, () => [{
    do: "await",
    subject: random.weighted<() => Subject>([
      [3, () => ({ concurrent })],
      [1, () => ({ shield: { concurrent } })],
      [1, () => ({ waitFor: { concurrent }, timeout: slots.maybeDelay() })],
      [1, () => ({ gather: [{ concurrent }, { concurrent }], returnExceptions: true })],
    ])(),
  }]);
  const settle = (): PlainStatement =>
    random.weighted<() => PlainStatement>([
      [1, () => ({ do: "concurrent", concurrent, how: "begin", value: 0 })],
      [2, () => ({ do: "concurrent", concurrent, how: "setResult", value: random.below(100) })],
      [1, () => ({ do: "concurrent", concurrent, how: "setException", error: slots.error() })],
      [2, () => ({ do: "concurrent", concurrent, how: "cancel", value: 0 })],
      [1, () => ({ do: "concurrent", concurrent, how: "look", value: 0 })],
    ])();
  const ends = list(random.below(3), settle);
  return [
    made,
    { do: "concurrent", concurrent, how: "addCallback", value: 0 },
    ...waiters,
    ...disturb(maker, place),
    ...ends,
    ...pause(maker),
  ];
}

// --- Parts

type Spawn = Extract<PlainStatement, { do: "spawn" }>;

/** Some tasks with the same kind of body. */
function many(maker: SceneMaker, place: Place, body: (inside: Place) => Block): Spawn[] {
  const { random, slots } = maker;
  return list(1 + random.below(3), () => {
    const task = ++slots.tasks;
    const inside = { level: task, depth: place.depth + 1, known: [...place.known] };
    place.known.push(task);
    return {
      do: "spawn",
      task,
      subject: { coro: guarded(random, body(inside)) },
      via: random.pick(["createTask", "loop", "ensureFuture"]),
    };
  });
}

/** A body that may survive its cancellation. */
function guarded(random: Random, body: Block): Block {
  if (random.chance(0.7)) return body;
  const match = random.pick(["cancelled", "any"] as const);
  return [{ do: "try", body, catches: [{ match, body: [], rethrow: false }], final: null }];
}

function withEnd(body: Block, final: Block): Block {
  return [{ do: "try", body, catches: [], final }];
}

function pause({ slots }: SceneMaker): Block {
  return [{ do: "await", subject: { sleep: slots.delay(), result: 0 } }];
}

/** Cancels some, perhaps after a while. */
function disturb(maker: SceneMaker, place: Place): Block {
  return [
    ...(maker.random.chance(0.6) ? pause(maker) : []),
    ...disturbances(maker, place),
    ...(maker.random.chance(0.4) ? pause(maker) : []),
  ];
}

function disturbances({ random, slots }: SceneMaker, place: Place): PlainBlock {
  return list(random.below(4), () => {
    const target = slots.target(place);
    return random.chance(0.8)
      ? { do: "cancel", target, ...slots.maybeMessage() }
      : { do: "uncancel", target };
  });
}

function release({ random }: SceneMaker, guard: Guard): Block {
  return random.chance(0.3) ? [{ do: "release", guard }] : [];
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items.map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
