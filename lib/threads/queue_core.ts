/**
 * What a queue between threads is in the thread that made it: items, and those who wait. It belongs to no
 * loop; whoever waits is called back.
 *
 * An item is with the queue, on its way to somebody, or with them. One on its way comes back, to the front,
 * when it turns out that nobody takes it.
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import { QueueEmpty, QueueFull, QueueShutDown, ValueError } from "../base/errors.ts";

/** Somebody who waits for an item. */
export interface Getter<T> {
  /** Takes the item. */
  give(item: T): void;
  /** Takes note that there will be none. */
  fail(error: Error): void;
}

/** Somebody who waits for a place. */
export interface Putter {
  /** Takes note that the item is in. */
  done(): void;
  /** Takes note that it will not be. */
  fail(error: Error): void;
}

interface WaitingPut<T> {
  readonly item: T;
  readonly putter: Putter;
}

/** The queue itself. */
export class QueueCore<T = unknown> {
  /** How many items it holds at most; zero or less for any number. */
  readonly maxsize: number;
  /** Called once, when it is shut down and empty, for whoever keeps it. */
  over: (() => void) | null = null;
  // What came back goes before what has always been here.
  readonly #returned: T[] = [];
  readonly #items = new Deque<T>();
  readonly #getters = new Deque<Getter<T>>();
  readonly #putters = new Deque<WaitingPut<T>>();
  readonly #joiners = new Set<() => void>();
  #unfinished = 0;
  #isShutDown = false;
  #isDropped = false;

  constructor(maxsize: number) {
    this.maxsize = maxsize;
  }

  /** How many items are in it. */
  get size(): number {
    return this.#returned.length + this.#items.length;
  }

  /** Whether it holds all it can. */
  get isFull(): boolean {
    return this.maxsize > 0 && this.size >= this.maxsize;
  }

  /** Whether it was shut down. */
  get isShutDown(): boolean {
    return this.#isShutDown;
  }

  /** Puts an item in, now or when there is a place; gives the way out of waiting for that. */
  put(item: T, putter: Putter): () => void {
    if (this.#isShutDown) {
      putter.fail(new QueueShutDown());
    } else if (this.isFull) {
      const waiting = { item, putter };
      this.#putters.push(waiting);
      return () => void this.#putters.remove(waiting);
    } else {
      this.#admit(item);
      putter.done();
    }
    return () => {};
  }

  /** Puts an item in at once, or throws. */
  putNow(item: T): void {
    if (this.#isShutDown) throw new QueueShutDown();
    if (this.isFull) throw new QueueFull();
    this.#admit(item);
  }

  /** Takes an item out, now or when there is one; gives the way out of waiting for that. */
  get(getter: Getter<T>): () => void {
    if (this.size > 0) {
      getter.give(this.#take());
    } else if (this.#isShutDown) {
      getter.fail(new QueueShutDown());
    } else {
      this.#getters.push(getter);
      return () => void this.#getters.remove(getter);
    }
    return () => {};
  }

  /** Takes an item out at once, or throws. */
  getNow(): T {
    if (this.size === 0) throw this.#isShutDown ? new QueueShutDown() : new QueueEmpty();
    return this.#take();
  }

  /** Takes an item back that was on its way to somebody who does not take it. */
  giveBack(item: T): void {
    if (this.#isDropped) return this.#finish(1);
    const getter = this.#getters.shift();
    if (getter === undefined) this.#returned.push(item);
    else getter.give(item);
  }

  /** Takes out an item that was put in by one who takes it back; nothing, where somebody got it. */
  withdraw(item: T): void {
    const items = [...this.#items];
    // By this, for to itself NaN is not equal.
    const place = items.findLastIndex((other) => Object.is(other, item));
    if (place < 0) return;
    this.#items.clear();
    for (const other of items.toSpliced(place, 1)) this.#items.push(other);
    this.#finish(1);
    this.#admitNext();
  }

  /** Takes note that the work on an item is over. */
  taskDone(): void {
    if (this.#unfinished <= 0) throw new ValueError("task_done() called too many times");
    this.#finish(1);
  }

  /** Calls back when the work on all items is over; gives the way out of waiting for that. */
  join(callback: () => void): () => void {
    if (this.#unfinished === 0) callback();
    else this.#joiners.add(callback);
    return () => void this.#joiners.delete(callback);
  }

  /** Ends the queue. */
  shutdown(immediate: boolean): void {
    this.#isShutDown = true;
    if (immediate) {
      this.#isDropped = true;
      const dropped = this.size;
      this.#returned.length = 0;
      this.#items.clear();
      this.#finish(dropped);
    }
    for (let next = this.#getters.shift(); next !== undefined; next = this.#getters.shift()) {
      next.fail(new QueueShutDown());
    }
    for (let next = this.#putters.shift(); next !== undefined; next = this.#putters.shift()) {
      next.putter.fail(new QueueShutDown());
    }
    this.#checkOver();
  }

  #checkOver(): void {
    if (!this.#isShutDown || this.size > 0) return;
    const { over } = this;
    this.over = null;
    over?.();
  }

  #admit(item: T): void {
    this.#unfinished++;
    const getter = this.#getters.shift();
    if (getter === undefined) this.#items.push(item);
    else getter.give(item);
  }

  #take(): T {
    const item = (this.#returned.length > 0 ? this.#returned.pop() : this.#items.shift()) as T;
    this.#admitNext();
    this.#checkOver();
    return item;
  }

  #admitNext(): void {
    if (this.isFull) return;
    const next = this.#putters.shift();
    if (next === undefined) return;
    this.#admit(next.item);
    next.putter.done();
  }

  #finish(count: number): void {
    this.#unfinished -= count;
    if (this.#unfinished > 0) return;
    const joiners = [...this.#joiners];
    this.#joiners.clear();
    for (const callback of joiners) callback();
  }
}
