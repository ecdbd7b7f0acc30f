// kinds: generator, async
import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  CancelledError,
  coroutine,
  type CoroutineObject,
  createTask,
  currentTask,
  Future,
  gather,
  getRunningLoop,
  Lock,
  sleep,
  type Task,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** How an error is noted. */
function named(error: unknown): string {
  return `${(error as Error).name}:${(error as Error).message}`;
}

test("Task.cancel() of a task that waits throws CancelledError there, an iteration later", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch (error) {
        log.push(`${named(error)} at ${getRunningLoop().time()}`);
        throw error;
      }
    });
    yield* sleep(1);
    assertEquals(task.cancel("enough"), true);
    log.push("cancel() returned");
    assertEquals([task.done(), task.cancelled(), task.cancelling()], [false, false, 1]);
    yield* sleep(0);
    assertEquals([task.done(), task.cancelled()], [true, true]);
  });
  assertEquals(log, ["cancel() returned", "CancelledError:enough at 1"]);
});

test("Task.cancel() before the first step keeps the coroutine from running at all", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      log.push("began");
      try {
        yield* sleep(1);
      } finally {
        log.push("ended");
      }
    });
    task.cancel("not at all");
    yield* wait([task]);
    assertEquals([task.cancelled(), log], [true, []]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "not at all");
  });
});

test("Task.cancel() before the first step is the end of the coroutine object, too", async () => {
  await virtually(function* () {
    let runs = 0;
    const work = coroutine(function* () {
      runs++;
    });
    for (const coro of [work(), sleep(0), sleep(1), new Lock().acquire()]) {
      const task = createTask<unknown>(coro);
      task.cancel();
      yield* wait([task]);
      let thrown: unknown = null;
      try {
        yield* coro;
      } catch (error) {
        thrown = error;
      }
      assertEquals(named(thrown), "RuntimeError:cannot reuse already awaited coroutine");
    }
    assertEquals(runs, 0);
  });
});

test("Task.cancel() while the future that the task waits for is told of a cancellation wakes it once", async () => {
  const log: string[] = [];
  class Told extends Future<void> {
    override cancel(message?: string): boolean {
      const isCancelled = super.cancel(message);
      task.cancel("again");
      return isCancelled;
    }
  }
  let task: Task<unknown>;
  await virtually(function* () {
    const told = new Told();
    task = createTask(function* () {
      try {
        yield* told;
      } catch (error) {
        log.push(named(error));
      }
      log.push("went on");
    });
    yield* sleep(1);
    task.cancel("first");
    yield* wait([task]);
    assertEquals([task.cancelling(), allTasks().has(task)], [2, false]);
  });
  assertEquals(log, ["CancelledError:first", "went on"]);
});

test("Task.cancel() of a task that is done does nothing", async () => {
  await virtually(function* () {
    const task = createTask(sleep(0, "result"));
    yield* task;
    assertEquals([task.cancel(), task.cancelling(), task.result()], [false, 0, "result"]);
    const cancelled = createTask(sleep(1));
    cancelled.cancel();
    yield* wait([cancelled]);
    assertEquals([cancelled.cancel(), cancelled.cancelling()], [false, 1]);
  });
});

test("Task.cancel() cancels the future that the task waits for", async () => {
  await virtually(function* () {
    const future = new Future();
    const task = createTask(function* () {
      yield* future;
    });
    yield* sleep(0);
    task.cancel("both");
    assertEquals([future.cancelled(), task.done()], [true, false]);
    assertEquals(assertThrows(() => future.result(), CancelledError).message, "both");
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
});

test("a future that is cancelled cancels the task that waits for it, unasked", async () => {
  await virtually(function* () {
    const future = new Future();
    const task = createTask(function* () {
      yield* future;
    });
    yield* sleep(0);
    future.cancel("below");
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 0]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "below");
  });
});

test("a task and its future may both be cancelled: the first message is told", async () => {
  await virtually(function* () {
    const future = new Future();
    const task = createTask(function* () {
      yield* future;
    });
    yield* sleep(0);
    future.cancel("the future's");
    assertEquals(task.cancel("the task's"), true);
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "the future's");
  });
});

