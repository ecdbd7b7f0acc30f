/**
 * The rows' work in promises and async functions as the engine has them: the least that it can cost.
 *
 * @module
 */

import type { Work, Works } from "../row.ts";
import {
  CROWD,
  DEPTH,
  GATHERED,
  GREAT_DEPTH,
  MILLION,
  TIMERS_AN_ITERATION,
  WAITERS,
} from "../rows.ts";
import { type Sight, watchHost } from "./host_watch.ts";
import { importOften } from "./import_often.ts";
import { works as workerWorks } from "./raw_worker.ts";
import { bareWorks as connectionWorks } from "./connections.ts";

const RESOLVED = Promise.resolve(1);

interface Turn {
  promise: Promise<number>;
  resolve(value: number): void;
}

// Faster than Promise.withResolvers(), which makes an object with three properties each time.
function makeTurn(): Turn {
  let resolve!: (value: number) => void;
  const promise = new Promise<number>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function one(): Promise<number> {
  return 1;
}

async function stepAside(times: number): Promise<number> {
  for (let i = 0; i < times; i++) await RESOLVED;
  return times;
}

async function takeTurns(turns: Turn[], own: 0 | 1, times: number): Promise<number> {
  const other = 1 - own;
  let received = 0;
  for (let i = 0; i < times; i++) {
    const turn = makeTurn();
    turns[own] = turn;
    turns[other]?.resolve(1);
    received += await turn.promise;
  }
  turns[other]!.resolve(1);
  return received;
}

async function handOff(n: number): Promise<number> {
  const turns: Turn[] = [];
  const players = [takeTurns(turns, 0, n / 2), takeTurns(turns, 1, n / 2)];
  return (await players[0]!) + (await players[1]!);
}

async function create(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += await one();
  return done;
}

async function gatherAll(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i += GATHERED) {
    const results = await Promise.all(Array.from({ length: GATHERED }, one));
    for (const result of results) done += result;
  }
  return done;
}

async function crowd(n: number): Promise<number> {
  const calls = Array.from({ length: n / CROWD.switches }, () => stepAside(CROWD.switches));
  let switches = 0;
  for (const call of calls) switches += await call;
  return switches;
}

async function timers(n: number): Promise<number> {
  let cancelled = 0;
  const ring = () => cancelled--;
  for (let i = 0; i < n; i++) {
    clearTimeout(setTimeout(ring, 100_000));
    cancelled++;
    if (i % TIMERS_AN_ITERATION === 0) await RESOLVED;
  }
  return cancelled;
}

function abortableSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

async function cancel(n: number): Promise<number> {
  let cancelled = 0;
  for (let i = 0; i < n; i++) {
    const controller = new AbortController();
    const call = abortableSleep(1_000_000, controller.signal);
    await RESOLVED;
    controller.abort();
    try {
      await call;
    } catch (error) {
      if (error === controller.signal.reason) cancelled++;
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

async function callSoon(n: number): Promise<number> {
  let called = 0;
  for (let i = 0; i < n; i += TIMERS_AN_ITERATION) {
    for (let j = 0; j < TIMERS_AN_ITERATION; j++) queueMicrotask(() => called++);
    await RESOLVED;
  }
  return called;
}

async function broadcast(n: number): Promise<number> {
  let woken = 0;
  for (let i = 0; i < n; i += WAITERS) {
    const event = makeTurn();
    const wait = async () => await event.promise;
    const waits = Array.from({ length: WAITERS }, wait);
    await RESOLVED;
    event.resolve(1);
    for (const result of waits) woken += await result;
  }
  return woken;
}

async function awaitPromises(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += await RESOLVED;
  return done;
}

async function parkTimers(n: number, weigh: () => void): Promise<number> {
  const ring = () => {};
  const timers: ReturnType<typeof setTimeout>[] = new Array(n);
  weigh();
  for (let i = 0; i < n; i++) timers[i] = setTimeout(ring, 100_000 + i);
  weigh();
  for (const timer of timers) clearTimeout(timer);
  return timers.length;
}

async function park(n: number, weigh: () => void): Promise<number> {
  const resolvers: ((value: number) => void)[] = new Array(n);
  let parked = 0;
  async function wait(index: number): Promise<number> {
    const promise = new Promise<number>((resolve) => {
      resolvers[index] = resolve;
    });
    parked++;
    const value = await promise;
    parked--;
    return value;
  }

  const calls: Promise<number>[] = new Array(n);
  weigh();
  for (let i = 0; i < n; i++) calls[i] = wait(i);
  await stepAside(2);
  weigh();
  const seen = parked;
  for (const resolve of resolvers) resolve(1);
  await Promise.all(calls);
  return seen - parked;
}

/** What lets the host's timers come. */
function turnOver(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

async function parkMillion(): Promise<number> {
  const resolvers: ((value: number) => void)[] = [];
  const calls: Promise<number>[] = [];
  async function wait(): Promise<number> {
    return await new Promise<number>((resolve) => resolvers.push(resolve));
  }

  for (let i = 1; i <= MILLION.tasks; i++) {
    calls.push(wait());
    if (i % MILLION.atOnce === 0) await turnOver();
  }
  for (let i = 1; i <= MILLION.tasks; i++) {
    resolvers[i - 1]!(1);
    if (i % MILLION.atOnce === 0) await turnOver();
  }
  let joined = 0;
  for (let i = 0; i < MILLION.tasks; i++) {
    joined += await calls[i]!;
    if (i % MILLION.atOnce === 0) await turnOver();
  }
  return joined;
}

function million(kind: keyof Sight): Work {
  return async (n, weigh) => {
    const [joined, sight] = await watchHost(parkMillion);
    weigh(0);
    weigh(sight[kind]);
    return n * joined / MILLION.tasks;
  };
}

/** The work of each row. */
export const works: Works = {
  ...connectionWorks,
  ...workerWorks,
  "switch": stepAside,
  "async-step": stepAside,
  "hand-off": handOff,
  "create": create,
  "gather": gatherAll,
  "tasks-1k": crowd,
  "tasks": crowd,
  "tasks-1m": crowd,
  "cancel": cancel,
  "timer": timers,
  "call-soon": callSoon,
  "event": broadcast,
  "nested": nestOften,
  "resume-1": stepAside,
  "resume": (n) => nest(DEPTH - 1, n),
  "resume-200": (n) => nest(GREAT_DEPTH - 1, n),
  "from-promise": awaitPromises,
  "import": (n) => importOften(new URL("./empty_module.ts", import.meta.url), n),
  "memory": park,
  "memory-timer": parkTimers,
  "million-memory": million("peak"),
  "million-stall": million("stall"),
};
