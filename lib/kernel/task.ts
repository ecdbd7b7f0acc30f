/**
 * Tasks: coroutines that a loop runs.
 *
 * A task drives the iterator of its coroutine. One step is one `next()` (or `throw()`), straight from
 * the ready queue, where the task is its own entry: no promise, no microtask and no handle is made for
 * it. What the iterator yields says what comes next (see `coroutine/awaitable.ts`).
 *
 * An async function has no iterator. Its frame (`coroutine/call_frame.ts`) has the task call it, under
 * the task's identity, and ends when its promise settles. Until then each of its awaits of something of
 * this module's is a strand: an iterator of its own, driven by the same task in the same way, whose
 * outcome goes to the promise machinery instead of to a coroutine. Most often there is one strand at a
 * time; `Promise.all` makes several. An async function called within a strand nests, frame in strand in
 * frame.
 *
 * A task is cancelled where it waits: the future it waits for is cancelled, and the error comes back by
 * the usual way. Where it does not wait, or the future will not be cancelled, a flag is left and the
 * next step throws the error in.
 *
 * It is long because a step's ways lead through state that nobody else may touch; what could be told
 * apart stands in `coroutine_steps.ts`, `strand.ts` and `async_call.ts`.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { CancelledError, RuntimeError } from "../base/errors.ts";
import { repr, wholeRepr } from "../base/repr.ts";
import { appendFrames, isOwnFrame, parseStack, type StackFrame } from "../base/stack.ts";
import {
  type Awaitable,
  CALLING as importedCALLING,
  setWaiting,
  STEP_ASIDE as importedSTEP_ASIDE,
  type Steps,
  SUSPENDED as importedSUSPENDED,
} from "../coroutine/awaitable.ts";
import type { CallFrame } from "../coroutine/call_frame.ts";
import { stepsAfterCall } from "../coroutine/call_stack.ts";
import {
  checkContext,
  type Context,
  currentValues,
  type LazyContext,
  nothingInForce,
  setAmbientContext,
  shareValues,
  swapContext,
  toContext,
  valuesIn,
} from "../coroutine/context_vars.ts";
import type { CoroutineLike } from "../coroutine/coroutine.ts";
import { host } from "../platform/current.ts";
import { isWaiting, restElsewhere } from "./async_hold.ts";
import {
  abortSignalOf,
  cancelOnAbort,
  checkSignal,
  isAbortFor,
  lastOf,
  signalOf,
} from "./abort.ts";
import { callFor, seenAs } from "./async_call.ts";
import { lastAwait } from "./await_places.ts";
import {
  badWaiting,
  badYield,
  closeUnbegun,
  coroutineSteps,
  markUsed,
  takeFrame,
} from "./coroutine_steps.ts";
import type { EventLoop } from "./event_loop.ts";
import {
  cancelMessageOf,
  fail,
  finishCancelled,
  fulfil,
  Future,
  type FutureOptions,
  listen as importedListen,
  makeCancelledError,
  markRetrieved,
  messageOf,
  notify,
  peekError,
  schedulerOfFuture as importedSchedulerOfFuture,
  setCancelMessage,
  setSuspension,
  unlisten,
  waiters,
  wasCancelled,
} from "./future.ts";
import { endsRun, execute, reportThrown } from "./handle.ts";
import { throwInto } from "./injection.ts";
import { givenOptions, LoopOptions } from "./loop_options.ts";
import { restPatiently, resumed } from "./patient_call.ts";
import { ambientTask, type Owner, running as importedRunning, taskOf } from "./running.ts";
import { type Scheduler, schedulerOf } from "./scheduler.ts";
import { sourceContext } from "./sources.ts";
import {
  cancelStrands,
  leaveStrands,
  requestsOn,
  runStrand,
  Strand,
  StrandLine,
  tellLate,
  waiterIn,
} from "./strand.ts";
import {
  formatStack,
  type PrintStackOptions,
  stackOf,
  type StackOptions,
  type TaskPosition,
  type TaskSituation,
} from "./task_stack.ts";

/** What {@linkcode Task} and `createTask` take beside the coroutine. */
export interface TaskOptions {
  /** The task's name; `Task-` and a number where left out or `null`. */
  name?: string | null | undefined;
  /** The context it runs in; a copy of the current one where left out or `null`. */
  context?: Context | null | undefined;
  /**
   * Whether the first step is made at once, before the constructor returns, if the loop is running this
   * code. A coroutine that never waits is then done without the loop; of an async function that is known
   * a microtask later.
   *
   * @default {false}
   */
  eagerStart?: boolean | undefined;
  /** Cancels the task when it is aborted; the reason's text is the cancellation's message. */
  signal?: AbortSignal | undefined;
}

