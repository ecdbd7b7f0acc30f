/**
 * Claim 7. `await create_task(...)` at once is not concurrent; keep the tasks in variables first, then
 * await.
 *
 * ```python
 * await asyncio.create_task(a()); await asyncio.create_task(b())   # 2 s
 *
 * t1 = asyncio.create_task(a())
 * t2 = asyncio.create_task(b())
 * await t1; await t2                                               # 1 s
 * ```
 */
import {
  createTask,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  VirtualClock,
} from "@asyncio/asyncio";

const virtual = { loopFactory: () => newEventLoop({ clock: new VirtualClock() }) };

function* second(name: string) {
  console.log(`  ${name} starts`);
  yield* sleep(1);
  console.log(`  ${name} ends`);
}

await run(function* () {
  const loop = getRunningLoop();

  console.log("awaited at once");
  yield* createTask(second("a"));
  yield* createTask(second("b"));
  console.log(`  ${loop.time()} s`);

  console.log("made first, then awaited");
  const start = loop.time();
  const a = createTask(second("a"));
  const b = createTask(second("b"));
  yield* a;
  yield* b;
  console.log(`  ${loop.time() - start} s`);
}, virtual);

async function secondAsync(name: string) {
  console.log(`  ${name} starts`);
  await sleep(1);
  console.log(`  ${name} ends`);
}

await run(async () => {
  console.log("the same with async functions");
  const a = createTask(() => secondAsync("a"));
  const b = createTask(() => secondAsync("b"));
  await a;
  await b;
  console.log(`  ${getRunningLoop().time()} s`);
}, virtual);

/* Output:
awaited at once
  a starts
  a ends
  b starts
  b ends
  2 s
made first, then awaited
  a starts
  b starts
  a ends
  b ends
  1 s
the same with async functions
  a starts
  b starts
  a ends
  b ends
  1 s
*/
