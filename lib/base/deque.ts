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
  // A power of two long, so that an index wraps by a mask. Only the slots from #head on, #length of
  // them, are live; the rest hold undefined, so that nothing taken out is kept alive.
  #slots: (T | undefined)[] = new Array<T | undefined>(SMALLEST).fill(undefined);
  #head = 0;
  #length = 0;

  /** How many items are in the queue. */
  get length(): number {
    return this.#length;
  }

  /** Puts an item in at the end. */
  push(item: T): void {
    if (this.#length === this.#slots.length) this.#resize(this.#length * 2);
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  /** Takes the item at the front out, or gives `undefined` where there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const head = this.#head;
    const item = this.#slots[head];
    this.#slots[head] = undefined;
    this.#head = (head + 1) & (this.#slots.length - 1);
    this.#length--;
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
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#length; index++) {
      if (this.#slots[(this.#head + index) & mask] !== item) continue;
      // The shorter side moves up: what waits is mostly taken out from the front, in its order.
      if (index < this.#length / 2) {
        for (let at = index; at > 0; at--) {
          this.#slots[(this.#head + at) & mask] = this.#slots[(this.#head + at - 1) & mask];
        }
        this.#slots[this.#head] = undefined;
        this.#head = (this.#head + 1) & mask;
        this.#length--;
      } else {
        for (let next = index + 1; next < this.#length; next++) {
          this.#slots[(this.#head + next - 1) & mask] = this.#slots[(this.#head + next) & mask];
        }
        this.#length--;
        this.#slots[(this.#head + this.#length) & mask] = undefined;
      }
      return true;
    }
    return false;
  }

  /** Takes all items out. */
  clear(): void {
    this.#slots = new Array<T | undefined>(SMALLEST).fill(undefined);
    this.#head = 0;
    this.#length = 0;
  }

  /** The items from front to end. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#length; index++) {
      yield this.#slots[(this.#head + index) & mask] as T;
    }
  }

  #resize(size: number): void {
    const slots = new Array<T | undefined>(size).fill(undefined);
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#length; index++) {
      slots[index] = this.#slots[(this.#head + index) & mask];
    }
    this.#slots = slots;
    this.#head = 0;
  }
}
