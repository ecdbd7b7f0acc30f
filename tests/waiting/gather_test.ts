// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  type CoroutineLike,
  type CoroutineObject,
  createTask,
  currentTask,
  eagerTaskFactory,
  type EventLoop,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  shield,
  sleep,
  Task,
  type TaskFactory,
  ValueError,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Sleeps, notes what happens to it, and gives its name or throws. */
function worker(log: string[], name: string, delay: number, error?: Error) {
  return function* (): CoroutineObject<string> {
    log.push(`${name} starts`);
    try {
      yield* sleep(delay);
    } catch (cancellation) {
      log.push(`${name} cancelled: ${(cancellation as Error).message}`);
      throw cancellation;
    }
    log.push(`${name} ends`);
    if (error !== undefined) throw error;
    return name;
  };
}

/** What was thrown, as text. */
function shown(error: unknown): string {
  return `${(error as Error).name}(${(error as Error).message})`;
}

// Results

test("gather() gives the results in the order of the arguments, not of the ends", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const results = yield* gather([
      worker(log, "a", 3),
      worker(log, "b", 1),
      worker(log, "c", 2),
    ]);
    assertEquals(results, ["a", "b", "c"]);
    assertEquals(getRunningLoop().time(), 3);
  });
  assertEquals(log, ["a starts", "b starts", "c starts", "b ends", "c ends", "a ends"]);
});

test("gather() takes futures, tasks, coroutines, functions and promises at once", async () => {
  await virtually(function* () {
    const future = new Future<string>();
    getRunningLoop().callLater(1, () => future.setResult("future"));
    const results = yield* gather([
      future,
      createTask(sleep(2, "task")),
      sleep(1, "coroutine"),
      () => sleep(1, "function"),
      Promise.resolve("promise"),
      shield(sleep(1, "shield")),
    ]);
    assertEquals(results, ["future", "task", "coroutine", "function", "promise", "shield"]);
  });
});

test("gather() takes any iterable, and reads it once", async () => {
  await virtually(function* () {
    let reads = 0;
    const once = {
      [Symbol.iterator]: () => {
        reads++;
        return [sleep(1, "x"), sleep(2, "y")][Symbol.iterator]();
      },
    };
    assertEquals(yield* gather(once), ["x", "y"]);
    assertEquals(yield* gather(new Set([sleep(0, "of a set")])), ["of a set"]);
    assertEquals(yield* gather(new Map([["k", sleep(0, "of a map")]]).values()), ["of a map"]);
    assertEquals(reads, 1);
  });
});

test("gather() of nothing is done at once, with no results", async () => {
  await virtually(function* () {
    const all = gather([]);
    assertEquals([all.done(), yield* all, all.getLoop() === getRunningLoop()], [true, [], true]);
  });
});

test("gather() of futures that are done is done at once", async () => {
  await virtually(function* () {
    const [first, second, failed] = [new Future(), new Future(), new Future()];
    first.setResult(1);
    second.setResult(2);
    failed.setException(new RangeError("3"));
    const all = gather([first, second]);
    assertEquals([all.done(), all.result()], [true, [1, 2]]);
    const broken = gather([first, failed, new Future()]);
    assertEquals([broken.done(), shown(broken.exception())], [true, "RangeError(3)"]);
    yield* sleep(0);
  });
});

test("gather() of the same object twice runs it once", async () => {
  await virtually(function* () {
    let runs = 0;
    const nap = sleep(1, "nap");
    const task = createTask(() => ++runs);
    assertEquals(yield* gather([nap, task, nap, task]), ["nap", 1, "nap", 1]);
  });
});

test("gather() of the same coroutine twice runs it once, whoever makes the tasks", async () => {
  await virtually(function* () {
    let runs = 0;
    function* count() {
      yield* sleep(1);
      return ++runs;
    }
    const loop = getRunningLoop();
    // A future of the factory's own does not tell what it was made of.
    const viaFuture: TaskFactory = <T>(owner: EventLoop, coro: CoroutineLike<T>) => {
      const future = owner.createFuture<T>();
      new Task(coro, { loop: owner }).addDoneCallback((task) => future.setResult(task.result()));
      return future;
    };
    for (const factory of [null, viaFuture, eagerTaskFactory]) {
      loop.setTaskFactory(factory);
      const [one, other] = [count(), count()];
      const [first, second, ...again] = yield* gather([one, other, one, other, other, one]);
      assertEquals(again, [first, second, second, first]);
      assertEquals(second === first, false);
    }
    assertEquals(runs, 6);
  });
});

