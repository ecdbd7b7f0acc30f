/**
 * The work of the rows that go to another thread's loop, and of those that come back.
 *
 * @module
 */

import {
  newEventLoop,
  runCoroutineThreadsafe,
  ThreadLoop,
  ThreadPoolExecutor,
  workerFunction,
} from "@asyncio/asyncio";
import type { Works } from "../row.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("@asyncio/asyncio");

// Kept from round to round: what a thread's start costs is another matter. Idle, they hold no process.
const exposed = {
  *one() {
    return 1;
  },
};
const home = newEventLoop();
const pool = new ThreadPoolExecutor({ maxWorkers: 1, expose: exposed, parent: home });
const away = new ThreadLoop();

const one = workerFunction(function* () {
  return 1;
});

const blockOften = (n: number) => {
  const parent = asyncio.parentLoop<typeof exposed>();
  let done = 0;
  for (let i = 0; i < n; i++) done += parent.call("one").result();
  return done;
};

function* callAway(n: number) {
  const stopped = away.runForever();
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* runCoroutineThreadsafe(one(), away);
  away.stop();
  yield* stopped;
  return done;
}

function* submitOften(n: number) {
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* pool.submit(() => 1);
  return done;
}

function* haveBlocked(n: number) {
  return yield* pool.submit(blockOften, n);
}

/** By a loop on another thread, and back. */
export const loopWorks: Works = {
  "loop-call": (n) => home.runUntilComplete(callAway(n)),
  "block": (n) => home.runUntilComplete(haveBlocked(n)),
};

/** The same by an executor, to compare. */
export const executorWorks: Works = {
  "loop-call": (n) => home.runUntilComplete(submitOften(n)),
};
