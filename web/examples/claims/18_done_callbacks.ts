/**
 * Claim 18. Add a callback with `add_done_callback`; bind arguments with `partial`.
 *
 * Callbacks are called with the task, from the loop, in the order added. Arguments are bound by `bind`
 * or by a closure.
 *
 * ```python
 * task.add_done_callback(functools.partial(report, "partial"))
 * ```
 */
import { createTask, type Future, run, sleep } from "@asyncio/asyncio";

function report(how: string, task: Future<string>) {
  console.log(`${how}: ${task.result()}`);
}

function* work() {
  yield* sleep(0.001);
  return "done";
}

async function workAsync() {
  await sleep(0.001);
  return "done, too";
}

await run(function* () {
  const task = createTask(work());
  task.addDoneCallback((over) => console.log("it is the task itself:", over === task));
  task.addDoneCallback(report.bind(null, "bound"));
  task.addDoneCallback((over) => report("closed over", over));
  const other = createTask(workAsync);
  other.addDoneCallback(report.bind(null, "of an async function"));
  yield* task;
  yield* other;
});

/* Output:
it is the task itself: true
bound: done
closed over: done
of an async function: done, too
*/
