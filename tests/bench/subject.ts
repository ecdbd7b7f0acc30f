/**
 * The near end of a subject: of the process that does its work.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { Greeting, Round } from "./protocol.ts";
import type { Row, SubjectName } from "./row.ts";

const FOLDER = import.meta.dirname!;

/** One subject at one row. */
export interface Subject {
  /** Whose work it does. */
  readonly name: SubjectName;
  /**
   * Has the work done.
   *
   * @param n How many operations.
   * @returns What they took in all, in the row's unit.
   * @throws {Error} If not just as many were done, or its process is gone.
   */
  run(n: number): Promise<number>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Where subjects are started. */
export interface Place {
  /** Starts a subject, ready for rounds. */
  start(name: SubjectName, row: Row): Promise<Subject>;
}

/** Gives the amount of a round, if it was one. */
export function amountOf(name: SubjectName, n: number, { count, amount }: Round): number {
  if (count !== n) throw new Error(`${name}: ${count} operations were done of ${n}`);
  return amount;
}

/** A subject in a process of its own: Deno's, or an interpreter's of Python. */
export class ProcessSubject implements Subject {
  readonly name: SubjectName;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

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
   * @param python The interpreter that runs `asyncio_rows.py`; `null` for Deno's own work.
   * @returns The subject, ready for rounds.
   * @throws {Error} If the process ends instead.
   */
  static async start(name: SubjectName, row: Row, python: string | null): Promise<ProcessSubject> {
    return python === null
      ? await ProcessSubject.startIn(FOLDER, name, row)
      : await ProcessSubject.#spawn(name, python, pythonParameters(name, row));
  }

  /**
   * Starts a process of Deno's with the work of another state of these files.
   *
   * @param folder Where that state has what is here.
   * @param name Whose work.
   * @param row Which work.
   * @returns The subject, ready for rounds.
   * @throws {Error} If the process ends instead.
   */
  static async startIn(
    folder: string,
    name: SubjectName,
    row: Pick<Row, "name">,
  ): Promise<ProcessSubject> {
    const child = join(folder, "child.ts");
    const parameters = ["run", "-A", "--v8-flags=--expose-gc", child, name, row.name];
    return await ProcessSubject.#spawn(name, Deno.execPath(), parameters);
  }

  static async #spawn(
    name: SubjectName,
    command: string,
    parameters: readonly string[],
  ): Promise<ProcessSubject> {
    const process = spawn(command, parameters, { stdio: ["pipe", "pipe", "inherit"] });
    const subject = new ProcessSubject(name, process);
    await subject.#readLine<Greeting>();
    return subject;
  }

  async run(n: number): Promise<number> {
    this.#process.stdin!.write(`${n}\n`);
    return amountOf(this.name, n, await this.#readLine<Round>());
  }

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

function pythonParameters(name: SubjectName, row: Row): string[] {
  const flags = name === "uvloop" ? ["--uvloop"] : [];
  return [join(FOLDER, "asyncio_rows.py"), ...flags, row.name];
}
