import { assertEquals } from "@std/assert";
import {
  asCompleted,
  cancelAtEveryAwait,
  captureCallGraph,
  ConcurrentFuture,
  ContextVar,
  createTask,
  ensureFuture,
  explore,
  formatCallGraph,
  Future,
  gather,
  getRunningLoop,
  Inspection,
  inspectPages,
  inspectProcess,
  newEventLoop,
  printCallGraph,
  PriorityQueue,
  ps,
  pstree,
  Queue,
  replay,
  run,
  Runner,
  Schedule,
  sleep,
  Task,
  TaskGroup,
  trace,
  wait,
  wrapFuture,
} from "../mod.ts";
import { test } from "./_support/harness.ts";
import { virtually } from "./_support/virtual.ts";

/** What a call throws, or what the promise that it gives is rejected with: the class's name and the message. */
async function errorOf(call: () => unknown): Promise<string> {
  try {
    const given = call();
    if (given instanceof Promise) await given;
    return "no error";
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

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

/** Calls all, in a task that runs, and gives what comes of each. */
async function callAll(
  calls: readonly (() => unknown)[],
): Promise<string[]> {
  const promises: Promise<string>[] = [];
  await virtually(function* () {
    for (const call of calls) promises.push(errorOf(call));
    yield* sleep(0.001);
  });
  return await Promise.all(promises);
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
