// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  asyncWith,
  CancelledError,
  createTask,
  currentTask,
  eagerTaskFactory,
  Event,
  ExceptionGroup,
  Future,
  getRunningLoop,
  KeyboardInterrupt,
  type RaceResult,
  sleep,
  staggeredRace,
  type Task,
  TaskGroup,
  timeout,
  TimeoutError,
  ValueError,
  wait,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function throwIt(error: Error): never {
  throw error;
}

/** A race's outcome as text: the winner, its place, the errors. */
function show([winner, index, exceptions]: RaceResult<unknown>): unknown[] {
  return [
    winner,
    index,
    exceptions.map((error) => error instanceof Error ? error.name : error),
  ];
}

function* fail(error: unknown = new ValueError("no good")) {
  yield;
  throw error;
}

function* failAtOnce(): Generator<undefined, never, unknown> {
  throw new ValueError("no good");
}

test("staggeredRace() of nothing has no winner", async () => {
  await virtually(function* () {
    assertEquals(yield* staggeredRace([], null), [null, null, []]);
    assertEquals(yield* staggeredRace([], 1), [null, null, []]);
  });
});

test("staggeredRace() gives the first that succeeds, and starts no other behind it", async () => {
  let started = 0;
  await virtually(function* () {
    const racer = (name: string) => () => {
      started++;
      return sleep(0, name);
    };
    const outcome = yield* staggeredRace([racer("first"), racer("second")], null);
    assertEquals(show(outcome), ["first", 0, [null]]);
  });
  assertEquals(started, 1);
});

test("staggeredRace() starts the next as soon as one fails", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const start = loop.time();
    const outcome = yield* staggeredRace([() => fail(), () => sleep(1, "second")], 60);
    assertEquals(show(outcome), ["second", 1, ["ValueError", null]]);
    assertEquals(loop.time(), start + 1);
  });
});

test("staggeredRace() starts the next when the delay is over, and cancels the loser", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    const start = loop.time();
    const outcome = yield* staggeredRace([
      function* () {
        try {
          yield* sleep(10);
        } catch (error) {
          log.push(`first: ${(error as Error).name}`);
          throw error;
        }
        return "first";
      },
      () => sleep(0.05, "second"),
    ], 0.1);
    assertEquals(show(outcome), ["second", 1, ["CancelledError", null]]);
    assertEquals(loop.time(), start + 0.1 + 0.05);
  });
  assertEquals(log, ["first: CancelledError"]);
});

test("staggeredRace() starts them one delay after another", async () => {
  const starts: number[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    const begin = loop.time();
    const racer = (seconds: number) =>
      function* () {
        starts.push(loop.time() - begin);
        yield* sleep(seconds);
        return seconds;
      };
    const outcome = yield* staggeredRace([racer(10), racer(10), racer(2.5), racer(10)], 1);
    assertEquals(show(outcome), [
      2.5,
      2,
      ["CancelledError", "CancelledError", null, "CancelledError"],
    ]);
  });
  assertEquals(starts, [0, 1, 2, 3]);
});

test("staggeredRace() without a delay tries one after the other", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const racer = (name: string, isGood: boolean) =>
      function* () {
        log.push(`${name} starts`);
        yield* sleep(5);
        log.push(`${name} ends`);
        if (!isGood) throw new ValueError(name);
        return name;
      };
    const outcome = yield* staggeredRace(
      [racer("a", false), racer("b", true), racer("c", true)],
      null,
    );
    assertEquals(show(outcome), ["b", 1, ["ValueError", null]]);
  });
  assertEquals(log, ["a starts", "a ends", "b starts", "b ends"]);
});

test("staggeredRace() has no winner where all fail", async () => {
  await virtually(function* () {
    const [winner, index, exceptions] = yield* staggeredRace(
      [() => fail(new ValueError("a")), () => fail(new RangeError("b"))],
      null,
    );
    assertEquals([winner, index, exceptions.map(String)], [
      null,
      null,
      ["ValueError: a", "RangeError: b"],
    ]);
  });
});

test("staggeredRace() has one winner where two succeed at once", async () => {
  await virtually(function* () {
    const event = new Event();
    const racer = (index: number) =>
      function* () {
        yield* event.wait();
        return index;
      };
    const opener = function* () {
      event.set();
      yield* new Event().wait();
    };
    const outcome = yield* staggeredRace([racer(0), racer(1), opener], 0.1);
    assertEquals(show(outcome), [0, 0, [null, "CancelledError", "CancelledError"]]);
  });
});

