// kinds: generator, async
/**
 * The article's claims, by number, as they stand in the table of `web/examples/claims/README.md`.
 * One file, so that one run tells whether the article holds.
 *
 * Each is checked at what it says: orders of events, states, times of the loop's clock, identities.
 */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ALL_COMPLETED,
  allTasks,
  asyncContextManager,
  asyncWith,
  Awaitable,
  awaitable,
  type Callback,
  CancelledError,
  ConcurrentFuture,
  coroutine,
  createTask,
  currentTask,
  type Duration,
  ensureFuture,
  EventLoop,
  type Executor,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  gather,
  getRunningLoop,
  InvalidStateError,
  isFuture,
  newEventLoop,
  NotSupportedError,
  ProcessPoolExecutor,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  shield,
  sleep,
  Task,
  ThreadLoop,
  ThreadPoolExecutor,
  toThread,
  VirtualClock,
  wait,
  waitFor,
  workerFunction,
  wrapFuture,
} from "../mod.ts";
import type { Repl } from "../lib/repl/repl.ts";
import { needs, test } from "./_support/harness.ts";
import { virtually } from "./_support/virtual.ts";
import { withRepl } from "./repl/with_repl.ts";

/** The module as functions find it that are run in other threads. */
declare const asyncio: typeof import("../mod.ts");

/** What happened, in order. */
type Log = string[];

/** The coroutine that most claims are about: it notes when it starts and when it ends. */
function* work(log: Log, name: string, seconds: number) {
  log.push(`${name} starts`);
  yield* sleep(seconds);
  log.push(`${name} ends`);
  return name;
}

/** The time of the loop that runs. On a virtual clock it starts at 0 and moves in sleeps alone. */
function now(): number {
  return getRunningLoop().time();
}

// Claim 1

test("claim 1: run() makes a loop, runs main on it and closes it", async () => {
  let loop: EventLoop | undefined;
  const result = await run(function* () {
    loop = getRunningLoop();
    assert(loop.isRunning());
    yield* sleep(0);
    return "result";
  });
  assert(loop);
  assertEquals([result, loop.isRunning(), loop.isClosed()], ["result", false, true]);
});

/* generator only */
test("claim 1: run(main()) takes a coroutine object, which is lazy", async () => {
  const log: Log = [];
  const main = work(log, "main", 0);
  assertEquals(log, []);
  assertEquals(await run(main), "main");
  assertEquals(log, ["main starts", "main ends"]);
});

test("claim 1: run() cancels what is left, then shuts async generators and the executor down", async () => {
  const log: Log = [];
  class WatchedLoop extends EventLoop {
    override shutdownAsyncgens() {
      log.push("async generators are shut down");
      return super.shutdownAsyncgens();
    }
    override shutdownDefaultExecutor(timeout?: Duration | null) {
      log.push("the default executor is shut down");
      return super.shutdownDefaultExecutor(timeout);
    }
    override close() {
      log.push("the loop is closed");
      super.close();
    }
  }
  const loop = new WatchedLoop({ clock: new VirtualClock() });
  await run(function* () {
    createTask(function* () {
      try {
        yield* sleep(60);
      } catch (error) {
        assert(error instanceof CancelledError);
        log.push("the task that is left is cancelled");
        yield* sleep(1);
        log.push("and has cleaned up");
        throw error;
      }
    });
    yield* sleep(0);
    log.push("main returns");
  }, { loopFactory: () => loop });
  assertEquals(log, [
    "main returns",
    "the task that is left is cancelled",
    "and has cleaned up",
    "async generators are shut down",
    "the default executor is shut down",
    "the loop is closed",
  ]);
});

test("claim 1: run() closes the loop when main fails, too", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const main = function* () {
    yield* sleep(1);
    throw new RangeError("main failed");
  };
  await assertRejects(() => run(main, { loopFactory: () => loop }), RangeError, "main failed");
  assert(loop.isClosed());
});

// Claim 2

test("claim 2: Task is a subclass of Future and has a coroutine's outcome", async () => {
  await virtually(function* () {
    const task = createTask(() => work([], "a", 1));
    assert(task instanceof Task);
    assert(task instanceof Future);
    assert(Object.getPrototypeOf(Task) === Future);
    assert(isFuture(task));
    assertThrows(() => task.result(), InvalidStateError, "Result is not set.");
    assertEquals([yield* task, task.result(), task.exception()], ["a", "a", null]);
  });
});

test("claim 2: a Future is low-level: its outcome is set by hand, a Task's is not", async () => {
  await virtually(function* () {
    const future = getRunningLoop().createFuture<number>();
    getRunningLoop().callSoon(() => future.setResult(42));
    assertEquals(yield* future, 42);

    const task = createTask(() => work([], "a", 1));
    const message = "Task does not support set_result operation";
    assertThrows(() => task.setResult("b"), RuntimeError, message);
    assertEquals(yield* task, "a");
  });
});

// Claim 3

/** Can be awaited for no other reason than its method. */
class Kettle {
  *[awaitable]() {
    yield* sleep(2);
    return "tea";
  }
}

/** Stands behind `yield*` and `await` as it is. */
class Pot extends Awaitable<string> {
  *[awaitable]() {
    yield* sleep(2);
    return "soup";
  }
}

