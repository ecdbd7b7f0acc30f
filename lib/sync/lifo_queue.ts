/**
 * Queues whose last item comes first.
 *
 * @module
 */
import { type ItemStore, Queue } from "./queue.ts";

/**
 * A {@linkcode Queue} that gives the item put in last.
 *
 * @typeParam T What the items are.
 *
 * @example
 * ```ts
 * import { LifoQueue } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new LifoQueue<number>();
 * queue.putNowait(1);
 * queue.putNowait(2);
 * assertEquals(queue.getNowait(), 2);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.LifoQueue
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  /**
   * Makes a new `LifoQueue`.
   *
   * @param maxsize How many items the queue holds at most; zero or less for any number.
   * @throws {TypeError} If it is no number.
   */
  constructor(maxsize: number = 0) {
    super(maxsize, new Stack<T>());
  }
}

class Stack<T> implements ItemStore<T> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    return this.#items.pop();
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }
}
