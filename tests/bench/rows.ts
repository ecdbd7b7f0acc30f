/**
 * The rows of the benchmarks, in the order of the table. `subjects/` has the work of each.
 *
 * @module
 */

import type { Row } from "./row.ts";

/** How many children one gathering, or one group, has. */
export const GATHERED = 1_000;

/** How many tasks are alive at once in the row `tasks`, and how often each switches. */
export const CROWD = { tasks: 100_000, switches: 10 } as const;

/** How many timers are set and cancelled between two iterations of the loop. */
export const TIMERS_AN_ITERATION = 1_000;

/** How deep the coroutines of `nested` and `resume` are, and those of the rows that say 200. */
export const DEPTH = 20;
/** The same. */
export const GREAT_DEPTH = 200;

/** How many tasks contend for one lock or semaphore. */
export const CONTENDERS = 1_000;

/** How many tasks wait for one event. */
export const WAITERS = 10_000;

/** How many items are put before any is taken in the row `queue-batch`. */
export const ITEMS = 1_000;

/** How many calls are limited, and to how many at a time, in the row `limit`. */
export const LIMITED = { calls: 1_000, atOnce: 10 } as const;

/** How many timers fire in the row `timers-fired`. */
const TIMERS_FIRED = 1_000_000;

/** How many tasks, timers or waiters are there for the rows of memory. */
const PARKED = 100_000;

/** How many tasks the rows of a million have, and how many are made or woken between two iterations. */
export const MILLION = { tasks: 1_000_000, atOnce: 1_000 } as const;

/** How many jobs are outstanding at once in the rows `jobs` and `child-jobs`. */
export const OUTSTANDING = 1_000;

/** How many bytes a line has in the row `echo`. */
export const LINE = 64;

/** How many bytes are written at once in the row `pour`. */
export const PIECE = 65_536;

