import { assert, assertEquals } from "@std/assert";
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

/**
 * Operations, the comparison of each that throws (-1 for none), and what Python's `heapq` gives for them:
 * what was taken out, and the places in the row at which the items were put in that stand in the heap.
 */
const AS_PYTHON_THROWS: [key: number, throwsAfter: number, outcome: unknown, standing: number[]][] =
  [
    [4, 1, "in", [0]],
    [1, 2, "in", [1, 0]],
    [0, 0, "threw", [1, 0, 2]],
    [1, 2, "in", [1, 3, 2, 0]],
    [-1, 3, 1, [2, 3, 0]],
    [1, 3, "in", [2, 3, 0, 5]],
    [3, 0, "threw", [2, 3, 0, 5, 6]],
    [3, 0, "threw", [2, 3, 0, 5, 6, 7]],
    [1, -1, "in", [2, 3, 8, 5, 6, 7, 0]],
    [-1, 0, "threw", [0, 3, 8, 5, 6, 7]],
    [0, -1, "in", [10, 3, 0, 5, 6, 7, 8]],
    [1, 0, "threw", [10, 3, 0, 5, 6, 7, 8, 11]],
    [2, 1, "in", [10, 3, 0, 5, 6, 7, 8, 11, 12]],
    [1, 3, "in", [10, 3, 0, 5, 13, 7, 8, 11, 12, 6]],
    [3, 0, "threw", [10, 3, 0, 5, 13, 7, 8, 11, 12, 6, 14]],
    [-1, -1, 10, [3, 13, 0, 5, 6, 7, 8, 11, 12, 14]],
    [-1, 2, "threw", [13, 5, 0, 14, 6, 7, 8, 11, 12]],
    [2, 0, "threw", [13, 5, 0, 14, 6, 7, 8, 11, 12, 17]],
    [2, 1, "threw", [13, 5, 0, 14, 18, 7, 8, 11, 12, 17, 6]],
    [2, 3, "in", [13, 5, 19, 14, 18, 0, 8, 11, 12, 17, 6, 7]],
    [2, 1, "threw", [13, 5, 19, 14, 18, 20, 8, 11, 12, 17, 6, 7, 0]],
    [-1, 2, "threw", [5, 18, 19, 14, 0, 20, 8, 11, 12, 17, 6, 7]],
    [-1, 0, "threw", [7, 18, 19, 14, 0, 20, 8, 11, 12, 17, 6]],
    [-1, 2, "threw", [19, 18, 8, 14, 0, 20, 6, 11, 12, 17]],
  ];

test("Heap with a comparison that throws has its items where Python's heapq has them", () => {
  let left = -1;
  const heap = new Heap<{ key: number; place: number }>((one, other) => {
    if (left-- === 0) throw new TypeError("no order");
    return one.key - other.key;
  });
  const step = (key: number, place: number): unknown => {
    try {
      if (key < 0) return heap.shift()?.place;
      heap.push({ key, place });
      return "in";
    } catch (error) {
      assert(error instanceof TypeError, `${error}`);
      return "threw";
    }
  };
  AS_PYTHON_THROWS.forEach(([key, throwsAfter, outcome, standing], place) => {
    left = throwsAfter;
    assertEquals(step(key, place), outcome);
    assertEquals(Array.from(heap, (item) => item.place), standing);
  });
});
