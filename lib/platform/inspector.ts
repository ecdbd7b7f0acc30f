/**
 * How a program is asked from outside what runs in it. `deno/` answers on a unix socket, `browser/` on a
 * broadcast channel.
 *
 * @module
 */

/** One who answers. */
export interface InspectorService {
  /** Ends it: nobody is answered any more, and nothing is left behind. */
  close(): Promise<void>;
}

/** What somebody answered. */
export interface InspectorAnswer {
  /** Who: the path of a socket, the address of a page. */
  readonly from: string;
  /** What. */
  readonly text: string;
}

/** What came of asking. */
export interface Inquiry {
  /** The answers: of a program before those of its threads, of pages in the order of their addresses. */
  readonly answers: readonly InspectorAnswer[];
  /** How many were there who did not answer in time. */
  readonly late: number;
  /** Where was looked, to be told to who finds nothing there. */
  readonly places: readonly string[];
}

/** Answering, and asking others. */
export interface HostInspector {
  /**
   * Why a program cannot answer here, or `null` when it can; with a number, why the program of that PID
   * cannot be asked. Never prompts for a permission.
   */
  refusal(pid?: number): string | null;
  /**
   * Answers whoever asks, and keeps no process alive for it.
   *
   * @throws If it cannot be had, with the host's reason.
   */
  serve(answer: () => string): InspectorService;
  /**
   * Asks the program with this number, or whoever is there where there are no numbers.
   *
   * @throws If nobody can be asked, with the host's reason.
   */
  ask(pid: number | null, milliseconds: number): Promise<Inquiry>;
}
