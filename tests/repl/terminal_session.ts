/**
 * The console in a process of its own: on a pseudo-terminal, which util-linux's `script` makes, or fed
 * by a pipe.
 *
 * @module
 */
import { assert } from "@std/assert";

const CONSOLE = new URL("../../mod.ts", import.meta.url);

/** How long to wait for a text, in milliseconds. */
const PATIENCE = 60_000;

/** What a terminal is told beside the text. */
const ESCAPES = /\p{Cc}\[[0-9;]*[A-Za-z]/gu;

/** Keys. */
export const CTRL_C = "\x03";
export const CTRL_D = "\x04";
export const TAB = "\t";
export const UP = "\x1b[A";

/** A person at a terminal that runs the console. */
export class TerminalSession {
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #output = "";
  #seen = 0;
  #changed: () => void = () => {};

  /**
   * Starts the console, and waits for its prompt.
   *
   * @param history The file that its lines are kept in; none where left out.
   */
  static async start(history = ""): Promise<TerminalSession> {
    const session = new TerminalSession(history);
    await session.expect(">>> ");
    return session;
  }

  private constructor(history: string) {
    const run = `exec '${Deno.execPath()}' run -A '${CONSOLE.pathname}'`;
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", `stty cols 250 rows 30; ${run}`, "/dev/null"],
      env: { NO_COLOR: "1", ASYNCIO_HISTORY: history },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Types. */
  async type(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** Types a line, and waits for its answer and the prompt behind it; gives what is between. */
  async enter(line: string): Promise<string> {
    await this.type(`${line}\r`);
    await this.expect(`${line}\n`);
    return (await this.expect(">>> ")).trimEnd();
  }

  /** Waits for a text behind what was seen last; gives what is before it. */
  async expect(text: string): Promise<string> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const index = this.#output.indexOf(text, this.#seen);
      if (index >= 0) {
        const before = this.#output.slice(this.#seen, index);
        this.#seen = index + text.length;
        return before;
      }
      const left = deadline - performance.now();
      assert(left > 0, `expected ${JSON.stringify(text)}, the terminal shows:\n${this.#output}`);
      await this.#change(left);
    }
  }

  /** Waits for the end; gives the exit code and all that was shown. */
  async end(): Promise<{ code: number; output: string }> {
    const { code } = await this.#child.status;
    await this.#reading;
    await this.#keys.close().catch(() => {});
    return { code, output: this.#output };
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.#output = (this.#output + text).replaceAll(ESCAPES, "").replaceAll(/\r+\n/g, "\n");
      this.#changed();
    }
  }

  async #change(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#changed = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
  }
}

/** What a run of the console came to. */
export interface PipedRun {
  /** The exit code. */
  code: number;
  /** What it wrote to standard output. */
  stdout: string;
  /** What it wrote to standard error. */
  stderr: string;
}

/** Runs the console on a text that is piped into it. */
export async function runPiped(input: string, ...args: string[]): Promise<PipedRun> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CONSOLE.pathname, ...args],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