test("gather() of the same function twice runs it twice", async () => {
  await virtually(function* () {
    let runs = 0;
    function* count() {
      yield* sleep(1);
      return ++runs;
    }
    assertEquals(yield* gather([count, count]), [1, 2]);
  });
});

test("gather() begins its coroutines in the next iteration, in order", async () => {
  const log: string[] = [];
  await virtually(function* () {
    getRunningLoop().callSoon(() => log.push("callback"));
    const all = gather([worker(log, "a", 0), worker(log, "b", 0)]);
    log.push("made");
    yield* all;
  });
  assertEquals(log, ["made", "callback", "a starts", "b starts", "a ends", "b ends"]);
});

test("a gathering may be awaited by several, and again", async () => {
  await virtually(function* () {
    const all = gather([sleep(1, 1), sleep(2, 2)]);
    const waits = [1, 2].map(() =>
      createTask(function* () {
        return yield* all;
      })
    );
    assertEquals(yield* gather(waits), [[1, 2], [1, 2]]);
    assertEquals(yield* all, [1, 2]);
  });
});

test("who awaits a gathering goes on an iteration after the last child's callbacks", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const child = createTask(sleep(1));
    child.addDoneCallback(() => log.push("callback before"));
    const all = gather([child]);
    child.addDoneCallback(() => {
      log.push("callback behind");
      getRunningLoop().callSoon(() => log.push("callback's callback"));
    });
    yield* all;
    log.push("gathered");
  });
  assertEquals(log, ["callback before", "callback behind", "gathered", "callback's callback"]);
});

// Errors

test("the first error is thrown at once, and the others go on", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const error = new RangeError("b's");
    try {
      yield* gather([
        worker(log, "a", 3),
        worker(log, "b", 1, error),
        worker(log, "c", 2),
      ]);
    } catch (thrown) {
      assertStrictEquals(thrown, error);
      log.push(`thrown at ${getRunningLoop().time()}`);
    }
    yield* sleep(5);
  });
  assertEquals(log.slice(3), ["b ends", "thrown at 1", "c ends", "a ends"]);
});

test("errors after the first are taken note of, and thrown to nobody", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const all = gather([
      worker(log, "a", 1, new Error("first")),
      worker(log, "b", 2, new Error("second")),
    ]);
    yield* wait([all]);
    assertEquals(shown(all.exception()), "Error(first)");
    yield* sleep(5);
    assertEquals(shown(all.exception()), "Error(first)");
  });
});

// What asyncio does not have

test("cancelOnError has the first error cancel the others, and throws it when they have ended", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const error = new RangeError("b's");
    const slow = function* (): CoroutineObject<void> {
      try {
        yield* sleep(60);
      } finally {
        yield* sleep(2);
        log.push(`slow ends at ${getRunningLoop().time()}`);
      }
    };
    const all = gather(
      [worker(log, "a", 3), slow, worker(log, "b", 1, error), sleep(0.5, "done before")],
      { cancelOnError: true },
    );
    try {
      yield* all;
    } catch (thrown) {
      assertStrictEquals(thrown, error);
      log.push(`thrown at ${getRunningLoop().time()}`);
    }
    assertEquals([all.cancelled(), all.cancel()], [false, false]);
  });
  assertEquals(log, [
    "a starts",
    "b starts",
    "b ends",
    "a cancelled: ",
    "slow ends at 3",
    "thrown at 3",
  ]);
});

test("cancelOnError throws the first error, whatever the others end with", async () => {
  await virtually(function* () {
    const refuse = function* (): CoroutineObject<string> {
      try {
        return yield* sleep(60, "late");
      } catch {
        return yield* sleep(1, "refused");
      }
    };
    const failAtEnd = function* (): CoroutineObject<void> {
      try {
        yield* sleep(60);
      } catch {
        throw new TypeError("second");
      }
    };
    const tasks = [createTask(refuse), createTask(failAtEnd)] as const;
    const first = worker([], "first", 1, new RangeError("first"));
    const all = gather([...tasks, first], { cancelOnError: true });
    yield* wait([all]);
    assertEquals(shown(all.exception()), "RangeError(first)");
    assertEquals([tasks[0].result(), shown(tasks[1].exception())], [
      "refused",
      "TypeError(second)",
    ]);
    assertEquals(getRunningLoop().time(), 2);
  });
});

