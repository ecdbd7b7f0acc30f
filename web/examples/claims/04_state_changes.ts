/**
 * Claim 4. After the await a Future's state is finished. Why does it change? Because `run_in_executor`
 * registers a `_call_set_state` callback.
 *
 * The executor's future belongs to no loop, the loop's future to one. `wrapFuture`, which
 * `runInExecutor` uses, chains the two: when the first is done, the second is told so by
 * `loop.callSoonThreadsafe`. Cancelling the second cancels the first.
 *
 * ```python
 * work = concurrent.futures.Future()
 * future = asyncio.wrap_future(work)
 * ```
 */
import { ConcurrentFuture, getRunningLoop, run, sleep, wrapFuture } from "@asyncio/asyncio";

await run(function* () {
  const inThread = getRunningLoop().runInExecutor(null, (a: number, b: number) => a * b, 6, 7);
  console.log("runInExecutor, before the await:", { done: inThread.done() });
  yield* inThread;
  console.log("runInExecutor, after it:", { done: inThread.done(), result: inThread.result() });
});

await run(async () => {
  const work = new ConcurrentFuture<string>();
  const future = wrapFuture(work);
  const show = (when: string) => console.log(when, { work: work.done(), future: future.done() });
  show("at first:");
  work.setResult("result");
  show("the work is done:");
  console.log("awaited:", await future);
  show("the callback was called:");
});

await run(async () => {
  const work = new ConcurrentFuture<string>();
  const future = wrapFuture(work);
  future.cancel();
  await sleep(0);
  console.log("a cancellation goes the other way:", { work: work.cancelled() });
});

/* Output:
runInExecutor, before the await: { done: false }
runInExecutor, after it: { done: true, result: 42 }
at first: { work: false, future: false }
the work is done: { work: true, future: false }
awaited: result
the callback was called: { work: true, future: true }
a cancellation goes the other way: { work: true }
*/
