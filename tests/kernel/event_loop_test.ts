// kinds: generator, async
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type CoroutineLike,
  createTask,
  currentTask,
  DeadlockError,
  EventLoop,
  type ExceptionContext,
  fromPromise,
  Future,
  getRunningLoop,
  KeyboardInterrupt,
  newEventLoop,
  run,
  RuntimeError,
  sleep,
  SystemExit,
  Task,
  type TaskOptions,
  type TimerHandle,
  ValueError,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { recordsOf } from "../_support/logged.ts";
import { virtually } from "../_support/virtual.ts";

function virtualLoop(): EventLoop {
  return newEventLoop({ clock: new VirtualClock() });
}

/** Collects what the loop's exception handler is told. */
function watchReports(loop: EventLoop): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  return reports;
}

/** What is written to the console meanwhile. */
function captureConsole(callback: () => void): string[] {
  const lines: string[] = [];
  const { error } = console;
  console.error = (line: string) => lines.push(line);
  try {
    callback();
  } finally {
    console.error = error;
  }
  return lines;
}

// Running

test("EventLoop.runUntilComplete() gives the result of a coroutine, a function, a future", async () => {
  const loop = virtualLoop();
  assertEquals(await loop.runUntilComplete(sleep(5, "slept")), "slept");
  assertEquals(
    await loop.runUntilComplete(function* () {
      return "called";
    }),
    "called",
  );
  const future = loop.createFuture<string>();
  loop.callLater(1, () => future.setResult("set"));
  assertEquals(await loop.runUntilComplete(future), "set");
  assertEquals(await loop.runUntilComplete(Promise.resolve("promised")), "promised");
  assertEquals(loop.time(), 6);
  loop.close();
});

test("EventLoop.runUntilComplete() rejects with the error, and the loop can run again", async () => {
  const loop = virtualLoop();
  const error = new RangeError("no");
  const failing = assertRejects(() =>
    loop.runUntilComplete(function* () {
      yield* sleep(1);
      throw error;
    })
  );
  assertStrictEquals(await failing, error);
  const future = loop.createFuture();
  future.cancel("why");
  assertEquals(
    `${await assertRejects(() => loop.runUntilComplete(future))}`,
    "CancelledError: why",
  );
  assertEquals(await loop.runUntilComplete(sleep(1, "again")), "again");
  loop.close();
});

test("EventLoop.runUntilComplete() leaves other tasks where they are, for the next run", async () => {
  const log: string[] = [];
  const loop = virtualLoop();
  loop.createTask(function* () {
    for (let step = 0; step < 4; step++) {
      log.push(`other ${step} at ${loop.time()}`);
      yield* sleep(1);
    }
  });
  await loop.runUntilComplete(sleep(1.5));
  log.push("between");
  await loop.runUntilComplete(sleep(10));
  loop.close();
  assertEquals(log, [
    "other 0 at 0",
    "other 1 at 1",
    "between",
    "other 2 at 2",
    "other 3 at 3",
  ]);
});

test("EventLoop.runUntilComplete() rejects what cannot be awaited", async () => {
  const loop = virtualLoop();
  for (const [value, shown] of [[42, "42 (number)"], [null, "null"], ["x", "'x' (string)"]]) {
    await assertRejects(
      () => loop.runUntilComplete(value as never),
      TypeError,
      `An asyncio.Future, a coroutine or an awaitable is required, got ${shown}`,
    );
  }
  loop.close();
});

test("EventLoop.runUntilComplete() rejects another loop's future", async () => {
  const [loop, other] = [virtualLoop(), virtualLoop()];
  await assertRejects(
    () => loop.runUntilComplete(other.createFuture()),
    ValueError,
    "The future belongs to a different loop than the one specified",
  );
  loop.close();
  other.close();
});

test("EventLoop.runUntilComplete() of a loop that is stopped too early rejects", async () => {
  const loop = virtualLoop();
  const task = loop.createTask(sleep(2, "done"));
  loop.callLater(1, () => loop.stop());
  await assertRejects(
    () => loop.runUntilComplete(task),
    RuntimeError,
    "Event loop stopped before Future completed.",
  );
  assertEquals([task.done(), loop.isRunning()], [false, false]);
  assertEquals(await loop.runUntilComplete(task), "done");
  loop.close();
});

