// kinds: generator, async
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  allTasks,
  anext,
  asyncGenerator,
  createTask,
  DeadlockError,
  type EventLoop,
  Future,
  getRunningLoop,
  RuntimeError,
  Schedule,
  sleep,
  type Task,
} from "../../mod.ts";
import { describeError, type RunOutcome, runScheduled } from "../../lib/testing/scheduled_run.ts";
import { test } from "../_support/harness.ts";

function runIt(main: () => unknown, mostSteps = 1000): Promise<RunOutcome<unknown>> {
  return runScheduled(main as () => Promise<unknown>, new Schedule([]), { mostSteps, made() {} });
}

function errorOf(outcome: RunOutcome<unknown>): Error {
  assert("error" in outcome, "the run has not failed");
  assertInstanceOf(outcome.error, Error);
  return outcome.error;
}

test("runScheduled() gives the value, on a virtual clock, and closes the loop", async () => {
  const loops: EventLoop[] = [];
  const mains: Task<unknown>[] = [];
  const outcome = await runScheduled(
    function* () {
      loops.push(getRunningLoop());
      yield* sleep(3600);
      return getRunningLoop().time();
    },
    new Schedule([]),
    { mostSteps: 10, made: (main) => mains.push(main) },
  );
  assertEquals(outcome, { value: 3600 });
  assertEquals(loops[0]!.isClosed(), true);
  assertEquals(mains.map((main) => main.done()), [true]);
});

test("runScheduled() closes the generators that are left open, and fails by what that throws", async () => {
  const ticks = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      yield* sleep(1);
      JSON.parse("no JSON");
    }
  });
  const outcome = await runIt(function* () {
    yield* anext(ticks());
  });
  assertInstanceOf(errorOf(outcome).cause, SyntaxError);
});

test("runScheduled() ends what main leaves behind", async () => {
  let isCleanedUp = false;
  const outcome = await runIt(function* () {
    createTask(function* () {
      try {
        yield* sleep(10);
      } finally {
        yield* sleep(1);
        isCleanedUp = true;
      }
    });
    yield* sleep(1);
    return allTasks().size;
  });
  assertEquals([outcome, isCleanedUp], [{ value: 2 }, true]);
});

test("runScheduled() counts main's error before what is reported", async () => {
  const outcome = await runIt(function* () {
    getRunningLoop().callExceptionHandler({ message: "reported" });
    yield* sleep(1);
    throw new RangeError("main's");
  });
  assertEquals(describeError(errorOf(outcome)), "RangeError: main's");
});

test("runScheduled() counts what the exception handler is told", async () => {
  const error = errorOf(
    await runIt(() => getRunningLoop().callExceptionHandler({ message: "told" })),
  );
  assertInstanceOf(error, RuntimeError);
  assertEquals(error.message, "the exception handler was told: told");
});

test("runScheduled() counts a deadlock, and an end that does not come", async () => {
  assertInstanceOf(errorOf(await runIt(() => new Future())), DeadlockError);
  const endless = errorOf(
    await runIt(function* () {
      for (;;) yield* sleep(0);
    }, 50),
  );
  assertEquals(endless.message, "the program did not end within 50 steps: it may never end");
});

test("runScheduled() ends where the rest refuses to", async () => {
  const outcome = await runIt(function* () {
    createTask(function* () {
      for (;;) {
        try {
          yield* sleep(1);
        } catch {
          // Refuses to end.
        }
      }
    });
    yield* sleep(1);
  }, 200);
  assertEquals(
    errorOf(outcome).message,
    "the program did not end within 200 steps: it may never end",
  );
});

test("describeError() tells the name and the message, or whatever was thrown", () => {
  assertEquals(describeError(new RangeError("far")), "RangeError: far");
  assertEquals(describeError(new RangeError()), "RangeError");
  assertEquals(describeError("text"), "'text'");
});
