/**
 * Claim 16. To have the coroutine run to its end and still get the CancelledError in the results, the
 * order matters: gather (with shield) into a variable first; then cancel; then await the variable.
 *
 * ```python
 * t1 = asyncio.shield(a())
 * t2 = asyncio.create_task(b())
 * ts = asyncio.gather(t1, t2, return_exceptions=True)
 * t1.cancel()
 * print(await ts)          # [CancelledError(''), 'b']
 * ```
 */
import { CancelledError, createTask, gather, run, shield, sleep } from "@asyncio/asyncio";

const show = (results: unknown[]) =>
  console.log(results.map((result) => result instanceof CancelledError ? result.name : result));

function* a() {
  console.log("a starts");
  yield* sleep(0.01);
  console.log("a ends");
  return "a";
}

function* b() {
  console.log("b starts");
  yield* sleep(0.04);
  console.log("b ends");
  return "b";
}

console.log("-- gather, cancel, await");
await run(function* () {
  const t1 = shield(a());
  const t2 = createTask(b());
  const ts = gather([t1, t2], { returnExceptions: true });
  t1.cancel();
  show(yield* ts);
});

console.log("-- cancel, gather, await: the shield has its task by then, so it is the same");
await run(function* () {
  const t1 = shield(a());
  const t2 = createTask(b());
  t1.cancel();
  const ts = gather([t1, t2], { returnExceptions: true });
  show(yield* ts);
});

console.log("-- cancel the gathering itself");
await run(function* () {
  const t1 = shield(a());
  const t2 = createTask(b());
  const ts = gather([t1, t2], { returnExceptions: true });
  yield* sleep(0);
  ts.cancel();
  try {
    show(yield* ts);
  } catch (error) {
    console.log((error as Error).name, "thrown");
  }
  yield* sleep(0.03);
});

async function aAsync() {
  console.log("a starts");
  await sleep(0.01);
  console.log("a ends");
  return "a";
}

console.log("-- async functions");
await run(async () => {
  const t1 = shield(aAsync);
  const t2 = createTask(async () => await sleep(0.04, "b"));
  const ts = gather([t1, t2], { returnExceptions: true });
  t1.cancel();
  show(await ts);
});

/* Output:
-- gather, cancel, await
a starts
b starts
a ends
b ends
[ "CancelledError", "b" ]
-- cancel, gather, await: the shield has its task by then, so it is the same
a starts
b starts
a ends
b ends
[ "CancelledError", "b" ]
-- cancel the gathering itself
a starts
b starts
CancelledError thrown
a ends
-- async functions
a starts
a ends
[ "CancelledError", "b" ]
*/
