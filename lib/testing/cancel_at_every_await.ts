/**
 * Cancelling a task at each of its awaits in turn.
 *
 * Every `await` is a place to be cancelled, and in two ways. The task may be cancelled while it waits: then
 * what it waits for is cancelled, too. Or it may be cancelled when that is over already and only its step has
 * not come yet: then it has got the lock, or the item, and never learns of it. Most lost wake-ups are of the
 * second kind.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { RuntimeError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { isOwnFrame } from "../base/stack.ts";
import type { Runnable } from "../kernel/handle.ts";
import { Instrument } from "../kernel/instruments.ts";
import { Schedule, taskOfEntry } from "../kernel/schedule.ts";
import { Task, waiterOf } from "../kernel/task.ts";
import type { Scenario } from "./explore.ts";
import {
  checkCount,
  checkOutsideLoop,
  checkProgram,
  describeError,
  runScheduled,
} from "./scheduled_run.ts";

/** Where in its await a task is cancelled: as it begins to wait, or when it is to go on and has not yet. */
export type CancelMoment = "waiting" | "woken";

/** A place where a task was cancelled. */
export interface CancelPoint {
  /** Which of the task's awaits, from 1. */
  readonly n: number;
  /** Where in it. */
  readonly moment: CancelMoment;
  /**
   * The innermost coroutine that waited, its file and its line; `null` where that cannot be told: of an async
   * function, and of a `sleep(0)`.
   */
  readonly where: string | null;
  /** The printed form of what it waited for, or `null` of a `sleep(0)` and the like. */
  readonly waitingFor: string | null;
  /** The loop's time. */
  readonly time: number;
}

/** Says which task is to be cancelled, and gives it back. */
export type Victim = <T>(task: Task<T>) => Task<T>;

/** What {@linkcode cancelAtEveryAwait} takes beside the scenario. */
export interface CancelAtEveryAwaitOptions {
  /**
   * How many steps and callbacks a run may take before it counts as one that never ends.
   *
   * @default {100_000}
   */
  mostSteps?: number | undefined;
}

const MOST_STEPS = 100_000;
const MOMENTS: readonly CancelMoment[] = ["waiting", "woken"];

/**
 * Tells at which await a scenario does not stand the cancellation; its `cause` is the scenario's own error.
 *
 * @example
 * ```ts
 * import { cancelAtEveryAwait, CancelPointError, createTask, sleep, wait } from "@asyncio/asyncio";
 * import { assert, assertEquals, assertRejects } from "@std/assert";
 *
 * const found = await assertRejects(() =>
 *   cancelAtEveryAwait(async (victim) => {
 *     let isOpen = false;
 *     const task = victim(createTask(async () => {
 *       isOpen = true;
 *       await sleep(1); // cancelled here, it never closes
 *       isOpen = false;
 *     }));
 *     await wait([task]);
 *     assert(!isOpen);
 *   }), CancelPointError);
 * assertEquals([found.n, found.moment], [1, "waiting"]);
 * ```
 */
export class CancelPointError extends Error implements CancelPoint {
  /** Which of the task's awaits, from 1. */
  readonly n: number;
  /** Where in it. */
  readonly moment: CancelMoment;
  /** The innermost coroutine that waited, its file and its line, or `null`. */
  readonly where: string | null;
  /** The printed form of what it waited for, or `null`. */
  readonly waitingFor: string | null;
  /** The loop's time. */
  readonly time: number;

  /**
   * Makes a new `CancelPointError`.
   *
   * @param task The printed form of the task.
   * @param point Where it was cancelled.
   * @param cause How the scenario failed.
   */
  constructor(task: string, point: CancelPoint, cause: unknown) {
    const { n, moment, where, waitingFor, time } = point;
    const what = waitingFor === null ? "for its turn" : `for ${waitingFor}`;
    super(
      `the scenario fails when the victim is cancelled at its await ${n}, ` +
        `${moment === "waiting" ? "as it waits" : "when it has waited"} ${what} ` +
        `(at ${time} s): ${describeError(cause)}\n  the victim: ${task}` +
        (where === null ? "" : `\n  the await: ${where}`),
      { cause },
    );
    this.n = n;
    this.moment = moment;
    this.where = where;
    this.waitingFor = waitingFor;
    this.time = time;
  }

  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "CancelPointError";
  }
}

/**
 * Runs a scenario once for each await of one of its tasks, and cancels the task there: first as it begins to
 * wait at its first await, at its second, and so on until the task is done before that; then again each time
 * at the moment when it is to go on. The last run of each row is one without a cancellation.
 *
 * The scenario names its victim, waits for it, and checks what must hold in any case: the lock is free, the
 * next in line has its turn, the item is still in the queue. It runs on a virtual clock. Besides its own
 * errors a deadlock fails it, and whatever the loop's exception handler is told.
 *
 * @param scenario Called for the main coroutine of every run, of either kind, with the function that names
 * the victim. It must make all that it uses anew.
 * @param options `mostSteps`.
 * @returns A promise of the places where the victim was cancelled.
 * @throws {CancelPointError} If the scenario failed, with the await; the promise is rejected with it.
 * @throws {RuntimeError} If a loop is running, or the scenario named no victim; the promise is rejected with
 * it.
 * @throws {TypeError} If `scenario` is no function; the promise is rejected with it.
 *
 * @example
 * ```ts
 * import { asyncWith, cancelAtEveryAwait, createTask, Lock, sleep, wait } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const points = await cancelAtEveryAwait(function* (victim) {
 *   const lock = new Lock();
 *   yield* lock.acquire();
 *   const task = victim(createTask(function* () {
 *     yield* asyncWith(lock, () => sleep(1));
 *   }));
 *   yield* sleep(0);
 *   lock.release();
 *   yield* wait([task]);
 *   assertEquals(lock.locked(), false);
 * });
 * // At the lock and in the sleep, each as it waits and when it is to go on.
 * assertEquals(points.map(({ n, moment }) => `${n} ${moment}`), [
 *   "1 waiting",
 *   "2 waiting",
 *   "1 woken",
 *   "2 woken",
 * ]);
 * ```
 */
