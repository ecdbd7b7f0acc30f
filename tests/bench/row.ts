/**
 * What a row of the benchmarks is, and what each subject gives to it.
 *
 * @module
 */

/** Whose work is measured: this module's two kinds of coroutine, no module at all, Python's asyncio. */
export type SubjectName = "generator" | "async" | "bare" | "cpython";

/** The names of the rows. */
export type RowName =
  | "switch"
  | "async-step"
  | "hand-off"
  | "create"
  | "gather"
  | "tasks"
  | "timer"
  | "cancel"
  | "nested"
  | "resume"
  | "traced"
  | "memory";

/** What a figure of a row counts, for one operation. */
export type Unit = "ns" | "bytes";

/** What one subject's figure is to be, absolutely or as a multiple of another's. */
export interface Target {
  /** Whose figure. */
  of: SubjectName;
  /** Whose figure it is divided by; the figure itself counts where left out. */
  over?: SubjectName;
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
  /** What is aimed for. */
  targets: readonly Target[];
}

/**
 * Does an operation a number of times.
 *
 * @param n How often.
 * @param weigh Weighs the heap; called by rows that count bytes, once before and once after.
 * @returns How many operations were seen to be done, which must be `n`.
 */
export type Work = (n: number, weigh: () => void) => Promise<number>;

/** One subject's work for each row that it has. */
export type Works = Partial<Record<RowName, Work>>;
