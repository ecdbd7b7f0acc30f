/**
 * The rows' work in async functions that tasks of this module's run.
 *
 * @module
 */

import {
  CancelledError,
  ContextVar,
  coroutine,
  createTask,
  Event,
  fromPromise,
  type Future,
  gather,
  getRunningLoop,
  Lock,
  Queue,
  run,
  Semaphore,
  sleep,
  TaskGroup,
  timeout,
} from "@asyncio/asyncio";
import type { Works } from "../row.ts";
import {
  CONTENDERS,
  CROWD,
  DEPTH,
  GATHERED,
  GREAT_DEPTH,
  ITEMS,
  LIMITED,
  WAITERS,
} from "../rows.ts";
import { executorWorks } from "./loops.ts";
import { asyncWorks as connectionWorks } from "./connections.ts";

const RESOLVED = Promise.resolve(1);

async function one(): Promise<number> {
  return 1;
}

async function stepAside(times: number): Promise<number> {
  for (let i = 0; i < times; i++) await sleep(0);
  return times;
}

async function takeTurns(turns: Future<number>[], own: 0 | 1, times: number): Promise<number> {
  const loop = getRunningLoop();
  const other = 1 - own;
  let received = 0;
  for (let i = 0; i < times; i++) {
    const turn = loop.createFuture<number>();
    turns[own] = turn;
    turns[other]?.setResult(1);
    received += await turn;
  }
  if (!turns[other]!.done()) turns[other]!.setResult(1);
  return received;
}

async function handOff(n: number): Promise<number> {
  const turns: Future<number>[] = [];
  const players = [
    createTask(() => takeTurns(turns, 0, n / 2)),
    createTask(() => takeTurns(turns, 1, n / 2)),
  ];
  return (await players[0]!) + (await players[1]!);
}

async function create(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += await createTask(one);
  return done;
}

async function gatherAll(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i += GATHERED) {
    const results = await gather(Array.from({ length: GATHERED }, () => one));
    for (const result of results) done += result;
  }
  return done;
}

async function crowd(n: number): Promise<number> {
  const tasks = Array.from(
    { length: n / CROWD.switches },
    () => createTask(() => stepAside(CROWD.switches)),
  );
  let switches = 0;
  for (const task of tasks) switches += await task;
  return switches;
}

async function cancel(n: number): Promise<number> {
  let cancelled = 0;
  for (let i = 0; i < n; i++) {
    const task = createTask(async () => await sleep(1_000));
    await sleep(0);
    task.cancel();
    try {
      await task;
    } catch (error) {
      if (error instanceof CancelledError) cancelled++;
    }
  }
  return cancelled;
}

async function nest(depth: number, times: number): Promise<number> {
  if (depth > 1) return await nest(depth - 1, times);
  return await stepAside(times);
}

async function nestOften(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += await nest(DEPTH - 1, 1);
  return done;
}

async function groups(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i += GATHERED) {
    await TaskGroup.run(async (group) => {
      for (let child = 0; child < GATHERED; child++) {
        group.createTask(one).addDoneCallback((task) => done += task.result());
      }
    });
  }
  return done;
}

async function timeouts(n: number): Promise<number> {
  let done = 0;
  const body = () => stepAside(1);
  for (let i = 0; i < n; i++) done += await timeout(100, body);
  return done;
}

async function queueHandOff(n: number): Promise<number> {
  const queue = new Queue<number>(1);
  createTask(async () => {
    for (let i = 0; i < n; i++) await queue.put(1);
  });
  let received = 0;
  while (received < n) received += await queue.get();
  return received;
}

async function queueBatches(n: number): Promise<number> {
  const queue = new Queue<number>();
  let received = 0;
  while (received < n) {
    for (let i = 0; i < ITEMS; i++) await queue.put(1);
    for (let i = 0; i < ITEMS; i++) received += await queue.get();
  }
  return received;
}

