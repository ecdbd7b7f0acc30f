// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  CancelledError,
  ConcurrentFuture,
  ContextVar,
  copyContext,
  createTask,
  currentTask,
  EventLoop,
  Executor,
  type ExecutorShutdownOptions,
  fromPromise,
  Future,
  getRunningLoop,
  type Job,
  type JobResult,
  KeyboardInterrupt,
  logger,
  type LogRecord,
  newEventLoop,
  run,
  Runner,
  RuntimeError,
  sleep,
  SystemExit,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

function virtualLoop(): EventLoop {
  return newEventLoop({ clock: new VirtualClock() });
}

/** Options that keep the loop that is made. */
function keepingLoop(): { loops: EventLoop[]; loopFactory: () => EventLoop } {
  const loops: EventLoop[] = [];
  return {
    loops,
    loopFactory: () => {
      const loop = virtualLoop();
      loops.push(loop);
      return loop;
    },
  };
}

// run()

test("run() gives the result of a coroutine, made or called for", async () => {
  assertEquals(
    await run(function* () {
      return yield* sleep(0, "function");
    }),
    "function",
  );
  assertEquals(await run(sleep(0, "lazy object")), "lazy object");
  assertEquals(await run(() => "plain function"), "plain function");
  assertEquals(await run(Promise.resolve("promise")), "promise");
});

test("run() rejects with the very error", async () => {
  const error = new RangeError("no");
  const rejection = assertRejects(() =>
    run(function* () {
      yield* sleep(0);
      throw error;
    })
  );
  assertStrictEquals(await rejection, error);
});

test("run() rejects with CancelledError when its main task is cancelled", async () => {
  await assertRejects(
    () =>
      run(function* () {
        currentTask()!.cancel("by itself");
        yield* sleep(1);
      }),
    CancelledError,
    "by itself",
  );
});

test("run() makes a loop for itself, and closes it", async () => {
  const loops: EventLoop[] = [];
  for (let time = 0; time < 2; time++) {
    await run(function* () {
      loops.push(getRunningLoop());
      assertEquals([getRunningLoop().isRunning(), getRunningLoop().isClosed()], [true, false]);
      yield* sleep(0);
    });
  }
  assertEquals(loops.map((loop) => [loop.isRunning(), loop.isClosed()]), [
    [false, true],
    [false, true],
  ]);
  assert(loops[0] !== loops[1]);
});

test("run() closes its loop after an error, too", async () => {
  const { loops, loopFactory } = keepingLoop();
  await assertRejects(() => run(() => Promise.reject(new Error("no")), { loopFactory }));
  assertEquals(loops.map((loop) => loop.isClosed()), [true]);
});

test("run() takes its loop from loopFactory, and its debug mode from debug", async () => {
  for (const debug of [true, false]) {
    const { loops, loopFactory } = keepingLoop();
    await run(function* () {
      assertStrictEquals(getRunningLoop(), loops[0]);
      assertEquals(getRunningLoop().getDebug(), debug);
      yield* sleep(3600);
    }, { debug, loopFactory });
    assertEquals([loops.length, loops[0]!.time()], [1, 3600]);
  }
});

test("run() takes a class of loops for loopFactory, as asyncio.EventLoop is given in Python", async () => {
  class OwnLoop extends EventLoop {}
  for (const loopFactory of [EventLoop, OwnLoop]) {
    const made = await run(() => [getRunningLoop().constructor], { loopFactory });
    assertEquals(made, [loopFactory]);
  }
});

test("run() cancels what is left, waits for it, and reports what fails", async () => {
  const log: string[] = [];
  const { loops, loopFactory } = keepingLoop();
  function* cleaningUp() {
    try {
      yield* sleep(10);
    } finally {
      yield* sleep(1);
      log.push("cleaned up");
    }
  }
  function* failing() {
    try {
      yield* sleep(10);
    } catch {
      throw new RangeError("in the clean-up");
    }
  }
  function* refusing() {
    try {
      yield* sleep(10);
    } catch {
      log.push("refused");
      return "kept";
    }
    return "not asked";
  }
  const tasks: Future<unknown>[] = [];
  const result = await run(function* () {
    getRunningLoop().setExceptionHandler((_loop, { message, exception, task }) => {
      log.push(`${message}: ${exception}, ${task === tasks[1]}`);
    });
    for (const work of [cleaningUp, failing, refusing]) tasks.push(createTask<unknown>(work));
    yield* sleep(1);
    return "result";
  }, { loopFactory });
  assertEquals(result, "result");
  assertEquals(log, [
    "refused",
    "cleaned up",
    "unhandled exception during asyncio.run() shutdown: RangeError: in the clean-up, true",
  ]);
  assertEquals(tasks.map((task) => task.cancelled()), [true, false, false]);
  assertEquals(loops[0]!.time(), 2);
});

