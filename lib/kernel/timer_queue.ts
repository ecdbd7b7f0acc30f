/**
 * The timers that wait for their time.
 *
 * A binary heap, in order of time and then of creation. Cancelled timers stay in it until they reach
 * the top, or until they are more than half of more than a hundred; then it is built anew without
 * them. So cancelling is cheap, and a program that sets and cancels timeouts all day does not grow.
 *
 * | operation | cost |
 * | --- | --- |
 * | `add`, `takeDue` of one | O(log n) |
 * | cancelling | O(1), amortised |
 *
 * @module
 */
import { setTimerOwner, type TimerHandle, type TimerOwner } from "./handle.ts";
import type { Instrument } from "./instruments.ts";

/** Below this many timers a rebuild is not worth its while; asyncio's number. */
const FEWEST_TO_REBUILD = 100;

/** The part of cancelled timers above which the heap is rebuilt; asyncio's number. */
const CANCELLED_PART = 0.5;

/** Timer handles in order of time, then of creation. */
export class TimerQueue implements TimerOwner {
  /** Whoever is to be told of timers that are cancelled. */
  instrument: Instrument | null = null;

  // Three columns of one table: comparing touches numbers alone.
  #times: number[] = [];
  #orders: number[] = [];
  #handles: TimerHandle[] = [];
  #created = 0;
  #cancelled = 0;

  /** How many timers wait, cancelled ones that were not purged yet included. */
  get length(): number {
    return this.#times.length;
  }

  /** Adds a timer. */
  add(handle: TimerHandle): void {
    setTimerOwner(handle, this);
    this.#insert(handle.when(), this.#created++, handle);
  }

  /** Takes note that a timer in here was cancelled. */
  noteCancelled(handle: TimerHandle): void {
    this.#cancelled++;
    if (this.instrument !== null) this.instrument.timerCancelled(handle);
  }

  /** Drops cancelled timers: all of them if they are too many, else those at the top. */
  purge(): void {
    if (this.#cancelled === 0) return;
    const length = this.#times.length;
    if (length > FEWEST_TO_REBUILD && this.#cancelled / length > CANCELLED_PART) {
      this.#rebuild();
      return;
    }
    while (this.#handles.length > 0 && this.#handles[0]!.cancelled()) {
      this.#cancelled--;
      setTimerOwner(this.#removeTop(), null);
    }
  }

  /** The time of the earliest timer, or `Infinity` where there is none. */
  earliest(): number {
    return this.#times.length === 0 ? Infinity : this.#times[0]!;
  }

  /**
   * Takes the earliest timer out if its time has come, else gives `null`.
   *
   * @param now The time.
   * @param end The time up to which, but not at which, a timer counts as due. So far from the clock's start
   * that a number cannot tell the two apart, what is due now still is.
   */
  takeDue(now: number, end: number): TimerHandle | null {
    if (this.#times.length === 0) return null;
    const time = this.#times[0]!;
    if (time >= end && time > now) return null;
    const handle = this.#removeTop();
    setTimerOwner(handle, null);
    if (handle.cancelled()) this.#cancelled--;
    return handle;
  }

  /** Forgets all timers. */
  clear(): void {
    for (const handle of this.#handles) setTimerOwner(handle, null);
    this.#times = [];
    this.#orders = [];
    this.#handles = [];
    this.#cancelled = 0;
  }

  #rebuild(): void {
    const times = this.#times;
    const orders = this.#orders;
    const handles = this.#handles;
    this.#times = [];
    this.#orders = [];
    this.#handles = [];
    this.#cancelled = 0;
    for (let index = 0; index < handles.length; index++) {
      const handle = handles[index]!;
      if (handle.cancelled()) setTimerOwner(handle, null);
      else this.#insert(times[index]!, orders[index]!, handle);
    }
  }

  #insert(time: number, order: number, handle: TimerHandle): void {
    const times = this.#times;
    const orders = this.#orders;
    const handles = this.#handles;
    let index = times.length;
    times.push(time);
    orders.push(order);
    handles.push(handle);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = times[parent]!;
      if (parentTime < time || (parentTime === time && orders[parent]! < order)) break;
      times[index] = parentTime;
      orders[index] = orders[parent]!;
      handles[index] = handles[parent]!;
      index = parent;
    }
    times[index] = time;
    orders[index] = order;
    handles[index] = handle;
  }

  #removeTop(): TimerHandle {
    const times = this.#times;
    const orders = this.#orders;
    const handles = this.#handles;
    const top = handles[0]!;
    const time = times.pop()!;
    const order = orders.pop()!;
    const handle = handles.pop()!;
    const length = times.length;
    if (length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      const right = child + 1;
      if (
        right < length &&
        (times[right]! < times[child]! ||
          (times[right]! === times[child]! && orders[right]! < orders[child]!))
      ) child = right;
      const childTime = times[child]!;
      if (time < childTime || (time === childTime && order < orders[child]!)) break;
      times[index] = childTime;
      orders[index] = orders[child]!;
      handles[index] = handles[child]!;
      index = child;
    }
    times[index] = time;
    orders[index] = order;
    handles[index] = handle;
    return top;
  }
}
