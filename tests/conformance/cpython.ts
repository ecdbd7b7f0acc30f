/**
 * CPython, in this process: Pyodide is CPython itself, compiled to WebAssembly.
 *
 * @module
 */
import { loadPyodide } from "pyodide";
import type { Program } from "./program.ts";
import type { Entry } from "./trace.ts";

/** CPython with the interpreter of programs loaded. */
export class CPython {
  /** Its version. */
  readonly version: string;
  readonly #runPrograms: (programs: string) => string;

  private constructor(version: string, runPrograms: (programs: string) => string) {
    this.version = version;
    this.#runPrograms = runPrograms;
  }

  /** Starts it, which takes some seconds. */
  static async start(): Promise<CPython> {
    const python = await loadPyodide();
    python.runPython(await Deno.readTextFile(new URL("./interpreter.py", import.meta.url)));
    const version: string = python.runPython("sys.version.split()[0]");
    return new CPython(version, python.globals.get("run_programs"));
  }

  /** Runs programs and gives their traces. */
  run(programs: readonly Program[]): Entry[][] {
    return JSON.parse(this.#runPrograms(JSON.stringify(programs)));
  }
}