test("claim 3: an object with [awaitable]() is taken by ensureFuture, gather and waitFor", async () => {
  await virtually(function* () {
    assertEquals(yield* ensureFuture(new Kettle()), "tea");
    assertEquals(yield* gather([new Kettle(), new Pot()]), ["tea", "soup"]);
    assertEquals(yield* waitFor(new Kettle(), 3), "tea");
    assertEquals(now(), 6);
  });
});

test("claim 3: an object with [awaitable]() is taken by run", async () => {
  const loopFactory = () => newEventLoop({ clock: new VirtualClock() });
  const makers: (() => Kettle | Pot)[] = [() => new Kettle(), () => new Pot()];
  const served: string[] = [];
  for (const make of makers) served.push(await run(make(), { loopFactory }));
  const again = await run(function* () {
    return yield* gather(makers.map((make) => make()));
  }, { loopFactory });
  assertEquals([served, again], [["tea", "soup"], ["tea", "soup"]]);
});

test("claim 3: one that extends Awaitable is awaited as it is", async () => {
  await virtually(function* () {
    assertEquals(yield* new Pot(), "soup");
    assertEquals(now(), 2);
  });
});

test("claim 3: without the method an object cannot be awaited", async () => {
  await virtually(function* () {
    const message = "An asyncio.Future, a coroutine or an awaitable is required, got";
    assertThrows(() => ensureFuture({ tea: true } as never), TypeError, message);
    assertThrows(() => gather([{ tea: true } as never]), TypeError, message);
    yield* sleep(0);
  });
});

// Claim 4

test("claim 4: a wrapped future is finished by a callback, through callSoonThreadsafe", async () => {
  const log: Log = [];
  class WatchedLoop extends EventLoop {
    override callSoonThreadsafe<A extends unknown[]>(callback: Callback<A>, ...args: A) {
      log.push("callSoonThreadsafe");
      return super.callSoonThreadsafe(callback, ...args);
    }
  }
  await run(function* () {
    const work = new ConcurrentFuture<string>();
    const future = wrapFuture(work);
    const done = () => [work.done(), future.done()];
    assertEquals([done(), log], [[false, false], []]);
    work.setResult("result");
    assertEquals([done(), log], [[true, false], ["callSoonThreadsafe"]]);
    assertEquals(yield* future, "result");
    assertEquals([done(), log], [[true, true], ["callSoonThreadsafe"]]);
  }, { loopFactory: () => new WatchedLoop({ clock: new VirtualClock() }) });
});

test("claim 4: an error passes from the work to the wrapped future", async () => {
  await virtually(function* () {
    const work = new ConcurrentFuture<string>();
    const future = wrapFuture(work);
    const error = new RangeError("work failed");
    work.setException(error);
    yield* wait([future]);
    assertStrictEquals(future.exception(), error);
  });
});

test("claim 4: a cancellation passes in both directions", async () => {
  await virtually(function* () {
    const work = new ConcurrentFuture<string>();
    const future = wrapFuture(work);
    work.cancel();
    yield* wait([future]);
    assertEquals([work.cancelled(), future.cancelled()], [true, true]);

    const otherWork = new ConcurrentFuture<string>();
    const otherFuture = wrapFuture(otherWork);
    otherFuture.cancel();
    yield* sleep(0);
    assertEquals([otherWork.cancelled(), otherFuture.cancelled()], [true, true]);
  });
});

test({
  name: "claim 4: the future of runInExecutor is pending before the await and finished after",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      const future = getRunningLoop().runInExecutor(null, (a: number, b: number) => a * b, 6, 7);
      assert(String(future).startsWith("<Future pending"), String(future));
      assertEquals(future.done(), false);
      yield* future;
      assertEquals([String(future), future.done()], ["<Future finished result=42>", true]);
    });
  },
});

// Claim 5

test("claim 5: ensureFuture and createTask make tasks, with names", async () => {
  await virtually(function* () {
    const log: Log = [];
    const named = createTask(() => work(log, "a", 1), { name: "fetch the page" });
    const numbered = ensureFuture(() => work(log, "b", 1)) as Task<string>;
    assert(numbered instanceof Task);
    assertEquals(named.getName(), "fetch the page");
    assert(/^Task-\d+$/.test(numbered.getName()), numbered.getName());
    numbered.setName("read the page");
    assertEquals(numbered.getName(), "read the page");
    assertEquals(log, [], "neither has begun");
    assertEquals(yield* gather([named, numbered]), ["a", "b"]);
  });
});

// Claim 6

