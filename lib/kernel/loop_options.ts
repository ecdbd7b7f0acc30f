/**
 * The options of tasks and futures that a loop makes.
 *
 * Their constructors read them for every task there is, so all have one layout, whatever the user gave: with
 * another for each set of options the engine keeps several ways to read them, and forgets code optimised for
 * one as soon as no object of it is left.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import type { Context } from "../coroutine/context_vars.ts";
import type { EventLoop } from "./event_loop.ts";
import { schedulerOf } from "./scheduler.ts";
import type { NewTaskOptions, TaskOptions } from "./task.ts";

const NOTHING: TaskOptions = {};

/** All that the constructors are given, in one layout. */
export class LoopOptions {
  readonly loop: EventLoop | undefined;
  readonly name: string | null | undefined;
  readonly context: Context | null | undefined;
  readonly eagerStart: boolean | undefined;
  readonly signal: AbortSignal | undefined;

  constructor(loop: EventLoop | undefined, options: TaskOptions) {
    this.loop = loop;
    this.name = options.name;
    this.context = options.context;
    this.eagerStart = options.eagerStart;
    this.signal = options.signal;
  }
}

/**
 * What a task or a future is made with.
 *
 * @param loop Its loop.
 * @param options What the user gave, if anything.
 * @returns The options of its constructor.
 */
export function loopOptions(loop: EventLoop, options: TaskOptions = NOTHING): NewTaskOptions {
  return new LoopOptions(loop, options) as NewTaskOptions;
}

/**
 * What a task is made with that is not made by a loop.
 *
 * @param options What the user gave.
 * @returns The options of its constructor.
 * @throws {TypeError} If there is anything among them that is none.
 */
export function givenOptions(options: NewTaskOptions): NewTaskOptions {
  checkOptions(options, "Task()", ["loop", "name", "context", "eagerStart", "signal"]);
  return new LoopOptions(options.loop, options) as NewTaskOptions;
}

/**
 * What a task or a future is made with of which nothing is to be said but its loop: one object for all, by
 * which a constructor knows that there is nothing to read.
 *
 * @param loop Its loop.
 * @returns The options of its constructor.
 */
export function plainOptions(loop: EventLoop): NewTaskOptions {
  return schedulerOf(loop).plainOptions as NewTaskOptions;
}
