/**
 * Where a program talks to a person, or to whatever its standard input and output are tied to. `deno/`
 * implements it.
 *
 * @module
 */

/** What comes from the input: a line, Ctrl-C instead of one, or the end. */
export type InputEvent =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end" };

/** The input, line by line. */
export interface LineReader {
  /**
   * Waits for what comes next, showing a prompt to a person. Between two calls the terminal is as it
   * was: Ctrl-C is a signal then, and what is typed waits.
   */
  read(prompt: string): Promise<InputEvent>;
  /** Gives the input back. */
  close(): void;
}

/** What a person at the keyboard is helped by. */
export interface LineReaderOptions {
  /** Called at a Ctrl-C that comes while no line is waited for. */
  readonly onInterrupt: () => void;
  /** Tells what a line up to the cursor could go on with, and which part of it that would stand for. */
  readonly complete: (line: string) => { readonly names: readonly string[]; readonly word: string };
}

/** The terminal of a program. */
export interface Terminal {
  /** Whether a person sits at it. */
  readonly isInteractive: boolean;
  /** What stands behind the program's name on the command line. */
  readonly args: readonly string[];
  /** The host and its version, to be shown. */
  readonly hostVersion: string;
  /**
   * The URL of the folder that the program was started in, with a slash at its end; `undefined` where
   * it may not be known.
   */
  readonly folderUrl: string | undefined;
  /** Writes a line of output. */
  print(line: string): void;
  /** Writes a line of errors. */
  printError(line: string): void;
  /** A value as the host prints it. */
  inspect(value: unknown): string;
  /**
   * Takes the input over. At a terminal lines are edited, those before are had by the arrow keys, and kept
   * in a file where that may be.
   */
  readLines(options: LineReaderOptions): LineReader;
  /** Calls back with the errors that nobody caught, instead of ending the program. */
  onUncaught(callback: (error: unknown) => void): void;
  /** Ends the program. */
  exit(code: number): never;
}
