/**
 * Holds a virtual clock back while data is under way.
 *
 * Such a clock jumps to the next timer as soon as nothing is ready and the host had a turn. What was sent, to
 * the same program even, takes longer: a timeout would come before each answer. Whether one is on its way
 * nobody can tell, and so the clock stands still until the sockets have been quiet for a moment of the
 * host's time.
 *
 * @module
 */
import { VirtualClock } from "../kernel/clock.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import { host } from "../platform/current.ts";

/** How long the moment is, in milliseconds. */
const QUIET = 10;

/** When the loops' clocks may go on, by the host's. */
const ends = /* @__PURE__ */ new WeakMap<EventLoop, number>();

/** Tells that something was sent or has come. */
export function stir(loop: EventLoop): void {
  if (!(schedulerOf(loop).clock instanceof VirtualClock)) return;
  const isHeld = ends.has(loop);
  ends.set(loop, host.now() + QUIET);
  if (!isHeld) hold(loop);
}

/** Gives the loop something to do in each turn of the host, for so long its clock does not move. */
function hold(loop: EventLoop): void {
  host.nextTurn(() => {
    if (loop.isClosed() || host.now() > ends.get(loop)!) return void ends.delete(loop);
    loop.callSoonThreadsafe(() => {});
    hold(loop);
  });
}
