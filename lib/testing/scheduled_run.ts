/**
 * One run of a program under a schedule, on a virtual clock, from its start to the end of all it left behind.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { describe, repr } from "../base/repr.ts";
import type { CoroutineLike } from "../coroutine/coroutine.ts";
import { hasOpenGenerators } from "../kernel/async_generators.ts";
import { VirtualClock } from "../kernel/clock.ts";
import { type EventLoop, newEventLoop } from "../kernel/event_loop.ts";
import type { ExceptionContext } from "../kernel/handle.ts";
import { runningLoop } from "../kernel/loops.ts";
import { Instrument } from "../kernel/instruments.ts";
import type { Schedule } from "../kernel/schedule.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { Task } from "../kernel/task.ts";
import { cancelAllTasks } from "../run/cancel_all.ts";

/** How a run ended. */
export type RunOutcome<T> = { readonly value: T } | { readonly error: unknown };

/** What {@linkcode runScheduled} takes beside the program and the schedule. */
export interface ScheduledRunOptions {
  /** How many steps and callbacks may run. */
  mostSteps: number;
  /** Called with the main task, which has no name yet, before it runs. */
  made(main: Task<unknown>): void;
  /** Looks on. */
  instrument?: Instrument;
}

/**
 * Runs a program. Whatever goes wrong counts: an error of `main`, one that comes while what is left is
 * ended, and what the loop's exception handler is told.
 *
 * @param main Called for the main coroutine.
 * @param schedule Decides the order.
 * @param options What to watch.
 * @returns A promise of the outcome; it is not rejected.
 */
export async function runScheduled<T>(
  main: () => CoroutineLike<T> | PromiseLike<T> | T,
  schedule: Schedule,
  { mostSteps, made, instrument }: ScheduledRunOptions,
): Promise<RunOutcome<T>> {
  const loop = newEventLoop({ clock: new VirtualClock(), schedule });
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  const scheduler = schedulerOf(loop);
  scheduler.watch(new StepLimit(loop, mostSteps));
  if (instrument !== undefined) scheduler.watch(instrument);
  const outcomes: RunOutcome<T>[] = [];
  try {
    const task = loop.createTask(main as CoroutineLike<T>);
    made(task);
    outcomes.push(await settle(() => loop.runUntilComplete(task)));
    const rest = await settle(() => endRest(loop));
    if ("error" in rest) outcomes.push(rest);
  } finally {
    loop.close();
  }
  outcomes.push(...reports.map((report) => ({ error: asError(report) })));
  return outcomes.find((outcome) => "error" in outcome) ?? outcomes[0]!;
}

async function endRest(loop: EventLoop): Promise<void> {
  await cancelAllTasks(loop);
  // Where there are none, no step more than the program has is to be seen.
  if (hasOpenGenerators(loop)) await loop.runUntilComplete(loop.shutdownAsyncgens());
}

/** Ends a run that takes too many steps. */
class StepLimit extends Instrument {
  readonly #loop: EventLoop;
  readonly #most: number;
  #count = 0;

  constructor(loop: EventLoop, most: number) {
    super();
    this.#loop = loop;
    this.#most = most;
  }

  override entryBegan(): void {
    if (++this.#count <= this.#most) return;
    this.#loop.interrupt(
      new RuntimeError(`the program did not end within ${this.#most} steps: it may never end`),
    );
  }
}

async function settle<T>(run: () => Promise<T>): Promise<RunOutcome<T>> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

/** What the exception handler was told, as an error. */
function asError({ message, exception }: ExceptionContext): Error {
  const what = exception === undefined ? "" : `: ${describeError(exception)}`;
  return new RuntimeError(`the exception handler was told: ${message}${what}`, {
    cause: exception,
  });
}

/** An error by its name and its message, whatever was thrown. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return repr(error);
  return error.message === "" ? error.name : `${error.name}: ${error.message}`;
}

/** @throws {RuntimeError} If a loop is running this code, for none can be run within. */
export function checkOutsideLoop(caller: string): void {
  if (runningLoop() !== null) {
    throw new RuntimeError(`${caller}() cannot be called from a running event loop`);
  }
}

/** @throws {TypeError} If it is no function, and so cannot be run again and again. */
export function checkProgram(main: unknown, name: string, caller: string): void {
  if (typeof main !== "function") {
    throw new TypeError(
      `${name} must be a function that ${caller}() can call for every run, got ${describe(main)}`,
    );
  }
}

/** @throws {TypeError} If it is no whole number from 1 on. */
export function checkCount(count: unknown, name: string): void {
  if (!Number.isSafeInteger(count) || (count as number) < 1) {
    throw new TypeError(`${name} must be a whole number from 1 on, got ${describe(count)}`);
  }
}
