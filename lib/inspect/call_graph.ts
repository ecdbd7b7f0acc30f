/**
 * The await graph: where a future or a task stands, and who waits for it, and for those, and so on.
 *
 * CPython makes a node anew on every way that leads to it, so that what many wait for through many grows
 * beyond all bounds, and a circle never ends. Here each future has one node, and a printout shows each once.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { RuntimeError, ValueError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe, repr } from "../base/repr.ts";
import { describeFrame, type StackFrame } from "../base/stack.ts";
import { awaitedBy } from "../kernel/awaited_by.ts";
import { type Future, isFuture } from "../kernel/future.ts";
import { runningLoop } from "../kernel/loops.ts";
import { Task, waiterOf } from "../kernel/task.ts";
import { runningFrames, type TextFile } from "../kernel/task_stack.ts";
import { currentTask } from "../kernel/tasks.ts";
import { describeWait, purposeOf } from "../kernel/waiter.ts";
import { host } from "../platform/current.ts";
import { idOf } from "./ids.ts";

/** What {@linkcode captureCallGraph} and {@linkcode formatCallGraph} take beside the future. */
export interface CallGraphOptions {
  /**
   * From which frame on the stack of the task that runs is told; 1 is the caller's.
   *
   * @default {1}
   */
  depth?: number | undefined;
  /**
   * How many frames of each stack: of a positive number those that are left are the outermost, of a negative
   * one the innermost; none for 0, all where left out.
   */
  limit?: number | null | undefined;
}

/** What {@linkcode printCallGraph} takes beside the future. */
export interface PrintCallGraphOptions extends CallGraphOptions {
  /** What is written to; the host's console where left out. */
  file?: TextFile | undefined;
}

/**
 * One frame of a stack in the await graph.
 *
 * @example
 * ```ts
 * import { captureCallGraph, FrameCallGraphEntry, run } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * await run(function* () {
 *   assert(captureCallGraph()!.callStack[0] instanceof FrameCallGraphEntry);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.FrameCallGraphEntry
 */
export class FrameCallGraphEntry {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #frame: StackFrame;

  /**
   * Makes an entry, as {@linkcode captureCallGraph} does.
   *
   * @param frame The place.
   */
  constructor(frame: StackFrame) {
    this.#frame = frame;
  }

  /** The place. */
  get frame(): StackFrame {
    return this.#frame;
  }

  /** The printed form. */
  toString(): string {
    return `FrameCallGraphEntry(frame=${describeFrame(this.#frame)})`;
  }
}

/**
 * A future in the await graph, with where it stands and those that wait for it.
 *
 * @example
 * ```ts
 * import { captureCallGraph, createTask, Event, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const child = createTask(new Event().wait());
 *   const parent = createTask(function* () {
 *     yield* child;
 *   });
 *   yield;
 *   const { future, awaitedBy, waitingFor } = captureCallGraph(child)!;
 *   assertEquals([future, awaitedBy[0]!.future], [child, parent]);
 *   assertEquals(waitingFor, "Event.wait of <Event [unset, waiters:1]>");
 *   parent.cancel();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.FutureCallGraph
 */
export class FutureCallGraph {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #future: Future<unknown>;
  readonly #callStack: readonly FrameCallGraphEntry[];
  readonly #awaitedBy: readonly FutureCallGraph[];
  readonly #waitingFor: string | null;

  /**
   * Makes a node, as {@linkcode captureCallGraph} does.
   *
   * @param future The future, or the task.
   * @param callStack Where a task stands.
   * @param awaitedBy Those that wait for it.
   */
  constructor(
    future: Future<unknown>,
    callStack: readonly FrameCallGraphEntry[],
    awaitedBy: readonly FutureCallGraph[],
  ) {
    this.#future = future;
    this.#callStack = callStack;
    this.#awaitedBy = awaitedBy;
    const waiter = future instanceof Task && !future.done() ? waiterOf(future) : null;
    this.#waitingFor = purposeOf(waiter) === null ? null : describeWait(waiter!);
  }

  /** The future, or the task. */
  get future(): Future<unknown> {
    return this.#future;
  }

  /** Where a task stands, the innermost first. */
  get callStack(): readonly FrameCallGraphEntry[] {
    return this.#callStack;
  }

