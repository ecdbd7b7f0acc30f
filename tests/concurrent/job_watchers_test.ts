/** What the executors tell those that look on. */
import { assertEquals, assertRejects } from "@std/assert";
import { type JobWatcher, jobWatchers } from "../../lib/concurrent/job_watchers.ts";
import { ThreadPoolExecutor } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

async function watched(body: () => Promise<void>): Promise<string[]> {
  const log: string[] = [];
  const watcher: JobWatcher = {
    submitted: (_future, name) => log.push(`submitted ${name}`),
    begun: (_future, thread) => log.push(`begun on ${thread}`),
    ended: (future, time) =>
      log.push(`ended${time >= 0 ? "" : "?"}${future.done() ? " late" : ""}`),
  };
  jobWatchers.add(watcher);
  try {
    await body();
  } finally {
    jobWatchers.delete(watcher);
  }
  return log;
}

test({
  name: "jobWatchers are told of a job when it is submitted, begun and over",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: "pool" });
    const log = await watched(async () => {
      await pool.submit(function double(n: number) {
        return 2 * n;
      }, 2);
      await assertRejects(() =>
        pool.submit(function fail() {
          throw new RangeError("no");
        }) as unknown as Promise<never>
      );
    });
    assertEquals(log, [
      ...["submitted double", "begun on pool_0", "ended"],
      ...["submitted fail", "begun on pool_0", "ended"],
    ]);
  },
});

test({
  name: "jobWatchers are told that a job is over whose worker died",
  ...needs("workers", "deno"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: "pool" });
    const log = await watched(async () => {
      await assertRejects(() =>
        pool.submit(function die() {
          setTimeout(() => {
            throw new Error("dead");
          });
          return new Promise(() => {});
        }) as unknown as Promise<never>
      );
    });
    assertEquals(log, ["submitted die", "begun on pool_0", "ended"]);
  },
});
