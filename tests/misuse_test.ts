import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  aclosing,
  aiter,
  allTasks,
  anext,
  asCompleted,
  asyncContextManager,
  AsyncExitStack,
  asyncGenerator,
  asyncWith,
  Barrier,
  BoundedSemaphore,
  cancelAtEveryAwait,
  captureCallGraph,
  ConcurrentFuture,
  Condition,
  Context,
  ContextVar,
  type Coroutine,
  coroutine,
  createEagerTaskFactory,
  createTask,
  currentTask,
  eagerTaskFactory,
  ensureFuture,
  ExceptionGroup,
  exceptStar,
  explore,
  forEach,
  formatCallGraph,
  fromPromise,
  Future,
  gather,
  getRunningLoop,
  Inspection,
  inspectPages,
  inspectProcess,
  isCoroutine,
  Lock,
  newEventLoop,
  printCallGraph,
  PriorityQueue,
  ps,
  pstree,
  Queue,
  replay,
  run,
  Runner,
  RuntimeError,
  Schedule,
  Semaphore,
  setEventLoop,
  shield,
  sleep,
  staggeredRace,
  Task,
  TaskGroup,
  Timeout,
  timeout,
  timeoutAt,
  trace,
  VirtualClock,
  wait,
  waitFor,
  wrapFuture,
} from "../mod.ts";
import { test } from "./_support/harness.ts";
import { virtually } from "./_support/virtual.ts";

/** What takes options, by its name in messages, and the options that it takes. */
const OPTIONS: [name: string, (options: never) => unknown, known: string][] = [
  ["run()", (options) => run(sleep(0), options), "debug, inspect or loopFactory"],
  ["Runner()", (options) => new Runner(options), "debug, inspect or loopFactory"],
  ["Runner.run()", (options) => new Runner().run(sleep(0), options), "context"],
  ["EventLoop()", (options) => newEventLoop(options), "clock or schedule"],
  ["Schedule()", (options) => new Schedule(1, options), "freedom or keepSteps"],
  [
    "createTask()",
    (options) => createTask(sleep(0), options),
    "name, context, eagerStart or signal",
  ],
  [
    "createTask()",
    (options) => new TaskGroup().enter().createTask(sleep(0), options),
    "name, context, eagerStart or signal",
  ],
  [
    "Task()",
    (options) => new Task(sleep(0), options),
    "loop, name, context, eagerStart or signal",
  ],
  ["Future()", (options) => new Future(options), "loop"],
  ["ensureFuture()", (options) => ensureFuture(sleep(0), options), "loop"],
  ["wrapFuture()", (options) => wrapFuture(new ConcurrentFuture(), options), "loop"],
  ["addDoneCallback()", (options) => new Future().addDoneCallback(() => {}, options), "context"],
  ["getStack()", (options) => createTask(sleep(0)).getStack(options), "limit"],
  ["printStack()", (options) => createTask(sleep(0)).printStack(options), "limit or file"],
  ["gather()", (options) => gather([], options), "returnExceptions or cancelOnError"],
  ["wait()", (options) => wait([], options), "timeout or returnWhen"],
  ["asCompleted()", (options) => asCompleted([], options), "timeout"],
  ["shutdown()", (options) => new Queue().shutdown(options), "immediate"],
  ["PriorityQueue()", (options) => new PriorityQueue(0, options), "compare"],
  ["ContextVar()", (options) => new ContextVar("v", options), "default or module"],
  ["cancel()", (options) => new ConcurrentFuture().cancel(options), "terminateAfter"],
  ["trace()", (options) => trace(getRunningLoop(), options).stop(), "capacity, measure or stacks"],
  ["ps()", (options) => ps(options), "loop or file"],
  ["pstree()", (options) => pstree(options), "loop or file"],
  ["ps()", (options) => new Inspection("here", []).ps(options), "file"],
  ["pstree()", (options) => new Inspection("here", []).pstree(options), "file"],
  ["inspectProcess()", (options) => inspectProcess(1, options), "timeout"],
  ["inspectPages()", (options) => inspectPages(options), "timeout"],
  ["captureCallGraph()", (options) => captureCallGraph(null, options), "depth or limit"],
  ["formatCallGraph()", (options) => formatCallGraph(null, options), "depth or limit"],
  ["printCallGraph()", (options) => printCallGraph(null, options), "depth, limit or file"],
  [
    "explore()",
    (options) => explore(function* () {}, options),
    "runs, seed, freedom or mostSteps",
  ],
  ["replay()", (options) => replay(function* () {}, [], options), "freedom or mostSteps"],
  [
    "cancelAtEveryAwait()",
    (options) => cancelAtEveryAwait(function* () {}, options),
    "mostSteps",
  ],
];

