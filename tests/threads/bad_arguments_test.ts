/** What is said of arguments that are none: which one it is, what was expected, and what came. */
import { assertEquals } from "@std/assert";
import {
  ConcurrentFuture,
  getRunningLoop,
  newEventLoop,
  ProcessPoolExecutor,
  registerErrorClass,
  run,
  runCoroutineThreadsafe,
  sleep,
  ThreadLoop,
  ThreadPoolExecutor,
  ThreadQueue,
  toThread,
  transfer,
  workerFunction,
  wrapFuture,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

type Call = readonly [message: string, call: () => unknown];

async function failure(call: () => unknown): Promise<string> {
  try {
    return `no error, but ${await call()}`;
  } catch (error) {
    return String(error);
  }
}

function testCalls(what: string, placeNeeds: object, makeCalls: () => Call[]): void {
  test({
    name: `what is wrong with an argument is said: ${what}`,
    ...placeNeeds,
    async fn() {
      const calls = makeCalls();
      const said: string[] = [];
      for (const [, call] of calls) said.push(await failure(call));
      assertEquals(said, calls.map(([message]) => message));
    },
  });
}

const number = 5 as never;
const job = (n: number) => n;
const WORKER_OPTIONS = "initializer, initargs, terminateAfter, memoryLimit, expose or parent";

/** Both executors' constructors. */
function executorCalls(
  Executor: new (options?: never) => unknown,
  name: string,
  options: string,
): Call[] {
  const make = (given: unknown) => () => new Executor(given as never);
  return [
    [`TypeError: ${name}() expects an object of options, got 5 (number)`, make(5)],
    [`TypeError: ${name}() expects an object of options, got null`, make(null)],
    [
      `TypeError: ${name}() got an unexpected keyword argument 'unknown': expected ${options}`,
      make({ unknown: 1 }),
    ],
    ["TypeError: maxWorkers must be a whole number, got 'x' (string)", make({ maxWorkers: "x" })],
    ["ValueError: maxWorkers must be greater than 0, got -1", make({ maxWorkers: -1 })],
    ["TypeError: initializer must be a callable, got 5 (number)", make({ initializer: 5 })],
    ["TypeError: initargs must be a list, got 5 (number)", make({ initargs: 5 })],
    [
      "TypeError: terminateAfter must be a number of seconds or null, got 'x' (string)",
      make({ terminateAfter: "x" }),
    ],
    [
      "TypeError: memoryLimit must be a number of bytes, got 'x' (string)",
      make({ memoryLimit: "x" }),
    ],
    ["TypeError: permissions must be an object, got 5 (number)", make({ permissions: 5 })],
    ["TypeError: expose must be an object of functions, got 5 (number)", make({ expose: 5 })],
    ["TypeError: expose.f must be a function, got 5 (number)", make({ expose: { f: 5 } })],
    ["TypeError: parent must be an EventLoop of this thread, got 5 (number)", make({ parent: 5 })],
  ];
}

testCalls("ThreadPoolExecutor", {}, () => [
  ...executorCalls(
    ThreadPoolExecutor,
    "ThreadPoolExecutor",
    `maxWorkers, threadNamePrefix, permissions, ${WORKER_OPTIONS}`,
  ),
  [
    "TypeError: threadNamePrefix must be a string, got 5 (number)",
    () => new ThreadPoolExecutor({ threadNamePrefix: number }),
  ],
]);

testCalls("ProcessPoolExecutor", needs("processes"), () => [
  ...executorCalls(
    ProcessPoolExecutor,
    "ProcessPoolExecutor",
    `maxWorkers, maxTasksPerChild, permissions, ${WORKER_OPTIONS}`,
  ),
  [
    "TypeError: maxTasksPerChild must be a whole number, got 'x' (string)",
    () => new ProcessPoolExecutor({ maxTasksPerChild: "x" as never }),
  ],
]);

testCalls("an executor's methods", {}, () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  return [
    ["TypeError: submit() expects a function, got 5 (number)", () => pool.submit(number)],
    ["TypeError: map() expects a function, got 5 (number)", () => pool.map(number, [])],
    [
      "TypeError: map() expects an iterable of items, got 5 (number)",
      () => pool.map(job, number),
    ],
    ["TypeError: map() expects an iterable of items, got null", () => pool.map(job, null as never)],
    [
      "TypeError: map() expects an object of options, got 5 (number)",
      () => pool.map(job, [1], number),
    ],
    [
      "TypeError: map() got an unexpected keyword argument 'unknown': expected timeout, chunksize or buffersize",
      () => pool.map(job, [1], { unknown: 1 } as never),
    ],
    [
      "TypeError: timeout must be a number of seconds or null, got 'x' (string)",
      () => pool.map(job, [], { timeout: "x" as never }),
    ],
    [
      "TypeError: chunksize must be a whole number, got 'x' (string)",
      () => pool.map(job, [1], { chunksize: "x" as never }),
    ],
    [
      "TypeError: buffersize must be a whole number, got 'x' (string)",
      () => pool.map(job, [1], { buffersize: "x" as never }),
    ],
    [
      "TypeError: shutdown() expects an object of options, got false (boolean)",
      () => pool.shutdown(false as never),
    ],
    [
      "TypeError: shutdown() got an unexpected keyword argument 'unknown': expected wait or cancelFutures",
      () => pool.shutdown({ unknown: 1 } as never),
    ],
  ];
});

testCalls("threads of a running loop", {}, () => [
  ["TypeError: toThread() expects a function, got 5 (number)", () => run(() => toThread(number))],
  [
    "TypeError: a callable object was expected by runInExecutor(), got 5 (number)",
    () => run(async () => await getRunningLoop().runInExecutor(null, number)),
  ],
  [
    "TypeError: executor must be an Executor or null, got 5 (number)",
    () => run(async () => await getRunningLoop().runInExecutor(number, job, 1)),
  ],
]);

