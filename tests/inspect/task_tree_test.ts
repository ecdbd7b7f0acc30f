import { assert, assertEquals } from "@std/assert";
import type { TaskSnapshot } from "../../lib/inspect/snapshot.ts";
import { formatTree } from "../../lib/inspect/task_tree.ts";
import { test } from "../_support/harness.ts";

/** A task, named by its number. */
function task(id: number, awaitedBy: number[], rest: Partial<TaskSnapshot> = {}): TaskSnapshot {
  return { loop: 1, id, name: `t${id}`, stack: [], waitingFor: null, awaitedBy, ...rest };
}

test("formatTree() shows coroutines from the outermost in, and under them what is waited for", () => {
  const tree = formatTree([
    task(1, [], { stack: ["gather", "main a.ts:1"] }),
    task(2, [1], { stack: ["sleep", "work a.ts:2"] }),
    task(3, [1], { stack: ["Queue.get"], waitingFor: "Queue.get of <Queue maxsize=0>" }),
  ]);
  assertEquals(tree.split("\n"), [
    "└── (T) t1",
    "    └── main a.ts:1",
    "        └── gather",
    "            ├── (T) t2",
    "            │   └── work a.ts:2",
    "            │       └── sleep",
    "            └── (T) t3",
    "                └── Queue.get",
    "                    └── waiting for Queue.get of <Queue maxsize=0>",
  ]);
});

test("formatTree() shows a task that several wait for once", () => {
  const tree = formatTree([
    task(1, []),
    task(2, []),
    task(3, [1, 2]),
    task(4, [3]),
  ]);
  assertEquals(tree.split("\n"), [
    "└── (T) t1",
    "    └── (T) t3",
    "        └── (T) t4",
    "└── (T) t2",
    "    └── (T) t3, see above",
  ]);
});

test("formatTree() reports circles, and shows who is in them", () => {
  assertEquals(formatTree([task(1, [2]), task(2, [3]), task(3, [1])]).split("\n"), [
    "└── (T) t1",
    "    └── (T) t3",
    "        └── (T) t2",
    "            └── (T) t1, see above",
    "cycle: t2 → t1 → t3 → t2",
  ]);
});

test("formatTree() grows with the number of tasks alone, however they wait", () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, index) => task(index, index === 0 ? [] : [index - 1]));
  const [short, long] = [1000, 10_000].map((length) => formatTree(chain(length)).length);
  assert(long! < 12 * short!, `${short} and ${long} characters`);
  const layers = Array.from(
    { length: 1000 },
    (_, index) => task(index, index < 2 ? [] : [2 * (index >> 1) - 2, 2 * (index >> 1) - 1]),
  );
  assert(formatTree(layers).split("\n").length <= 3000);
});

test("formatTree() of no tasks is empty", () => {
  assertEquals(formatTree([]), "");
});
