/**
 * One entry while it runs: its coroutine, whoever drives it, and how it ended.
 *
 * @module
 */
import { host } from "../platform/current.ts";
import { RuntimeError } from "../base/errors.ts";
import type { CoroutineObject, Suspension } from "../coroutine/awaitable.ts";
import type { Context } from "../coroutine/context_vars.ts";
import { isCoroutine } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { Future } from "../kernel/future.ts";
import { ambientTask } from "../kernel/running.ts";
import { type Task, waiterOf } from "../kernel/task.ts";
import type { Autoawait } from "./autoawait.ts";
import type { EntryHelper } from "./entry_helper.ts";

/** What an entry came to. */
export type EntryResult =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown };

/** The body of an entry, as its script makes it. */
export type EntryBody = Generator<Suspension, unknown, unknown>;

/** An entry that runs as a coroutine. */
export class RunningEntry {
  readonly #body: EntryBody;
  readonly #helper: EntryHelper;
  readonly #display: ((value: unknown) => void) | undefined;
  readonly #over: Promise<void>;
  readonly #abandoned: Promise<never>;
  #setOver!: () => void;
  #abandon!: (error: Error) => void;
  #result: EntryResult | null = null;
  #hasStarted = false;
  // The task that drives the coroutine, known once it does; and, before that, what the runner gave.
  #task: Task<unknown> | null = null;
  #awaited: unknown = null;

  /**
   * @param body Its body.
   * @param helper The body's helper.
   * @param display Shows its value.
   */
  constructor(body: EntryBody, helper: EntryHelper, display?: (value: unknown) => void) {
    this.#body = body;
    this.#helper = helper;
    this.#display = display;
    this.#over = new Promise((resolve) => this.#setOver = resolve);
    this.#abandoned = new Promise((_resolve, reject) => this.#abandon = reject);
  }

  /**
   * Runs the entry on a loop, as a task, or has a runner of the user's run it.
   *
   * @param loop The console's loop.
   * @param context The context of all entries.
   * @param autoawait Tells the runner.
   * @returns What it came to.
   */
  async run(loop: EventLoop, context: Context, autoawait: Autoawait): Promise<EntryResult> {
    const coroutine = this.#coroutine();
    const { runner, runnerName } = autoawait;
    try {
      const given = runner === null ? loop.createTask(coroutine, { context }) : runner(coroutine);
      this.#awaited = isCoroutine(given) ? loop.createTask(given, { context }) : given;
      await Promise.race([this.#awaited, this.#abandoned]);
      // A runner may have left the coroutine to a loop that has not come to it yet.
      if (!this.#hasStarted) await new Promise<void>((resolve) => host.nextTurn(resolve));
      if (this.#hasStarted) await Promise.race([this.#over, this.#abandoned]);
    } catch (error) {
      return this.#result?.kind === "error" ? this.#result : { kind: "error", error };
    }
    return this.#result ?? {
      kind: "error",
      error: new RuntimeError(
        `the loop runner ${runnerName} returned before the entry was run: expected it to run the ` +
          "coroutine that it is given",
      ),
    };
  }

  /**
   * Interrupts the entry where it waits. A task is cancelled; one that rests on a promise would not hear
   * of it, so the promise is failed instead. Where neither is there, the entry is given up.
   *
   * @param error What the entry ends with where no task is cancelled.
   */
  interrupt(error: Error): void {
    const task = this.#task;
    if (task === null || task.done()) {
      if (!(this.#awaited instanceof Future && this.#awaited.cancel())) this.#abandon(error);
    } else if (waiterOf(task) !== null || !this.#helper.interruptPromises(error)) {
      task.cancel();
    }
  }

  *#coroutine(): CoroutineObject<void> {
    this.#hasStarted = true;
    this.#task = ambientTask();
    try {
      let value = yield* this.#body;
      // What is typed at top level is awaited, except what runs by itself, as a task does.
      if (isCoroutine(value)) value = yield* value;
      this.#display?.(value);
      this.#result = { kind: "value", value };
    } catch (error) {
      this.#result = { kind: "error", error };
      throw error;
    } finally {
      this.#setOver();
    }
  }
}
