// kinds: generator, async
/**
 * Runs random programs on this module. Its async twin is made of it, as of tests; `interpreter.py` is
 * its counterpart on CPython, method by method.
 *
 * @module
 */
import {
  aclosing,
  ALL_COMPLETED,
  allTasks,
  anext,
  asCompleted,
  type AsyncContextManager,
  asyncContextManager,
  AsyncExitStack,
  asyncGenerator,
  type AsyncGeneratorObject,
  asyncWith,
  Awaitable,
  awaitable,
  type AwaitableLike,
  Barrier,
  BoundedSemaphore,
  CancelledError,
  captureCallGraph,
  ConcurrentFuture,
  Condition,
  type Context,
  ContextVar,
  copyContext,
  type Coroutine,
  type CoroutineLike,
  createTask,
  currentTask,
  eagerTaskFactory,
  ensureFuture,
  Event,
  EventLoop,
  type ExceptionContext,
  ExceptionGroup,
  exceptStar,
  Executor,
  type Future,
  gather,
  type GeneratorContextManager,
  GeneratorExit,
  type Handle,
  isCoroutine,
  KeyboardInterrupt,
  LifoQueue,
  Lock,
  MISSING,
  PriorityQueue,
  Queue,
  runCoroutineThreadsafe,
  RuntimeError,
  Semaphore,
  shield,
  sleep,
  staggeredRace,
  type Suspension,
  SystemExit,
  Task,
  type TaskFactory,
  TaskGroup,
  type Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
  TimerHandle,
  type Token,
  ValueError,
  wait,
  waitFor,
  wrapFuture,
} from "@asyncio/asyncio";
import { countStatement, countSubject } from "./kinds.ts";
import type {
  Block,
  ErrorPlan,
  GroupPlan,
  Guard,
  Managed,
  PlainBlock,
  PlainStatement,
  Printed,
  Program,
  Statement,
  Subject,
  Target,
} from "./program.ts";
import { normalText } from "./texts.ts";
import { describeReport, isOfCollection, type Trace } from "./trace.ts";

/** A coroutine of the interpreter's: in the twin, what an async function returns. */
type Steps<T> = Generator<Suspension, T, unknown>;

/** That a block ended by `return`. */
interface Returned {
  readonly value: number;
}

/** The statement that carries a name, such as `Of<"spawn">`. */
type Of<K extends Statement["do"]> = Extract<Statement, { do: K }>;

/** Whether calling a coroutine function gives a coroutine object; an async function's call does not. */
export const GIVES_OBJECTS: boolean = isCoroutine((function* () {})());

/** After how long what other threads have not told is given up, in seconds. */
const GIVING_UP = 1000;

/** An error of a program's own. */
class AppError extends Error {
  override name = "AppError";
}

const ERRORS: Readonly<Record<string, new (message: string) => Error>> = {
  AppError,
  CancelledError,
  GeneratorExit,
  KeyboardInterrupt,
  RuntimeError,
  SystemExit,
  TimeoutError,
  ValueError,
};

/** An object that can be awaited. */
class Wrapped extends Awaitable<unknown> {
  readonly #inner: AwaitableLike<unknown>;

  constructor(inner: AwaitableLike<unknown>) {
    super();
    this.#inner = inner;
  }

  *[awaitable](): Steps<unknown> {
    return yield* this.#inner as Iterable<Suspension, unknown, unknown>;
  }
}

/** An object that makes its task wait for nothing, or for what cannot be waited for. */
class Bare extends Awaitable<number> {
  readonly #count: number;
  readonly #yielded: undefined;

  constructor(count: number, yielded: unknown) {
    super();
    this.#count = count;
    this.#yielded = yielded as undefined;
  }

  *[awaitable](): Generator<Suspension, number, unknown> {
    for (let round = 0; round < this.#count; round++) yield this.#yielded;
    return this.#count;
  }
}

/** Begins what it is given, and closes it some time later. */
class Closing extends Awaitable<unknown> {
  readonly #inner: AwaitableLike<unknown>;
  readonly #delay: number;
  readonly #trace: Trace;

  constructor(inner: AwaitableLike<unknown>, delay: number, trace: Trace) {
    super();
    this.#inner = inner;
    this.#delay = delay;
    this.#trace = trace;
  }

  *[awaitable](): Steps<unknown> {
    const inner = this.#inner as Iterable<Suspension, unknown, unknown>;
    const steps = inner[Symbol.iterator]();
    const { done, value } = steps.next();
    if (done) return value;
    try {
      return yield* sleep(this.#delay, -1);
    } finally {
      this.#trace.closing++;
      const isRefused = steps.return?.()?.done === false;
      this.#trace.closing--;
      if (isRefused) this.#trace.write("refused");
    }
  }
}

/** What a barrier or the like is entered as. */
type Entered = AsyncContextManager<unknown> & Partial<Timeout>;

const QUEUES = { Queue, PriorityQueue, LifoQueue };

/** One run of one program. */
export class Interpreter {
  readonly #program: Program;
  readonly #loop: EventLoop;
  readonly #trace: Trace;
  readonly #tasks: Future[] = [];
  readonly #futures: Future<number>[] = [];
  readonly #events: Event[] = [];
  readonly #queues: Queue<number>[] = [];
  readonly #locks: Lock[] = [];
  readonly #semaphores: Semaphore[] = [];
  readonly #conditions: Condition[] = [];
  readonly #counts: number[] = [];
  readonly #barriers: Barrier[] = [];
  readonly #groups: TaskGroup[] = [];
  readonly #variables: ContextVar<number | null>[] = [];
  readonly #tokens: Token<number | null>[] = [];
  readonly #contexts: Context[] = [];
  readonly #handles: Handle[] = [];
  readonly #timeouts: Timeout[] = [];
  readonly #callbacks: ((future: Future) => void)[] = [];
  readonly #kept: AwaitableLike<unknown>[] = [];
  readonly #generators: AsyncGeneratorObject<number>[] = [];
  readonly #stacks: AsyncExitStack[] = [];
  readonly #concurrents: ConcurrentFuture<unknown>[] = [];
  readonly #concurrentsMade: ConcurrentFuture<unknown>[] = [];
  readonly #bound = new Set<Handle>();
  readonly #selfAwaiting = new Set<Task>();
  #saved: Error | null = null;
  #handlerBody: PlainBlock | null = null;
  #named = 0;
  #reports = 0;
  #hasGivenUp = false;
  readonly #hidesWaiters: boolean;

