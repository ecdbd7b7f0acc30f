import { assertEquals } from "@std/assert";
import { cancelAllTasks, cancelAllTasksSync } from "../../lib/run/cancel_all.ts";
import {
  allTasks,
  createTask,
  type EventLoop,
  newEventLoop,
  sleep,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

const ways: Record<string, (loop: EventLoop) => void | Promise<void>> = {
  cancelAllTasks,
  cancelAllTasksSync,
};

for (const [name, cancelAll] of Object.entries(ways)) {
  test(`${name}() of a loop without tasks runs nothing`, async () => {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const log: string[] = [];
    loop.callSoon(() => log.push("callback"));
    await cancelAll(loop);
    assertEquals(log, []);
    loop.close();
  });

  test(`${name}() cancels all tasks, oldest first, and waits for them`, async () => {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const log: string[] = [];
    for (const [name, delay] of [["a", 2], ["b", 1]] as const) {
      loop.createTask(function* () {
        try {
          yield* sleep(10);
        } finally {
          log.push(`${name} cancelled`);
          yield* sleep(delay);
          log.push(`${name} ended at ${loop.time()}`);
        }
      });
    }
    loop.runUntilCompleteSync(sleep(1));
    await cancelAll(loop);
    assertEquals(log, ["a cancelled", "b cancelled", "b ended at 2", "a ended at 3"]);
    assertEquals(allTasks(loop).size, 0);
    loop.close();
  });

  test(`${name}() lets tasks that are made meanwhile run on, as long as it waits`, async () => {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const log: string[] = [];
    loop.createTask(function* () {
      try {
        yield* sleep(10);
      } finally {
        createTask(function* () {
          log.push("late task");
          yield* sleep(10);
          log.push("not reached");
        });
        yield* sleep(1);
      }
    });
    loop.runUntilCompleteSync(sleep(1));
    await cancelAll(loop);
    assertEquals([log, allTasks(loop).size], [["late task"], 1]);
    loop.close();
  });

  test(`${name}() reports the tasks that failed, and no others`, async () => {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const reports: unknown[] = [];
    loop.setExceptionHandler((_loop, { message, exception, task }) => {
      reports.push([message, `${exception}`, task]);
    });
    const failing = loop.createTask(function* () {
      try {
        yield* sleep(10);
      } finally {
        throwRangeError();
      }
    });
    loop.createTask(sleep(10));
    loop.createTask(function* () {
      try {
        yield* sleep(10);
      } catch {
        // Refused.
      }
    });
    loop.runUntilCompleteSync(sleep(1));
    await cancelAll(loop);
    assertEquals(reports, [
      ["unhandled exception during asyncio.run() shutdown", "RangeError: no", failing],
    ]);
    loop.close();
  });
}

function throwRangeError(): never {
  throw new RangeError("no");
}

test("cancelAllTasks() waits for the clean-up of async functions, too", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const log: string[] = [];
  for (const [name, delay] of [["a", 2], ["b", 1]] as const) {
    loop.createTask(async () => {
      try {
        await sleep(10);
      } finally {
        log.push(`${name} cancelled`);
        await sleep(delay);
        log.push(`${name} ended at ${loop.time()}`);
      }
    });
  }
  await loop.runUntilComplete(sleep(1));
  await cancelAllTasks(loop);
  assertEquals(log, ["a cancelled", "b cancelled", "b ended at 2", "a ended at 3"]);
  assertEquals(allTasks(loop).size, 0);
  loop.close();
});