test("EventLoop.runForever() runs until stop()", async () => {
  const log: string[] = [];
  const loop = virtualLoop();
  loop.callSoon(() => log.push(`running ${loop.isRunning()}`));
  loop.callLater(3, () => loop.stop());
  loop.callLater(4, () => log.push("after the stop"));
  assertEquals(loop.isRunning(), false);
  const end = loop.runForever();
  assertEquals(loop.isRunning(), true);
  assertEquals(await end, undefined);
  assertEquals([loop.isRunning(), loop.time(), log], [false, 3, ["running true"]]);
  loop.callLater(2, () => loop.stop());
  await loop.runForever();
  assertEquals([loop.time(), log], [5, ["running true", "after the stop"]]);
  loop.close();
});

test("a loop moves only while a run is on", async () => {
  const log: string[] = [];
  const loop = newEventLoop();
  loop.callSoon(() => log.push("called"));
  await new Promise((resolve) => setTimeout(resolve, 2));
  assertEquals(log, []);
  await loop.runUntilComplete(sleep(0));
  assertEquals(log, ["called"]);
  loop.callSoon(() => log.push("called again"));
  await new Promise((resolve) => setTimeout(resolve, 2));
  assertEquals(log, ["called"]);
  loop.close();
});

test("a run in a loop that is running is a RuntimeError", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const idle = sleep(0);
    const message = "RuntimeError: This event loop is already running";
    const reason = (promise: Promise<unknown>) => fromPromise(promise.catch((error) => `${error}`));
    assertEquals(yield* reason(loop.runForever()), message);
    assertEquals(yield* reason(loop.runUntilComplete(idle)), message);
    assertEquals(`${assertThrows(() => loop.runUntilCompleteSync(idle))}`, message);
    yield* idle;
  });
});

test("a second run from outside while one is on is a RuntimeError", async () => {
  const loop = newEventLoop();
  const end = loop.runUntilComplete(sleep(0.001, "first"));
  await assertRejects(() => loop.runForever(), RuntimeError, "This event loop is already running");
  assertThrows(() => loop.close(), RuntimeError, "Cannot close a running event loop");
  assertEquals(await end, "first");
  loop.close();
});

test("a run of another loop in a running one is a RuntimeError", async () => {
  const other = virtualLoop();
  await virtually(function* () {
    const refused = other.runUntilComplete(() => "never").catch((error) => `${error}`);
    assertEquals(
      yield* fromPromise(refused),
      "RuntimeError: Cannot run the event loop while another loop is running",
    );
    assertThrows(() => other.runUntilCompleteSync(() => "never"), RuntimeError, "Cannot run");
  });
  other.close();
});

test("two loops run beside each other, started from outside both", async () => {
  const log: string[] = [];
  const work = (name: string) =>
    function* () {
      const loop = getRunningLoop();
      for (let step = 0; step < 3; step++) {
        yield* sleep(0.001);
        assertStrictEquals(getRunningLoop(), loop);
        assertEquals(currentTask()!.getName(), name);
      }
      log.push(`${name} done`);
      return loop;
    };
  const loops = [newEventLoop(), newEventLoop()];
  const tasks = loops.map((loop, index) =>
    loop.createTask(work(`task of ${index}`), { name: `task of ${index}` })
  );
  await Promise.all(loops.map((loop, index) => loop.runUntilComplete(tasks[index]!)));
  assertEquals(log.sort(), ["task of 0 done", "task of 1 done"]);
  tasks.forEach((task, index) => assertStrictEquals(task.result(), loops[index]));
  for (const loop of loops) loop.close();
});

// The synchronous run

/* generator only */
test("EventLoop.runUntilCompleteSync() runs to the end before it returns", () => {
  const loop = virtualLoop();
  const result = loop.runUntilCompleteSync(function* () {
    const task = createTask(sleep({ days: 1 }, "tomorrow"));
    return [yield* task, getRunningLoop().time()];
  });
  assertEquals(result, ["tomorrow", 86_400]);
  loop.close();
});