test("staggeredRace() gives the very errors", async () => {
  await virtually(function* () {
    const error = new ValueError("mine");
    const [, , exceptions] = yield* staggeredRace([() => fail(error)], null);
    assertStrictEquals(exceptions[0], error);
  });
});

test("staggeredRace() runs each in a task of its own", async () => {
  await virtually(function* () {
    const tasks = new Set([currentTask()]);
    const racer = function* () {
      tasks.add(currentTask());
      yield* fail();
    };
    yield* staggeredRace([racer, racer, racer], null);
    assertEquals(tasks.size, 4);
  });
});

test("staggeredRace() leaves no task behind", async () => {
  await virtually(function* () {
    yield* staggeredRace([() => sleep(10), () => sleep(1), () => sleep(5)], 0.5);
    assertEquals(allTasks().size, 1);
  });
});

test("staggeredRace() calls a function at the time of its start", async () => {
  const calls: string[] = [];
  await virtually(function* () {
    const racer = (name: string) => () => {
      calls.push(name);
      return sleep(1, name);
    };
    const racing = createTask(() => staggeredRace([racer("a"), racer("b")], 0.5));
    yield* sleep(0.25);
    assertEquals(calls, ["a"]);
    yield* racing;
    assertEquals(calls, ["a", "b"]);
  });
});

test("staggeredRace() takes functions one by one from an iterator", async () => {
  const taken: number[] = [];
  await virtually(function* () {
    const functions = (/* iterator */ function* () {
      for (let index = 0; index < 100; index++) {
        taken.push(index);
        yield index < 3 ? () => fail() : () => sleep(0, "winner");
      }
    })();
    const [winner, index] = yield* staggeredRace(functions, null);
    assertEquals([winner, index], ["winner", 3]);
  });
  assertEquals(taken, [0, 1, 2, 3]);
});

// Cancellation

test("staggeredRace() that is cancelled cancels all and waits for them", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const racer = (name: string) =>
      function* () {
        try {
          yield* sleep(60);
        } finally {
          yield* sleep(1);
          log.push(`${name} ends`);
        }
      };
    const racing = createTask(() => staggeredRace([racer("a"), racer("b")], 1));
    yield* sleep(5);
    racing.cancel("enough");
    yield* wait([racing]);
    assertEquals(assertThrows(() => racing.result(), CancelledError).message, "enough");
    assertEquals([log, allTasks().size], [["a ends", "b ends"], 1]);
  });
});

test("staggeredRace() that is cancelled twice cancels a racer twice", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const outer = timeout(null);
    const inner = timeout(null);
    const racer = function* () {
      for (const [scope, name] of [[inner, "cancelled 1"], [outer, "cancelled 2"]] as const) {
        scope.reschedule(-1);
        yield;
        try {
          yield;
        } catch (error) {
          assert(error instanceof CancelledError);
          log.push(name);
        }
      }
    };
    let error: unknown;
    try {
      yield* asyncWith(outer, () =>
        asyncWith(inner, function* () {
          try {
            yield* staggeredRace([racer], null);
          } catch (caught) {
            log.push("cancelled 3");
            throw caught;
          }
        }));
    } catch (caught) {
      error = caught;
    }
    assert(error instanceof TimeoutError);
  });
  assertEquals(log, ["cancelled 1", "cancelled 2", "cancelled 3"]);
});

test("staggeredRace() leaves no task behind at whatever step it is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const racing = createTask(() =>
        staggeredRace([() => fail(), () => fail(), () => sleep(0, "third")], null)
      );
      victim(racing);
      yield* wait([racing]);
      assertEquals(allTasks().size, 1);
      if (!racing.cancelled()) assertEquals(racing.result()[0], "third");
    })
  );
  assert(cancelled >= 6, `${cancelled} steps`);
});

// Eager tasks

test("staggeredRace() of eager tasks races as ever", async () => {
  await virtually(function* () {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    const outcome = yield* staggeredRace([
      function* () {
        yield* new Future();
      },
      () => sleep(1, "second"),
      () => fail(),
    ], 0.25);
    assertEquals(show(outcome), ["second", 1, ["CancelledError", null, "ValueError"]]);
  });
});