export async function cancelAtEveryAwait(
  scenario: (victim: Victim) => ReturnType<Scenario>,
  options: CancelAtEveryAwaitOptions = {},
): Promise<CancelPoint[]> {
  checkOptions(options, "cancelAtEveryAwait()", ["mostSteps"]);
  const { mostSteps = MOST_STEPS } = options;
  checkProgram(scenario, "scenario", "cancelAtEveryAwait");
  checkCount(mostSteps, "mostSteps");
  checkOutsideLoop("cancelAtEveryAwait");
  const points: CancelPoint[] = [];
  for (const moment of MOMENTS) {
    for (let n = 1;; n++) {
      const injector = new Injector(n, moment);
      await runOnce(scenario, injector, mostSteps);
      if (injector.awaits < n) break;
      if (injector.point !== null) points.push(injector.point);
    }
  }
  return points;
}

async function runOnce(
  scenario: (victim: Victim) => ReturnType<Scenario>,
  injector: Injector,
  mostSteps: number,
): Promise<void> {
  const outcome = await runScheduled(
    () => scenario((task) => injector.name(task)),
    new Schedule([]),
    {
      mostSteps,
      made: (main) => main.setName("main"),
      instrument: injector,
    },
  );
  if ("error" in outcome) {
    if (injector.point === null) throw outcome.error;
    throw new CancelPointError(String(injector.victim), injector.point, outcome.error);
  }
  if (injector.victim === null) {
    throw new RuntimeError(
      "the scenario named no victim: expected a call of victim(task), got none",
    );
  }
}

/** Looks on while a loop runs, and cancels the victim at the one moment it was made for. */
class Injector extends Instrument {
  /** The task to be cancelled, once it was named. */
  victim: Task<unknown> | null = null;
  /** Where it was cancelled. */
  point: CancelPoint | null = null;
  /** How many awaits of the victim's have begun. */
  awaits = 0;

  readonly #n: number;
  readonly #moment: CancelMoment;
  // The task whose step is being made, until it has come to rest.
  #running: object | null = null;
  // The tasks whose first step has not come yet.
  readonly #fresh = new WeakSet<object>();
  // Whether the victim was at an await already when it was named.
  #hasBegun = false;
  // Where its last await is.
  #where: string | null = null;

  constructor(n: number, moment: CancelMoment) {
    super();
    this.#n = n;
    this.#moment = moment;
  }

  name<T>(task: Task<T>): Task<T> {
    if (!(task instanceof Task)) {
      throw new TypeError(`victim must be a task, got ${describe(task)}`);
    }
    if (this.victim !== null) {
      throw new RuntimeError(
        `a scenario has one victim: expected one call of victim(), got ${task}`,
      );
    }
    this.victim = task;
    this.#hasBegun = task !== this.#running && !this.#fresh.has(task);
    return task;
  }

  override entryBegan(entry: Runnable): void {
    this.#running = taskOfEntry(entry);
    if (this.#running !== null) this.#fresh.delete(this.#running);
  }

  override entryEnded(): void {
    const isVictims = this.victim !== null && (this.#running === this.victim || this.#hasBegun);
    this.#running = null;
    if (!isVictims) return;
    this.#hasBegun = false;
    if (this.victim!.done()) return;
    this.awaits++;
    this.#where = placeOf(this.victim!);
    if (this.#moment === "waiting") this.#cancelIfDue();
  }

  override pushed(entry: Runnable): void {
    const task = taskOfEntry(entry);
    if (task === null) return;
    if (this.victim === null) this.#fresh.add(task);
    // What the victim pushes itself is a sleep(0): it rests and is to go on in one.
    else if (task === this.victim && task !== this.#running && this.#moment === "woken") {
      this.#cancelIfDue();
    }
  }

  #cancelIfDue(): void {
    const victim = this.victim!;
    if (this.awaits !== this.#n || this.point !== null) return;
    const waiter = waiterOf(victim);
    this.point = {
      n: this.#n,
      moment: this.#moment,
      where: this.#where,
      waitingFor: waiter === null ? null : String(waiter),
      time: victim.getLoop().time(),
    };
    victim.cancel("cancelAtEveryAwait()");
  }
}

/** The innermost coroutine of the user's own in which a task waits. */
function placeOf(task: Task<unknown>): string | null {
  const frame = task.getStack().findLast((frame) => frame.file !== "" && !isOwnFrame(frame));
  return frame === undefined ? null : `${frame.name}() at ${frame.file}:${frame.line}`;
}
