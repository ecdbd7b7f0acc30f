/**
 * `ps` and `pstree`: what runs now, in a table or a tree.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { checkLoop } from "../kernel/scheduler.ts";
import type { TextFile } from "../kernel/task_stack.ts";
import { host } from "../platform/current.ts";
import { snapshotOfAll, takeSnapshot, type TaskSnapshot } from "./snapshot.ts";
import { formatTable } from "./task_table.ts";
import { formatTree } from "./task_tree.ts";

/** What {@linkcode ps} and {@linkcode pstree} take. */
export interface PsOptions {
  /** The loop whose tasks are shown; all loops of this thread that run where left out. */
  loop?: EventLoop | undefined;
  /** What the text is written to; the host's console where left out, `null` for nothing. */
  file?: TextFile | null | undefined;
}

/**
 * Prints a table of the tasks that are not done: where each stands, and who waits for it. Each task has a
 * row, or one for each that waits for it; `tid` is the number of its loop.
 *
 * @param options `loop`: whose tasks; `file`: where to.
 * @returns The text that was printed.
 * @throws {TypeError} If `loop` is no loop.
 *
 * @example
 * ```ts
 * import { createTask, gather, ps, run, sleep } from "@asyncio/asyncio";
 * import { assertMatch } from "@std/assert";
 *
 * await run(function* () {
 *   const child = createTask(sleep(0.001), { name: "child" });
 *   const parent = createTask(function* () {
 *     yield* gather([child]);
 *   }, { name: "parent" });
 *   yield;
 *   assertMatch(ps({ file: null }), /child .* parent/);
 *   yield* parent;
 * });
 * ```
 *
 * @see https://docs.python.org/3/whatsnew/3.14.html#asyncio-introspection-capabilities
 */
export function ps(options: PsOptions = {}): string {
  checkOptions(options, "ps()", ["loop", "file"]);
  return print(formatTable(snapshotFor(options)), options);
}

/**
 * Prints the trees of the tasks that are not done: under each task the coroutines that are suspended in it,
 * and under those the tasks that it waits for. Circles of tasks that wait for each other are listed behind.
 *
 * @param options `loop`: whose tasks; `file`: where to.
 * @returns The text that was printed.
 * @throws {TypeError} If `loop` is no loop.
 *
 * @example
 * ```ts
 * import { createTask, pstree, Queue, run } from "@asyncio/asyncio";
 * import { assertMatch } from "@std/assert";
 *
 * await run(function* () {
 *   const consumer = createTask(new Queue().get(), { name: "consumer" });
 *   yield;
 *   assertMatch(pstree({ file: null }), /\(T\) consumer[^]*waiting for Queue.get of <Queue maxsize=0/);
 *   consumer.cancel();
 * });
 * ```
 *
 * @see https://docs.python.org/3/whatsnew/3.14.html#asyncio-introspection-capabilities
 */
export function pstree(options: PsOptions = {}): string {
  checkOptions(options, "pstree()", ["loop", "file"]);
  return print(formatTree(snapshotFor(options)), options);
}

function snapshotFor({ loop }: PsOptions): TaskSnapshot[] {
  if (loop === undefined) return snapshotOfAll();
  checkLoop(loop);
  return takeSnapshot([loop]);
}

/** Prints to a file, or where there is none to the host's console. */
export function print(text: string, { file }: Pick<PsOptions, "file">): string {
  if (file === undefined) host.log(text);
  else file?.write(`${text}\n`);
  return text;
}
