/**
 * Deno's child processes.
 *
 * @module
 */
import type {
  ChildStart,
  HostChild,
  HostReadPipe,
  HostWritePipe,
  Subprocesses,
} from "../subprocesses.ts";
import { type CommandOptions, type DenoChild, denoGlobal } from "./namespace.ts";

/** Where no program can be started: no folder is there. */
const NOWHERE = "/dev/null/nowhere";

/** Starts programs by Deno's own commands. */
export const denoSubprocesses: Subprocesses = {
  start,
  get joiningRefusal() {
    return isWindows()
      ? "Windows has no shell that sends a program's errors where its output goes"
      : null;
  },
};

function start({ command, stdin, stdout, stderr, cwd, env }: ChildStart): HostChild {
  const isJoined = stderr === "stdout" && stdout !== "null";
  const isRaw = typeof command === "string" && isWindows();
  const words = typeof command === "string" ? shellWords(command) : command;
  const options: CommandOptions = {
    stdin,
    stdout,
    stderr: stderr === "stdout" ? "null" : stderr,
    ...cwd === undefined ? {} : { cwd },
    ...env === undefined ? {} : { clearEnv: true, env },
    ...isRaw ? { windowsRawArguments: true } : {},
  };
  if (!isJoined) return childOf(spawn(words, options), options);
  find(words, options);
  return childOf(spawn(["/bin/sh", "-c", 'exec "$0" "$@" 2>&1', ...words], options), options);
}

function spawn([program, ...args]: readonly string[], options: CommandOptions): DenoChild {
  return new denoGlobal.Deno.Command(program!, { ...options, args }).spawn();
}

/**
 * Throws if a program is not there, of which a shell would tell by its output alone. Deno looks for the program before it
 * goes to the folder, and tells which of the two is missing.
 */
function find(words: readonly string[], options: CommandOptions): void {
  try {
    spawn(words, { ...options, cwd: NOWHERE });
  } catch (error) {
    if (String(error).endsWith("entity not found")) throw error;
  }
}

function shellWords(command: string): readonly string[] {
  return isWindows() ? ["cmd", "/c", `"${command}"`] : ["/bin/sh", "-c", command];
}

function isWindows(): boolean {
  return denoGlobal.Deno.build.os === "windows";
}

function childOf(child: DenoChild, options: CommandOptions): HostChild {
  return {
    native: child,
    pid: child.pid,
    // The streams that are no pipes throw when they are asked for.
    stdin: options.stdin === "piped" ? writePipe(child.stdin) : null,
    stdout: options.stdout === "piped" ? readPipe(child.stdout) : null,
    stderr: options.stderr === "piped" ? readPipe(child.stderr) : null,
    exited: child.status.then(({ code, signal }) => signal === null ? code : 128 - code),
    kill(signal) {
      try {
        child.kill(typeof signal === "string" ? signal : nameOf(signal));
      } catch (error) {
        // It has ended, whether Deno has heard of that or not.
        if (!/terminated|no such process/i.test(String(error))) throw error;
      }
    },
  };
}

/** The name of a signal's number, which stays what it is where it has none. */
function nameOf(signal: number): string | number {
  const { signals } = denoGlobal.process.getBuiltinModule("node:os").constants;
  return Object.keys(signals).find((name) => signals[name] === signal) ?? signal;
}

function readPipe(stream: ReadableStream<Uint8Array<ArrayBuffer>>): HostReadPipe {
  // It reads when it is asked, and no sooner: what nobody asks for holds the child up.
  const reader = stream.getReader({ mode: "byob" });
  let room = new ArrayBuffer(0);
  return {
    native: stream,
    async read(into) {
      if (room.byteLength < into.length) room = new ArrayBuffer(into.length);
      const { done, value } = await reader.read(new Uint8Array(room, 0, into.length));
      if (value === undefined || done) return null;
      // The reader has taken the room for itself.
      room = value.buffer;
      into.set(value);
      return value.length;
    },
    close: () => void reader.cancel().catch(() => {}),
  };
}

function writePipe(stream: WritableStream<Uint8Array>): HostWritePipe {
  const writer = stream.getWriter();
  return {
    native: stream,
    async write(bytes) {
      await writer.write(bytes);
      return bytes.length;
    },
    end: () => writer.close(),
    close: () => void writer.abort().catch(() => {}),
  };
}