test("claim 6: three one-second coroutines awaited in turn take three seconds", async () => {
  await virtually(function* () {
    const log: Log = [];
    yield* work(log, "a", 1);
    yield* work(log, "b", 1);
    yield* work(log, "c", 1);
    assertEquals(now(), 3);
    assertEquals(log, ["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  });
});

test("claim 6: with gather they take one", async () => {
  await virtually(function* () {
    const log: Log = [];
    yield* gather(["a", "b", "c"].map((name) => () => work(log, name, 1)));
    assertEquals(now(), 1);
    assertEquals(log, ["a starts", "b starts", "c starts", "a ends", "b ends", "c ends"]);
  });
});

test("claim 6: with wait they take one", async () => {
  await virtually(function* () {
    const log: Log = [];
    yield* wait(["a", "b", "c"].map((name) => () => work(log, name, 1)));
    assertEquals(now(), 1);
    assertEquals(log, ["a starts", "b starts", "c starts", "a ends", "b ends", "c ends"]);
  });
});

/* generator only */
test("claim 6: so do coroutine objects", async () => {
  await virtually(function* () {
    const log: Log = [];
    yield* gather([work(log, "a", 1), work(log, "b", 1)]);
    yield* wait([work(log, "c", 1), work(log, "d", 1)]);
    assertEquals(now(), 2);
    assertEquals(log.slice(0, 4), ["a starts", "b starts", "a ends", "b ends"]);
    assertEquals(log.slice(4), ["c starts", "d starts", "c ends", "d ends"]);
  });
});

// Claim 7

test("claim 7: awaiting createTask(...) at once is not concurrent", async () => {
  await virtually(function* () {
    const log: Log = [];
    yield* createTask(() => work(log, "a", 1));
    yield* createTask(() => work(log, "b", 1));
    assertEquals(now(), 2);
    assertEquals(log, ["a starts", "a ends", "b starts", "b ends"]);
  });
});

test("claim 7: tasks kept in variables first and then awaited are", async () => {
  await virtually(function* () {
    const log: Log = [];
    const a = createTask(() => work(log, "a", 1));
    const b = createTask(() => work(log, "b", 1));
    yield* a;
    yield* b;
    assertEquals(now(), 1);
    assertEquals(log, ["a starts", "b starts", "a ends", "b ends"]);
  });
});

// Claim 8

test("claim 8: gather gives the results in the order of its arguments, in one tuple", async () => {
  await virtually(function* () {
    const log: Log = [];
    // That the type is the tuple is checked in types/article_types.ts.
    const results = yield* gather([
      () => work(log, "slow", 3),
      sleep(2, 2),
      () => work(log, "quick", 1),
    ]);
    assertEquals(log.slice(-2), ["quick ends", "slow ends"]);
    assertEquals(results, ["slow", 2, "quick"]);
    assertEquals(yield* gather([]), []);
  });
});

// Claim 9

test("claim 9: wait gives the set of done tasks and the set of pending ones", async () => {
  await virtually(function* () {
    const quick = createTask(sleep(1));
    const slow = createTask(sleep(5));
    const [done, pending] = yield* wait([quick, slow], { timeout: 2 });
    assert(done instanceof Set && pending instanceof Set);
    assertEquals([[...done], [...pending]], [[quick], [slow]]);
    assertEquals(now(), 2);
  });
});

test("claim 9: wait returns when all are done, which is its default", async () => {
  await virtually(function* () {
    const tasks = [3, 1, 2].map((seconds) => createTask(sleep(seconds)));
    const [done, pending] = yield* wait(tasks);
    assertEquals([done, pending.size, now()], [new Set(tasks), 0, 3]);
    const again = yield* wait(tasks, { returnWhen: ALL_COMPLETED });
    assertEquals(again, [new Set(tasks), new Set()]);
  });
});

test("claim 9: wait returns with FIRST_COMPLETED when one is done", async () => {
  await virtually(function* () {
    const tasks = [3, 1, 2].map((seconds) => createTask(sleep(seconds)));
    const [three, one, two] = tasks;
    const [done, pending] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
    assertEquals([[...done], [...pending], now()], [[one], [three, two], 1]);
  });
});

test("claim 9: wait returns with FIRST_EXCEPTION when one has failed, but throws nothing", async () => {
  await virtually(function* () {
    const good = createTask(sleep(1));
    const bad = createTask(function* () {
      yield* sleep(2);
      throw new RangeError("bad");
    });
    const slow = createTask(sleep(3));
    const [done, pending] = yield* wait([slow, bad, good], { returnWhen: FIRST_EXCEPTION });
    assertEquals([done, pending, now()], [new Set([good, bad]), new Set([slow]), 2]);
    assert(bad.exception() instanceof RangeError);

    const [all] = yield* wait([slow, good], { returnWhen: FIRST_EXCEPTION });
    assertEquals([all.size, now()], [2, 3], "without an error it waits for all");
  });
});

// Claim 10

test("claim 10: what a wait leaves pending goes on", async () => {
  await virtually(function* () {
    const log: Log = [];
    const tasks = [1, 2, 3].map((n) => createTask(() => work(log, `${n}`, n)));
    const [, pending] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
    assertEquals([...pending].map((task) => task.done()), [false, false]);
    yield* wait(pending);
    assertEquals(log.slice(-3), ["1 ends", "2 ends", "3 ends"]);
  });
});

test("claim 10: what a wait leaves pending can be cancelled", async () => {
  await virtually(function* () {
    const log: Log = [];
    const tasks = [1, 2, 3].map((n) => createTask(() => work(log, `${n}`, n)));
    const [done, pending] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
    for (const task of pending) task.cancel();
    yield* wait(pending);
    assertEquals([...done].map((task) => task.cancelled()), [false]);
    assertEquals([...pending].map((task) => task.cancelled()), [true, true]);
    assertEquals([log.at(-1), now()], ["1 ends", 1]);
  });
});

test("claim 10: what a wait leaves pending takes callbacks", async () => {
  await virtually(function* () {
    const log: Log = [];
    const tasks = [1, 2].map((n) => createTask(() => work(log, `${n}`, n)));
    const [, pending] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
    for (const task of pending) {
      task.addDoneCallback((done) => log.push(`callback of ${done.result()}`));
    }
    yield* wait(pending);
    assertEquals(log.slice(2), ["1 ends", "2 ends", "callback of 2"]);
  });
});

// Claim 11

test("claim 11: createTask takes a coroutine and says what else came", async () => {
  await virtually(function* () {
    const refused: [unknown, string][] = [
      [42, "42"],
      [getRunningLoop().createFuture(), "Future"],
      [new Kettle(), "Kettle"],
      [Promise.resolve(), "Promise"],
      [undefined, "undefined"],
    ];
    for (const [value, what] of refused) {
      const error = assertThrows(() => createTask(value as never), TypeError);
      assert(error.message.startsWith("a coroutine was expected, got "), error.message);
      assert(error.message.includes(what), error.message);
    }
    assertEquals(yield* createTask(() => work([], "a", 1)), "a");
  });
});

test("claim 11: ensureFuture makes a task of a coroutine, by createTask", async () => {
  await virtually(function* () {
    const made: Future<unknown>[] = [];
    const loop = getRunningLoop();
    loop.setTaskFactory((loop, coro, options) => {
      const task = new Task(coro, { ...options, loop });
      made.push(task);
      return task;
    });
    const future = ensureFuture(() => work([], "a", 1));
    assert(future instanceof Task);
    assertStrictEquals(made[0], future);
    assertEquals(yield* future, "a");
  });
});

test("claim 11: ensureFuture returns a future as it is", async () => {
  await virtually(function* () {
    const future = getRunningLoop().createFuture<string>();
    const task = createTask(() => work([], "a", 1));
    const gathering = gather([task]);
    assertStrictEquals(ensureFuture(future), future);
    assertStrictEquals(ensureFuture(task), task);
    assertStrictEquals(ensureFuture(gathering), gathering);
    yield* gathering;
  });
});

test("claim 11: ensureFuture awaits an awaitable inside a task", async () => {
  await virtually(function* () {
    let inside: Task<unknown> | null = null;
    const future = ensureFuture({
      *[awaitable]() {
        inside = currentTask();
        yield* sleep(1);
        return "awaited";
      },
    });
    assert(future instanceof Task);
    assertEquals(inside, null, "it is not awaited at once");
    assertEquals(yield* future, "awaited");
    assertStrictEquals(inside, future);
  });
});

test("claim 11: ensureFuture refuses anything else and says what came", async () => {
  await virtually(function* () {
    const message = "An asyncio.Future, a coroutine or an awaitable is required, got ";
    assertThrows(() => ensureFuture(42 as never), TypeError, `${message}42`);
    assertThrows(() => ensureFuture(null as never), TypeError, `${message}null`);
    assertThrows(() => ensureFuture("text" as never), TypeError, message);
    yield* sleep(0);
  });
});

// Claim 12

test("claim 12: gather makes a coroutine a task and leaves a future itself", async () => {
  await virtually(function* () {
    const log: Log = [];
    const future = createTask(() => work(log, "future", 1));
    const before = allTasks();
    const gathering = gather([() => work(log, "coroutine", 1), future]);
    const made = [...allTasks()].filter((task) => !before.has(task));
    assertEquals(made.length, 1);
    assertEquals(yield* gathering, ["coroutine", "future"]);
    assertEquals(made[0]?.result(), "coroutine");
  });
});

test("claim 12: wait makes a coroutine a task and leaves a future itself", async () => {
  await virtually(function* () {
    const log: Log = [];
    const future = createTask(() => work(log, "future", 1));
    const [done] = yield* wait([() => work(log, "coroutine", 1), future]);
    assertEquals([...done].map((task) => task instanceof Task), [true, true]);
    assert(done.has(future));
    done.delete(future);
    const [made] = done;
    assertEquals(made?.result(), "coroutine");
  });
});

// Claim 13

/* generator only */
test("claim 13: createTask takes whatever coroutine is at hand", async () => {
  await virtually(function* () {
    const twice = coroutine(function* (n: number) {
      yield* sleep(1);
      return 2 * n;
    });
    const tasks = [
      createTask(work([], "a generator object", 1)),
      createTask(() => work([], "a function that makes one", 1)),
      createTask(function* () {
        return "a generator function";
      }),
      createTask(sleep(1, "a lazy object of the module's")),
      createTask(wait([sleep(1)])),
      createTask(twice(21)),
    ] as const;
    const [a, b, c, d, [done], f] = yield* gather(tasks);
    assertEquals([a, b, c, d, f], [
      "a generator object",
      "a function that makes one",
      "a generator function",
      "a lazy object of the module's",
      42,
    ]);
    assertEquals([done.size, now()], [1, 1]);
  });
});

test("claim 13: createTask takes functions of either kind, and they see themselves as tasks", async () => {
  await virtually(function* () {
    const tasks: Task<[string, Task<unknown> | null]>[] = [
      createTask(function* () {
        yield* sleep(1);
        return ["this kind", currentTask()];
      }),
      createTask(async () => {
        await sleep(1);
        return ["async", currentTask()];
      }),
    ];
    const results = yield* gather(tasks);
    assertEquals(results.map(([kind]) => kind), ["this kind", "async"]);
    assertEquals(results.map(([, current]) => current), tasks);
    assertEquals(now(), 1);
  });
});

// Claim 14

test("claim 14: shield keeps a cancellation of who waits off", async () => {
  await virtually(function* () {
    const log: Log = [];
    const inner = createTask(() => work(log, "inner", 2));
    const outer = createTask(function* () {
      try {
        yield* shield(inner);
      } catch (error) {
        log.push(`outer gets a ${(error as Error).name}`);
        throw error;
      }
    });
    yield* sleep(1);
    outer.cancel();
    yield* wait([outer, inner]);
    assertEquals([outer.cancelled(), inner.cancelled(), inner.result()], [true, false, "inner"]);
    assertEquals(log, ["inner starts", "outer gets a CancelledError", "inner ends"]);
  });
});

test("claim 14: without shield the cancellation goes through", async () => {
  await virtually(function* () {
    const log: Log = [];
    const inner = createTask(() => work(log, "inner", 2));
    const outer = createTask(function* () {
      return yield* inner;
    });
    yield* sleep(1);
    outer.cancel();
    yield* wait([outer, inner]);
    assertEquals([outer.cancelled(), inner.cancelled(), now()], [true, true, 1]);
    assertEquals(log, ["inner starts"]);
  });
});

// Claims 15 and 16. What is expected here is what CPython 3.7, 3.11 and 3.13 print for the same
// programs; messages are those of 3.13, for 3.7 knows none.

test("claim 15: gather throws the CancelledError of a task that was cancelled", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = createTask(() => work(log, "a", 2));
    const t2 = createTask(() => work(log, "b", 1));
    const ts = gather([t1, t2]);
    t1.cancel();
    try {
      yield* ts;
      assert(false, "gather gave results");
    } catch (error) {
      assert(error instanceof CancelledError);
    }
    assertEquals([t1.cancelled(), t2.done(), ts.cancelled()], [true, false, false]);
    assertEquals(yield* t2, "b");
    assertEquals(log, ["b starts", "b ends"], "a, cancelled before its first step, never starts");
  });
});

test("claim 15: with returnExceptions it gives the CancelledError at that task's place", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = createTask(() => work(log, "a", 2));
    const t2 = createTask(() => work(log, "b", 1));
    const ts = gather([t1, t2], { returnExceptions: true });
    yield* sleep(0.5);
    t1.cancel("this message reaches a, which does not hand it on");
    const [a, b] = yield* ts;
    assert(a instanceof CancelledError);
    assertEquals([a.message, b, now()], ["", "b", 1]);
    assertEquals(log, ["a starts", "b starts", "b ends"]);
  });
});

