/**
 * Running a program in many orders, to find the one in which it fails.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import type { CoroutineLike } from "../coroutine/coroutine.ts";
import {
  type Freedom,
  Schedule,
  type ScheduledStep,
  type ScheduleOptions,
} from "../kernel/schedule.ts";
import {
  checkCount,
  checkOutsideLoop,
  checkProgram,
  describeError,
  type RunOutcome,
  runScheduled,
} from "./scheduled_run.ts";
import { shrinkOrder } from "./shrink_order.ts";

/**
 * A program that can be run again and again: a function that is called for a coroutine of either kind.
 *
 * @typeParam T What it returns.
 */
export type Scenario<T = unknown> = () => CoroutineLike<T> | PromiseLike<T> | T;

/** What {@linkcode replay} takes beside the program and the order. */
export interface ReplayOptions {
  /**
   * How far orders go; see {@linkcode Schedule}. To be given as it was to {@linkcode explore}.
   *
   * @default {"iteration"}
   */
  freedom?: Freedom | undefined;
  /**
   * How many steps and callbacks a run may take before it counts as one that never ends.
   *
   * @default {100_000}
   */
  mostSteps?: number | undefined;
}

/** What {@linkcode explore} takes beside the program. */
export interface ExploreOptions extends ReplayOptions {
  /**
   * How many orders to try.
   *
   * @default {1000}
   */
  runs?: number | undefined;
  /**
   * The seed of the first order; the next ones follow. The same seed tries the same orders.
   *
   * @default {0}
   */
  seed?: number | undefined;
}

/** What {@linkcode explore} tells of a program that did not fail. */
export interface Exploration {
  /** How often it was run: once only where nothing in it could come in another order. */
  readonly runs: number;
  /** How many different orders that were. */
  readonly orders: number;
}

const RUNS = 1000;
const MOST_STEPS = 100_000;

/** Steps that the message shows of a run; of a longer one, the first and the last. */
const SHOWN_STEPS = 60;

/** An order in which a program failed. */
export interface FailedOrder {
  /** The seed, or `null` where it failed in asyncio's own order. */
  readonly seed: number | null;
  /** How many runs it took to find it. */
  readonly runs: number;
  /** The choices made. */
  readonly order: readonly number[];
  /** The plainest order found in which it fails alike; the same where it did not fail a second time. */
  readonly shrunk: readonly number[];
  /** What ran in the shrunk order, up to the end. */
  readonly steps: readonly ScheduledStep[];
  /** Whether it failed again when it was run in the same order. */
  readonly isReproducible: boolean;
}

/**
 * Tells in which order a program fails; its `cause` is the program's own error.
 *
 * @example
 * ```ts
 * import { createTask, ExplorationError, explore, gather, sleep } from "@asyncio/asyncio";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const found = await assertRejects(() =>
 *   explore(function* () {
 *     const log: string[] = [];
 *     const first = createTask(function* () { log.push("first"); });
 *     const second = createTask(function* () { log.push("second"); });
 *     yield* gather([first, second]);
 *     assertEquals(log, ["first", "second"]);
 *   }), ExplorationError);
 * assertEquals(found.shrunk, [1]);
 * assertEquals(found.steps.map(({ ran }) => ran).slice(0, 3), ["main", "Task-2", "Task-1"]);
 * ```
 */
export class ExplorationError extends Error implements FailedOrder {
  /** The seed, or `null` where it failed in asyncio's own order. */
  readonly seed: number | null;
  /** How many runs it took to find it. */
  readonly runs: number;
  /** The choices made. */
  readonly order: readonly number[];
  /** The plainest order found in which it fails alike. */
  readonly shrunk: readonly number[];
  /** What ran in the shrunk order, up to the end. */
  readonly steps: readonly ScheduledStep[];
  /** Whether it failed again when it was run in the same order. */
  readonly isReproducible: boolean;

  /**
   * Makes a new `ExplorationError`.
   *
   * @param found In which order it failed.
   * @param cause How.
   */
  constructor(found: FailedOrder, cause: unknown) {
    super(describeFound(found, cause), { cause });
    this.seed = found.seed;
    this.runs = found.runs;
    this.order = found.order;
    this.shrunk = found.shrunk;
    this.steps = found.steps;
    this.isReproducible = found.isReproducible;
  }

  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ExplorationError";
  }
}