async function acquireOften(guard: Lock | Semaphore, n: number): Promise<number> {
  let passed = 0;
  for (let i = 0; i < n; i++) {
    await guard.acquire();
    passed++;
    guard.release();
  }
  return passed;
}

async function contend(guard: Lock | Semaphore, n: number): Promise<number> {
  let passed = 0;
  async function contender(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      await guard.acquire();
      passed++;
      await sleep(0);
      guard.release();
    }
  }
  await gather(Array.from({ length: CONTENDERS }, () => () => contender(n / CONTENDERS)));
  return passed;
}

async function limit(n: number): Promise<number> {
  let done = 0;
  const guard = new Semaphore(LIMITED.atOnce);
  async function limited(): Promise<number> {
    await guard.acquire();
    try {
      return await stepAside(1);
    } finally {
      guard.release();
    }
  }
  for (let i = 0; i < n; i += LIMITED.calls) {
    for (const result of await gather(Array.from({ length: LIMITED.calls }, () => limited))) {
      done += result;
    }
  }
  return done;
}

async function broadcast(n: number): Promise<number> {
  let woken = 0;
  for (let i = 0; i < n; i += WAITERS) {
    const event = new Event();
    const tasks = Array.from(
      { length: WAITERS },
      () => createTask(async () => await event.wait()),
    );
    await stepAside(1);
    event.set();
    for (const task of tasks) if (await task) woken++;
  }
  return woken;
}

const stepAsideInOne = coroutine(stepAside);

const variable = new ContextVar<number>("benchmark");

async function useContext(n: number): Promise<number> {
  let read = 0;
  for (let i = 0; i < n; i++) {
    variable.set(1);
    read += variable.get();
  }
  return read;
}

async function awaitPromises(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += await fromPromise(RESOLVED);
  return done;
}

async function park(n: number, weigh: () => void): Promise<number> {
  const loop = getRunningLoop();
  const futures: Future<number>[] = new Array(n);
  async function wait(index: number): Promise<number> {
    futures[index] = loop.createFuture<number>();
    return await futures[index];
  }

  weigh();
  for (let i = 0; i < n; i++) createTask(() => wait(i));
  await stepAside(2);
  weigh();
  let parked = 0;
  for (const future of futures) {
    if (!future.done()) parked++;
    future.setResult(1);
  }
  await stepAside(2);
  return parked;
}

/** The work of each row where an async function's differs: `switch` is `async-step` for them. */
export const works: Works = {
  ...connectionWorks,
  ...executorWorks,
  "async-step": (n) => run(() => stepAside(n)),
  "hand-off": (n) => run(() => handOff(n)),
  "create": (n) => run(() => create(n)),
  "gather": (n) => run(() => gatherAll(n)),
  "group": (n) => run(() => groups(n)),
  "tasks-1k": (n) => run(() => crowd(n)),
  "tasks": (n) => run(() => crowd(n)),
  "cancel": (n) => run(() => cancel(n)),
  "timeout": (n) => run(() => timeouts(n)),
  "queue": (n) => run(() => queueHandOff(n)),
  "queue-batch": (n) => run(() => queueBatches(n)),
  "lock": (n) => run(() => acquireOften(new Lock(), n)),
  "lock-contended": (n) => run(() => contend(new Lock(), n)),
  "semaphore": (n) => run(() => acquireOften(new Semaphore(LIMITED.atOnce), n)),
  "semaphore-contended": (n) => run(() => contend(new Semaphore(LIMITED.atOnce), n)),
  "limit": (n) => run(() => limit(n)),
  "event": (n) => run(() => broadcast(n)),
  "nested": (n) => run(() => nestOften(n)),
  "resume": (n) => run(() => nest(DEPTH - 1, n)),
  "resume-200": (n) => run(() => nest(GREAT_DEPTH - 1, n)),
  "coroutine": (n) => run(() => stepAsideInOne(n)),
  "context": (n) => run(() => useContext(n)),
  "from-promise": (n) => run(() => awaitPromises(n)),
  "memory": (n, weigh) => run(() => park(n, weigh)),
};
