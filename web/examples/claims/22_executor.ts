/**
 * Claim 22. Synchronous code goes to `run_in_executor`: the default is a thread pool, it can be a
 * process pool; it becomes awaitable and so concurrent.
 *
 * Threads here are Web Workers, which share no memory. A function that closes over nothing crosses as
 * its source, a module's as `workerFunction(import.meta.url, "name")`; arguments and results are cloned.
 * In CPython two CPU-bound jobs in threads still share one interpreter lock; here they have two cores.
 * A browser has no processes: `new ProcessPoolExecutor()` says so there.
 *
 * Processes need a permission: `deno run --allow-run web/examples/claims/22_executor.ts`.
 *
 * ```python
 * await loop.run_in_executor(None, work, 1)
 * await loop.run_in_executor(ProcessPoolExecutor(), work, 1)
 * ```
 */
import {
  createTask,
  gather,
  getRunningLoop,
  ProcessPoolExecutor,
  run,
  sleep,
  toThread,
} from "@asyncio/asyncio";

/** Keeps its thread busy, and tells when it began and ended. */
function spin(seconds: number): [start: number, end: number] {
  const start = Date.now();
  while (Date.now() - start < seconds * 1000);
  return [start, Date.now()];
}

function overlap([a, b]: [start: number, end: number][]) {
  return a !== undefined && b !== undefined && a[0] < b[1] && b[0] < a[1];
}

await run(function* () {
  const loop = getRunningLoop();
  let ticks = 0;
  const ticker = createTask(function* () {
    while (true) {
      yield* sleep(0.01);
      ticks++;
    }
  });

  const start = loop.time();
  const jobs = [loop.runInExecutor(null, spin, 1), loop.runInExecutor(null, spin, 1)];
  const times = yield* gather(jobs);
  const seconds = loop.time() - start;
  console.log("two one-second jobs in threads at once:", overlap(times));
  console.log("done in less than two seconds:", seconds < 2);
  console.log("the loop ticked on meanwhile:", ticks > 10);
  ticker.cancel();

  const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
  const inProcesses = [loop.runInExecutor(pool, spin, 1), loop.runInExecutor(pool, spin, 1)];
  console.log("two jobs in processes at once:", overlap(yield* gather(inProcesses)));
  yield* pool.shutdown();
});

await run(async () => {
  console.log(
    "toThread:",
    await toThread((text: string) => text.toUpperCase(), "in an async function"),
  );
});

/* Output:
two one-second jobs in threads at once: true
done in less than two seconds: true
the loop ticked on meanwhile: true
two jobs in processes at once: true
toThread: IN AN ASYNC FUNCTION
*/
