/**
 * The command line: the console on a terminal, which `deno run -A mod.ts` starts, as `python -m asyncio`
 * does, and the commands that ask another program.
 *
 * @module
 */
import { KeyboardInterrupt, NotSupportedError } from "../base/errors.ts";
import { setEventLoop } from "../kernel/loops.ts";
import { host } from "../platform/current.ts";
import type { LineReader, Terminal } from "../platform/terminal.ts";
import { isPsCommand, MISUSED, runPsCommand } from "./ps_command.ts";
import { type EntryExit, Repl } from "./repl.ts";

const USAGE = `Usage: deno run -A mod.ts [ps PID | pstree PID] [--timeout SECONDS]

With ps or pstree: a table or a tree of the tasks of another program of yours, which is in
run(main, { inspect: true }). It has 5 seconds to answer, or those of --timeout.

Without: a console that understands yield* and await at top level. It reads JavaScript and TypeScript from a
terminal, or from standard input.

On a terminal the arrow keys bring back the lines before, also those of earlier runs, and the tabulator
completes names. The lines are kept in ~/.asyncio_history; the variable ASYNCIO_HISTORY names another
file, or, if it is empty, none.`;

/** How long tasks may take to clean up at the end, in milliseconds. */
const CLEAN_UP_TIME = 2000;

/** The exit code of a program that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/**
 * Does what the command line says: runs the console until it is left, or a command. Ends the process.
 *
 * @param load Gives the names that are there from the beginning.
 * @returns A promise that is not settled.
 * @throws {NotSupportedError} If there is no terminal; the promise is rejected with it.
 */
export async function main(load: () => Promise<object>): Promise<void> {
  const { terminal } = host;
  if (terminal === null) throw new NotSupportedError("this host has no terminal");
  const [argument, ...rest] = terminal.args;
  if (terminal.args.some((each) => each === "--help" || each === "-h")) {
    terminal.print(USAGE);
    terminal.exit(0);
  } else if (isPsCommand(argument)) {
    terminal.exit(await runPsCommand(terminal, argument, rest));
  } else if (argument !== undefined) {
    terminal.printError(`there is no command ${argument}\n\n${USAGE}`);
    terminal.exit(MISUSED);
  }
  const session = new Session(terminal, await load());
  terminal.exit(await session.run());
}

class Session {
  readonly #terminal: Terminal;
  readonly #repl: Repl;
  readonly #input: LineReader;
  // Whether Ctrl-C came behind the line, and before its entry was on.
  #isInterrupted = false;

  constructor(terminal: Terminal, names: object) {
    this.#terminal = terminal;
    this.#repl = new Repl({
      names,
      baseUrl: terminal.folderUrl,
      display: (value) => {
        if (value !== undefined) terminal.print(terminal.inspect(value));
      },
    });
    setEventLoop(this.#repl.loop);
    terminal.onUncaught((error) => terminal.printError(this.#repl.format(error)));
    this.#input = terminal.readLines({
      onInterrupt: () => {
        if (!this.#repl.interrupt()) this.#isInterrupted = true;
      },
      complete: (line) => this.#repl.complete(line),
    });
  }

  /** Gives the exit code. */
  async run(): Promise<number> {
    if (this.#terminal.isInteractive) {
      this.#terminal.print(
        `asyncio REPL on ${this.#terminal.hostVersion}\n` +
          'Use "yield*" or "await" directly instead of "run()"; "asyncio" and its names are there.\n' +
          'Type "%autoawait" to see who runs what is typed, "%ps" or "%pstree" to see what runs,\n' +
          '"exit()" or Ctrl-D to leave.',
      );
    }
    // The first line is typed meanwhile; where this fails it fails again, and is told.
    this.#repl.prepare().catch(() => {});
    const { code, message } = await this.#readAndRun();
    if (message !== "") this.#terminal.printError(message);
    this.#input.close();
    if (this.#terminal.isInteractive) this.#terminal.print("exiting asyncio REPL...");
    await Promise.race([
      this.#repl.close().catch((error) => {
        if (!(error instanceof KeyboardInterrupt)) throw error;
      }),
      new Promise<void>((resolve) => host.setTimer(resolve, CLEAN_UP_TIME)),
    ]);
    return code;
  }

  async #readAndRun(): Promise<EntryExit> {
    const { isInteractive } = this.#terminal;
    let entry = "";
    for (;;) {
      const prompt = entry === "" ? ">>> " : "... ";
      this.#isInterrupted = false;
      const event = await Promise.race([this.#input.read(prompt), this.#repl.ended]);
      switch (event.kind) {
        case "exit":
          return event;
        case "interrupt":
          if (!isInteractive) return { kind: "exit", code: INTERRUPTED, message: "" };
          this.#terminal.print("\nKeyboardInterrupt");
          entry = "";
          break;
        case "line": {
          entry += event.text;
          if (await this.#repl.isIncomplete(entry)) entry += "\n";
          else {
            const exit = await this.#runEntry(entry);
            if (exit !== null) return exit;
            entry = "";
          }
          break;
        }
        case "end": {
          // What a person leaves unfinished is not meant to run.
          const rest = isInteractive ? "" : entry.trimEnd();
          const exit = rest === "" ? null : await this.#runEntry(rest);
          if (isInteractive) this.#terminal.print("");
          return exit ?? { kind: "exit", code: 0, message: "" };
        }
      }
    }
  }

  async #runEntry(entry: string): Promise<EntryExit | null> {
    const entered = this.#repl.enter(entry);
    if (this.#isInterrupted) this.#repl.interrupt();
    const outcome = await entered;
    switch (outcome.kind) {
      case "exit":
        return outcome;
      case "text":
        if (outcome.text !== "") this.#terminal.print(outcome.text);
        break;
      case "error":
        this.#terminal.printError(outcome.traceback);
        break;
      case "interrupted":
        this.#terminal.printError("\nKeyboardInterrupt");
        break;
    }
    return null;
  }
}
