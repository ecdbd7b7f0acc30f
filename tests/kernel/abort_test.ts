// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  AsyncExitStack,
  asyncGenerator,
  CancelledError,
  coroutine,
  createTask,
  currentTask,
  fromPromise,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  timeout,
  TimeoutError,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { countedSignal } from "../_support/counted_signal.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

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

// Task.signal

/** Work that knows its signal, and rejects as `fetch` does where the reason is not taken. */
function abortable(signal: AbortSignal, error?: unknown): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(error ?? signal.reason));
  });
}

test({
  name: "a task is cancelled when a signal of another frame is aborted",
  ...needs("browser"),
  async fn() {
    const { document } = globalThis as unknown as {
      document: { createElement(name: "iframe"): Frame; body: { append(frame: Frame): void } };
    };
    interface Frame {
      readonly contentWindow: { AbortController: typeof AbortController };
      remove(): void;
    }
    const frame = document.createElement("iframe");
    document.body.append(frame);
    try {
      const controller = new frame.contentWindow.AbortController();
      assert(!(controller.signal instanceof AbortSignal));
      await run(function* () {
        const task = createTask(() => sleep(60), { signal: controller.signal });
        controller.abort("enough");
        yield* wait([task]);
        assert(task.cancelled());
      });
    } finally {
      frame.remove();
    }
  },
});

test("Task.signal is aborted at once when the task is cancelled, with a CancelledError", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      const { signal } = currentTask()!;
      signal.addEventListener("abort", () => log.push(`aborted: ${signal.reason}`));
      assertStrictEquals(currentTask()!.signal, signal);
      try {
        yield* sleep(10);
      } finally {
        log.push("finally");
      }
    });
    yield* sleep(1);
    assertEquals(task.signal.aborted, false);
    task.cancel("enough");
    log.push("cancel() is over");
    assert(task.signal.reason instanceof CancelledError);
    yield* wait([task]);
    assertEquals([task.cancelled(), task.signal.aborted], [true, true]);
  });
  assertEquals(log, ["aborted: CancelledError: enough", "cancel() is over", "finally"]);
});

test("Task.signal asked for while the task is being cancelled is aborted", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } finally {
        assertEquals(currentTask()!.signal.aborted, true);
      }
    });
    yield* sleep(1);
    task.cancel();
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
});

test("Task.signal is not aborted by the task's end, nor by a cancel() that comes after it", async () => {
  await virtually(function* () {
    const task = createTask(sleep(1));
    const { signal } = task;
    yield* task;
    assertEquals([task.cancel(), signal.aborted, task.signal === signal], [false, false, true]);
  });
});

test("Task.signal is another one after uncancel()", async () => {
  await virtually(function* () {
    const task = currentTask()!;
    const { signal } = task;
    try {
      yield* timeout(1, function* () {
        yield* sleep(10);
      });
    } catch (error) {
      assert(error instanceof TimeoutError);
    }
    assertEquals([signal.aborted, task.cancelling()], [true, 0]);
    assertEquals([task.signal === signal, task.signal.aborted], [false, false]);
  });
});

test("fromPromise() of work with the task's signal throws one CancelledError", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* fromPromise(abortable(currentTask()!.signal));
      } catch (error) {
        log.push(`${error}`);
        yield* sleep(1);
        log.push("cleaned up");
        throw error;
      }
    });
    yield* sleep(1);
    task.cancel("enough");
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["CancelledError: enough", "cleaned up"]);
});

for (
  const [what, error] of [
    ["the signal's reason", undefined],
    ["an AbortError", new DOMException("stopped", "AbortError")],
    ["axios's CanceledError", Object.assign(new Error("canceled"), { name: "CanceledError" })],
  ] as const
) {
  test({
    name: `a function that fails by ${what} for its task's cancel() is cancelled, once`,
    ...needs("asyncIdentity"),
    async fn() {
      const log: string[] = [];
      await virtually(function* () {
        const work = coroutine(async () => await abortable(currentTask()!.signal, error));
        const task = createTask(function* () {
          try {
            yield* work();
          } catch (thrown) {
            log.push(`${thrown}`);
            if (error !== undefined) assertStrictEquals((thrown as Error).cause, error);
            yield* sleep(1);
            log.push("cleaned up");
            throw thrown;
          }
        });
        yield* sleep(1);
        task.cancel("enough");
        yield* wait([task]);
        assertEquals(task.cancelled(), true);
      });
      assertEquals(log, ["CancelledError: enough", "cleaned up"]);
    },
  });
}

