/**
 * The rows' work in generator coroutines.
 *
 * @module
 */

import {
  CancelledError,
  ContextVar,
  coroutine,
  type CoroutineObject,
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
  type Task,
  TaskGroup,
  timeout,
  trace,
} from "@asyncio/asyncio";
import type { Work, Works } from "../row.ts";
import {
  CONTENDERS,
  CROWD,
  DEPTH,
  GATHERED,
  GREAT_DEPTH,
  ITEMS,
  LIMITED,
  MILLION,
  TIMERS_AN_ITERATION,
  WAITERS,
} from "../rows.ts";
import { type Sight, watchHost } from "./host_watch.ts";
import { importOften } from "./import_often.ts";
import { loopWorks } from "./loops.ts";
import { works as poolWorks } from "./pools.ts";
import { sizeWork } from "./size_works.ts";
import { works as connectionWorks } from "./connections.ts";

const RESOLVED = Promise.resolve(1);

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

function* groups(n: number): CoroutineObject<number> {
  let done = 0;
  for (let i = 0; i < n; i += GATHERED) {
    yield* TaskGroup.run(function* (group) {
      for (let child = 0; child < GATHERED; child++) {
        group.createTask(one()).addDoneCallback((task) => done += task.result());
      }
    });
  }
  return done;
}

function* timeouts(n: number): CoroutineObject<number> {
  let done = 0;
  const body = () => stepAside(1);
  for (let i = 0; i < n; i++) done += yield* timeout(100, body);
  return done;
}

function* fireTimers(n: number): CoroutineObject<number> {
  const loop = getRunningLoop();
  const start = loop.time();
  const all = loop.createFuture<number>();
  let fired = 0;
  const ring = (index: number) => {
    // Whoever comes out of turn is not counted, and the round has too few.
    if (index === fired) fired++;
    if (index === n - 1) all.setResult(fired);
  };
  for (let i = 0; i < n; i++) loop.callAt(start + i * 1e-9, ring, i);
  return yield* all;
}

function* fireBatches(n: number): CoroutineObject<number> {
  let fired = 0;
  for (let i = 0; i < n; i += TIMERS_AN_ITERATION) fired += yield* fireTimers(TIMERS_AN_ITERATION);
  return fired;
}

function* callSoon(n: number): CoroutineObject<number> {
  const loop = getRunningLoop();
  let called = 0;
  const call = () => called++;
  for (let i = 0; i < n; i += TIMERS_AN_ITERATION) {
    for (let j = 0; j < TIMERS_AN_ITERATION; j++) loop.callSoon(call);
    yield* sleep(0);
  }
  return called;
}

function* queueHandOff(n: number): CoroutineObject<number> {
  const queue = new Queue<number>(1);
  createTask(function* () {
    for (let i = 0; i < n; i++) yield* queue.put(1);
  });
  let received = 0;
  while (received < n) received += yield* queue.get();
  return received;
}

function* queueBatches(n: number): CoroutineObject<number> {
  const queue = new Queue<number>();
  let received = 0;
  while (received < n) {
    for (let i = 0; i < ITEMS; i++) yield* queue.put(1);
    for (let i = 0; i < ITEMS; i++) received += yield* queue.get();
  }
  return received;
}

/** What a lock and a semaphore have in common. */
type Guarding = Lock | Semaphore;

function* acquireOften(guard: Guarding, n: number): CoroutineObject<number> {
  let passed = 0;
  for (let i = 0; i < n; i++) {
    yield* guard.acquire();
    passed++;
    guard.release();
  }
  return passed;
}

function* contend(guard: Guarding, n: number): CoroutineObject<number> {
  let passed = 0;
  function* contender(times: number): CoroutineObject<void> {
    for (let i = 0; i < times; i++) {
      yield* guard.acquire();
      passed++;
      yield* sleep(0);
      guard.release();
    }
  }
  yield* gather(Array.from({ length: CONTENDERS }, () => contender(n / CONTENDERS)));
  return passed;
}

function* limit(n: number): CoroutineObject<number> {
  let done = 0;
  const guard = new Semaphore(LIMITED.atOnce);
  function* limited(): CoroutineObject<number> {
    yield* guard.acquire();
    try {
      return yield* stepAside(1);
    } finally {
      guard.release();
    }
  }
  for (let i = 0; i < n; i += LIMITED.calls) {
    for (const result of yield* gather(Array.from({ length: LIMITED.calls }, limited))) {
      done += result;
    }
  }
  return done;
}

function* broadcast(n: number): CoroutineObject<number> {
  let woken = 0;
  for (let i = 0; i < n; i += WAITERS) {
    const event = new Event();
    const tasks = Array.from({ length: WAITERS }, () => createTask(event.wait()));
    yield* stepAside(1);
    event.set();
    for (const task of tasks) if (yield* task) woken++;
  }
  return woken;
}

const stepAsideInOne = coroutine(stepAside);

