import { assert, assertEquals, assertThrows } from "@std/assert";
import { Heap } from "../../lib/base/heap.ts";
import { test } from "../_support/harness.ts";

const byNumber = (one: number, other: number): number => one - other;

function drain<T>(heap: Heap<T>): T[] {
  const items: T[] = [];
  while (heap.length > 0) items.push(heap.shift() as T);
  return items;
}

test("Heap.shift() of an empty heap gives undefined", () => {
  const heap = new Heap(byNumber);
  assertEquals([heap.shift(), heap.length], [undefined, 0]);
});

test("Heap.shift() gives the smallest, Heap.length counts", () => {
  const heap = new Heap(byNumber);
  for (const item of [3, 1, 2]) heap.push(item);
  assertEquals([heap.length, heap.shift(), heap.length], [3, 1, 2]);
  heap.push(0);
  assertEquals(drain(heap), [0, 2, 3]);
});

test("Heap sorts items that come in any order", () => {
  const count = 500;
  const orders = {
    ascending: Array.from({ length: count }, (_, index) => index),
    descending: Array.from({ length: count }, (_, index) => count - index),
    mixed: Array.from({ length: count }, (_, index) => (index * 7919) % 503),
    equal: new Array<number>(count).fill(7),
  };
  for (const [name, items] of Object.entries(orders)) {
    const heap = new Heap(byNumber);
    for (const item of items) heap.push(item);
    assertEquals(drain(heap), items.toSorted(byNumber), name);
  }
});

test("Heap's iterator gives all items, the smallest first", () => {
  const heap = new Heap(byNumber);
  for (const item of [5, 3, 8, 1]) heap.push(item);
  const items = [...heap];
  assertEquals([items[0], items.toSorted(byNumber)], [1, [1, 3, 5, 8]]);
});

/**
 * Operations, and what Python's `heapq` takes out: a number is put in, -1 takes out. What counts are the
 * places in the row at which the items that compare equal were put in.
 */
const AS_PYTHON: [operations: number[], takenOut: number[]][] = [
  [[2, 3, -1, -1], [0, 1]],
  [[0, -1, 0, -1], [0, 2]],
  [[0, 1, -1, 0, -1, 0, -1, -1], [0, 3, 5, 1]],
  [[0, 0, 3, -1, -1, 1, -1, -1, 0, 1, -1, 1, -1, 0, -1, -1], [0, 1, 5, 2, 8, 9, 13, 11]],
  [
    // deno-fmt-ignore
    [0, 3, 3, 3, 3, -1, -1, -1, 0, 3, 3, -1, 0, 1, 1, 3, -1, 2, -1, -1, 3, -1, -1, -1, 0, -1, 3, -1, -1, 0, 2, -1, -1, -1, -1, -1],
    [0, 2, 4, 8, 12, 13, 14, 17, 15, 10, 24, 9, 3, 29, 30, 1, 20, 26],
  ],
  [
    // deno-fmt-ignore
    [0, 1, 1, 3, -1, 0, -1, 2, 3, 2, 2, 3, 1, -1, -1, 0, 1, -1, -1, 2, 2, 0, 3, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, -1, 1, 1, 2, 3, -1, 3, 2, -1, -1, -1, -1, 1, 1, 2, -1, 0, 2, 0, 2, 1, -1, -1, 2, 1, 3, 1, -1, 0, 2, 1, 2, 2, 2, -1, -1, 2, -1, 0, 2, 0, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
    // deno-fmt-ignore
    [0, 5, 2, 1, 15, 12, 21, 16, 9, 10, 7, 19, 20, 22, 3, 25, 8, 11, 36, 38, 39, 40, 44, 43, 49, 53, 55, 50, 65, 67, 57, 75, 77, 78, 63, 79, 61, 60, 76, 68, 56, 69, 54, 51, 66, 70, 73, 41, 62],
  ],
];

test("Heap gives items that compare equal in the order of Python's heapq", () => {
  for (const [operations, takenOut] of AS_PYTHON) {
    const heap = new Heap<{ key: number; place: number }>((one, other) => one.key - other.key);
    const places: unknown[] = [];
    operations.forEach((key, place) => {
      if (key >= 0) heap.push({ key, place });
      else places.push(heap.shift()?.place);
    });
    assertEquals(places, takenOut);
    assertEquals(heap.length, 0);
  }
});

test("Heap.push() with a comparison that throws leaves the heap as it was", () => {
  const heap = new Heap<number | null>((one, other) => {
    if (one === null || other === null) throw new TypeError("no order");
    return one - other;
  });
  for (const item of [4, 2, 6, 1]) heap.push(item);
  const before = [...heap];
  assertThrows(() => heap.push(null), TypeError, "no order");
  assertEquals([...heap], before);
});

test("Heap.shift() with a comparison that throws leaves the heap as it was", () => {
  let isBroken = false;
  let left = 0;
  const heap = new Heap<number>((one, other) => {
    if (isBroken && left-- === 0) throw new TypeError("no order");
    return one - other;
  });
  for (const item of [9, 4, 7, 1, 8, 2, 6, 3, 5]) heap.push(item);
  const before = [...heap];
  for (let after = 0;; after++) {
    [isBroken, left] = [true, after];
    try {
      assertEquals(heap.shift(), 1);
      assert(after > 2, `${after} comparisons`);
      break;
    } catch (error) {
      assert(error instanceof TypeError, `${error}`);
      assertEquals([...heap], before);
    }
  }
  isBroken = false;
  assertEquals(drain(heap), [2, 3, 4, 5, 6, 7, 8, 9]);
});
