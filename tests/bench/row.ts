/**
 * What a row of the benchmarks is, and what each subject gives to it.
 *
 * @module
 */

/** The libraries that people use for the one thing that a row is about. */
export const LIBRARIES = [
  "async-mutex",
  "p-limit",
  "p-queue",
  "comlink",
  "workerpool",
  "piscina",
] as const;

/** One of them. */
export type LibraryName = (typeof LIBRARIES)[number];

/**
 * Whose work is measured: this module's two kinds of coroutine, no module at all, the least
 * kernel that there can be, Python's asyncio on its own loop and on uvloop's, two libraries of tasks, and libraries for single things.
 */
export type SubjectName =
  | "generator"
  | "async"
  | "bare"
  | "least"
  | "cpython"
  | "uvloop"
  | "effect"
  | "effection"
  | LibraryName;

/** The module with a subject's work, from this folder. */
export function moduleOf(subject: SubjectName): string {
  return `./subjects/${subject.replaceAll("-", "_")}.ts`;
}

/** The names of the rows. */
export type RowName =
  | "switch"
  | "async-step"
  | "hand-off"
  | "create"
  | "gather"
  | "tasks"
  | "tasks-1k"
  | "tasks-1m"
  | "group"
  | "cancel"
  | "timeout"
  | "timer"
  | "timers-fired-1k"
  | "timers-fired"
  | "call-soon"
  | "queue"
  | "queue-batch"
  | "lock"
  | "lock-contended"
  | "semaphore"
  | "semaphore-contended"
  | "limit"
  | "event"
  | "nested"
  | "resume-1"
  | "resume"
  | "traced"
  | "resume-200"
  | "coroutine"
  | "coroutine-200"
  | "context"
  | "from-promise"
  | "loop-call"
  | "block"
  | "job"
  | "jobs"
  | "job-moved"
  | "job-cold"
  | "child-job"
  | "child-jobs"
  | "echo"
  | "pour"
  | "import"
  | "memory"
  | "memory-timer"
  | "memory-waiter"
  | "million-memory"
  | "million-stall"
  | "size"
  | "size-script";

/** What a figure of a row counts, for one operation. */
export type Unit = "ns" | "bytes";

/** What one subject's figure is to be, absolutely or as a multiple of another's. */
export interface Target {
  /** Whose figure. */
  of: SubjectName;
  /** Whose figure it is divided by; the figure itself counts where left out. */
  over?: SubjectName;
  /** The earlier row whose figure it is divided by; the same row where left out. */
  overRow?: RowName;
  /** The most it may be. */
  atMost?: number;
  /** The least it may be. */
  atLeast?: number;
}

/** One row. */
export interface Row {
  /** Its name, as given on the command line. */
  name: RowName;
  /** One operation, in words. */
  what: string;
  /** What the figures count. */
  unit: Unit;
  /** Operations come in multiples of this. */
  batch: number;
  /** Whether a round is one batch, however long it takes: the size is what the row is about. */
  isFixed: boolean;
  /** Whether only Deno can do it. */
  isOfDeno?: boolean;
  /** What is aimed for. */
  targets: readonly Target[];
}

/**
 * Does an operation a number of times.
 *
 * @param n How often.
 * @param weigh Weighs the heap, or notes what is given; called once before and once after by rows that count
 * something else than the time.
 * @returns How many operations were seen to be done, which must be `n`.
 */
export type Work = (n: number, weigh: (known?: number) => void) => Promise<number>;

/** One subject's work for each row that it has. */
export type Works = Partial<Record<RowName, Work>>;