const nestCoroutines = coroutine(function* (depth: number, times: number): CoroutineObject<number> {
  return yield* depth > 1 ? nestCoroutines(depth - 1, times) : stepAsideInOne(times);
});

const variable = new ContextVar<number>("benchmark");

function* useContext(n: number): CoroutineObject<number> {
  let read = 0;
  for (let i = 0; i < n; i++) {
    variable.set(1);
    read += variable.get();
  }
  return read;
}

function* awaitPromises(n: number): CoroutineObject<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* fromPromise(RESOLVED);
  return done;
}

function* parkTimers(n: number, weigh: () => void): CoroutineObject<number> {
  const loop = getRunningLoop();
  const ring = () => {};
  const handles = new Array(n);
  weigh();
  for (let i = 0; i < n; i++) handles[i] = loop.callLater(100 + i, ring);
  weigh();
  let parked = 0;
  for (const handle of handles) {
    if (!handle.cancelled()) parked++;
    handle.cancel();
  }
  yield* stepAside(2);
  return parked;
}

function* parkWaiters(n: number, weigh: () => void): CoroutineObject<number> {
  const queue = new Queue<number>();
  weigh();
  for (let i = 0; i < n; i++) createTask(queue.get());
  yield* stepAside(2);
  weigh();
  for (let i = 0; i < n; i++) queue.putNowait(1);
  yield* stepAside(2);
  return n - queue.qsize();
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

function* parkMillion(): CoroutineObject<number> {
  const loop = getRunningLoop();
  const futures: Future<number>[] = [];
  const tasks: Task<number>[] = [];
  function* wait(): CoroutineObject<number> {
    const future = loop.createFuture<number>();
    futures.push(future);
    return yield* future;
  }

  for (let i = 1; i <= MILLION.tasks; i++) {
    tasks.push(createTask(wait()));
    if (i % MILLION.atOnce === 0) yield* sleep(0);
  }
  for (let i = 1; i <= MILLION.tasks; i++) {
    futures[i - 1]!.setResult(1);
    if (i % MILLION.atOnce === 0) yield* sleep(0);
  }
  let joined = 0;
  for (const task of tasks) joined += yield* task;
  return joined;
}

function million(kind: keyof Sight): Work {
  return async (n, weigh) => {
    const [joined, sight] = await watchHost(() => run(parkMillion()));
    weigh(0);
    weigh(sight[kind]);
    return n * joined / MILLION.tasks;
  };
}

/** The work of each row. */
export const works: Works = {
  ...connectionWorks,
  ...loopWorks,
  ...poolWorks,
  "switch": (n) => run(stepAside(n)),
  "async-step": (n) => run(stepAside(n)),
  "hand-off": (n) => run(handOff(n)),
  "create": (n) => run(create(n)),
  "gather": (n) => run(gatherAll(n)),
  "group": (n) => run(groups(n)),
  "tasks-1k": (n) => run(crowd(n)),
  "tasks": (n) => run(crowd(n)),
  "tasks-1m": (n) => run(crowd(n)),
  "cancel": (n) => run(cancel(n)),
  "timeout": (n) => run(timeouts(n)),
  "timer": (n) => run(timers(n)),
  "timers-fired-1k": (n) => run(fireBatches(n)),
  "timers-fired": (n) => run(fireTimers(n)),
  "call-soon": (n) => run(callSoon(n)),
  "queue": (n) => run(queueHandOff(n)),
  "queue-batch": (n) => run(queueBatches(n)),
  "lock": (n) => run(acquireOften(new Lock(), n)),
  "lock-contended": (n) => run(contend(new Lock(), n)),
  "semaphore": (n) => run(acquireOften(new Semaphore(LIMITED.atOnce), n)),
  "semaphore-contended": (n) => run(contend(new Semaphore(LIMITED.atOnce), n)),
  "limit": (n) => run(limit(n)),
  "event": (n) => run(broadcast(n)),
  "nested": (n) => run(nestOften(n)),
  "resume-1": (n) => run(stepAside(n)),
  "resume": (n) => run(nest(DEPTH - 1, n)),
  "traced": (n) => run(stepAsideTraced(n)),
  "resume-200": (n) => run(nest(GREAT_DEPTH - 1, n)),
  "coroutine": (n) => run(stepAsideInOne(n)),
  "coroutine-200": (n) => run(nestCoroutines(GREAT_DEPTH - 1, n)),
  "context": (n) => run(useContext(n)),
  "from-promise": (n) => run(awaitPromises(n)),
  "import": (n) => importOften(new URL("../../../mod.ts", import.meta.url), n),
  "memory": (n, weigh) => run(park(n, weigh)),
  "memory-timer": (n, weigh) => run(parkTimers(n, weigh)),
  "memory-waiter": (n, weigh) => run(parkWaiters(n, weigh)),
  "million-memory": million("peak"),
  "million-stall": million("stall"),
  "size": sizeWork(({ core }) => core()),
  "size-script": sizeWork(({ script }) => script()),
};