test("run() inside a running loop is a RuntimeError, and begins nothing", async () => {
  const log: string[] = [];
  await run(function* () {
    const refused = run(() => {
      log.push("began");
      return "began";
    }).catch((error) => `${error}`);
    log.push(yield* fromPromise(refused));
  });
  assertEquals(log, [
    "RuntimeError: asyncio.run() cannot be called from a running event loop",
  ]);
});

test("run() may be called from outside while another run is on", async () => {
  const log: string[] = [];
  const work = (name: string) =>
    function* () {
      const loop = getRunningLoop();
      for (let step = 0; step < 3; step++) {
        yield* sleep(0.001);
        assertStrictEquals(getRunningLoop(), loop);
      }
      log.push(name);
      return name;
    };
  assertEquals(await Promise.all(["a", "b", "c"].map((name) => run(work(name)))), ["a", "b", "c"]);
  assertEquals(log.sort(), ["a", "b", "c"]);
});

test("run() refuses what cannot be awaited", async () => {
  for (
    const [main, shown] of [[42, "42 (number)"], [undefined, "undefined"], [{}, "{} (Object)"]]
  ) {
    await assertRejects(
      () => run(main as never),
      TypeError,
      `An asyncio.Future, a coroutine or an awaitable is required, got ${shown}`,
    );
  }
});

test("run() keeps its context variables from its caller", async () => {
  const place = new ContextVar("place", { default: "nowhere" });
  await run(function* () {
    place.set("inside");
    yield* sleep(0);
    assertEquals(place.get(), "inside");
  });
  assertEquals(place.get(), "nowhere");
});

// Runner

test("Runner.run() runs again and again on one loop", async () => {
  const runner = new Runner({ loopFactory: virtualLoop });
  const loop = runner.getLoop();
  assertStrictEquals(runner.getLoop(), loop);
  const where = function* () {
    yield* sleep(1);
    return { same: getRunningLoop() === loop };
  };
  assertEquals([await runner.run(where), await runner.run(where)], [{ same: true }, {
    same: true,
  }]);
  assertEquals([loop.time(), loop.isClosed()], [2, false]);
  await runner.close();
  assertEquals(loop.isClosed(), true);
});

test("Runner.run() keeps one context over its runs, or takes another", async () => {
  const count = new ContextVar("count", { default: 0 });
  function* increment() {
    count.set(count.get() + 1);
    yield* sleep(0);
    return count.get();
  }
  const runner = new Runner();
  assertEquals([await runner.run(increment), await runner.run(increment)], [1, 2]);
  const context = copyContext();
  assertEquals(await runner.run(increment, { context }), 1);
  assertEquals([context.get(count), await runner.run(increment), count.get()], [1, 3, 0]);
  await runner.close();
});

test("Runner.run() leaves other tasks for the next run, close() ends them", async () => {
  const log: string[] = [];
  const runner = new Runner({ loopFactory: virtualLoop });
  await runner.run(function* () {
    createTask(function* () {
      try {
        for (;;) {
          yield* sleep(1);
          log.push(`tick at ${getRunningLoop().time()}`);
        }
      } finally {
        log.push("ended");
      }
    });
    yield* sleep(0.5);
  });
  log.push("between");
  await runner.run(sleep(1));
  log.push("closing");
  await runner.close();
  assertEquals(log, ["between", "tick at 1", "closing", "ended"]);
});

test("a Runner makes its loop when it is first needed", async () => {
  const { loops, loopFactory } = keepingLoop();
  await new Runner({ loopFactory }).close();
  assertEquals(loops.length, 0);
  const runner = new Runner({ loopFactory });
  await runner.run(() => {});
  assertEquals(loops.length, 1);
  await runner.close();
});

test("a Runner that is closed refuses to run, and may be closed again", async () => {
  const runner = new Runner();
  await runner.run(() => {});
  await runner.close();
  await runner.close();
  const nap = sleep(0, "not lost");
  await assertRejects(() => runner.run(nap), RuntimeError, "Runner is closed");
  assertThrows(() => runner.getLoop(), RuntimeError, "Runner is closed");
  assertEquals(await run(nap), "not lost");
});

test("a Runner that was closed before its first use can be used", async () => {
  const runner = new Runner();
  await runner.close();
  assertEquals(await runner.run(sleep(0, "done")), "done");
  await runner.close();
});

