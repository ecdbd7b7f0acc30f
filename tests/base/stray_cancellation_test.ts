import { assertEquals } from "@std/assert";
import {
  ConcurrentFuture,
  createTask,
  currentTask,
  newEventLoop,
  run,
  sleep,
  timeout,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";

/** What was rejected and handled by nobody, as far as the host would report it; waits for so many. */
async function reported(body: () => Promise<unknown>, expected = 0): Promise<string[]> {
  // Listeners are called in the order in which they came, and that of the first run is to be before this.
  await run(sleep(0));
  const reasons: string[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    reasons.push(`${event.reason}`);
  };
  addEventListener("unhandledrejection", note);
  try {
    await body();
    await until(() => reasons.length >= expected);
    await new Promise((resolve) => setTimeout(resolve, 10));
  } finally {
    removeEventListener("unhandledrejection", note);
  }
  return reasons;
}

async function nap(log: string[]): Promise<string> {
  try {
    await sleep(60);
  } catch (error) {
    log.push(`${error}`);
    throw error;
  }
  return "rested";
}

test("a helper that is not awaited yet as its task is cancelled is no unhandled rejection", async () => {
  const log: string[] = [];
  const reasons = await reported(() =>
    run(async () => {
      const task = createTask(async () => {
        const early = nap(log);
        await sleep(60);
        return await early;
      });
      await sleep(0.001);
      task.cancel("enough");
      await wait([task]);
      try {
        await timeout(0.001, async () => [nap(log), await sleep(60)]);
      } catch (error) {
        log.push(`${error}`);
      }
    })
  );
  assertEquals(log, ["CancelledError: enough", "CancelledError", "TimeoutError"]);
  assertEquals(reasons, []);
});

test("what such a helper throws instead of the cancellation is one", async () => {
  const reasons = await reported(() =>
    run(async () => {
      const fail = async () => {
        try {
          await sleep(60);
        } catch {
          throw new RangeError("no");
        }
      };
      const task = createTask(async () => [fail(), await sleep(60)]);
      await sleep(0.001);
      task.cancel();
      await wait([task]);
    }), 1);
  assertEquals(reasons, ["RangeError: no"]);
});

test("a run, a task or a job that is cancelled is unhandled where code outside of tasks does not handle it", async () => {
  const reasons = await reported(async () => {
    run(async () => {
      currentTask()!.cancel("the run's");
      await sleep(60);
    });
    const loop = newEventLoop();
    const task = loop.createTask(() => sleep(60));
    (async () => await task)();
    task.cancel("the task's");
    const job = new ConcurrentFuture<void>();
    (async () => await job)();
    job.cancel();
    await loop.runUntilComplete(sleep(0.001));
    loop.close();
  }, 3);
  assertEquals(reasons.sort(), [
    "CancelledError",
    "CancelledError: the run's",
    "CancelledError: the task's",
  ]);
});
