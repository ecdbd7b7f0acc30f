/**
 * The table of all tasks, as `python -m asyncio ps` prints it.
 *
 * @module
 */
import type { TaskSnapshot } from "./snapshot.ts";

const COLUMNS: readonly (readonly [title: string, width: number])[] = [
  ["tid", 10],
  ["task id", 20],
  ["task name", 20],
  ["coroutine stack", 50],
  ["awaiter chain", 50],
  ["awaiter name", 15],
  ["awaiter id", 15],
];

const RULE = /* @__PURE__ */ "-".repeat(180);

/** Writes the table: a row for each task and each that waits for it. */
export function formatTable(tasks: readonly TaskSnapshot[]): string {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const rows = tasks.flatMap((task) => {
    const self = [String(task.loop), hex(task.id), task.name, chain(task)];
    if (task.awaitedBy.length === 0) return [[...self, "", "", "0x0"]];
    return task.awaitedBy.map((id) => {
      const waiter = byId.get(id);
      return [
        ...self,
        waiter === undefined ? "" : chain(waiter),
        waiter?.name ?? "Unknown",
        hex(id),
      ];
    });
  });
  return [
    formatRow(COLUMNS.map(([title]) => title)),
    RULE,
    ...rows.map(formatRow),
  ].join("\n");
}

/** The names alone, innermost first. */
function chain({ stack }: TaskSnapshot): string {
  return stack.map((place) => place.replace(/ .*$/, "")).join(" -> ");
}

function formatRow(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(COLUMNS[index]![1])).join(" ").trimEnd();
}

function hex(id: number): string {
  return `0x${id.toString(16)}`;
}
