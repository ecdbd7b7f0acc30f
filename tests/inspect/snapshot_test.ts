import { assertEquals } from "@std/assert";
import { idOf } from "../../lib/inspect/ids.ts";
import { takeSnapshot } from "../../lib/inspect/snapshot.ts";
import { createTask, currentTask, getRunningLoop, Queue, runVirtual, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("takeSnapshot() tells of each task where it stands, what for, and who waits for it", () => {
  runVirtual(function* () {
    const child = createTask(new Queue().get(), { name: "child" });
    const parent = createTask(
      function* () {
        yield* child;
      },
      { name: "parent" },
    );
    yield* sleep(1);
    const snapshot = takeSnapshot([getRunningLoop()]);
    assertEquals(
      snapshot.map(({ name, id, awaitedBy, waitingFor }) => [name, id, awaitedBy, waitingFor]),
      [
        [currentTask()!.getName(), idOf(currentTask()!), [], null],
        ["child", idOf(child), [idOf(parent)], "Queue.get of <Queue maxsize=0 _getters[1]>"],
        ["parent", idOf(parent), [], null],
      ],
    );
    assertEquals(snapshot.every(({ stack, loop }) => stack.length > 0 && loop > 0), true);
    assertEquals(JSON.parse(JSON.stringify(snapshot)), snapshot);
    parent.cancel();
  });
});
