/**
 * Claim 19. In a project use `asyncio.create_task`; in IPython `loop.create_task`, for there the loop
 * is not the one of the REPL's thread and `create_task` says "no running event loop".
 *
 * Code that no task and no callback of a loop's runs, a click handler, say, has no running loop either.
 * `loop.createTask` works there: the loop is named.
 *
 * ```python
 * asyncio.create_task(work())   # RuntimeError: no running event loop
 * loop.create_task(work())
 * ```
 */
import { createTask, newEventLoop, run, sleep } from "@asyncio/asyncio";

function* work() {
  yield* sleep(0.001);
  return "done";
}

try {
  createTask(work());
} catch (error) {
  console.log(`${error}`.split(":", 2).join(":"));
}

const loop = newEventLoop();
const task = loop.createTask(work());
console.log(`a task is made: ${task.done() ? "done" : "pending"}`);
console.log(await loop.runUntilComplete(task));
loop.close();

await run(function* () {
  console.log("inside a task:", yield* createTask(work()));
});

/* Output:
RuntimeError: no running event loop
a task is made: pending
done
inside a task: done
*/
