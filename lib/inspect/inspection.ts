/**
 * Asking another program, or another page, what runs in it.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { type Duration, toDelay } from "../base/duration.ts";
import { NotSupportedError, RuntimeError, TimeoutError, ValueError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import type { TextFile } from "../kernel/task_stack.ts";
import { host } from "../platform/current.ts";
import type { Inquiry, InspectorAnswer } from "../platform/inspector.ts";
import { REPORT_VERSION, type TaskReport } from "./inspector.ts";
import { print } from "./ps.ts";
import type { TaskSnapshot } from "./snapshot.ts";
import { formatTable } from "./task_table.ts";
import { formatTree } from "./task_tree.ts";

/** What {@linkcode inspectProcess} and {@linkcode inspectPages} take. */
export interface InspectOptions {
  /**
   * How long to wait for an answer, in seconds: of a process at most, of pages always, for nobody knows how
   * many will answer.
   *
   * @default {5} for a process, 0.5 for pages
   */
  timeout?: Duration | undefined;
}

/** What the methods of {@linkcode Inspection} take. */
export interface InspectionPrintOptions {
  /** What the text is written to; the host's console where left out, `null` for nothing. */
  file?: TextFile | null | undefined;
}

/**
 * What ran in another program, or on another page, at the moment when it was asked.
 *
 * @example
 * ```ts
 * import { Inspection, inspectProcess, run, sleep } from "@asyncio/asyncio";
 * import { assert, assertMatch } from "@std/assert";
 *
 * const running = run(sleep(0.2), { inspect: true });
 * const inspection = await inspectProcess(Deno.pid);
 * assert(inspection instanceof Inspection);
 * assertMatch(inspection.ps({ file: null }), /Task-\d+ .*sleep/);
 * await running;
 * ```
 */
export class Inspection {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #from: string;
  readonly #tasks: readonly TaskSnapshot[];

  /**
   * Makes one, as {@linkcode inspectProcess} does.
   *
   * @param from Who was asked.
   * @param tasks Its tasks.
   */
  constructor(from: string, tasks: readonly TaskSnapshot[]) {
    this.#from = from;
    this.#tasks = tasks;
  }

  /** Who was asked: `process 1234`, or the address of a page. */
  get from(): string {
    return this.#from;
  }

  /** How many tasks are not done. */
  get size(): number {
    return this.#tasks.length;
  }