test("claim 16: gather into a variable, cancel, await the variable: a runs to its end", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = shield(() => work(log, "a", 1));
    const t2 = createTask(() => work(log, "b", 2));
    const ts = gather([t1, t2], { returnExceptions: true });
    t1.cancel("not needed");
    const [a, b] = yield* ts;
    assert(a instanceof CancelledError);
    assertEquals([a.message, b, now()], ["not needed", "b", 2]);
    assertEquals(log, ["a starts", "b starts", "a ends", "b ends"]);
  });
});

/* generator only */
test("claim 16: the article's program, with coroutine objects", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = shield(work(log, "a", 1));
    const t2 = createTask(work(log, "b", 2));
    const ts = gather([t1, t2], { returnExceptions: true });
    t1.cancel();
    const results = yield* ts;
    assertEquals(results.map((result) => result instanceof Error ? result.name : result), [
      "CancelledError",
      "b",
    ]);
    assertEquals(log, ["a starts", "b starts", "a ends", "b ends"]);
  });
});

test("claim 16: the gathering does not wait for what is shielded", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = shield(() => work(log, "a", 2));
    const t2 = createTask(() => work(log, "b", 1));
    const ts = gather([t1, t2], { returnExceptions: true });
    t1.cancel();
    const [a, b] = yield* ts;
    assertEquals([a instanceof CancelledError, b, now()], [true, "b", 1]);
    assertEquals(log, ["a starts", "b starts", "b ends"]);
    yield* sleep(1);
    assertEquals(log.at(-1), "a ends");
  });
});

