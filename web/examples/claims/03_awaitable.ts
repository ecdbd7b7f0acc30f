/**
 * Claim 3. An object can be awaited because its class implements `__await__`.
 *
 * Here the method's name is the symbol `awaitable`. `gather`, `waitFor`, `ensureFuture` and `run` take
 * such objects. One that extends `Awaitable` can stand behind `yield*` and `await`, too.
 *
 * ```python
 * class Kettle:
 *     def __await__(self):
 *         yield from asyncio.sleep(0.001).__await__()
 *         return "tea"
 * ```
 */
import { Awaitable, awaitable, gather, run, sleep, waitFor } from "@asyncio/asyncio";

class Kettle {
  *[awaitable]() {
    yield* sleep(0.001);
    return "tea";
  }
}

class Pot extends Awaitable<string> {
  *[awaitable]() {
    yield* sleep(0.001);
    return "soup";
  }
}

await run(function* () {
  console.log("gather:", yield* gather([new Kettle(), new Pot()]));
  console.log("waitFor:", yield* waitFor(new Kettle(), 60));
  console.log("yield*:", yield* new Pot());
});
await run(async () => console.log("await:", await new Pot()));
console.log("run:", await run(new Kettle()));

/* Output:
gather: [ "tea", "soup" ]
waitFor: tea
yield*: soup
await: soup
run: tea
*/
