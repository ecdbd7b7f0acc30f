/**
 * A binary heap.
 *
 * | operation | cost |
 * | --- | --- |
 * | `push`, `shift` | O(log n) |
 *
 * Items that compare equal come out in the order that Python's `heapq` gives them, which is not the
 * order they were put in. A comparison that throws leaves the items where they have got to, as it does
 * there: what is put in is in, and what is taken out is lost.
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

  /** Puts an item in, which stays in where a comparison throws. */
  push(item: T): void {
    this.#items.push(item);
    this.#climb(this.#items.length - 1);
  }

  /**
   * Takes the smallest item out, or gives `undefined` where there is none. It is out where a comparison
   * throws, too.
   */
  shift(): T | undefined {
    const items = this.#items;
    if (items.length <= 1) return items.pop();
    const top = items[0];
    items[0] = items.pop()!;
    // The last item sinks all the way down, below the smaller child each time; then it climbs from there.
    // It came from the bottom, so this compares less than looking at each step whether it has sunk enough.
    let place = 0;
    for (let child = 1; child < items.length; child = 2 * place + 1) {
      const right = child + 1;
      if (right < items.length && !this.#isLess(child, right)) child = right;
      this.#swap(place, child);
      place = child;
    }
    this.#climb(place);
    return top;
  }

  /** The items in no order but that the smallest is first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values();
  }

  /** Lets the item at a place change with those above it that are greater. */
  #climb(from: number): void {
    let place = from;
    while (place > 0 && this.#isLess(place, parentOf(place))) {
      this.#swap(place, parentOf(place));
      place = parentOf(place);
    }
  }

  #isLess(one: number, other: number): boolean {
    return this.#compare(this.#items[one]!, this.#items[other]!) < 0;
  }

  #swap(one: number, other: number): void {
    const items = this.#items;
    [items[one], items[other]] = [items[other]!, items[one]!];
  }
}

function parentOf(index: number): number {
  return (index - 1) >> 1;
}