test("Task.cancel() twice before the wake-up delivers one error, with the first message", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch (error) {
        log.push(named(error));
      }
      yield* sleep(1);
      return "survived";
    });
    yield* sleep(1);
    task.cancel("first");
    task.cancel("second");
    assertEquals(yield* task, "survived");
    assertEquals(task.cancelling(), 2);
  });
  assertEquals(log, ["CancelledError:first"]);
});

test("Task.cancel() of a task whose future is done already still delivers the error", async () => {
  const log: string[] = [];
  function* wake(end: (future: Future<string>) => void): CoroutineObject<void> {
    const future = new Future<string>();
    const task = createTask(function* () {
      try {
        log.push(yield* future);
      } catch (error) {
        log.push(named(error));
        throw error;
      }
    });
    yield* sleep(0);
    end(future);
    task.cancel("in between");
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  }
  await virtually(function* () {
    yield* wake((future) => future.setResult("r"));
    yield* wake((future) => future.setException(new Error("e")));
  });
  assertEquals(log, ["CancelledError:in between", "CancelledError:in between"]);
});

test("a coroutine that catches the error goes on, and its task has a result", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const [first, second, third] = [1, 2, 3].map(() => new Future<number>());
    const task = createTask(function* () {
      yield* first!;
      try {
        yield* second!;
      } catch (error) {
        log.push((error as Error).name);
      }
      return yield* third!;
    });
    yield* sleep(0);
    first!.setResult(1);
    yield* sleep(0);
    task.cancel();
    yield* sleep(0);
    assertEquals([second!.cancelled(), third!.done(), task.done()], [true, false, false]);
    third!.setResult(42);
    assertEquals(yield* task, 42);
    assertEquals([task.cancelled(), task.cancelling()], [false, 1]);
  });
  assertEquals(log, ["CancelledError"]);
});

test("a coroutine may answer a cancellation with another error", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch (error) {
        throw new RangeError("clean-up failed", { cause: error });
      }
    });
    yield* sleep(1);
    task.cancel("please");
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [false, 1]);
    const error = task.exception() as Error;
    assertEquals([named(error), named(error.cause)], [
      "RangeError:clean-up failed",
      "CancelledError:please",
    ]);
  });
});

test("the finally blocks of nested coroutines run from the inside out, and may wait", async () => {
  const log: string[] = [];
  function* level(depth: number): CoroutineObject<void> {
    try {
      if (depth > 0) yield* level(depth - 1);
      else yield* sleep(10);
    } finally {
      yield* sleep(1);
      log.push(`${depth} at ${getRunningLoop().time()}`);
    }
  }
  await virtually(function* () {
    const task = createTask(() => level(3));
    yield* sleep(1);
    task.cancel();
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["0 at 2", "1 at 3", "2 at 4", "3 at 5"]);
});

test("a second cancellation reaches a clean-up that waits", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch (error) {
        log.push(named(error));
        try {
          yield* sleep(10);
        } catch (second) {
          log.push(named(second));
          throw second;
        }
      }
    });
    yield* sleep(1);
    task.cancel("a");
    yield* sleep(1);
    task.cancel("b");
    try {
      yield* task;
    } catch (error) {
      log.push(`main has ${named(error)}`);
    }
    assertEquals([task.cancelling(), getRunningLoop().time()], [2, 2]);
  });
  assertEquals(log, ["CancelledError:a", "CancelledError:b", "main has CancelledError:b"]);
});

test("a cancellation goes down a chain of tasks at once, and comes up one iteration each", async () => {
  const log: unknown[] = [];
  function* level(depth: number): CoroutineObject<void> {
    try {
      if (depth > 0) yield* createTask(() => level(depth - 1));
      else yield* sleep(10);
    } finally {
      log.push(depth);
    }
  }
  await virtually(function* () {
    const task = createTask(() => level(3));
    yield* sleep(1);
    task.cancel("deep");
    for (let iteration = 0; iteration < 5; iteration++) {
      yield* sleep(0);
      log.push("-");
    }
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "deep");
  });
  assertEquals(log, [0, "-", 1, "-", 2, "-", 3, "-", "-"]);
});

test("a task that waits for one that refuses is not cancelled, and has the other's result", async () => {
  await virtually(function* () {
    const stubborn = createTask(function* () {
      try {
        yield* sleep(10);
        return "not asked";
      } catch {
        return "kept";
      }
    });
    const waiting = createTask(function* () {
      return yield* stubborn;
    });
    yield* sleep(1);
    waiting.cancel();
    assertEquals(yield* waiting, "kept");
    assertEquals([waiting.cancelling(), stubborn.cancelling()], [1, 1]);
  });
});