  /**
   * @param program What to run.
   * @param loop The loop that runs it.
   * @param trace Where what happens is written.
   */
  constructor(program: Program, loop: EventLoop, trace: Trace) {
    this.#program = program;
    this.#hidesWaiters = /"(asCompleted"|(begun|shield|wait)":)/.test(JSON.stringify(program));
    this.#loop = loop;
    this.#trace = trace;
    for (let slot = 0; slot < program.futures; slot++) this.#newFuture(slot);
    for (let slot = 0; slot < program.events; slot++) this.#events.push(new Event());
    for (const { kind, maxsize } of program.queues) this.#queues.push(new QUEUES[kind](maxsize));
    for (let slot = 0; slot < program.locks; slot++) this.#locks.push(new Lock());
    for (const { value, bounded } of program.semaphores) {
      this.#semaphores.push(new (bounded ? BoundedSemaphore : Semaphore)(value));
    }
    for (const { lock } of program.conditions) {
      this.#conditions.push(new Condition(lock === null ? undefined : this.#locks[lock]));
      this.#counts.push(0);
    }
    for (const parties of program.barriers) this.#barriers.push(new Barrier(parties));
    for (let slot = 0; slot < program.variables; slot++) {
      this.#variables.push(new ContextVar(`v${slot}`, slot === 0 ? {} : { default: -slot }));
    }
  }