/** What the constructor of {@linkcode Task} takes beside the coroutine. */
export interface NewTaskOptions extends TaskOptions, FutureOptions {}

// The engine folds a module's own constants into its code, and loads imported ones each time: what every
// step uses is made its own.
const CALLING = importedCALLING;
const STEP_ASIDE = importedSTEP_ASIDE;
const SUSPENDED = importedSUSPENDED;
const listen = importedListen;
const schedulerOfFuture = importedSchedulerOfFuture;
const running = importedRunning;

/**
 * The `next` of all generator objects. Called by this name it costs the same whatever number of generator
 * functions there are; as `steps.next()` it is looked up anew for each once they are more than four.
 */
const nextOfGenerators: Steps["next"] = Object.getPrototypeOf(function* () {}).prototype.next;

const identity = host.asyncIdentity;

// How many tasks were made without a name, which are named by their number, and how many with one.
let unnamed = 0;
let named = 0;

// The task whose eager first step is being made.
let starting: Task<unknown> | null = null;

/**
 * Drives something that an async function awaits, as a part of its task, and tells of the outcome; for the promise
 * bridge. The source is the stack of the `await`, in debug mode.
 */
export let startStrand: <T>(
  owner: Owner,
  subject: Awaitable<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
  source: string | null,
) => void;

/** Tells a task that rested on something foreign that its function goes on; for the promise bridge. */
export let returnToTask: (task: Task<unknown>) => boolean;

/** Has debug mode take no offence at a task that returns though it was asked to end. */
export let allowReturn: (task: Task<unknown>) => void;

let plainResult: () => unknown;

let listTasks: (tasks: readonly Task<unknown>[]) => Task<unknown>[];

/** The future that a task waits for, or `null`; for reports of deadlocks. */
export let waiterOf: (task: Task<unknown>) => Future<unknown> | null;

/** Where a task stands; for the reports of its stack, and for limits on a part of what it does. */
export let positionOf: (task: Task<unknown>) => TaskPosition;

/** What few tasks come to have. Each has it made when it is first needed: tasks are many. */
class TaskExtras {
  cancelRequests = 0;
  // Whether the next step throws a cancellation in.
  mustCancel = false;
  // What it throws in otherwise, because the last one yielded what no coroutine may.
  failure: RuntimeError | null = null;
  // What an async function awaits.
  strands: StrandLine | null = null;
  // Whether the function rests on something foreign, and the loop goes on without it.
  elsewhere = false;
  // Whether it is its work to return though it was asked to end.
  mayReturn = false;
}

/**
 * When a task was made: the number of the last one before it without a name, and how many there were with one; or its
 * own number, and zero.
 */
type Age = readonly [number: number, named: number];

/** A name that was given. By their numbers tasks are in the order of their making, and so it knows where it stands. */
interface TaskName {
  readonly text: string;
  readonly age: Age;
}

function ageOf(name: number | TaskName): Age {
  return typeof name === "number" ? [name, 0] : name.age;
}

/** Which of two tasks, by what they are named by, was made first. */
function compareAge(one: number | TaskName, other: number | TaskName): number {
  const [number, rank] = ageOf(one);
  const [otherNumber, otherRank] = ageOf(other);
  return number - otherNumber || rank - otherRank;
}

/**
 * A coroutine that runs on a loop, beside the others.
 *
 * Its first step comes with the loop's next iteration. It is held by its loop until it is done, so
 * nobody needs to keep it.
 *
 * @typeParam T What the coroutine returns.
 *
 * @example
 * ```ts
 * import { createTask, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* square(n: number) {
 *   yield* sleep(0.001);
 *   return n * n;
 * }
 * await run(function* () {
 *   const [two, three] = [createTask(square(2)), createTask(square(3), { name: "three" })];
 *   assertEquals([yield* two, yield* three], [4, 9]);
 *   assertEquals(three.getName(), "three");
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Task
 */
export class Task<T = unknown> extends Future<T> {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static override get name(): string {
    return "Task";
  }