/**
 * Runs a program in many orders, each on a virtual clock of its own, until one fails. What it varies is what
 * asyncio does not promise; {@linkcode Schedule} says what that is. The first run is in asyncio's own order.
 *
 * A run fails by the error of `main`, by a deadlock, by an error that nobody retrieved or that a callback
 * threw (whatever the loop's exception handler is told), or by not ending.
 *
 * @param main Called for the main coroutine of every run; of either kind. It must make all that it uses
 * anew, and depend on nothing but the order: no real time, no `Math.random()`.
 * @param options `runs`, `seed`, `freedom`, `mostSteps`.
 * @returns A promise of how many runs there were.
 * @throws {ExplorationError} If it failed, with the seed, the order, and the plainest order that still
 * fails; the promise is rejected with it.
 * @throws {RuntimeError} If a loop is running; the promise is rejected with it.
 * @throws {TypeError} If `main` is no function, or an option is none; the promise is rejected with it.
 *
 * @example
 * ```ts
 * import { ExplorationError, explore, gather, sleep } from "@asyncio/asyncio";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * // Passes in asyncio's own order: the second depositor begins when the first is through.
 * const found = await assertRejects(() =>
 *   explore(async () => {
 *     let balance = 0;
 *     const deposit = (pauses: number) => async () => {
 *       for (let pause = 0; pause < pauses; pause++) await sleep(0);
 *       const before = balance;
 *       await sleep(0);
 *       balance = before + 10;
 *     };
 *     await gather([deposit(0), deposit(2)]);
 *     assertEquals(balance, 20);
 *   }, { freedom: "ready" }), ExplorationError);
 * assertEquals(found.cause instanceof Error, true);
 * ```
 */
export async function explore(
  main: Scenario,
  options: ExploreOptions = {},
): Promise<Exploration> {
  checkOptions(options, "explore()", ["runs", "seed", "freedom", "mostSteps"]);
  const { runs = RUNS, seed = 0, ...rest } = options;
  checkProgram(main, "main", "explore");
  checkCount(runs, "runs");
  if (!Number.isSafeInteger(seed)) throw new TypeError(`seed must be a whole number, got ${seed}`);
  const attempt = prepare(main, rest, "explore");
  const seen = new Set<string>();
  for (let run = 0; run < runs; run++) {
    const seedOrOrder = run === 0 ? [] : seed + run - 1;
    const { outcome, schedule } = await attempt(seedOrOrder);
    if ("error" in outcome) throw await report(attempt, schedule, outcome.error, run + 1);
    seen.add(schedule.order.join());
    if (schedule.choices === 0) return { runs: run + 1, orders: 1 };
  }
  return { runs, orders: seen.size };
}

/**
 * Runs a program once, in the order of a seed or of a list of choices: those of an
 * {@linkcode ExplorationError}, or `[]` for asyncio's own.
 *
 * @typeParam T What the program returns.
 * @param main Called for the main coroutine, of either kind.
 * @param seedOrOrder The seed or the order.
 * @param options `freedom`, `mostSteps`, as they were given to {@linkcode explore}.
 * @returns A promise of the program's result.
 * @throws What the program throws, as it is; the promise is rejected with it.
 * @throws {RuntimeError} If a loop is running, or the loop's exception handler was told something; the
 * promise is rejected with it.
 * @throws {TypeError} If `main` is no function, or the order is none; the promise is rejected with it.
 *
 * @example
 * ```ts
 * import { createTask, replay, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* race() {
 *   const log: string[] = [];
 *   for (const name of ["a", "b", "c"]) createTask(function* () { log.push(name); });
 *   yield* sleep(1);
 *   return log.join("");
 * }
 * assertEquals(await replay(race, []), "abc");
 * assertEquals(await replay(race, [2, 1]), "cba");
 * assertEquals(await replay(race, 42), await replay(race, 42));
 * ```
 */
