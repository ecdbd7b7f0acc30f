/**
 * A double-ended queue on a ring buffer.
 *
 * | operation | cost |
 * | --- | --- |
 * | `push`, `shift` | O(1), amortised |
 * | `remove` | O(n) |
 *
 * @module
 */

const SMALLEST = 16;

/** A first-in, first-out queue whose ends both cost O(1); `Array.shift` costs O(n). */
export class Deque<T> {
  // A power of two long, so that an index wraps by a mask, and never full, so that two indices tell how
  // many there are. Only the slots from #head to #tail are live; the rest hold undefined, so that nothing
  // taken out is kept alive.
  #slots: (T | undefined)[] = emptySlots();
  #head = 0;
  #tail = 0;

  /** How many items are in the queue. */
  get length(): number {
    return (this.#tail - this.#head) & (this.#slots.length - 1);
  }

  /** Puts an item in at the end. */
  push(item: T): void {
    const slots = this.#slots;
    slots[this.#tail] = item;
    this.#tail = (this.#tail + 1) & (slots.length - 1);
    if (this.#tail === this.#head) this.#grow();
  }

  /** Takes the item at the front out, or gives `undefined` where there is none. */
  shift(): T | undefined {
    const head = this.#head;
    if (head === this.#tail) return undefined;
    const slots = this.#slots;
    const item = slots[head];
    slots[head] = undefined;
    this.#head = (head + 1) & (slots.length - 1);
    return item;
  }

  /** The item at the front, left where it is, or `undefined` where there is none. */
  peek(): T | undefined {
    return this.#slots[this.#head];
  }

  /** The item at an index from the front, or `undefined` where there is none. */
  at(index: number): T | undefined {
    return this.#slots[(this.#head + index) & (this.#slots.length - 1)];
  }

  /** Takes the first occurrence of an item out, and tells whether there was one. */
  remove(item: T): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const { length } = this;
    for (let index = 0; index < length; index++) {
      if (slots[(this.#head + index) & mask] !== item) continue;
      // The shorter side moves up: what waits is mostly taken out from the front, in its order.
      if (index < length / 2) {
        for (let at = index; at > 0; at--) {
          slots[(this.#head + at) & mask] = slots[(this.#head + at - 1) & mask];
        }
        slots[this.#head] = undefined;
        this.#head = (this.#head + 1) & mask;
      } else {
        for (let next = index + 1; next < length; next++) {
          slots[(this.#head + next - 1) & mask] = slots[(this.#head + next) & mask];
        }
        this.#tail = (this.#tail - 1) & mask;
        slots[this.#tail] = undefined;
      }
      return true;
    }
    return false;
  }

  /** Takes all items out. */
  clear(): void {
    this.#slots = emptySlots();
    this.#head = 0;
    this.#tail = 0;
  }

  /** The items from front to end. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index) as T;
  }

  /** Makes it twice as long, when all slots are taken. */
  #grow(): void {
    const { length } = this.#slots;
    // Joined, and so of just this length; had it grown one by one, it might be half as long again.
    const slots = this.#slots.concat(this.#slots).fill(undefined, length);
    for (let index = 0; index < length; index++) slots[index] = this.at(index);
    this.#slots = slots;
    this.#head = 0;
    this.#tail = length;
  }
}

// One by one: in an array that was ever empty in places, V8 looks for these at every access.
function emptySlots<T>(): (T | undefined)[] {
  const slots: (T | undefined)[] = [];
  for (let index = 0; index < SMALLEST; index++) slots.push(undefined);
  return slots;
}
