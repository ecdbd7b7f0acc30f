/**
 * Queues whose smallest item comes first.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { checkOptions } from "../base/check_options.ts";
import { type Compare, Heap } from "../base/heap.ts";
import { describe } from "../base/repr.ts";
import { Queue } from "./queue.ts";

/** What {@linkcode PriorityQueue} takes beside its size. */
export interface PriorityQueueOptions<T> {
  /** Tells the order of two items: negative if the first comes first. */
  compare?: Compare<T> | undefined;
}

/**
 * A {@linkcode Queue} that gives the smallest item. Numbers, bigints, strings and dates are compared by
 * `<`, arrays item by item as Python compares tuples; give a `compare` for anything else. Which of equal
 * items comes first is as with Python's `heapq`.
 *
 * @typeParam T What the items are.
 *
 * @example
 * ```ts
 * import { PriorityQueue } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new PriorityQueue<[number, string]>();
 * queue.putNowait([2, "later"]);
 * queue.putNowait([1, "first"]);
 * assertEquals(queue.getNowait(), [1, "first"]);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.PriorityQueue
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  /**
   * Makes a new `PriorityQueue`.
   *
   * @param maxsize How many items the queue holds at most; zero or less for any number.
   * @param options `compare`: tells the order of two items.
   * @throws {TypeError} If `maxsize` is no number, or `compare` no function. Putting throws it for an
   * item that cannot be compared; as in CPython the item is in the queue then, but counts as no task and
   * wakes nobody. Getting throws it when those left cannot be compared, and loses what it took out.
   */
  constructor(maxsize: number = 0, options: PriorityQueueOptions<T> = {}) {
    checkOptions(options, "PriorityQueue()", ["compare"]);
    const { compare = comparePlain } = options;
    checkFunction(compare, "compare must be");
    super(maxsize, new Heap<T>(compare));
  }
}

function comparePlain(one: unknown, other: unknown): number {
  if (Array.isArray(one) && Array.isArray(other)) {
    const shared = Math.min(one.length, other.length);
    for (let index = 0; index < shared; index++) {
      const order = Object.is(one[index], other[index])
        ? 0
        : comparePlain(one[index], other[index]);
      if (order !== 0) return order;
    }
    return one.length - other.length;
  }
  if (
    (isNumeric(one) && isNumeric(other)) ||
    (typeof one === "string" && typeof other === "string") ||
    (one instanceof Date && other instanceof Date)
  ) return one < other ? -1 : other < one ? 1 : 0;
  throw new TypeError(
    `'<' not supported between ${describe(one)} and ${describe(other)}: ` +
      "expected two numbers, strings, dates or arrays, or a compare option",
  );
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
