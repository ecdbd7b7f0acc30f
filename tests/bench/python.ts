/**
 * Finds a CPython to compare with.
 *
 * @module
 */

import { homedir } from "node:os";
import { join } from "node:path";

/** A CPython. */
export interface Python {
  /** The command that starts it. */
  command: string;
  /** Its version, such as `3.13.0`. */
  version: string;
}

/** The release that the figures are about, wherever it can be had. */
const WANTED = "3.13";

/** The earliest minor release of Python 3 whose asyncio is like today's. */
const EARLIEST_MINOR = 11;

/**
 * Looks for CPython: 3.13 of pyenv's or in the path, else any from 3.11 on.
 *
 * @returns What was found, or `null`.
 */
export async function findPython(): Promise<Python | null> {
  for (const command of [...await pyenvPythons(), `python${WANTED}`, "python3", "python"]) {
    const version = await versionOf(command);
    if (version !== null) return { command, version };
  }
  return null;
}

async function pyenvPythons(): Promise<string[]> {
  const versions = join(Deno.env.get("PYENV_ROOT") ?? join(homedir(), ".pyenv"), "versions");
  try {
    const entries = await Array.fromAsync(Deno.readDir(versions));
    return entries.map(({ name }) => name).filter((name) => name.startsWith(`${WANTED}.`))
      .sort().reverse().map((name) => join(versions, name, "bin", "python3"));
  } catch {
    return [];
  }
}

async function versionOf(command: string): Promise<string | null> {
  const program = "import platform as p; print(p.python_implementation(), p.python_version())";
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args: ["-c", program],
      stderr: "null",
    }).output();
    const found = /^CPython (3\.(\d+)\S*)/.exec(new TextDecoder().decode(stdout));
    return success && found?.[1] && Number(found[2]) >= EARLIEST_MINOR ? found[1] : null;
  } catch {
    return null;
  }
}
