/**
 * Finds a CPython to compare with.
 *
 * @module
 */

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RowName } from "./row.ts";

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

/** A CPython that has uvloop. */
export interface Uvloop extends Python {
  /** The version of uvloop. */
  uvloop: string;
}

/**
 * Looks for uvloop: in the path's CPython, and in the one of the system, for which Debian has a package
 * (`python3-uvloop`).
 *
 * @returns What was found, or `null`.
 */
export async function findUvloop(): Promise<Uvloop | null> {
  for (const command of ["python3", "/usr/bin/python3"]) {
    const version = await versionOf(command);
    if (version === null) continue;
    const uvloop = await outputOf(command, ["-c", "import uvloop; print(uvloop.__version__)"]);
    if (uvloop !== null) return { command, version, uvloop: uvloop.trim() };
  }
  return null;
}

/** The rows that `asyncio_rows.py` has. */
export async function pythonRows(python: Python): Promise<Set<RowName>> {
  const file = fileURLToPath(new URL("./asyncio_rows.py", import.meta.url));
  return new Set<RowName>(JSON.parse(await outputOf(python.command, [file, "--rows"]) ?? "[]"));
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
  const found = /^CPython (3\.(\d+)\S*)/.exec(await outputOf(command, ["-c", program]) ?? "");
  return found?.[1] && Number(found[2]) >= EARLIEST_MINOR ? found[1] : null;
}

async function outputOf(command: string, args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch {
    return null;
  }
}