/* generator only */
test("EventLoop.runUntilCompleteSync() throws the error", () => {
  const loop = virtualLoop();
  const error = new Error("no");
  assertStrictEquals(
    assertThrows(() =>
      loop.runUntilCompleteSync(function* () {
        throw error;
      })
    ),
    error,
  );
  loop.close();
});

test("EventLoop.runUntilCompleteSync() needs a virtual clock", () => {
  const loop = newEventLoop();
  assertThrows(
    () => loop.runUntilCompleteSync(sleep(1)),
    RuntimeError,
    "a synchronous run needs a virtual clock",
  );
  loop.close();
});

test("EventLoop.runUntilCompleteSync() cannot wait for an async function", () => {
  const loop = virtualLoop();
  assertThrows(
    () => loop.runUntilCompleteSync(async () => await sleep(1)),
    RuntimeError,
    "a synchronous run cannot wait for a promise",
  );
  loop.close();
});

test("a run on a virtual clock that can never end is a DeadlockError with the tasks", async () => {
  const loop = virtualLoop();
  const future = loop.createFuture();
  loop.createTask(
    function* () {
      yield* future;
    },
    { name: "stuck" },
  );
  const error = await assertRejects(() => loop.runForever(), DeadlockError, "can never be done");
  assertEquals(error.tasks.length, 1);
  assertMatch(error.tasks[0]!.task, /^<Task pending name='stuck'/);
  assertMatch(error.tasks[0]!.waitingFor!, /^<Future pending cb=/);
  future.setResult(null);
  await loop.runUntilComplete(sleep(0));
  loop.close();
});

// Closing

test("EventLoop.close() closes once, and twice does nothing", () => {
  const loop = virtualLoop();
  assertEquals([loop.isClosed(), `${loop}`], [
    false,
    "<EventLoop running=false closed=false debug=false>",
  ]);
  loop.close();
  loop.close();
  assertEquals([loop.isClosed(), loop.isRunning(), `${loop}`], [
    true,
    false,
    "<EventLoop running=false closed=true debug=false>",
  ]);
});

test("a closed loop refuses to run and to be given work", async () => {
  const loop = virtualLoop();
  const [early, late] = [loop.createFuture<number>(), sleep(1)];
  loop.close();
  const given: Record<string, () => unknown> = {
    callSoon: () => loop.callSoon(() => {}),
    callSoonThreadsafe: () => loop.callSoonThreadsafe(() => {}),
    callLater: () => loop.callLater(1, () => {}),
    callAt: () => loop.callAt(1, () => {}),
    createTask: () => loop.createTask(late),
    runInExecutor: () => loop.runInExecutor(null, () => {}),
    runUntilCompleteSync: () => loop.runUntilCompleteSync(late),
  };
  for (const [name, give] of Object.entries(given)) {
    assertEquals([name, `${assertThrows(give)}`], [name, "RuntimeError: Event loop is closed"]);
  }
  await assertRejects(() => loop.runForever(), RuntimeError, "Event loop is closed");
  await assertRejects(() => loop.runUntilComplete(late), RuntimeError, "Event loop is closed");
  await assertRejects(() => loop.runUntilComplete(early), RuntimeError, "Event loop is closed");
});

test("a closed loop still answers, stops, and makes futures", () => {
  const loop = virtualLoop();
  loop.close();
  loop.stop();
  assertEquals([loop.time(), loop.isRunning(), loop.getDebug()], [0, false, false]);
  assertEquals(loop.createFuture().done(), false);
});

test("EventLoop.close() forgets what waits in the loop", async () => {
  const log: string[] = [];
  const loop = newEventLoop();
  loop.callSoon(() => log.push("soon"));
  loop.callLater(0.001, () => log.push("later"));
  loop.close();
  await new Promise((resolve) => setTimeout(resolve, 3));
  assertEquals(log, []);
});

test("EventLoop.close() in a callback is a RuntimeError, reported", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.callSoon(function closing() {
      loop.close();
    });
    yield* sleep(0);
    assertEquals(loop.isClosed(), false);
  }, { reports: ["Exception in callback closing()"] });
});

// Callbacks

