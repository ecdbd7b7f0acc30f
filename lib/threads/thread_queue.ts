/**
 * Queues between threads: `queue.Queue`, with ends that can be awaited.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import type { Coroutine } from "../coroutine/coroutine.ts";
import type { ShutdownOptions } from "../sync/queue.ts";
import { askHub } from "./asking.ts";
import { QueueCore } from "./queue_core.ts";
import { homeWay, QueueEnd, remoteWay } from "./queue_end.ts";
import { findQueue, nameQueue } from "./queue_registry.ts";

/**
 * What a {@linkcode ThreadQueue} is to other threads: plain data, to be an argument of a job.
 *
 * @typeParam T What the items are.
 */
export interface ThreadQueueHandle<T> {
  /** The name of the queue. */
  readonly threadQueue: string;
  /** Never there; it keeps the type of the items. */
  readonly item?: T;
}

/**
 * An end of a queue between threads, in whichever thread.
 *
 * @typeParam T What the items are.
 */
export interface ThreadQueueEnd<T> extends AsyncIterable<T> {
  /**
   * Puts an item in, and waits for a free place where there is none. A task that is cancelled has not put
   * it in, unless another thread has got it already.
   *
   * @param item The item. To other threads it is cloned.
   * @returns A lazy object that is done when the item is in.
   * @throws {QueueShutDown} When awaited, if the queue was shut down.
   */
  put(item: T): Coroutine<void>;
  /**
   * Takes the next item out, and waits for one where there is none. A task that is cancelled takes none.
   *
   * @returns A lazy object that gives the item.
   * @throws {QueueShutDown} When awaited, if the queue was shut down and is empty.
   */
  get(): Coroutine<T>;
  /**
   * Puts an item in, and blocks this thread where there is no free place: `queue.Queue.put`.
   *
   * @param item The item.
   * @param timeout The longest time to block, in seconds; no limit where left out, none at all where 0.
   * @throws {QueueFull} If there is no free place when the time is up.
   * @throws {QueueShutDown} If the queue was shut down.
   * @throws {RuntimeError} If it would block where that is not possible.
   */
  putSync(item: T, timeout?: number | null): void;
  /**
   * Takes the next item out, and blocks this thread where there is none: `queue.Queue.get`.
   *
   * @param timeout The longest time to block, in seconds; no limit where left out, none at all where 0.
   * @returns The item.
   * @throws {QueueEmpty} If there is none when the time is up.
   * @throws {QueueShutDown} If the queue was shut down and is empty.
   * @throws {RuntimeError} If it would block where that is not possible.
   */
  getSync(timeout?: number | null): T;
  /**
   * Tells that the work on an item that was taken out is over.
   *
   * Told more often than items were put in, it throws a `ValueError` in the thread that made the queue. Others
   * do not wait for that thread's word: there the next `put`, `get` or `join` of the queue throws it, and is not
   * begun; the thread that made the queue logs it at once.
   *
   * @throws {ValueError} In the thread that made the queue, if it is told more often than items were put in.
   */
  taskDone(): void;
  /**
   * Waits until {@linkcode taskDone} was told of every item.
   *
   * @returns A lazy object that is done then.
   */
  join(): Coroutine<void>;
  /**
   * Ends the queue, in all threads: putting throws from now on, and so does getting once it is empty.
   *
   * @param options `immediate`: whether the items in the queue are dropped.
   */
  shutdown(options?: ShutdownOptions): void;
}

/**
 * A first-in, first-out queue between threads, as `queue.Queue` is between Python's.
 *
 * It belongs to the thread that makes it. The threads and processes which that thread has started open an
 * end of it by its handle, an argument like others. Every end can be awaited, in tasks of either kind and
 * outside; in a thread that runs no loop, putting and getting may also block.
 *
 * No item is lost: one on its way to a task that is cancelled, or to a thread that dies before it has
 * arrived, goes back to the front. What cannot be cloned fails the put, or the get, there, and is dropped.
 * A queue whose handle was given out is kept, by the thread that made it, until it is shut down and empty.
 *
 * @typeParam T What the items are.
 *
 * @example
 * ```ts
 * import { run, ThreadPoolExecutor, ThreadQueue, type ThreadQueueHandle } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * // This module, as a function that crosses as source finds it in its thread.
 * declare const asyncio: typeof import("@asyncio/asyncio");
 *
 * async function countTo(n: number, handle: ThreadQueueHandle<number>) {
 *   const queue = asyncio.ThreadQueue.open(handle);
 *   for (let i = 1; i <= n; i++) await queue.put(i);
 *   queue.shutdown();
 * }
 *
 * await run(async () => {
 *   await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 *   const queue = new ThreadQueue<number>(2);
 *   const job = pool.submit(countTo, 5, queue.handle);
 *   const items: number[] = [];
 *   for await (const item of queue) items.push(item);
 *   assertEquals(items, [1, 2, 3, 4, 5]);
 *   await job;
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/queue.html
 */
