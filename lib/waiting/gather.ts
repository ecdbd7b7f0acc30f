/**
 * Waiting for many things at once, for all their results.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { CancelledError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { isGenerator } from "../coroutine/awaitable.ts";
import type { CoroutineLike } from "../coroutine/coroutine.ts";
import { isUnusedGenerator } from "../kernel/coroutine_steps.ts";
import { type AwaitableLike, ensureFutureOn, startTask } from "../kernel/ensure_future.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import {
  cancelMessageOf,
  fail,
  fulfil,
  Future,
  hasPlainResult,
  listen,
  makeCancelledError,
  notify,
  seeError,
  waiters,
} from "../kernel/future.ts";
import { plainOptions } from "../kernel/loop_options.ts";
import { getEventLoop, runningLoop } from "../kernel/loops.ts";
import { Task } from "../kernel/task.ts";
import { iterateAwaitables, type Outcome, type Outcomes } from "./awaitables.ts";
import { childDone, type Parent, sendEnd } from "./child_end.ts";

/** What {@linkcode gather} takes beside the awaitables. */
export interface GatherOptions {
  /**
   * Whether errors stand among the results instead of being thrown.
   *
   * @default {false}
   */
  returnExceptions?: boolean | undefined;
  /**
   * Whether the first error has the others cancelled; it is thrown when all have ended. asyncio lets them
   * go on.
   *
   * @default {false}
   */
  cancelOnError?: boolean | undefined;
}

/**
 * Runs many awaitables at once and gives all their results, in the order of the arguments.
 *
 * Coroutines become tasks; the same object twice is run once. The first error is thrown to who waits,
 * and the others go on. Cancelling what this returns cancels all that are not done; one of them
 * cancelled by others counts as its error.
 *
 * @typeParam A The awaitables.
 * @param awaitables Any iterable of awaitables of one loop.
 * @param options `returnExceptions`: whether errors, cancellations too, stand among the results;
 * `cancelOnError`: whether the first error has the others cancelled.
 * @returns A future of the results: a tuple where a tuple was given.
 * @throws {TypeError} If one cannot be awaited, or `awaitables` is no iterable.
 * @throws {ValueError} If they belong to several loops.
 *
 * @example
 * ```ts
 * import { gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   assertEquals(yield* gather([sleep(0.002, "a"), sleep(0.001, 1)]), ["a", 1]);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.gather
 */
export function gather<const A extends readonly AwaitableLike<unknown>[]>(
  awaitables: A,
  options: GatherOptions & { returnExceptions: true },
): Future<Outcomes<A, Error>>;
/** Runs the awaitables of a tuple at once and gives the tuple of their results. */
export function gather<const A extends readonly AwaitableLike<unknown>[]>(
  awaitables: A,
  options?: GatherOptions & { returnExceptions?: false | undefined },
): Future<Outcomes<A>>;
/** Runs the awaitables of a tuple at once, where it is not known before whether errors stand among the results. */
export function gather<const A extends readonly AwaitableLike<unknown>[]>(
  awaitables: A,
  options: GatherOptions,
): Future<Outcomes<A, Error>>;
/** Runs the awaitables of any iterable at once and gives the array of their results. */
export function gather<A extends AwaitableLike<unknown>>(
  awaitables: Iterable<A>,
  options?: GatherOptions & { returnExceptions?: false | undefined },
): Future<Outcome<A>[]>;
/** The same, with the errors among the results. */
export function gather<A extends AwaitableLike<unknown>>(
  awaitables: Iterable<A>,
  options: GatherOptions,
): Future<(Outcome<A> | Error)[]>;
export function gather(
  awaitables: Iterable<AwaitableLike<unknown>>,
  options: GatherOptions = {},
): Future<unknown> {
  // Before the options: what comes first is often one of several that were not put into an array. And all of them, as
  // Python has them for its `*aws`: an eager task may change what they come from.
  const items = [...iterateAwaitables(awaitables, "gather")];
  checkOptions(options, "gather()", ["returnExceptions", "cancelOnError"]);
  checkFlag(options.returnExceptions, "returnExceptions");
  checkFlag(options.cancelOnError, "cancelOnError");
  const futures = new Map<AwaitableLike<unknown>, Future<unknown>>();
  const children: Future<unknown>[] = [];
  let gathering: GatheringFuture | null = null;
  let loop = runningLoop();
  try {
    for (const item of items) {
      // A function is a recipe, not a coroutine: the same one twice is two coroutines. And a generator
      // object that is new to the loop is new here: the map, which costs as much as a task, is for the rest.
      const isNew = typeof item === "function" || isUnusedGenerator(item);
      let future = isNew ? undefined : futures.get(item);
      if (!isNew && future === undefined && isGenerator(item)) {
        future = children.find((child) => isTaskOf(child, item));
      }
      if (future === undefined) {
        // What is new is no future but what a task is made of.
        future = isNew
          ? startTask(loop, item as CoroutineLike<unknown>)
          : ensureFutureOn(loop, item);
        loop ??= future.getLoop();
        gathering ??= new GatheringFuture(options, loop);
        // At once: what comes later among the awaitables may settle it as it begins.
        gathering.watch(future);
        if (!isNew || !isTaskOf(future, item)) futures.set(item, future);
      }
      children.push(future);
    }
  } catch (error) {
    gathering?.abandon();
    throw error;
  }
  if (gathering === null) {
    const empty = getEventLoop().createFuture<unknown>();
    empty.setResult([]);
    return empty;
  }
  gathering.begin(children);
  return gathering;
}

