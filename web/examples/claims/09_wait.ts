/**
 * Claim 9. `wait` returns the set of done tasks and the set of pending ones; `return_when` is
 * ALL_COMPLETED, FIRST_COMPLETED or FIRST_EXCEPTION.
 *
 * ```python
 * done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
 * ```
 */
import {
  ALL_COMPLETED,
  createTask,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type Future,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  type Task,
  VirtualClock,
  wait,
} from "@asyncio/asyncio";

const virtual = { loopFactory: () => newEventLoop({ clock: new VirtualClock() }) };

function* work(seconds: number) {
  yield* sleep(seconds);
  if (seconds === 2) throw new Error("two is no good");
  return seconds;
}

function makeTasks() {
  return [1, 2, 3].map((seconds) => createTask(work(seconds), { name: `work(${seconds})` }));
}

const names = (tasks: Set<Future<number>>) =>
  [...tasks].map((task) => (task as Task<number>).getName()).join(", ") || "none";

for (const returnWhen of [FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED] as const) {
  await run(function* () {
    const tasks = makeTasks();
    const [done, pending] = yield* wait(tasks, { returnWhen });
    console.log(`${returnWhen} after ${getRunningLoop().time()} s`);
    console.log(`  done: ${names(done)}; pending: ${names(pending)}`);
    for (const task of done) task.exception(); // seen: else its loss would be reported
  }, virtual);
}

await run(async () => {
  const [done, pending] = await wait(makeTasks(), { timeout: 1.5 });
  console.log(`a timeout of 1.5 s, in an async function`);
  console.log(`  done: ${names(done)}; pending: ${names(pending)}`);
}, virtual);

/* Output:
FIRST_COMPLETED after 1 s
  done: work(1); pending: work(2), work(3)
FIRST_EXCEPTION after 2 s
  done: work(1), work(2); pending: work(3)
ALL_COMPLETED after 3 s
  done: work(1), work(2), work(3); pending: none
a timeout of 1.5 s, in an async function
  done: work(1); pending: work(2), work(3)
*/