test("cancelOnError takes a child that others cancel for the first error", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const [one, other] = [createTask(sleep(60)), createTask(worker(log, "other", 60))];
    const all = gather([one, other], { cancelOnError: true });
    yield* sleep(1);
    one.cancel("enough");
    yield* wait([all]);
    assertEquals([shown(all.exception()), other.cancelled()], ["CancelledError(enough)", true]);
    assertEquals(log, ["other starts", "other cancelled: "]);
  });
});

test("a gathering with cancelOnError is cancelled as any other, and is done where nothing fails", async () => {
  await virtually(function* () {
    const options = { cancelOnError: true };
    assertEquals(yield* gather([sleep(1, "a"), sleep(2, "b")], options), ["a", "b"]);
    const children = [createTask(sleep(60)), createTask(sleep(60))];
    const all = gather(children, options);
    yield* sleep(1);
    assertEquals(all.cancel(), true);
    yield* wait([all]);
    assertEquals(children.map((child) => child.cancelled()), [true, true]);
    assertEquals(shown(all.exception()), "CancelledError()");
  });
});

test("cancelOnError cancels nothing where errors stand among the results", async () => {
  await virtually(function* () {
    const failing = worker([], "bad", 1, new RangeError("bad"));
    const options = { returnExceptions: true, cancelOnError: true };
    const [bad, good] = yield* gather([failing, sleep(2, "good")], options);
    assertEquals([shown(bad), good], ["RangeError(bad)", "good"]);
  });
});

// Errors among the results

test("returnExceptions puts errors among the results, and waits for all", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const errors = [new RangeError("b's"), new TypeError("c's")];
    const results = yield* gather([
      worker(log, "a", 3),
      worker(log, "b", 1, errors[0]),
      worker(log, "c", 2, errors[1]),
    ], { returnExceptions: true });
    assertEquals(results.length, 3);
    assertEquals(results[0], "a");
    assertStrictEquals(results[1], errors[0]);
    assertStrictEquals(results[2], errors[1]);
    assertEquals(getRunningLoop().time(), 3);
  });
});

// Cancelling a child

test("a child that others cancel counts as its error", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const [first, second] = [createTask(sleep(5)), createTask(sleep(1, "second"))];
    const all = gather([first, second]);
    yield* sleep(0);
    first.cancel("mine");
    try {
      yield* all;
    } catch (error) {
      log.push(shown(error));
    }
    assertEquals([all.cancelled(), second.done(), yield* second], [false, false, "second"]);
    assert(all.exception() instanceof CancelledError);
  });
  assertEquals(log, ["CancelledError(mine)"]);
});

test("a child's CancelledError thrown to who waits cancels that task, unasked", async () => {
  await virtually(function* () {
    const child = createTask(sleep(5));
    const task = createTask(function* () {
      yield* gather([child]);
    });
    yield* sleep(0);
    child.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 0]);
  });
});

test("returnExceptions puts a cancelled child's CancelledError among the results", async () => {
  await virtually(function* () {
    const [first, second] = [createTask(sleep(5)), createTask(sleep(1, "second"))];
    const future = new Future();
    const all = gather([first, second, future], { returnExceptions: true });
    yield* sleep(0);
    first.cancel("the task's");
    future.cancel("the future's");
    const results = yield* all;
    // A task that ended by the error it was thrown has no message left to tell, in CPython as here.
    assertEquals(results.map((each) => each instanceof Error ? shown(each) : each), [
      "CancelledError()",
      "second",
      "CancelledError(the future's)",
    ]);
  });
});

// Cancelling the whole

