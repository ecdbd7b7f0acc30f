/**
 * Claim 13. Mostly you have coroutines, so `create_task` is enough.
 *
 * Whatever kind of coroutine is at hand, `createTask` takes it.
 *
 * ```python
 * asyncio.create_task(work())
 * asyncio.create_task(asyncio.sleep(0.001))
 * ```
 */
import { coroutine, createTask, gather, run, sleep } from "@asyncio/asyncio";

function* work(name: string) {
  yield* sleep(0.001);
  return name;
}

async function workAsync(name: string) {
  await sleep(0.001);
  return name;
}

const workEither = coroutine(function* (name: string) {
  yield* sleep(0.001);
  return name;
});

await run(function* () {
  const tasks = [
    createTask(work("a generator object")),
    createTask(() => workAsync("an async function")),
    createTask(workEither("what coroutine() made")),
    createTask(sleep(0.001, "what the module made")),
  ];
  for (const result of yield* gather(tasks)) console.log(result);
});

/* Output:
a generator object
an async function
what coroutine() made
what the module made
*/
