/**
 * The async generators that a loop's code has begun, so that the loop can close those left open: what
 * CPython's loops do by `sys.set_asyncgen_hooks`.
 *
 * They are held until they are over or the loop has closed them. CPython, which counts references, closes
 * a dropped one at once; here nobody is told that one was dropped.
 *
 * @module
 */
import { CancelledError } from "../base/errors.ts";
import { logger } from "../base/logger.ts";
import { repr } from "../base/repr.ts";
import { type OpenGenerator, setFirstIteration } from "../coroutine/async_generator.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import type { EventLoop } from "./event_loop.ts";
import { cancelMessageOf, fail, makeCancelledError, seeError } from "./future.ts";
import { endsRun } from "./handle.ts";
import { runningLoop } from "./loops.ts";
import type { Task } from "./task.ts";

/** What a loop knows of async generators. */
interface Tracked {
  readonly open: Set<OpenGenerator>;
  isShut: boolean;
}

const trackedBy = new WeakMap<EventLoop, Tracked>();

/** Has the running loop close a generator that is begun; gives what tells it that it is over. */
export function trackGenerator(generator: OpenGenerator): () => void {
  const loop = runningLoop();
  if (loop === null) return () => {};
  const tracked = trackedOf(loop);
  if (tracked.isShut) {
    logger.warning(
      `asynchronous generator ${repr(generator.generator)} was scheduled after ` +
        "loop.shutdownAsyncgens() call",
    );
  }
  tracked.open.add(generator);
  return () => tracked.open.delete(generator);
}

setFirstIteration(trackGenerator);

/** Tells whether a loop has generators to close. */
export function hasOpenGenerators(loop: EventLoop): boolean {
  return trackedOf(loop).open.size > 0;
}

/** Closes the generators of a loop that are open, all at the same time. */
export function* closeGenerators(loop: EventLoop): Generator<Suspension, void, unknown> {
  const tracked = trackedOf(loop);
  tracked.isShut = true;
  if (tracked.open.size === 0) return;
  const generators = [...tracked.open];
  tracked.open.clear();
  const tasks = generators.map((generator) => loop.createTask(generator.aclose()));
  yield* untilDone(loop, tasks);
  for (const [index, task] of tasks.entries()) {
    // CPython tells of a cancellation since 3.15; one of all of them was thrown above.
    const failure = task.cancelled()
      ? { error: new CancelledError(cancelMessageOf(task)) }
      : seeError(task);
    // What ends the run is told of by that.
    if (failure === undefined || endsRun(failure.error)) continue;
    const { generator } = generators[index]!;
    loop.callExceptionHandler({
      message: `an error occurred during closing of asynchronous generator ${repr(generator)}`,
      exception: failure.error,
      asyncgen: generator,
    });
  }
}

function trackedOf(loop: EventLoop): Tracked {
  let tracked = trackedBy.get(loop);
  if (tracked === undefined) {
    tracked = { open: new Set(), isShut: false };
    trackedBy.set(loop, tracked);
  }
  return tracked;
}

function* untilDone(
  loop: EventLoop,
  tasks: readonly Task<unknown>[],
): Generator<Suspension, void, unknown> {
  const all = loop.createFuture<void>();
  let left = tasks.length;
  let isCancelled = false;
  // As gather() does, which stands above this floor: it asks them all, and is over when they are.
  all.cancel = (message) => {
    let isAsked = false;
    for (const task of tasks) if (task.cancel(message)) isAsked = true;
    isCancelled ||= isAsked;
    return isAsked;
  };
  const countEnd = () => {
    if (--left > 0) return;
    if (isCancelled) fail(all, makeCancelledError(tasks.at(-1)!));
    else all.setResult();
  };
  for (const task of tasks) {
    // An eager one that has closed its generator at once is not waited for.
    if (task.done()) countEnd();
    else task.addDoneCallback(countEnd);
  }
  yield* all;
}
