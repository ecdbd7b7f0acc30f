/**
 * What is told of a run that can never go on: who waits for whom.
 *
 * @module
 */
import { DeadlockError, type WaitingTask } from "../base/errors.ts";
import { awaitedBy } from "./awaited_by.ts";
import type { Future } from "./future.ts";
import { Task, waiterOf } from "./task.ts";
import { describeWait, holderOf } from "./waiter.ts";

/**
 * Makes the error of a run that can never go on.
 *
 * @param what What the run was for.
 * @param tasks The tasks that are left, oldest first.
 */
export function deadlock(what: string, tasks: readonly Task<unknown>[]): DeadlockError {
  const waiting = tasks.map((task): WaitingTask => {
    const waiter = waiterOf(task);
    return { task: String(task), waitingFor: waiter === null ? null : describeWait(waiter) };
  });
  const cycles = findCycles(waitsOf(tasks)).map((cycle) => cycle.map(nameOf));
  const lines = [
    ...waiting.map(({ task, waitingFor }) => `${task} waits for ${waitingFor ?? "-"}`),
    ...cycles.map((cycle) => `cycle: ${cycle.join(" → ")}`),
  ];
  return new DeadlockError(
    `${what} can never be done: nothing is ready and no timer is set` +
      lines.map((line) => `\n  ${line}`).join(""),
    waiting,
    cycles,
  );
}

/** Whom each task waits for: other tasks, and those that hold what it wants. */
export function waitsOf(
  tasks: readonly Task<unknown>[],
): Map<Future<unknown>, Set<Future<unknown>>> {
  const waits = new Map<Future<unknown>, Set<Future<unknown>>>();
  const add = (waiter: Future<unknown>, other: Future<unknown>) => {
    const others = waits.get(waiter);
    if (others === undefined) waits.set(waiter, new Set([other]));
    else others.add(other);
  };
  for (const task of tasks) {
    for (const waiter of awaitedBy(task)) add(waiter, task);
    const holder = holderOf(waiterOf(task));
    if (holder !== null && !holder.done()) add(task, holder);
  }
  return waits;
}

/**
 * Finds the cycles of a graph, each by one of its edges that lead back; without recursion, for chains of
 * tasks are as long as programs make them.
 *
 * @param graph Whom each node leads to.
 * @returns Each cycle from a node back to the same.
 */
export function findCycles<N>(graph: ReadonlyMap<N, ReadonlySet<N>>): N[][] {
  const cycles: N[][] = [];
  const done = new Set<N>();
  for (const root of graph.keys()) {
    if (done.has(root)) continue;
    // The way from the root, and where each node of it stands in it.
    const path: { node: N; rest: Iterator<N> }[] = [];
    const places = new Map<N, number>();
    const enter = (node: N) => {
      places.set(node, path.length);
      path.push({ node, rest: (graph.get(node) ?? new Set<N>()).values() });
    };
    enter(root);
    while (path.length > 0) {
      const { node, rest } = path.at(-1)!;
      const next = rest.next();
      if (next.done) {
        path.pop();
        places.delete(node);
        done.add(node);
      } else if (places.has(next.value)) {
        const cycle = path.slice(places.get(next.value)).map((step) => step.node);
        cycles.push([...cycle, next.value]);
      } else if (!done.has(next.value)) enter(next.value);
    }
  }
  return cycles;
}

function nameOf(future: Future<unknown>): string {
  return future instanceof Task ? future.getName() : String(future);
}