test("each cancel() asks again the task that refused before", async () => {
  const log: number[] = [];
  await virtually(function* () {
    const stubborn = createTask(function* () {
      for (let time = 0; time < 3; time++) {
        try {
          yield* sleep(10);
        } catch {
          log.push(time);
        }
      }
      return "end";
    });
    const waiting = createTask(function* () {
      return yield* stubborn;
    });
    yield* sleep(0);
    for (let time = 0; time < 3; time++) {
      waiting.cancel();
      yield* sleep(1);
    }
    assertEquals(yield* waiting, "end");
    assertEquals([waiting.cancelling(), stubborn.cancelling()], [3, 3]);
  });
  assertEquals(log, [0, 1, 2]);
});

test("who awaits a cancelled task gets its CancelledError, and is cancelled by it, not asked", async () => {
  await virtually(function* () {
    const parent = createTask(function* () {
      const child = createTask(sleep(10));
      getRunningLoop().callSoon(() => child.cancel("from below"));
      yield* child;
    });
    yield* wait([parent]);
    assertEquals([parent.cancelled(), parent.cancelling()], [true, 0]);
    assertEquals(assertThrows(() => parent.result(), CancelledError).message, "from below");
    assertEquals(currentTask()!.cancelling(), 0);
  });
});

// A task that cancels itself

test("a task that cancels itself gets the error at its next wait, whose future it cancels", async () => {
  const log: string[] = [];
  const future = { made: null as Future | null };
  await virtually(function* () {
    const task = createTask(function* () {
      future.made = new Future();
      currentTask()!.cancel("me");
      log.push("goes on");
      try {
        yield* future.made;
      } catch (error) {
        log.push(named(error));
        throw error;
      }
    });
    yield* sleep(0);
    assertEquals([future.made!.cancelled(), task.done()], [true, false]);
    yield* sleep(0);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["goes on", "CancelledError:me"]);
});

test("a task that cancels itself and then waits for a task cancels that one", async () => {
  await virtually(function* () {
    const future = new Future();
    const nested = createTask(function* () {
      yield* future;
    });
    const task = createTask(function* () {
      yield* sleep(0);
      currentTask()!.cancel();
      yield* nested;
    });
    yield* wait([task]);
    assertEquals([task, nested, future].map((each) => each.cancelled()), [true, true, true]);
  });
});

test("a task that cancels itself gets the error at a sleep(0)", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      currentTask()!.cancel("me");
      log.push("after cancel()");
      try {
        yield* sleep(0);
      } catch (error) {
        log.push(named(error));
        throw error;
      }
    });
    yield* sleep(0);
    log.push(task.done());
    yield* sleep(0);
    log.push(task.done());
  });
  assertEquals(log, ["after cancel()", false, "CancelledError:me", true]);
});

test("a task that cancels itself passes what is done already", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      const done = new Future<string>();
      done.setResult("done");
      currentTask()!.cancel();
      log.push(yield* done);
      log.push(yield* createTask(sleep(0, "not there")));
    });
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["done"]);
});

test("a task that cancels itself and returns ends cancelled", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      currentTask()!.cancel("at the end");
      return 12;
    });
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 1]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "at the end");
  });
});

test("a task that cancels itself and throws fails by its error", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      currentTask()!.cancel();
      throw new RangeError("its own");
    });
    yield* wait([task]);
    assertEquals([task.cancelled(), named(task.exception())], [false, "RangeError:its own"]);
  });
});

// Taking it back

test("Task.cancelling() counts the requests, uncancel() takes them back one by one", async () => {
  await virtually(function* () {
    const task = createTask(sleep(1));
    assertEquals([task.cancelling(), task.uncancel()], [0, 0]);
    assertEquals([task.cancel(), task.cancel(), task.cancel()], [true, true, true]);
    assertEquals([task.cancelling(), task.uncancel(), task.uncancel()], [3, 2, 1]);
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 1]);
  });
});

