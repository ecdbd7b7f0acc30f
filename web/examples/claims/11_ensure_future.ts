/**
 * Claim 11. `create_task` needs a coroutine. `ensure_future` takes a coroutine (makes a Task by
 * `create_task`), a Future (returned as it is) or an awaitable (awaited inside a Task).
 *
 * ```python
 * asyncio.ensure_future(coroutine())   # a Task
 * asyncio.ensure_future(future)        # the very future
 * asyncio.ensure_future(awaitable)     # a Task that awaits it
 * ```
 */
import {
  awaitable,
  createTask,
  ensureFuture,
  getRunningLoop,
  run,
  sleep,
  Task,
} from "@asyncio/asyncio";

function* coroutine() {
  yield* sleep(0.001);
  return "a coroutine's result";
}

class Kettle {
  *[awaitable]() {
    yield* sleep(0.001);
    return "an awaitable's result";
  }
}

await run(function* () {
  const made = ensureFuture(coroutine());
  console.log("of a coroutine, a Task:", made instanceof Task);

  const future = getRunningLoop().createFuture<string>();
  console.log("of a Future, the same:", ensureFuture(future) === future);
  console.log("of a Task, the same:", ensureFuture(made) === made);

  const awaiting = ensureFuture(new Kettle());
  console.log("of an awaitable, a Task:", awaiting instanceof Task);
  console.log(yield* made, "and", yield* awaiting);

  for (const value of [new Kettle(), future, 42]) complain(() => createTask(value as never));
  complain(() => ensureFuture(42 as never));
});

function complain(call: () => unknown) {
  try {
    call();
  } catch (error) {
    console.log(`${error}`.split(" (")[0]); // the rest tells what was expected
  }
}

/* Output:
of a coroutine, a Task: true
of a Future, the same: true
of a Task, the same: true
of an awaitable, a Task: true
a coroutine's result and an awaitable's result
TypeError: a coroutine was expected, got <Kettle object>
TypeError: a coroutine was expected, got <Future pending>
TypeError: a coroutine was expected, got 42
TypeError: An asyncio.Future, a coroutine or an awaitable is required, got 42
*/
