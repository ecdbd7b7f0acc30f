/**
 * Tells the script of a worker that this module is here. A function's module may have brought a copy
 * of its own, bundled with it say; its coroutines then need that copy, for a coroutine of one means
 * nothing to the loop of another. Imported for its effect; outside a worker of ours it has none.
 *
 * @module
 */
import { CallFrame } from "../coroutine/call_frame.ts";
import { type CarriedValue, contextOf } from "../coroutine/context_vars.ts";
import { ensureFuture } from "../kernel/ensure_future.ts";
import { type EventLoop, newEventLoop } from "../kernel/event_loop.ts";
import { setEventLoop } from "../kernel/loops.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import { run } from "./runner.ts";

// Where the worker's script, which shares nothing else with this module, listens.
const WORKER: unique symbol = Symbol.for("asyncio.worker") as never;

const scope = globalThis as { [WORKER]?: { register(runtime: object): void } };
function runInContext<T>(carried: readonly CarriedValue[], callback: () => T): T {
  return contextOf(carried).run(callback);
}

function leisureOf(loop: EventLoop): number {
  return schedulerOf(loop).leisure;
}

function call(target: () => unknown): CallFrame<unknown> {
  return new CallFrame(target);
}

scope[WORKER]?.register({
  call,
  ensureFuture,
  leisureOf,
  newEventLoop,
  run,
  runInContext,
  setEventLoop,
});
