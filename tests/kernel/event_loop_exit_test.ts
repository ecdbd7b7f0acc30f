// kinds: generator, async
/** Errors that end a run at once: SystemExit and KeyboardInterrupt. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  CancelledError,
  createTask,
  currentTask,
  gather,
  getRunningLoop,
  KeyboardInterrupt,
  newEventLoop,
  run,
  sleep,
  SystemExit,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** A loop that keeps its reports to itself: nobody retrieves the errors of these tests. */
function virtualLoop() {
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setExceptionHandler(() => {});
  return loop;
}

for (const Exit of [SystemExit, KeyboardInterrupt]) {
  test(`${Exit.name} of the main task ends the run with it`, async () => {
    const error = new Exit("enough");
    const thrown = await assertRejects(() =>
      run(function* () {
        yield* sleep(1);
        throw error;
      }, { loopFactory: virtualLoop })
    );
    assertStrictEquals(thrown, error);
  });

  test(`${Exit.name} of another task ends the run at once, and the main task is cancelled`, async () => {
    const log: string[] = [];
    const error = new Exit("enough");
    const thrown = await assertRejects(() =>
      run(function* () {
        const task = createTask(function* () {
          yield* sleep(1);
          throw error;
        });
        task.addDoneCallback(() => log.push("callback"));
        try {
          yield* sleep(5);
          log.push("not reached");
        } catch (cancellation) {
          log.push(`main: ${cancellation} at ${getRunningLoop().time()}`);
          throw cancellation;
        }
      }, { loopFactory: virtualLoop })
    );
    assertStrictEquals(thrown, error);
    assertEquals(log, ["callback", "main: CancelledError at 1"]);
  });

  test(`${Exit.name} of a task ends the run before what it woke`, async () => {
    const log: string[] = [];
    const error = new Exit("enough");
    await assertRejects(() =>
      run(function* () {
        const task = createTask(function* () {
          throw error;
        });
        try {
          yield* task;
        } catch (thrown) {
          log.push(`main: ${thrown}`);
          throw thrown;
        }
      }, { loopFactory: virtualLoop })
    );
    // The run's own cleaning up finds the main task woken, and cancels it as well.
    assertEquals(log, ["main: CancelledError"]);
  });

  test(`${Exit.name} of a callback ends the run, and what is ready waits for the next`, async () => {
    const log: string[] = [];
    const loop = virtualLoop();
    const reports: unknown[] = [];
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    const error = new Exit("enough");
    loop.callSoon(() => {
      log.push("throws");
      throw error;
    });
    loop.callSoon(() => log.push("next"));
    assertStrictEquals(await assertRejects(() => loop.runForever()), error);
    assertEquals([loop.isRunning(), loop.isClosed(), reports], [false, false, []]);
    assertEquals(log, ["throws"]);
    assertEquals(await loop.runUntilComplete(sleep(1, "runs on")), "runs on");
    assertEquals(log, ["throws", "next"]);
    loop.close();
  });

  test(`${Exit.name} of a task is its error, too, for who asks later`, async () => {
    const loop = virtualLoop();
    const error = new Exit("enough");
    const task = loop.createTask(function* () {
      yield* sleep(1);
      throw error;
    });
    const waiting = loop.createTask(function* () {
      yield* gather([task]);
    });
    assertStrictEquals(await assertRejects(() => loop.runForever()), error);
    assertEquals([task.done(), waiting.done()], [true, false]);
    assertStrictEquals(task.exception(), error);
    assertStrictEquals(await assertRejects(() => loop.runUntilComplete(waiting)), error);
    loop.close();
  });

  test(`${Exit.name} that is caught in the task ends nothing`, async () => {
    const result = await run(function* () {
      try {
        yield* sleep(1);
        throw new Exit("caught");
      } catch (error) {
        return yield* sleep(1, `${error}`);
      }
    }, { loopFactory: virtualLoop });
    assertEquals(result, `${Exit.name}: caught`);
  });
}

test("a clean-up of the main task may wait while an exit ends the run", async () => {
  const log: string[] = [];
  await assertRejects(() =>
    run(function* () {
      createTask(function* () {
        throw new SystemExit("enough");
      });
      try {
        yield* sleep(5);
      } catch (error) {
        log.push(`${error instanceof CancelledError} ${currentTask()!.cancelling()}`);
        yield* sleep(2);
        log.push(`cleaned up at ${getRunningLoop().time()}`);
        throw error;
      }
    }, { loopFactory: virtualLoop }), SystemExit);
  assertEquals(log, ["true 1", "cleaned up at 2"]);
});
