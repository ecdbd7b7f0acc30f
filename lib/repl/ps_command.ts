/**
 * The commands `ps PID` and `pstree PID`, as `python -m asyncio` has them.
 *
 * @module
 */
import { NotSupportedError, RuntimeError, TimeoutError } from "../base/errors.ts";
import { inspectProcess } from "../inspect/inspection.ts";
import type { Terminal } from "../platform/terminal.ts";

/** The commands. */
export type PsCommand = "ps" | "pstree";

/** The exit code of a command that was given what it does not understand. */
export const MISUSED = 2;

/** Whether it is such a command. */
export function isPsCommand(argument: string | undefined): argument is PsCommand {
  return argument === "ps" || argument === "pstree";
}

/**
 * Asks a process, and prints what it answers.
 *
 * @param terminal Where to.
 * @param command Which form.
 * @param args What stands behind it.
 * @returns The exit code: 1 where the process cannot be asked, 2 where the arguments are not understood.
 */
export async function runPsCommand(
  terminal: Terminal,
  command: PsCommand,
  args: readonly string[],
): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === "string") {
    terminal.printError(
      `${command}: ${parsed}\n\nUsage: deno run -A mod.ts ${command} PID [--timeout SECONDS]`,
    );
    return MISUSED;
  }
  try {
    const { pid, ...options } = parsed;
    const inspection = await inspectProcess(pid, options);
    const text = command === "ps"
      ? inspection.ps({ file: null })
      : inspection.pstree({ file: null });
    if (text !== "") terminal.print(text);
    return 0;
  } catch (error) {
    terminal.printError(`${command}: ${messageOf(error)}`);
    return 1;
  }
}

/** What is to be done, or what is wrong. */
function parse(args: readonly string[]): { pid: number; timeout?: number } | string {
  const [pid, option, seconds, ...rest] = args;
  if (pid === undefined) return "the PID of a process is missing";
  if (!/^[1-9]\d{0,9}$/.test(pid)) return `the PID must be a number from 1 on, got ${pid}`;
  if (option === undefined) return { pid: Number(pid) };
  if (option !== "--timeout") return `there is no option ${option}`;
  const timeout = Number(seconds);
  if (seconds === undefined || !(timeout > 0 && timeout <= 86_400)) {
    return `--timeout must be a number of seconds above 0, at most 86400, got ${
      seconds ?? "nothing"
    }`;
  }
  return rest.length === 0 ? { pid: Number(pid), timeout } : `there is no option ${rest[0]}`;
}

/** What is foreseen is told; what is not is a failure, with its stack. */
function messageOf(error: unknown): string {
  const isForeseen = error instanceof RuntimeError || error instanceof NotSupportedError ||
    error instanceof TimeoutError;
  if (isForeseen) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