test("EventLoop.callSoon() hands its arguments to the callback", () => {
  const loop = virtualLoop();
  const log: unknown[] = [];
  loop.callSoon((...args: unknown[]) => log.push(args));
  loop.callSoon((a: number) => log.push(a), 1);
  loop.callSoon((a: number, b: string, c: null) => log.push([a, b, c]), 1, "b", null);
  loop.runUntilCompleteSync(sleep(0));
  assertEquals(log, [[], 1, [1, "b", null]]);
  loop.close();
});

test("EventLoop.callLater() and callAt() call at their times, which handles tell", () => {
  const loop = newEventLoop({ clock: new VirtualClock(100) });
  const log: unknown[] = [];
  const note = (name: string) => log.push([name, loop.time()]);
  const handles = [
    loop.callLater(2, note, "in 2 s"),
    loop.callAt(101, note, "at 101"),
    loop.callLater({ milliseconds: 500 }, note, "in 500 ms"),
    loop.callLater({ minutes: 1, seconds: 2 }, note, "in 1:02"),
    loop.callAt(3, note, "long ago"),
    loop.callLater(-1, note, "a second ago"),
  ];
  assertEquals(handles.map((handle) => handle.when()), [102, 101, 100.5, 162, 3, 99]);
  loop.runUntilCompleteSync(sleep(100));
  assertEquals(log, [
    ["long ago", 100],
    ["a second ago", 100],
    ["in 500 ms", 100.5],
    ["at 101", 101],
    ["in 2 s", 102],
    ["in 1:02", 162],
  ]);
  loop.close();
});

test("callLater() refuses a delay that is no duration", () => {
  const loop = virtualLoop();
  const cases: [unknown, typeof TypeError | typeof ValueError, string][] = [
    ["x", TypeError, "delay must be a number of seconds or an object such as"],
    [undefined, TypeError, "delay must be a number of seconds"],
    [null, TypeError, "delay must not be null"],
    [{}, TypeError, "got {} (Object)"],
    [{ seconds: "1" }, TypeError, "delay must be a number of seconds"],
    [1n, TypeError, "got 1n (bigint)"],
    [NaN, ValueError, "Invalid delay: NaN (not a number)"],
    [{ seconds: NaN }, ValueError, "Invalid delay: NaN (not a number)"],
  ];
  for (const [delay, type, message] of cases) {
    assertThrows(() => loop.callLater(delay as never, () => {}), type, message);
  }
  loop.close();
});

test("callAt() refuses a time that is no number", () => {
  const loop = virtualLoop();
  for (const when of ["x", undefined, { seconds: 1 }]) {
    assertThrows(
      () => loop.callAt(when as never, () => {}),
      TypeError,
      "when must be a number of seconds",
    );
  }
  assertThrows(() => loop.callAt(null as never, () => {}), TypeError, "when cannot be null");
  assertThrows(() => loop.callAt(NaN, () => {}), ValueError, "Invalid when: NaN (not a number)");
  loop.close();
});

test("callSoon(), callLater(), callAt() and callSoonThreadsafe() refuse what they cannot call", () => {
  const loop = virtualLoop();
  const schedule: Record<string, (callback: never) => unknown> = {
    callSoon: (callback) => loop.callSoon(callback),
    callSoonThreadsafe: (callback) => loop.callSoonThreadsafe(callback),
    callLater: (callback) => loop.callLater(1, callback),
    callAt: (callback) => loop.callAt(1, callback),
  };
  for (const [name, give] of Object.entries(schedule)) {
    assertThrows(
      () => give(42 as never),
      TypeError,
      `a callable object was expected by ${name}(), got 42 (number)`,
    );
    const coroutines = [async () => {}, function* () {}, sleep(1)];
    for (const coroutine of coroutines) {
      assertThrows(
        () => give(coroutine as never),
        TypeError,
        `coroutines cannot be used with ${name}()`,
      );
    }
  }
  loop.close();
});

// Tasks

test("EventLoop.createTask() makes tasks from outside, which wait for a run", async () => {
  const loop = virtualLoop();
  const task = loop.createTask(
    function* () {
      return yield* sleep(1, "ran");
    },
    { name: "outside" },
  );
  assertEquals([task.getName(), task.done(), task.getLoop() === loop], ["outside", false, true]);
  await loop.runUntilComplete(sleep(2));
  assertEquals(task.result(), "ran");
  loop.close();
});

