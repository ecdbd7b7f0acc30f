/**
 * Claim 1. Use `asyncio.run` wherever you can.
 *
 * `run` makes a loop, runs `main` on it, cancels what `main` leaves behind, waits for that to clean
 * up, and closes the loop. `run(main())` takes a generator coroutine, as Python's takes a coroutine;
 * an async function is given as it is, `run(main)`, for calling it would start it.
 *
 * ```python
 * asyncio.run(main())
 * ```
 */
import { createTask, getRunningLoop, run, sleep } from "@asyncio/asyncio";

function* heartbeat() {
  try {
    while (true) yield* sleep(0.001);
  } finally {
    yield* sleep(0.001);
    console.log("the heartbeat was cancelled, and has cleaned up");
  }
}

function* main() {
  createTask(heartbeat());
  yield* sleep(0.003);
  console.log("main returns");
  return getRunningLoop();
}

console.log("-- generator coroutines");
const loop = await run(main());
console.log("the loop is closed:", loop.isClosed());

async function heartbeatAsync() {
  try {
    while (true) await sleep(0.001);
  } finally {
    await sleep(0.001);
    console.log("the heartbeat was cancelled, and has cleaned up");
  }
}

async function mainAsync() {
  createTask(heartbeatAsync);
  await sleep(0.003);
  console.log("main returns");
  return getRunningLoop();
}

console.log("-- async functions");
const secondLoop = await run(mainAsync);
console.log("the loop is closed:", secondLoop.isClosed());
console.log("it was another loop:", secondLoop !== loop);

/* Output:
-- generator coroutines
main returns
the heartbeat was cancelled, and has cleaned up
the loop is closed: true
-- async functions
main returns
the heartbeat was cancelled, and has cleaned up
the loop is closed: true
it was another loop: true
*/