  #main(): CoroutineLike<unknown> {
    if (this.#program.concurrents) {
      this.#loop.callLater(GIVING_UP, () => {
        this.#hasGivenUp = true;
        for (const concurrent of this.#concurrentsMade) {
          // One that has begun is not to be cancelled.
          if (!concurrent.cancel() && !concurrent.done()) concurrent.setResult(null);
        }
      });
    }
    return this.#coroutine(this.#program.main);
  }

  /** Takes what is reported, as the loop's exception handler. */
  readonly handler = (_loop: EventLoop, context: ExceptionContext): void => {
    if (this.#trace.isOver || isOfCollection(context)) return;
    const isBound = context.handle !== undefined && this.#bound.has(context.handle);
    const ambient = isBound ? null : this.#variables.at(-1)?.get(null);
    this.#trace.write("handler", describeReport(context, ambient));
    if (++this.#reports === this.#program.failingReport) throw new AppError("handler");
    const body = this.#handlerBody;
    if (body === null) return;
    // What it reports itself it does nothing more about.
    this.#handlerBody = null;
    try {
      this.#plainBlock(body);
    } finally {
      this.#handlerBody ??= body;
    }
  };

  /** What is run, one when the other is over: coroutines to make tasks of, and futures. */
  /* iterator */ *parts(): Generator<CoroutineLike<unknown> | Future | "forever", void> {
    yield this.#main();
    for (const part of this.#program.next ?? []) {
      if (part === "forever") yield part;
      else if (Array.isArray(part)) yield this.#coroutine(part);
      else {
        const future = part === "self" ? null : this.#target(part);
        if (future !== null) yield future;
      }
    }
  }

  /** Writes down how everything ended. */
  finish(): void {
    this.#tasks.forEach((_task, slot) => this.#look({ task: slot }));
    this.#futures.forEach((_future, slot) => this.#look({ future: slot }));
  }

  // --- Coroutines

  #coroutine(block: Block, asFunction = false): CoroutineLike<unknown> {
    return GIVES_OBJECTS && !asFunction ? this.#body(block) : () => this.#body(block);
  }

  *#body(block: Block): Steps<unknown> {
    this.#trace.write("begin");
    try {
      const returned = yield* this.#block(block);
      this.#trace.write("return", returned?.value);
      return returned?.value ?? null;
    } catch (error) {
      this.#trace.write("raise", error);
      throw error;
    }
  }

  *#block(block: Block): Steps<Returned | undefined> {
    for (const statement of block) {
      if (this.#trace.isOver) return undefined;
      if (isPlain(statement)) {
        this.#perform(statement);
        continue;
      }
      countStatement(statement);
      const returned = yield* this.#statement(statement);
      if (returned) return returned;
    }
    return undefined;
  }

  *#statement(statement: Exclude<Statement, PlainStatement>): Steps<Returned | undefined> {
    switch (statement.do) {
      case "await":
        yield* this.#await(statement.subject);
        return undefined;
      case "return":
        return { value: statement.value };
      case "try":
        return yield* this.#try(statement);
      case "tryStar":
        return yield* this.#tryStar(statement);
      case "repeat":
        for (let round = 0; round < statement.count; round++) {
          const returned = yield* this.#block(statement.body);
          if (returned) return returned;
        }
        return undefined;
      case "timeout":
        return yield* this.#timeout(statement);
      case "asCompleted":
        return yield* this.#asCompleted(statement);
      case "group":
        return yield* this.#group(statement);
      case "with":
        return yield* this.#with(statement);
      case "manager":
        return yield* this.#manager(statement);
      case "iterate":
        return yield* this.#iterate(statement);
      case "stack":
        return yield* this.#stack(statement);
      case "enter":
        return yield* this.#enter(statement);
      case "decorated":
        return yield* this.#decorated(statement);
      case "withManaged":
        return yield* this.#withManaged(statement);
      case "withVar":
        return yield* this.#withVar(statement);
      case "enterManaged":
        return yield* this.#enterManaged(statement);
    }
  }

  *#await(subject: Subject): Steps<void> {
    if ("coro" in subject) countSubject(subject);
    try {
      const value = "coro" in subject
        ? yield* this.#body(subject.coro)
        : yield* this.#subject(subject) as Iterable<Suspension, unknown, unknown>;
      this.#trace.write(`got ${Object.keys(subject)[0]}`, value);
    } catch (error) {
      this.#trace.write(`threw ${Object.keys(subject)[0]}`, error);
      throw error;
    }
  }

  *#try({ body, catches, final }: Of<"try">): Steps<Returned | undefined> {
    try {
      return yield* this.#block(body);
    } catch (error) {
      const handler = catches.find(({ match }) => matches(error, match));
      if (handler === undefined || this.#trace.isOver) throw error;
      this.#saved = error as Error;
      this.#trace.write("caught", error);
      const returned = yield* this.#block(handler.body);
      if (handler.rethrow && !returned) throw error;
      return returned;
    } finally {
      if (final !== null && !this.#trace.isOver) {
        this.#trace.write("finally");
        yield* this.#block(final);
      }
    }
  }

  *#tryStar({ body, clauses }: Of<"tryStar">): Steps<Returned | undefined> {
    try {
      return yield* this.#block(body);
    } catch (error) {
      const star = exceptStar(error);
      for (const { classes, raise } of clauses) {
        star.on(classes.map((name) => ERRORS[name]!), (group) => {
          this.#trace.write("caught star", group);
          if (raise !== null) throw this.#error(raise);
        });
      }
      star.end();
      return undefined;
    }
  }

  *#timeout(statement: Of<"timeout">): Steps<Returned | undefined> {
    const { delay, at } = statement;
    const body = (limit: Timeout) => this.#limited(statement, limit);
    try {
      return (at && delay !== null)
        ? yield* timeoutAt(this.#loop.time() + delay, body)
        : yield* timeout(delay, body);
    } catch (error) {
      this.#trace.write("timeout threw", error);
      throw error;
    } finally {
      this.#lookTimeout(statement.timeout);
    }
  }

  *#limited({ timeout, body }: Of<"timeout">, limit: Timeout): Steps<Returned | undefined> {
    this.#timeouts[timeout] = limit;
    this.#lookTimeout(timeout);
    return yield* this.#block(body);
  }

  *#asCompleted(statement: Of<"asCompleted">): Steps<Returned | undefined> {
    const futures = this.#existing(statement.targets);
    // CPython's order of those that are done already is that of a set: one of them at most.
    const isFirstDone = (future: Future) => future === futures.find((other) => other.done());
    const taken = futures.filter((future) => !future.done() || isFirstDone(future));
    const iterator = asCompleted(taken, { timeout: statement.timeout });
    for (;;) {
      try {
        if (statement.futures) {
          const next: unknown = iterator[Symbol.asyncIterator]().next();
          const result = yield* next as Iterable<Suspension, IteratorResult<Future>, unknown>;
          if (result.done) break;
          this.#trace.write("next future", result.value);
        } else {
          const { value, done } = iterator.next();
          if (done) break;
          this.#trace.write("next", yield* value);
        }
      } catch (error) {
        this.#trace.write("next threw", error);
        if (statement.rethrow) throw error;
      }
      const returned = yield* this.#block(statement.body);
      if (returned) return returned;
    }
    return undefined;
  }

  *#group({ group: slot, body }: Of<"group">): Steps<Returned | undefined> {
    try {
      return yield* TaskGroup.run((group) => {
        this.#groups[slot] = group;
        return this.#block(body);
      });
    } catch (error) {
      this.#trace.write("group threw", error);
      throw error;
    }
  }

  *#with({ guard, body }: Of<"with">): Steps<Returned | undefined> {
    try {
      const returned = yield* asyncWith(this.#guard(guard), () => {
        this.#trace.write("entered");
        return this.#block(body);
      });
      this.#trace.write("left");
      return returned;
    } catch (error) {
      this.#trace.write("with threw", error);
      throw error;
    }
  }

  *#manager(statement: Of<"manager">): Steps<Returned | undefined> {
    try {
      return yield* asyncWith(this.#makeManager(statement), () => this.#block(statement.body));
    } catch (error) {
      this.#trace.write("manager threw", error);
      throw error;
    }
  }

  #makeManager(
    statement: Of<"manager" | "enter" | "decorated">,
  ): GeneratorContextManager<number> {
    const { before, swallow, after } = statement;
    const yields = "yields" in statement ? statement.yields ?? 1 : 1;
    const trace = this.#trace;
    const block = (block: Block) => this.#block(block);
    return asyncContextManager(function* () {
      yield* block(before);
      try {
        trace.write("entered");
        for (let number = 1; number <= yields; number++) yield number;
      } catch (error) {
        trace.write("manager caught", error);
        if (!swallow || trace.isOver) throw error;
      } finally {
        yield* block(after);
      }
    })();
  }

  *#iterate(statement: Of<"iterate">): Steps<Returned | undefined> {
    const { generator: slot, closing, body } = statement;
    const generator = this.#generators[slot];
    if (generator === undefined) {
      this.#trace.write("missing");
      return undefined;
    }
    try {
      const items = () => this.#items(generator, body);
      return yield* (closing ? asyncWith(aclosing(generator), items) : items()) as Iterable<
        Suspension,
        Returned | undefined,
        unknown
      >;
    } catch (error) {
      this.#trace.write("iterate threw", error);
      throw error;
    }
  }

  *#items(generator: AsyncGeneratorObject<number>, body: Block): Steps<Returned | undefined> {
    for (;;) {
      const next: unknown = generator.next();
      const result = yield* next as Iterable<Suspension, IteratorResult<number>, unknown>;
      if (result.done || this.#trace.isOver) return undefined;
      this.#trace.write("item", result.value);
      const returned = yield* this.#block(body);
      if (returned) return returned;
    }
  }

  *#decorated(statement: Of<"decorated">): Steps<Returned | undefined> {
    const block = (block: Block) => this.#block(block);
    const { body } = statement;
    try {
      const decorated = this.#makeManager(statement)(function* () {
        return yield* block(body);
      });
      let returned: Returned | undefined;
      for (let time = 0; time < statement.times; time++) returned = yield* decorated();
      return returned;
    } catch (error) {
      this.#trace.write("decorated threw", error);
      throw error;
    }
  }

  *#stack({ stack: slot, body }: Of<"stack">): Steps<Returned | undefined> {
    try {
      return yield* asyncWith(new AsyncExitStack(), (stack) => {
        this.#stacks[slot] = stack;
        return this.#block(body);
      });
    } catch (error) {
      this.#trace.write("stack threw", error);
      throw error;
    }
  }

  *#enter(statement: Of<"enter">): Steps<undefined> {
    const stack = this.#stacks[statement.stack];
    if (stack === undefined) {
      this.#trace.write("missing");
      return undefined;
    }
    try {
      const entering = stack.enterAsyncContext(this.#makeManager(statement));
      this.#trace.write("enter", yield* entering);
      return undefined;
    } catch (error) {
      this.#trace.write("enter threw", error);
      throw error;
    }
  }

  *#withManaged({ what, body }: Of<"withManaged">): Steps<Returned | undefined> {
    const managed = this.#managed(what);
    if (managed === undefined) {
      this.#trace.write("missing");
      return undefined;
    }
    try {
      return yield* asyncWith(managed, () => {
        this.#trace.write("entered");
        return this.#block(body);
      });
    } catch (error) {
      this.#trace.write("with threw", error);
      throw error;
    }
  }

  *#withVar({ variable, value, body }: Of<"withVar">): Steps<Returned | undefined> {
    try {
      return yield* asyncWith(this.#variables[variable]!.set(value), () => this.#block(body));
    } catch (error) {
      this.#trace.write("with threw", error);
      throw error;
    }
  }

  *#enterManaged({ stack: slot, what }: Of<"enterManaged">): Steps<undefined> {
    const stack = this.#stacks[slot];
    const managed = this.#managed(what);
    if (stack === undefined || managed === undefined) {
      this.#trace.write("missing");
      return undefined;
    }
    try {
      yield* stack.enterAsyncContext(managed);
      this.#trace.write("enter");
      return undefined;
    } catch (error) {
      this.#trace.write("enter threw", error);
      throw error;
    }
  }

  #managed(what: Managed): AsyncContextManager<unknown> | undefined {
    if ("barrier" in what) return this.#barriers[what.barrier];
    if ("timeout" in what) return this.#timeouts[what.timeout];
    if ("group" in what) return this.#groups[what.group];
    if ("stack" in what) return this.#stacks[what.stack];
    return this.#guard(what);
  }

  // --- What can be awaited

  #subject(subject: Subject): AwaitableLike<unknown> {
    countSubject(subject);
    if ("coro" in subject) return this.#coroutine(subject.coro, subject.asFunction);
    if ("sleep" in subject) return sleep(subject.sleep, subject.result);
    if ("task" in subject) return this.#tasks[subject.task] ?? this.#missing();
    if ("future" in subject) return this.#futures[subject.future] ?? this.#missing();
    if ("gather" in subject) {
      const { returnExceptions } = subject;
      return gather(subject.gather.map((item) => this.#subject(item)), { returnExceptions });
    }
    if ("wait" in subject) {
      const { timeout, returnWhen = ALL_COMPLETED } = subject;
      return wait(this.#existing(subject.wait), { timeout, returnWhen });
    }
    if ("waitFor" in subject) return waitFor(this.#subject(subject.waitFor), subject.timeout);
    if ("shield" in subject) return shield(this.#subject(subject.shield));
    if ("event" in subject) return this.#events[subject.event]?.wait() ?? this.#missing();
    if ("get" in subject) return this.#queues[subject.get]?.get() ?? this.#missing();
    if ("put" in subject) {
      return this.#queues[subject.put]?.put(subject.item) ?? this.#missing();
    }
    if ("join" in subject) return this.#queues[subject.join]?.join() ?? this.#missing();
    if ("acquire" in subject) return this.#guard(subject.acquire).acquire();
    if ("condition" in subject) {
      const condition = this.#conditions[subject.condition]!;
      return "atLeast" in subject
        ? condition.waitFor(() => this.#isEnough(subject.condition, subject.atLeast))
        : condition.wait();
    }
    if ("barrier" in subject) return this.#barriers[subject.barrier]![subject.how]();
    if ("kept" in subject) {
      const kept = this.#kept[subject.kept];
      delete this.#kept[subject.kept];
      return kept ?? this.#missing();
    }
    if ("generator" in subject) {
      const generator = this.#generators[subject.generator];
      return generator === undefined ? this.#missing() : this.#generatorCall(generator, subject);
    }
    if ("stack" in subject) return this.#stacks[subject.stack]?.aclose() ?? this.#missing();
    if ("concurrent" in subject) {
      const concurrent = this.#concurrents[subject.concurrent];
      return concurrent === undefined ? this.#missing() : this.#wrap(concurrent);
    }
    if ("bare" in subject) return new Bare(subject.bare, subject.bad ? 5 : undefined);
    if ("begun" in subject) {
      return new Closing(this.#subject(subject.begun), subject.delay, this.#trace);
    }
    if ("shutdownAsyncgens" in subject) return this.#loop.shutdownAsyncgens();
    if ("executor" in subject) return this.#runInExecutor(subject);
    if ("wrap" in subject) return new Wrapped(this.#subject(subject.wrap));
    if ("self" in subject) {
      const task = currentTask();
      if (task === null || this.#selfAwaiting.has(task)) return this.#missing();
      this.#selfAwaiting.add(task);
      return task;
    }
    return staggeredRace(
      subject.race.map((body) => () => this.#body(body)),
      subject.delay,
    );
  }

  #generatorCall(
    generator: AsyncGeneratorObject<number>,
    subject: Extract<Subject, { generator: number }>,
  ): AwaitableLike<unknown> {
    switch (subject.how) {
      case "anext":
        return generator.asend();
      case "anextDefault":
        return anext(generator, -1);
      case "asend":
        return generator.asend(subject.value);
      case "athrow":
        return generator.athrow(this.#error(subject.error));
      case "aclose":
        return generator.aclose();
    }
  }

  #wrap(concurrent: ConcurrentFuture<unknown>): Future {
    const future = wrapFuture(concurrent);
    this.#trace.label(future, this.#unique("W"));
    return future;
  }

  #runInExecutor({ executor: slot, how, body }: Extract<Subject, { executor: number }>): Future {
    const executor = new PretendedExecutor((job) => {
      if (how === "fails") throw new RuntimeError("refused");
      const concurrent = new ConcurrentFuture<unknown>();
      this.#keepConcurrent(slot, concurrent);
      if (how === "inline") {
        try {
          concurrent.setRunningOrNotifyCancel();
          concurrent.setResult(job());
        } catch (error) {
          concurrent.setException(error);
        }
      }
      return concurrent;
    });
    const future = this.#loop.runInExecutor(executor, () => {
      this.#trace.write("job", slot);
      this.#plainBlock(body);
      return slot;
    });
    this.#trace.label(future, this.#unique("X"));
    return future;
  }

  #isEnough(slot: number, count: number): boolean {
    this.#trace.write("predicate", this.#counts[slot]);
    return this.#counts[slot]! >= count;
  }

  #guard(guard: Guard): Lock | Semaphore | Condition {
    if ("lock" in guard) return this.#locks[guard.lock]!;
    if ("semaphore" in guard) return this.#semaphores[guard.semaphore]!;
    return this.#conditions[guard.condition]!;
  }

  #missing(): AwaitableLike<unknown> {
    this.#trace.write("missing");
    return sleep(0, null);
  }

  #existing(targets: readonly Target[]): Future[] {
    const found = targets.flatMap((target) => this.#target(target) ?? []);
    return found.filter((future) => future !== currentTask());
  }

  #target(target: Target): Future | null {
    if (target === "self") return currentTask();
    const found = "task" in target ? this.#tasks[target.task] : this.#futures[target.future];
    return found ?? null;
  }

  #printed(what: Printed): unknown {
    if (typeof what === "string" || "task" in what || "future" in what) return this.#target(what);
    if ("handle" in what) return this.#handles[what.handle];
    if ("event" in what) return this.#events[what.event];
    if ("queue" in what) return this.#queues[what.queue];
    if ("barrier" in what) return this.#barriers[what.barrier];
    if ("timeout" in what) return this.#timeouts[what.timeout];
    if ("group" in what) return this.#groups[what.group];
    if ("variable" in what) return this.#variables[what.variable];
    if ("token" in what) return this.#tokens[what.token];
    if ("concurrent" in what) return this.#concurrents[what.concurrent];
    return this.#guard(what);
  }

  // --- What does not wait

  #plainBlock(block: PlainBlock): void {
    for (const statement of block) {
      if (!this.#trace.isOver) this.#perform(statement);
    }
  }

  #perform(statement: PlainStatement): void {
    countStatement(statement);
    switch (statement.do) {
      case "log":
        this.#trace.write("log", statement.text);
        return;
      case "raise":
        throw this.#error(statement.error);
      case "raiseGroup":
        throw this.#errorGroup(statement.group);
      case "split":
        return this.#split(statement);
      case "spawn":
        return this.#attempt("spawn", () => this.#spawn(statement));
      case "cancel":
        return this.#on(
          "cancel",
          this.#target(statement.target),
          (future) =>
            statement.message === undefined ? future.cancel() : future.cancel(statement.message),
        );
      case "cancelling":
        return this.#onTask("cancelling", statement.target, (task) => task.cancelling());
      case "uncancel":
        return this.#onTask("uncancel", statement.target, (task) => task.uncancel());
      case "look":
        return this.#look(statement.target);
      case "setName":
        return this.#onTask("setName", statement.target, (task) => {
          task.setName(this.#unique(statement.name));
          return this.#trace.nameOf(task);
        });
      case "addCallback":
        return this.#on("addCallback", this.#target(statement.target), (future) => {
          const context = this.#contexts[statement.context ?? -1];
          future.addDoneCallback(
            this.#callback(statement),
            context === undefined ? {} : { context },
          );
        });
      case "removeCallback":
        return this.#on(
          "removeCallback",
          this.#callbacks[statement.callback],
          (callback) => this.#target(statement.target)?.removeDoneCallback(callback),
        );
      case "newFuture":
        return this.#newFuture(statement.future);
      case "setResult":
        return this.#on(
          "setResult",
          this.#futures[statement.future],
          (future) => future.setResult(statement.value),
        );
      case "setException":
        return this.#on(
          "setException",
          this.#futures[statement.future],
          (future) => future.setException(this.#error(statement.error)),
        );
      case "call":
        return this.#attempt(statement.how, () => this.#call(statement));
      case "cancelHandle":
        return this.#on("handle", this.#handles[statement.handle], (handle) => handle.cancel());
      case "lookHandle":
        return this.#on("handle", this.#handles[statement.handle], (handle) => [
          handle.cancelled(),
          handle instanceof TimerHandle ? handle.when() : null,
        ]);
      case "event":
        return this.#on(
          statement.how,
          this.#events[statement.event],
          (event) => event[statement.how](),
        );
      case "queue":
        return this.#onQueue(statement);
      case "release":
        return this.#attempt("release", () => this.#guard(statement.guard).release());
      case "lookGuard":
        return this.#attempt("locked", () => this.#guard(statement.guard).locked());
      case "notify": {
        const { count } = statement;
        return this.#on(
          "notify",
          this.#conditions[statement.condition],
          (condition) => count === null ? condition.notifyAll() : condition.notify(count),
        );
      }
      case "count":
        this.#counts[statement.condition]!++;
        return;
      case "lookBarrier":
        return this.#on("barrier", this.#barriers[statement.barrier], (barrier) => [
          barrier.parties,
          barrier.nWaiting,
          barrier.broken,
        ]);
      case "getVar":
        return this.#on(
          "getVar",
          this.#variables[statement.variable],
          (variable) => variable.get(),
        );
      case "setVar":
        return this.#on("setVar", this.#variables[statement.variable], (variable) => {
          this.#tokens[statement.token] = variable.set(statement.value);
        });
      case "resetVar":
        return this.#on(
          "resetVar",
          this.#tokens[statement.token],
          (token) => this.#variables[statement.variable]?.reset(token),
        );
      case "copyContext":
        this.#contexts[statement.context] = copyContext();
        return;
      case "lookContext":
        return this.#on("lookContext", this.#contexts[statement.context], (context) => {
          const variable = this.#variables[statement.variable]!;
          return [context.has(variable), context.get(variable)];
        });
      case "reschedule": {
        const when = statement.delay === null ? null : this.#loop.time() + statement.delay;
        return this.#on(
          "reschedule",
          this.#timeouts[statement.timeout],
          (limit) => limit.reschedule(when),
        );
      }
      case "lookTimeout":
        return this.#lookTimeout(statement.timeout);
      case "allTasks":
        return this.#attempt("allTasks", () => allTasks());
      case "report":
        return this.#loop.callExceptionHandler({ message: statement.message });
      case "stop":
        return this.#attempt("stop", () => this.#loop.stop());
      case "handler":
        return this.#loop.setExceptionHandler(statement.on ? this.handler : null);
      case "keep":
        return this.#attempt("keep", () => {
          this.#kept[statement.kept] = this.#subject(statement.subject);
        });
      case "newGenerator":
        this.#generators[statement.generator] = this.#makeGenerator(statement);
        return;
      case "push":
        return this.#on("push", this.#stacks[statement.stack], (stack) => {
          this.#push(stack, statement);
        });
      case "popAll":
        return this.#on("popAll", this.#stacks[statement.stack], (stack) => {
          this.#stacks[statement.into] = stack.popAll();
        });
      case "newConcurrent":
        return this.#keepConcurrent(statement.concurrent, new ConcurrentFuture());
      case "concurrent":
        return this.#on(
          `concurrent ${statement.how}`,
          this.#concurrents[statement.concurrent],
          (concurrent) => this.#onConcurrent(concurrent, statement),
        );
      case "submit":
        return this.#attempt("submit", () => {
          const coroutine = this.#coroutine(statement.body) as () => Steps<unknown>;
          this.#keepConcurrent(
            statement.concurrent,
            runCoroutineThreadsafe(coroutine, this.#loop),
          );
        });
      case "print":
        return this.#on("print", this.#printed(statement.what), (what) => {
          return { text: this.#trace.normalNames(normalText(String(what))) };
        });
      case "settle":
        return this.#on("settle", this.#target(statement.target), (future) => {
          if (statement.error === null) future.setResult(statement.value);
          else future.setException(this.#error(statement.error));
        });
      case "factory":
        return this.#loop.setTaskFactory(this.#factory(statement.kind));
      case "handlerDoes":
        this.#handlerBody = statement.body;
        return;
      case "runIn":
        return this.#on("runIn", this.#contexts[statement.context], (context) => {
          context.run(() => this.#plainBlock(statement.body));
        });
      case "awaitedBy":
        return this.#on("awaitedBy", this.#target(statement.target), (future) => {
          // Ours tells of those, too, who wait in asCompleted; CPython's still of those who left it.
          if (this.#hidesWaiters || future.done()) return "not compared";
          const awaitedBy = captureCallGraph(future)?.awaitedBy ?? [];
          return new Set(awaitedBy.map((node) => node.future));
        });
      case "taskVar":
        return this.#onTask(
          "taskVar",
          statement.target,
          (task) => task.getContext().get(this.#variables[statement.variable]!),
        );
      case "newManaged": {
        const { what } = statement;
        if ("group" in what) this.#groups[what.group] = new TaskGroup();
        else {
          const when = what.delay === null ? null : this.#loop.time() + what.delay;
          this.#timeouts[what.timeout] = timeoutAt(when);
        }
        return;
      }
      case "foreignFuture": {
        // Of a loop that never runs.
        const future = new EventLoop().createFuture<number>();
        this.#trace.label(future, this.#unique(`F${statement.future}`));
        this.#futures[statement.future] = future;
        return;
      }
      case "raiseSaved":
        if (this.#saved !== null) throw this.#saved;
        return this.#trace.write("missing");
      case "setSaved":
        return this.#on("setSaved", this.#target(statement.target), (future) => {
          if (this.#saved !== null) future.setException(this.#saved);
        });
      case "hasCoro":
        return this.#onTask("coro", statement.target, (task) => task.getCoro() !== null);
      case "closeKept":
        return this.#on("closeKept", this.#kept[statement.kept], (kept) => {
          (kept as Coroutine<unknown>).close();
        });
      case "lookToken":
        return this.#on("token", this.#tokens[statement.token], ({ oldValue }) => [
          oldValue === MISSING ? "missing" : oldValue,
        ]);
      case "eagerTasks":
        return this.#loop.setTaskFactory(statement.on ? eagerTaskFactory : null);
    }
  }

  #factory(kind: "none" | "plain" | "telling"): TaskFactory | null {
    if (kind === "none") return null;
    const trace = this.#trace;
    class TellingTask<T> extends Task<T> {
      override cancel(message?: string): boolean {
        trace.write("told to cancel", [this, message]);
        return super.cancel(message);
      }
    }
    return (loop, coro, options) => {
      trace.write("factory", Object.keys(options).sort());
      return new (kind === "plain" ? Task : TellingTask)(coro, { ...options, loop });
    };
  }

  #keepConcurrent(slot: number, concurrent: ConcurrentFuture<unknown>): void {
    this.#concurrents[slot] = concurrent;
    this.#concurrentsMade.push(concurrent);
    if (this.#hasGivenUp) concurrent.cancel();
  }

  #onConcurrent(concurrent: ConcurrentFuture<unknown>, statement: Of<"concurrent">): unknown {
    switch (statement.how) {
      case "begin":
        return concurrent.setRunningOrNotifyCancel();
      case "setResult":
        return concurrent.setResult(statement.value);
      case "setException":
        return concurrent.setException(this.#error(statement.error));
      case "cancel":
        return concurrent.cancel();
      case "addCallback":
        return concurrent.addDoneCallback((done) => {
          this.#trace.write("concurrent callback", [done.done(), done.cancelled()]);
        });
      case "look": {
        const state = [concurrent.done(), concurrent.cancelled(), concurrent.running()];
        if (!concurrent.done() || concurrent.cancelled()) return state;
        return [...state, concurrent.exception() ?? concurrent.result()];
      }
    }
  }

  #makeGenerator(
    { count, before, swallow, after }: Of<"newGenerator">,
  ): AsyncGeneratorObject<number> {
    const trace = this.#trace;
    const block = (block: Block) => this.#block(block);
    return asyncGenerator(function* () {
      try {
        for (let item = 0; item < count; item++) {
          yield* block(before);
          try {
            trace.write("sent", yield item);
          } catch (error) {
            trace.write("thrown in", error);
            if (!swallow || trace.isOver || error instanceof GeneratorExit) throw error;
          }
        }
      } finally {
        trace.write("generator finally");
        yield* block(after);
      }
    })();
  }

  #push(stack: AsyncExitStack, statement: Of<"push">): void {
    const { how, swallow, body } = statement;
    const told = (error: unknown) => {
      this.#trace.write(how, error);
      return swallow && !this.#trace.isOver;
    };
    const plain = () => this.#plainBlock(body as PlainBlock);
    switch (how) {
      case "callback":
        stack.callback(plain);
        return;
      case "exit":
        stack.push((error: unknown) => {
          const result = told(error);
          plain();
          return result;
        });
        return;
      case "asyncCallback":
        stack.pushAsyncCallback(() => this.#block(body));
        return;
      case "asyncExit":
        stack.pushAsyncExit((error) => this.#exit(told(error), body));
    }
  }

  *#exit(result: boolean, body: Block): Steps<boolean> {
    yield* this.#block(body);
    return result;
  }

  /** Writes what an operation gives, or what it throws. */
  #attempt(event: string, operation: () => unknown): void {
    try {
      this.#trace.write(event, operation());
    } catch (error) {
      this.#trace.write(`${event} threw`, error);
    }
  }

  /** Writes what an operation on something gives, where its slot is not empty. */
  #on<T>(event: string, thing: T | null | undefined, operation: (thing: T) => unknown): void {
    if (thing === null || thing === undefined) this.#trace.write("missing");
    else this.#attempt(event, () => operation(thing));
  }

  #onTask(event: string, target: Target, operation: (task: Task) => unknown): void {
    this.#on(
      event,
      this.#target(target),
      (future) => future instanceof Task ? operation(future) : "no task",
    );
  }

  #onQueue({ queue: slot, how, item }: Of<"queue">): void {
    this.#on(how, this.#queues[slot], (queue) => {
      switch (how) {
        case "getNowait":
          return queue.getNowait();
        case "putNowait":
          return queue.putNowait(item);
        case "taskDone":
          return queue.taskDone();
        case "look":
          return [queue.qsize(), queue.empty(), queue.full(), queue.maxsize];
        case "shutdown":
          return queue.shutdown();
        case "shutdownNow":
          return queue.shutdown({ immediate: true });
      }
    });
  }

  #spawn({ task: slot, subject, via, ...plan }: Of<"spawn">): Future | string {
    const group = this.#groups[plan.group ?? -1];
    if (via === "group" && group === undefined) return "no group";
    const context = this.#contexts[plan.context ?? -1];
    const options = {
      ...(context === undefined ? {} : { context }),
      ...(plan.name === undefined ? {} : { name: this.#unique(plan.name) }),
      ...(plan.eager === undefined ? {} : { eagerStart: plan.eager }),
    };
    const made = this.#subject(subject);
    let future: Future;
    if (via === "ensureFuture") future = ensureFuture(made);
    else {
      const coroutine = made as CoroutineLike<unknown>;
      if (via === "createTask") future = createTask(coroutine, options);
      else future = (group ?? this.#loop).createTask(coroutine, options);
    }
    this.#tasks[slot] = future;
    if (!(future instanceof Task)) this.#trace.label(future, this.#unique(`S${slot}`));
    return future;
  }

  #look(target: Target): void {
    const future = this.#target(target);
    if (future === null) return this.#trace.write("missing");
    this.#attempt("look", () => [future, future.done(), future.cancelled()]);
    this.#attempt("exception", () => future.exception());
    this.#attempt("result", () => future.result());
  }

  #lookTimeout(slot: number): void {
    this.#on("timeout", this.#timeouts[slot], (limit) => [limit.when(), limit.expired()]);
  }

  #split({ group: plan, classes: names }: Of<"split">): void {
    const group = this.#errorGroup(plan);
    const classes = names.map((name) => ERRORS[name]!);
    this.#attempt("split", () => [group, ...group.split(classes), group.subgroup(classes)]);
    this.#attempt("derive", () => group.derive([group]));
  }

  #call({ how, time, handle: slot, body, context: contextSlot }: Of<"call">): void {
    const context = this.#contexts[contextSlot ?? -1];
    const plain = () => {
      this.#trace.write("call", slot);
      this.#plainBlock(body);
    };
    const callback = context === undefined ? plain : context.bind(plain);
    if (how === "callLater") this.#handles[slot] = this.#loop.callLater(time, callback);
    else if (how === "callAt") {
      this.#handles[slot] = this.#loop.callAt(this.#loop.time() + time, callback);
    } else this.#handles[slot] = this.#loop[how](callback);
    if (context !== undefined) this.#bound.add(this.#handles[slot]!);
  }

  #callback({ callback: slot, body }: Of<"addCallback">): (future: Future) => void {
    return this.#callbacks[slot] ??= (future) => {
      this.#trace.write(`callback ${slot}`, future);
      this.#plainBlock(body);
    };
  }

  #newFuture(slot: number): void {
    const future = this.#loop.createFuture<number>();
    this.#trace.label(future, this.#unique(`F${slot}`));
    this.#futures[slot] = future;
  }

  #unique(name: string): string {
    return `${name}.${this.#named++}`;
  }

  #error(plan: ErrorPlan): Error {
    return new ERRORS[plan.class]!(plan.message);
  }

  #errorGroup(plan: GroupPlan): ExceptionGroup {
    return new ExceptionGroup(
      plan.message,
      plan.errors.map((part) => "class" in part ? this.#error(part) : this.#errorGroup(part)),
    );
  }
}

