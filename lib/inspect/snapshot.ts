/**
 * What runs at a moment, as plain data: it can be printed here, or sent to another process and be printed
 * there.
 *
 * @module
 */
import { describeFrame } from "../base/stack.ts";
import { awaitedBy } from "../kernel/awaited_by.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { loopsThatRun } from "../kernel/running.ts";
import { Task, tasksOf, waiterOf } from "../kernel/task.ts";
import { describeWait, purposeOf } from "../kernel/waiter.ts";
import { idOf } from "./ids.ts";

/** A task at a moment. */
export interface TaskSnapshot {
  /** The number of its loop. */
  readonly loop: number;
  /** Its number. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Where it stands, innermost first: `main file:///a.ts:3`. */
  readonly stack: readonly string[];
  /** What it waits for, if that is a lock, a queue or the like. */
  readonly waitingFor: string | null;
  /** The numbers of the tasks that wait for it. */
  readonly awaitedBy: readonly number[];
}

/** Takes a snapshot of the tasks of some loops, oldest first. */
export function takeSnapshot(loops: Iterable<EventLoop>): TaskSnapshot[] {
  return [...loops].flatMap((loop) => tasksOf(loop).map((task) => snapshotOf(loop, task)));
}

/** Takes a snapshot of the tasks of the loops of this thread that run. */
export function snapshotOfAll(): TaskSnapshot[] {
  return takeSnapshot([...loopsThatRun].map(({ owner }) => owner as EventLoop));
}

function snapshotOf(loop: EventLoop, task: Task<unknown>): TaskSnapshot {
  const waiter = waiterOf(task);
  return {
    loop: idOf(loop),
    id: idOf(task),
    name: task.getName(),
    stack: task.getStack().reverse().map(describeFrame),
    waitingFor: purposeOf(waiter) === null ? null : describeWait(waiter!),
    awaitedBy: [...awaitedBy(task)].filter((each) => each instanceof Task).map(idOf),
  };
}
