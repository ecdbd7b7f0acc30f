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

/** How long the moment is, in milliseconds, and in turns of the host: on a busy machine time passes with nothing done. */
const QUIET = 20;
const QUIET_TURNS = 50;

/** Until when the loops' clocks stand still, by the host's, and for how many turns more. */
const holds = /* @__PURE__ */ new WeakMap<EventLoop, { end: number; turns: number }>();

/** Tells that something was sent or has come. */
export function stir(loop: EventLoop): void {
  if (!(schedulerOf(loop).clock instanceof VirtualClock)) return;
  const held = holds.get(loop) ?? { end: 0, turns: 0 };
  held.end = host.now() + QUIET;
  held.turns = QUIET_TURNS;
  if (holds.has(loop)) return;
  holds.set(loop, held);
  hold(loop, held);
}

/** Gives the loop something to do in each turn of the host, for so long its clock does not move. */
function hold(loop: EventLoop, held: { end: number; turns: number }): void {
  host.nextTurn(() => {
    if (loop.isClosed() || --held.turns < 0 && host.now() > held.end) {
      return void holds.delete(loop);
    }
    loop.callSoonThreadsafe(() => {});
    hold(loop, held);
  });
}
