import { assertEquals, assertRejects } from "@std/assert";
import { BrokenExecutor, getRunningLoop, run } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name: "the default executor is made for the first job, and shut down with the run",
  ...needs("workers"),
  async fn() {
    const result = await run(() => getRunningLoop().runInExecutor(null, (n: number) => n + 1, 1));
    assertEquals(result, 2);
  },
});

test({
  name: "the default executor's threads are called asyncio, as in Python",
  ...needs("workers"),
  async fn() {
    await assertRejects(
      () =>
        run(() =>
          getRunningLoop().runInExecutor(null, () => {
            setTimeout(() => {
              throw new Error("stray");
            });
            return new Promise(() => {});
          })
        ),
      BrokenExecutor,
      "asyncio_0 threw an error that nothing caught: stray",
    );
  },
});