test("createTask() outside a running loop is a RuntimeError", async () => {
  const work = sleep(0, "not lost");
  assertThrows(() => createTask(work), RuntimeError, "no running event loop");
  assertEquals(await run(work), "not lost");
});

test("EventLoop.setTaskFactory() makes the tasks of createTask()", async () => {
  const log: unknown[] = [];
  class Traced<T> extends Task<T> {}
  await virtually(function* () {
    const loop = getRunningLoop();
    assertEquals(loop.getTaskFactory(), null);
    const factory = <T>(loop: EventLoop, coro: CoroutineLike<T>, options: TaskOptions) => {
      log.push([loop === getRunningLoop(), typeof coro, options.name]);
      return new Traced<T>(coro, { ...options, loop });
    };
    loop.setTaskFactory(factory);
    assertStrictEquals(loop.getTaskFactory(), factory);
    const task = createTask(() => sleep(1, "traced"), { name: "T" });
    assertInstanceOf(task, Traced);
    assertEquals([yield* task, task.getName()], ["traced", "T"]);
    loop.setTaskFactory(null);
    assertEquals(loop.getTaskFactory(), null);
    const plain = createTask(sleep(0));
    assert(!(plain instanceof Traced));
    yield* plain;
  });
  assertEquals(log, [[true, "function", "T"]]);
});

test("EventLoop.setTaskFactory() refuses what is no function", () => {
  const loop = virtualLoop();
  assertThrows(
    () => loop.setTaskFactory(1 as never),
    TypeError,
    "task factory must be a callable or null, got 1 (number)",
  );
  assertThrows(() => loop.setTaskFactory(undefined as never), TypeError);
  loop.close();
});

test("EventLoop.createFuture() makes a future of the loop", () => {
  const loop = virtualLoop();
  const future = loop.createFuture();
  assert(future instanceof Future && !(future instanceof Task));
  assertStrictEquals(future.getLoop(), loop);
  loop.close();
});

// Errors

test("an error in a callback is told to the exception handler, and the loop goes on", () => {
  const loop = virtualLoop();
  const reports = watchReports(loop);
  const log: string[] = [];
  const error = new RangeError("no");
  const handle = loop.callSoon(
    function broken(_text: string, _number: number) {
      throw error;
    },
    "text",
    7,
  );
  loop.callSoon(() => log.push("next"));
  loop.runUntilCompleteSync(sleep(0));
  assertEquals(log, ["next"]);
  assertEquals(reports.length, 1);
  assertEquals(reports[0]!.message, "Exception in callback broken()");
  assertStrictEquals(reports[0]!.exception, error);
  assertStrictEquals(reports[0]!.handle, handle);
  loop.close();
});

test("in debug mode a report of a callback tells its arguments", () => {
  const loop = virtualLoop();
  loop.setDebug(true);
  const reports = watchReports(loop);
  loop.callSoon(
    function broken(_text: string, _number: number) {
      throw new RangeError("no");
    },
    "text",
    7,
  );
  loop.runUntilCompleteSync(sleep(0));
  assertEquals(reports.map(({ message }) => message), ["Exception in callback broken('text', 7)"]);
  loop.close();
});

/** What is logged while something runs: the first lines. */
function watchLog(work: () => void): string[] {
  return recordsOf(work).map(({ message }) => message.split("\n")[0]!);
}

test("a default exception handler that throws is told to the logger, and the loop goes on", () => {
  class Broken extends EventLoop {
    override defaultExceptionHandler(): void {
      throw new ValueError("spam");
    }
  }
  const loop = new Broken({ clock: new VirtualClock() });
  const log: string[] = [];
  loop.callSoon(() => {
    throw new TypeError("x");
  });
  loop.callSoon(() => log.push("next"));
  const lines = watchLog(() => {
    loop.runUntilCompleteSync(sleep(0));
    loop.callExceptionHandler({ message: "by hand" });
    loop.setExceptionHandler(() => {
      throw new RangeError("eggs");
    });
    loop.callExceptionHandler({ message: "by hand" });
  });
  assertEquals(log, ["next"]);
  assertEquals(lines, [
    "Exception in default exception handler",
    "Exception in default exception handler",
    "Exception in default exception handler while handling an unexpected error in custom " +
    "exception handler",
  ]);
  loop.close();
});

