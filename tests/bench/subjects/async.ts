/**
 * The rows' work in async functions that tasks of this module's run.
 *
 * @module
 */

import {
  CancelledError,
  createTask,
  type Future,
  gather,
  getRunningLoop,
  run,
  sleep,
} from "@asyncio/asyncio";
import type { Works } from "../row.ts";
import { CROWD, DEPTH, GATHERED } from "../rows.ts";

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
  "async-step": (n) => run(() => stepAside(n)),
  "hand-off": (n) => run(() => handOff(n)),
  "create": (n) => run(() => create(n)),
  "gather": (n) => run(() => gatherAll(n)),
  "tasks": (n) => run(() => crowd(n)),
  "cancel": (n) => run(() => cancel(n)),
  "nested": (n) => run(() => nestOften(n)),
  "resume": (n) => run(() => nest(DEPTH - 1, n)),
  "memory": (n, weigh) => run(() => park(n, weigh)),
};
