/**
 * Queues between tasks.
 *
 * @module
 */
import { checkNumber } from "../base/check_number.ts";
import { checkOptions } from "../base/check_options.ts";
import { Deque } from "../base/deque.ts";
import { QueueEmpty, QueueFull, QueueShutDown, ValueError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { wholeRepr } from "../base/repr.ts";
import type { Suspending, Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { type Future, hasResult } from "../kernel/future.ts";
import { Purpose } from "../kernel/waiter.ts";
import { Event } from "./event.ts";
import { LoopBinding } from "./loop_bound.ts";
import { type Operation, WaitCall } from "./wait_call.ts";

let putting: Operation<Queue, void, unknown>;
let getting: Operation<Queue, unknown, undefined>;

const PUT: IteratorResult<Suspending, void> = { done: true, value: undefined };

/** What {@linkcode Queue.shutdown} takes. */
export interface ShutdownOptions {
  /**
   * Whether the items in the queue are dropped.
   *
   * @default {false}
   */
  immediate?: boolean | undefined;
}

/** Where a queue keeps its items: what gives a kind of queue its order. */
export interface ItemStore<T> extends Iterable<T> {
  /** How many items are kept. */
  readonly length: number;
  /** Puts an item in. */
  push(item: T): void;
  /** Takes the next item out, or gives `undefined` where there is none. */
  shift(): T | undefined;
}

/** Those that wait to get from a queue; for the await graph. */
export let gettersOf: <T>(queue: Queue<T>) => Future<unknown>[];

/**
 * A first-in, first-out queue between tasks.
 *
 * With a `maxsize`, putting waits while the queue is full. A task that is cancelled as it is woken hands
 * the wake-up on.
 *
 * @typeParam T What the items are.
 *
 * @example
 * ```ts
 * import { createTask, Queue, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const queue = new Queue<number>(1);
 *   const consumer = createTask(function* () {
 *     return [yield* queue.get(), yield* queue.get()];
 *   });
 *   yield* queue.put(1);
 *   yield* queue.put(2);
 *   assertEquals(yield* consumer, [1, 2]);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue
 */
export class Queue<T = unknown> {
  static readonly #printing: void = /* @__PURE__ */ printByToString(
    this,
    "use a ThreadQueue",
  );

  readonly #binding = new LoopBinding();
  readonly #toPut = new Purpose(putting.name, this as Queue);
  readonly #toGet = new Purpose(getting.name, this as Queue);
  readonly #maxsize: number;
  readonly #items: ItemStore<T>;
  readonly #getters = new Deque<Future<unknown>>();
  readonly #putters = new Deque<Future<unknown>>();
  readonly #finished = new Event();
  #unfinished = 0;
  #isShutDown = false;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    putting = {
      name: "Queue.put",
      advance: (queue, call) => queue.#put(call),
      fail: (queue, waiter) => leaveLine(queue.#putters, waiter, !queue.full()),
      leave: (queue, waiter) => putting.fail(queue, waiter),
    };
    getting = {
      name: "Queue.get",
      advance: (queue, call) => queue.#get(call),
      fail: (queue, waiter) => leaveLine(queue.#getters, waiter, !queue.empty()),
      leave: (queue, waiter) => getting.fail(queue, waiter),
    };
    gettersOf = (queue) => [...queue.#getters];
  })();

  /**
   * Makes a new `Queue`.
   *
   * @param maxsize How many items the queue holds at most; zero or less for any number.
   * @param items Where the items are kept; for kinds of queues with an order of their own.
   * @throws {TypeError} If `maxsize` is no number.
   */
  constructor(maxsize: number = 0, items: ItemStore<T> = new Deque<T>()) {
    checkNumber(maxsize, "maxsize");
    this.#maxsize = maxsize;
    this.#items = items;
  }

  /** How many items the queue holds at most; zero or less for any number. */
  get maxsize(): number {
    return this.#maxsize;
  }

  /**
   * How many items are in the queue.
   *
   * @returns Their number.
   */
  qsize(): number {
    return this.#items.length;
  }

  /**
   * Tells whether no item is in the queue.
   *
   * @returns Whether getting would wait.
   */
  empty(): boolean {
    return this.#items.length === 0;
  }

  /**
   * Tells whether the queue holds all it can.
   *
   * @returns Whether putting would wait.
   */
  full(): boolean {
    return this.#maxsize > 0 && this.qsize() >= this.#maxsize;
  }

  /**
   * Puts an item in, and waits for a free place where there is none.
   *
   * @param item The item.
   * @returns A lazy object that is done when the item is in.
   * @throws {QueueShutDown} When awaited, if the queue was shut down.
   */
  put(item: T): Coroutine<void> {
    return new WaitCall(putting, this as Queue, item);
  }

  /**
   * Puts an item in at once.
   *
   * @param item The item.
   * @throws {QueueFull} If there is no free place.
   * @throws {QueueShutDown} If the queue was shut down.
   */
  putNowait(item: T): void {
    if (this.#isShutDown) throw new QueueShutDown();
    if (this.full()) throw new QueueFull();
    this.#items.push(item);
    this.#unfinished++;
    this.#finished.clear();
    wakeNext(this.#getters);
  }

  /**
   * Takes the next item out, and waits for one where there is none.
   *
   * @returns A lazy object that gives the item.
   * @throws {QueueShutDown} When awaited, if the queue was shut down and is empty.
   */
  get(): Coroutine<T> {
    return new WaitCall(getting, this as Queue, undefined) as Coroutine<T>;
  }

  /**
   * Takes the next item out at once.
   *
   * @returns The item.
   * @throws {QueueEmpty} If there is none.
   * @throws {QueueShutDown} If there is none and the queue was shut down.
   */
  getNowait(): T {
    if (this.empty()) throw this.#isShutDown ? new QueueShutDown() : new QueueEmpty();
    const item = this.#items.shift() as T;
    wakeNext(this.#putters);
    return item;
  }

  /**
   * Tells that the work on an item that was taken out is over.
   *
   * @throws {ValueError} If it is told more often than items were put in.
   */
  taskDone(): void {
    if (this.#unfinished <= 0) throw new ValueError("task_done() called too many times");
    this.#unfinished--;
    if (this.#unfinished === 0) this.#finished.set();
  }

  /**
   * Waits until {@linkcode taskDone} was told of every item.
   *
   * @returns A lazy object that is done then.
   */
  join(): Coroutine<void> {
    return lazy("Queue.join", this.#join());
  }

  /**
   * Ends the queue: putting throws from now on, and so does getting once the queue is empty. Who waits to
   * put, or to get from an empty queue, is woken by the error.
   *
   * @param options `immediate`: whether the items in the queue are dropped.
   */
  shutdown(options: ShutdownOptions = {}): void {
    checkOptions(options, "shutdown()", ["immediate"]);
    this.#isShutDown = true;
    if (options.immediate) {
      while (!this.empty()) {
        this.#items.shift();
        if (this.#unfinished > 0) this.#unfinished--;
      }
      if (this.#unfinished === 0) this.#finished.set();
    }
    while (this.#getters.length > 0) wakeNext(this.#getters);
    while (this.#putters.length > 0) wakeNext(this.#putters);
  }

  /**
   * The items, as they come, until the queue is shut down and empty: `for await (const item of queue)`.
   * In a generator coroutine, {@linkcode get} in a loop that catches {@linkcode QueueShutDown}.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const iterator: AsyncIterableIterator<T> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () =>
        lazy("Queue.next", this.#next()) as unknown as Promise<IteratorResult<T, undefined>>,
    };
    return iterator;
  }

  /** The printed form. */
  toString(): string {
    const parts = [`maxsize=${this.#maxsize}`];
    if (this.#items.length > 0) parts.push(`_queue=${wholeRepr([...this.#items])}`);
    if (this.#getters.length > 0) parts.push(`_getters[${this.#getters.length}]`);
    if (this.#putters.length > 0) parts.push(`_putters[${this.#putters.length}]`);
    if (this.#unfinished > 0) parts.push(`tasks=${this.#unfinished}`);
    if (this.#isShutDown) parts.push("shutdown");
    return `<${this.constructor.name} ${parts.join(" ")}>`;
  }

  #put(call: WaitCall<Queue, void, unknown>): IteratorResult<Suspending, void> {
    for (;;) {
      if (call.waiter !== null) {
        if (!hasResult(call.waiter)) return call.waiter.next();
        call.waiter = null;
      }
      if (!this.full()) {
        this.putNowait(call.argument as T);
        return PUT;
      }
      if (this.#isShutDown) throw new QueueShutDown();
      call.waiter = this.#binding.waiterFor(this.#toPut);
      this.#putters.push(call.waiter);
    }
  }

  #get(call: WaitCall<Queue, unknown>): IteratorResult<Suspending, unknown> {
    for (;;) {
      if (call.waiter !== null) {
        if (!hasResult(call.waiter)) return call.waiter.next();
        call.waiter = null;
      }
      if (!this.empty()) return { done: true, value: this.getNowait() };
      if (this.#isShutDown) throw new QueueShutDown();
      call.waiter = this.#binding.waiterFor(this.#toGet);
      this.#getters.push(call.waiter);
    }
  }

  *#next(): Generator<Suspension, IteratorResult<T, undefined>, unknown> {
    try {
      return { done: false, value: yield* this.get() };
    } catch (error) {
      if (error instanceof QueueShutDown) return { done: true, value: undefined };
      throw error;
    }
  }

  *#join(): Generator<Suspension, void, unknown> {
    if (this.#unfinished > 0) yield* this.#finished.wait();
  }
}

/** Leaves a line; woken and cancelled at once, it wakes the next in its stead. */
function leaveLine(
  waiters: Deque<Future<unknown>>,
  waiter: Future<unknown>,
  couldGoOn: boolean,
): void {
  waiter.cancel();
  waiters.remove(waiter);
  if (couldGoOn && !waiter.cancelled()) wakeNext(waiters);
}

/** Wakes the first of those that wait and were not woken or cancelled. */
function wakeNext(waiters: Deque<Future<unknown>>): void {
  for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) {
    if (waiter.done()) continue;
    waiter.setResult(undefined);
    return;
  }
}
