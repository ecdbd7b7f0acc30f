// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ALL_COMPLETED,
  asCompleted,
  createTask,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  Queue,
  sleep,
  Task,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function* fail(delay: number) {
  yield* sleep(delay);
  throw new RangeError("failed");
}

test("wait() waits for all, and gives the sets of done and pending ones", async () => {
  await virtually(function* () {
    const [a, b] = [createTask(sleep(1)), createTask(sleep(1.5))];
    const [done, pending] = yield* wait([b, a]);
    assertEquals([done, pending], [new Set([b, a]), new Set()]);
    assertEquals(getRunningLoop().time(), 1.5);
    const [again] = yield* wait([a, b], { returnWhen: ALL_COMPLETED });
    assertEquals([again, getRunningLoop().time()], [new Set([a, b]), 1.5]);
  });
});

test("wait() for the first completed leaves the others running", async () => {
  await virtually(function* () {
    const [slow, quick] = [createTask(sleep(10, "slow")), createTask(sleep(1))];
    const [done, pending] = yield* wait([slow, quick], { returnWhen: FIRST_COMPLETED });
    assertEquals([done, pending], [new Set([quick]), new Set([slow])]);
    assertEquals([slow.done(), getRunningLoop().time()], [false, 1]);
    assertEquals(yield* slow, "slow");
  });
});

test("wait() for the first completed gives all that are done by then", async () => {
  await virtually(function* () {
    const futures = [new Future<void>(), new Future<void>(), new Future<void>()];
    const [a, b, c] = futures;
    getRunningLoop().callLater(1, () => a!.setResult());
    getRunningLoop().callLater(1, () => b!.setResult());
    const [done, pending] = yield* wait(futures, { returnWhen: FIRST_COMPLETED });
    assertEquals([done, pending], [new Set([a, b]), new Set([c])]);
  });
});

test("wait() for the first exception returns at a failure, and at no other end", async () => {
  await virtually(function* () {
    const cancelled = createTask(sleep(10));
    const [quick, failing, slow] = [
      createTask(sleep(1)),
      createTask(() => fail(2)),
      createTask(sleep(10)),
    ];
    getRunningLoop().callLater(0.5, () => cancelled.cancel());
    const [done, pending] = yield* wait([slow, failing, quick, cancelled], {
      returnWhen: FIRST_EXCEPTION,
    });
    assertEquals([done, pending], [new Set([failing, quick, cancelled]), new Set([slow])]);
    assertEquals(getRunningLoop().time(), 2);
    failing.exception();
  });
});

test("wait() for the first exception waits for all where none fails", async () => {
  await virtually(function* () {
    const tasks = [1, 3, 2].map((delay) => createTask(sleep(delay)));
    const [done, pending] = yield* wait(tasks, { returnWhen: FIRST_EXCEPTION });
    assertEquals([done.size, pending.size, getRunningLoop().time()], [3, 0, 3]);
  });
});

test("wait() for all throws no error of theirs", async () => {
  await virtually(function* () {
    const [failing, slow] = [createTask(() => fail(1)), createTask(sleep(2))];
    const [done] = yield* wait([failing, slow]);
    assertEquals([done.size, getRunningLoop().time()], [2, 2]);
    assert(failing.exception() instanceof RangeError);
  });
});

test("wait() with a timeout returns when it is over, without an error", async () => {
  await virtually(function* () {
    const [quick, slow] = [createTask(sleep(1)), createTask(sleep(10, "slow"))];
    for (const timeout of [2, { milliseconds: 500 }]) {
      const [done, pending] = yield* wait([quick, slow], { timeout });
      assertEquals([done, pending], [new Set([quick]), new Set([slow])]);
    }
    assertEquals([getRunningLoop().time(), slow.cancelling()], [2.5, 0]);
    assertEquals(yield* slow, "slow");
  });
});

test("wait() with a timeout that is not needed leaves no timer behind", async () => {
  await virtually(function* () {
    yield* wait([createTask(sleep(1))], { timeout: 100 });
    assertEquals(getRunningLoop().time(), 1);
  });
});

test("wait() with a timeout of zero, or less, looks once", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    const [ready, never] = [new Future<void>(), new Future<void>()];
    ready.setResult();
    for (const timeout of [0, -1]) {
      const count = (n: number) => {
        log.push(n);
        if (n < 3) loop.callSoon(count, n + 1);
      };
      loop.callSoon(count, 1);
      const [done, pending] = yield* wait([ready, never], { timeout });
      log.push("back");
      assertEquals([done, pending], [new Set([ready]), new Set([never])]);
      yield* sleep(1);
    }
  });
  assertEquals(log, [1, 2, "back", 3, 1, 2, "back", 3]);
});

test("wait() for what is done takes one iteration", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future<void>();
    future.setResult();
    getRunningLoop().callSoon(() => log.push("callback"));
    yield* wait([future]);
    log.push("back");
  });
  assertEquals(log, ["callback", "back"]);
});

test("wait() with timeout null waits for ever", async () => {
  await virtually(function* () {
    const task = createTask(sleep({ days: 1 }, "x"));
    const [done] = yield* wait([task], { timeout: null });
    assertEquals(done, new Set([task]));
  });
});

test("wait() counts each awaitable once", async () => {
  await virtually(function* () {
    let runs = 0;
    const nap = sleep(1, "nap");
    const task = createTask(() => ++runs);
    const [done, pending] = yield* wait([nap, task, nap, task]);
    assertEquals([done.size, pending.size, runs], [2, 0, 1]);
    assertEquals(new Set([...done].map((each) => each.result())), new Set(["nap", 1]));
  });
});

