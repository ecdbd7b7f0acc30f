/**
 * Which loop is meant where none is named.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { host } from "../platform/current.ts";
import type { EventLoop } from "./event_loop.ts";
import { ambientTask, running } from "./running.ts";
import { checkLoop } from "./scheduler.ts";

let set: EventLoop | null = null;

/** The loop whose code runs now, or `null`. */
export function runningLoop(): EventLoop | null {
  if (running.scheduler !== null) return running.scheduler.owner as EventLoop;
  return ambientTask()?.getLoop() ?? null;
}

/** Tells whether a loop's code runs now, or the loop that was set for this thread is in a run. */
export function threadRunsLoop(): boolean {
  return runningLoop() !== null || set?.isRunning() === true;
}

/** For errors where no task runs: if whose code runs cannot be told, a task's function may just have come from a promise. */
export function promiseHint(): string {
  return host.asyncIdentity === null
    ? "; behind a promise of others, await fromPromise(promise)"
    : "";
}

/**
 * The loop whose code runs now: a callback of it, or a segment of one of its tasks.
 *
 * @returns The loop.
 * @throws {RuntimeError} If none does: a click handler or a promise's callback is the host's code, not
 * the loop's.
 *
 * @example
 * ```ts
 * import { getRunningLoop, run } from "@asyncio/asyncio";
 * import { assert, assertThrows } from "@std/assert";
 *
 * await run(function* () {
 *   assert(getRunningLoop().isRunning());
 * });
 * assertThrows(() => getRunningLoop(), Error, "no running event loop");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_running_loop
 */
export function getRunningLoop(): EventLoop {
  const loop = runningLoop();
  if (loop === null) {
    throw new RuntimeError(
      "no running event loop: expected to be called by a task or a callback of a loop, as in run(main), " +
        "got called by the host; methods of a loop (loop.createTask) work anywhere" +
        promiseHint(),
    );
  }
  return loop;
}

/**
 * The running loop, or else the one that {@linkcode setEventLoop} set.
 *
 * @returns The loop.
 * @throws {RuntimeError} If there is neither.
 *
 * @example
 * ```ts
 * import { getEventLoop, newEventLoop, setEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * setEventLoop(loop);
 * assertEquals(getEventLoop(), loop);
 * setEventLoop(null);
 * loop.close();
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_event_loop
 */
export function getEventLoop(): EventLoop {
  const loop = runningLoop() ?? set;
  if (loop === null) {
    throw new RuntimeError(
      "There is no current event loop: expected a running one, as in run(main), or one set by setEventLoop(), got none" +
        promiseHint(),
    );
  }
  return loop;
}

/**
 * Sets the loop that {@linkcode getEventLoop} gives where none runs.
 *
 * @param loop The loop, or `null` for none.
 * @throws {TypeError} If it is neither.
 *
 * @example
 * ```ts
 * import { getEventLoop, setEventLoop } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * setEventLoop(null);
 * assertThrows(() => getEventLoop(), Error, "There is no current event loop");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.set_event_loop
 */
export function setEventLoop(loop: EventLoop | null): void {
  if (loop !== null) checkLoop(loop, "loop must be an instance of EventLoop or null");
  set = loop;
}