test("what is no context is told to the logger", () => {
  const loop = virtualLoop();
  assertEquals(watchLog(() => loop.callExceptionHandler(null as never)), [
    "Exception in default exception handler",
  ]);
  loop.close();
});

for (const Exit of [SystemExit, KeyboardInterrupt]) {
  test(`an exception handler that throws ${Exit.name} ends the run`, () => {
    const loop = virtualLoop();
    const exit = new Exit();
    const log: string[] = [];
    loop.setExceptionHandler(() => {
      throw exit;
    });
    loop.callSoon(() => {
      throw new TypeError("x");
    });
    loop.callSoon(() => log.push("next"));
    assertStrictEquals(thrownBy(() => loop.runUntilCompleteSync(sleep(1))), exit);
    assertEquals(log, []);
    assertStrictEquals(thrownBy(() => loop.callExceptionHandler({ message: "by hand" })), exit);
    loop.setExceptionHandler(null);
    loop.runUntilCompleteSync(sleep(0));
    assertEquals(log, ["next"]);
    loop.close();
  });
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("an overridden callExceptionHandler() that throws ends the run by what it threw", () => {
  const error = new RangeError("no more");
  class Strict extends EventLoop {
    override callExceptionHandler(): void {
      throw error;
    }
  }
  const loop = new Strict({ clock: new VirtualClock() });
  loop.callSoon(() => {
    throw new TypeError("x");
  });
  assertStrictEquals(thrownBy(() => loop.runUntilCompleteSync(sleep(1))), error);
  loop.close();
});

test("an exception handler that exits over an error nobody retrieved is told to the logger", () => {
  const loop = virtualLoop();
  loop.setExceptionHandler(() => {
    throw new SystemExit(3);
  });
  loop.createFuture().setException(new ValueError("lost"));
  assertEquals(watchLog(() => loop.close()), [
    "Exception ignored while a Future exception was reported",
  ]);
  assert(loop.isClosed());
});

test("callLater() goes through an overridden callAt(), and so does what sleeps", async () => {
  const times: number[] = [];
  class Noting extends EventLoop {
    override callAt<A extends unknown[]>(
      when: number,
      callback: (...args: A) => unknown,
      ...args: A
    ): TimerHandle {
      times.push(when);
      return super.callAt(when, callback, ...args);
    }
  }
  const loop = new Noting({ clock: new VirtualClock() });
  const order: string[] = [];
  loop.callLater(2, (word) => order.push(word), "later");
  await loop.runUntilComplete(sleep(3, "slept"));
  assertEquals([times, order], [[2, 3], ["later"]]);
  loop.close();
});

/** A loop that notes when a run of it begins and ends. */
class Announcing extends EventLoop {
  readonly log: string[] = [];

  override async runForever(): Promise<void> {
    this.log.push("begin");
    try {
      await super.runForever();
    } finally {
      this.log.push("end");
    }
  }
}

test("EventLoop.runUntilComplete() runs by an overridden runForever(), and so does run()", async () => {
  const loop = new Announcing({ clock: new VirtualClock() });
  assertEquals(await loop.runUntilComplete(sleep(1, "slept")), "slept");
  assertEquals(loop.log, ["begin", "end"]);
  await assertRejects(() =>
    loop.runUntilComplete(function* () {
      throw new SystemExit("three");
    }), SystemExit);
  assertEquals(loop.log, ["begin", "end", "begin", "end"]);
  await assertRejects(() => loop.runUntilComplete(new Future({ loop })), DeadlockError);
  loop.close();
  const other = new Announcing({ clock: new VirtualClock() });
  assertEquals(await run(() => sleep(1, "slept"), { loopFactory: () => other }), "slept");
  // For the coroutine, the async generators, the executor.
  assertEquals(other.log.join(" "), "begin end begin end begin end");
});

test("EventLoop.runUntilComplete() tells where an overridden runForever() ends too soon", async () => {
  class Short extends EventLoop {
    override async runForever(): Promise<void> {}
  }
  const loop = new Short();
  await assertRejects(
    () => loop.runUntilComplete(sleep(0)),
    RuntimeError,
    "Event loop stopped before Future completed.",
  );
  loop.close();
});

/* generator only */
test("a loop whose time() is overridden goes by it", () => {
  let now = 1_000;
  class Own extends EventLoop {
    override time(): number {
      return now;
    }
  }
  const loop = new Own({ clock: new VirtualClock() });
  const log: string[] = [];
  loop.callLater(5, () => log.push(`five at ${now}`));
  loop.callLater(1, () => log.push(`one at ${now}`));
  const tick = () => {
    now++;
    if (now < 1_010) loop.callSoon(tick);
  };
  loop.callSoon(tick);
  loop.runUntilCompleteSync(function* () {
    while (now < 1_010) yield* sleep(0);
  });
  assertEquals(log, ["one at 1002", "five at 1006"]);
  loop.close();
});

/* generator only */
test("EventLoop.runUntilComplete() of a task that exits leaves its error to who has the task", async () => {
  const loop = virtualLoop();
  const reports = watchReports(loop);
  const exits = function* (): Generator<never, void> {
    throw new SystemExit(3);
  };
  await assertRejects(() => loop.runUntilComplete(exits()), SystemExit);
  const task = loop.createTask(exits());
  await assertRejects(() => loop.runUntilComplete(task), SystemExit);
  loop.close();
  assertEquals(reports.map(({ message, future }) => [message, future]), [
    ["Task exception was never retrieved", task],
  ]);
});

test("EventLoop.setExceptionHandler() is called with the loop and the context", () => {
  const loop = virtualLoop();
  const calls: unknown[] = [];
  const handler = (...args: unknown[]) => calls.push(args);
  assertEquals(loop.getExceptionHandler(), null);
  loop.setExceptionHandler(handler);
  assertStrictEquals(loop.getExceptionHandler(), handler);
  const context = { message: "something", extra: 1 };
  loop.callExceptionHandler(context);
  assertEquals(calls, [[loop, context]]);
  loop.setExceptionHandler(null);
  assertEquals(loop.getExceptionHandler(), null);
  loop.close();
});

test("EventLoop.setExceptionHandler() refuses what is no function", () => {
  const loop = virtualLoop();
  assertThrows(
    () => loop.setExceptionHandler("spam" as never),
    TypeError,
    "A callable object or null is expected, got 'spam' (string)",
  );
  loop.close();
});

test("EventLoop.defaultExceptionHandler() writes message, details and error to the console", () => {
  const loop = virtualLoop();
  const error = new RangeError("the cause");
  const [text, ...more] = captureConsole(() =>
    loop.callExceptionHandler({ message: "It broke", exception: error, zeta: 1, alpha: "a" })
  );
  assertEquals(more, []);
  const [first, second, third, fourth] = text!.split("\n");
  assertEquals([first, second, third], ["It broke", "alpha: 'a'", "zeta: 1"]);
  // The frames behind it are of the engine's own form.
  assertEquals(fourth, "RangeError: the cause");
  assert(text!.includes("event_loop_test"), text);
  loop.close();
});

test("EventLoop.defaultExceptionHandler() has a message where none is given", () => {
  const loop = virtualLoop();
  assertEquals(
    captureConsole(() => loop.defaultExceptionHandler({ message: "", exception: 42 })),
    ["Unhandled exception in event loop\n42"],
  );
  loop.close();
});

test("an exception handler that throws is itself reported to the console", () => {
  const loop = virtualLoop();
  loop.setExceptionHandler(() => {
    throw new TypeError("the handler's own");
  });
  const lines = captureConsole(() => loop.callExceptionHandler({ message: "the first" }));
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /^Unhandled error in exception handler\ncontext: .*the first/);
  assertMatch(lines[0]!, /TypeError: the handler's own/);
  loop.close();
});

test("an exception handler that throws does not stop the loop", () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.setExceptionHandler(() => {
    throw new Error("the handler's own");
  });
  const lines = captureConsole(() => {
    loop.callSoon(() => {
      throw new Error("the callback's");
    });
    loop.callSoon(() => log.push("next"));
    loop.runUntilCompleteSync(sleep(1));
  });
  assertEquals([lines.length, log], [1, ["next"]]);
  loop.close();
});