test({
  name: "a function that fails by the reason of the signal that cancels its task is cancelled",
  ...needs("asyncIdentity"),
  async fn() {
    await virtually(function* () {
      for (const reason of [new DOMException("late", "TimeoutError"), "text", undefined]) {
        const { signal, abort } = abortController();
        const task = createTask(async () => await abortable(signal), { signal });
        yield* sleep(1);
        abort(reason);
        yield* wait([task]);
        assertEquals(task.cancelled(), true);
      }
    });
  },
});

test({
  name: "a time limit's AbortError is a TimeoutError",
  ...needs("asyncIdentity"),
  async fn() {
    await virtually(function* () {
      let name = "";
      try {
        yield* timeout(1, async () => {
          await abortable(currentTask()!.signal, new DOMException("stopped", "AbortError"));
        });
      } catch (error) {
        name = (error as Error).name;
      }
      assertEquals([name, currentTask()!.cancelling()], ["TimeoutError", 0]);
    });
  },
});

test("an async function cancelled again as `await using` closes something is cancelled", async () => {
  const items = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      yield* sleep(10);
    }
  });
  const cut = async () => {
    await using open = items();
    await open.next();
    await sleep(10);
  };
  await virtually(function* () {
    const task = createTask(cut);
    yield* sleep(1);
    task.cancel("one");
    yield* sleep(1);
    task.cancel("two");
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 2]);
    const error = assertThrows(() => task.result(), CancelledError);
    const pair = error.cause as SuppressedError;
    assertEquals([error, pair.error, pair.suppressed].map(String), [
      "CancelledError: two",
      "CancelledError: two",
      "CancelledError: one",
    ]);
  });
});

test("an async function that closes a cancelled task by `await using` is over its time", async () => {
  class Worker {
    readonly task = createTask(sleep(10));
    async close() {
      this.task.cancel();
      await this.task;
    }
  }
  const log: string[] = [];
  await virtually(function* () {
    const work = async () => {
      await using stack = new AsyncExitStack();
      const worker = new Worker();
      stack.pushAsyncCallback(() => worker.close());
      await sleep(10);
    };
    try {
      yield* timeout(1, work);
    } catch (error) {
      log.push(`${error} at ${getRunningLoop().time()}, ${currentTask()!.cancelling()}`);
    }
  });
  assertEquals(log, ["TimeoutError at 1, 0"]);
});

test("an AbortError of a task that nobody cancels is an error like others", async () => {
  await virtually(function* () {
    const error = new DOMException("stopped", "AbortError");
    const task = createTask(coroutine(() => Promise.reject(error))());
    yield* wait([task]);
    assertStrictEquals(task.exception(), error);
  });
});

function abortController(): { signal: AbortSignal; abort: (reason?: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

test("a task is not made with a signal that is none, and its coroutine is still new", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const coro = coroutine(function* () {
      log.push("ran");
    })();
    assertThrows(
      () => createTask(coro, { signal: {} as never }),
      TypeError,
      "signal must be an AbortSignal, got {} (Object)",
    );
    assertEquals(allTasks().size, 1);
    yield* sleep(0);
    assertEquals(log, []);
    yield* createTask(coro);
    assertEquals(log, ["ran"]);
  });
});

test("a signal that is aborted after its task's loop was closed does nothing", () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const controller = new AbortController();
  const task = loop.createTask(sleep(60), { signal: controller.signal });
  loop.runUntilCompleteSync(sleep(1));
  loop.close();
  controller.abort();
  assertEquals([task.done(), task.cancelling()], [false, 0]);
});
