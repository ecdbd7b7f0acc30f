/**
 * What is done many times beside something that never ends, to see what is kept of it.
 *
 * @module
 */

import {
  createTask,
  currentTask,
  FIRST_COMPLETED,
  fromPromise,
  fromSignal,
  run,
  shield,
  sleep,
  type Suspension,
  type Task,
  timeout,
  wait,
} from "../../mod.ts";

/** What never ends. */
interface Never {
  readonly task: Task<unknown>;
  readonly promise: Promise<unknown>;
  readonly signal: AbortSignal;
}

/** One time of it, in a task of this module's. */
type Round = (never: Never) => Generator<Suspension, unknown, unknown>;

/** One time of it, with what the platform has. */
type BareRound = (never: Omit<Never, "task">) => Promise<unknown>;

/** What work gives: something of 1 KB, for what is kept of a wait often keeps its result. */
async function finish(): Promise<unknown> {
  return Array(128).fill(0);
}

/** Work that stops when its signal is aborted, and only then. */
function listen(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Cancels a task in its first wait. */
function* giveUp(task: Task<unknown>) {
  yield* sleep(0);
  task.cancel();
  yield* wait([task]);
}

/** The platform's own means, for comparison. */
export const BARE_ROUNDS: Readonly<Record<string, BareRound>> = {
  "Promise.race([work, pending])": async ({ promise }) => await Promise.race([finish(), promise]),
  "AbortSignal.any([signal, own]) and a listener": async ({ signal }) => {
    const own = new AbortController();
    AbortSignal.any([signal, own.signal]).addEventListener("abort", () => {});
    await finish();
  },
};

/** This module's. */
export const ROUNDS: Readonly<Record<string, Round>> = {
  "wait([work, pending], FIRST_COMPLETED)": function* ({ task }) {
    yield* wait([createTask(finish), task], { returnWhen: FIRST_COMPLETED });
  },
  "shield(pending), given up": function* ({ task }) {
    yield* giveUp(createTask(function* () {
      yield* shield(task);
    }));
  },
  "timeout(60, work)": function* () {
    yield* timeout(60, finish);
  },
  "timeout(0, pending)": function* ({ promise }) {
    try {
      yield* timeout(0, () => fromPromise(promise));
    } catch {
      // The time is up.
    }
  },
  "createTask(work, { signal })": function* ({ signal }) {
    yield* createTask(finish, { signal });
  },
  "currentTask().signal, aborted": function* () {
    yield* giveUp(createTask(function* () {
      yield* fromPromise(listen(currentTask()!.signal));
    }));
  },
  "fromSignal(signal), given up": function* ({ signal }) {
    yield* giveUp(createTask(fromSignal(signal)));
  },
  "fromPromise((signal) => work), given up": function* () {
    yield* giveUp(createTask(fromPromise(listen)));
  },
  "fromPromise(pending), given up": function* ({ promise }) {
    yield* giveUp(createTask(fromPromise(promise)));
  },
};

/** How heavy the heap is, after a collection. */
export type Weigh = () => Promise<number>;

/** Rounds before the first weighing, for what the engine keeps of any code it runs. */
const WARM_UP = 2_000;

/**
 * Does one thing many times.
 *
 * @param name The key of a row of either table.
 * @param rounds How many times.
 * @param weigh Weighs the heap.
 * @returns How many bytes more the heap has afterwards, while what never ends still is there.
 */
export async function measureKept(name: string, rounds: number, weigh: Weigh): Promise<number> {
  const promise = new Promise<unknown>(() => {});
  const { signal } = new AbortController();
  const bare = BARE_ROUNDS[name];
  if (bare !== undefined) {
    const repeat = async (count: number) => {
      for (let round = 0; round < count; round++) await bare({ promise, signal });
    };
    await repeat(WARM_UP);
    const before = await weigh();
    await repeat(rounds);
    return keep(await weigh() - before, promise, signal);
  }
  const round = ROUNDS[name]!;
  return await run(function* () {
    const task = createTask(fromPromise(new Promise<unknown>(() => {})));
    const repeat = function* (count: number) {
      for (let time = 0; time < count; time++) yield* round({ task, promise, signal });
    };
    yield* repeat(WARM_UP);
    const before = yield* fromPromise(weigh());
    yield* repeat(rounds);
    const kept = (yield* fromPromise(weigh())) - before;
    task.cancel();
    return keep(kept, promise, signal);
  });
}

/** Gives `kept` back; what comes with it cannot be collected before. */
function keep(kept: number, ...alive: readonly object[]): number {
  return alive.length > 0 ? kept : NaN;
}