test("wait() of the same function twice runs it twice", async () => {
  await virtually(function* () {
    let runs = 0;
    function* count() {
      yield* sleep(1);
      return ++runs;
    }
    const [done] = yield* wait([count, count]);
    assertEquals([...done].map((each) => each.result()), [1, 2]);
  });
});

test("wait() makes tasks of coroutines and functions, which the sets hold", async () => {
  await virtually(function* () {
    const future = new Future<string>();
    future.setResult("future");
    const [done] = yield* wait([sleep(1, "coroutine"), () => sleep(2, "function"), future]);
    const results = [...done].map((each) => [each instanceof Task, each.result()]);
    assertEquals(results, [[true, "coroutine"], [true, "function"], [false, "future"]]);
  });
});

test("wait() takes any iterable", async () => {
  await virtually(function* () {
    const tasks = [1, 2].map((delay) => createTask(sleep(delay)));
    const lists = [new Set(tasks), new Map(tasks.entries()).values(), tasks[Symbol.iterator]()];
    for (const list of lists) {
      const [done] = yield* wait(list);
      assertEquals(done, new Set(tasks));
    }
  });
});

test("a task that is cancelled in wait() leaves what it waited for alone", async () => {
  await virtually(function* () {
    const [future, task] = [new Future<void>(), createTask(sleep(5, "slept"))];
    const waiting = createTask(function* () {
      yield* wait([future, task], { timeout: 3 });
    });
    yield* sleep(1);
    waiting.cancel();
    yield* sleep(0);
    assertEquals([waiting.cancelled(), future.done(), task.cancelling()], [true, false, 0]);
    // No callback stays behind.
    assertEquals(`${future}`, "<Future pending>");
    assertEquals(yield* task, "slept");
    assertEquals(getRunningLoop().time(), 5);
  });
});

test("wait() takes its callbacks off those that are pending when it returns", async () => {
  await virtually(function* () {
    const future = new Future<void>();
    yield* wait([future], { timeout: 1 });
    assertEquals(`${future}`, "<Future pending>");
  });
});

test("a wait() that is not awaited does nothing", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const lazy = wait([() => log.push("ran")]);
    yield* sleep(1);
    log.push("awaited");
    yield* lazy;
  });
  assertEquals(log, ["awaited", "ran"]);
});

test("wait() refuses, when awaited, what it cannot wait for", async () => {
  const foreign = newEventLoop().createFuture();
  await virtually(function* () {
    const future = new Future();
    const cases: [() => PromiseLike<unknown>, string][] = [
      [() => wait([]), "ValueError: Set of Tasks/Futures is empty."],
      [() => wait(new Set<Future>()), "ValueError: Set of Tasks/Futures is empty."],
      [
        () => wait([future], { returnWhen: "-1" as never }),
        "ValueError: Invalid return_when value: -1, " +
        "expected FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED",
      ],
      [
        () => wait(future as never),
        "TypeError: expect a list of futures, not <Future pending> (Future): " +
        "put what wait() takes into an array",
      ],
      [
        () => wait(42 as never),
        "TypeError: expect a list of futures, not 42 (number): put what wait() takes into an array",
      ],
      [
        () => wait([42] as never),
        "TypeError: An asyncio.Future, a coroutine or an awaitable is required, got 42 (number)",
      ],
      [
        () => wait([future], { timeout: "soon" as never }),
        "TypeError: timeout must be a number of seconds or an object such as { milliseconds: 50 }, " +
        "got 'soon' (string)",
      ],
      [
        () => wait([future], { timeout: NaN }),
        "ValueError: Invalid timeout: NaN (not a number), expected a number of seconds",
      ],
    ];
    for (const [make, message] of cases) {
      const task = createTask(make as () => Promise<unknown>);
      while (!task.done()) yield* sleep(0);
      assertEquals(`${task.exception()}`, message);
    }
    assertEquals(foreign.done(), false);
  });
});

test("wait() for the first error counts as having seen it, and no other wait does", async () => {
  for (const returnWhen of [FIRST_EXCEPTION, FIRST_COMPLETED, ALL_COMPLETED] as const) {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const reports: unknown[] = [];
    loop.setExceptionHandler((_loop, { message }) => reports.push(message));
    await loop.runUntilComplete(function* () {
      yield* wait([createTask(() => fail(1)), createTask(sleep(2))], { returnWhen });
      yield* sleep(2);
    });
    loop.close();
    assertEquals(
      reports,
      returnWhen === FIRST_EXCEPTION ? [] : ["Task exception was never retrieved"],
      returnWhen,
    );
  }
});

test("what takes options refuses something else in their place", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    const calls: [(given: never) => unknown, string][] = [
      [(given) => wait([], given), "wait()"],
      [(given) => gather([], given), "gather()"],
      [(given) => asCompleted([], given), "asCompleted()"],
      [(given) => createTask(sleep(0), given), "createTask()"],
      [(given) => queue.shutdown(given), "shutdown()"],
    ];
    for (const [call, name] of calls) {
      for (const given of [true, 5, "name", null]) {
        assertThrows(
          () => call(given as never),
          TypeError,
          `${name} expects an object of options, got ${given === "name" ? "'name'" : given}`,
        );
      }
    }
    queue.putNowait(1);
    yield* sleep(0);
  });
});
