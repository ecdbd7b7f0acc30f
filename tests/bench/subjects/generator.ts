/**
 * The rows' work in generator coroutines.
 *
 * @module
 */

import {
  CancelledError,
  type CoroutineObject,
  createTask,
  type Future,
  gather,
  getRunningLoop,
  run,
  sleep,
  trace,
} from "@asyncio/asyncio";
import type { Works } from "../row.ts";
import { CROWD, DEPTH, GATHERED, TIMERS_AN_ITERATION } from "../rows.ts";

function* one(): CoroutineObject<number> {
  return 1;
}

function* stepAside(times: number): CoroutineObject<number> {
  for (let i = 0; i < times; i++) yield* sleep(0);
  return times;
}

function* takeTurns(turns: Future<number>[], own: 0 | 1, times: number): CoroutineObject<number> {
  const loop = getRunningLoop();
  const other = 1 - own;
  let received = 0;
  for (let i = 0; i < times; i++) {
    const turn = loop.createFuture<number>();
    turns[own] = turn;
    turns[other]?.setResult(1);
    received += yield* turn;
  }
  if (!turns[other]!.done()) turns[other]!.setResult(1);
  return received;
}

function* handOff(n: number): CoroutineObject<number> {
  const turns: Future<number>[] = [];
  const players = [
    createTask(takeTurns(turns, 0, n / 2)),
    createTask(takeTurns(turns, 1, n / 2)),
  ];
  return (yield* players[0]!) + (yield* players[1]!);
}

function* create(n: number): CoroutineObject<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* createTask(one());
  return done;
}

function* gatherAll(n: number): CoroutineObject<number> {
  let done = 0;
  for (let i = 0; i < n; i += GATHERED) {
    const results = yield* gather(Array.from({ length: GATHERED }, one));
    for (const result of results) done += result;
  }
  return done;
}

function* crowd(n: number): CoroutineObject<number> {
  const tasks = Array.from(
    { length: n / CROWD.switches },
    () => createTask(stepAside(CROWD.switches)),
  );
  let switches = 0;
  for (const task of tasks) switches += yield* task;
  return switches;
}

function* timers(n: number): CoroutineObject<number> {
  const loop = getRunningLoop();
  const ring = () => {};
  let cancelled = 0;
  for (let i = 0; i < n; i++) {
    const handle = loop.callLater(100, ring);
    handle.cancel();
    if (handle.cancelled()) cancelled++;
    if (i % TIMERS_AN_ITERATION === 0) yield* sleep(0);
  }
  return cancelled;
}

function* cancel(n: number): CoroutineObject<number> {
  let cancelled = 0;
  for (let i = 0; i < n; i++) {
    const task = createTask(sleep(1_000));
    yield* sleep(0);
    task.cancel();
    try {
      yield* task;
    } catch (error) {
      if (error instanceof CancelledError) cancelled++;
    }
  }
  return cancelled;
}

function* nest(depth: number, times: number): CoroutineObject<number> {
  if (depth > 1) return yield* nest(depth - 1, times);
  return yield* stepAside(times);
}

function* nestOften(n: number): CoroutineObject<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* nest(DEPTH - 1, 1);
  return done;
}

function* stepAsideTraced(times: number): CoroutineObject<number> {
  using _ = trace(getRunningLoop());
  return yield* stepAside(times);
}

function* park(n: number, weigh: () => void): CoroutineObject<number> {
  const loop = getRunningLoop();
  const futures: Future<number>[] = new Array(n);
  function* wait(index: number): CoroutineObject<number> {
    futures[index] = loop.createFuture<number>();
    return yield* futures[index];
  }

  weigh();
  for (let i = 0; i < n; i++) createTask(wait(i));
  yield* stepAside(2);
  weigh();
  let parked = 0;
  for (const future of futures) {
    if (!future.done()) parked++;
    future.setResult(1);
  }
  yield* stepAside(2);
  return parked;
}

/** The work of each row. */
export const works: Works = {
  "switch": (n) => run(stepAside(n)),
  "async-step": (n) => run(stepAside(n)),
  "hand-off": (n) => run(handOff(n)),
  "create": (n) => run(create(n)),
  "gather": (n) => run(gatherAll(n)),
  "tasks": (n) => run(crowd(n)),
  "timer": (n) => run(timers(n)),
  "cancel": (n) => run(cancel(n)),
  "nested": (n) => run(nestOften(n)),
  "resume": (n) => run(nest(DEPTH - 1, n)),
  "traced": (n) => run(stepAsideTraced(n)),
  "memory": (n, weigh) => run(park(n, weigh)),
};
