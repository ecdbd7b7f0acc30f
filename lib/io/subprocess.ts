/**
 * Child processes with streams.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { printByToString } from "../base/printing.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { SubprocessOptions } from "../kernel/loop_io.ts";
import { type Bytes, viewOf } from "../transports/transports.ts";
import { gather } from "../waiting/gather.ts";
import { BrokenPipeError, ConnectionResetError } from "./connection_errors.ts";
import { checkArgs, checkCommand, checkProgram, PROCESS_OPTIONS, starting } from "./processes.ts";
import { checkLimit, DEFAULT_LIMIT, type StreamReader } from "./stream_reader.ts";
import type { StreamWriter } from "./stream_writer.ts";
import type { StreamLimit } from "./streams.ts";
import { SubprocessStreamProtocol } from "./subprocess_protocol.ts";
import type { ProcessTransport } from "./subprocess_transport.ts";

/** How {@linkcode createSubprocessExec} and {@linkcode createSubprocessShell} start a process. */
export interface CreateSubprocessOptions extends SubprocessOptions, StreamLimit {}

/**
 * A child process; {@linkcode createSubprocessExec} and {@linkcode createSubprocessShell} give one.
 *
 * It runs on whatever becomes of the task that started it. Closing the loop ends it.
 *
 * @example
 * ```ts
 * import { createSubprocessExec, PIPE, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const process = yield* createSubprocessExec("sort", [], { stdin: PIPE, stdout: PIPE });
 *   const [output] = yield* process.communicate(new TextEncoder().encode("b\na\n"));
 *   assertEquals(new TextDecoder().decode(output!), "a\nb\n");
 *   assertEquals(process.returncode, 0);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process
 */
export class Process {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #transport: ProcessTransport;
  /** Its number. */
  readonly pid: number;
  /** Its input, or `null` where it is no pipe. */
  readonly stdin: StreamWriter | null;
  /** Its output, or `null` where it is no pipe. */
  readonly stdout: StreamReader | null;
  /** Its errors, or `null` where they are no pipe. */
  readonly stderr: StreamReader | null;

  /** @ignore {@linkcode createSubprocessExec} makes one. */
  constructor(transport: ProcessTransport, protocol: SubprocessStreamProtocol) {
    this.#transport = transport;
    this.pid = transport.getPid();
    this.stdin = protocol.stdin;
    this.stdout = protocol.stdout;
    this.stderr = protocol.stderr;
  }

  /** Its exit code; the negative number of the signal that ended it; `null` while it runs. */
  get returncode(): number | null {
    return this.#transport.getReturncode();
  }

  /**
   * Waits until the process has ended. What it writes to a pipe that nobody reads holds it up for good:
   * {@linkcode communicate} reads.
   *
   * @returns A lazy object that gives its {@linkcode returncode}.
   */
  wait(): Coroutine<number> {
    return lazy("Process.wait", this.#transport.wait());
  }

  /**
   * Writes to the process's input and closes it, reads its output and its errors to the end, and waits until it has ended.
   * That the process does not read all of its input is no error.
   *
   * Cancelled, it leaves the process running, as CPython's does; {@linkcode kill} ends it.
   *
   * @param input What is written, where the input is a pipe.
   * @returns A lazy object that gives the output and the errors, `null` for what is no pipe.
   * @throws {TypeError} If `input` is not bytes.
   */
  communicate(
    input: Bytes | null = null,
  ): Coroutine<[stdout: Uint8Array | null, stderr: Uint8Array | null]> {
    if (input !== null) viewOf(input, "input");
    return lazy("Process.communicate", this.#communicate(input));
  }

  /**
   * Sends the process a signal.
   *
   * @param signal Its name, such as `SIGINT`, or its number.
   * @throws {TypeError} If it is neither.
   * @throws {ValueError} If there is no such signal.
   * @throws {ProcessLookupError} If the process has ended.
   */
  sendSignal(signal: string | number): void {
    this.#transport.sendSignal(signal);
  }

  /**
   * Asks the process to end, by `SIGTERM`.
   *
   * @throws {ProcessLookupError} If it has ended.
   */
  terminate(): void {
    this.#transport.terminate();
  }

  /**
   * Ends the process, by `SIGKILL`.
   *
   * @throws {ProcessLookupError} If it has ended.
   */
  kill(): void {
    this.#transport.kill();
  }

  /** The printed form. */
  toString(): string {
    return `<Process ${this.pid}>`;
  }

  *#communicate(
    input: Bytes | null,
  ): Generator<Suspension, [Uint8Array | null, Uint8Array | null], unknown> {
    const [, stdout, stderr] = yield* gather([
      this.#feed(input),
      this.#readAll(1, this.stdout),
      this.#readAll(2, this.stderr),
    ]);
    yield* this.#transport.wait();
    return [stdout, stderr];
  }

  *#feed(input: Bytes | null): Generator<Suspension, void, unknown> {
    const { stdin } = this;
    if (stdin === null) return;
    try {
      if (input !== null) stdin.write(input);
      yield* stdin.drain();
    } catch (error) {
      const isGone = error instanceof BrokenPipeError || error instanceof ConnectionResetError;
      if (!isGone) throw error;
    }
    stdin.close();
  }

