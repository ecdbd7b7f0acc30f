/**
 * Traces: the record of what a loop did, to be looked at in Perfetto, in Chrome, or on `web/trace.html`.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { disposeKey } from "../base/dispose.ts";
import { ValueError } from "../base/errors.ts";
import { defineMethods } from "../base/methods.ts";
import { describe } from "../base/repr.ts";
import { staysInThread } from "../base/staying.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { schedulerOfFuture } from "../kernel/future.ts";
import { checkLoop } from "../kernel/scheduler.ts";
import { tasksOf } from "../kernel/task.ts";
import { Recorder } from "./recorder.ts";
import { writeTraceEvents } from "./trace_events.ts";

/** What {@linkcode trace} takes beside the loop. */
export interface TraceOptions {
  /**
   * How many segments are kept: steps of tasks, callbacks, jobs, turns. When more come, the oldest go.
   *
   * @default {100_000}
   */
  capacity?: number | undefined;
  /**
   * Whether each segment is told to the host's own profiler, too, by `performance.measure`. The host keeps
   * them all until `performance.clearMeasures()` is called.
   *
   * @default {false}
   */
  measure?: boolean | undefined;
  /**
   * Whether to record where in their code tasks wait, and of which function a task's generator is. A look at
   * a stack costs some ten microseconds a step.
   *
   * @default {false}
   */
  stacks?: boolean | undefined;
}

/**
 * A trace that is being taken, or was.
 *
 * It is made by {@linkcode trace}. `using` stops it at the end of a block.
 */
export class Trace {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Trace";

  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(Trace, {
      [disposeKey](this: Trace) {
        this.stop();
      },
    });
  })();

  readonly #recorder: Recorder;
  readonly #unwatch: () => void;

  /** @ignore Made by `trace`. */
  constructor(recorder: Recorder, unwatch: () => void) {
    this.#recorder = recorder;
    this.#unwatch = unwatch;
  }

  /** How many segments were recorded, with those that were dropped since. */
  get recorded(): number {
    return this.#recorder.recorded;
  }

  /** How many segments were dropped, the oldest first, because there were more than the capacity. */
  get dropped(): number {
    return this.#recorder.dropped;
  }

  /** Stops recording. Stopping twice does nothing. */
  stop(): void {
    this.#unwatch();
    this.#recorder.finish();
  }

  /**
   * Writes down what was recorded until now, in the Trace Event format: JSON, to be saved in a file that
   * Perfetto (ui.perfetto.dev), Chrome (chrome://tracing) or `web/trace.html` opens.
   *
   * Every span is closed: what goes on still ends with the trace. From each cause in the trace an arrow leads
   * to its effect: from who made a task, woke it or cancelled it to the step that came of it, from who set a
   * timer or submitted a job to its call, and from the job back. `otherData.dropped` tells how many segments
   * are missing.
   *
   * @returns The text.
   */
  toPerfetto(): string {
    return writeTraceEvents(this.#recorder.read());
  }
}

/** A trace can be stopped by `using`. */
export interface Trace {
  /** Stops recording, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Records what a loop does from now on: the life of each task, with who made it, each of its steps, what it
 * waited for, who woke it and who cancelled it; callbacks and timers, with who asked for them; the jobs that
 * its code gives to executors, on their threads; the loop's turns, and the gaps between them.
 *
 * Memory is bounded: the oldest of what was recorded is dropped when there is more than the capacity. A loop
 * that is not traced pays nothing. One that is pays 0.5 to 0.9 us for each step or callback in Deno, the most of
 * it for asking the host's clock; `deno task bench switch traced` prints what a switch takes without and with it.
 * Times are those of the host's clock, also where the loop's is a virtual one.
 *
 * @param loop The loop. The code that calls this may run on it, or start it later.
 * @param options `capacity`, `measure`, `stacks`.
 * @returns The trace.
 * @throws {TypeError} If `loop` is no event loop, or `capacity` no whole number.
 * @throws {ValueError} If `capacity` is below 1,000.
 *
 * @example
 * ```ts
 * import { gather, getRunningLoop, run, sleep, trace } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * const text = await run(function* () {
 *   using recording = trace(getRunningLoop());
 *   yield* gather([sleep(0.002), sleep(0.001)]);
 *   return recording.toPerfetto();
 * });
 * const { traceEvents } = JSON.parse(text);
 * assert(traceEvents.some((event: { cat?: string }) => event.cat === "step"));
 * ```
 */
export function trace(loop: EventLoop, options: TraceOptions = {}): Trace {
  checkOptions(options, "trace()", ["capacity", "measure", "stacks"]);
  const scheduler = checkLoop(loop);
  const { capacity = DEFAULT_CAPACITY, measure = false, stacks = false } = options;
  if (typeof capacity !== "number" || !Number.isInteger(capacity)) {
    throw new TypeError(`capacity must be a whole number, got ${describe(capacity)}`);
  }
  if (capacity < LEAST_CAPACITY) {
    throw new ValueError(`capacity must be at least ${LEAST_CAPACITY}, got ${capacity}`);
  }
  const recorder = new Recorder(
    tasksOf(loop),
    (task) => schedulerOfFuture(task) === scheduler,
    { capacity, measure, stacks },
  );
  return new Trace(recorder, scheduler.watch(recorder));
}

const DEFAULT_CAPACITY = 100_000;

/** Below this, what is under way at the same time might not fit. */
const LEAST_CAPACITY = 1000;
