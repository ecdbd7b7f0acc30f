// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  createTask,
  currentTask,
  getRunningLoop,
  RuntimeError,
  sleep,
  Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
  ValueError,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function now(): number {
  return getRunningLoop().time();
}

// Being in time

test("timeout() gives the body's result when it is in time", async () => {
  await virtually(function* () {
    const result = yield* timeout(2, function* (limit) {
      assertEquals([limit.when(), limit.expired()], [2, false]);
      return yield* sleep(1, "in time");
    });
    assertEquals([result, now()], ["in time", 1]);
    yield* sleep(5);
    assertEquals([now(), currentTask()!.cancelling()], [6, 0]);
  });
});

test("timeout() takes a plain body", async () => {
  await virtually(function* () {
    assertEquals(yield* timeout(1, (limit) => limit.when()), 1);
  });
});

test("timeout() runs its body in the task that waits", async () => {
  await virtually(function* () {
    const main = currentTask();
    const inside = yield* timeout(1, function* () {
      yield* sleep(0);
      return currentTask() === main;
    });
    assertEquals(inside, true);
  });
});

test("timeout() counts from where it is awaited", async () => {
  await virtually(function* () {
    const lazy = timeout(2, (limit) => limit.when());
    yield* sleep(3);
    assertEquals(yield* lazy, 5);
  });
});

test("timeout(null) is no limit", async () => {
  await virtually(function* () {
    const result = yield* timeout(null, function* (limit) {
      assertEquals([limit.when(), `${limit}`], [null, "<Timeout [active] when=null>"]);
      return yield* sleep({ days: 1 }, "tomorrow");
    });
    assertEquals(result, "tomorrow");
    assertEquals(yield* timeoutAt(null, () => sleep(1, "x")), "x");
  });
});

test("timeoutAt() takes a time of the loop's", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    yield* sleep(5);
    try {
      yield* timeoutAt(7, function* (limit) {
        log.push(limit.when());
        yield* sleep(10);
      });
    } catch (error) {
      log.push((error as Error).name, now());
    }
  });
  assertEquals(log, [7, "TimeoutError", 7]);
});

// The time is up

test("timeout() cancels its body, and throws TimeoutError from the CancelledError", async () => {
  await virtually(function* () {
    let limit: Timeout | undefined;
    let seen: unknown;
    try {
      yield* timeout({ milliseconds: 1500 }, function* (entered) {
        limit = entered;
        try {
          yield* sleep(10);
        } catch (error) {
          seen = error;
          assertEquals([entered.expired(), `${entered}`], [true, "<Timeout [expiring]>"]);
          assertEquals(currentTask()!.cancelling(), 1);
          throw error;
        }
      });
      throw new Error("unreachable");
    } catch (error) {
      assert(error instanceof TimeoutError && error.cause === seen);
      assert(seen instanceof CancelledError);
    }
    assertEquals([now(), limit!.expired(), `${limit}`], [1.5, true, "<Timeout [expired]>"]);
    assertEquals(currentTask()!.cancelling(), 0);
  });
});

test("timeout(0) cancels at the first wait, even a sleep(0)", async () => {
  for (const delay of [0, -1]) {
    const log: string[] = [];
    await virtually(function* () {
      try {
        yield* timeout(delay, function* () {
          log.push("begins");
          yield* sleep(0);
          log.push("not reached");
        });
      } catch (error) {
        log.push(`${(error as Error).name} at ${now()}`);
      }
    });
    assertEquals(log, ["begins", "TimeoutError at 0"]);
  }
});

test("timeout(0) of a body that does not wait lets it end", async () => {
  await virtually(function* () {
    assertEquals(yield* timeout(0, () => "no wait"), "no wait");
    // Its cancellation, ordered before, does not come later.
    yield* sleep(1);
    assertEquals(currentTask()!.cancelling(), 0);
  });
});

test("timeout() waits for the body's clean-up", async () => {
  const log: string[] = [];
  await virtually(function* () {
    try {
      yield* timeout(1, function* () {
        try {
          yield* sleep(10);
        } finally {
          yield* sleep(2);
          log.push(`cleaned up at ${now()}`);
        }
      });
    } catch (error) {
      log.push(`${(error as Error).name} at ${now()}`);
    }
  });
  assertEquals(log, ["cleaned up at 3", "TimeoutError at 3"]);
});

test("a body that swallows the cancellation has its result", async () => {
  await virtually(function* () {
    const limit = yield* timeout(1, function* (limit) {
      try {
        yield* sleep(10);
      } catch {
        // Swallowed.
      }
      return limit;
    });
    assertEquals([`${limit}`, limit.expired()], ["<Timeout [expired]>", true]);
    assertEquals(currentTask()!.cancelling(), 0);
  });
});

test("another error of the body passes, before the time and at it", async () => {
  await virtually(function* () {
    for (const delay of [0.5, 10]) {
      let thrown = "";
      try {
        yield* timeout(1, function* () {
          try {
            yield* sleep(delay);
          } finally {
            // In the place of the cancellation.
            fail();
          }
        });
      } catch (error) {
        thrown = `${error}`;
      }
      assertEquals([thrown, currentTask()!.cancelling()], ["RangeError: the body's own", 0]);
    }
  });
});

