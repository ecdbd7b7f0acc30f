/**
 * Whoever looks on while executors work, to trace their jobs.
 *
 * @module
 */
import type { ConcurrentFuture } from "./concurrent_future.ts";

/** Is told of the jobs of all executors of this thread. */
export interface JobWatcher {
  /** A job was submitted, by the code that runs now. */
  submitted(future: ConcurrentFuture<unknown>, name: string): void;
  /** It was handed to a worker; where that gives it back, it is handed out once more. */
  begun(future: ConcurrentFuture<unknown>, thread: string): void;
  /** It is over, after so many milliseconds of work, or `Infinity`; its future is about to be settled. */
  ended(future: ConcurrentFuture<unknown>, milliseconds: number): void;
}

/** All of them; nearly always none. */
export const jobWatchers: Set<JobWatcher> = new Set();