/** Does what it is told with the jobs that it is given. */
class PretendedExecutor extends Executor {
  readonly #take: (job: () => unknown) => ConcurrentFuture<unknown>;

  constructor(take: (job: () => unknown) => ConcurrentFuture<unknown>) {
    super();
    this.#take = take;
  }

  override submit<R>(job: unknown): ConcurrentFuture<R> {
    return this.#take(job as () => unknown) as ConcurrentFuture<R>;
  }

  override shutdown(): ConcurrentFuture<void> {
    return new ConcurrentFuture<void>();
  }
}

function isPlain(statement: Statement): statement is PlainStatement {
  switch (statement.do) {
    case "await":
    case "return":
    case "try":
    case "tryStar":
    case "repeat":
    case "timeout":
    case "asCompleted":
    case "group":
    case "with":
    case "manager":
    case "iterate":
    case "stack":
    case "enter":
    case "decorated":
    case "withManaged":
    case "withVar":
    case "enterManaged":
      return false;
    default:
      return true;
  }
}

function matches(error: unknown, match: "cancelled" | "error" | "timeout" | "any"): boolean {
  if (error instanceof GeneratorExit) return false;
  switch (match) {
    case "cancelled":
      return error instanceof CancelledError;
    case "error":
      return !(error instanceof CancelledError);
    case "timeout":
      return error instanceof TimeoutError;
    case "any":
      return true;
  }
}
