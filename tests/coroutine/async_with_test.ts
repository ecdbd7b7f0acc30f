// kinds: generator, async
import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asyncContextManager,
  asyncWith,
  createTask,
  currentTask,
  ExceptionGroup,
  getRunningLoop,
  sleep,
  type Task,
  TaskGroup,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A manager that notes what happens to it; each of its methods waits a second. */
function door(log: string[], { swallow = false } = {}) {
  return {
    *enter() {
      log.push("enters");
      yield* sleep(1);
      return "the room";
    },
    *exit(error: unknown) {
      log.push(`leaves after ${error}`);
      yield* sleep(1);
      log.push("left");
      return swallow;
    },
  };
}

// asyncWith

test("asyncWith() enters, runs the body, leaves, and gives the body's result", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const result = yield* asyncWith(door(log), function* (value) {
      log.push(`in ${value}`);
      yield* sleep(1);
      return "result";
    });
    assertEquals([result, getRunningLoop().time()], ["result", 3]);
  });
  assertEquals(log, ["enters", "in the room", "leaves after null", "left"]);
});

test("asyncWith() takes managers and bodies of every kind of function", async () => {
  const managers = [
    { enter: () => 1, exit: () => undefined },
    {
      *enter() {
        return yield* sleep(1, 1);
      },
      *exit() {
        yield* sleep(1);
      },
    },
    { enter: () => Promise.resolve(1), exit: () => Promise.resolve() },
    { enter: () => sleep(1, 1), exit: () => sleep(0) },
  ];
  await virtually(function* () {
    for (const manager of managers) {
      assertEquals(yield* asyncWith(manager, (value) => value + 1), 2);
      assertEquals(yield* asyncWith(manager, (value) => sleep(1, value + 2)), 3);
      assertEquals(yield* asyncWith(manager, (value) => Promise.resolve(value + 3)), 4);
      const four = yield* asyncWith(manager, function* (value) {
        yield* sleep(1);
        return value + 4;
      });
      assertEquals(four, 5);
    }
  });
});

test("asyncWith() calls the methods on the manager", async () => {
  class Room {
    readonly log: string[] = [];
    enter() {
      this.log.push("in");
      return this;
    }
    exit() {
      this.log.push("out");
    }
  }
  await virtually(function* () {
    const room = new Room();
    assertStrictEquals(yield* asyncWith(room, (value) => value), room);
    assertEquals(room.log, ["in", "out"]);
  });
});

test("asyncWith() tells exit() the body's error, and throws it", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const error = new RangeError("no");
    let caught: unknown;
    try {
      yield* asyncWith(door(log), function* () {
        yield* sleep(1);
        throw error;
      });
    } catch (thrown) {
      caught = thrown;
    }
    assertStrictEquals(caught, error);
  });
  assertEquals(log, ["enters", "leaves after RangeError: no", "left"]);
});

test("asyncWith() gives undefined where exit() swallows the error", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const result = yield* asyncWith(door(log, { swallow: true }), function* () {
      yield* sleep(1);
      throw new RangeError("no");
    });
    assertEquals(result, undefined);
    const kept = yield* asyncWith(door(log, { swallow: true }), () => "kept");
    assertEquals(kept, "kept");
  });
});

test("an error of exit() takes the place of the body's", async () => {
  await virtually(function* () {
    for (const fails of [true, false]) {
      const manager = {
        enter() {},
        *exit() {
          yield* sleep(0);
          throw new TypeError("exit's");
        },
      };
      let caught = "";
      try {
        yield* asyncWith(manager, () => {
          if (fails) throw new RangeError("body's");
        });
      } catch (error) {
        caught = `${error}`;
      }
      assertEquals(caught, "TypeError: exit's");
    }
  });
});

test("an error of enter() runs neither the body nor exit()", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const manager = {
      *enter() {
        yield* sleep(0);
        throw new RangeError("locked");
      },
      exit: () => log.push("exit"),
    };
    try {
      yield* asyncWith(manager, () => log.push("body"));
    } catch (error) {
      log.push(`${error}`);
    }
  });
  assertEquals(log, ["RangeError: locked"]);
});