test("claim 16: the same with the cancel before the gather", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = shield(() => work(log, "a", 1));
    const t2 = createTask(() => work(log, "b", 2));
    t1.cancel();
    const ts = gather([t1, t2], { returnExceptions: true });
    const [a, b] = yield* ts;
    assertEquals([a instanceof CancelledError, b, now()], [true, "b", 2]);
    assertEquals(log, ["a starts", "b starts", "a ends", "b ends"]);
  });
});

test("claim 16: without returnExceptions the CancelledError is thrown, and all run to their ends", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = shield(() => work(log, "a", 1));
    const t2 = createTask(() => work(log, "b", 2));
    const ts = gather([t1, t2]);
    t1.cancel();
    try {
      yield* ts;
      assert(false, "gather gave results");
    } catch (error) {
      assert(error instanceof CancelledError);
      assertEquals(log, ["a starts", "b starts"]);
    }
    yield* sleep(2);
    assertEquals(log.slice(2), ["a ends", "b ends"]);
  });
});

test("claim 16: cancelling the gathering itself throws CancelledError, returnExceptions or not", async () => {
  await virtually(function* () {
    const log: Log = [];
    const t1 = shield(() => work(log, "a", 2));
    const t2 = createTask(() => work(log, "b", 1));
    const ts = gather([t1, t2], { returnExceptions: true });
    yield* sleep(0.5);
    assertEquals(ts.cancel(), true);
    try {
      yield* ts;
      assert(false, "gather gave results");
    } catch (error) {
      assert(error instanceof CancelledError);
    }
    assertEquals([ts.cancelled(), t1.cancelled(), t2.cancelled()], [false, true, true]);
    yield* sleep(2);
    assertEquals(
      log,
      ["a starts", "b starts", "a ends"],
      "the shield held, b's task was cancelled",
    );
  });
});

// Claim 17

