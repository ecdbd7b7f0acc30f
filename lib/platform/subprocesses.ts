/**
 * Programs that run beside this one, as the runtime asks the host for them. `deno/subprocesses.ts` implements it; a
 * browser has none. Child processes that work for executors are another thing: `workers.ts`.
 *
 * @module
 */
import type { ByteSink, ByteSource } from "./network.ts";

/** A pipe that is read from. */
export interface HostReadPipe extends ByteSource {
  /** The host's own object. */
  readonly native: unknown;
  /** Closes this end; what is being read is the end. */
  close(): void;
}

/** A pipe that is written to. */
export interface HostWritePipe extends ByteSink {
  /** The host's own object. */
  readonly native: unknown;
  /** Closes this end, as soon as what the system has taken is written. */
  close(): void;
}

/** Where a stream of a child goes: to a pipe, where that of this process goes, or nowhere. */
export type HostStdio = "piped" | "inherit" | "null";

/** How a program is started. */
export interface ChildStart {
  /** The program and its arguments; a command for the system's shell where it is a text. */
  readonly command: readonly string[] | string;
  /** Its input. */
  readonly stdin: HostStdio;
  /** Its output. */
  readonly stdout: HostStdio;
  /** Its errors; `stdout` for where its output goes. */
  readonly stderr: HostStdio | "stdout";
  /** The folder it is started in; that of this process where left out. */
  readonly cwd?: string | URL | undefined;
  /** All of its environment; that of this process where left out. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A child process. */
export interface HostChild {
  /** The host's own object. */
  readonly native: unknown;
  /** Its number. */
  readonly pid: number;
  /** Its input, where that is a pipe. */
  readonly stdin: HostWritePipe | null;
  /** Its output, likewise. */
  readonly stdout: HostReadPipe | null;
  /** Its errors, likewise. */
  readonly stderr: HostReadPipe | null;
  /** Gives its exit code, or the negative number of the signal that ended it. */
  readonly exited: Promise<number>;
  /**
   * Sends it a signal; nothing where it has ended.
   *
   * @throws If there is no such signal.
   */
  kill(signal: string | number): void;
}

/** The host's child processes. */
export interface Subprocesses {
  /**
   * Starts a program.
   *
   * @throws If it is not there, or must not be started.
   */
  start(options: ChildStart): HostChild;
  /** Why a child's errors cannot go where its output goes, or `null`. */
  readonly joiningRefusal: string | null;
}
