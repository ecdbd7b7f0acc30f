// kinds: generator, async
/** Blocks that cancel their own task, as timeouts and groups do, and what else a task tells of itself. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  CancelledError,
  ContextVar,
  copyContext,
  createTask,
  currentTask,
  Future,
  gather,
  getRunningLoop,
  sleep,
  TimeoutError,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A time limit built of cancel() and uncancel(), and what comes behind it. */
function* limited(seconds: number, limit: number) {
  const task = currentTask()!;
  const log: string[] = [];
  let isTimedOut = false;
  const timer = getRunningLoop().callLater(limit, () => {
    isTimedOut = true;
    task.cancel();
  });
  try {
    try {
      yield* sleep(seconds);
      log.push("the block ended");
    } catch (error) {
      // The request was this block's own, and no other is there.
      const isOwn = isTimedOut && task.uncancel() === 0 && error instanceof CancelledError;
      throw isOwn ? new TimeoutError() : error;
    } finally {
      timer.cancel();
    }
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    log.push("timed out");
  }
  yield* sleep(0);
  log.push("behind the block");
  return log;
}

test("a block may cancel its task and take that back: what comes behind is not cancelled", async () => {
  await virtually(function* () {
    const late = createTask(() => limited(10, 0.1));
    assertEquals(yield* late, ["timed out", "behind the block"]);
    assertEquals(late.cancelling(), 0);
    const early = createTask(() => limited(0, 10));
    assertEquals(yield* early, ["the block ended", "behind the block"]);
    assertEquals(early.cancelling(), 0);
  });
});

test("a block that is cancelled by itself and by others is cancelled", async () => {
  await virtually(function* () {
    const task = createTask(() => limited(10, 0.1));
    yield;
    getRunningLoop().callLater(0.1, () => task.cancel("others"));
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 1]);
  });
});

test("Task.getContext() gives the context in which the task runs", async () => {
  const variable = new ContextVar("variable", { default: "main" });
  await virtually(function* () {
    const set = function* (value: string) {
      variable.set(value);
      yield;
    };
    const own = createTask(() => set("own"));
    const context = copyContext();
    const given = createTask(() => set("given"), { context });
    yield* gather([own, given]);
    assertStrictEquals(given.getContext(), context);
    assertEquals(own.getContext().run(() => variable.get()), "own");
    assertEquals([context.run(() => variable.get()), variable.get()], ["given", "main"]);
  });
});

test("a task that waits for a future of a subclass takes its result as it is", async () => {
  class Marked<T> extends Future<T> {}
  await virtually(function* () {
    const future = new Marked<object>();
    const result = {};
    const task = createTask(function* () {
      return yield* future;
    });
    yield;
    future.setResult(result);
    yield;
    assertEquals(task.done(), true);
    assertStrictEquals(task.result(), result);
  });
});

test("two tasks that wake each other by turns are each its own current task", async () => {
  await virtually(function* () {
    const [one, two] = [new Future<void>(), new Future<void>()];
    const seen: unknown[] = [];
    const first = createTask(function* () {
      seen.push(currentTask());
      yield* one;
      seen.push(currentTask());
      two.setResult();
    });
    const second = createTask(function* () {
      seen.push(currentTask());
      one.setResult();
      yield* two;
      seen.push(currentTask());
    });
    yield* gather([first, second]);
    assertEquals(seen.map((task) => task === first ? 1 : task === second ? 2 : 0), [1, 2, 1, 2]);
  });
});

test("a gathering refuses to be cancelled once its children are done", async () => {
  await virtually(function* () {
    const future = new Future<number>();
    const gathering = gather([function* () {
      return yield* future;
    }]);
    yield;
    let wasTaken: boolean | undefined;
    future.addDoneCallback(() => {
      // The child was woken before, and runs before the gathering hears of it.
      getRunningLoop().callSoon(() => wasTaken = gathering.cancel());
    });
    future.setResult(42);
    assertEquals(yield* gathering, [42]);
    yield;
    assertEquals([wasTaken, gathering.cancelled()], [false, false]);
  });
});

test("a task's cancellation comes out of gather() with its message, errors returned or not", async () => {
  for (const returnExceptions of [false, true]) {
    await virtually(function* () {
      const task = createTask(function* () {
        for (;;) yield* gather([sleep(0.05)], { returnExceptions });
      });
      yield* sleep(0.2);
      task.cancel("my message");
      let error: unknown;
      try {
        yield* task;
      } catch (caught) {
        error = caught;
      }
      assert(error instanceof CancelledError);
      assertEquals([error.message, task.cancelled()], ["my message", true]);
    });
  }
});

test("a cancellation goes through a coroutine that is awaited, to the future it waits for", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const waiter = new Future<void>();
    const inner = function* () {
      try {
        yield* waiter;
      } finally {
        log.push("inner");
      }
    };
    const outer = createTask(function* () {
      try {
        yield* inner();
      } catch (error) {
        log.push(`outer: ${(error as Error).name}`);
      }
    });
    yield;
    outer.cancel();
    yield* outer;
    assertEquals(waiter.cancelled(), true);
  });
  assertEquals(log, ["inner", "outer: CancelledError"]);
});