  /**
   * Prints the table of its tasks, as the function `ps` does of one's own.
   *
   * @param options `file`: where to.
   * @returns The text that was printed.
   */
  ps(options: InspectionPrintOptions = {}): string {
    checkOptions(options, "ps()", ["file"]);
    return print(formatTable(this.#tasks), options);
  }

  /**
   * Prints the trees of its tasks, as the function `pstree` does of one's own.
   *
   * @param options `file`: where to.
   * @returns The text that was printed.
   */
  pstree(options: InspectionPrintOptions = {}): string {
    checkOptions(options, "pstree()", ["file"]);
    return print(formatTree(this.#tasks), options);
  }

  /** The printed form. */
  toString(): string {
    return `<Inspection of ${this.#from} tasks=${this.#tasks.length}>`;
  }
}

/** How long a process may take, in seconds: thousands of tasks take one of them. */
const PROCESS_TIMEOUT = 5;

/** How long pages may take, in seconds. */
const PAGES_TIMEOUT = 0.5;

/**
 * Asks a program of the same user what runs in it, in Deno. It must have been started with
 * `run(main, { inspect: true })`. It answers between two turns of its loop, and for all its threads that were
 * told so. `deno run mod.ts ps PID` and `pstree PID` print it.
 *
 * In a task it is awaited by `fromPromise(inspectProcess(pid))`.
 *
 * @param pid The number of its process.
 * @param options `timeout`: how long it may take, in seconds; 5 where left out.
 * @returns A promise of what runs in it.
 * @throws {NotSupportedError} If this host has no processes to ask, or a permission is missing; as all errors
 * it rejects the promise.
 * @throws {RuntimeError} If no such program answers.
 * @throws {TimeoutError} If the program is there and does not answer in time, for its loop is blocked.
 * @throws {TypeError} If an argument is of the wrong type.
 * @throws {ValueError} If a number is out of its range.
 *
 * @example
 * ```ts
 * import { inspectProcess, run, sleep } from "@asyncio/asyncio";
 * import { assertMatch } from "@std/assert";
 *
 * const running = run(sleep(0.2), { inspect: true });
 * assertMatch((await inspectProcess(Deno.pid)).pstree({ file: null }), /\(T\) Task-\d+\n.*sleep/);
 * await running;
 * ```
 *
 * @see https://docs.python.org/3/whatsnew/3.14.html#asyncio-introspection-capabilities
 */
export async function inspectProcess(
  pid: number,
  options: InspectOptions = {},
): Promise<Inspection> {
  if (typeof pid !== "number") throw new TypeError(`pid must be a number, got ${describe(pid)}`);
  if (!Number.isSafeInteger(pid) || pid < 1) {
    throw new ValueError(`pid must be a whole number from 1 on, got ${pid}`);
  }
  checkOptions(options, "inspectProcess()", ["timeout"]);
  const seconds = timeoutOf(options, PROCESS_TIMEOUT);
  if (host.name !== "deno") {
    throw new NotSupportedError("a browser asks no processes: use inspectPages()");
  }
  const refusal = host.inspector.refusal(pid);
  if (refusal !== null) {
    throw new NotSupportedError(`process ${pid} cannot be asked: ${refusal}`);
  }
  const { answers, late, places } = await ask(pid, seconds * 1000);
  if (answers.length > 0) return new Inspection(`process ${pid}`, merge(answers));
  if (late > 0) {
    throw new TimeoutError(
      `process ${pid} did not answer within ${seconds} seconds: it is stopped, or something blocks its ` +
        "event loop",
    );
  }
  throw new RuntimeError(
    `process ${pid} cannot be asked: nobody answers at ${
      places.join(" or ")
    }. A program of yours answers ` +
      "while it is in run(main, { inspect: true })",
  );
}

async function ask(pid: number, milliseconds: number): Promise<Inquiry> {
  try {
    return await host.inspector.ask(pid, milliseconds);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(`process ${pid} cannot be asked: ${reason}`, { cause: error });
  }
}

/**
 * Asks the other pages of the same origin, and their workers, what runs in them, in a browser. Those answer
 * that are in `run(main, { inspect: true })` and whose thread is not blocked.
 *
 * In a task it is awaited by `fromPromise(inspectPages())`.
 *
 * @param options `timeout`: how long answers are waited for, in seconds; 0.5 where left out.
 * @returns A promise of what runs in each, in the order of their addresses.
 * @throws {NotSupportedError} If this is no browser, or it has no `BroadcastChannel`; as all errors it rejects
 * the promise.
 * @throws {RuntimeError} If a page has another version of this module.
 * @throws {TypeError} If `timeout` is no duration.
 * @throws {ValueError} If `timeout` is no time to wait.
 *
 * @example
 * ```ts ignore
 * // On one page:
 * import { run } from "@asyncio/asyncio";
 *
 * await run(main, { inspect: true });
 *
 * // On another one, or in its developer tools:
 * import { inspectPages } from "@asyncio/asyncio";
 *
 * for (const page of await inspectPages()) page.pstree();
 * ```
 */
export async function inspectPages(options: InspectOptions = {}): Promise<Inspection[]> {
  checkOptions(options, "inspectPages()", ["timeout"]);
  const seconds = timeoutOf(options, PAGES_TIMEOUT);
  if (host.name !== "browser") {
    throw new NotSupportedError("there are no pages but in a browser: use inspectProcess(pid)");
  }
  const refusal = host.inspector.refusal();
  if (refusal !== null) throw new NotSupportedError(`no page can be asked: ${refusal}`);
  const { answers } = await host.inspector.ask(null, seconds * 1000);
  return answers.map((answer) => new Inspection(answer.from, merge([answer])));
}

function timeoutOf({ timeout }: InspectOptions, usual: number): number {
  const seconds = timeout === undefined ? usual : toDelay(timeout, "timeout");
  if (!(seconds > 0 && seconds < 2 ** 31 / 1000)) {
    throw new ValueError(
      `timeout must be more than 0 seconds and less than 24 days, got ${seconds}`,
    );
  }
  return seconds;
}

/** The tasks of all answers. Each numbers its own, so those of the second are numbered on. */
function merge(answers: readonly InspectorAnswer[]): TaskSnapshot[] {
  const merged: TaskSnapshot[] = [];
  let offset = 0;
  for (const answer of answers) {
    const tasks = tasksIn(answer);
    let highest = 0;
    for (const task of tasks) {
      merged.push({
        ...task,
        id: task.id + offset,
        loop: task.loop + offset,
        awaitedBy: task.awaitedBy.map((id) => id + offset),
      });
      highest = task.awaitedBy.reduce(
        (most, id) => Math.max(most, id),
        Math.max(highest, task.id, task.loop),
      );
    }
    offset += highest;
  }
  return merged;
}

function tasksIn({ from, text }: InspectorAnswer): readonly TaskSnapshot[] {
  let report: Partial<TaskReport>;
  try {
    report = JSON.parse(text);
  } catch (error) {
    throw new RuntimeError(`${from} ended in the middle of its answer`, { cause: error });
  }
  if (report.version !== REPORT_VERSION) {
    throw new RuntimeError(
      `${from} is of another version of this module: its reports are of version ${report.version}, ` +
        `${REPORT_VERSION} is read`,
    );
  }
  if (report.tasks === undefined) throw new RuntimeError(`${from} fails to tell: ${report.error}`);
  return report.tasks;
}
