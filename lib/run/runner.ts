/**
 * Running coroutines from outside any loop.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { checkOptions } from "../base/check_options.ts";
import { asyncDisposeKey } from "../base/dispose.ts";
import { RuntimeError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { staysInThread } from "../base/staying.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Context, copyContext } from "../coroutine/context_vars.ts";
import { lazy } from "../coroutine/coroutine.ts";
import { VirtualClock } from "../kernel/clock.ts";
import { type AwaitableLike, ensureFutureOn } from "../kernel/ensure_future.ts";
import { EventLoop, newEventLoop } from "../kernel/event_loop.ts";
import { type Future, isFuture } from "../kernel/future.ts";
import { openInspector } from "../inspect/inspector.ts";
import { runningLoop } from "../kernel/loops.ts";
import { checkLoop, schedulerOf } from "../kernel/scheduler.ts";
import { cancelAllTasks } from "./cancel_all.ts";
import { endInterruptibly, runInterruptibly } from "./interrupt.ts";
import { keepLayouts } from "./kept_layouts.ts";

/** How long the default executor may take to end, in seconds; asyncio's number. */
const THREAD_JOIN_TIMEOUT = 300;

/** The limit on a loop's clock. Threads take no time on a virtual one, where any limit would be over at once. */
function joinTimeout(loop: EventLoop): number | null {
  return schedulerOf(loop).clock instanceof VirtualClock ? null : THREAD_JOIN_TIMEOUT;
}

/** What {@linkcode Runner} and {@linkcode run} take. */
export interface RunnerOptions {
  /** Whether the loop is to be in debug mode; as it comes where left out or `null`. */
  debug?: boolean | null | undefined;
  /**
   * Whether other programs of this user, or other pages of this origin, may ask meanwhile what runs here, by
   * `deno run mod.ts ps PID` and `pstree PID`, {@linkcode inspectProcess} or {@linkcode inspectPages}.
   *
   * @default {false}
   */
  inspect?: boolean | undefined;
  /** Makes the loop: a function, or a class of loops; {@linkcode newEventLoop} where left out or `null`. */
  loopFactory?: (() => EventLoop) | (new () => EventLoop) | null | undefined;
}

/** What {@linkcode Runner.run} takes beside the coroutine. */
export interface RunnerRunOptions {
  /** The context to run in; the runner's own where left out. */
  context?: Context | null | undefined;
}

/**
 * Keeps one loop, and one context, for several runs.
 *
 * Other than Python's it leaves alone what {@linkcode setEventLoop} has set: on one thread several may run side by side.
 *
 * @example
 * ```ts
 * import { Runner, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using runner = new Runner();
 * assertEquals(await runner.run(sleep(0.001, "one")), "one");
 * assertEquals(await runner.run(sleep(0.001, "two")), "two");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner
 */
export class Runner {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  readonly #options: RunnerOptions;
  #state: "created" | "initialized" | "closed" = "created";
  #loop: EventLoop | null = null;
  #context: Context | null = null;
  #closing: Promise<void> | null = null;
  #closeInspector: (() => Promise<void>) | null = null;

  /**
   * Makes a new `Runner`.
   *
   * @param options `debug`, `inspect`, `loopFactory`.
   */
  constructor(options: RunnerOptions = {}) {
    checkOptions(options, "Runner()", ["debug", "inspect", "loopFactory"]);
    this.#options = options;
  }

  /**
   * The loop, made when it is first asked for.
   *
   * @returns The loop.
   * @throws {RuntimeError} If the runner is closed.
   */
  getLoop(): EventLoop {
    return this.#initialize().loop;
  }

