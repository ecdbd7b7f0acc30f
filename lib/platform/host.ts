/**
 * What the runtime asks of the place it runs in. Two files implement it, `deno/host.ts` and
 * `browser/host.ts`; nothing else in `lib/` names the host.
 *
 * @module
 */

import type { HostInspector } from "./inspector.ts";
import type { Network } from "./network.ts";
import type { Signals } from "./signals.ts";
import type { Subprocesses } from "./subprocesses.ts";
import type { Terminal } from "./terminal.ts";
import type { Processes } from "./workers.ts";

/** Follows one value through the promise reactions of an async function, as the host tracks it. */
export interface AsyncIdentity {
  /**
   * Calls `callback`, with an argument, so that all the promise continuations that spring from it see `value`; else they
   * spring from a place, or from the running code where that is `null`.
   */
  run<A, R>(value: unknown, callback: (argument: A) => R, argument: A, place: unknown): R;
  /** What the running code springs from, as far as it is others': a place for {@linkcode run}; `null` if that is nothing. */
  place(): unknown;
  /**
   * Gives what calls back with all that the running code springs from, as far as it is others': outside every value of this
   * one's.
   */
  capture(): (callback: () => void) => void;
  /** The value that the running code springs from, or `undefined`. */
  get(): unknown;
}

/** A timer of the host's. */
export type HostTimer = ReturnType<typeof setTimeout>;

/** The host's services that the event loop needs. Times are in milliseconds, as the hosts have it. */
export interface Host {
  /** Which host this is. */
  readonly name: "deno" | "browser";
  /** A monotonic clock, in milliseconds. */
  now(): number;
  /** Calls back after a delay of at most `2 ** 31 - 1` milliseconds; keeps the process alive. */
  setTimer(callback: () => void, milliseconds: number): HostTimer;
  /** Forgets a timer. */
  clearTimer(timer: HostTimer): void;
  /** Calls back in a later turn of the host, when timers, I/O and painting have had theirs. */
  nextTurn(callback: () => void): void;
  /** Whether a pending run must hold a timer, lest the process end under it. */
  readonly needsKeepAlive: boolean;
  /** Whether it has the engine take more of each error's stack than the error shows, which costs some microseconds. */
  readonly hasDearErrors: boolean;
  /** The identity that the host carries across promises, or `null` where it carries none. */
  readonly asyncIdentity: AsyncIdentity | null;
  /** Its sockets, or `null` where it has none. */
  readonly network: Network | null;
  /** Its child processes that work for executors, or `null` where it has none. */
  readonly processes: Processes | null;
  /** Signals to this process, or `null` where there are none. */
  readonly signals: Signals | null;
  /** Other programs as child processes, or `null` where it has none. */
  readonly subprocesses: Subprocesses | null;
  /** Standard input and output, made when asked for, or `null` where there are none. */
  readonly terminal: Terminal | null;
  /** How programs are asked from outside what runs in them; made when asked for. */
  readonly inspector: HostInspector;
  /** Tells the host's own profiler of a stretch of time, by its name and ends in milliseconds. */
  measure(name: string, begin: number, end: number): void;
  /** Whether this thread may block; the main thread of a page must not. */
  readonly mayBlock: boolean;
  /** Prints what was asked for. */
  log(message: string): void;
  /** Hands an error that nobody caught to the host's own report. */
  logError(message: string): void;
  /** Why nothing can be run here, or `null`. */
  readonly refusal: string | null;
  /** Has the host report nothing of promises that are rejected while nobody handles it, for certain reasons. */
  dropRejections(isDropped: (reason: unknown) => boolean): void;
  /**
   * An environment variable, where there are such and reading it needs no prompt; in a page, a parameter
   * of its address.
   */
  environment(name: string): string | undefined;
}
