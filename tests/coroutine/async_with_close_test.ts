import { assertEquals, assertThrows } from "@std/assert";
import {
  asyncWith,
  createTask,
  getRunningLoop,
  Lock,
  RuntimeError,
  sleep,
  type Task,
  TaskGroup,
  timeout,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("asyncWith() leaves its context when its coroutine is closed, and tells it so", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const log: string[] = [];
    const noting = {
      enter: () => lock.acquire(),
      *exit(error: unknown) {
        log.push((error as Error).name);
        lock.release();
      },
    };
    for (const manager of [lock, noting]) {
      const coro = (function* () {
        yield* asyncWith(manager, () => sleep(60));
      })();
      createTask(coro);
      yield* sleep(1);
      assertEquals(lock.locked(), true);
      coro.return();
      assertEquals(lock.locked(), false);
    }
    assertEquals(log, ["GeneratorExit"]);
  });
});

test("asyncWith() whose exit waits cannot be closed in silence", async () => {
  await virtually(function* () {
    const manager = {
      enter: () => {},
      *exit() {
        yield* sleep(1);
      },
    };
    const coro = (function* () {
      yield* asyncWith(manager, () => sleep(60));
    })();
    createTask(coro);
    yield* sleep(1);
    assertThrows(() => coro.return(), RuntimeError, "coroutine ignored GeneratorExit");
  });
});

test("what loses a race leaves its contexts when the task ends", async () => {
  const lock = new Lock();
  let child: Task<void> | null = null;
  const left = /^Exception in what <Task .*> had left unfinished$/;
  const reports: string[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, { message }) => reports.push(message));
    yield* createTask(async () => {
      await Promise.race([asyncWith(lock, () => sleep(60)), sleep(1)]);
    });
    assertEquals([lock.locked(), reports], [false, []]);
    yield* createTask(async () => {
      const group = TaskGroup.run(function* (group) {
        child = group.createTask(sleep(60));
        yield* sleep(60);
      });
      await Promise.race([group, sleep(1)]);
    });
    yield* sleep(0);
    yield* sleep(0);
    // The group would have waited for its children.
    assertEquals([child!.cancelled(), reports.length, left.test(reports[0]!)], [true, 1, true]);
  });
});

test("a timeout whose coroutine is closed does not fire", async () => {
  await virtually(function* () {
    const coro = (function* () {
      yield* timeout(5, () => sleep(60));
    })();
    const task = createTask(coro);
    yield* sleep(1);
    coro.return();
    yield* sleep(10);
    assertEquals(task.cancelling(), 0);
  });
});
