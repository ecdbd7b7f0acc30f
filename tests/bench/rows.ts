/**
 * The rows of the benchmarks, in the order of the table. `subjects/` has the work of each.
 *
 * @module
 */

import type { Row } from "./row.ts";

/** How many children one gathering has. */
export const GATHERED = 1_000;

/** How many tasks are alive at once in the row `tasks`, and how often each switches. */
export const CROWD = { tasks: 100_000, switches: 10 } as const;

/** How many timers are set and cancelled between two iterations of the loop. */
export const TIMERS_AN_ITERATION = 1_000;

/** How deep the coroutines of `nested` and `resume` are. */
export const DEPTH = 20;

/** How many tasks are parked for the row `memory`. */
const PARKED = 100_000;

/** All rows. */
export const ROWS: readonly Row[] = [
  {
    name: "switch",
    what: "a task steps aside once: sleep(0); bare: await of a resolved promise",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [
      { of: "generator", over: "bare", atMost: 2 },
      { of: "cpython", over: "generator", atLeast: 30 },
    ],
  },
  {
    name: "async-step",
    what: "the same in an async function that a task runs",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [
      { of: "async", over: "generator", atMost: 16 },
      { of: "cpython", over: "async", atLeast: 5 },
    ],
  },
  {
    name: "hand-off",
    what: "a future is made, awaited by one task and set by another; two tasks take turns",
    unit: "ns",
    batch: 2,
    isFixed: false,
    targets: [{ of: "generator", over: "bare", atMost: 1 }],
  },
  {
    name: "create",
    what: "a task is made and awaited; bare: an async function is called and awaited",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [{ of: "cpython", over: "generator", atLeast: 30 }],
  },
  {
    name: "gather",
    what: "one of 1,000 coroutines gathered at once; bare: Promise.all of async calls",
    unit: "ns",
    batch: GATHERED,
    isFixed: false,
    targets: [{ of: "cpython", over: "generator", atLeast: 40 }],
  },
  {
    name: "tasks",
    what: "one of the 10 switches of each of 100,000 tasks that are alive at once",
    unit: "ns",
    batch: CROWD.tasks * CROWD.switches,
    isFixed: true,
    targets: [
      { of: "generator", over: "bare", atMost: 1.5 },
      { of: "cpython", over: "generator", atLeast: 16 },
    ],
  },
  {
    name: "timer",
    what: "a timer is set and cancelled; bare: setTimeout and clearTimeout",
    unit: "ns",
    batch: TIMERS_AN_ITERATION,
    isFixed: false,
    targets: [{ of: "cpython", over: "generator", atLeast: 30 }],
  },
  {
    name: "cancel",
    what: "a sleeping task is made, cancelled and awaited; bare: a promise and an AbortSignal",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [{ of: "cpython", over: "generator", atLeast: 8 }],
  },
  {
    name: "nested",
    what: "20 coroutines call one another, the innermost steps aside, and all return",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [
      { of: "generator", over: "bare", atMost: 0.6 },
      { of: "cpython", over: "generator", atLeast: 8 },
    ],
  },
  {
    name: "resume",
    what: "a switch of the innermost of 20 coroutines that await one another",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "traced",
    what: "a switch while the loop is traced; less that of `switch`, it is the cost of one segment",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [{ of: "generator", atMost: 1_000 }],
  },
  {
    name: "memory",
    what: "what a task that awaits a future of its own holds; bare: an async call and a promise",
    unit: "bytes",
    batch: PARKED,
    isFixed: true,
    targets: [{ of: "generator", atMost: 600 }],
  },
];
