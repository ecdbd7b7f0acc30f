/**
 * Ties the futures of other threads to those of a loop.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { AssertionError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import {
  type ConcurrentFuture,
  joinsCancel,
  setConcurrentAwaiting,
} from "../concurrent/concurrent_future.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { lazy } from "../coroutine/coroutine.ts";
import type { EventLoop } from "./event_loop.ts";
import {
  cancelMessageOf,
  fail,
  finishCancelled,
  fulfil,
  Future,
  schedulerOfFuture,
  setCancelMessage,
} from "./future.ts";
import { plainOptions } from "./loop_options.ts";
import { getEventLoop } from "./loops.ts";
import { awaitingTask } from "./promise_bridge.ts";
import { checkLoop } from "./scheduler.ts";

/** What {@linkcode wrapFuture} takes beside the future. */
export interface WrapFutureOptions {
  /** The loop of the new future; the running one, or the one that was set, where left out. */
  loop?: EventLoop | undefined;
}

/**
 * Gives a loop's future of a {@linkcode ConcurrentFuture}: it ends as the other ends, and cancelling it
 * cancels the other. Result, error and cancellation come by `loop.callSoonThreadsafe`.
 *
 * Where the other stands for a coroutine on another thread, cancelling is what it is for a task: it asks,
 * and the future ends when the coroutine does.
 *
 * @typeParam T What its result is.
 * @param future The concurrent future. A loop's own future is returned as it is.
 * @param options `loop`: the loop of the new future.
 * @returns The loop's future.
 * @throws {TypeError} If `future` is neither.
 * @throws {RuntimeError} If there is no loop.
 *
 * @example
 * ```ts
 * import { ConcurrentFuture, run, wrapFuture } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const work = new ConcurrentFuture<number>();
 *   const future = wrapFuture(work);
 *   work.setResult(42);
 *   assertEquals(future.done(), false);
 *   assertEquals(yield* future, 42);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future
 */
export function wrapFuture<T>(
  future: ConcurrentFuture<T> | Future<T>,
  options: WrapFutureOptions = {},
): Future<T> {
  checkOptions(options, "wrapFuture()", ["loop"]);
  if (future instanceof Future) return future;
  const joins = joinsCancel(future);
  if (joins === null) {
    throw new TypeError(
      "concurrent.futures.Future is expected: future must be a ConcurrentFuture or a Future, got " +
        describe(future),
    );
  }
  const loop = options.loop ?? getEventLoop();
  checkLoop(loop);
  const wrapped = joins ? new RemoteOutcome<T>(future, loop) : loop.createFuture<T>();
  chain(future, wrapped);
  return wrapped;
}

/** The outcome of a coroutine on another thread: cancelled as a task is, by asking. */
class RemoteOutcome<T> extends Future<T> {
  readonly #source: ConcurrentFuture<T>;

  constructor(source: ConcurrentFuture<T>, loop: EventLoop) {
    super(plainOptions(loop));
    this.#source = source;
  }

  override cancel(message?: string): boolean {
    if (this.done()) return false;
    setCancelMessage(this, message);
    return this.#source.cancel();
  }
}

/** Has a loop's future end as a concurrent one ends, and the latter be cancelled with the former. */
function chain<T>(source: ConcurrentFuture<T>, destination: Future<T>): void {
  const loop = destination.getLoop();
  if (source.done()) {
    // There is nothing left to cancel, and nothing to wait for.
    if (!loop.isClosed()) loop.callSoonThreadsafe(copyState, source, destination);
    return;
  }
  // A virtual clock waits for it, as for a promise.
  const scheduler = schedulerOfFuture(destination);
  scheduler.outside++;
  const destinationDone = () => {
    scheduler.outside--;
    if (destination.cancelled()) source.cancel();
  };
  destination.addDoneCallback(destinationDone);
  source.addDoneCallback(() => {
    if (!loop.isClosed()) loop.callSoonThreadsafe(copyState, source, destination);
  });
}

/** Has a concurrent future end as a loop's future ends, and the latter be cancelled with the former. */
export function chainConcurrent<T>(source: Future<T>, destination: ConcurrentFuture<T>): void {
  const loop = source.getLoop();
  destination.addDoneCallback(() => {
    if (destination.cancelled() && !loop.isClosed()) {
      loop.callSoonThreadsafe(() => void source.cancel());
    }
  });
  const sourceDone = () => {
    if (source.cancelled()) destination.cancel();
    if (!destination.setRunningOrNotifyCancel()) return;
    let result: T;
    try {
      result = source.result();
    } catch (error) {
      destination.setException(error);
      return;
    }
    destination.setResult(result);
  };
  source.addDoneCallback(sourceDone);
}

function copyState<T>(source: ConcurrentFuture<T>, destination: Future<T>): void {
  if (destination.cancelled()) return;
  if (destination.done()) {
    throw new AssertionError("wrapFuture()'s future was settled by hand");
  }
  if (source.cancelled()) {
    finishCancelled(destination, null, cancelMessageOf(destination));
    return;
  }
  let result: T;
  try {
    result = source.result();
  } catch (error) {
    // Not setException, which takes errors alone: a job in a worker may have thrown anything.
    fail(destination, error);
    return;
  }
  fulfil(destination, result);
}

function* awaitConcurrent<T>(future: ConcurrentFuture<T>): Generator<Suspension, T, unknown> {
  return yield* wrapFuture(future);
}

setConcurrentAwaiting({
  then: (future) =>
    awaitingTask() === null ? null : lazy("wrapFuture", awaitConcurrent(future)).then,
  steps: <T>(future: ConcurrentFuture<T>) => awaitConcurrent(future) as Iterator<never, T, unknown>,
});
