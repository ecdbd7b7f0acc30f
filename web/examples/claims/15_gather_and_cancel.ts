/**
 * Claim 15. When a task is cancelled, `gather` raises CancelledError; with `return_exceptions=True` it
 * returns the CancelledError instance at that task's place.
 *
 * ```python
 * results = await asyncio.gather(t1, t2, return_exceptions=True)
 * ```
 */
import { CancelledError, createTask, gather, run, sleep } from "@asyncio/asyncio";

function* work(name: string) {
  yield* sleep(0.001);
  return name;
}

await run(function* () {
  let t1 = createTask(work("a"));
  let t2 = createTask(work("b"));
  t1.cancel();
  try {
    yield* gather([t1, t2]);
  } catch (error) {
    console.log("gather throws a CancelledError:", error instanceof CancelledError);
    console.log("the other task goes on:", yield* t2);
  }

  t1 = createTask(work("a"));
  t2 = createTask(work("b"));
  t1.cancel();
  const results = yield* gather([t1, t2], { returnExceptions: true });
  console.log(results.map((result) => result instanceof CancelledError ? result.name : result));
});

await run(async () => {
  const t1 = createTask(() => work("a"));
  const t2 = createTask(async () => await sleep(0.001, "b"));
  t1.cancel();
  const results = await gather([t1, t2], { returnExceptions: true });
  console.log(results.map((result) => result instanceof CancelledError ? result.name : result));
});

/* Output:
gather throws a CancelledError: true
the other task goes on: b
[ "CancelledError", "b" ]
[ "CancelledError", "b" ]
*/
