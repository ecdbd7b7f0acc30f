/**
 * Claim 5. Tasks are easily made by `ensure_future` or `create_task`.
 *
 * A task is scheduled at once and takes its first step at the loop's next iteration. The loop keeps
 * it: a task whose variable is gone still runs to its end, which CPython does not promise.
 *
 * ```python
 * task = asyncio.create_task(download(), name="download")
 * task = asyncio.ensure_future(download())
 * ```
 */
import { createTask, ensureFuture, run, sleep } from "@asyncio/asyncio";

function* download(page: string) {
  console.log(`${page}: begun`);
  yield* sleep(0.001);
  return `${page}: loaded`;
}

async function downloadAsync(page: string) {
  console.log(`${page}: begun`);
  await sleep(0.001);
  return `${page}: loaded`;
}

await run(function* () {
  const a = createTask(download("a"), { name: "download a" });
  const b = createTask(() => downloadAsync("b"), { name: "download b" });
  const c = ensureFuture(download("c"));
  console.log("three tasks are made");
  console.log(yield* a);
  console.log(yield* b);
  console.log(yield* c);
  console.log(a.getName(), b.getName());
});

/* Output:
three tasks are made
a: begun
b: begun
c: begun
a: loaded
b: loaded
c: loaded
download a download b
*/
