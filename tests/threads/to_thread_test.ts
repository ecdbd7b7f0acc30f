// kinds: generator, async
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createTask, run, RuntimeError, sleep, toThread, workerFunction } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import type * as jobs from "./jobs.ts";

const jobsModule = new URL("./jobs.ts", import.meta.url);

test({
  name: "toThread() runs a function in the default executor, in either kind of coroutine",
  ...needs("workers"),
  async fn() {
    const add = workerFunction<typeof jobs.add>(jobsModule, "add");
    assertEquals(
      await run(function* () {
        return yield* toThread(add, 20, 22);
      }),
      42,
    );
    assertEquals(await run(async () => await toThread((text: string) => text.length, "four")), 4);
  },
});

test({
  name: "toThread() is lazy",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      const lazy = toThread(42 as never);
      yield* sleep(0);
      try {
        yield* lazy;
      } catch (error) {
        assert(String(error).includes("submit() expects a function, got 42 (number)"));
      }
    });
  },
});

test("toThread() needs a running loop", async () => {
  await assertRejects(async () => await toThread(() => 1), RuntimeError, "no running event loop");
});

test({
  name: "toThread() stops its job when the task is cancelled",
  ...needs("workers"),
  async fn() {
    const untilAborted = workerFunction<typeof jobs.untilAborted>(jobsModule, "untilAborted");
    // The run would wait for the executor's shutdown for ever if the job went on.
    await run(function* () {
      const task = createTask(() => toThread(untilAborted));
      yield* sleep(0.05);
      task.cancel();
      while (!task.done()) yield* sleep(0);
      assert(task.cancelled());
    });
  },
});
