// kinds: generator, async
import { assertEquals, assertThrows } from "@std/assert";
import { ambientTask, running } from "../../lib/kernel/running.ts";
import {
  createTask,
  currentTask,
  gather,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  sleep,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("nothing runs outside loops, before a run and after it", async () => {
  const nothing: typeof running = {
    scheduler: null,
    task: null,
    strand: null,
    calling: false,
    held: null,
    within: null,
  };
  assertEquals({ ...running }, nothing);
  await virtually(function* () {
    yield* gather([sleep(1), sleep(0)]);
  });
  assertEquals({ ...running }, nothing);
  assertEquals(ambientTask(), null);
});

test("nothing runs after a run that failed, or a callback that threw", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setExceptionHandler(() => {});
  loop.callSoon(() => {
    throw new Error("no");
  });
  const failed = await loop.runUntilComplete(function* () {
    yield* sleep(0);
    throw new RangeError("no");
  }).catch((error) => error.name);
  loop.close();
  assertEquals([failed, running.scheduler, running.task], ["RangeError", null, null]);
  assertThrows(() => getRunningLoop(), RuntimeError);
});

/* generator only */
test("a run inside a virtual run is refused, and leaves the outer one as it was", () => {
  const [outer, inner] = [1, 2].map(() => newEventLoop({ clock: new VirtualClock() }));
  const result = outer!.runUntilCompleteSync(function* () {
    const task = currentTask();
    assertThrows(() => inner!.runUntilCompleteSync(sleep(1)), RuntimeError, "Cannot run");
    assertEquals([currentTask() === task, getRunningLoop() === outer], [true, true]);
    return yield* sleep(1, "slept");
  });
  assertEquals(result, "slept");
  for (const loop of [outer!, inner!]) loop.close();
});

test("a virtual run may happen while another loop's async function has the thread", async () => {
  const outer = newEventLoop();
  const results: unknown[] = [];
  // Between the function's microtasks plain code gets its turns, and may do as it likes.
  const plain = (async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (let time = 0; time < 30; time++) {
      await null;
      const loop = newEventLoop({ clock: new VirtualClock() });
      results.push(loop.runUntilCompleteSync(sleep(1, time)));
      loop.close();
    }
  })();
  const work = outer.createTask(async () => {
    const self = currentTask();
    for (let time = 0; time < 200; time++) {
      await sleep(0);
      for (let microtask = 0; microtask < 5; microtask++) await null;
    }
    return self !== null && currentTask() === self;
  });
  assertEquals(await outer.runUntilComplete(work), true);
  await plain;
  outer.close();
  assertEquals(results, Array.from({ length: 30 }, (_, time) => time));
});

test("a task that is done is nobody's current task", async () => {
  await virtually(function* () {
    const task = createTask(function* () {});
    yield* task;
    assertEquals(currentTask() === task, false);
    getRunningLoop().callSoon(() => assertEquals(currentTask(), null));
    yield* sleep(0);
  });
});