testCalls("loops of other threads", {}, () => {
  const here = newEventLoop();
  const loop = new ThreadLoop();
  const coroutine = sleep(1);
  coroutine.close();
  return [
    [
      "TypeError: A coroutine object is required: coro must be one, or a function, got 5 (number)",
      () => runCoroutineThreadsafe(number, here),
    ],
    [
      "TypeError: A coroutine is required: expected a call of what workerFunction() made, or a " +
      "function that closes over nothing, got 5 (number)",
      () => runCoroutineThreadsafe(number, loop),
    ],
    [
      "TypeError: A coroutine object cannot leave its thread: expected a call of what workerFunction() " +
      `made, or a function that closes over nothing, got ${coroutine}`,
      () => runCoroutineThreadsafe(coroutine as never, loop),
    ],
    [
      "TypeError: loop must be an event loop, got 5 (number)",
      () => runCoroutineThreadsafe(async () => {}, number),
    ],
    [
      "TypeError: a callable object was expected by callSoonThreadsafe(), got 5 (number)",
      () => here.callSoonThreadsafe(number),
    ],
    [
      "TypeError: a callable object was expected by callSoonThreadsafe(), got 5 (number)",
      () => loop.callSoonThreadsafe(number),
    ],
    ["TypeError: ThreadLoop() expects an object of options, got null", () => new ThreadLoop(null!)],
    ["TypeError: name must be a string, got 5 (number)", () => new ThreadLoop({ name: number })],
    [
      "TypeError: ThreadLoop() got an unexpected keyword argument 'maxWorkers': expected name, expose or parent",
      () => new ThreadLoop({ maxWorkers: 1 } as never),
    ],
  ];
});

testCalls("concurrent futures", {}, () => {
  const future = new ConcurrentFuture<number>();
  const loop = newEventLoop();
  return [
    [
      "TypeError: concurrent.futures.Future is expected: future must be a ConcurrentFuture or a " +
      "Future, got 5 (number)",
      () => wrapFuture(number),
    ],
    [
      "TypeError: wrapFuture() expects an object of options, got 5 (number)",
      () => wrapFuture(future, number),
    ],
    [
      "TypeError: loop must be an EventLoop, got 5 (number)",
      () => wrapFuture(future, { loop: number }),
    ],
    [
      "TypeError: cancel() expects an object of options, got 'why' (string)",
      () => future.cancel("why" as never),
    ],
    [
      "TypeError: cancel() got an unexpected keyword argument 'unknown': expected terminateAfter",
      () => future.cancel({ unknown: 1 } as never),
    ],
    [
      "TypeError: terminateAfter must be a number of seconds or null, got 'x' (string)",
      () => future.cancel({ terminateAfter: "x" as never }),
    ],
    [
      "TypeError: timeout must be a number of seconds or null, got 'x' (string)",
      () => future.result("x" as never),
    ],
    [
      "TypeError: addDoneCallback() expects a function, got 5 (number)",
      () => future.addDoneCallback(number),
    ],
    [
      "TypeError: executor must be ThreadPoolExecutor instance, got 5 (number)",
      () => loop.setDefaultExecutor(number),
    ],
  ];
});

testCalls("what crosses", {}, () => {
  class OwnError extends Error {}
  const register = (options: unknown) => () => registerErrorClass(OwnError, options as never);
  return [
    [
      "TypeError: workerFunction() expects a function, or an absolute URL such as import.meta.url, " +
      "got 5 (number)",
      () => workerFunction(number),
    ],
    [
      "TypeError: workerFunction() expects the name of an export of the module, got undefined",
      () => workerFunction("file:///jobs.ts", undefined as never),
    ],
    ["TypeError: transfer() expects an object, got 5 (number)", () => transfer(number, [])],
    [
      "TypeError: transfer() expects a list of what to move, got 5 (number)",
      () => transfer({}, number),
    ],
    [
      "TypeError: registerErrorClass() expects a class that extends Error, got 5 (number)",
      () => registerErrorClass(number),
    ],
    ["TypeError: registerErrorClass() expects an object of options, got null", register(null)],
    ["TypeError: name must be a string, got 5 (number)", register({ name: 5 })],
    ["TypeError: rebuild must be a function, got 5 (number)", register({ rebuild: 5 })],
    [
      "TypeError: registerErrorClass() got an unexpected keyword argument 'unknown': expected name or rebuild",
      register({ unknown: 1 }),
    ],
  ];
});

testCalls("queues between threads", {}, () => {
  const queue = new ThreadQueue<number>();
  return [
    [
      "TypeError: maxsize must be a number, got 'x' (string)",
      () => new ThreadQueue("x" as never),
    ],
    [
      "TypeError: open() expects the handle of a ThreadQueue, got 5 (number)",
      () => ThreadQueue.open(number),
    ],
    [
      `TypeError: open() expects the handle of a ThreadQueue, got ${queue} (ThreadQueue)`,
      () => ThreadQueue.open(queue as never),
    ],
    [
      "TypeError: timeout must be a number of seconds or null, got 'x' (string)",
      () => queue.getSync("x" as never),
    ],
    [
      "TypeError: shutdown() expects an object of options, got true (boolean)",
      () => queue.shutdown(true as never),
    ],
    [
      "TypeError: shutdown() got an unexpected keyword argument 'unknown': expected immediate",
      () => queue.shutdown({ unknown: 1 } as never),
    ],
  ];
});