test("Task.uncancel() of the last request before it is delivered lets the task go on", async () => {
  await virtually(function* () {
    const unbegun = createTask(sleep(1, "unbegun"));
    unbegun.cancel();
    assertEquals(unbegun.uncancel(), 0);
    const future = new Future<string>();
    const woken = createTask(function* () {
      return yield* future;
    });
    yield* sleep(0);
    future.setResult("woken");
    woken.cancel();
    woken.cancel();
    assertEquals([woken.uncancel(), woken.uncancel()], [1, 0]);
    assertEquals(yield* gather([unbegun, woken]), ["unbegun", "woken"]);
  });
});

test("Task.uncancel() comes too late for a future that was cancelled", async () => {
  await virtually(function* () {
    const task = createTask(sleep(10));
    yield* sleep(1);
    task.cancel();
    task.uncancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 0]);
  });
});

test("Task.uncancel() after the error lets the task be cancelled anew", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch {
        currentTask()!.uncancel();
        yield* sleep(10);
      }
    });
    yield* sleep(1);
    task.cancel();
    assertMatch(`${task}`, /^<Task cancelling /);
    yield* sleep(1);
    assertMatch(`${task}`, /^<Task pending /);
    assertEquals([task.cancelling(), task.cancelled()], [0, false]);
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling(), task.uncancel()], [true, 1, 0]);
    assertEquals(task.cancelled(), true);
  });
});

// At every await

test("a task can be cancelled at each of its awaits, and stops there", async () => {
  const AWAITS = 6;
  for (let stop = 0; stop <= AWAITS; stop++) {
    const log: string[] = [];
    await virtually(function* () {
      const task = createTask(function* () {
        try {
          const future = new Future<void>();
          getRunningLoop().callLater(1, () => !future.done() && future.setResult());
          yield* future;
          log.push("future");
          yield* sleep(1);
          log.push("sleep");
          yield* createTask(sleep(1));
          log.push("task");
          yield* gather([sleep(1), sleep(0.5)]);
          log.push("gather");
          yield* wait([createTask(sleep(1))]);
          log.push("wait");
          yield* (function* () {
            yield* sleep(1);
          })();
          log.push("coroutine");
        } finally {
          log.push("finally");
        }
      });
      getRunningLoop().callLater(stop + 0.75, () => task.cancel(`at ${stop}`));
      yield* wait([task]);
      assertEquals(task.cancelled(), stop < AWAITS);
      if (stop < AWAITS) {
        assertEquals(assertThrows(() => task.result(), CancelledError).message, `at ${stop}`);
      }
      yield* sleep(2);
    });
    const passed = ["future", "sleep", "task", "gather", "wait", "coroutine"].slice(0, stop);
    assertEquals(log, [...passed, "finally"]);
  }
});

test("an error thrown in by a cancellation is an Error with a stack", async () => {
  await virtually(function* () {
    let caught: unknown;
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch (error) {
        caught = error;
        throw error;
      }
    });
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
    assert(caught instanceof CancelledError && caught instanceof Error && caught.stack);
    assertStrictEquals(assertThrows(() => task.result()), caught);
  });
});

test("a done callback may cancel another task of the same iteration", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const [first, second] = [new Future<void>(), new Future<void>()];
    const task = createTask(function* () {
      try {
        yield* second;
        log.push("second came");
      } catch (error) {
        log.push(named(error));
      }
    });
    yield* sleep(0);
    first.addDoneCallback(() => task.cancel("by the first"));
    first.setResult();
    second.setResult();
    yield* task;
  });
  assertEquals(log, ["CancelledError:by the first"]);
});

// In CPython this is a RecursionError.
test("tasks that await each other in a circle can be cancelled, and printed", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const tasks: Task<void>[] = [];
    function* awaitNext(index: number): CoroutineObject<void> {
      try {
        yield* tasks[(index + 1) % 3]!;
      } finally {
        log.push(`t${index} ends`);
      }
    }
    for (let index = 0; index < 3; index++) {
      tasks.push(createTask(() => awaitNext(index), { name: `t${index}` }));
    }
    yield* sleep(1);
    assertMatch(String(tasks[0]), /^<Task pending name='t0'/);
    tasks[1]!.cancel();
    yield* sleep(1);
    log.push(...tasks.map((task) => `${task.getName()} ${task.cancelled()}`));
  });
  assertEquals(log, ["t1 ends", "t0 ends", "t2 ends", "t0 true", "t1 true", "t2 true"]);
});