/** The class and the message of what is thrown. */
function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Makes the calls, in a task that runs, awaits what is to be awaited, and gives what each throws. */
async function callAll(calls: readonly (() => unknown)[]): Promise<string[]> {
  const errors: Promise<string>[] = [];
  await virtually(function* () {
    for (const call of calls) {
      try {
        const given = call();
        const isAwaited = isCoroutine(given) || given instanceof Future;
        const result = isAwaited ? yield* createTask(() => given as Coroutine<unknown>) : given;
        errors.push(Promise.resolve(result).then(() => "no error", describeError));
      } catch (error) {
        errors.push(Promise.resolve(describeError(error)));
      }
    }
  });
  return await Promise.all(errors);
}

test("what takes options refuses a name that is none of them, and tells those that are", async () => {
  const errors = await callAll(
    OPTIONS.map(([, call]) => () => call({ mispelt: 1 } as never)),
  );
  assertEquals(
    errors,
    OPTIONS.map(([name, , known]) =>
      `TypeError: ${name} got an unexpected keyword argument 'mispelt': expected ${known}`
    ),
  );
});

test("what takes options refuses everything that is no object in their place", async () => {
  for (const [given, shown] of [[5, "5 (number)"], [null, "null"]] as const) {
    const errors = await callAll(OPTIONS.map(([, call]) => () => call(given as never)));
    assertEquals(
      errors,
      OPTIONS.map(([name]) => `TypeError: ${name} expects an object of options, got ${shown}`),
    );
  }
});

test("what takes options takes one that is undefined for one that is left out", async () => {
  // All but what says where to print: it is printed to the console then.
  const file = { write: () => {} };
  const begun: Promise<unknown>[] = [];
  await virtually(function* () {
    for (const [name, call, known] of OPTIONS) {
      const printing = known.includes("file") ? { file } : {};
      const names = known.split(/, | or /).map((each) => [each, undefined]);
      const shown = [printing, { ...Object.fromEntries(names), ...printing }].map((options) => {
        try {
          const given: unknown = call(options as never);
          if (given instanceof Promise) begun.push(given.catch(() => {}));
          return "no error";
        } catch (error) {
          return describeError(error);
        }
      });
      assertEquals([name, shown[1]], [name, shown[0]]);
    }
    yield* sleep(1);
  });
  // Who asks for other pages waits for them by the host's clock.
  await Promise.all(begun);
});

const wrong = 5 as never;
const text = "x" as never;
const nothing = undefined as never;
function* work() {
  yield* sleep(0);
}
const pending = () => createTask(sleep(0.001));
const seconds = "must be a number of seconds or an object such as { milliseconds: 50 }, got";
const aCoroutine = "a coroutine was expected, got 5 (number): expected a generator object, what " +
  "coroutine() made, or a function that returns a coroutine or a promise, as in createTask(() => work(1))";
const anAwaitable = "An asyncio.Future, a coroutine or an awaitable is required, got";
const aCallable = "a callable object was expected by";
const aCondition =
  "TypeError: expected an exception type, an array of them, or a callable, got 5 (number)";
const locked = asyncContextManager(function* () {
  const condition = new Condition();
  yield* condition.acquire();
  try {
    yield condition;
  } finally {
    condition.release();
  }
});

