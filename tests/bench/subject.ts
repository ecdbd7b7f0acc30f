/**
 * The near end of a subject's process.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Greeting, Round } from "./protocol.ts";
import type { Row, SubjectName } from "./row.ts";

/** One subject at one row. */
export class Subject {
  /** Whose work it does. */
  readonly name: SubjectName;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /**
   * @param name Whose work it does.
   * @param process What does it.
   */
  private constructor(name: SubjectName, process: ChildProcess) {
    this.name = name;
    this.#process = process;
    this.#lines = createInterface({ input: process.stdout! })[Symbol.asyncIterator]();
  }

  /**
   * Starts the process.
   *
   * @param name Whose work.
   * @param row Which work.
   * @param python The interpreter that runs `asyncio_rows.py`.
   * @returns The subject, ready for rounds.
   * @throws {Error} If the process ends instead.
   */
  static async start(name: SubjectName, row: Row, python: string): Promise<Subject> {
    const [command, parameters] = name === "cpython"
      ? [python, [pathOf("asyncio_rows.py"), row.name]]
      : [Deno.execPath(), denoParameters(name, row)];
    const process = spawn(command, parameters, { stdio: ["pipe", "pipe", "inherit"] });
    const subject = new Subject(name, process);
    await subject.#readLine<Greeting>();
    return subject;
  }

  /**
   * Has the work done.
   *
   * @param n How many operations.
   * @returns What they took in all, in the row's unit.
   * @throws {Error} If not just as many were done, or the process ended.
   */
  async run(n: number): Promise<number> {
    this.#process.stdin!.write(`${n}\n`);
    const { count, amount } = await this.#readLine<Round>();
    if (count !== n) throw new Error(`${this.name}: ${count} operations were done of ${n}`);
    return amount;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.stdin!.end();
    await exit;
  }

  async #readLine<T>(): Promise<T> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`${this.name}: its process ended`);
    return JSON.parse(value);
  }
}

function denoParameters(name: SubjectName, row: Row): string[] {
  return ["run", "-A", "--v8-flags=--expose-gc", pathOf("child.ts"), name, row.name];
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
