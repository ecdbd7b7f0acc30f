/**
 * A binary heap.
 *
 * | operation | cost |
 * | --- | --- |
 * | `push`, `shift` | O(log n) |
 *
 * Items that compare equal come out in the order that Python's `heapq` gives them, which is not the
 * order they were put in. A comparison that throws leaves the heap as it was.
 *
 * @module
 */

/** Tells the order of two items: negative if the first comes first. */
export type Compare<T> = (one: T, other: T) => number;

/** Keeps the smallest item at the front. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #compare: Compare<T>;

  /**
   * Makes a new `Heap`.
   *
   * @param compare Tells the order of two items.
   */
  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  /** How many items are in the heap. */
  get length(): number {
    return this.#items.length;
  }

  /** Puts an item in. */
  push(item: T): void {
    const items = this.#items;
    const place = this.#placeAbove(item, items.length, (index) => items[index]!);
    items.push(item);
    for (let index = items.length - 1; index > place; index = parentOf(index)) {
      items[index] = items[parentOf(index)]!;
    }
    items[place] = item;
  }

  /** Takes the smallest item out, or gives `undefined` where there is none. */
  shift(): T | undefined {
    const items = this.#items;
    if (items.length <= 1) return items.pop();
    const end = items.length - 1;
    const last = items[end]!;
    // Smaller children move up, all the way down; then the last item climbs from the bottom. It came
    // from there, so this compares less than sinking it from the top.
    const path = [0];
    for (let child = 1; child < end; child = 2 * child + 1) {
      const right = child + 1;
      if (right < end && !this.#isLess(items[child]!, items[right]!)) child = right;
      path.push(child);
    }
    const bottom = path[path.length - 1]!;
    const place = this.#placeAbove(last, bottom, (index) => items[path[path.indexOf(index) + 1]!]!);
    const top = items[0];
    items.pop();
    for (let step = 0; step + 1 < path.length && path[step]! !== place; step++) {
      items[path[step]!] = items[path[step + 1]!]!;
    }
    items[place] = last;
    return top;
  }

  /** The items in no order but that the smallest is first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values();
  }

  /** Where an item comes to stand that climbs from a place, given who will stand above it. */
  #placeAbove(item: T, from: number, standing: (index: number) => T): number {
    let place = from;
    while (place > 0 && this.#isLess(item, standing(parentOf(place)))) place = parentOf(place);
    return place;
  }

  #isLess(one: T, other: T): boolean {
    return this.#compare(one, other) < 0;
  }
}

function parentOf(index: number): number {
  return (index - 1) >> 1;
}
