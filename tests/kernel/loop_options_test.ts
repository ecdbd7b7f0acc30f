// kinds: generator, async
/** That tasks and futures have what they were given, whichever way the loop made them. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { copyContext, createTask, getRunningLoop, sleep, Task } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("each option of createTask() reaches the task, alone and with the others", () =>
  virtually(function* () {
    const loop = getRunningLoop();
    const context = copyContext();
    const { signal } = new AbortController();
    function* nothing() {
      yield* sleep(0);
    }
    const plain = createTask(nothing);
    const named = loop.createTask(nothing, { name: "named" });
    const inContext = createTask(nothing, { context });
    const eager = createTask(function* () {}, { eagerStart: true });
    const all = createTask(nothing, { name: "all", context, eagerStart: false, signal });
    const own = new Task(nothing, { loop, name: "own" });
    for (const task of [plain, named, inContext, eager, all, own, loop.createFuture()]) {
      assertStrictEquals(task.getLoop(), loop);
    }
    assertEquals([named, all, own].map((task) => task.getName()), ["named", "all", "own"]);
    assertEquals([plain, inContext].map((task) => /^Task-\d+$/.test(task.getName())), [true, true]);
    assertStrictEquals(inContext.getContext(), context);
    assertStrictEquals(all.getContext(), context);
    yield* sleep(1);
    assertEquals(
      [plain, named, inContext, eager, all, own].map((task) => task.done()),
      Array(6).fill(true),
    );
  }));
