/**
 * Claim 21. `call_soon` runs callbacks in order; `call_later` after a delay; `call_at` at a time, on the
 * clock of `loop.time()`.
 *
 * ```python
 * loop.call_soon(note, "soon")
 * loop.call_later(2, note, "later")
 * loop.call_at(loop.time() + 1, note, "at")
 * ```
 */
import { getRunningLoop, newEventLoop, run, sleep, VirtualClock } from "@asyncio/asyncio";

const virtual = { loopFactory: () => newEventLoop({ clock: new VirtualClock(100) }) };

await run(function* () {
  const loop = getRunningLoop();
  const note = (text: string) => console.log(`${loop.time()}: ${text}`);

  loop.callLater(2, note, "callLater(2)");
  loop.callLater({ milliseconds: 500 }, note, "callLater({ milliseconds: 500 })");
  loop.callAt(loop.time() + 1, note, "callAt(loop.time() + 1)");
  loop.callSoon(note, "callSoon, the first");
  loop.callSoon(note, "callSoon, the second");
  loop.callLater(1.5, note, "never to be seen").cancel();
  note("all is scheduled");

  yield* sleep(3);
  note("main ends");
}, virtual);

/* Output:
100: all is scheduled
100: callSoon, the first
100: callSoon, the second
100.5: callLater({ milliseconds: 500 })
101: callAt(loop.time() + 1)
102: callLater(2)
103: main ends
*/