test("claim 17: asyncContextManager may await in what it yields", async () => {
  await virtually(function* () {
    const log: Log = [];
    function* connect(name: string) {
      yield* sleep(1);
      log.push(`connected at ${now()}`);
      return `connection to ${name}`;
    }
    const connected = asyncContextManager(function* (name: string) {
      try {
        yield yield* connect(name);
      } finally {
        yield* sleep(1);
        log.push(`closed at ${now()}`);
      }
    });
    const result = yield* asyncWith(connected("db"), function* (connection) {
      yield* sleep(1);
      log.push(`used ${connection}`);
      return 42;
    });
    assertEquals(result, 42);
    assertEquals(log, ["connected at 1", "used connection to db", "closed at 3"]);
  });
});

test("claim 17: the body's error is thrown at the yield, and may be swallowed there", async () => {
  await virtually(function* () {
    const log: Log = [];
    const guarded = asyncContextManager(function* (swallow: boolean) {
      try {
        yield "value";
      } catch (error) {
        log.push(`${error}`);
        if (!swallow) throw error;
      }
    });
    const body = function* () {
      yield* sleep(1);
      throw new RangeError("out of range");
    };
    assertEquals(yield* asyncWith(guarded(true), body), undefined);
    try {
      yield* asyncWith(guarded(false), body);
      assert(false, "the error was swallowed");
    } catch (error) {
      assert(error instanceof RangeError);
    }
    assertEquals(log, ["RangeError: out of range", "RangeError: out of range"]);
  });
});

test("claim 17: cancelled, the body leaves the context", async () => {
  await virtually(function* () {
    const log: Log = [];
    const opened = asyncContextManager(function* () {
      log.push("enters");
      try {
        yield "value";
      } finally {
        yield* sleep(1);
        log.push("leaves");
      }
    });
    const task = createTask(function* () {
      yield* asyncWith(opened(), function* () {
        yield* sleep(60);
      });
    });
    yield* sleep(1);
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), now(), log], [true, 2, ["enters", "leaves"]]);
  });
});

/* async only */
test("claim 17: await using leaves the context at the end of the block", async () => {
  await virtually(async () => {
    const log: Log = [];
    const opened = asyncContextManager(async function* () {
      yield await sleep(1, "value");
      await sleep(1);
      log.push(`leaves at ${now()}`);
    });
    {
      await using manager = opened();
      log.push(`enters with ${await manager.enter()}`);
    }
    log.push("goes on");
    assertEquals(log, ["enters with value", "leaves at 2", "goes on"]);
  });
});

// Claim 18

test("claim 18: callbacks are called with the task, from the loop, in the order added", async () => {
  await virtually(function* () {
    const log: Log = [];
    const task = createTask(() => work(log, "a", 1));
    task.addDoneCallback((done) => {
      assertStrictEquals(done, task);
      assertEquals([currentTask(), getRunningLoop()], [null, task.getLoop()]);
      log.push("first callback");
    });
    task.addDoneCallback(() => log.push("second callback"));
    assertEquals(yield* task, "a");
    assertEquals(log, ["a starts", "a ends", "first callback", "second callback"]);

    task.addDoneCallback(() => log.push("late callback"));
    assertEquals(log.length, 4, "also the callback of what is done comes from the loop");
    yield* sleep(0);
    assertEquals(log.at(-1), "late callback");
  });
});

test("claim 18: further arguments are bound, by bind or a closure", async () => {
  await virtually(function* () {
    const log: Log = [];
    function report(prefix: string, done: Future<string>) {
      log.push(`${prefix}: ${done.result()}`);
    }
    const task = createTask(() => work([], "a", 1));
    task.addDoneCallback(report.bind(null, "bound"));
    task.addDoneCallback((done) => report("closed over", done));
    yield* task;
    yield* sleep(0);
    assertEquals(log, ["bound: a", "closed over: a"]);
  });
});

test("claim 18: a callback that was removed is not called", async () => {
  await virtually(function* () {
    const log: Log = [];
    const callback = () => log.push("called");
    const task = createTask(() => work([], "a", 1));
    task.addDoneCallback(callback);
    task.addDoneCallback(callback);
    assertEquals(task.removeDoneCallback(callback), 2);
    yield* task;
    yield* sleep(0);
    assertEquals(log, []);
  });
});

// Claim 19

test("claim 19: createTask outside a running loop says so; loop.createTask works", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const log: Log = [];
  const main = () => work(log, "a", 1);
  assertThrows(() => createTask(main), RuntimeError, "no running event loop");
  const task = loop.createTask(main);
  assertEquals(log, [], "it waits for the loop to run");
  assertEquals(await loop.runUntilComplete(task), "a");
  loop.close();
});

// Claims 19 and 20 at the console, which is to asyncio here what IPython is there.

/** Enters lines, one after the other, and gives what became of each: its value, text or error. */
async function enterAll(repl: Repl, lines: readonly string[]): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for (const line of lines) {
    const outcome = await repl.enter(line);
    if (outcome.kind === "value") outcomes.push(outcome.value);
    else if (outcome.kind === "text") outcomes.push(outcome.text);
    else outcomes.push(outcome.kind === "error" ? String(outcome.error) : outcome.kind);
  }
  return outcomes;
}

test("claim 19: at the console createTask works, for entries run on its loop", () =>
  withRepl(async (repl) => {
    const outcomes = await enterAll(repl, [
      "const task = createTask(sleep(0.001, 'result'))",
      "task.getLoop() === loop",
      "await task",
    ]);
    assertEquals(outcomes, [undefined, true, "result"]);
  }));

