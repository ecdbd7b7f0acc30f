/**
 * Child processes on a loop: what its methods `subprocessExec()` and `subprocessShell()` do.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { NotSupportedError, ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { DEVNULL, PIPE, STDOUT, type SubprocessOptions } from "../kernel/loop_io.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import { host } from "../platform/current.ts";
import type { ChildStart, HostStdio, Subprocesses } from "../platform/subprocesses.ts";
import type { SubprocessProtocol } from "../transports/protocols.ts";
import type { SubprocessTransport } from "../transports/transports.ts";
import { checkFactory } from "./checks.ts";
import { ProcessTransport } from "./subprocess_transport.ts";

/** The names of the options. */
export const PROCESS_OPTIONS = ["stdin", "stdout", "stderr", "cwd", "env"] as const;

/**
 * Starts a child process, and makes a protocol for it. What is wrong with the arguments is said at the call.
 *
 * @param name What was called.
 * @param loop Whose process it is; the running loop where it is `null`.
 * @param factory Makes the protocol, for that loop.
 * @param command The program and its arguments; a command for the system's shell where it is a text.
 * @param options How it is started, pipes included.
 */
export function starting<P extends SubprocessProtocol>(
  name: string,
  loop: EventLoop | null,
  factory: (loop: EventLoop) => P,
  command: readonly string[] | string,
  options: SubprocessOptions,
): Generator<Suspension, [ProcessTransport, P], unknown> {
  checkFactory(factory, name);
  const start = startOf(command, options);
  return begin();

  function* begin(): Generator<Suspension, [ProcessTransport, P], unknown> {
    const owner = loop ?? getRunningLoop();
    const subprocesses = hostSubprocesses(name, start);
    const protocol = factory(owner);
    const waiter = owner.createFuture<null>();
    const transport = new ProcessTransport(owner, subprocesses.start(start), protocol, waiter);
    try {
      yield* waiter;
    } catch (error) {
      transport.close();
      yield* transport.wait();
      throw error;
    }
    return [transport, protocol];
  }
}

/** Checks a program and its arguments. */
export function checkProgram(words: readonly unknown[]): readonly string[] {
  const [program, ...args] = words;
  return [checkText(program, "program"), ...args.map((arg) => checkText(arg, "an argument"))];
}

/** Checks that arguments are several; a string is of letters. */
export function checkArgs(args: unknown): readonly unknown[] {
  if (typeof args === "object" && args !== null && Symbol.iterator in args) {
    return [...args as Iterable<unknown>];
  }
  throw new TypeError(`args must be an iterable of strings, got ${describe(args)}`);
}

/** Checks a command for the shell. */
export function checkCommand(command: unknown): string {
  if (typeof command === "string") return checkText(command, "cmd");
  throw new ValueError(`cmd must be a string, got ${describe(command)}`);
}

function startOf(
  command: readonly string[] | string,
  { stdin = null, stdout = null, stderr = null, cwd = null, env = null }: SubprocessOptions,
): ChildStart {
  if (stdout === STDOUT) throw new ValueError("STDOUT can only be used for stderr");
  return {
    command,
    stdin: stdio(stdin, "stdin"),
    stdout: stdio(stdout, "stdout"),
    stderr: stderr === STDOUT ? "stdout" : stdio(stderr, "stderr"),
    ...cwd === null ? {} : { cwd: cwd instanceof URL ? cwd : checkText(cwd, "cwd") },
    ...env === null ? {} : { env: checkEnv(env) },
  };
}

function stdio(value: unknown, name: string): HostStdio {
  if (value === PIPE) return "piped";
  if (value === DEVNULL) return "null";
  if (value === null) return "inherit";
  throw new ValueError(`${name} must be PIPE, DEVNULL or null, got ${describe(value)}`);
}

function checkEnv(env: unknown): Record<string, string> {
  if (typeof env !== "object" || env === null) {
    throw new TypeError(`env must be an object of strings, got ${describe(env)}`);
  }
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name === "" || name.includes("=")) {
      throw new ValueError(`illegal environment variable name: ${describe(name)}`);
    }
    checked[checkText(name, "a name in env")] = checkText(value, `env.${name}`);
  }
  return checked;
}

function checkText(value: unknown, name: string): string {
  if (typeof value !== "string") {
    throw new TypeError(`${name} must be a string, got ${describe(value)}`);
  }
  if (value.includes("\0")) {
    throw new ValueError(`embedded null byte in ${name}: ${describe(value)}`);
  }
  return value;
}

function hostSubprocesses(name: string, start: ChildStart): Subprocesses {
  const { subprocesses } = host;
  if (subprocesses === null) {
    throw new NotSupportedError(
      `${name}() needs processes, and a browser has none: expected a thread, by toThread() or a ThreadPoolExecutor`,
    );
  }
  if (start.stderr === "stdout" && subprocesses.joiningRefusal !== null) {
    throw new NotSupportedError(`${name}(): ${subprocesses.joiningRefusal}: expected stderr: PIPE`);
  }
  return subprocesses;
}

/** What the loop's methods do; their streams are pipes where nothing is said. */
export function startingOnLoop<P extends SubprocessProtocol>(
  name: string,
  loop: EventLoop,
  factory: () => P,
  command: readonly string[] | string,
  options: SubprocessOptions,
): Coroutine<[SubprocessTransport, P]> {
  checkOptions(options, `${name}()`, PROCESS_OPTIONS);
  const { stdin = PIPE, stdout = PIPE, stderr = PIPE } = options;
  const steps = starting(name, loop, factory, command, {
    ...options,
    stdin,
    stdout,
    stderr,
  });
  return lazy(`EventLoop.${name}`, steps);
}