  #coroutine: CoroutineLike<T> | null;
  #context: LazyContext;
  #steps: Steps;
  // Where it stands among its loop's tasks, times two, and one more if the steps are a generator's: tasks are many.
  #place: number;
  #name: number | TaskName;
  // What it waits for; in a step, what the coroutine has just asked to wait for.
  #waiter: Future<unknown> | null = null;
  // What most tasks never need; that it is null is all that a step asks in the usual case.
  #extras: TaskExtras | null = null;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    startStrand = (owner, subject, resolve, reject, source) => {
      const task = owner[taskOf] as Task<unknown>;
      const parent = owner === task ? null : owner as Strand;
      const strand = new Strand(task, subject[Symbol.iterator](), resolve, reject, source, parent);
      const extras = task.#needExtras();
      extras.strands ??= new StrandLine();
      extras.strands.add(strand);
      task.#enter(strand, null);
    };
    returnToTask = (task) => task.#returnFromElsewhere();
    setSuspension((future) => {
      const { task } = running;
      if (task === null) return;
      // Nobody gave the wait on: something iterates over the future, and would for ever.
      if (task.#waiter === future) throw new RuntimeError("await wasn't used with future");
      task.#waiter = future;
    });
    setWaiting({
      future: () => {
        const { task } = running;
        return task === null || task.#waiter === null ? undefined : task.#waiter;
      },
      willThrow: (future) =>
        future instanceof Future && (wasCancelled(future) || peekError(future) !== undefined),
    });
    setAmbientContext({
      context: () => {
        const task = ambientTask();
        return task === null ? null : task.getContext();
      },
      values: () => {
        const task = ambientTask();
        return task === null ? null : valuesIn(task.#context);
      },
    });
    allowReturn = (task) => {
      task.#needExtras().mayReturn = true;
    };
    plainResult = this.prototype.result;
    listTasks = (tasks) => [...tasks].sort((one, other) => compareAge(one.#name, other.#name));
    positionOf = (task) => ({
      steps: task.#steps,
      waiter: waiterIn(task, task.#waiter),
      strands: task.#strands()?.list() ?? [],
    });
    waiterOf = (task) => {
      const waiter = task.#waiter ??
        task.#strands()?.find((strand) => strand.waiter !== null)?.waiter;
      return waiterIn(task, waiter ?? null);
    };
  })();

  /**
   * Makes a task; `createTask` is the usual way.
   *
   * @param coro A coroutine: a generator object, a lazy object of this module's, or a function that is
   * called at the first step.
   * @param options `loop`, `name`, `context`, `eagerStart`, `signal`.
   * @throws {TypeError} If `coro` is no coroutine.
   * @throws {RuntimeError} If the loop is closed, or there is none.
   */
  constructor(coro: CoroutineLike<T>, options: NewTaskOptions = {}) {
    const steps = coroutineSteps(coro);
    super(options instanceof LoopOptions ? options : givenOptions(options));
    const scheduler = schedulerOfFuture(this);
    scheduler.checkOpen();
    this.#coroutine = coro;
    this.#steps = steps;
    this.#place = kindOf(steps);
    if (options === scheduler.plainOptions) {
      const maker = running.task;
      this.#name = ++unnamed;
      this.#context = running.scheduler !== null && maker !== null && nothingInForce()
        ? shareValues(maker.#context)
        : currentValues();
      if (steps === coro) markUsed(steps);
      this.#link(scheduler.tasks);
      scheduler.push(this);
      return;
    }
    const { name = null, context, signal = null } = options;
    this.#context = checkContext(context) ?? currentValues();
    if (signal !== null) checkSignal(signal);
    this.#name = name === null ? ++unnamed : { text: String(name), age: [unnamed, ++named] };
    if (steps === coro) markUsed(steps);
    this.#link(scheduler.tasks);
    if (options.eagerStart && runsNow(scheduler)) this.#startEagerly();
    else scheduler.push(this);
    if (signal !== null) cancelOnAbort(this, signal);
  }

  /**
   * The name.
   *
   * @returns The name it was given, or `Task-` and a number.
   */
  getName(): string {
    return typeof this.#name === "number" ? `Task-${this.#name}` : this.#name.text;
  }

  /**
   * Gives it another name.
   *
   * @param name The name; whatever is no string is made one.
   */
  setName(name: unknown): void {
    this.#name = { text: String(name), age: ageOf(this.#name) };
  }

  /**
   * The coroutine that it runs.
   *
   * @returns What the task was made of; `null` of an eager task that was done at once.
   */
  getCoro(): CoroutineLike<T> | null {
    return this.#coroutine;
  }

  /**
   * The context that it runs in.
   *
   * @returns The context.
   */
  getContext(): Context {
    return this.#context = toContext(this.#context);
  }

  /**
   * Asks the coroutine to end: a {@linkcode CancelledError} is thrown at where it waits, at the loop's
   * next chance. The coroutine may clean up, and it may refuse by catching the error.
   *
   * @param message The error's message.
   * @returns `false` if the task was done.
   */
  override cancel(message?: string | null): boolean {
    markRetrieved(this);
    if (this.done()) return false;
    const text = messageOf(message);
    schedulerOfFuture(this).instrument?.cancelRequested(this);
    const extras = this.#needExtras();
    extras.cancelRequests++;
    const { strand } = running;
    if (!this.#cancelWaiters(text)) {
      extras.mustCancel = true;
      setCancelMessage(this, text);
    } else if (strand?.task === this) {
      // One of several, which goes on for now; the others were told.
      strand.request = { message: text };
    }
    abortSignalOf(this, text);
    return true;
  }

  /**
   * How often the task was asked to end, less how often that was taken back.
   *
   * @returns The calls of {@linkcode cancel} less those of {@linkcode uncancel}.
   */
  cancelling(): number {
    return this.#extras === null ? 0 : this.#extras.cancelRequests;
  }

  /**
   * Takes one request to end back, as one does who has caught the error and goes on.
   *
   * @returns The requests that are left.
   */
  uncancel(): number {
    const extras = this.#extras;
    if (extras === null) return 0;
    if (extras.cancelRequests > 0) {
      extras.cancelRequests--;
      if (extras.cancelRequests === 0) extras.mustCancel = false;
    }
    return extras.cancelRequests;
  }

  /**
   * A signal that is aborted when the task is asked to end, with a {@linkcode CancelledError} as its
   * reason: for `fetch` and whatever else takes one. It is made when it is first asked for.
   *
   * It stays aborted as long as {@linkcode cancelling} is above zero; after {@linkcode uncancel} has
   * taken the requests back, as `timeout` does, this gives another. Where an async function that the
   * task called throws the `AbortError` that its cancellation has caused, it counts as the
   * {@linkcode CancelledError}.
   *
   * @returns The signal.
   *
   * @example
   * ```ts
   * import { currentTask, createTask, fromPromise, run, sleep } from "@asyncio/asyncio";
   * import { assertEquals } from "@std/assert";
   *
   * await run(function* () {
   *   let signal: AbortSignal | undefined;
   *   const task = createTask(function* () {
   *     signal = currentTask()!.signal;
   *     yield* fromPromise(fetch("data:,hello", { signal }));
   *     yield* sleep(60);
   *   });
   *   yield* sleep(0.001);
   *   task.cancel("enough");
   *   assertEquals([signal?.aborted, signal?.reason.message], [true, "enough"]);
   * });
   * ```
   */
  get signal(): AbortSignal {
    return signalOf(this);
  }

  /**
   * Not for tasks.
   *
   * @throws {RuntimeError} Always: a task's result is its coroutine's.
   */
  override setResult(_value: T): void {
    throw new RuntimeError("Task does not support set_result operation: return from its coroutine");
  }

  /**
   * Not for tasks.
   *
   * @throws {RuntimeError} Always: a task's error is its coroutine's.
   */
  override setException(_exception: unknown): void {
    throw new RuntimeError(
      "Task does not support set_exception operation: throw in its coroutine, or cancel() it",
    );
  }

  /**
   * Where the task stands.
   *
   * Of a task that waits these are the coroutines that are suspended in it, through every `yield*`; of one
   * that failed, the frames of its error; of one that is done otherwise, none. (Python tells the outermost
   * coroutine alone of a task that waits.) What cannot be known: where a generator stands that is suspended
   * at a bare `yield` or a `sleep(0)`, or that has not begun; and where an async function stands, unless
   * debug mode was on when it began to wait. Of such ones the name is all there is, if any.
   *
   * @param options `limit`: how many frames; the innermost of a task that waits, the outermost of an error.
   * @returns The frames, the innermost last.
   *
   * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.get_stack
   */
  getStack(options: StackOptions = {}): StackFrame[] {
    checkOptions(options, "getStack()", ["limit"]);
    return stackOf(this.#situation(), options.limit ?? null);
  }

  /**
   * Prints what {@linkcode getStack} gives, in the form of a traceback.
   *
   * @param options `limit`: how many frames; `file`: what is written to, the host's console where left out.
   *
   * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.print_stack
   */
  printStack(options: PrintStackOptions = {}): void {
    checkOptions(options, "printStack()", ["limit", "file"]);
    const text = formatStack(this, this.#situation(), options.limit ?? null);
    if (options.file === undefined) host.logError(text.trimEnd());
    else options.file.write(text);
  }

  /** @ignore Called by the future it waits for. */
  [notify](future: Future<unknown>): void {
    // With extras the step looks closer, and asks the future.
    if (future.result !== plainResult) this.#needExtras();
    schedulerOfFuture(this).push(this);
  }

  /** @ignore What runs as its own code runs in it. */
  get [taskOf](): this {
    return this;
  }

  /** @ignore As a listener, it waits for itself. */
  override [waiters](): readonly Future<unknown>[] {
    return [this];
  }

  /** @ignore One step, run by the loop. */
  [execute](): void {
    const error = this.#extras === null ? null : this.#takeError(this.#extras);
    this.#waiter = null;
    // No context is put in force: outside of one, the task that runs is asked for its own. It is put down
    // as running until the next entry, which is another task or clears it: that spares a write.
    running.task = this;
    try {
      this.#step(error);
    } catch (thrown) {
      running.task = null;
      this.#reportStepError(thrown);
    }
  }

  /** @ignore Asked by the loop while it holds still for an async function. */
  [isWaiting](): boolean {
    const strands = this.#strands();
    return strands !== null && strands.find((strand) => !strand.calling) !== null;
  }

  /** @ignore Told by the loop that the async function rests on something foreign. */
  [restElsewhere](): void {
    if (restPatiently(this)) return;
    if (identity !== null) {
      this.#needExtras().elsewhere = true;
      schedulerOfFuture(this).outside++;
      return;
    }
    const place = schedulerOfFuture(this).debug ? `, ${lastAwait(this)}` : "";
    this.#fail(
      new RuntimeError(
        `${this} awaited a promise that is not this module's${place}, and this browser cannot tell ` +
          "whose code runs after it: expected await fromPromise(promise)",
      ),
    );
  }

  /** @ignore What its function threw: what its cancellation has caused, by a signal or as `using` closed things, is that. */
  [seenAs](error: unknown, strand: Strand | null): unknown {
    if (requestsOn(this, strand) === 0) return error;
    const last = lastOf(error);
    const isCancellation = last instanceof CancelledError;
    if (isAbortFor(this, last)) {
      this.#needExtras().mustCancel = false;
      // It is heard by this, and not once more at the next await.
      for (let around = strand; around !== null; around = around.parent) around.request = null;
    } else if (!isCancellation) {
      return error;
    }
    if (error instanceof CancelledError) return error;
    const message = isCancellation ? last.message : cancelMessageOf(this);
    return new CancelledError(message, { cause: error });
  }

  /** @ignore The parts of the printed form. */
  protected override describeState(): string[] {
    const [state, ...rest] = super.describeState();
    const shown = state === "pending" && this.cancelling() > 0 ? "cancelling" : state!;
    const parts = [shown, `name=${wholeRepr(this.getName())}`];
    if (this.#coroutine !== null) parts.push(`coro=${this.#describeCoroutine()}`);
    const waiter = waiterOf(this);
    if (waiter !== null) parts.push(`wait_for=${wholeRepr(waiter)}`);
    return [...parts, ...rest];
  }

  /** In debug mode, of one that waits, also where. */
  #describeCoroutine(): string {
    const plain = repr(this.#coroutine);
    if (!schedulerOfFuture(this).debug || this.done() || ambientTask() === this) return plain;
    const outermost = this.getStack().find(({ file }) => file !== "");
    if (outermost === undefined) return plain;
    return `<${outermost.name}() running at ${outermost.file}:${outermost.line}>`;
  }

  /** Drives the coroutine to its next suspension. The task is entered. */
  #step(error: unknown): void {
    let result: IteratorResult<unknown, unknown>;
    try {
      const steps = this.#steps;
      result = error !== null
        ? throwInto(steps, error)
        : (this.#place & 1) === 1
        ? nextOfGenerators.call(steps)
        : steps.next();
      if (result === STEP_ASIDE) {
        // A future that the coroutine asked by hand, and did not wait for, is no waiter.
        this.#waiter = null;
        schedulerOfFuture(this).push(this);
        return;
      }
      while (result === CALLING) {
        const frame = takeFrame();
        if (this.#call(frame, null)) return;
        this.#steps = stepsAfterCall(this.#steps, frame);
        this.#place = (this.#place & ~1) | kindOf(this.#steps);
        result = this.#steps.next();
      }
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    if (result === SUSPENDED) {
      const future = this.#waiter!;
      const scheduler = schedulerOfFuture(this);
      if (schedulerOfFuture(future) === scheduler && future !== this) {
        listen(future, this);
        if (this.#extras !== null) this.#cancelIfAsked(this.#extras, future);
        return;
      }
      // Not what it waits for, as its printed form in the message would say.
      this.#waiter = null;
      this.#needExtras().failure = badWaiting(this, future);
    } else if (result !== STEP_ASIDE) {
      if (result.done) {
        this.#succeed(result.value);
        return;
      }
      if (result.value !== undefined && result.value !== null) {
        this.#needExtras().failure = badYield(this, result.value);
      }
    }
    this.#waiter = null;
    schedulerOfFuture(this).push(this);
  }

  #situation(): TaskSituation {
    return {
      coroutine: this.#coroutine,
      isRunning: !this.done() && ambientTask() === this,
      failure: peekError(this) ?? null,
      position: this.done() ? null : positionOf(this),
    };
  }

  #startEagerly(): void {
    const previous = starting;
    const { held, within } = running;
    const takeUp = schedulerOfFuture(this).hold.setAside();
    starting = this;
    let hasBegun = false;
    try {
      this.getContext().run(() => {
        hasBegun = true;
        this.#enter(null, null, true);
      });
    } finally {
      starting = previous;
      // Its context was entered already: it is no task.
      if (!hasBegun) this.#unlink(schedulerOfFuture(this).tasks);
      // The thread is its maker's again.
      if (held !== null) {
        running.held = held;
        running.within = within;
      }
      takeUp?.();
    }
    // As in asyncio: one that never waited has let its coroutine go.
    if (this.done()) this.#coroutine = null;
    const failure = peekError(this);
    if (failure !== undefined && endsRun(failure.error)) throw failure.error;
  }

  /** @ignore Goes on after the promise of a function's call settled: for a strand, or by itself. */
  [resumed](strand: Strand | null): void {
    this.#returnFromElsewhere();
    schedulerOfFuture(this).hold.end(this);
    if (strand !== null) strand.calling = false;
    if (strand === null ? this.done() : strand.isClosed) return;
    if (!schedulerOfFuture(this).isClosed) this.#enter(strand, null);
  }

  /** Nothing of the coroutine's comes here: a future of somebody's own kind has failed to be one. */
  #reportStepError(thrown: unknown): void {
    const { owner } = schedulerOfFuture(this);
    reportThrown(owner, thrown, "Exception in callback Task.step()", { task: this });
  }

  /** @ignore The same for what an async function awaits: one step, run by the loop. */
  [runStrand](strand: Strand): void {
    if (strand.isClosed) return;
    const { waiter } = strand;
    strand.waiter = null;
    strand.isAsked = false;
    let error: unknown = strand.failure ?? refusalOf(waiter);
    strand.failure = null;
    const extras = this.#needExtras();
    if (extras.mustCancel) error = this.#takeCancellation(extras, waiter);
    this.#enter(strand, error);
  }

  #stepStrand(strand: Strand, error: unknown): void {
    const scheduler = schedulerOfFuture(this);
    let result: IteratorResult<unknown, unknown>;
    try {
      result = error === null ? strand.steps.next() : throwInto(strand.steps, error);
      while (result === CALLING) {
        const frame = takeFrame();
        if (this.#call(frame, strand)) return;
        strand.steps = stepsAfterCall(strand.steps, frame);
        result = strand.steps.next();
      }
    } catch (thrown) {
      if (strand.source !== null && knowsNoCaller(thrown)) appendFrames(thrown, strand.source);
      this.#end(strand, strand.reject, thrown);
      return;
    }
    if (result.done) {
      this.#end(strand, strand.resolve as (value: unknown) => void, result.value);
      return;
    }
    const future = result === SUSPENDED ? this.#waiter : null;
    this.#waiter = null;
    const extras = this.#needExtras();
    if (future === null) {
      if (result.value !== undefined && result.value !== null) {
        strand.failure = badYield(this, result.value);
      }
      if (extras.mustCancel && this.#isBeside(strand)) {
        // The other, which wakes before it, would take this for its own.
        strand.failure = this.#takeCancellation(extras, null);
      }
      scheduler.push(strand);
    } else if (schedulerOfFuture(future) !== scheduler || future === this) {
      strand.failure = badWaiting(this, future);
      scheduler.push(strand);
    } else {
      strand.waiter = future;
      listen(future, strand);
      this.#cancelIfAsked(extras, future);
    }
    if (strand.request !== null || strand.parent !== null) tellLate(strand);
  }

  /** Whether the function awaits something beside a strand. Apart, for a closure in a step would cost each step. */
  #isBeside(strand: Strand): boolean {
    const strands = this.#strands();
    return strands !== null &&
      strands.find((other) => other !== strand && !other.calling) !== null;
  }

  /** Ends a strand, and has the loop wait for the function that goes on. What it was asked and has not heard goes on with that. */
  #end(strand: Strand, settle: (outcome: unknown) => void, outcome: unknown): void {
    this.#strands()?.drop(strand);
    const { request, parent } = strand;
    if (request !== null && parent !== null) {
      parent.request = request;
    } else if (request !== null) {
      this.#needExtras().mustCancel = true;
      setCancelMessage(this, request.message);
    }
    const { hold } = schedulerOfFuture(this);
    const isThrough = identity === null ? hold.part(this, parent) : null;
    try {
      settle(outcome);
    } finally {
      hold.begin(this, parent);
      isThrough?.();
    }
  }

  /**
   * Makes a function's call.
   *
   * @returns Whether a promise came back; then the strand, or the task, goes on when it settles.
   */
  #call(frame: CallFrame, strand: Strand | null): boolean {
    const { hold, isSynchronous } = schedulerOfFuture(this);
    const isParted = identity === null && frame.mayBeAsync && !isSynchronous;
    const isThrough = isParted ? hold.part(this, strand) : null;
    const isCalled = callFor(this, frame, strand);
    if (isCalled) {
      if (strand !== null) strand.calling = true;
      hold.begin(this, strand, true);
    }
    isThrough?.();
    return isCalled;
  }

  /** Enters the task from a microtask, or for its eager first step, and makes a step there: of a strand, or its own. */
  #enter(strand: Strand | null, error: unknown, isFirst = false): void {
    const own = schedulerOfFuture(this);
    const previousContext = swapContext(this.getContext());
    const { scheduler, task, strand: previousStrand, calling } = running;
    own.instrument?.stepBegan(this);
    running.scheduler = own;
    running.task = this;
    running.strand = strand;
    running.calling = false;
    try {
      if (strand !== null) this.#stepStrand(strand, error);
      else this.#step(error);
    } catch (thrown) {
      // Of the first step it is the maker's.
      if (isFirst) throw thrown;
      this.#reportStepError(thrown);
    } finally {
      running.scheduler = scheduler;
      running.task = task;
      running.strand = previousStrand;
      running.calling = calling;
      swapContext(previousContext);
      own.instrument?.stepEnded(this);
    }
  }

  /** What the step that is due throws in, or `null`. */
  #takeError(extras: TaskExtras): unknown {
    const failure = extras.failure ?? refusalOf(this.#waiter);
    extras.failure = null;
    return extras.mustCancel ? this.#takeCancellation(extras, this.#waiter) : failure;
  }

  /**
   * The error that a request to end has become, or `null` where what the task waited for brings a
   * cancellation of its own, which comes first.
   */
  #takeCancellation(
    extras: TaskExtras,
    waiter: Future<unknown> | null,
  ): CancelledError | null {
    extras.mustCancel = false;
    if (waiter !== null) {
      if (wasCancelled(waiter) || peekError(waiter)?.error instanceof CancelledError) return null;
      // The task has seen how it ended, though the coroutine will not.
      markRetrieved(waiter);
    }
    closeUnbegun(this.#coroutine);
    return makeCancelledError(this);
  }

  /** Has the cancellation come by what the task waits for, and tells whether it will. */
  #cancelWaiters(message: string | undefined): boolean {
    const waiter = this.#waiter;
    if (waiter === this) {
      // The asking has come round to who began it, which sees it by this.
      this.#waiter = null;
      return false;
    }
    if (waiter !== null && this.#cancelWaiter(waiter, message)) return true;
    const strands = this.#strands();
    if (strands === null || !cancelStrands(strands.list(), message)) return false;
    // The function's own code, which asks for its end, hears at its next await.
    return ambientTask() !== this || running.strand !== null;
  }

  /** Cancels what it begins to wait for, where it was asked to end and could not be told. */
  #cancelIfAsked(extras: TaskExtras, future: Future<unknown>): void {
    if (extras.mustCancel && future.cancel(cancelMessageOf(this))) extras.mustCancel = false;
  }

  /** Hands a cancellation on to what the task waits for, and tells whether that was all. */
  #cancelWaiter(waiter: Future<unknown>, message: string | undefined): boolean {
    this.#waiter = this;
    try {
      return waiter.cancel(message);
    } finally {
      if (this.#waiter === null && !waiter.done()) {
        // Tasks that await each other in a circle: none of them would ever be woken.
        unlisten(waiter, this);
        schedulerOfFuture(this).push(this);
      } else {
        // The waiter stays: it may be a task that refuses, and then it must be asked again.
        this.#waiter = waiter;
      }
    }
  }

  #needExtras(): TaskExtras {
    return this.#extras ??= new TaskExtras();
  }

  #strands(): StrandLine | null {
    return this.#extras === null ? null : this.#extras.strands;
  }

  #returnFromElsewhere(): boolean {
    const extras = this.#extras;
    if (extras === null || !extras.elsewhere) return false;
    extras.elsewhere = false;
    schedulerOfFuture(this).outside--;
    return true;
  }

  #succeed(value: unknown): void {
    const extras = this.#extras;
    if (extras === null) {
      this.#leaveLoop(true);
      fulfil(this, value);
      return;
    }
    // As it is now: what is left behind may ask for the task's end as it is closed, as a group does.
    const { cancelRequests, mayReturn, mustCancel } = extras;
    this.#leaveLoop(true);
    if (mustCancel) {
      // It was asked to end while it was about to: the request wins, as in asyncio.
      extras.mustCancel = false;
      finishCancelled(this, null, cancelMessageOf(this));
    } else {
      fulfil(this, value);
      if (cancelRequests > 0 && !mayReturn) this.#reportSwallowed();
    }
  }

  /** In debug mode. Python's `except Exception` lets a cancellation through; a `catch` here does not. */
  #reportSwallowed(): void {
    const { debug, owner } = schedulerOfFuture(this);
    if (!debug) return;
    owner.callExceptionHandler({
      message: `Task swallowed its cancellation: ${this} was asked to end and returned instead; ` +
        "expected it to throw the CancelledError on, or to call uncancel()",
      task: this,
      ...sourceContext(this),
    });
  }

  #fail(error: unknown): void {
    this.#leaveLoop(false);
    if (error instanceof CancelledError) {
      finishCancelled(this, error, undefined);
      return;
    }
    fail(this, error);
    // Of an eager first step it is thrown to the maker instead.
    if (endsRun(error) && starting !== this) schedulerOfFuture(this).interrupt(error);
  }

  #leaveLoop(hasReturned: boolean): void {
    this.#unlink(schedulerOfFuture(this).tasks);
    const extras = this.#extras;
    if (extras === null || extras.strands === null) return;
    const strands = extras.strands.list();
    extras.strands = null;
    leaveStrands(strands, hasReturned);
  }

  #link(tasks: Task<unknown>[]): void {
    this.#place += 2 * tasks.length;
    tasks[tasks.length] = this;
  }

  /** The last one takes its place: the order is in the names. */
  #unlink(tasks: Task<unknown>[]): void {
    const last = tasks.pop()!;
    if (last === this) return;
    tasks[this.#place >> 1] = last;
    last.#place = (this.#place & ~1) | (last.#place & 1);
  }
}