/**
 * Calls with one wrong argument: what CPython 3.14 says of it (3.13, of what loops do), and what is said here. A
 * dash stands where CPython takes it or has no such thing; a class alone where the text is the interpreter's own.
 */
const MISUSES: [call: () => unknown, python: string, here: string][] = [
  // Running
  [
    () => new Runner().run(wrong),
    "RuntimeError: Runner.run() cannot be called from a running event loop",
    "RuntimeError: Runner.run() cannot be called from a running event loop",
  ],
  [
    () => newEventLoop().runUntilComplete(wrong),
    "-",
    "RuntimeError: Cannot run the event loop while another loop is running",
  ],
  [
    () => new Runner({ loopFactory: wrong }).getLoop(),
    "TypeError",
    "TypeError: loopFactory must be a function, got 5 (number)",
  ],
  [
    () => new Runner({ loopFactory: (() => 5) as never }).getLoop(),
    "-",
    "TypeError: loopFactory must return an EventLoop, got 5 (number)",
  ],
  [() => sleep(text), "TypeError", `TypeError: delay ${seconds} 'x' (string)`],
  [() => sleep(null as never), "TypeError", `TypeError: delay ${seconds} null`],
  [
    () => sleep(NaN),
    "ValueError: Invalid delay: NaN (not a number)",
    "ValueError: Invalid delay: NaN (not a number), expected a number of seconds",
  ],
  // Tasks
  [
    () => createTask(wrong),
    "TypeError: a coroutine was expected, got 5",
    `TypeError: ${aCoroutine}`,
  ],
  [() => new Task(wrong), "TypeError: a coroutine was expected, got 5", `TypeError: ${aCoroutine}`],
  [
    () => new TaskGroup().enter().createTask(wrong),
    "TypeError: a coroutine was expected, got 5",
    `TypeError: ${aCoroutine}`,
  ],
  [
    () => eagerTaskFactory(getRunningLoop(), wrong),
    "TypeError: a coroutine was expected, got 5",
    `TypeError: ${aCoroutine}`,
  ],
  [
    () => TaskGroup.run(wrong),
    "-",
    "TypeError: TaskGroup.run() expects its body to be a function, got 5 (number)",
  ],
  [
    () => createTask(work(), { context: wrong }),
    "-",
    "TypeError: a Context was expected, got 5 (number)",
  ],
  [
    () => createTask(work(), { signal: wrong }),
    "-",
    "TypeError: signal must be an AbortSignal, got 5 (number)",
  ],
  [
    () => new Task(work(), { loop: wrong }),
    "AttributeError",
    "TypeError: loop must be an EventLoop, got 5 (number)",
  ],
  [
    () => ensureFuture(wrong),
    "TypeError: An asyncio.Future, a coroutine or an awaitable is required",
    `TypeError: ${anAwaitable} 5 (number)`,
  ],
  [
    () => ensureFuture(work(), { loop: wrong }),
    "AttributeError",
    "TypeError: loop must be an EventLoop, got 5 (number)",
  ],
  [() => currentTask(wrong), "-", "TypeError: loop must be an EventLoop, got 5 (number)"],
  [() => allTasks(wrong), "-", "TypeError: loop must be an EventLoop, got 5 (number)"],
  [
    () => pending().getStack({ limit: text }),
    "TypeError",
    "TypeError: limit must be a number, got 'x' (string)",
  ],
  [
    () => createEagerTaskFactory(wrong),
    "-",
    "TypeError: createEagerTaskFactory() expects a class of tasks, got 5 (number)",
  ],
  // Futures
  [
    () => new Future({ loop: wrong }),
    "AttributeError",
    "TypeError: loop must be an EventLoop, got 5 (number)",
  ],
  [
    () => new Future().setException(wrong),
    "TypeError: invalid exception object",
    "TypeError: invalid exception object: setException() expects an Error, got 5 (number)",
  ],
  [
    () => new Future().addDoneCallback(wrong),
    "-",
    "TypeError: addDoneCallback() expects a function, got 5 (number)",
  ],
  [
    () => new Future().addDoneCallback(() => {}, { context: wrong }),
    "-",
    "TypeError: a Context was expected, got 5 (number)",
  ],
  [
    () => new ConcurrentFuture().addDoneCallback(wrong),
    "-",
    "TypeError: addDoneCallback() expects a function, got 5 (number)",
  ],
  [
    () => wrapFuture(wrong),
    "AssertionError: concurrent.futures.Future is expected, got 5",
    "TypeError: concurrent.futures.Future is expected: future must be a ConcurrentFuture or a Future, got 5 (number)",
  ],
  [
    () => wrapFuture(new ConcurrentFuture(), { loop: wrong }),
    "AttributeError",
    "TypeError: loop must be an EventLoop, got 5 (number)",
  ],
  // The loop
  [
    () => getRunningLoop().callSoon(wrong),
    "TypeError: a callable object was expected by call_soon(), got 5",
    `TypeError: ${aCallable} callSoon(), got 5 (number)`,
  ],
  [
    () => getRunningLoop().callSoon(work as never),
    "TypeError: coroutines cannot be used with call_soon()",
    "TypeError: coroutines cannot be used with callSoon(), got <function work> (function): expected a " +
    "plain function; createTask() runs coroutines",
  ],
  [
    () => getRunningLoop().callSoonThreadsafe(wrong),
    "TypeError: a callable object was expected by call_soon_threadsafe(), got 5",
    `TypeError: ${aCallable} callSoonThreadsafe(), got 5 (number)`,
  ],
  [
    () => getRunningLoop().callLater(text, () => {}),
    "TypeError",
    `TypeError: delay ${seconds} 'x' (string)`,
  ],
  [
    () => getRunningLoop().callLater(1, wrong),
    "TypeError: a callable object was expected by call_at(), got 5",
    `TypeError: ${aCallable} callLater(), got 5 (number)`,
  ],
  [
    () => getRunningLoop().callLater(null as never, () => {}),
    "TypeError: delay must not be None",
    "TypeError: delay must not be null, expected seconds",
  ],
  [
    () => getRunningLoop().callAt(text, () => {}),
    "TypeError",
    "TypeError: when must be a number of seconds, got 'x' (string)",
  ],
  [
    () => getRunningLoop().callAt(1, wrong),
    "TypeError: a callable object was expected by call_at(), got 5",
    `TypeError: ${aCallable} callAt(), got 5 (number)`,
  ],
  [
    () => getRunningLoop().setExceptionHandler(wrong),
    "TypeError: A callable object or None is expected, got 5",
    "TypeError: A callable object or null is expected, got 5 (number)",
  ],
  [
    () => getRunningLoop().setTaskFactory(wrong),
    "TypeError: task factory must be a callable or None",
    "TypeError: task factory must be a callable or null, got 5 (number)",
  ],
  [
    () => getRunningLoop().setDefaultExecutor(wrong),
    "TypeError: executor must be ThreadPoolExecutor instance",
    "TypeError: executor must be ThreadPoolExecutor instance, got 5 (number)",
  ],
  [
    () => getRunningLoop().runInExecutor(wrong, () => {}),
    "AttributeError",
    "TypeError: executor must be an Executor or null, got 5 (number)",
  ],
  [
    () => getRunningLoop().runInExecutor({ submit: () => {} } as never, wrong),
    "TypeError",
    "TypeError: a callable object was expected by runInExecutor(), got 5 (number)",
  ],
  [
    () => getRunningLoop().shutdownDefaultExecutor(text),
    "TypeError",
    `TypeError: timeout ${seconds} 'x' (string)`,
  ],
  [
    () => setEventLoop(wrong),
    "TypeError: loop must be an instance of AbstractEventLoop or None, not 'int'",
    "TypeError: loop must be an instance of EventLoop or null, got 5 (number)",
  ],
  [
    () => newEventLoop({ clock: wrong }),
    "-",
    "TypeError: clock must have a time() method, got 5 (number)",
  ],
  [
    () => newEventLoop({ schedule: wrong }),
    "-",
    "TypeError: schedule must be a Schedule, got 5 (number)",
  ],
  [() => new VirtualClock(text), "-", `TypeError: start ${seconds} 'x' (string)`],
  [() => new VirtualClock(NaN), "-", "ValueError: start must be finite, got NaN"],
  // Waiting
  [
    () => gather(wrong),
    "TypeError: An asyncio.Future, a coroutine or an awaitable is required",
    "TypeError: gather() expects an iterable of awaitables, not 5 (number): put what gather() takes into an array",
  ],
  [
    () => gather([wrong]),
    "TypeError: An asyncio.Future, a coroutine or an awaitable is required",
    `TypeError: ${anAwaitable} 5 (number)`,
  ],
  [
    () => gather([], { returnExceptions: wrong }),
    "-",
    "TypeError: gather() expects returnExceptions to be a boolean, got 5 (number)",
  ],
  [
    () => wait([]),
    "ValueError: Set of Tasks/Futures is empty.",
    "ValueError: Set of Tasks/Futures is empty.",
  ],
  [
    () => wait(wrong),
    "TypeError",
    "TypeError: expect a list of futures, not 5 (number): put what wait() takes into an array",
  ],
  [
    () => wait(sleep(0) as never),
    "TypeError: expect a list of futures, not coroutine",
    "TypeError: expect a list of futures, not <coroutine object sleep>: put what wait() takes into an array",
  ],
  [() => wait([wrong]), "AttributeError", `TypeError: ${anAwaitable} 5 (number)`],
  [
    () => wait([pending()], { returnWhen: text }),
    "ValueError: Invalid return_when value: x",
    "ValueError: Invalid return_when value: x, expected FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED",
  ],
  [
    () => wait([pending()], { timeout: text }),
    "TypeError",
    `TypeError: timeout ${seconds} 'x' (string)`,
  ],
  [
    () => asCompleted(wrong),
    "TypeError",
    "TypeError: expects an iterable of awaitables, not 5 (number): put what asCompleted() takes into an array",
  ],
  [
    () => asCompleted(pending() as never),
    "TypeError: expects an iterable of awaitables, not Task",
    "TypeError: expects an iterable of awaitables, not <Task pending",
  ],
  [
    () => asCompleted([wrong]),
    "TypeError: An asyncio.Future, a coroutine or an awaitable is required",
    `TypeError: ${anAwaitable} 5 (number)`,
  ],
  [
    () => asCompleted([pending()], { timeout: text }),
    "TypeError",
    `TypeError: timeout ${seconds} 'x' (string)`,
  ],
  [
    () => shield(wrong),
    "TypeError: An asyncio.Future, a coroutine or an awaitable is required",
    `TypeError: ${anAwaitable} 5 (number)`,
  ],
  [() => waitFor(wrong, 1), "TypeError", `TypeError: ${anAwaitable} 5 (number)`],
  [() => waitFor(work(), text), "TypeError", `TypeError: timeout ${seconds} 'x' (string)`],
  [() => waitFor(work(), nothing), "TypeError", `TypeError: timeout ${seconds} undefined`],
  [() => timeout(text), "TypeError", `TypeError: delay ${seconds} 'x' (string)`],
  [
    () => timeout(1, wrong),
    "-",
    "TypeError: timeout() expects its body to be a function, got 5 (number)",
  ],
  [() => timeoutAt(text, () => {}), "TypeError", `TypeError: when ${seconds} 'x' (string)`],
  [
    () => timeoutAt(1, wrong),
    "-",
    "TypeError: timeoutAt() expects its body to be a function, got 5 (number)",
  ],
  [
    () => new Timeout(1).reschedule(2),
    "RuntimeError: Timeout has not been entered",
    "RuntimeError: Timeout has not been entered",
  ],
  [
    () => staggeredRace(wrong, 1),
    "TypeError",
    "TypeError: staggeredRace() expects an iterable of functions, got 5 (number)",
  ],
  [() => staggeredRace([work], text), "TypeError", `TypeError: delay ${seconds} 'x' (string)`],
  // Synchronisation
  [
    () => new Lock().release(),
    "RuntimeError: Lock is not acquired.",
    "RuntimeError: Lock is not acquired.",
  ],
  [() => new Condition(wrong), "AttributeError", "TypeError: lock must be a Lock, got 5 (number)"],
  [
    () => new Condition().notify(),
    "RuntimeError: cannot notify on un-acquired lock",
    "RuntimeError: cannot notify on un-acquired lock",
  ],
  [
    () => asyncWith(locked(), (condition) => condition.waitFor(wrong)),
    "TypeError",
    "TypeError: Condition.waitFor() expects a function, got 5 (number)",
  ],
  [() => new Semaphore(text), "TypeError", "TypeError: value must be a number, got 'x' (string)"],
  [
    () => new Semaphore(-1),
    "ValueError: Semaphore initial value must be >= 0",
    "ValueError: Semaphore initial value must be >= 0, got -1",
  ],
  [
    () => new BoundedSemaphore(text),
    "TypeError",
    "TypeError: value must be a number, got 'x' (string)",
  ],
  [() => new Barrier(text), "TypeError", "TypeError: parties must be a number, got 'x' (string)"],
  [
    () => new Barrier(0),
    "ValueError: parties must be >= 1",
    "ValueError: parties must be >= 1, got 0",
  ],
  [() => new Queue(text), "-", "TypeError: maxsize must be a number, got 'x' (string)"],
  [
    () => new Queue({ maxSize: 3 } as never),
    "TypeError",
    "TypeError: maxsize must be a number, got { maxSize: 3 } (Object)",
  ],
  [
    () => new PriorityQueue(0, { compare: wrong }),
    "-",
    "TypeError: compare must be a function, got 5 (number)",
  ],
  [
    () => new Queue().taskDone(),
    "ValueError: task_done() called too many times",
    "ValueError: task_done() called too many times",
  ],
  [() => new Queue().getNowait(), "QueueEmpty: ", "QueueEmpty: "],
  // Contexts
  [
    () => new ContextVar(wrong),
    "TypeError: context variable name must be a str",
    "TypeError: context variable name must be a str, got 5 (number)",
  ],
  [
    () => new ContextVar("v", { module: wrong }),
    "-",
    "TypeError: ContextVar() expects module to be an absolute URL, such as import.meta.url, got 5 (number)",
  ],
  [
    () => new ContextVar("v").reset(wrong),
    "TypeError: expected an instance of Token, got 5",
    "TypeError: expected an instance of Token, got 5 (number)",
  ],
  [
    () => new Context().run(wrong),
    "TypeError",
    "TypeError: Context.run() expects a function, got 5 (number)",
  ],
  [
    () => new Context().bind(wrong),
    "-",
    "TypeError: Context.bind() expects a function, got 5 (number)",
  ],
  [
    () => new Context().get(wrong),
    "TypeError: a ContextVar key was expected, got 5",
    "TypeError: a ContextVar key was expected, got 5 (number)",
  ],
  // Context managers and iteration
  [
    () => asyncWith(wrong, () => {}),
    "AttributeError",
    "TypeError: asyncWith() expects a context manager with enter() and exit(), got 5 (number)",
  ],
  [
    () => asyncWith(new Lock(), wrong),
    "-",
    "TypeError: asyncWith() expects its body to be a function, got 5 (number)",
  ],
  [
    () => asyncContextManager(wrong),
    "-",
    "TypeError: asyncContextManager() expects a generator function, got 5 (number)",
  ],
  [
    () => new AsyncExitStack().enterAsyncContext(wrong),
    "TypeError: 'builtins.int' object does not support the asynchronous context manager protocol",
    "TypeError: 5 (number) object does not support the asynchronous context manager protocol: expected " +
    "enter() and exit(), or a method for using",
  ],
  [
    () => new AsyncExitStack().callback(wrong),
    "-",
    "TypeError: callback() expects a function, got 5 (number)",
  ],
  [
    () => aclosing(wrong),
    "-",
    "TypeError: aclosing() expects an object with aclose(), got 5 (number)",
  ],
  [
    () => aiter(wrong),
    "TypeError: 'int' object is not an async iterable",
    "TypeError: 5 (number) object is not an async iterable: expected one with [Symbol.asyncIterator]()",
  ],
  [
    () => anext(wrong),
    "TypeError: 'int' object is not an async iterator",
    "TypeError: 5 (number) object is not an async iterator: expected one with next(); aiter() gives that of " +
    "an iterable",
  ],
  [
    () => forEach([], wrong),
    "-",
    "TypeError: forEach() expects its body to be a function, got 5 (number)",
  ],
  [
    () => asyncGenerator(wrong),
    "-",
    "TypeError: asyncGenerator() expects a generator function, got 5 (number)",
  ],
  [() => coroutine(wrong), "-", "TypeError: coroutine() expects a function, got 5 (number)"],
  [
    () => fromPromise(wrong),
    "-",
    "TypeError: fromPromise() expects a promise, or a function of a signal, got 5 (number)",
  ],
  // Groups of errors
  [
    () => new ExceptionGroup(wrong, [new Error()]),
    "TypeError: BaseExceptionGroup.__new__() argument 1 must be str, not int",
    "TypeError: ExceptionGroup() argument 1 must be a string, not 5 (number)",
  ],
  [
    () => new ExceptionGroup("x", wrong),
    "TypeError: second argument (exceptions) must be a sequence",
    "TypeError: second argument (exceptions) must be a sequence, got 5 (number)",
  ],
  [
    () => new ExceptionGroup("x", []),
    "ValueError: second argument (exceptions) must be a non-empty sequence",
    "ValueError: second argument (exceptions) must be a non-empty sequence",
  ],
  [() => new ExceptionGroup("x", [new Error()]).split(wrong), "TypeError", aCondition],
  [() => exceptStar(new Error()).on(wrong, () => {}), "TypeError", aCondition],
  [
    () => exceptStar(new Error()).on(TypeError, wrong),
    "-",
    "TypeError: on() expects a plain function, got 5 (number)",
  ],
  // Seeing
  [() => trace(wrong), "-", "TypeError: loop must be an EventLoop, got 5 (number)"],
  [() => ps({ loop: wrong }), "-", "TypeError: loop must be an EventLoop, got 5 (number)"],
];