// Settings

test("EventLoop.setDebug() is told by getDebug() and the printed form", () => {
  const loop = virtualLoop();
  assertEquals([loop.getDebug(), loop.slowCallbackDuration], [false, 0.1]);
  loop.setDebug(true);
  assertEquals(loop.getDebug(), true);
  assertEquals(`${loop}`, "<EventLoop running=false closed=false debug=true>");
  loop.close();
});

test("EventLoop.time() moves on with the host, in seconds", async () => {
  const loop = newEventLoop();
  const hostBefore = performance.now();
  const before = loop.time();
  await loop.runUntilComplete(sleep(0.01));
  const spent = loop.time() - before;
  const hostSpent = (performance.now() - hostBefore) / 1000;
  // Browsers round their clocks, to a millisecond at the worst.
  const fits = spent > 0.009 && spent < hostSpent + 0.001;
  assert(fits, `${spent} s on the loop, ${hostSpent} s by the host`);
  loop.close();
});

test("newEventLoop() makes a new loop each time", () => {
  const loops = [newEventLoop(), newEventLoop(), new EventLoop()];
  assertEquals(new Set(loops).size, 3);
  for (const loop of loops) {
    assertInstanceOf(loop, EventLoop);
    loop.close();
  }
});

test("EventLoop.shutdownDefaultExecutor() without an executor is over at once", async () => {
  const loop = newEventLoop();
  assertEquals(await loop.runUntilComplete(loop.shutdownDefaultExecutor()), undefined);
  assertThrows(
    () => loop.runInExecutor(null, () => {}),
    RuntimeError,
    "Executor shutdown has been called",
  );
  assertEquals(await loop.runUntilComplete(loop.shutdownAsyncgens()), undefined);
  loop.close();
});