/** What a task's place ends with: one, if the steps are a generator's. */
function kindOf(steps: Steps): 0 | 1 {
  return steps.next === nextOfGenerators ? 1 : 0;
}

/** Whether an error knows nothing of the async function that it is thrown at: it began here, by the loop. */
function knowsNoCaller(error: unknown): error is Error {
  return error instanceof CancelledError ||
    (error instanceof Error && parseStack(error.stack ?? "").every(isOwnFrame));
}

/**
 * What a future with a way of its own to give its result throws, or `null`. As in asyncio it is asked at the wake-up for
 * that alone: what it gives otherwise is the result or the error that it was set.
 */
function refusalOf(future: Future<unknown> | null): unknown {
  if (future === null || future.result === plainResult) return null;
  try {
    future.result();
    return null;
  } catch (error) {
    return error;
  }
}

/** Whether the running code is a loop's: a handle of it, or a segment of one of its tasks. */
function runsNow(scheduler: Scheduler): boolean {
  if (running.scheduler !== null) return running.scheduler === scheduler;
  const task = ambientTask();
  return task !== null && schedulerOfFuture(task) === scheduler;
}

/** The tasks of a loop that are not done, oldest first. */
export function tasksOf(loop: EventLoop): Task<unknown>[] {
  return listTasks(schedulerOf(loop).tasks);
}