  /**
   * Runs something until it is done.
   *
   * @typeParam T What it gives.
   * @param main A coroutine, or whatever else can be awaited.
   * @param options `context`: the context to run in.
   * @returns A promise of its result.
   * @throws {RuntimeError} If a loop is running, or the runner is closed; the promise is rejected with it.
   * @throws {KeyboardInterrupt} If the user pressed Ctrl-C (in Deno): the first time cancels `main`, the
   * second ends the run at once. The promise is rejected with it.
   * @throws {TypeError} If `main` cannot be awaited; the promise is rejected with it.
   */
  async run<T>(main: AwaitableLike<T>, options: RunnerRunOptions = {}): Promise<T> {
    checkOptions(options, "Runner.run()", ["context"]);
    if (runningLoop() !== null) {
      throw new RuntimeError("Runner.run() cannot be called from a running event loop");
    }
    if (this.#closing !== null) throw new RuntimeError("Runner is closed");
    const { loop, context } = this.#initialize();
    const subject: AwaitableLike<T> = isFuture(main)
      ? lazy("run", awaitFuture(main as Future<T>))
      : main;
    const future = ensureFutureOn<T>(loop, subject, { context: options.context ?? context });
    return await runInterruptibly(loop, future);
  }

  /**
   * Ends what is left: cancels all tasks, shuts async generators and the default executor down, closes
   * the loop. Closing twice does nothing.
   *
   * @returns A promise that is settled when all is over.
   * @throws {KeyboardInterrupt} If the user pressed Ctrl-C meanwhile (in Deno), which closes the loop at once; the
   * promise is rejected with it.
   * @throws {RuntimeError} If a run is on, whose tasks are cancelled all the same; the promise is rejected with it.
   */
  async close(): Promise<void> {
    if (this.#state !== "initialized") return;
    this.#closing ??= this.#close(this.#loop!);
    await this.#closing;
  }

  async #close(loop: EventLoop): Promise<void> {
    try {
      await endInterruptibly(loop, async () => {
        await cancelAllTasks(loop);
        await loop.runUntilComplete(loop.shutdownAsyncgens());
        await loop.runUntilComplete(loop.shutdownDefaultExecutor(joinTimeout(loop)));
      });
    } finally {
      // A loop that runs cannot be closed: then that is still to be done.
      this.#closing = null;
      loop.close();
      this.#loop = null;
      this.#state = "closed";
      await this.#closeInspector?.();
    }
  }

  /** Closes the runner, for `await using`. */
  [asyncDisposeKey](): Promise<void> {
    return this.close();
  }

  #initialize(): { loop: EventLoop; context: Context } {
    if (this.#state === "closed") throw new RuntimeError("Runner is closed");
    if (this.#state === "created") {
      keepLayouts();
      const { inspect = false, debug = null } = this.#options;
      const loopFactory = this.#options.loopFactory ?? newEventLoop;
      if (typeof inspect !== "boolean") {
        throw new TypeError(`inspect must be a boolean, got ${describe(inspect)}`);
      }
      checkFunction(loopFactory, "loopFactory must be");
      const loop = isLoopClass(loopFactory) ? new loopFactory() : loopFactory();
      checkLoop(loop, "loopFactory must return an EventLoop");
      if (inspect) this.#closeInspector = openOrClose(loop);
      this.#loop = loop;
      this.#state = "initialized";
      if (debug !== null) this.#loop.setDebug(debug);
      this.#context = copyContext();
    }
    return { loop: this.#loop!, context: this.#context! };
  }
}

/**
 * Runs a coroutine on a new loop, and ends the loop with it: what is left is cancelled, async generators
 * and the default executor are shut down, the loop is closed.
 *
 * @typeParam T What the coroutine returns.
 * @param main A coroutine, a function that is called for one, or whatever else can be awaited.
 * @param options `debug`, `inspect`, `loopFactory`.
 * @returns A promise of its result.
 * @throws {RuntimeError} If a loop is running; the promise is rejected with it.
 * @throws {TypeError} If `main` cannot be awaited; the promise is rejected with it.
 *
 * @example
 * ```ts
 * import { run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * async function main() {
 *   await sleep(0.001);
 *   return "done";
 * }
 * assertEquals(await run(main), "done");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-runner.html#asyncio.run
 */
export async function run<T>(main: AwaitableLike<T>, options: RunnerOptions = {}): Promise<T> {
  checkOptions(options, "run()", ["debug", "inspect", "loopFactory"]);
  if (runningLoop() !== null) {
    throw new RuntimeError("asyncio.run() cannot be called from a running event loop");
  }
  const runner = new Runner(options);
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}

function isLoopClass(
  factory: (() => EventLoop) | (new () => EventLoop),
): factory is new () => EventLoop {
  return factory === EventLoop || factory.prototype instanceof EventLoop;
}

/** What the task does that runs a future that was given. */
function* awaitFuture<T>(future: Future<T>): Generator<Suspension, T, unknown> {
  return yield* future;
}

/** Has the inspector answer. Where that fails, the loop was made in vain. */
function openOrClose(loop: EventLoop): () => Promise<void> {
  try {
    return openInspector();
  } catch (error) {
    loop.close();
    throw error;
  }
}
