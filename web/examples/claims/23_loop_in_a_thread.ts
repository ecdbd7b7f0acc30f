/**
 * Claim 23. To run coroutines in another thread: `new_event_loop`, `run_forever` in that thread,
 * `run_coroutine_threadsafe` from here, and at the end `call_soon_threadsafe` to stop that loop.
 *
 * A `ThreadLoop` is the first two in one: a loop, and the Web Worker that runs it. Threads share no
 * memory, so a coroutine object stays where it is; what is sent is a call of a function that
 * `workerFunction` names: `greet("Ann")` runs nothing here.
 *
 * The thread imports this file: `deno run --allow-read web/examples/claims/23_loop_in_a_thread.ts`.
 *
 * ```python
 * loop = asyncio.new_event_loop()
 * threading.Thread(target=loop.run_forever).start()
 * future = asyncio.run_coroutine_threadsafe(greet("Ann"), loop)
 * print(future.result())
 * loop.call_soon_threadsafe(loop.stop)
 * ```
 */
import {
  type CoroutineObject,
  currentTask,
  run,
  runCoroutineThreadsafe,
  sleep,
  ThreadLoop,
  workerFunction,
} from "@asyncio/asyncio";

export function* greet(name: string): CoroutineObject<string> {
  yield* sleep(0.001);
  return `hello, ${name}, from ${currentTask()?.getName()}`;
}

export async function greetAsync(name: string): Promise<string> {
  await sleep(0.001);
  return `hello, ${name}, from ${currentTask()?.getName()}`;
}

if (import.meta.main) {
  const loop = new ThreadLoop();
  const stopped = loop.runForever();
  console.log("the loop of the other thread is running:", loop.isRunning());

  const greetThere = workerFunction<typeof greet>(import.meta.url, "greet");
  const greetThereAsync = workerFunction<typeof greetAsync>(import.meta.url, "greetAsync");
  console.log(await runCoroutineThreadsafe(greetThere("Ann"), loop));
  console.log(await runCoroutineThreadsafe(greetThereAsync("Bob"), loop));

  // From a task of a loop here it is the same, by `yield*` or `await`.
  await run(function* () {
    console.log(yield* runCoroutineThreadsafe(greetThere("Cleo"), loop));
  });

  loop.callSoonThreadsafe(loop.stop);
  await stopped;
  console.log("and now:", loop.isRunning());
  await loop.close();
}

/* Output:
the loop of the other thread is running: true
hello, Ann, from Task-1
hello, Bob, from Task-2
hello, Cleo, from Task-3
and now: false
*/
