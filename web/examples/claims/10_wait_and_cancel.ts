/**
 * Claim 10. When you want to return early, cancel at will, or add callbacks, use `wait`.
 *
 * What a `wait` leaves pending goes on as if nothing had been; it is yours to cancel or to watch.
 *
 * ```python
 * done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
 * for task in pending:
 *     task.cancel()
 * ```
 */
import {
  createTask,
  FIRST_COMPLETED,
  newEventLoop,
  run,
  sleep,
  VirtualClock,
  wait,
} from "@asyncio/asyncio";

const virtual = { loopFactory: () => newEventLoop({ clock: new VirtualClock() }) };

function* ask(mirror: string, seconds: number) {
  try {
    yield* sleep(seconds);
    return `the page, from ${mirror}`;
  } finally {
    console.log(`${mirror} lets go`);
  }
}

await run(function* () {
  const tasks = [ask("Oslo", 3), ask("Rome", 1), ask("Lima", 2)].map((coro) => createTask(coro));
  const [done, pending] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
  for (const task of done) console.log(`first: ${task.result()}`);

  console.log(`${pending.size} go on`);
  for (const task of pending) {
    task.addDoneCallback((over) => console.log(`callback: cancelled? ${over.cancelled()}`));
  }
  const [oslo] = tasks;
  oslo?.cancel();
  yield* wait(pending);
}, virtual);

/* Output:
Rome lets go
first: the page, from Rome
2 go on
Oslo lets go
callback: cancelled? true
Lima lets go
callback: cancelled? false
*/
