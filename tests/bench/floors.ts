/**
 * `deno run -A tests/bench/floors.ts`: what the engine and the host take by themselves for what no row can do
 * without. Where a row's target lies below the sum of its own, the target is out of reach.
 *
 * @module
 */

import { median } from "simple-statistics";
import { type Coroutine, gather, pause, run, Task } from "./subjects/least_kernel.ts";

const ROUNDS = 9;
const WARM_UP = 5;

/** How many frames stand below who makes an error in a task's step. */
const FRAMES = 12;

const DEPTH = 20;

interface Floor {
  /** What is done. */
  readonly what: string;
  /** The rows that cannot do without. */
  readonly rows: string;
  /** How often it is done in a round. */
  readonly times: number;
  work(times: number): unknown | Promise<unknown>;
}

class Thrown extends Error {}

/** As much as a timer's handle holds. */
class Kept {
  callback: () => void;
  context: object = shared;
  owner: object | null = null;
  argument: unknown;
  time: number;
  order: number;

  constructor(order: number, callback: () => void) {
    this.callback = callback;
    this.argument = order;
    // No whole number, and so an object of its own.
    this.time = order + 0.5;
    this.order = order;
  }
}

/** Keeps objects in a line, as many as one says, and takes them out in order. */
function keepInLine(length: number, times: number): number {
  const line: (Kept | undefined)[] = new Array(length);
  const callback = () => {};
  let sum = 0;
  for (let done = 0; done < times; done += length) {
    for (let i = 0; i < length; i++) line[i] = new Kept(i, callback);
    for (let i = 0; i < length; i++) {
      sum += line[i]!.order;
      line[i] = undefined;
    }
  }
  return sum;
}

const shared = new Thrown();

function* pauseOnce(): Generator<void, number> {
  yield;
  return 1;
}

function* nest(depth: number): Generator<void, void> {
  if (depth > 1) return yield* nest(depth - 1);
  for (;;) yield;
}

/** Makes errors, with frames below as a step has them. */
function makeErrors(frames: number, times: number): number {
  if (frames > 0) return makeErrors(frames - 1, times);
  let made = 0;
  for (let i = 0; i < times; i++) if (new Thrown() instanceof Error) made++;
  return made;
}

/** With private fields, as a future would have. */
class WithFields {
  #state = 0;
  #outcome: unknown = undefined;

  end(outcome: unknown): this {
    this.#state++;
    this.#outcome = outcome;
    return this;
  }

  get outcome(): unknown {
    return this.#state === 0 ? null : this.#outcome;
  }
}

class BelowFields extends WithFields {}

const STATE = Symbol("state");
const OUTCOME = Symbol("outcome");

/** With the same under symbols, as a future has. */
class WithSymbols {
  declare private [STATE]: number;
  declare private [OUTCOME]: unknown;

  constructor() {
    this[STATE] = 0;
    this[OUTCOME] = undefined;
  }

  end(outcome: unknown): this {
    this[STATE]++;
    this[OUTCOME] = outcome;
    return this;
  }

  get outcome(): unknown {
    return this[STATE] === 0 ? null : this[OUTCOME];
  }
}

class BelowSymbols extends WithSymbols {}

function makeObjects(make: (i: number) => object, times: number): object[] {
  const kept: object[] = new Array(1_024).fill(shared);
  for (let i = 0; i < times; i++) kept[i & 1_023] = make(i);
  return kept;
}

const USED = Symbol("used");

const listed: ListedTask<unknown>[] = [];
const running: { task: unknown; context: object } = { task: null, context: shared };
let named = 0;

/**
 * A task of the least kernel with what asyncio's must have at the least: there is one of each coroutine, `allTasks()` lists
 * it, `currentTask()` tells it, it has a context and a number for its name, and what its coroutine throws does not end the
 * loop.
 */
class ListedTask<T> extends Task<T> {
  readonly context: object;
  readonly name: number;
  place: number;

  constructor(coroutine: Coroutine<T>) {
    super(coroutine);
    const marked = coroutine as { [USED]?: boolean };
    if (marked[USED]) throw new Error("cannot reuse already awaited coroutine");
    marked[USED] = true;
    this.context = running.context;
    this.name = ++named;
    this.place = listed.length;
    listed.push(this);
  }

  override run(): void {
    running.task = this;
    try {
      super.run();
    } catch (error) {
      console.error(error);
    }
    if (!this.isDone) return;
    const last = listed.pop()!;
    if (last === this) return;
    listed[this.place] = last;
    last.place = this.place;
  }
}

function* one(): Coroutine<number> {
  return 1;
}

/** What `gather` of 1,000 coroutines costs one of them. */
function gatherBy(TaskClass: typeof Task): Pick<Floor, "rows" | "times" | "work"> {
  return {
    rows: "gather",
    times: 200_000,
    work: (times) =>
      run(function* (): Coroutine<number> {
        let sum = 0;
        for (let i = 0; i < times; i += 1_000) {
          const results = yield* gather(Array.from({ length: 1_000 }, one), TaskClass);
          for (const result of results) sum += result;
        }
        return sum;
      }()),
  };
}