  *#readAll(
    fd: number,
    stream: StreamReader | null,
  ): Generator<Suspension, Uint8Array | null, unknown> {
    if (stream === null) return null;
    const transport = this.#transport.getPipeTransport(fd);
    const output = yield* stream.read();
    transport?.close();
    return output;
  }
}

/**
 * Starts a program as a child process. In Deno, with the permission to run it; a browser has no processes.
 *
 * Cancelled before it is done, it leaves no process.
 *
 * @param program The program: its path, or its name, which is looked for by `PATH`.
 * @param args Its arguments, which no shell sees.
 * @param options `stdin`, `stdout`, `stderr`: `PIPE` for a stream to this process, `DEVNULL`, or `null`, which is the default,
 * for that of this process; `STDOUT` has the errors go where the output goes, through the system's shell, which alone tells then of
 * a program by a path where nothing is. `cwd`: the folder it is started in. `env`: all of its environment. `limit`:
 * how long a line of its output may be, in bytes.
 * @returns A lazy object that gives the {@linkcode Process}.
 * @throws {TypeError} If an argument is none of its kind, or an option is unknown.
 * @throws {ValueError} If a text has a null character in it, or an option has a value that it cannot have.
 * @throws {NotSupportedError} When awaited, in a browser; of `STDOUT`, on Windows.
 * @throws When awaited, the host's own error: `Deno.errors.NotFound` if the program or the folder is not there.
 *
 * @example
 * ```ts
 * import { createSubprocessExec, PIPE, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(async () => {
 *   const process = await createSubprocessExec("echo", ["one\ntwo"], { stdout: PIPE });
 *   const lines: string[] = [];
 *   for await (const line of process.stdout!) lines.push(new TextDecoder().decode(line));
 *   assertEquals(lines, ["one\n", "two\n"]);
 *   assertEquals(await process.wait(), 0);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_exec
 */
export function createSubprocessExec(
  program: string,
  args: Iterable<string> = [],
  options: CreateSubprocessOptions = {},
): Coroutine<Process> {
  return create("createSubprocessExec", checkProgram([program, ...checkArgs(args)]), options);
}

/**
 * Has the system's shell run a command in a child process, as {@linkcode createSubprocessExec} starts a program.
 *
 * What comes from outside must not stand in the command unquoted: the shell would run it.
 *
 * @param command The command.
 * @param options As of {@linkcode createSubprocessExec}.
 * @returns A lazy object that gives the {@linkcode Process}.
 * @throws {ValueError} If `command` is no string.
 * @throws As {@linkcode createSubprocessExec}.
 *
 * @example
 * ```ts
 * import { createSubprocessShell, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const returncode = await run(function* () {
 *   const process = yield* createSubprocessShell("exit 7");
 *   return yield* process.wait();
 * });
 * assertEquals(returncode, 7);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_shell
 */
export function createSubprocessShell(
  command: string,
  options: CreateSubprocessOptions = {},
): Coroutine<Process> {
  return create("createSubprocessShell", checkCommand(command), options);
}

function create(
  name: string,
  command: readonly string[] | string,
  options: CreateSubprocessOptions,
): Coroutine<Process> {
  checkOptions(options, `${name}()`, [...PROCESS_OPTIONS, "limit"]);
  const { limit = DEFAULT_LIMIT } = options;
  checkLimit(limit);
  const steps = starting(
    name,
    null,
    (loop) => new SubprocessStreamProtocol(loop, limit),
    command,
    options,
  );
  return lazy(name, make());

  function* make(): Generator<Suspension, Process, unknown> {
    const [transport, protocol] = yield* steps;
    return new Process(transport, protocol);
  }
}
