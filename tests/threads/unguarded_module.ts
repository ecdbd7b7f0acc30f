/** A program with a job in it, that begins anew in each worker: it does not ask whether it is the main module. */
import { ThreadPoolExecutor, workerFunction } from "../../mod.ts";

export function double(n: number): number {
  return 2 * n;
}

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
await pool.submit(workerFunction<typeof double>(import.meta.url, "double"), 21);