test("claim 19: run outside the loop, createTask says so and loop.createTask works", () =>
  withRepl(async (repl) => {
    const [, refusal, ...outcomes] = await enterAll(repl, [
      "%autoawait off",
      "createTask(sleep(0.001, 'result'))",
      "const task = loop.createTask(sleep(0.001, 'result'))",
      "task.done()",
      "%autoawait on",
      "await task",
    ]);
    assert(String(refusal).startsWith("RuntimeError: no running event loop"), String(refusal));
    assertEquals(outcomes, [undefined, false, "", "result"]);
  }));

test("claim 20: the console awaits at top level, and its loop runs on between lines", () =>
  withRepl(async (repl) => {
    const outcomes = await enterAll(repl, [
      "await sleep(0.001, 'awaited')",
      "const log = []",
      "loop.callLater(0.001, () => log.push('between lines')); 0",
    ]);
    assertEquals(outcomes, ["awaited", undefined, 0]);
    await new Promise((resolve) => repl.loop.callLater(0.005, () => resolve(null)));
    assertEquals(await enterAll(repl, ["log", "getRunningLoop() === loop"]), [
      ["between lines"],
      true,
    ]);
  }));

test("claim 20: %autoawait shows, switches and sets the runner, which may be the user's own", () =>
  withRepl(async (repl) => {
    const outcomes = await enterAll(repl, [
      "%autoawait",
      "const mine = newEventLoop()",
      "function loopRunner(coroutine) { return mine.runUntilComplete(coroutine); }",
      "%autoawait loopRunner",
      "%autoawait",
      "getRunningLoop() === mine",
      "yield* createTask(sleep(0.001, 'a task of my own loop'))",
      "%autoawait asyncio",
      "getRunningLoop() === loop",
      "%autoawait off",
      "%autoawait",
      "mine.close()",
    ]);
    assertEquals(outcomes, [
      "autoawait is `on`, and set to use `asyncio`",
      undefined,
      undefined,
      "",
      "autoawait is `on`, and set to use `loopRunner`",
      true,
      "a task of my own loop",
      "",
      true,
      "",
      "autoawait is `off`, and set to use `asyncio`",
      undefined,
    ]);
  }));

// Claim 21

test("claim 21: callSoon calls in order, at the next iteration", async () => {
  await virtually(function* () {
    const log: Log = [];
    const loop = getRunningLoop();
    loop.callSoon((text: string) => log.push(text), "first");
    loop.callSoon(() => {
      log.push("second");
      loop.callSoon(() => log.push("fourth, an iteration later"));
    });
    loop.callSoon(() => log.push("third"));
    assertEquals(log, []);
    yield* sleep(0);
    assertEquals(log, ["first", "second", "third"]);
    yield* sleep(0);
    assertEquals(log.at(-1), "fourth, an iteration later");
  });
});

test("claim 21: callLater calls after a delay, callAt at a time of loop.time()", async () => {
  await virtually(function* () {
    const log: Log = [];
    const loop = getRunningLoop();
    const note = (text: string) => log.push(`${text} at ${loop.time()}`);
    yield* sleep(10);
    loop.callLater(3, note, "callLater(3)");
    loop.callAt(loop.time() + 2, note, "callAt(time + 2)");
    loop.callAt(13, note, "callAt(13)");
    loop.callLater({ milliseconds: 1500 }, note, "callLater of 1500 ms");
    loop.callAt(9, note, "callAt of the past");
    loop.callSoon(note, "callSoon");
    yield* sleep(5);
    assertEquals(log, [
      "callSoon at 10",
      "callAt of the past at 10",
      "callLater of 1500 ms at 11.5",
      "callAt(time + 2) at 12",
      "callLater(3) at 13",
      "callAt(13) at 13",
    ]);
  });
});

test("claim 21: the handles cancel", async () => {
  await virtually(function* () {
    const log: Log = [];
    const loop = getRunningLoop();
    const handles = [
      loop.callSoon(() => log.push("callSoon")),
      loop.callLater(1, () => log.push("callLater")),
      loop.callAt(2, () => log.push("callAt")),
    ];
    for (const handle of handles) handle.cancel();
    assertEquals(handles.map((handle) => handle.cancelled()), [true, true, true]);
    yield* sleep(3);
    assertEquals(log, []);
  });
});

// Claim 22. Other threads have their own clocks' time, so these tests do, too.

/** Keeps its thread busy, and tells from when to when. */
function spin(seconds: number): [start: number, end: number] {
  const start = Date.now();
  while (Date.now() - start < seconds * 1000);
  return [start, Date.now()];
}

/** Requires that two jobs are at work at a time: on a busy machine the second may not be up before a short one is done. */
function* assertAtOnce(executor: Executor | null) {
  const loop = getRunningLoop();
  let areAtOnce = false;
  for (let seconds = 0.25; !areAtOnce && seconds <= 8; seconds *= 2) {
    const [one, two] = yield* gather([
      loop.runInExecutor(executor, spin, seconds),
      loop.runInExecutor(executor, spin, seconds),
    ]);
    areAtOnce = one[0] < two[1] && two[0] < one[1];
  }
  assert(areAtOnce, "one after another");
}

test({
  name: "claim 22: two busy jobs take about as long as one, and the loop ticks on meanwhile",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      let ticks = 0;
      createTask(function* () {
        while (true) {
          yield* sleep(0.01);
          ticks++;
        }
      });
      yield* assertAtOnce(null);
      assert(ticks > 5, `ticked ${ticks} times`);
    });
  },
});

