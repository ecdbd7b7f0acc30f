/**
 * Claim 6. `async`/`await` alone is not concurrency: collect coroutines with `gather` or `wait`.
 *
 * Three coroutines of a second each, on a clock whose seconds pass in an instant: one after another
 * they take three seconds, together one.
 *
 * ```python
 * await a(); await b(); await c()        # 3 s
 * await asyncio.gather(a(), b(), c())    # 1 s
 * ```
 */
import {
  gather,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  VirtualClock,
  wait,
} from "@asyncio/asyncio";

const virtual = { loopFactory: () => newEventLoop({ clock: new VirtualClock() }) };

function* second(name: string) {
  yield* sleep(1);
  return name;
}

console.log("-- generator coroutines");
await run(function* () {
  const loop = getRunningLoop();

  let start = loop.time();
  yield* second("a");
  yield* second("b");
  yield* second("c");
  console.log(`one after another: ${loop.time() - start} s`);

  start = loop.time();
  yield* gather([second("a"), second("b"), second("c")]);
  console.log(`gather: ${loop.time() - start} s`);

  start = loop.time();
  yield* wait([second("a"), second("b"), second("c")]);
  console.log(`wait: ${loop.time() - start} s`);
}, virtual);

async function secondAsync(name: string) {
  await sleep(1);
  return name;
}

console.log("-- async functions");
await run(async () => {
  const loop = getRunningLoop();

  let start = loop.time();
  await secondAsync("a");
  await secondAsync("b");
  await secondAsync("c");
  console.log(`one after another: ${loop.time() - start} s`);

  // Functions: an async function begins when it is called, a task when the loop comes to it.
  start = loop.time();
  await gather([() => secondAsync("a"), () => secondAsync("b"), () => secondAsync("c")]);
  console.log(`gather: ${loop.time() - start} s`);

  start = loop.time();
  await wait([() => secondAsync("a"), () => secondAsync("b"), () => secondAsync("c")]);
  console.log(`wait: ${loop.time() - start} s`);
}, virtual);

/* Output:
-- generator coroutines
one after another: 3 s
gather: 1 s
wait: 1 s
-- async functions
one after another: 3 s
gather: 1 s
wait: 1 s
*/