for (const returnExceptions of [false, true]) {
  test(`a task that awaits gather({ returnExceptions: ${returnExceptions} }) hands its cancellation to all children`, async () => {
    const log: string[] = [];
    await virtually(function* () {
      const task = createTask(function* () {
        yield* gather([worker(log, "a", 3), worker(log, "b", 1), worker(log, "c", 2)], {
          returnExceptions,
        });
      });
      yield* sleep(1.5);
      task.cancel("why");
      yield* wait([task]);
      assertEquals(task.cancelled(), true);
      log.push(shown(assertThrows(() => task.result())));
    });
    assertEquals(log.slice(3), [
      "b ends",
      "a cancelled: why",
      "c cancelled: why",
      "CancelledError(why)",
    ]);
  });
}

test("cancel() of a gathering asks the children, and ends when they have", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const all = gather([worker(log, "a", 3), worker(log, "b", 3)]);
    yield* sleep(1);
    assertEquals([all.cancel("enough"), all.done()], [true, false]);
    try {
      yield* all;
    } catch (error) {
      log.push(shown(error));
    }
    // It failed with the error rather than being cancelled, as in CPython.
    assertEquals([all.done(), all.cancelled(), all.cancel()], [true, false, false]);
  });
  assertEquals(log.slice(2), [
    "a cancelled: enough",
    "b cancelled: enough",
    "CancelledError(enough)",
  ]);
});

test("cancel() of a gathering is true when a child takes the request, and only then", async () => {
  await virtually(function* () {
    const task = createTask(sleep(5));
    const all = gather([task]);
    yield* sleep(0);
    assertEquals([all.cancel(), all.cancel()], [true, true]);
    // The child is done, and the gathering has not heard of it.
    const asked: boolean[] = [];
    task.addDoneCallback(() => asked.push(all.done(), all.cancel()));
    getRunningLoop().callSoon(() => asked.push(task.done(), all.done(), all.cancel()));
    yield* sleep(0);
    yield* wait([all]);
    assertEquals(asked.slice(0, 3), [true, false, false]);
    assertEquals(all.cancel(), false);
    // A request that nobody took is none: the results are there.
    const done = new Future<string>();
    const both = gather([done]);
    done.setResult("done");
    assertEquals([done.done(), both.done(), both.cancel()], [true, false, false]);
    assertEquals(yield* both, ["done"]);
  }, { reports: ["GatheringFuture exception was never retrieved"] });
});

test("a gathering that was cancelled tells so although every child refused", async () => {
  for (const returnExceptions of [false, true]) {
    await virtually(function* () {
      function* stubborn() {
        try {
          yield* sleep(5);
        } catch {
          yield* sleep(1);
        }
        return "kept";
      }
      const all = gather([stubborn, stubborn], { returnExceptions });
      yield* sleep(1);
      all.cancel("why");
      let thrown = "";
      try {
        yield* all;
      } catch (error) {
        thrown = shown(error);
      }
      assertEquals([thrown, getRunningLoop().time()], ["CancelledError()", 2]);
    });
  }
});

test("a gathering of which one child refuses ends when that one does", async () => {
  await virtually(function* () {
    function* stubborn() {
      try {
        yield* sleep(5);
        return "not asked";
      } catch {
        return yield* sleep(1, "kept");
      }
    }
    const kept = createTask(stubborn);
    const all = gather([kept, sleep(5)], { returnExceptions: true });
    yield* sleep(1);
    all.cancel("why");
    yield* wait([all]);
    assertEquals([getRunningLoop().time(), kept.result()], [2, "kept"]);
    assertEquals(shown(all.exception()), "CancelledError(why)");
  });
});

test("a gathering has the message that its last child was told, though that one did without it", async () => {
  for (const error of [null, new RangeError()]) {
    await virtually(function* () {
      const due = new Future<void>();
      const child = createTask(function* () {
        try {
          yield* due;
        } catch {
          if (error !== null) throw error;
        }
      });
      const asking = createTask(function* () {
        yield* sleep(0);
        currentTask()!.cancel("why");
        yield* gather([child], { returnExceptions: true });
      });
      yield* sleep(0);
      // What the child waits for is over when it is asked.
      due.setResult();
      yield* wait([asking]);
      assertEquals(child.cancelled(), false);
      assertThrows(() => asking.result(), CancelledError, "why");
    });
  }
});