function fail(): never {
  throw new RangeError("the body's own");
}

// One in another

test("nested timeouts: the one whose time is up throws, and the other one goes on", async () => {
  const cases = [
    [1, 2, ["outer"], "expired", "finished", 1],
    [2, 1, ["inner", "outer"], "expired", "expired", 2],
    [5, 1, ["inner", "body done"], "finished", "expired", 4],
    [1, 1, ["outer"], "expired", "expired", 1],
  ] as const;
  for (const [outer, inner, expected, outerState, innerState, end] of cases) {
    const log: string[] = [];
    await virtually(function* () {
      const limits: Timeout[] = [];
      try {
        yield* timeout(outer, function* (first) {
          limits.push(first);
          try {
            yield* timeout(inner, function* (second) {
              limits.push(second);
              yield* sleep(10);
            });
          } catch (error) {
            if (!(error instanceof TimeoutError)) throw error;
            log.push("inner");
            yield* sleep(3);
            log.push("body done");
          }
        });
      } catch (error) {
        assert(error instanceof TimeoutError);
        log.push("outer");
      }
      assertEquals(limits.map(String), [`<Timeout [${outerState}]>`, `<Timeout [${innerState}]>`]);
      assertEquals([now(), currentTask()!.cancelling()], [end, 0]);
    });
    assertEquals(log, [...expected]);
  }
});

test("a timeout in a finally of another counts on its own", async () => {
  const log: string[] = [];
  await virtually(function* () {
    try {
      yield* timeout(1, function* () {
        try {
          yield* sleep(10);
        } finally {
          try {
            yield* timeout(1, () => sleep(10));
          } catch (error) {
            log.push(`clean-up: ${(error as Error).name} at ${now()}`);
          }
        }
      });
    } catch (error) {
      log.push(`${(error as Error).name} at ${now()}`);
    }
  });
  assertEquals(log, ["clean-up: TimeoutError at 2", "TimeoutError at 2"]);
});

// Cancellation by others

test("a timeout that its task does without is left when the task ends", async () => {
  await virtually(function* () {
    let limit: Timeout | undefined;
    const task = createTask(async () => {
      const loser = timeout(50, (own) => {
        limit = own;
        return sleep(60);
      });
      return await Promise.race([sleep(1, "winner"), loser]);
    });
    assertEquals([yield* task, String(limit)], ["winner", "<Timeout [finished]>"]);
  });
});

test("a cancellation by others before the time passes as it is", async () => {
  await virtually(function* () {
    let limit: Timeout | undefined;
    const task = createTask(function* () {
      yield* timeout(10, function* (entered) {
        limit = entered;
        yield* sleep(20);
      });
    });
    yield* sleep(1);
    task.cancel("by others");
    yield* wait([task]);
    assertEquals([task.cancelled(), `${limit}`, now()], [true, "<Timeout [finished]>", 1]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "by others");
  });
});

test("a cancellation by others while the time runs out comes first", async () => {
  for (const order of ["cancellation first", "timeout first"]) {
    await virtually(function* () {
      const cancelLater = () => getRunningLoop().callLater(1, () => task.cancel("by others"));
      if (order === "cancellation first") cancelLater();
      let limit: Timeout | undefined;
      const task = createTask(function* () {
        yield* timeout(1, function* (entered) {
          limit = entered;
          yield* sleep(10);
        });
      });
      yield* sleep(0);
      if (order === "timeout first") cancelLater();
      yield* wait([task]);
      assertEquals([order, task.cancelled(), task.cancelling()], [order, true, 1]);
      assertEquals(limit!.expired(), true);
    });
  }
});

test("a task that was cancelled before may still use timeouts", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch {
        assertEquals(currentTask()!.cancelling(), 1);
        try {
          yield* timeout(1, () => sleep(10));
        } catch (error) {
          log.push(`${(error as Error).name} at ${now()}`);
        }
        assertEquals(currentTask()!.cancelling(), 1);
      }
    });
    yield* sleep(1);
    task.cancel();
    yield* task;
  });
  assertEquals(log, ["TimeoutError at 2"]);
});

test("a limit of no time takes a cancellation that came before it, and no other limit does", async () => {
  await virtually(function* () {
    for (const [seconds, expected] of [[0, "TimeoutError"], [0.001, "CancelledError"]] as const) {
      const task = createTask(function* () {
        currentTask()!.cancel();
        try {
          return yield* timeout(seconds, () => sleep(10));
        } catch (error) {
          return [(error as Error).name, currentTask()!.cancelling()];
        }
      });
      assertEquals(yield* task, [expected, 1]);
    }
  });
});

test("a body that cancels its own task is cancelled, not timed out", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      yield* timeout(10, function* () {
        currentTask()!.cancel("me");
        yield* sleep(20);
      });
    });
    yield* wait([task]);
    assertEquals([task.cancelled(), now()], [true, 0]);
  });
});