  /** Those that wait for it. Where they wait for each other in a circle, this leads back. */
  get awaitedBy(): readonly FutureCallGraph[] {
    return this.#awaitedBy;
  }

  /** What a task waits for, if that is a lock, a queue or the like: `Queue.get of <Queue maxsize=0>`. */
  get waitingFor(): string | null {
    return this.#waitingFor;
  }

  /** The printed form, without those that wait: it may lead back to itself. */
  toString(): string {
    const frames = this.#callStack.join(", ");
    return `FutureCallGraph(future=${this.#future}, callStack=[${frames}], ` +
      `awaitedBy=[${this.#awaitedBy.length}])`;
  }
}

/**
 * Tells where a future or a task stands, and who waits for it: by awaiting it, or through `gather`, `wait`,
 * `shield`, a `TaskGroup`, `asCompleted` or a race.
 *
 * It may be asked at any time; nothing is kept for it, and debug mode need not be on. What a stack can tell
 * stands at {@linkcode Task.getStack}.
 *
 * @param future The future; the task that runs where left out.
 * @param options `depth`, `limit`.
 * @returns The graph; `null` where no future was given and no task runs.
 * @throws {RuntimeError} If no future was given and no loop is running.
 * @throws {TypeError} If it is no future.
 *
 * @example
 * ```ts
 * import { captureCallGraph, createTask, gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const child = createTask(sleep(0.001));
 *   const parent = createTask(function* () {
 *     yield* gather([child]);
 *   });
 *   yield;
 *   assertEquals(captureCallGraph(child)!.awaitedBy.map(({ future }) => future), [parent]);
 *   yield* parent;
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.capture_call_graph
 */
export function captureCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions = {},
): FutureCallGraph | null {
  checkOptions(options, "captureCallGraph()", ["depth", "limit"]);
  return capture(future, options);
}

function capture(
  future: Future<unknown> | null | undefined,
  { depth = 1, limit = null }: CallGraphOptions,
): FutureCallGraph | null {
  checkWhole(depth, "depth");
  if (limit !== null) checkWhole(limit, "limit");
  if (future !== undefined && future !== null && !isFuture(future)) {
    throw new TypeError(
      `${describe(future)} object does not appear to be compatible with asyncio.Future`,
    );
  }
  const isInLoop = runningLoop() !== null;
  const running = isInLoop ? currentTask() : null;
  if (!future && !isInLoop) {
    throw new RuntimeError(
      "captureCallGraph() is called outside of a running event loop and no future to introspect " +
        "was provided",
    );
  }
  const root = future ?? running;
  return root === null ? null : new GraphMaker(running, depth, limit).make(root);
}

class GraphMaker {
  readonly #running: Task<unknown> | null;
  readonly #depth: number;
  readonly #limit: number | null;
  readonly #nodes = new Map<Future<unknown>, FutureCallGraph>();

  constructor(running: Task<unknown> | null, depth: number, limit: number | null) {
    this.#running = running;
    this.#depth = depth;
    this.#limit = limit;
  }

  make(root: Future<unknown>): FutureCallGraph {
    // Not by recursion: a chain of tasks may be as long as there are tasks.
    const open: [Future<unknown>, FutureCallGraph[]][] = [];
    const nodeOf = (future: Future<unknown>): FutureCallGraph => {
      let node = this.#nodes.get(future);
      if (node === undefined) {
        const parents: FutureCallGraph[] = [];
        node = new FutureCallGraph(future, this.#stackOf(future), parents);
        this.#nodes.set(future, node);
        open.push([future, parents]);
      }
      return node;
    };
    const made = nodeOf(root);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [future, parents] = next;
      for (const waiter of awaitedBy(future)) parents.push(nodeOf(waiter));
    }
    return made;
  }