test("cancelling one of two tasks that await a gathering ends it for both", async () => {
  await virtually(function* () {
    const all = gather([sleep(5)]);
    const [first, second] = [1, 2].map(() =>
      createTask(function* () {
        yield* all;
      })
    );
    yield* sleep(0);
    first!.cancel();
    yield* wait([first!, second!]);
    assertEquals([first!.cancelled(), second!.cancelled()], [true, true]);
    assertEquals([first!.cancelling(), second!.cancelling()], [1, 0]);
  });
});

test("a shielded child is spared when the gathering is cancelled", async () => {
  await virtually(function* () {
    const spared = createTask(sleep(2, "spared"));
    const all = gather([shield(spared), sleep(5)]);
    yield* sleep(1);
    all.cancel();
    yield* wait([all]);
    assertEquals([spared.done(), yield* spared], [false, "spared"]);
  }, { reports: ["GatheringFuture exception was never retrieved"] });
});

test("a gathering of gatherings is cancelled to the bottom", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const all = gather([
      gather([worker(log, "a", 5), worker(log, "b", 5)]),
      gather([worker(log, "c", 5)]),
    ]);
    yield* sleep(1);
    all.cancel("all");
    yield* wait([all]);
  }, { reports: ["GatheringFuture exception was never retrieved"] });
  assertEquals(log.slice(3), ["a cancelled: all", "b cancelled: all", "c cancelled: all"]);
});

// Loops and misuse

test("gather() of another loop's futures belongs to that loop", () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const futures = [loop.createFuture<number>(), loop.createFuture<number>()];
  const all = gather(futures);
  assertStrictEquals(all.getLoop(), loop);
  futures.forEach((future, index) => future.setResult(index));
  assertEquals(loop.runUntilCompleteSync(all), [0, 1]);
  loop.close();
});

test("gather() of futures of two loops is a ValueError", () => {
  const [loop, other] = [newEventLoop(), newEventLoop()];
  assertThrows(
    () => gather([loop.createFuture(), other.createFuture()]),
    ValueError,
    "The future belongs to a different loop than the one specified",
  );
  for (const each of [loop, other]) each.close();
});

test("gather() of nothing, or of coroutines, without a loop is a RuntimeError", () => {
  assertThrows(() => gather([]), RuntimeError, "There is no current event loop");
  assertThrows(() => gather([sleep(1)]), RuntimeError, "There is no current event loop");
});

test("gather() takes the loop that was set where none runs", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  setEventLoop(loop);
  try {
    const [empty, all] = [gather([]), gather([sleep(1, "x")])];
    assertStrictEquals(empty.getLoop(), loop);
    assertEquals([empty.result(), await loop.runUntilComplete(all)], [[], ["x"]]);
  } finally {
    setEventLoop(null);
    loop.close();
  }
});

test("gather() refuses what is no iterable of awaitables", async () => {
  await virtually(function* () {
    const nap = sleep(0);
    const future = new Future();
    for (const value of [42, null, undefined, {}, nap, future, function* () {}]) {
      assertThrows(
        () => gather(value as never),
        TypeError,
        "gather() expects an iterable of awaitables",
      );
    }
    assertThrows(
      () => gather(function* first() {} as never, function* second() {} as never),
      TypeError,
      "not <function first> (function): put what gather() takes into an array",
    );
    assertThrows(
      () => gather([1] as never),
      TypeError,
      "An asyncio.Future, a coroutine or an awaitable is required, got 1 (number)",
    );
    yield* nap;
  });
});

test("gather() that refuses an argument leaves the coroutines before it as tasks", async () => {
  // In CPython so, too: what was made is made.
  const log: string[] = [];
  await virtually(function* () {
    assertThrows(() => gather([worker(log, "a", 1), 42] as never), TypeError);
    yield* sleep(2);
  });
  assertEquals(log, ["a starts", "a ends"]);
});

test("gather() that refuses an argument has nobody told of the errors of those before it", () =>
  virtually(function* () {
    const failing = createTask(worker([], "task", 0, new RangeError("lost")));
    const coroutine = worker([], "coroutine", 0, new RangeError("lost"));
    for (const before of [failing, coroutine]) {
      assertThrows(() => gather([before, 42 as never]), TypeError, "an awaitable is required");
    }
    yield* sleep(1);
    assertEquals(failing.done(), true);
  }));

