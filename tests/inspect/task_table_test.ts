import { assertEquals } from "@std/assert";
import { formatTable } from "../../lib/inspect/task_table.ts";
import { test } from "../_support/harness.ts";

test("formatTable() has a row for each task and each that waits for it, in asyncio's columns", () => {
  const main = {
    loop: 1,
    id: 16,
    name: "Task-1",
    stack: ["TaskGroup.exit file:///g.ts:1", "main file:///a.ts:2"],
    waitingFor: null,
    awaitedBy: [],
  };
  const child = { ...main, id: 17, name: "child", stack: ["sleep"], awaitedBy: [16, 99] };
  const lines = formatTable([main, child]).split("\n");
  assertEquals(
    lines[0],
    "tid        task id              task name            coroutine stack                                    " +
      "awaiter chain                                      awaiter name    awaiter id",
  );
  assertEquals(lines[1], "-".repeat(180));
  assertEquals(lines.slice(2).map((line) => line.split(/ {2,}/)), [
    ["1", "0x10", "Task-1", "TaskGroup.exit -> main", "0x0"],
    ["1", "0x11", "child", "sleep", "TaskGroup.exit -> main", "Task-1", "0x10"],
    ["1", "0x11", "child", "sleep", "Unknown", "0x63"],
  ]);
});
