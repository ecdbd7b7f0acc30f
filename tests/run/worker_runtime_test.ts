import { assertEquals } from "@std/assert";
import { ThreadPoolExecutor, workerFunction } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import type { naps } from "./napping_job.ts";

test({
  name: "a coroutine job runs on the copy of this module that its own module imports",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const url = new URL("./napping_job.ts", import.meta.url);
    const job = workerFunction<typeof naps>(url, "naps");
    assertEquals(await pool.submit(job, 3), ["nap 0", "nap 1", "nap 2"]);
  },
});