/** What each of 10 switches costs of 100,000 tasks that are alive at once. */
function crowdBy(TaskClass: typeof Task): Pick<Floor, "rows" | "times" | "work"> {
  return {
    rows: "tasks",
    times: 1_000_000,
    work: (times) =>
      run(function* (): Coroutine<number> {
        const tasks = Array.from({ length: times / 10 }, () => new TaskClass(stepAside(10)));
        let sum = 0;
        for (const task of tasks) sum += yield* task;
        return sum;
      }()),
  };
}

function* stepAside(times: number): Coroutine<number> {
  for (let i = 0; i < times; i++) yield* pause();
  return times;
}

/** The same of async functions, which have no tasks: what each awaits is made anew or kept. */
function bareCrowd(subject: () => unknown): Pick<Floor, "rows" | "times" | "work"> {
  async function awaitOften(times: number): Promise<number> {
    for (let i = 0; i < times; i++) await subject();
    return times;
  }
  return {
    rows: "tasks",
    times: 1_000_000,
    async work(times) {
      const calls = Array.from({ length: times / 10 }, () => awaitOften(10));
      let sum = 0;
      for (const call of calls) sum += await call;
      return sum;
    },
  };
}

const kept = Promise.resolve();

const FLOORS: readonly Floor[] = [
  {
    what: "performance.now()",
    rows: "timer, timers-fired, cancel, timeout",
    times: 1_000_000,
    work(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += performance.now();
      return sum;
    },
  },
  {
    what: `new Error, ${FRAMES} frames deep`,
    rows: "timeout, where it fires",
    times: 100_000,
    work: (times) => makeErrors(FRAMES, times),
  },
  {
    what: "the same with Error.stackTraceLimit = 0",
    rows: "",
    times: 100_000,
    work(times) {
      const engine: { stackTraceLimit?: number } = Error;
      const { stackTraceLimit } = engine;
      engine.stackTraceLimit = 0;
      try {
        return makeErrors(FRAMES, times);
      } finally {
        engine.stackTraceLimit = stackTraceLimit!;
      }
    },
  },
  {
    what: "an error that is thrown into a generator and out of it",
    rows: "cancel",
    times: 100_000,
    work(times) {
      let caught = 0;
      for (let i = 0; i < times; i++) {
        const steps = pauseOnce();
        steps.next();
        try {
          steps.throw(shared);
        } catch (error) {
          if (error === shared) caught++;
        }
      }
      return caught;
    },
  },
  {
    what: "an object as large as a timer, kept among 1,000",
    rows: "timers-fired-1k",
    times: 1_000_000,
    work: (times) => keepInLine(1_000, times),
  },
  {
    what: "the same among 1,000,000",
    rows: "timers-fired",
    times: 1_000_000,
    work: (times) => keepInLine(1_000_000, times),
  },
  {
    what: "an object whose class's parent has private fields",
    rows: "",
    times: 1_000_000,
    work: (times) => makeObjects((i) => new BelowFields().end(i), times),
  },
  {
    what: "the same under symbols",
    rows: "create, gather",
    times: 1_000_000,
    work: (times) => makeObjects((i) => new BelowSymbols().end(i), times),
  },
  {
    what: "a generator that is made, pauses and ends",
    rows: "create, gather, nested",
    times: 1_000_000,
    work(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) {
        const steps = pauseOnce();
        steps.next();
        sum += steps.next().value as number;
      }
      return sum;
    },
  },
  { what: "one of 1,000 tasks of the least kernel that are gathered", ...gatherBy(Task) },
  { what: "the same, listed, told as the current one, with a context", ...gatherBy(ListedTask) },
  { what: "one of 10 switches of 100,000 tasks of the least kernel", ...crowdBy(Task) },
  { what: "the same, listed, told as the current one, with a context", ...crowdBy(ListedTask) },
  {
    what: "the same of async functions that await one resolved promise, always the same",
    ...bareCrowd(() => kept),
  },
  { what: "the same of async functions that await a value", ...bareCrowd(() => 1) },
  {
    what: `a resumption through ${DEPTH} yield*`,
    rows: "nested, resume",
    times: 100_000,
    work(times) {
      const steps = nest(DEPTH);
      for (let i = 0; i < times; i++) steps.next();
      return steps.return();
    },
  },
];

for (const { what, rows, times, work } of FLOORS) {
  for (let round = 0; round < WARM_UP; round++) await work(times);
  const amounts: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    await work(times);
    amounts.push((performance.now() - begin) * 1e6 / times);
  }
  const isOf = rows === "" ? "" : `  (${rows})`;
  console.log(`${median(amounts).toFixed(0).padStart(6)} ns  ${what}${isOf}`);
}