/** CPython's classes that JavaScript has under another name. */
const CLASSES: Record<string, string> = {
  AttributeError: "TypeError",
  AssertionError: "TypeError",
  LookupError: "ReferenceError",
};

test("a wrong argument is named, with what was expected and what came", async () => {
  const errors = await callAll(MISUSES.map(([call]) => call));
  assertEquals(
    errors.map((error, index) => error.slice(0, MISUSES[index]![2].length)),
    MISUSES.map(([, , here]) => here),
  );
});

test("a wrong argument is an error of CPython's class", () => {
  for (const [call, python, here] of MISUSES) {
    if (python === "-") continue;
    const name = python.split(":")[0]!;
    assertEquals([String(call), here.split(":")[0]], [String(call), CLASSES[name] ?? name]);
  }
});

test("what is called or awaited outside of every loop tells of run(main)", async () => {
  for (
    const call of [
      () => createTask(sleep(0)),
      () => currentTask(),
      () => new Future(),
      () => gather([sleep(0)]),
      () => sleep(0),
      () => wait([sleep(0)]),
      () => timeout(1, () => {}),
    ]
  ) {
    const error = await Promise.resolve().then(call).catch((error: Error) => error);
    assert(error instanceof RuntimeError);
    assertMatch(error.message, /\brun\(main\)/);
  }
});

test("staggeredRace() tells among the errors what is no function", async () => {
  await virtually(function* () {
    const [, , errors] = yield* staggeredRace([wrong], null);
    assertEquals(errors.map(describeError), [
      "TypeError: staggeredRace() expects a function, got 5 (number)",
    ]);
  });
});