test("asyncWith() that is cancelled in its body leaves, and may wait there", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(asyncWith(door(log), function* () {
      yield* sleep(10);
    }));
    yield* sleep(5);
    task.cancel("why");
    yield* wait([task]);
    assertEquals([task.cancelled(), getRunningLoop().time()], [true, 6]);
  });
  assertEquals(log, ["enters", "leaves after CancelledError: why", "left"]);
});

test("asyncWith() that is cancelled while it enters does not leave", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(asyncWith(door(log), () => log.push("body")));
    yield* sleep(0.5);
    task.cancel();
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["enters"]);
});

test("asyncWith() that is cancelled while it leaves is cancelled", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(asyncWith(door(log), () => log.push("body")));
    yield* sleep(1.5);
    task.cancel();
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["enters", "body", "leaves after null"]);
});

test("a manager may swallow a cancellation", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      yield* asyncWith(door(log, { swallow: true }), () => sleep(10));
      return yield* sleep(1, "went on");
    });
    yield* sleep(5);
    task.cancel();
    assertEquals([yield* task, task.cancelled()], ["went on", false]);
  });
});

test("asyncWith() in asyncWith() leaves from the inside out", async () => {
  const log: string[] = [];
  const named = (name: string) => ({
    enter: () => void log.push(`${name} in`),
    exit: (error: unknown) => void log.push(`${name} out: ${error}`),
  });
  await virtually(function* () {
    try {
      yield* asyncWith(named("outer"), () =>
        asyncWith(named("inner"), function* () {
          yield* sleep(1);
          throw new Error("e");
        }));
    } catch (error) {
      log.push(`${error}`);
    }
  });
  assertEquals(log, [
    "outer in",
    "inner in",
    "inner out: Error: e",
    "outer out: Error: e",
    "Error: e",
  ]);
});

test("asyncWith() runs all of it in the task that awaits", async () => {
  await virtually(function* () {
    const main = currentTask();
    const tasks: unknown[] = [];
    const manager = {
      *enter() {
        yield* sleep(0);
        tasks.push(currentTask());
      },
      *exit() {
        tasks.push(currentTask());
        yield* sleep(0);
      },
    };
    yield* asyncWith(manager, function* () {
      yield* sleep(0);
      tasks.push(currentTask());
    });
    assertEquals(tasks.map((task) => task === main), [true, true, true]);
  });
});

test("asyncWith() refuses what is no manager, and what is no body", () => {
  for (const manager of [null, 42, {}, { enter() {} }, { exit() {} }]) {
    assertThrows(
      () => asyncWith(manager as never, () => {}),
      TypeError,
      "asyncWith() expects a context manager with enter() and exit(), got",
    );
  }
  assertThrows(
    () => asyncWith(door([]), 42 as never),
    TypeError,
    "asyncWith() expects its body to be a function, got 42 (number)",
  );
});

test("asyncWith() tells a manager of null when that is what was thrown", async () => {
  const log: string[] = [];
  await virtually(function* () {
    try {
      yield* asyncWith(door(log), () => {
        throw null;
      });
    } catch (error) {
      log.push(`caught ${error}`);
    }
    const transaction = asyncContextManager(function* () {
      try {
        yield 1;
        log.push("committed");
      } catch (error) {
        log.push("rolled back");
        throw error;
      }
    });
    try {
      yield* asyncWith(transaction(), () => Promise.reject(null));
    } catch (error) {
      log.push(`caught ${error}`);
    }
    const group = new TaskGroup();
    const tasks: Task[] = [];
    try {
      yield* asyncWith(group, function* () {
        tasks.push(group.createTask(() => sleep(60)));
        yield* sleep(1);
        throw null;
      });
    } catch (error) {
      assertInstanceOf(error, ExceptionGroup);
      log.push(...error.errors.map(String), `cancelled: ${tasks[0]!.cancelled()}`);
    }
  });
  assertEquals(log, [
    ...["enters", "leaves after RuntimeError: null was thrown", "left", "caught null"],
    ...["rolled back", "caught null"],
    ...["RuntimeError: null was thrown", "cancelled: true"],
  ]);
});