test("using closes a loop at the end of the block", async () => {
  let kept: EventLoop;
  {
    using loop = newEventLoop({ clock: new VirtualClock() });
    kept = loop;
    assertEquals(await loop.runUntilComplete(() => sleep(1, "done")), "done");
  }
  assertEquals(kept.isClosed(), true);
});

test("what EventLoop.time() of a class of one's own throws ends the run, and another can begin", async () => {
  class Loop extends EventLoop {
    isBroken = false;
    override time(): number {
      if (this.isBroken) throw new ValueError("no time");
      return super.time();
    }
  }
  for (const options of [{}, { clock: new VirtualClock() }]) {
    const loop = new Loop(options);
    const log: string[] = [];
    const main = function* () {
      loop.callLater(0.001, () => log.push("timer"));
      loop.isBroken = true;
      yield* sleep(0);
      return "slept";
    };
    await assertRejects(() => loop.runUntilComplete(main), ValueError, "no time");
    assertEquals(loop.isRunning(), false);
    loop.isBroken = false;
    await loop.runUntilComplete(sleep(0.002));
    assertEquals(log, ["timer"]);
    loop.close();
  }
});

/* generator only */
test("EventLoop.runUntilComplete() runs on for what is itself a future or a coroutine, and so does run()", async () => {
  const log: string[] = [];
  const later = function* () {
    yield* sleep(0.001);
    log.push("awaited in turn");
    return 7;
  };
  const mains: CoroutineLike<unknown>[] = [
    function* () {
      return createTask(later);
    },
    function* () {
      return sleep(0.001, createTask(later));
    },
    () => createTask(later),
  ];
  for (const main of mains) {
    const loop = newEventLoop();
    assertEquals(await loop.runUntilComplete(main), 7);
    loop.close();
    assertEquals(await run(main), 7);
  }
  assertEquals(log.length, 6);
});

/* generator only */
test("EventLoop.runUntilComplete() leaves a result that is a future of another loop's to the promise", async () => {
  const [loop, other] = [virtualLoop(), virtualLoop()];
  await assertRejects(
    () =>
      loop.runUntilComplete(function* () {
        return loop.createFuture();
      }),
    DeadlockError,
  );
  const future = other.createFuture<string>();
  const result = loop.runUntilComplete(function* () {
    return future;
  });
  other.callSoon(() => future.setResult("of another loop"));
  await other.runUntilComplete(sleep(0));
  assertEquals(await result as unknown, "of another loop");
  loop.close();
  other.close();
});
