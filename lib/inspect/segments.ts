/**
 * What a trace consists of: the lives of tasks, and segments, each a stretch of time in which one thing had a
 * thread.
 *
 * @module
 */
import { functionName } from "../base/repr.ts";
import { isOwnFrame, type StackFrame } from "../base/stack.ts";
import { Future } from "../kernel/future.ts";
import type { Task } from "../kernel/task.ts";

/** What had the thread: a task's step, a callback, a timer's callback, a job in a worker, or the loop. */
export type SegmentKind = "step" | "callback" | "timer" | "job" | "turn";

/** What a segment came of. */
export type CauseKind = "created" | "woken" | "called" | "timer" | "job" | "outside";

/** How a task ended. */
export type TaskEnd = "finished" | "failed" | "cancelled";

/** What caused a segment, or is to cause one. */
export class Cause {
  kind: CauseKind = "outside";
  /** The segment's number; 0 for what is outside the loop. */
  by = 0;
  /** When, in the host's milliseconds. */
  at = 0;

  copy(other: Readonly<Cause>): void {
    this.kind = other.kind;
    this.by = other.by;
    this.at = other.at;
  }

  set(kind: CauseKind, by: number, at: number): void {
    this.kind = kind;
    this.by = by;
    this.at = at;
  }
}

/** No cause. */
export const NOWHERE: Readonly<Cause> = /* @__PURE__ */ new Cause();

/** The life of one task. */
export class TaskLife {
  /** Its number in the trace. */
  readonly id: number;
  /** What it is called. */
  name: string;
  /** What it runs: the function's name, where it is known. */
  coroutine: string;
  /** When it was made, or the trace began. */
  readonly begin: number;
  /** Whether it was there before the trace began. */
  readonly isOlder: boolean;
  /** The segment that made it, or 0. */
  readonly maker: number;
  /** When it ended; `NaN` as long as it has not. */
  end = NaN;
  /** How many tasks were on record when it ended: on a coarse clock its end does not tell who came behind. */
  endedBehind = Infinity;
  /** How it ended. */
  outcome: TaskEnd | null = null;
  /** What it failed by. */
  error = "";
  /** Why its next step comes. */
  readonly next: Cause = new Cause();
  /** Who has asked it to end since its last step. */
  readonly canceller: Cause = new Cause();
  /** How deep steps of it are nested in each other, as they are where a microtask makes one. */
  depth = 0;

  /** Begins the record of a task. */
  constructor(id: number, task: Task<unknown>, begin: number, maker: number, isOlder: boolean) {
    this.id = id;
    this.name = task.getName();
    this.coroutine = coroutineName(task);
    this.begin = begin;
    this.maker = maker;
    this.isOlder = isOlder;
  }
}

/** A stretch of time in which one thing had a thread. */
export class Segment {
  /** Its number, from 1; 0 for one that is not in use. */
  id = 0;
  /** What had the thread. */
  kind: SegmentKind = "step";
  /** What it is called: a function, or how a turn ended. */
  name = "";
  /** The task's record, where it is a step. */
  task: TaskLife | null = null;
  /** The task itself, as long as the step is under way. */
  running: Task<unknown> | null = null;
  /** The thread, where it is a job. */
  thread = "";
  /** When it began, in the host's milliseconds. */
  begin = 0;
  /** When it ended; `NaN` as long as it has not. */
  end = NaN;
  /** What it came of. */
  readonly cause: Cause = new Cause();
  /** Who asked the task to end, so that this step has the cancellation: seldom anybody. */
  canceller: Readonly<Cause> = NOWHERE;
  /** What the task waits for from its end on; of a turn, how many entries it had. */
  detail = "";
  /** Where the task waits in its code, where stacks are recorded. */
  place = "";
}

/** What a recording consists of, for those that write it down. */
export interface Recording {
  /** When it began, in the host's milliseconds. */
  readonly begin: number;
  /** When it ended. */
  readonly end: number;
  /** How many segments were overwritten. */
  readonly dropped: number;
  /** The segments that are there, oldest first. */
  readonly segments: readonly Segment[];
  /** The tasks of those, and those that have not ended. */
  readonly tasks: readonly TaskLife[];
}

/**
 * Takes note of where in the user's code a task waits, of what the task runs, and, where the future does not
 * tell, of the function of this module's that waits there.
 */
export function notePlace(segment: Segment, life: TaskLife, stack: readonly StackFrame[]): void {
  const index = stack.findLastIndex((frame) => !isOwnFrame(frame) && frame.file !== "");
  const own = stack[index + 1];
  if (own !== undefined && segment.detail === Future.name) segment.detail = own.name;
  const users = stack[index];
  if (users === undefined) return;
  const file = users.file.slice(users.file.lastIndexOf("/") + 1);
  segment.place = `${users.name} (${file}:${users.line})`;
  if (life.coroutine === GENERATOR) life.coroutine = stack[0]!.name;
}

/** What a generator object is called, which does not know whose it is. */
const GENERATOR = "generator";

function coroutineName(task: Task<unknown>): string {
  const coroutine: unknown = task.getCoro();
  if (typeof coroutine === "function") return functionName(coroutine);
  const name: unknown = Reflect.get(Object(coroutine), "name");
  return typeof name === "string" && name !== "" ? name : GENERATOR;
}