test("gather()'s children are tasks of their own", async () => {
  await virtually(function* () {
    const main = currentTask();
    const [inside] = yield* gather([() => ({ task: currentTask() })]);
    assert(inside.task instanceof Task && inside.task !== main);
  });
});

test("gather() refuses a future of another loop, the first one as well", async () => {
  const foreign = newEventLoop();
  await virtually(function* () {
    assertThrows(
      () => gather([foreign.createFuture()]),
      ValueError,
      "The future belongs to a different loop than the one specified as the loop argument",
    );
    yield;
  });
  foreign.close();
});

/** A future that has its own say about its result. */
class Checked extends Future<number> {
  override result(): number {
    const result = super.result();
    if (result < 0) throw new ValueError("negative");
    return result;
  }
}

test("gather() reports what a future of a class of one's own throws as it is asked, and the loop goes on", async () => {
  const log: string[] = [];
  await virtually(function* () {
    getRunningLoop().setExceptionHandler((_loop, { message, exception }) =>
      log.push(`${message}: ${exception}`)
    );
    const checked = new Checked();
    const all = gather([checked]);
    checked.setResult(-1);
    yield* sleep(1);
    log.push(`gathered: ${all.done()}`);
  });
  assertEquals(log, [
    "Exception in callback gather(): ValueError: negative",
    "gathered: false",
  ]);
});

test("gather() hears of a child that a later one settles as it begins after those that were done", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.setTaskFactory(eagerTaskFactory);
    const first = loop.createFuture<number>();
    try {
      yield* gather([first, () => {
        first.setException(new ValueError("first child"));
        throw new RuntimeError("second child");
      }]);
    } catch (error) {
      log.push(String(error));
    }
    const other = loop.createFuture<number>();
    const all = gather([other, function* () {
      other.setResult(1);
      return 2;
    }]);
    log.push(all.done(), yield* all);
  });
  assertEquals(log, ["RuntimeError: second child", false, [1, 2]]);
});

test("gather() takes all that it is given before any of it begins", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    let made = 0;
    loop.setTaskFactory((loop, coro, options) => {
      made++;
      return eagerTaskFactory(loop, coro, options);
    });
    const jobs: (() => CoroutineObject<string>)[] = [];
    jobs.push(function* () {
      // An eager task begins while the others are still to be taken.
      if (jobs.length === 1) jobs.push(jobs[0]!);
      return "done";
    });
    assertEquals(yield* gather(jobs), ["done"]);
    function failing() {
      const items = jobs.values();
      return { [Symbol.iterator]: () => ({ next: () => broken(items.next()) }) };
    }
    function broken<T>(result: IteratorResult<T, undefined>) {
      if (result.done) throw new ValueError("broken");
      return result;
    }
    made = 0;
    assertThrows(() => gather(failing()), ValueError, "broken");
    assertEquals(made, 0);
  });
});

/** A future whose class counts a negative result as a failure. */
class Suspicious extends Future<number> {
  override exception(): unknown {
    const error = super.exception();
    return error === null && super.result() < 0 ? new ValueError("negative") : error;
  }
}

test("gather() asks each child as it ends, in a way of its class's own, and not the last alone", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    for (const returnExceptions of [false, true]) {
      const children = [new Suspicious(), new Suspicious(), new Future<number>()] as const;
      const all = gather(children, { returnExceptions });
      children[0].setResult(1);
      children[1].setResult(-1);
      yield* sleep(0);
      log.push(all.done());
      children[2].setResult(2);
      try {
        log.push((yield* all).map(String));
      } catch (error) {
        log.push(String(error));
      }
    }
  });
  assertEquals(log, [true, "ValueError: negative", false, ["1", "ValueError: negative", "2"]]);
});

/* async only */
test("a gathering that is cancelled with a function which ends before it tells nobody; its errors are told", async () => {
  async function fail() {
    try {
      await sleep(60);
    } catch {
      throw new RangeError("no");
    }
  }
  await virtually(async () => {
    for (const child of [() => sleep(60), fail]) {
      const task = createTask(async () => {
        await Promise.all([gather([child]), sleep(60)]);
      });
      await sleep(1);
      task.cancel();
      await wait([task]);
      assertEquals(task.cancelled(), true);
    }
    // Of two branches that fail Promise.all drops one, where the second hears of its own.
  }, { reports: [] });
});
