/**
 * Claim 12. `wait` and `gather` both call `ensure_future`.
 *
 * So a coroutine given to them becomes a task, and a task given stays itself. That is why tasks are
 * better made first: the sets of `wait` hold tasks, and what was passed as a coroutine cannot be found
 * in them. Python's `wait` refuses coroutines since 3.11 for that; here it takes them, as the article
 * says.
 *
 * ```python
 * task = asyncio.create_task(work())
 * done, pending = await asyncio.wait([task])
 * assert task in done
 * ```
 */
import { allTasks, createTask, gather, run, sleep, wait } from "@asyncio/asyncio";

function* work(name: string) {
  yield* sleep(0.001);
  return name;
}

await run(function* () {
  const task = createTask(work("a task"));
  const coro = work("a coroutine");

  const before = allTasks().size;
  const gathering = gather([task, coro]);
  console.log(`gather made ${allTasks().size - before} task of 2 arguments`);
  console.log(yield* gathering);

  const again = createTask(work("a task"));
  const lost = work("a coroutine");
  const [done] = yield* wait([again, lost]);
  console.log("the task is among the done:", done.has(again));
  console.log("the coroutine is:", (done as Set<unknown>).has(lost));
  console.log("what it became is:", [...done].map((over) => over.result()).includes("a coroutine"));
});

/* Output:
gather made 1 task of 2 arguments
[ "a task", "a coroutine" ]
the task is among the done: true
the coroutine is: false
what it became is: true
*/