function isTaskOf(future: Future<unknown>, coro: unknown): boolean {
  return future instanceof Task && future.getCoro() === coro;
}

const NO_CHILDREN: readonly Future<unknown>[] = [];

/** The future of a gathering: cancelling it asks the children, and it ends when they have. */
class GatheringFuture extends Future<unknown> {
  #children: readonly Future<unknown>[] = NO_CHILDREN;
  readonly #returnExceptions: boolean;
  readonly #cancelOnError: boolean;
  // The first error, kept back until the others have ended.
  #failure: { readonly error: unknown } | null = null;
  // Those whose end is still to be taken note of, and of them those that have not ended.
  #unfinished = 0;
  #running = 0;
  #cancelRequested = false;
  // Whether one that awaited it was closed: there is no use then for a cancellation that is on its way.
  #isLeft = false;
  // Those that were done when they came, until it begins.
  #done: Future<unknown>[] | null = null;
  readonly #watch = new ChildWatch(this);

  constructor(options: GatherOptions, loop: EventLoop) {
    super(plainOptions(loop));
    this.#returnExceptions = options.returnExceptions ?? false;
    this.#cancelOnError = options.cancelOnError ?? false;
  }

  /** Waits for a child, each once. */
  watch(child: Future<unknown>): void {
    this.#unfinished++;
    if (child.done()) (this.#done ??= []).push(child);
    else {
      this.#running++;
      listen(child, this.#watch);
    }
  }

  /**
   * Takes note that a child has ended, and tells whether anything comes of it: of a result nothing does, but for the
   * last one's, and so asyncio's callback for it would only count.
   */
  mustHear(child: Future<unknown>): boolean {
    this.#running--;
    if (this.#running === 0) return true;
    if (!this.#returnExceptions && !hasPlainResult(child)) return true;
    this.#unfinished--;
    return false;
  }

  /** Begins, now that all children are there; as they are to stand in the results. */
  begin(children: readonly Future<unknown>[]): void {
    this.#children = children;
    const done = this.#done;
    this.#done = null;
    if (done !== null) { for (const child of done) this.childDone(child); }
  }

  /** Nobody can await those that it began with: as in asyncio, their errors are nobody's either. */
  abandon(): void {
    super.cancel();
  }

  override cancel(message?: string): boolean {
    if (this.done()) return false;
    let isAsked = false;
    for (const child of this.#children) {
      if (child.cancel(message)) isAsked = true;
    }
    if (isAsked) this.#cancelRequested = true;
    return isAsked;
  }

  /** @ignore Takes note that one who awaited it was closed. */
  return(): IteratorResult<never, unknown> {
    this.#isLeft = true;
    return { done: true, value: undefined };
  }

  /** Takes note of a child's end; for its watch. */
  childDone(child: Future<unknown>): void {
    this.#unfinished--;
    if (this.done()) {
      seeError(child);
      return;
    }
    if (!this.#returnExceptions) {
      const failure = child.cancelled() ? { error: makeCancelledError(child) } : seeError(child);
      if (failure !== undefined) {
        if (!this.#cancelOnError) {
          this.#fail(failure.error);
          return;
        }
        if (this.#failure === null) {
          this.#failure = failure;
          for (const other of this.#children) other.cancel();
        }
      }
    }
    if (this.#unfinished > 0) return;
    if (this.#failure !== null) {
      this.#fail(this.#failure.error);
      return;
    }
    const results = this.#children.map(outcome);
    // A cancellation of the whole is not hidden among the results.
    if (this.#cancelRequested) this.#fail(makeCancelledError(this.#children.at(-1)!));
    else fulfil(this, results);
  }

  #fail(error: unknown): void {
    fail(this, error);
    if (this.#isLeft && error instanceof CancelledError) seeError(this);
  }
}

/** Listens to the children of a gathering. */
class ChildWatch implements Parent {
  static get name(): string {
    return "gather";
  }

  readonly #gathering: GatheringFuture;

  constructor(gathering: GatheringFuture) {
    this.#gathering = gathering;
  }

  [notify](child: Future<unknown>): void {
    if (this.#gathering.mustHear(child)) sendEnd(this, child);
  }

  [childDone](child: Future<unknown>): void {
    this.#gathering.childDone(child);
  }

  /** Who waits for the gathering waits for the child. */
  [waiters](): readonly Future<unknown>[] {
    return this.#gathering[waiters]();
  }
}

function checkFlag(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError(`gather() expects ${name} to be a boolean, got ${describe(value)}`);
  }
}

function outcome(child: Future<unknown>): unknown {
  if (child.cancelled()) return new CancelledError(cancelMessageOf(child));
  const failure = seeError(child);
  return failure === undefined ? child.result() : failure.error;
}
