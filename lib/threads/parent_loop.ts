/**
 * The loop of the thread that started this one, seen from here.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import type { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import type { JobResult } from "../concurrent/executor.ts";
import { askCall, askHub } from "./asking.ts";
import { contextToCarry } from "./carried_context.ts";
import type { Exposed } from "./exposure.ts";
import { checkArguments, findObstacle } from "./sent_arguments.ts";
import type { AskHub } from "./wire.ts";

/**
 * The loop of the thread that started this one: what it exposes can be called from here.
 *
 * @typeParam E The type of what is exposed.
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe
 */
export class ParentLoop<E extends Exposed = Exposed> {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "ParentLoop";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #hub: AskHub;

  /** Only {@linkcode parentLoop} makes one. */
  private constructor(hub: AskHub) {
    this.#hub = hub;
  }

  /**
   * For {@linkcode parentLoop} alone, which so names the class: what an initialiser of a class hands out is
   * missing where a bundler sees nobody name the class itself.
   */
  private static of(hub: AskHub): ParentLoop {
    return new ParentLoop(hub);
  }

  /**
   * Has the parent's loop run a coroutine that it exposes: `run_coroutine_threadsafe(f(x), loop)` of a
   * thread of Python's.
   *
   * Await the future, or, outside every loop, block on it: `future.result(timeout)`. Cancelling it, or
   * the task that awaits it, cancels the task there, and is over when that is. When a job that blocks on
   * it is cancelled, so is the future, and `result` throws a `CancelledError`.
   *
   * It runs in the current context, as far as that can go along: the variables that have a module.
   *
   * @param name The function's name among those exposed.
   * @param args Its arguments, which are cloned.
   * @returns The future of what it gives. It fails with a `RuntimeError` if nothing of the name is
   * exposed, or the loop is closed; with a `TypeError` if something cannot be cloned.
   * @throws {TypeError} If `name` is no text, or an argument belongs to this thread.
   */
  call<K extends keyof E & string>(
    name: K,
    ...args: Parameters<E[K]>
  ): ConcurrentFuture<JobResult<ReturnType<E[K]>>> {
    checkArguments(checkName(name, "call"), args);
    const future = askCall(this.#hub, name, args);
    return future as ConcurrentFuture<JobResult<ReturnType<E[K]>>>;
  }

  /**
   * Has the parent's loop call a function that it exposes, a plain one, and waits for nothing. It is sent at
   * once, though the code goes on computing. Calls are made in order. What the function throws goes to the
   * loop's exception handler there.
   *
   * @param name The function's name among those exposed.
   * @param args Its arguments, which are cloned.
   * @throws {TypeError} If `name` is no text, or an argument cannot be cloned or belongs to this thread.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe
   */
  callSoonThreadsafe<K extends keyof E & string>(name: K, ...args: Parameters<E[K]>): void {
    checkArguments(checkName(name, "callSoonThreadsafe"), args);
    const obstacle = findObstacle(args, "args");
    if (obstacle !== null) {
      throw new TypeError(
        `cannot send the arguments of ${name}() to another thread: ${obstacle}`,
      );
    }
    this.#hub.send(["tell", "call", name, args, contextToCarry()]);
    // As asyncio wakes the loop: who tells how far it is may compute for long before its turn ends.
    this.#hub.flush();
  }

  /** The printed form. */
  toString(): string {
    return "<ParentLoop>";
  }
}

/**
 * Gives the loop of the thread, or process, that started this one, to call what it exposes.
 *
 * It is for code in an executor's job or on a {@linkcode ThreadLoop}, whose owner was given functions by
 * the option `expose`. Functions that cross as source find it as `asyncio.parentLoop`.
 *
 * @typeParam E The type of what is exposed, for the names, arguments and results.
 * @returns The loop.
 * @throws {RuntimeError} If this thread was not started by this module.
 *
 * @example
 * ```ts
 * import { run, ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * // This module, as a function that crosses as source finds it in its thread.
 * declare const asyncio: typeof import("@asyncio/asyncio");
 *
 * const prices = new Map([["tea", 3]]);
 * const exposed = { priceOf: async (name: string) => prices.get(name) ?? 0 };
 *
 * await run(async () => {
 *   await using pool = new ThreadPoolExecutor({ expose: exposed });
 *   const job = (name: string) => {
 *     const parent = asyncio.parentLoop<typeof exposed>();
 *     return parent.call("priceOf", name).result(5) * 2; // Blocks, as a thread of Python's does.
 *   };
 *   assertEquals(await pool.submit(job, "tea"), 6);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-dev.html#concurrency-and-multithreading
 */
export function parentLoop<E extends Exposed = Exposed>(): ParentLoop<E> {
  const hub = askHub();
  if (hub === null) {
    throw new RuntimeError(
      "parentLoop() is for code in an executor's job or on a ThreadLoop: no such thread runs this",
    );
  }
  return ParentLoop["of"](hub) as ParentLoop<E>;
}

function checkName(name: unknown, method: string): string {
  if (typeof name === "string") return name;
  throw new TypeError(`${method}() expects the name of an exposed function, got ${describe(name)}`);
}