export class ThreadQueue<T = unknown> implements ThreadQueueEnd<T> {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "ThreadQueue";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this, "send its handle");

  readonly #core: QueueCore;
  readonly #end: QueueEnd<T>;

  /**
   * Makes a new `ThreadQueue`.
   *
   * @param maxsize How many items the queue holds at most; zero or less for any number.
   * @throws {TypeError} If `maxsize` is no number.
   */
  constructor(maxsize: number = 0) {
    if (typeof maxsize !== "number" || Number.isNaN(maxsize)) {
      throw new TypeError(`maxsize must be a number, got ${describe(maxsize)}`);
    }
    this.#core = new QueueCore(maxsize);
    this.#end = new QueueEnd(homeWay(this.#core));
  }

  /**
   * Opens an end of a queue, in a thread or process that was started by the one which made it.
   *
   * @typeParam T What the items are.
   * @param handle The queue's handle.
   * @returns The end.
   * @throws {TypeError} If it is no handle.
   * @throws {RuntimeError} If this thread neither made the queue nor was started by this module.
   */
  static open<T>(handle: ThreadQueueHandle<T>): ThreadQueueEnd<T> {
    const name: unknown = typeof handle === "object" ? handle?.threadQueue : undefined;
    if (typeof name !== "string") {
      throw new TypeError(`open() expects the handle of a ThreadQueue, got ${describe(handle)}`);
    }
    const core = findQueue(name);
    if (core !== undefined) return new QueueEnd(homeWay(core));
    const hub = askHub();
    if (hub !== null) return new QueueEnd(remoteWay(hub, name));
    throw new RuntimeError(
      "open() is for the threads that the queue's own has started: it was made elsewhere",
    );
  }

  /** What the queue is to other threads: plain data, by which they open an end of it. */
  get handle(): ThreadQueueHandle<T> {
    return { threadQueue: nameQueue(this.#core) };
  }

  /** How many items the queue holds at most; zero or less for any number. */
  get maxsize(): number {
    return this.#core.maxsize;
  }

  /**
   * How many items are in the queue.
   *
   * @returns Their number.
   */
  qsize(): number {
    return this.#core.size;
  }

  /**
   * Tells whether no item is in the queue.
   *
   * @returns Whether getting would wait.
   */
  empty(): boolean {
    return this.#core.size === 0;
  }

  /**
   * Tells whether the queue holds all it can.
   *
   * @returns Whether putting would wait.
   */
  full(): boolean {
    return this.#core.isFull;
  }

  /** Puts an item in, and waits for a free place where there is none. */
  put(item: T): Coroutine<void> {
    return this.#end.put(item);
  }

  /** Takes the next item out, and waits for one where there is none. */
  get(): Coroutine<T> {
    return this.#end.get();
  }

  /**
   * Puts an item in at once. In this thread, on whose messages the others' items come, none can block.
   *
   * @param item The item.
   * @param timeout How long to wait, in seconds; here of no use but as 0.
   * @throws {QueueFull} If there is no free place, and `timeout` is 0.
   * @throws {RuntimeError} If it would have to block.
   * @throws {QueueShutDown} If the queue was shut down.
   */
  putSync(item: T, timeout: number | null = null): void {
    this.#end.putSync(item, timeout);
  }

  /**
   * Takes the next item out at once. In this thread, on whose messages the others' items come, none can
   * block.
   *
   * @param timeout How long to wait, in seconds; here of no use but as 0.
   * @returns The item.
   * @throws {QueueEmpty} If there is none, and `timeout` is 0.
   * @throws {RuntimeError} If it would have to block.
   * @throws {QueueShutDown} If the queue was shut down and is empty.
   */
  getSync(timeout: number | null = null): T {
    return this.#end.getSync(timeout);
  }

  /**
   * Tells that the work on an item that was taken out is over.
   *
   * @throws {ValueError} If it is told more often than items were put in.
   */
  taskDone(): void {
    this.#end.taskDone();
  }

  /** Waits until {@linkcode taskDone} was told of every item. */
  join(): Coroutine<void> {
    return this.#end.join();
  }

  /** Ends the queue, in all threads. */
  shutdown(options: ShutdownOptions = {}): void {
    this.#end.shutdown(options);
  }

  /** The items, as they come, until the queue is shut down and empty. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this.#end[Symbol.asyncIterator]();
  }

  /** The printed form. */
  toString(): string {
    const shut = this.#core.isShutDown ? " shutdown" : "";
    return `<ThreadQueue maxsize=${this.maxsize} qsize=${this.qsize()}${shut}>`;
  }
}