export async function replay<T>(
  main: Scenario<T>,
  seedOrOrder: number | readonly number[],
  options: ReplayOptions = {},
): Promise<T> {
  checkOptions(options, "replay()", ["freedom", "mostSteps"]);
  checkProgram(main, "main", "replay");
  const { outcome } = await prepare(main, options, "replay")(seedOrOrder);
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

interface Attempted<T> {
  readonly outcome: RunOutcome<T>;
  readonly schedule: Schedule;
  /** The number of the main task, from which those of the tasks that nobody named are counted. */
  readonly mainNumber: number;
}

type Attempt<T = unknown> = (
  seedOrOrder: number | readonly number[],
  options?: ScheduleOptions,
) => Promise<Attempted<T>>;

function prepare<T>(main: Scenario<T>, options: ReplayOptions, caller: string): Attempt<T> {
  const { freedom = "iteration", mostSteps = MOST_STEPS } = options;
  checkCount(mostSteps, "mostSteps");
  checkOutsideLoop(caller);
  return async (seedOrOrder, scheduleOptions = {}) => {
    const schedule = new Schedule(seedOrOrder, { freedom, ...scheduleOptions });
    let mainNumber = 0;
    const outcome = await runScheduled(main, schedule, {
      mostSteps,
      made: (task) => {
        mainNumber = numberIn(task.getName());
        task.setName("main");
      },
    });
    return { outcome, schedule, mainNumber };
  };
}

async function report(
  attempt: Attempt,
  { seed, order }: Schedule,
  cause: unknown,
  runs: number,
): Promise<ExplorationError> {
  const kind = kindOf(cause);
  const fails = async (order: readonly number[]) => {
    const { outcome, schedule } = await attempt(order);
    return "error" in outcome && kindOf(outcome.error) === kind ? schedule.order : null;
  };
  const isReproducible = await fails(order) !== null;
  const shrunk = isReproducible ? await shrinkOrder(order, fails) : order;
  const last = await attempt(shrunk, { keepSteps: true });
  const steps = last.schedule.steps.map(({ ran, ready, choice }): ScheduledStep => {
    const name = (name: string) => relativeName(name, last.mainNumber);
    return { ran: name(ran), ready: ready.map(name), choice };
  });
  // The error of the order that is shown, where there is one.
  const shown = isReproducible && "error" in last.outcome ? last.outcome.error : cause;
  return new ExplorationError({ seed, runs, order, shrunk, steps, isReproducible }, shown);
}

/** `Task-7` as the third task made after `main`, say: the same in every run, whatever ran before. */
function relativeName(name: string, mainNumber: number): string {
  const number = numberIn(name);
  return Number.isNaN(number) ? name : `Task-${number - mainNumber}`;
}

function numberIn(name: string): number {
  return Number(/^Task-(\d+)$/.exec(name)?.[1] ?? NaN);
}

/** Errors of one kind are taken for the same failure; their messages may differ with the order. */
function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function describeFound(found: FailedOrder, cause: unknown): string {
  const { seed, runs, order, shrunk, steps, isReproducible } = found;
  const where = seed === null ? "in asyncio's own order" : `in the order of seed ${seed}`;
  const lines = [`main fails ${where}, found in run ${runs}: ${describeError(cause)}`];
  if (seed !== null) lines.push(`  by seed: replay(main, ${seed})`);
  lines.push(`  by order: replay(main, ${JSON.stringify(order)})`);
  if (!isReproducible) {
    lines.push("  It did not fail again in this order: it depends on something else, too.");
  } else if (shrunk.join() !== order.join()) {
    lines.push(`  shrunk: replay(main, ${JSON.stringify(shrunk)})`);
  }
  lines.push("  What ran:", ...describeSteps(steps));
  return lines.join("\n");
}

function describeSteps(steps: readonly ScheduledStep[]): string[] {
  const width = String(steps.length).length;
  const lines = steps.map(({ ran, ready, choice }, index) => {
    const number = String(index + 1).padStart(width);
    const rest = ready.length === 0
      ? ""
      : choice > 0
      ? `, before ${ready.slice(0, choice).join(", ")}`
      : "";
    return `    ${choice > 0 ? ">" : " "} ${number} ${ran}${rest}`;
  });
  if (lines.length <= SHOWN_STEPS) return lines;
  const half = SHOWN_STEPS / 2;
  const left = lines.length - SHOWN_STEPS;
  return [...lines.slice(0, half), `      … ${left} more`, ...lines.slice(-half)];
}