test("staggeredRace() of eager tasks that fail at once starts the next, and no more", async () => {
  await virtually(function* () {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    const outcome = yield* staggeredRace(
      [() => failAtOnce(), () => sleep(1, "second"), () => sleep(0, "third")],
      null,
    );
    assertEquals(show(outcome), ["second", 1, ["ValueError", null]]);
  });
});

// Misuse

test("staggeredRace() refuses what is no iterable of functions", async () => {
  for (const functions of [42, null, undefined, {}, sleep(0)]) {
    assertThrows(
      () => staggeredRace(functions as never, null),
      TypeError,
      "staggeredRace() expects an iterable of functions",
    );
  }
});

test("staggeredRace() counts what is no function as one that fails", async () => {
  await virtually(function* () {
    const outcome = yield* staggeredRace([42 as never, () => sleep(0, "second")], null);
    assertEquals(show(outcome), ["second", 1, ["TypeError", null]]);
  });
});

test("staggeredRace() refuses a delay that is none", () => {
  assertThrows(() => staggeredRace([], NaN), ValueError);
  assertThrows(() => staggeredRace([], "1" as never), TypeError);
});

test("staggeredRace() without a loop is refused when it is awaited", async () => {
  const race = staggeredRace([], null);
  await assertRejects(async () => void await race);
});

test("staggeredRace() hands on what its iterator throws, in a group", async () => {
  await virtually(function* () {
    const functions = (/* iterator */ function* () {
      yield () => fail();
      throw new RangeError("iterator");
    })();
    const racing = createTask(() => staggeredRace(functions, null));
    yield* wait([racing]);
    const error = racing.exception();
    assert(error instanceof ExceptionGroup);
    assertEquals([error.message, error.exceptions.map(String)], [
      "staggered race failed",
      ["RangeError: iterator"],
    ]);
  });
});

test("staggeredRace() lets a KeyboardInterrupt end the run", async () => {
  await assertRejects(
    () =>
      virtually(function* () {
        yield* staggeredRace([
          function* () {
            throw new KeyboardInterrupt("stop");
          },
          () => sleep(1),
        ], null);
      }),
    KeyboardInterrupt,
    "stop",
  );
});

test("staggeredRace() keeps its winner, and tells of a loser that returns all the same", async () => {
  await virtually(function* () {
    let thrown: unknown;
    try {
      yield* staggeredRace([
        function* () {
          try {
            yield* sleep(10);
          } catch {
            return "second";
          }
          return "too late";
        },
        function* () {
          yield* sleep(1);
          return "first";
        },
      ], 0.5);
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof ExceptionGroup);
    assertEquals(thrown.errors.map(String), [
      "AssertionError: a function returned after another had won: expected it to let the " +
      "CancelledError through",
    ]);
  });
});

test("in debug mode staggeredRace() accuses no loser, however it ends, of having swallowed its cancellation", async () => {
  await virtually(function* () {
    getRunningLoop().setDebug(true);
    const outcome = yield* staggeredRace([
      () => sleep(10),
      function* () {
        try {
          yield* sleep(10);
        } catch {
          yield* sleep(1);
          throw new ValueError("cleaning up");
        }
      },
      function* () {
        yield* sleep(0.1);
        return "won";
      },
    ], 0.5);
    assertEquals(show(outcome), ["won", 2, ["CancelledError", "ValueError", null]]);
  });
});

test("a loser keeps the requests to end that it had, and one that its own group has renewed", async () => {
  await virtually(function* () {
    const racers: Task<unknown>[] = [];
    const race = createTask(staggeredRace([
      function* () {
        racers.push(currentTask()!);
        yield* asyncWith(new TaskGroup(), function* () {
          try {
            yield* new Event().wait();
          } finally {
            throwIt(new ValueError("in the way"));
          }
        });
      },
      function* () {
        racers.push(currentTask()!);
        yield* sleep(10);
      },
    ], 1));
    yield* sleep(2);
    race.cancel();
    yield* wait([race, ...racers]);
    // As in CPython: the group's task was asked again as its group ended, and returned before it heard of that.
    assertEquals(racers.map((racer) => [racer.cancelled(), racer.cancelling()]), [
      [true, 1],
      [false, 1],
    ]);
  });
});
