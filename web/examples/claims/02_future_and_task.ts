/**
 * Claim 2. A Future wraps a coroutine's outcome but is low-level; use its subclass Task.
 *
 * A `Future` is a place for an outcome, and someone has to fill it. A `Task` is a `Future` that is
 * filled by the coroutine it runs.
 *
 * ```python
 * isinstance(asyncio.create_task(main()), asyncio.Future)  # True
 * ```
 */
import { createTask, Future, getRunningLoop, run, sleep, type Task } from "@asyncio/asyncio";

function* answer() {
  yield* sleep(0.001);
  return 42;
}

await run(function* () {
  const future: Future<number> = getRunningLoop().createFuture();
  console.log(`by hand: ${future}`);
  future.setResult(42);
  console.log(`by hand: ${future}`);

  const task: Task<number> = createTask(answer(), { name: "answer" });
  console.log("a task is a future:", task instanceof Future);
  console.log("before:", { done: task.done() });
  yield* task;
  console.log("after:", { done: task.done(), result: task.result() });
  try {
    task.setResult(43);
  } catch (error) {
    console.log(`${error}`);
  }
});

/* Output:
by hand: <Future pending>
by hand: <Future finished result=42>
a task is a future: true
before: { done: false }
after: { done: true, result: 42 }
RuntimeError: Task does not support set_result operation: return from its coroutine
*/
