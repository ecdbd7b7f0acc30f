/**
 * Claim 14. `shield` keeps a cancellation off.
 *
 * Who waits behind the shield is cancelled; what is waited for goes on.
 *
 * ```python
 * await asyncio.shield(inner)
 * ```
 */
import {
  createTask,
  newEventLoop,
  run,
  shield,
  sleep,
  type Task,
  VirtualClock,
  wait,
} from "@asyncio/asyncio";

const virtual = { loopFactory: () => newEventLoop({ clock: new VirtualClock() }) };

function* save() {
  yield* sleep(2);
  console.log("saved");
}

function* waitBare(inner: Task<void>) {
  yield* inner;
}

function* waitShielded(inner: Task<void>) {
  yield* shield(inner);
}

async function waitShieldedAsync(inner: Task<void>) {
  await shield(inner);
}

function* cancelAfterASecond(waiter: (inner: Task<void>) => Generator | Promise<void>) {
  const inner = createTask(save());
  const outer = createTask(() => waiter(inner) as Promise<void>);
  yield* sleep(1);
  outer.cancel();
  yield* wait([inner, outer]);
  console.log({ outerCancelled: outer.cancelled(), innerCancelled: inner.cancelled() });
}

for (const waiter of [waitBare, waitShielded, waitShieldedAsync]) {
  console.log(`-- ${waiter.name}`);
  await run(cancelAfterASecond(waiter), virtual);
}

/* Output:
-- waitBare
{ outerCancelled: true, innerCancelled: true }
-- waitShielded
saved
{ outerCancelled: true, innerCancelled: false }
-- waitShieldedAsync
saved
{ outerCancelled: true, innerCancelled: false }
*/