test({
  name: "claim 22: toThread is runInExecutor of the default executor, as a coroutine",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      const results = yield* gather([
        toThread((text: string) => text.toUpperCase(), "a"),
        getRunningLoop().runInExecutor(null, (text: string) => text.toLowerCase(), "B"),
      ]);
      assertEquals(results, ["A", "b"]);
    });
  },
});

test({
  name: "claim 22: the default executor can be set, and is shut down by run",
  ...needs("workers"),
  async fn() {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const jobs = await run(function* () {
      const loop = getRunningLoop();
      loop.setDefaultExecutor(pool);
      return yield* gather([1, 2, 3].map(() => loop.runInExecutor(null, spin, 0.02)));
    });
    const times = jobs.flat();
    assertEquals(times, times.toSorted((a, b) => a - b), "one thread does one job at a time");
    assertThrows(() => pool.submit(spin, 0), RuntimeError, "after shutdown");
  },
});

test({
  name: "claim 22: an error of the function's is thrown at the await",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      const future = getRunningLoop().runInExecutor(null, () => {
        throw new RangeError("in the thread");
      });
      yield* wait([future]);
      const error = future.exception();
      assert(error instanceof RangeError);
      assertEquals(error.message, "in the thread");
    });
  },
});

test({
  name: "claim 22: the executor can be a pool of processes",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
      try {
        const loop = getRunningLoop();
        const pid = () => Deno.pid;
        const pids = yield* gather([
          loop.runInExecutor(null, pid),
          loop.runInExecutor(pool, pid),
        ]);
        assertEquals(pids.map((id) => id === Deno.pid), [true, false]);
        yield* assertAtOnce(pool);
      } finally {
        yield* pool.shutdown();
      }
    });
  },
});

test({
  name: "claim 22: where there are no processes, a pool of them says so",
  ...needs("browser"),
  fn() {
    assertThrows(() => new ProcessPoolExecutor(), NotSupportedError, "browser");
  },
});

// Claim 23

test({
  name: "claim 23: coroutines run on a loop of another thread, which is stopped from here",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      Reflect.set(globalThis, "isThread", "this one");
      const loop = new ThreadLoop();
      assertEquals([loop.isRunning(), loop.isClosed()], [false, false]);
      const stopped = loop.runForever();
      assertEquals([loop.isRunning(), stopped.done()], [true, false]);

      const ask = workerFunction(function* (question: string) {
        yield* asyncio.sleep(0.01);
        const task = asyncio.currentTask();
        return [question, task instanceof asyncio.Task, Reflect.get(globalThis, "isThread")];
      });
      const future = runCoroutineThreadsafe(ask("is it another thread?"), loop);
      assert(future instanceof ConcurrentFuture);
      assertEquals(yield* future, ["is it another thread?", true, undefined]);

      loop.callSoonThreadsafe(loop.stop);
      yield* stopped;
      assertEquals([loop.isRunning(), loop.isClosed()], [false, false]);
      yield* loop.close();
      assert(loop.isClosed());
      Reflect.deleteProperty(globalThis, "isThread");
    });
  },
});

test({
  name: "claim 23: coroutines in another thread run concurrently there, and with those here",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      const loop = new ThreadLoop();
      const stopped = loop.runForever();
      // By each other's steps, and not by time: a thread of a busy machine is late.
      const note = workerFunction(function* (name: string, other: string) {
        const log: string[] = Reflect.get(globalThis, "log") ?? [];
        Reflect.set(globalThis, "log", log);
        log.push(`${name} starts`);
        while (!log.includes(other)) yield* asyncio.sleep(0.001);
        log.push(`${name} ends`);
        return log;
      });
      const [, log, here] = yield* gather([
        wrapFuture(runCoroutineThreadsafe(note("quick", "slow starts"), loop)),
        wrapFuture(runCoroutineThreadsafe(note("slow", "quick ends"), loop)),
        sleep(0.01, "here"),
      ]);
      assertEquals(log, ["quick starts", "slow starts", "quick ends", "slow ends"]);
      assertEquals(here, "here");
      loop.callSoonThreadsafe(loop.stop);
      yield* stopped;
      yield* loop.close();
    });
  },
});

test({
  name: "claim 23: cancelling here cancels there, and an error there is thrown here",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      const loop = new ThreadLoop();
      const stopped = loop.runForever();
      const future = runCoroutineThreadsafe(function* () {
        try {
          yield* asyncio.sleep(60);
        } catch (error) {
          Reflect.set(globalThis, "end", (error as Error).name);
          throw error;
        }
      }, loop);
      // Later calls find it begun: they are made in order.
      yield* runCoroutineThreadsafe(function* () {
        yield* asyncio.sleep(0.01);
      }, loop);
      assertEquals(future.cancel(), true);
      const end = yield* runCoroutineThreadsafe(function* () {
        yield* asyncio.sleep(0.01);
        return Reflect.get(globalThis, "end");
      }, loop);
      assertEquals(end, "CancelledError");

      const failing = wrapFuture(runCoroutineThreadsafe(function* () {
        yield* asyncio.sleep(0);
        throw new RangeError("in the thread");
      }, loop));
      yield* wait([failing]);
      assert(failing.exception() instanceof RangeError);
      loop.callSoonThreadsafe(loop.stop);
      yield* stopped;
      yield* loop.close();
    });
  },
});