// Another deadline

test("Timeout.reschedule() sets another deadline, earlier, later, over, or none", async () => {
  const cases: [number | null, number][] = [[1, 1], [8, 8], [0, 0], [-5, 0]];
  for (const [deadline, end] of cases) {
    await virtually(function* () {
      try {
        yield* timeout(4, function* (limit) {
          limit.reschedule(deadline);
          assertEquals(limit.when(), deadline);
          yield* sleep(20);
        });
      } catch (error) {
        assertEquals([(error as Error).name, now()], ["TimeoutError", end]);
        return;
      }
      throw new Error("unreachable");
    });
  }
  await virtually(function* () {
    const result = yield* timeout(4, function* (limit) {
      limit.reschedule(null);
      assertEquals(limit.when(), null);
      return yield* sleep(20, "no limit any more");
    });
    assertEquals([result, now()], ["no limit any more", 20]);
  });
});

test("Timeout.reschedule() is refused before and after its time", async () => {
  await virtually(function* () {
    const created = timeout(1);
    assertThrows(() => created.reschedule(2), RuntimeError, "Timeout has not been entered");
    const finished = yield* timeout(1, (limit) => limit);
    assertThrows(
      () => finished.reschedule(2),
      RuntimeError,
      "Cannot change state of finished Timeout",
    );
    let limit: Timeout | undefined;
    try {
      yield* timeout(1, function* (entered) {
        limit = entered;
        try {
          yield* sleep(10);
        } finally {
          assertThrows(
            () => entered.reschedule(100),
            RuntimeError,
            "Cannot change state of expiring Timeout",
          );
        }
      });
    } catch (error) {
      assert(error instanceof TimeoutError);
    }
    assertThrows(
      () => limit!.reschedule(2),
      RuntimeError,
      "Cannot change state of expired Timeout",
    );
  });
});

test("Timeout.reschedule() refuses what is no time", async () => {
  await virtually(function* () {
    yield* timeout(5, (limit) => {
      assertThrows(() => limit.reschedule("x" as never), TypeError, "when must be a number");
      assertThrows(() => limit.reschedule(NaN), ValueError, "Invalid when: NaN");
      assertEquals(limit.when(), 5);
    });
  });
});

// By hand

test("Timeout.enter() and exit() count by hand, once", async () => {
  await virtually(function* () {
    const limit = timeout(5);
    assertEquals([`${limit}`, limit.when(), limit.expired()], ["<Timeout [created]>", 5, false]);
    assertThrows(() => limit.exit(null), RuntimeError, "Cannot exit a created Timeout");
    assertEquals(limit.enter(), limit);
    assertEquals(`${limit}`, "<Timeout [active] when=5>");
    assertThrows(() => limit.enter(), RuntimeError, "Timeout has already been entered");
    yield* sleep(1);
    assertEquals(limit.exit(null), false);
    assertEquals(`${limit}`, "<Timeout [finished]>");
    assertThrows(() => limit.enter(), RuntimeError, "Timeout has already been entered");
    assertThrows(() => limit.exit(null), RuntimeError, "Cannot exit a finished Timeout");
  });
});

test("Timeout.toString() rounds the deadline to milliseconds", async () => {
  await virtually(function* () {
    const limit = new Timeout(1 / 3);
    limit.enter();
    assertEquals(`${limit}`, "<Timeout [active] when=0.333>");
    limit.exit(null);
    yield* sleep(0);
  });
});

test("Timeout.enter() needs a task", async () => {
  const log: string[] = [];
  await virtually(function* () {
    getRunningLoop().callSoon(() => {
      log.push(assertThrows(() => timeout(1).enter(), RuntimeError).message);
    });
    yield* sleep(0);
  });
  assertEquals(log, ["Timeout should be used inside a task"]);
  assertThrows(() => timeout(1), RuntimeError, "no running event loop");
  assertThrows(() => timeout(null), RuntimeError, "no running event loop");
  assertThrows(() => new Timeout(1).enter(), RuntimeError, "no running event loop");
});

test("timeout() and timeoutAt() refuse what is no time and what is no body", () => {
  assertThrows(
    () => timeout("x" as never, () => {}),
    TypeError,
    "delay must be a number of seconds",
  );
  assertThrows(() => timeout(NaN, () => {}), ValueError, "Invalid delay: NaN");
  assertThrows(() => timeoutAt("x" as never), TypeError, "when must be a number of seconds");
  assertThrows(
    () => new Timeout(undefined as never),
    TypeError,
    "when must be a number of seconds",
  );
  assertThrows(() => new Timeout(NaN), ValueError, "Invalid when: NaN");
  assertThrows(
    () => timeout(1, 42 as never),
    TypeError,
    "timeout() expects its body to be a function, got 42 (number)",
  );
  assertThrows(
    () => timeoutAt(1, sleep(1) as never),
    TypeError,
    "timeoutAt() expects its body to be a function, got <coroutine object sleep>",
  );
});