test("a Runner has its loop until it is closed, and takes no run while it closes", async () => {
  const runner = new Runner();
  const loop = runner.getLoop();
  const seen: unknown[] = [];
  await runner.run(function* () {
    createTask(function* () {
      try {
        yield* sleep(60);
      } finally {
        seen.push(runner.getLoop());
      }
    });
    yield* sleep(0);
  });
  const closing = runner.close();
  await assertRejects(() => runner.run(() => {}), RuntimeError, "Runner is closed");
  await Promise.all([closing, runner.close()]);
  assertEquals([seen[0] === loop, loop.isClosed()], [true, true]);
});

test("Runner.close() while a run is on is a RuntimeError, and may be called again when that is over", async () => {
  const runner = new Runner();
  const loop = runner.getLoop();
  const isClean = loop.createFuture<void>();
  const begun = new ConcurrentFuture<void>();
  const ended = assertRejects(() =>
    runner.run(function* () {
      try {
        begun.setResult();
        yield* sleep(3600);
      } finally {
        yield* isClean;
      }
    }), CancelledError);
  await begun;
  await assertRejects(() => runner.close(), RuntimeError, "Cannot close a running event loop");
  loop.callSoonThreadsafe(() => isClean.setResult());
  await ended;
  assertEquals(loop.isClosed(), false);
  await runner.close();
  assertEquals(loop.isClosed(), true);
});

test("Runner.run() of a future runs a task that awaits it", async () => {
  await using runner = new Runner();
  const loop = runner.getLoop();
  const future = loop.createFuture<string>();
  const names: unknown[] = [];
  loop.callSoon(() => {
    names.push(...[...allTasks(loop)].map((task) => task.getCoro()));
    future.setResult("done");
  });
  assertEquals(await runner.run(future), "done");
  assertEquals(names.length, 1);
  const other = newEventLoop();
  await assertRejects(
    () => runner.run(other.createFuture()),
    RuntimeError,
    "attached to a different loop",
  );
  other.close();
});

test("Runner.run() inside a running loop is a RuntimeError", async () => {
  const runner = new Runner();
  await runner.run(function* () {
    const refused = runner.run(() => {}).catch((error) => `${error}`);
    assertEquals(
      yield* fromPromise(refused),
      "RuntimeError: Runner.run() cannot be called from a running event loop",
    );
  });
  await runner.close();
});

test("Runner.run() of a future of its loop gives the future's result", async () => {
  const runner = new Runner();
  const future = new Future<string>({ loop: runner.getLoop() });
  runner.getLoop().callSoon(() => future.setResult("set"));
  assertEquals(await runner.run(future), "set");
  await runner.close();
});

test("a Runner closes at the end of its block", async () => {
  let loop: EventLoop;
  {
    await using runner = new Runner();
    loop = runner.getLoop();
    assertEquals(await runner.run(sleep(0, "in the block")), "in the block");
    assertEquals(loop.isClosed(), false);
  }
  assertEquals(loop.isClosed(), true);
});

test("null stands for what is left out of a runner's options", async () => {
  const options = { debug: null, loopFactory: null } as const;
  assertEquals(await run(sleep(0, "done"), options), "done");
  await using runner = new Runner(options);
  assertEquals(await runner.run(sleep(0, "done"), { context: null }), "done");
});

test("run() of what exits throws it, and reports nothing", async () => {
  const reports: unknown[] = [];
  for (const Exit of [SystemExit, KeyboardInterrupt]) {
    await assertRejects(() =>
      run(function* () {
        throw new Exit();
      }, {
        loopFactory: () => {
          const loop = newEventLoop();
          loop.setExceptionHandler((_loop, { message }) => reports.push(message));
          return loop;
        },
      }), Exit);
  }
  assertEquals(reports, []);
});

// On a virtual clock

/** Runs a job at once, and needs some of the host's time to end. */
class SlowToEnd extends Executor {
  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>> {
    const future = new ConcurrentFuture<JobResult<R>>();
    future.setResult((job as (...args: A) => JobResult<R>)(...args));
    return future;
  }

  shutdown({ wait = true }: ExecutorShutdownOptions = {}): ConcurrentFuture<void> {
    const done = new ConcurrentFuture<void>();
    if (wait) setTimeout(() => done.setResult(), 20);
    else done.setResult();
    return done;
  }
}

test("run() on a virtual clock sets the end of the default executor no limit", async () => {
  const { loops, loopFactory } = keepingLoop();
  const records: LogRecord[] = [];
  logger.setSink((record) => records.push(record));
  try {
    await run(() => getRunningLoop().setDefaultExecutor(new SlowToEnd()), { loopFactory });
  } finally {
    logger.setSink(null);
  }
  assertEquals(records, []);
  assertEquals(loops[0]!.time(), 0);
});