  #stackOf(future: Future<unknown>): FrameCallGraphEntry[] {
    if (!(future instanceof Task) || future.done() || this.#limit === 0) return [];
    const frames = future === this.#running
      ? runningFrames().slice(this.#depth - 1)
      : future.getStack().reverse();
    return cut(frames, this.#limit).map((frame) => new FrameCallGraphEntry(frame));
  }
}

/** Of frames with the innermost first: the outermost ones, or, of a negative number, the innermost. */
function cut<F>(frames: readonly F[], limit: number | null): readonly F[] {
  if (limit === null) return frames;
  return limit > 0 ? frames.slice(-limit) : frames.slice(0, -limit);
}

function checkWhole(value: unknown, name: string): void {
  if (typeof value !== "number") {
    throw new TypeError(`${name} must be a number, got ${describe(value)}`);
  }
  if (!Number.isInteger(value)) {
    throw new ValueError(`${name} must be a whole number, got ${value}`);
  }
}

/**
 * Writes what {@linkcode captureCallGraph} gives in the form in which Python does. Who stands there a second
 * time, because several wait for him or because he waits for himself in a circle, is named and not shown
 * again.
 *
 * @param future The future; the task that runs where left out.
 * @param options `depth`, `limit`.
 * @returns The text; empty where no future was given and no task runs.
 * @throws {RuntimeError} If no future was given and no loop is running.
 * @throws {TypeError} If it is no future.
 *
 * @example
 * ```ts
 * import { createTask, formatCallGraph, Queue, run } from "@asyncio/asyncio";
 * import { assertMatch } from "@std/assert";
 *
 * await run(function* () {
 *   const consumer = createTask(new Queue().get(), { name: "consumer" });
 *   yield;
 *   assertMatch(formatCallGraph(consumer), /^\* Task\(name='consumer', id=0x\w+\)\n  \+ Call stack:/);
 *   consumer.cancel();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.format_call_graph
 */
export function formatCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions = {},
): string {
  checkOptions(options, "formatCallGraph()", ["depth", "limit"]);
  return format(future, options);
}

function format(future: Future<unknown> | null | undefined, options: CallGraphOptions): string {
  const graph = capture(future, options);
  return graph === null ? "" : render(graph).join("\n");
}

/**
 * Prints what {@linkcode formatCallGraph} gives.
 *
 * @param future The future; the task that runs where left out.
 * @param options `file`: what is written to, the host's console where left out; `depth`, `limit`.
 * @throws {RuntimeError} If no future was given and no loop is running.
 * @throws {TypeError} If it is no future.
 *
 * @example
 * ```ts
 * import { createTask, printCallGraph, run, sleep } from "@asyncio/asyncio";
 * import { assertMatch } from "@std/assert";
 *
 * await run(function* () {
 *   const task = createTask(sleep(0.001), { name: "sleeper" });
 *   yield;
 *   let text = "";
 *   printCallGraph(task, { file: { write: (piece) => text += piece } });
 *   assertMatch(text, /Task\(name='sleeper'/);
 *   yield* task;
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.print_call_graph
 */
export function printCallGraph(
  future?: Future<unknown> | null,
  options: PrintCallGraphOptions = {},
): void {
  checkOptions(options, "printCallGraph()", ["depth", "limit", "file"]);
  const text = format(future, options);
  if (options.file === undefined) host.log(text);
  else options.file.write(`${text}\n`);
}

/** A node that is to be rendered, how deep, or a line that stands behind those before it. */
interface Rendering {
  readonly node: FutureCallGraph;
  readonly level: number;
}

function render(root: FutureCallGraph): string[] {
  const lines: string[] = [];
  const shown = new Set<FutureCallGraph>();
  const open: Rendering[] = [{ node: root, level: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, level } = next;
    const indent = "    ".repeat(level);
    const isShown = shown.has(node);
    lines.push(`${indent}* ${title(node.future)}${isShown ? ", see above" : ""}`);
    if (isShown) continue;
    shown.add(node);
    if (node.callStack.length > 0) {
      lines.push(`${indent}  + Call stack:`);
      for (const { frame } of node.callStack) lines.push(`${indent}  |   ${describePlace(frame)}`);
    }
    if (node.waitingFor !== null) lines.push(`${indent}  + Waiting for ${node.waitingFor}`);
    if (node.awaitedBy.length > 0) {
      lines.push(`${indent}  + Awaited by:`);
      open.push(...node.awaitedBy.map((each) => ({ node: each, level: level + 1 })).reverse());
    }
  }
  return lines;
}

function title(future: Future<unknown>): string {
  const id = `id=0x${idOf(future).toString(16)}`;
  return future instanceof Task ? `Task(name=${repr(future.getName())}, ${id})` : `Future(${id})`;
}

function describePlace({ name, file, line, isCoroutine }: StackFrame): string {
  const place = file === "" ? "" : `File ${repr(file)}, line ${line}, `;
  return `${place}in ${isCoroutine ? "async " : ""}${name}()`;
}
