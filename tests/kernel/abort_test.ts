// kinds: generator, async
import { assertEquals, assertThrows } from "@std/assert";
import { CancelledError, createTask, getRunningLoop, sleep, wait } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** An abort signal that counts its listeners. */
function countedSignal(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof addEventListener>) {
      count++;
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>) {
      count--;
      removeEventListener.apply(signal, args);
    },
  });
  return { controller, listeners: () => count };
}

test("a task is cancelled when its signal is aborted, with the reason as the message", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const controller = new AbortController();
    const task = createTask(
      function* () {
        try {
          yield* sleep(10);
        } catch (error) {
          log.push(`${error} at ${getRunningLoop().time()}`);
          throw error;
        }
      },
      { signal: controller.signal },
    );
    getRunningLoop().callLater(2, () => controller.abort(new Error("the user left")));
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 1]);
  });
  assertEquals(log, ["CancelledError: the user left at 2"]);
});

test("a signal's reason of whatever kind becomes the message", async () => {
  await virtually(function* () {
    for (const [reason, message] of [["text", "text"], [42, "42"]] as const) {
      const controller = new AbortController();
      const task = createTask(sleep(1), { signal: controller.signal });
      controller.abort(reason);
      yield* wait([task]);
      assertEquals(assertThrows(() => task.result(), CancelledError).message, message);
    }
  });
});

test("a signal that is aborted already keeps the coroutine from beginning", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(
      function* () {
        log.push("began");
      },
      { signal: AbortSignal.abort() },
    );
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, []);
});

test("a task that is done leaves no listener on its signal, and is not disturbed by it", async () => {
  await virtually(function* () {
    const { controller, listeners } = countedSignal();
    const tasks = [
      createTask(sleep(1, "done"), { signal: controller.signal }),
      createTask(
        function* () {
          throw new Error("failed");
        },
        { signal: controller.signal },
      ),
    ];
    assertEquals(listeners(), 2);
    yield* wait(tasks);
    assertEquals(listeners(), 0);
    controller.abort();
    assertEquals(tasks.map((task) => task.cancelled()), [false, false]);
    tasks[1]!.exception();
  });
});

test("a coroutine may refuse a signal as it may any cancellation", async () => {
  await virtually(function* () {
    const controller = new AbortController();
    const task = createTask(
      function* () {
        try {
          yield* sleep(10);
        } catch {
          // Refused.
        }
        return yield* sleep(1, "went on");
      },
      { signal: controller.signal },
    );
    yield* sleep(0);
    controller.abort();
    assertEquals([yield* task, task.cancelling()], ["went on", 1]);
  });
});

test("a signal that is none is a TypeError", async () => {
  await virtually(function* () {
    assertThrows(
      () => createTask(sleep(1), { signal: {} as never }),
      TypeError,
      "signal must be an AbortSignal, got {} (Object)",
    );
    yield* sleep(0);
  });
});
