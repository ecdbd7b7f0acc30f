/**
 * Instruments: whoever looks on while a loop runs, to trace it or to time it.
 *
 * A loop without one pays nothing. The scheduler has a second form of its iteration, which tells of each
 * entry, and goes over to it when an instrument is put in; what is pushed while no plain turn is on goes a
 * longer way in any case, and is told of there; a cancellation, and a step that a microtask makes, ask for
 * the instrument by one look at a field.
 *
 * @module
 */
import type { Future } from "./future.ts";
import type { Runnable, TimerHandle } from "./handle.ts";
import type { Task } from "./task.ts";

/** Why a turn of a loop ends: there is nothing to do, the host is let in, or the run is over. */
export type TurnEnd = "idle" | "yielded" | "ended";

/** Looks on while a loop runs. Each method is told of one thing, and does nothing as it stands here. */
export class Instrument {
  /** The loop has the thread; told once more where instruments come or go in the middle of a turn. */
  turnBegan(): void {}

  /** The loop gives the thread back. */
  turnEnded(_end: TurnEnd): void {}

  /** An entry of the ready queue is about to run. */
  entryBegan(_entry: Runnable): void {}

  /** The entry is through; one that resumed an async function, when the function has come to rest. */
  entryEnded(_entry: Runnable): void {}

  /** An entry was put into the ready queue: a new task's, a woken task's, a callback's. */
  pushed(_entry: Runnable): void {}

  /** A timer was set. */
  timerSet(_handle: TimerHandle): void {}

  /** A timer that waits was cancelled. */
  timerCancelled(_handle: TimerHandle): void {}

  /** A task makes a step that is no entry of the queue: an eager first one, or one in a microtask. */
  stepBegan(_task: Task<unknown>): void {}

  /** That step is through. */
  stepEnded(_task: Task<unknown>): void {}

  /** Somebody asks a future or a task to end. */
  cancelRequested(_future: Future<unknown>): void {}
}

/** Several instruments of one loop. */
export class InstrumentPanel extends Instrument {
  readonly #instruments: readonly Instrument[];

  /** @param instruments They are told in this order. */
  constructor(instruments: readonly Instrument[]) {
    super();
    this.#instruments = instruments;
  }

  override turnBegan(): void {
    for (const instrument of this.#instruments) instrument.turnBegan();
  }

  override turnEnded(end: TurnEnd): void {
    for (const instrument of this.#instruments) instrument.turnEnded(end);
  }

  override entryBegan(entry: Runnable): void {
    for (const instrument of this.#instruments) instrument.entryBegan(entry);
  }

  override entryEnded(entry: Runnable): void {
    for (const instrument of this.#instruments) instrument.entryEnded(entry);
  }

  override pushed(entry: Runnable): void {
    for (const instrument of this.#instruments) instrument.pushed(entry);
  }

  override timerSet(handle: TimerHandle): void {
    for (const instrument of this.#instruments) instrument.timerSet(handle);
  }

  override timerCancelled(handle: TimerHandle): void {
    for (const instrument of this.#instruments) instrument.timerCancelled(handle);
  }

  override stepBegan(task: Task<unknown>): void {
    for (const instrument of this.#instruments) instrument.stepBegan(task);
  }

  override stepEnded(task: Task<unknown>): void {
    for (const instrument of this.#instruments) instrument.stepEnded(task);
  }

  override cancelRequested(future: Future<unknown>): void {
    for (const instrument of this.#instruments) instrument.cancelRequested(future);
  }
}
