/**
 * The rows' work on the least kernel that has asyncio's order: how fast such a thing can be in this engine.
 *
 * @module
 */

import type { Works } from "../row.ts";
import { CROWD, DEPTH, GATHERED, TIMERS_AN_ITERATION } from "../rows.ts";
import { type Coroutine, Future, gather, pause, run, SingleQueue, Task } from "./least_kernel.ts";
import { callAt, callLater, Cancelled, letTimersFire, SleepingTask } from "./least_timers.ts";
import { sizeWork } from "./size_works.ts";

function* one(): Coroutine<number> {
  return 1;
}

function* stepAside(times: number): Coroutine<number> {
  for (let i = 0; i < times; i++) yield* pause();
  return times;
}

function* takeTurns(turns: Future<number>[], own: 0 | 1, times: number): Coroutine<number> {
  const other = 1 - own;
  let received = 0;
  for (let i = 0; i < times; i++) {
    const turn = new Future<number>();
    turns[own] = turn;
    turns[other]?.setResult(1);
    received += yield* turn;
  }
  if (!turns[other]!.isDone) turns[other]!.setResult(1);
  return received;
}

function* handOff(n: number): Coroutine<number> {
  const turns: Future<number>[] = [];
  const players = [new Task(takeTurns(turns, 0, n / 2)), new Task(takeTurns(turns, 1, n / 2))];
  return (yield* players[0]!) + (yield* players[1]!);
}

function* create(n: number): Coroutine<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* new Task(one());
  return done;
}

function* gatherAll(n: number): Coroutine<number> {
  let done = 0;
  for (let i = 0; i < n; i += GATHERED) {
    const results = yield* gather(Array.from({ length: GATHERED }, one));
    for (const result of results) done += result;
  }
  return done;
}

function* crowd(n: number): Coroutine<number> {
  const tasks = Array.from(
    { length: n / CROWD.switches },
    () => new Task(stepAside(CROWD.switches)),
  );
  let switches = 0;
  for (const task of tasks) switches += yield* task;
  return switches;
}

function* cancel(n: number): Coroutine<number> {
  let cancelled = 0;
  for (let i = 0; i < n; i++) {
    const task = new SleepingTask(1_000_000);
    yield* letTimersFire();
    task.cancel();
    try {
      yield* task;
    } catch (error) {
      if (error instanceof Cancelled) cancelled++;
    }
  }
  return cancelled;
}

function* timers(n: number): Coroutine<number> {
  const ring = () => {};
  let cancelled = 0;
  for (let i = 0; i < n; i++) {
    const timer = callLater(100_000, ring, i);
    timer.cancel();
    if (timer.callback === null) cancelled++;
    if (i % TIMERS_AN_ITERATION === 0) yield* letTimersFire();
  }
  return cancelled;
}

function* fireTimers(n: number): Coroutine<number> {
  const start = performance.now();
  let fired = 0;
  const ring = (index: number) => {
    if (index === fired) fired++;
  };
  for (let i = 0; i < n; i++) callAt(start + i * 1e-6, ring, i);
  while (fired < n) yield* letTimersFire();
  return fired;
}

function* fireBatches(n: number): Coroutine<number> {
  let fired = 0;
  for (let i = 0; i < n; i += TIMERS_AN_ITERATION) fired += yield* fireTimers(TIMERS_AN_ITERATION);
  return fired;
}

function* queueHandOff(n: number): Coroutine<number> {
  const queue = new SingleQueue<number>();
  new Task(function* (): Coroutine<void> {
    for (let i = 0; i < n; i++) yield* queue.put(1);
  }());
  let received = 0;
  while (received < n) received += yield* queue.get();
  return received;
}

function* nest(depth: number, times: number): Coroutine<number> {
  if (depth > 1) return yield* nest(depth - 1, times);
  return yield* stepAside(times);
}

function* nestOften(n: number): Coroutine<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* nest(DEPTH - 1, 1);
  return done;
}

/** The work of each row. */
export const works: Works = {
  "switch": (n) => run(stepAside(n)),
  "hand-off": (n) => run(handOff(n)),
  "create": (n) => run(create(n)),
  "gather": (n) => run(gatherAll(n)),
  "tasks-1k": (n) => run(crowd(n)),
  "tasks": (n) => run(crowd(n)),
  "tasks-1m": (n) => run(crowd(n)),
  "cancel": (n) => run(cancel(n)),
  "timer": (n) => run(timers(n)),
  "timers-fired-1k": (n) => run(fireBatches(n)),
  "timers-fired": (n) => run(fireTimers(n)),
  "queue": (n) => run(queueHandOff(n)),
  "size": sizeWork(({ floor }) => floor("core")),
  "size-script": sizeWork(({ floor }) => floor("script")),
  "nested": (n) => run(nestOften(n)),
  "resume": (n) => run(nest(DEPTH - 1, n)),
};
