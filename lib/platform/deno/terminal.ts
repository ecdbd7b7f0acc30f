/**
 * Deno's terminal: standard input and output, with Node's line editing where they are a terminal.
 *
 * @module
 */
import type { InputEvent, LineReader, LineReaderOptions, Terminal } from "../terminal.ts";
import { History } from "./history.ts";

/** The slice of Deno, and of Node in it, that only a console needs; see `namespace.ts`. */
interface TerminalGlobal {
  readonly Deno: {
    readonly args: readonly string[];
    readonly noColor: boolean;
    readonly permissions: {
      querySync(descriptor: { readonly name: "read"; readonly path: string }): {
        readonly state: string;
      };
    };
    readonly version: { readonly deno: string };
    readonly stdin: { isTerminal(): boolean };
    readonly stdout: { isTerminal(): boolean };
    addSignalListener(signal: "SIGINT", callback: () => void): void;
    removeSignalListener(signal: "SIGINT", callback: () => void): void;
    cwd(): string;
    exit(code: number): never;
    inspect(value: unknown, options: { colors: boolean }): string;
  };
  readonly process: {
    readonly stdin: NodeInput;
    readonly stdout: unknown;
    on(event: "unhandledRejection", callback: (error: unknown) => void): void;
    getBuiltinModule(name: "node:readline"): {
      createInterface(options: LineInterfaceOptions): LineInterface;
    };
    getBuiltinModule(name: "node:url"): { pathToFileURL(path: string): URL };
  };
}

interface NodeInput {
  setRawMode?(isRaw: boolean): void;
}

interface LineInterfaceOptions {
  readonly input: NodeInput;
  readonly output?: unknown;
  readonly terminal: boolean;
  readonly history?: string[];
  readonly historySize?: number;
  readonly removeHistoryDuplicates?: boolean;
  readonly completer?: (line: string) => [string[], string];
}

interface LineInterface {
  on(event: "line", callback: (line: string) => void): void;
  on(event: "SIGINT" | "close", callback: () => void): void;
  setPrompt(prompt: string): void;
  prompt(): void;
  pause(): void;
  resume(): void;
  write(text: null, key: { readonly ctrl: true; readonly name: string }): void;
  close(): void;
}

const terminalGlobal: TerminalGlobal = globalThis as unknown as TerminalGlobal;

/** Makes Deno's terminal. */
export function denoTerminal(): Terminal {
  const { Deno, process } = terminalGlobal;
  const isInteractive = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  return {
    isInteractive,
    args: Deno.args,
    hostVersion: `Deno ${Deno.version.deno}`,
    get folderUrl() {
      const { state } = Deno.permissions.querySync({ name: "read", path: "." });
      return state === "granted"
        ? process.getBuiltinModule("node:url").pathToFileURL(`${Deno.cwd()}/`).href
        : undefined;
    },
    print: (line) => console.log(line),
    printError: (line) => console.error(line),
    inspect: (value) => Deno.inspect(value, { colors: isInteractive && !Deno.noColor }),
    readLines: (options) => new DenoLineReader(isInteractive, options),
    onUncaught,
    exit: (code) => Deno.exit(code),
  };
}

function onUncaught(callback: (error: unknown) => void): void {
  addEventListener("error", (event) => {
    event.preventDefault();
    callback(event.error);
  });
  // Node's event, for it leaves those out that a listener of the web's has dealt with.
  terminalGlobal.process.on("unhandledRejection", callback);
}

/**
 * How long input is still read after a line, in milliseconds. What was typed just before the terminal
 * was told to send signals again comes as keys, and a Ctrl-C among them must not wait for the next line.
 */
const AFTERMATH = 100;

class DenoLineReader implements LineReader {
  readonly #isInteractive: boolean;
  readonly #lines: LineInterface;
  readonly #onInterrupt: () => void;
  // What came while nobody waited: the rest of what was pasted, or of what a pipe gave at once.
  readonly #events: InputEvent[] = [];
  #waiting: ((event: InputEvent) => void) | null = null;
  #isClosed = false;
  #pausing: ReturnType<typeof setTimeout> | undefined;

  constructor(isInteractive: boolean, { onInterrupt, complete }: LineReaderOptions) {
    this.#isInteractive = isInteractive;
    this.#onInterrupt = onInterrupt;
    const { Deno, process } = terminalGlobal;
    const { stdin: input, stdout: output } = process;
    const history = isInteractive ? History.open() : null;
    this.#lines = process.getBuiltinModule("node:readline").createInterface(
      history === null ? { input, terminal: false } : {
        input,
        output,
        terminal: true,
        history: history.newestFirst,
        historySize: History.LONGEST,
        removeHistoryDuplicates: true,
        completer: (line) => {
          const { names, word } = complete(line);
          return [[...names], word];
        },
      },
    );
    this.#lines.on("line", (text) => {
      history?.add(text);
      this.#take({ kind: "line", text });
    });
    this.#lines.on("close", () => {
      this.#isClosed = true;
      this.#take({ kind: "end" });
    });
    // While a line is edited the terminal sends no signals, and Ctrl-C is a key.
    this.#lines.on("SIGINT", () => this.#interrupt());
    Deno.addSignalListener("SIGINT", this.#onSignal);
    this.#release();
  }

  read(prompt: string): Promise<InputEvent> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve(event);
    if (this.#isClosed) return Promise.resolve({ kind: "end" });
    clearTimeout(this.#pausing);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      if (this.#isInteractive) {
        terminalGlobal.process.stdin.setRawMode?.(true);
        this.#lines.setPrompt(prompt);
        this.#lines.prompt();
      } else {
        this.#lines.resume();
      }
    });
  }

  close(): void {
    terminalGlobal.Deno.removeSignalListener("SIGINT", this.#onSignal);
    clearTimeout(this.#pausing);
    if (!this.#isClosed) this.#lines.close();
  }

  readonly #onSignal = (): void => this.#interrupt();

  #interrupt(): void {
    if (this.#waiting === null) {
      this.#onInterrupt();
      return;
    }
    // The end of the line and then all before it: nothing of what was typed is left.
    this.#lines.write(null, { ctrl: true, name: "e" });
    this.#lines.write(null, { ctrl: true, name: "u" });
    this.#take({ kind: "interrupt" });
  }

  #take(event: InputEvent): void {
    const waiting = this.#waiting;
    if (waiting === null) {
      this.#events.push(event);
      return;
    }
    this.#waiting = null;
    this.#release();
    waiting(event);
  }

  #release(): void {
    if (this.#isClosed) return;
    if (!this.#isInteractive) {
      this.#lines.pause();
      return;
    }
    terminalGlobal.process.stdin.setRawMode?.(false);
    this.#pausing = setTimeout(() => {
      if (!this.#isClosed) this.#lines.pause();
    }, AFTERMATH);
  }
}