/** How many bytes are moved to a worker and back in the row `job-moved`. */
export const MEBIBYTE: number = 2 ** 20;

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
      { of: "cpython", over: "generator", atLeast: 50 },
      { of: "uvloop", over: "generator", atLeast: 18 },
      { of: "effect", over: "generator", atLeast: 100 },
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
    targets: [
      { of: "generator", over: "bare", atMost: 1.1 },
      { of: "cpython", over: "generator", atLeast: 50 },
    ],
  },
  {
    name: "create",
    what: "a task is made and awaited; bare: an async function is called and awaited",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [
      { of: "cpython", over: "generator", atLeast: 45 },
      { of: "uvloop", over: "generator", atLeast: 20 },
      { of: "effect", over: "generator", atLeast: 45 },
      { of: "effection", over: "generator", atLeast: 300 },
    ],
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
    name: "group",
    what: "one of 1,000 tasks of one task group",
    unit: "ns",
    batch: GATHERED,
    isFixed: false,
    targets: [],
  },
  {
    name: "tasks-1k",
    what: "one of the 10 switches of each of 1,000 tasks that are alive at once",
    unit: "ns",
    batch: 1_000 * CROWD.switches,
    isFixed: false,
    targets: [],
  },
  {
    name: "tasks",
    what: "the same with 100,000 tasks",
    unit: "ns",
    batch: CROWD.tasks * CROWD.switches,
    isFixed: true,
    targets: [
      { of: "generator", over: "bare", atMost: 1.5 },
      { of: "cpython", over: "generator", atLeast: 16 },
    ],
  },
  {
    name: "tasks-1m",
    what: "the same with 1,000,000 tasks",
    unit: "ns",
    batch: 1_000_000 * CROWD.switches,
    isFixed: true,
    targets: [{ of: "generator", over: "generator", overRow: "tasks-1k", atMost: 2 }],
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
    name: "timeout",
    what: "a timeout is set around a step aside and does not fire",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
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
    name: "timers-fired-1k",
    what: "one of 1,000 timers is set, and fires in its turn",
    unit: "ns",
    batch: TIMERS_AN_ITERATION,
    isFixed: false,
    targets: [],
  },
  {
    name: "timers-fired",
    what: "one of 1,000,000 timers is set, and fires in its turn",
    unit: "ns",
    batch: TIMERS_FIRED,
    isFixed: true,
    targets: [{ of: "generator", over: "generator", overRow: "timers-fired-1k", atMost: 2 }],
  },
  {
    name: "call-soon",
    what: "a callback is scheduled by callSoon and called",
    unit: "ns",
    batch: TIMERS_AN_ITERATION,
    isFixed: false,
    targets: [],
  },
  {
    name: "queue",
    what: "an item goes through a queue for one from a task to another",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [
      { of: "cpython", over: "generator", atLeast: 40 },
      { of: "effect", over: "generator", atLeast: 12 },
      { of: "effection", over: "generator", atLeast: 6 },
    ],
  },
  {
    name: "queue-batch",
    what: "one of 1,000 items that are put into a queue without bound, and then taken",
    unit: "ns",
    batch: ITEMS,
    isFixed: false,
    targets: [],
  },
  {
    name: "lock",
    what: "a free lock is acquired and released",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "lock-contended",
    what: "a lock that 1,000 tasks want is handed on and held over a step aside",
    unit: "ns",
    batch: CONTENDERS,
    isFixed: false,
    targets: [],
  },
  {
    name: "semaphore",
    what: "a free semaphore is acquired and released",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "semaphore-contended",
    what: "a semaphore for 10 that 1,000 tasks want is handed on and held over a step aside",
    unit: "ns",
    batch: CONTENDERS,
    isFixed: false,
    targets: [],
  },
  {
    name: "limit",
    what: "one of 1,000 calls, 10 at a time, each of which steps aside once",
    unit: "ns",
    batch: LIMITED.calls,
    isFixed: false,
    targets: [],
  },
  {
    name: "event",
    what: "one of 10,000 tasks that wait for an event is woken by it",
    unit: "ns",
    batch: WAITERS,
    isFixed: false,
    targets: [],
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
    name: "resume-1",
    what: "a switch of a coroutine that a task runs itself",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "resume",
    what: "a switch of the innermost of 20 coroutines that await one another",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [{ of: "cpython", over: "generator", atLeast: 8 }],
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
    name: "resume-200",
    what: "the same with 200 coroutines",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "coroutine",
    what: "a switch in one coroutine() object",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "coroutine-200",
    what: "a switch in the innermost of 200 coroutine() objects that await one another",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [{ of: "generator", over: "generator", overRow: "coroutine", atMost: 2 }],
  },
  {
    name: "context",
    what: "a context variable is set and read",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "from-promise",
    what: "a resolved promise is awaited by fromPromise",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [],
  },
  {
    name: "loop-call",
    what: "a coroutine goes to another thread's loop and back; async: a job of an executor instead",
    unit: "ns",
    batch: 1,
    isFixed: false,
    isOfDeno: true,
    targets: [{ of: "generator", over: "async", atMost: 1.3 }],
  },
  {
    name: "block",
    what: "a thread blocks until this loop has run a coroutine for it",
    unit: "ns",
    batch: 1,
    isFixed: false,
    isOfDeno: true,
    targets: [{ of: "generator", over: "cpython", atMost: 1 }],
  },
  {
    name: "import",
    what: "a process imports the module and ends; bare: an empty module",
    unit: "ns",
    batch: 1,
    isFixed: false,
    isOfDeno: true,
    targets: [],
  },
  {
    name: "memory",
    what: "what a task that awaits a future of its own holds; bare: an async call and a promise",
    unit: "bytes",
    batch: PARKED,
    isFixed: true,
    isOfDeno: true,
    targets: [{ of: "generator", atMost: 500 }],
  },
  {
    name: "memory-timer",
    what: "what a timer that waits holds",
    unit: "bytes",
    batch: PARKED,
    isFixed: true,
    isOfDeno: true,
    targets: [],
  },
  {
    name: "memory-waiter",
    what: "what a task that waits for an item of a queue holds",
    unit: "bytes",
    batch: PARKED,
    isFixed: true,
    isOfDeno: true,
    targets: [],
  },
  {
    name: "million-memory",
    what:
      "the most that the process holds while 1,000,000 tasks are made, parked, woken and joined",
    unit: "bytes",
    batch: 1,
    isFixed: true,
    isOfDeno: true,
    targets: [{ of: "generator", atMost: 600_000_000 }],
  },
  {
    name: "million-stall",
    what: "the longest that one of the host's timers is late meanwhile",
    unit: "ns",
    batch: 1,
    isFixed: true,
    isOfDeno: true,
    targets: [{ of: "generator", atMost: 100_000_000 }],
  },
  {
    name: "size",
    what: "loop, tasks, gather, waits, group, locks, queues: bundled, minified, with gzip",
    unit: "bytes",
    batch: 1,
    isFixed: true,
    isOfDeno: true,
    targets: [{ of: "generator", atMost: 13 * 1_024 }],
  },
  {
    name: "size-script",
    what: "the whole file for a script tag, with gzip",
    unit: "bytes",
    batch: 1,
    isFixed: true,
    isOfDeno: true,
    targets: [{ of: "generator", atMost: 32 * 1_024 }],
  },
  {
    name: "job",
    what:
      "a thread adds two numbers, and the result is awaited; bare: postMessage to a worker and back",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [
      { of: "generator", over: "bare", atMost: 1.25 },
      { of: "generator", over: "cpython", atMost: 1.2 },
    ],
  },
  {
    name: "jobs",
    what: "the same, one of 1,000 that are outstanding at once",
    unit: "ns",
    batch: OUTSTANDING,
    isFixed: false,
    targets: [
      { of: "generator", atMost: 4_000 },
      { of: "cpython", over: "generator", atLeast: 10 },
    ],
  },
  {
    name: "job-moved",
    what: "1 MiB is moved to a thread and back; bare: postMessage with a transfer list",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [{ of: "generator", over: "bare", atMost: 1.3 }],
  },
  {
    name: "job-cold",
    what:
      "the first job of a new executor, with the start of its thread; bare: a worker's first answer",
    unit: "ns",
    batch: 1,
    isFixed: false,
    targets: [{ of: "generator", atMost: 60_000_000 }],
  },
  {
    name: "child-job",
    what: "as the row `job`, in a child process",
    unit: "ns",
    batch: 1,
    isFixed: false,
    isOfDeno: true,
    targets: [{ of: "generator", over: "cpython", atMost: 0.6 }],
  },
  {
    name: "child-jobs",
    what: "as the row `jobs`, in a child process",
    unit: "ns",
    batch: OUTSTANDING,
    isFixed: false,
    isOfDeno: true,
    targets: [{ of: "generator", over: "cpython", atMost: 0.1 }],
  },
  {
    name: "echo",
    what:
      "a line goes by streams to a server of the same loop, and comes back; bare: by Deno.connect",
    unit: "ns",
    batch: 1,
    isFixed: false,
    isOfDeno: true,
    targets: [
      { of: "generator", over: "bare", atMost: 2 },
      { of: "generator", over: "cpython", atMost: 1.5 },
    ],
  },
  {
    name: "pour",
    what: "64 KiB go through such a connection, one of many pieces that are written as they can be",
    unit: "ns",
    batch: 1,
    isFixed: false,
    isOfDeno: true,
    targets: [
      { of: "generator", over: "bare", atMost: 3 },
      { of: "generator", over: "cpython", atMost: 1 },
    ],
  },
];
