/**
 * The timers that wait for their time, in order of time and then of creation.
 *
 * Most programs wait for the same few times over and over, so most timers are due after all that were set
 * before. Those stand in a line. Whoever comes earlier than the line's end goes into a binary heap beside it,
 * and the next timer is the first of the two fronts.
 *
 * Cancelled timers stay until they reach a front, or until they are more than half of more than a hundred;
 * then all is built anew without them. So cancelling is cheap, and a program that sets and cancels timeouts
 * all day does not grow.
 *
 * | operation | cost |
 * | --- | --- |
 * | `add`, `takeDue` of one that is due after all others | O(1), amortised |
 * | `add`, `takeDue` of another | O(log n) |
 * | cancelling | O(1), amortised |
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import {
  numberOfTimer,
  numberTimer,
  setTimerOwner,
  type TimerHandle,
  type TimerOwner,
} from "./handle.ts";
import type { Instrument } from "./instruments.ts";

/** Below this many timers a rebuild is not worth its while; asyncio's number. */
const FEWEST_TO_REBUILD = 100;

/** The part of cancelled timers above which the heap is rebuilt; asyncio's number. */
const CANCELLED_PART = 0.5;

/** Timer handles in order of time, then of creation. */
export class TimerQueue implements TimerOwner {
  /** Whoever is to be told of timers that are cancelled. */
  instrument: Instrument | null = null;

  #line = new Deque<TimerHandle>();
  // When the last one of the line is due.
  #lineEnd = -Infinity;
  // The heap, as two columns of one table: comparing touches numbers alone, but for timers of one time.
  #times: number[] = [];
  #handles: TimerHandle[] = [];
  #created = 0;
  #cancelled = 0;

  /** How many timers wait, cancelled ones that were not purged yet included. */
  get length(): number {
    return this.#line.length + this.#times.length;
  }

  /** Adds a timer. */
  add(handle: TimerHandle): void {
    setTimerOwner(handle, this);
    numberTimer(handle, this.#created++);
    const time = handle.when();
    const line = this.#line;
    if (line.length === 0 || time >= this.#lineEnd) {
      line.push(handle);
    } else if (line.length === 1) {
      // One that is alone would keep the line from all that are due before it.
      this.#insert(line.shift()!);
      line.push(handle);
    } else {
      this.#insert(handle);
      return;
    }
    this.#lineEnd = time;
  }

  /** Takes note that a timer in here was cancelled. */
  noteCancelled(handle: TimerHandle): void {
    this.#cancelled++;
    if (this.instrument !== null) this.instrument.timerCancelled(handle);
  }

  /** Drops cancelled timers: all of them if they are too many, else those that would be next. */
  purge(): void {
    if (this.#cancelled === 0) return;
    const { length } = this;
    if (length > FEWEST_TO_REBUILD && this.#cancelled / length > CANCELLED_PART) {
      this.#empty(isLive);
      return;
    }
    for (let next = this.#next(); next !== undefined && next.cancelled(); next = this.#next()) {
      this.#remove(next);
    }
  }

  /** The time of the earliest timer, or `Infinity` where there is none. */
  earliest(): number {
    const next = this.#next();
    return next === undefined ? Infinity : next.when();
  }

  /**
   * Takes the earliest timer out if its time has come, else gives `null`.
   *
   * @param now The time.
   * @param end The time up to which, but not at which, a timer counts as due. So far from the clock's start
   * that a number cannot tell the two apart, what is due now still is.
   */
  takeDue(now: number, end: number): TimerHandle | null {
    const next = this.#next();
    if (next === undefined) return null;
    const time = next.when();
    if (time >= end && time > now) return null;
    this.#remove(next);
    return next;
  }

  /** Forgets all timers. */
  clear(): void {
    this.#empty(() => false);
  }

  /** The timer that is due first. */
  #next(): TimerHandle | undefined {
    const first = this.#line.peek();
    if (this.#times.length === 0) return first;
    const top = this.#handles[0]!;
    if (first === undefined) return top;
    return isBefore(first.when(), first, this.#times[0]!, top) ? first : top;
  }

  /** Takes out the one that is next. */
  #remove(next: TimerHandle): void {
    if (next === this.#line.peek()) this.#line.shift();
    else this.#removeTop();
    setTimerOwner(next, null);
    if (next.cancelled()) this.#cancelled--;
  }

  /** Takes all out, and puts those in again that are to stay. */
  #empty(stays: (handle: TimerHandle) => boolean): void {
    const line = this.#line;
    const handles = this.#handles;
    this.#times = [];
    this.#handles = [];
    this.#cancelled = 0;
    for (let left = line.length; left > 0; left--) {
      const handle = line.shift()!;
      if (stays(handle)) {
        line.push(handle);
        this.#lineEnd = handle.when();
      } else setTimerOwner(handle, null);
    }
    for (const handle of handles) {
      if (stays(handle)) this.#insert(handle);
      else setTimerOwner(handle, null);
    }
  }

  #insert(handle: TimerHandle): void {
    const times = this.#times;
    const handles = this.#handles;
    const time = handle.when();
    let index = times.length;
    times.push(time);
    handles.push(handle);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = times[parent]!;
      if (isBefore(parentTime, handles[parent]!, time, handle)) break;
      times[index] = parentTime;
      handles[index] = handles[parent]!;
      index = parent;
    }
    times[index] = time;
    handles[index] = handle;
  }

  #removeTop(): void {
    const times = this.#times;
    const handles = this.#handles;
    const time = times.pop()!;
    const handle = handles.pop()!;
    const { length } = times;
    if (length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      const right = child + 1;
      if (
        right < length && isBefore(times[right]!, handles[right]!, times[child]!, handles[child]!)
      ) child = right;
      const childTime = times[child]!;
      if (isBefore(time, handle, childTime, handles[child]!)) break;
      times[index] = childTime;
      handles[index] = handles[child]!;
      index = child;
    }
    times[index] = time;
    handles[index] = handle;
  }
}

function isLive(handle: TimerHandle): boolean {
  return !handle.cancelled();
}

/** Whether a timer is due before another. */
function isBefore(
  time: number,
  handle: TimerHandle,
  otherTime: number,
  other: TimerHandle,
): boolean {
  return time < otherTime ||
    (time === otherTime && numberOfTimer(handle) < numberOfTimer(other));
}
