// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  anext,
  asyncContextManager,
  asyncGenerator,
  asyncWith,
  CancelledError,
  ContextVar,
  copyContext,
  type Coroutine,
  type CoroutineObject,
  createTask,
  currentTask,
  eagerTaskFactory,
  Event,
  ExceptionGroup,
  exceptStar,
  Future,
  gather,
  getRunningLoop,
  KeyboardInterrupt,
  RuntimeError,
  sleep,
  SystemExit,
  Task,
  TaskGroup,
  timeout,
  TimeoutError,
  ValueError,
  wait,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually, type VirtuallyOptions } from "../_support/virtual.ts";

/** Declares a test twice: with tasks that start in the next iteration, and with eager ones. */
function testBoth(
  title: string,
  body: () => CoroutineObject<unknown>,
  options?: VirtuallyOptions,
): void {
  for (const factory of [null, eagerTaskFactory]) {
    test(factory === null ? title : `${title} (eager tasks)`, async () => {
      await virtually(function* () {
        getRunningLoop().setTaskFactory(factory);
        yield* body();
      }, options);
    });
  }
}

/** What awaiting something throws. */
function* errorOf(make: () => Coroutine<unknown> | Task<unknown>) {
  try {
    yield* make();
  } catch (error) {
    return error;
  }
  return "nothing thrown";
}

/** A group and all that it holds, as text. */
function show(error: unknown): string {
  if (!(error instanceof ExceptionGroup)) return `${error}`;
  return `${error.message}[${error.exceptions.map(show).join(", ")}]`;
}

/** The text of a group that a task group throws. */
function groupOf(...errors: string[]): string {
  return `unhandled errors in a TaskGroup[${errors.join(", ")}]`;
}

/** Fails after some time. */
function* failAfter(seconds: number, error: unknown = new RangeError("crash")) {
  yield* sleep(seconds);
  throw error;
}

function raise(error: unknown): never {
  throw error;
}

/** Fails as it is left, however that happens. */
function* failAtTheEnd(seconds: number, error: unknown = new RangeError("crash")) {
  try {
    yield* sleep(seconds);
  } finally {
    raise(error);
  }
}

/** Waits, and takes its time to be cancelled. */
function* endSlowly(seconds: number) {
  try {
    yield* new Event().wait();
  } finally {
    yield* sleep(seconds);
  }
}

// All is well

testBoth("TaskGroup.run() waits for its tasks", function* () {
  const start = getRunningLoop().time();
  const tasks: Task<number>[] = [];
  yield* TaskGroup.run(function* (group) {
    tasks.push(group.createTask(() => sleep(0.1, 42)), group.createTask(() => sleep(0.2, 11)));
  });
  assertEquals(tasks.map((task) => task.result()), [42, 11]);
  assertEquals(getRunningLoop().time(), start + 0.2);
});

testBoth("TaskGroup.run() gives what its body gives, as soon as the tasks are done", function* () {
  const log: string[] = [];
  const result = yield* TaskGroup.run(function* (group) {
    group.createTask(function* () {
      yield* sleep(1);
      log.push("task");
    });
    log.push("body");
    return "result";
  });
  assertEquals([result, log], ["result", ["body", "task"]]);
});

test("a group that ends asks no task that is done to end", async () => {
  const asked: string[] = [];
  class Telling<T> extends Task<T> {
    override cancel(message?: string | null): boolean {
      asked.push(this.getName());
      return super.cancel(message);
    }
  }
  await virtually(function* () {
    getRunningLoop().setTaskFactory((loop, coro, options) =>
      new Telling(coro, { ...options, loop, eagerStart: true })
    );
    const error = yield* errorOf(() =>
      TaskGroup.run(function* (group) {
        group.createTask(() => "done at once", { name: "done" });
        group.createTask(sleep(60), { name: "asleep" });
        throw new RangeError("body");
      })
    );
    assertEquals(show(error), groupOf("RangeError: body"));
  });
  assertEquals(asked, ["asleep"]);
});

test("TaskGroup.run() of a class of one's own makes a group of that class", async () => {
  class Counting extends TaskGroup {
    made = 0;

    override createTask: TaskGroup["createTask"] = (coro, options) => {
      this.made++;
      return super.createTask(coro, options);
    };
  }
  await virtually(function* () {
    const made = yield* Counting.run(function* (group) {
      group.createTask(sleep(1));
      yield* sleep(2);
      return group.made;
    });
    assertEquals(made, 1);
    const { run } = TaskGroup;
    assert((yield* run((group) => [group]))[0] instanceof TaskGroup);
  });
});

testBoth("TaskGroup.run() without tasks ends with its body", function* () {
  assertEquals(yield* TaskGroup.run(() => "plain"), "plain");
  let turns = 0;
  getRunningLoop().callSoon(() => turns++);
  assertEquals(yield* TaskGroup.run(function* () {}), undefined);
  assertEquals(turns, 0);
});

testBoth("TaskGroup.createTask() may come at any time of the body", function* () {
  const tasks: Task<number>[] = [];
  yield* TaskGroup.run(function* (group) {
    tasks.push(group.createTask(() => sleep(0.1, 42)));
    yield* sleep(0.15);
    tasks.push(group.createTask(() => sleep(0.2, 11)));
  });
  assertEquals(tasks.map((task) => task.result()), [42, 11]);
});

testBoth("a task of a group that is cancelled alone does not matter to the others", function* () {
  const tasks: Task<number>[] = [];
  yield* TaskGroup.run(function* (group) {
    tasks.push(group.createTask(() => sleep(1, 42)));
    yield* sleep(0.15);
    tasks[0]?.cancel();
    tasks.push(group.createTask(() => sleep(0.2, 11)));
  });
  assertEquals([tasks[0]?.cancelled(), tasks[1]?.result()], [true, 11]);
});

testBoth("a group forgets the tasks that are done", function* () {
  yield* TaskGroup.run(function* (group) {
    assertEquals(`${group}`, "<TaskGroup entered>");
    for (let count = 1; count <= 10; count++) {
      yield* sleep(0.1);
      group.createTask(() => sleep(0.3));
      if (count === 6) assert(/^<TaskGroup tasks=[34] entered>$/.test(`${group}`), `${group}`);
    }
    yield* sleep(1.35);
    assertEquals(`${group}`, "<TaskGroup entered>");
  });
});

testBoth(
  "TaskGroup.createTask() may be called by the group's tasks, while it is being left",
  function* () {
    const log: string[] = [];
    yield* TaskGroup.run(function* (group) {
      const child = function* (name: string, seconds: number) {
        yield* sleep(seconds);
        log.push(name);
      };
      group.createTask(function* () {
        yield* sleep(0.1);
        group.createTask(() => child("second", 0.2));
        group.createTask(() => child("first", 0.1));
      });
    });
    assertEquals(log, ["first", "second"]);
  },
);

testBoth("a group ends tasks that multiply", function* () {
  let heads = 0;
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      const hydra = function* (): CoroutineObject<void> {
        heads++;
        yield* sleep(0.01);
        group.createTask(hydra);
        group.createTask(hydra);
      };
      group.createTask(hydra);
      group.createTask(function* () {
        while (heads < 10) yield* sleep(0.015);
        throw new RangeError("hercules");
      });
    })
  );
  assertEquals(show(error), groupOf("RangeError: hercules"));
  assert(heads >= 10);
});

testBoth("TaskGroup.createTask() gives a task its name", function* () {
  let seen: string | undefined;
  yield* TaskGroup.run(function* (group) {
    const task = group.createTask(function* () {
      seen = currentTask()?.getName();
      yield;
    }, { name: "yolo" });
    assertEquals(task.getName(), "yolo");
  });
  assertEquals(seen, "yolo");
});

testBoth("TaskGroup.createTask() gives a task its context", function* () {
  const variable = new ContextVar<number | null>("variable", { default: null });
  const context = copyContext();
  const setLater = function* (value: number) {
    yield;
    variable.set(value);
  };
  yield* TaskGroup.run(function* (group) {
    assertEquals(context.run(() => variable.get()), null);
    for (const value of [1, 2]) {
      yield* group.createTask(() => setLater(value), { context });
      assertEquals(context.run(() => variable.get()), value);
    }
  });
  assertEquals(variable.get(), null);
});

testBoth("a task group is a context manager for asyncWith()", function* () {
  const group = new TaskGroup();
  let task: Task<string> | undefined;
  const result = yield* asyncWith(group, function* (entered) {
    assertStrictEquals(entered, group);
    task = entered.createTask(() => sleep(1, "task"));
    return "body";
  });
  assertEquals([result, task?.result()], ["body", "task"]);
});

testBoth("TaskGroup.toString() tells its state", function* () {
  const group = new TaskGroup();
  assertEquals(`${group}`, "<TaskGroup>");
  const error = yield* errorOf(() =>
    asyncWith(group, function* () {
      group.createTask(() => sleep(1));
      group.createTask(() => failAtTheEnd(1));
      yield;
      assertEquals(`${group}`, "<TaskGroup tasks=2 entered>");
      throw new RangeError("body");
    })
  );
  assertEquals(show(error), groupOf("RangeError: crash", "RangeError: body"));
  assertEquals(`${group}`, "<TaskGroup cancelling>");
});

testBoth("TaskGroup.toString() counts the errors that there are to throw", function* () {
  const group = new TaskGroup();
  const shown: string[] = [];
  yield* errorOf(() =>
    asyncWith(group, function* () {
      group.createTask(function* () {
        try {
          yield* sleep(60);
        } finally {
          shown.push(`${group}`);
        }
      });
      group.createTask(() => failAtTheEnd(0));
      yield* sleep(60);
    })
  );
  assertEquals([...shown, `${group}`], [
    "<TaskGroup tasks=1 errors=1 cancelling>",
    "<TaskGroup cancelling>",
  ]);
});

// Failures

testBoth(
  "an error in a group that was never left, of a task that is over, goes to the handler",
  function* () {
    const told: [message: string, error: unknown][] = [];
    getRunningLoop().setExceptionHandler((_loop, { message, exception }) => {
      told.push([message, exception]);
    });
    const group = new TaskGroup();
    const error = new ValueError("late");
    const parent = createTask(function* () {
      group.enter();
      group.createTask(function* () {
        yield* sleep(1);
        throw error;
      }, { name: "child" });
      group.createTask(() => sleep(2, "other"));
    }, { name: "parent" });
    yield* parent;
    yield* sleep(3);
    assertEquals(told.length, 1);
    const [[message, exception]] = told as [[string, unknown]];
    assert(
      /^Task <Task finished name='child' .*> has errored out but its parent task <Task finished name='parent' .*> is already completed$/
        .test(message),
      message,
    );
    assertStrictEquals(exception, error);
    assertEquals(`${group}`, "<TaskGroup errors=1 entered>");
  },
);

testBoth("a task that fails cancels the others, and its error comes in a group", function* () {
  const log: string[] = [];
  let other: Task<void> | undefined;
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0.1));
      other = group.createTask(function* () {
        try {
          yield* sleep(1);
        } catch (error) {
          log.push(`${(error as Error).name}`);
          throw error;
        }
        log.push("not reached");
      });
    })
  );
  assertEquals(show(error), groupOf("RangeError: crash"));
  assertEquals([log, other?.cancelled()], [["CancelledError"], true]);
});

testBoth(
  "a task that fails cancels the body, and what comes behind the group is not reached",
  function* () {
    const log: string[] = [];
    const runner = createTask(function* () {
      yield* TaskGroup.run(function* (group) {
        for (const name of ["a", "b", "c"]) {
          group.createTask(() => failAfter(0.1, new RangeError(name)));
        }
        group.createTask(() => sleep(5));
        try {
          yield* sleep(10);
        } catch (error) {
          log.push(`body: ${(error as Error).name}`);
          throw error;
        }
      });
      log.push("not reached");
    });
    yield* wait([runner]);
    assertEquals(
      show(runner.exception()),
      groupOf("RangeError: a", "RangeError: b", "RangeError: c"),
    );
    assertEquals([log, runner.cancelling()], [["body: CancelledError"], 0]);
  },
);

for (const [when, seconds] of [["at once", null], ["later", 0.1]] as const) {
  testBoth(`a body that throws ${when} cancels the tasks`, function* () {
    const tasks: Task<unknown>[] = [];
    const error = yield* errorOf(() =>
      TaskGroup.run(function* (group) {
        tasks.push(group.createTask(() => sleep(1)), group.createTask(() => sleep(2)));
        if (seconds !== null) yield* sleep(seconds);
        throw new RangeError("body");
      })
    );
    assertEquals(show(error), groupOf("RangeError: body"));
    assertEquals(tasks.map((task) => task.cancelled()), [true, true]);
  });
}

testBoth("a body's error stands behind those of the tasks", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0.1, new RangeError("task")));
      yield* failAtTheEnd(10, new ValueError("body"));
    })
  );
  assertEquals(show(error), groupOf("RangeError: task", "ValueError: body"));
});

testBoth("whatever is thrown comes in the group, even if it is no Error", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0.1, "text"));
      yield* failAtTheEnd(10, 42);
    })
  );
  assertEquals(show(error), groupOf("text", "42"));
});

testBoth("a task that fails while it is being cancelled adds its error", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(1, new RangeError("first")));
      group.createTask(() => failAtTheEnd(10, new ValueError("second")));
      group.createTask(() => sleep(10));
    })
  );
  assertEquals(show(error), groupOf("RangeError: first", "ValueError: second"));
});

testBoth("a task that cancels itself is no failure", function* () {
  const log: string[] = [];
  yield* TaskGroup.run(function* (group) {
    group.createTask(function* () {
      throw new CancelledError("by itself");
    });
    group.createTask(function* () {
      yield* sleep(1);
      log.push("other");
    });
  });
  assertEquals(log, ["other"]);
});

testBoth("a task that fails at once does not end the body before its next wait", function* () {
  const log: string[] = [];
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(function* () {
        throw new RangeError("at once");
      });
      log.push("after createTask()");
      yield* sleep(1);
      log.push("not reached");
    })
  );
  assertEquals(show(error), groupOf("RangeError: at once"));
  assertEquals(log, ["after createTask()"]);
});

testBoth("a task that a task makes and that fails cancels the one that made it", function* () {
  let wasCancelled = false;
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(function* () {
        group.createTask(function* () {
          throw new RangeError("third");
        });
        try {
          yield;
          yield;
        } catch (error) {
          wasCancelled = error instanceof CancelledError;
        }
      });
    })
  );
  assertEquals([show(error), wasCancelled], [groupOf("RangeError: third"), true]);
});

testBoth("a group's own cancellation does not leak out of it", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0));
    })
  );
  assertEquals(show(error), groupOf("RangeError: crash"));
  assertEquals(currentTask()?.cancelling(), 0);
  yield;
  yield* sleep(1);
});

testBoth("a body that goes on after its cancellation ends as it likes", function* () {
  const log: string[] = [];
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0.1));
      try {
        yield* sleep(10);
      } catch {
        log.push("swallowed");
      }
      yield* sleep(1);
      log.push("went on");
    })
  );
  assertEquals(show(error), groupOf("RangeError: crash"));
  assertEquals([log, currentTask()?.cancelling()], [["swallowed", "went on"], 0]);
});

testBoth("an error of a context inside the group stands beside that of a task", function* () {
  const database = asyncContextManager(function* () {
    try {
      yield "connection";
    } finally {
      raise(new RangeError("close"));
    }
  });
  const task = createTask(function* () {
    const error = yield* errorOf(() =>
      TaskGroup.run(function* (group) {
        yield* asyncWith(database(), function* () {
          group.createTask(function* () {
            throw new RangeError("task");
          });
          yield* sleep(1);
        });
      })
    );
    assertEquals(currentTask()?.cancelling(), 0);
    let count = 0;
    exceptStar(error).on(RangeError, (group) => count = group.exceptions.length).end();
    assertEquals(count, 2);
  });
  yield* task;
});

// Cancellation from outside

testBoth("a group that is cancelled from outside cancels its tasks", function* () {
  let cancelled = 0;
  const runner = createTask(() =>
    TaskGroup.run(function* (group) {
      for (let count = 0; count < 5; count++) {
        group.createTask(function* () {
          try {
            yield* sleep(5);
          } catch (error) {
            cancelled++;
            throw error;
          }
        });
      }
    })
  );
  yield* sleep(0.1);
  assertEquals(runner.done(), false);
  runner.cancel("outside");
  yield* wait([runner]);
  assertEquals(assertThrows(() => runner.result(), CancelledError).message, "outside");
  assertEquals(cancelled, 5);
});

testBoth(
  "a group whose body is cancelled from outside cancels its tasks, the body first",
  function* () {
    const log: string[] = [];
    const runner = createTask(() =>
      TaskGroup.run(function* (group) {
        for (const name of ["a", "b"]) {
          group.createTask(function* () {
            try {
              yield* sleep(5);
            } finally {
              log.push(name);
            }
          });
        }
        try {
          yield* sleep(10);
        } finally {
          log.push("body");
        }
      })
    );
    yield* sleep(0.1);
    runner.cancel();
    yield* wait([runner]);
    assertEquals([runner.cancelled(), log], [true, ["body", "a", "b"]]);
  },
);

testBoth("a group that is cancelled before its tasks have begun cancels them", function* () {
  const runner = createTask(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => sleep(1));
      group.createTask(() => sleep(2));
    })
  );
  yield* sleep(0.05);
  runner.cancel();
  yield* wait([runner]);
  assertEquals([runner.cancelled(), getRunningLoop().time() < 1], [true, true]);
});

testBoth("a body alone in its group is cancelled from outside like any other", function* () {
  const log: string[] = [];
  const runner = createTask(() =>
    TaskGroup.run(function* () {
      try {
        yield* sleep(10);
      } finally {
        log.push("body");
      }
    })
  );
  yield* sleep(0.1);
  runner.cancel();
  yield* wait([runner]);
  assertEquals([runner.cancelled(), log], [true, ["body"]]);
});

testBoth("tasks that fail as they are cancelled come before the cancellation", function* () {
  const runner = createTask(() =>
    TaskGroup.run(function* (group) {
      for (const name of ["a", "b"]) {
        group.createTask(() => failAtTheEnd(10, new RangeError(name)));
      }
      yield* sleep(10);
    })
  );
  yield* sleep(0.1);
  runner.cancel();
  yield* wait([runner]);
  assertEquals(show(runner.exception()), groupOf("RangeError: a", "RangeError: b"));
});

testBoth("a body that throws as it is cancelled comes before the cancellation", function* () {
  const runner = createTask(() => TaskGroup.run(() => failAtTheEnd(10, new ValueError("body"))));
  yield* sleep(0.1);
  runner.cancel();
  yield* wait([runner]);
  assertEquals(show(runner.exception()), groupOf("ValueError: body"));
});

testBoth("a task that fails while the body takes its time to be cancelled is heard", function* () {
  const runner = createTask(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0.3));
      try {
        yield* sleep(10);
      } catch (error) {
        yield* sleep(0.5);
        throw error;
      }
    })
  );
  yield* sleep(0.1);
  runner.cancel();
  yield* wait([runner]);
  assertEquals(show(runner.exception()), groupOf("RangeError: crash"));
});

testBoth("a group in another task hands its errors to the one that awaits it", function* () {
  const runner = createTask(function* () {
    yield* createTask(() =>
      TaskGroup.run(function* (group) {
        group.createTask(() => failAfter(0.3));
        try {
          yield* sleep(10);
        } catch (error) {
          yield* sleep(0.5);
          throw error;
        }
      })
    );
  });
  yield* sleep(0.1);
  runner.cancel();
  yield* wait([runner]);
  assertEquals(show(runner.exception()), groupOf("RangeError: crash"));
});

testBoth("a cancellation from outside that comes with an error is not lost", function* () {
  const started = new Event();
  const log: string[] = [];
  const runner = createTask(function* () {
    const error = yield* errorOf(() =>
      TaskGroup.run(function* (group) {
        group.createTask(function* () {
          started.set();
          yield;
          throw new RangeError("task");
        });
        yield* sleep(1);
        log.push("not reached in the group");
      })
    );
    log.push(show(error), `cancelling ${currentTask()?.cancelling()}`);
    yield* sleep(1);
    log.push("not reached behind the group");
  });
  yield* started.wait();
  assertEquals(runner.cancelling(), 0);
  runner.cancel();
  assertEquals(runner.cancelling(), 1);
  yield* wait([runner]);
  assertEquals(runner.cancelled(), true);
  assertEquals(log, [groupOf("RangeError: task"), "cancelling 1"]);
});

testBoth("a group cancelled twice while it is left waits for its tasks all the same", function* () {
  const log: string[] = [];
  const runner = createTask(() =>
    TaskGroup.run(function* (group) {
      group.createTask(function* () {
        try {
          yield* sleep(10);
        } finally {
          yield* sleep(1);
          log.push("cleaned up");
        }
      });
    })
  );
  yield* sleep(0.1);
  runner.cancel("first");
  yield* sleep(0.1);
  runner.cancel("second");
  yield* wait([runner]);
  assertEquals([runner.cancelled(), log], [true, ["cleaned up"]]);
  assertEquals(assertThrows(() => runner.result(), CancelledError).message, "first");
});

testBoth("a timeout around a group ends it with a TimeoutError", function* () {
  const tasks: Task<unknown>[] = [];
  const error = yield* errorOf(() =>
    timeout(1, () =>
      TaskGroup.run(function* (group) {
        tasks.push(group.createTask(() => sleep(10)));
        yield* sleep(10);
      }))
  );
  assert(error instanceof TimeoutError);
  assertEquals([tasks[0]?.cancelled(), currentTask()?.cancelling()], [true, 0]);
});

testBoth("a timeout inside a group ends what is in it, and not the group", function* () {
  const log: unknown[] = [];
  yield* TaskGroup.run(function* (group) {
    group.createTask(() => sleep(5));
    log.push(yield* errorOf(() => timeout(1, () => sleep(10))));
    yield* sleep(1);
    log.push("went on");
  });
  assert(log[0] instanceof TimeoutError);
  assertEquals(log[1], "went on");
});

test("TaskGroup.run() leaves no task behind at whatever step it is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const tasks: Task<unknown>[] = [];
      const runner = createTask(() =>
        TaskGroup.run(function* (group) {
          for (let count = 0; count < 2; count++) {
            tasks.push(group.createTask(function* () {
              for (let turn = 0; turn < 3; turn++) yield;
            }));
            yield;
          }
        })
      );
      victim(runner);
      yield* wait([runner]);
      assertEquals(tasks.map((task) => task.done()), tasks.map(() => true));
      if (!runner.cancelled()) assertEquals([runner.exception(), tasks.length], [null, 2]);
    })
  );
  assert(cancelled >= 4, `${cancelled} steps`);
});

// Nested groups

testBoth("an inner group whose tasks fail as they are cancelled hands its group out", function* () {
  const runner = createTask(() =>
    TaskGroup.run(function* () {
      yield* TaskGroup.run(function* (inner) {
        inner.createTask(() => failAtTheEnd(10));
        yield* sleep(10);
      });
    })
  );
  yield* sleep(0.1);
  runner.cancel();
  yield* wait([runner]);
  assertEquals(show(runner.exception()), groupOf(groupOf("RangeError: crash")));
});

testBoth("an inner group's error cancels the tasks of the outer one", function* () {
  let outerTask: Task<unknown> | undefined;
  const runner = createTask(() =>
    TaskGroup.run(function* (outer) {
      outerTask = outer.createTask(() => sleep(10));
      yield* TaskGroup.run(function* (inner) {
        inner.createTask(() => failAtTheEnd(10));
        yield* sleep(10);
      });
    })
  );
  yield* sleep(0.1);
  runner.cancel();
  yield* wait([runner]);
  assertEquals(show(runner.exception()), groupOf(groupOf("RangeError: crash")));
  assertEquals(outerTask?.cancelled(), true);
});

testBoth("an outer group's error cancels the inner group, which adds nothing", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (outer) {
      outer.createTask(() => failAfter(0.1, new ValueError("outer")));
      yield* TaskGroup.run(function* (inner) {
        inner.createTask(() => failAfter(10, new ValueError("inner")));
      });
    })
  );
  assertEquals(show(error), groupOf("ValueError: outer"));
});

testBoth("an inner group's error comes out of the outer one, nested", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (outer) {
      outer.createTask(() => failAfter(10, new ValueError("outer")));
      yield* TaskGroup.run(function* (inner) {
        inner.createTask(() => failAfter(0.1, new ValueError("inner")));
      });
    })
  );
  assertEquals(show(error), groupOf(groupOf("ValueError: inner")));
});

testBoth("two nested groups that are both cancelled keep their requests apart", function* () {
  const counts: unknown[] = [];
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (outer) {
      const innerError = yield* errorOf(() =>
        TaskGroup.run(function* (inner) {
          inner.createTask(() => failAfter(0, new RangeError("inner")));
          outer.createTask(() => failAfter(0, new ValueError("outer")));
        })
      );
      assertEquals(show(innerError), groupOf("RangeError: inner"));
      counts.push(currentTask()?.cancelling());
    })
  );
  assertEquals(show(error), groupOf("ValueError: outer"));
  counts.push(currentTask()?.cancelling());
  assertEquals(counts, [1, 0]);
});

testBoth("the cancelling count is as before once a group is left", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0));
    })
  );
  exceptStar(error).on(RangeError, () => {}).end();
  assertEquals(currentTask()?.cancelling(), 0);
});

testBoth("sibling groups of one task know nothing of each other", function* () {
  for (const seconds of [0.1, 0.2]) {
    const error = yield* errorOf(() =>
      TaskGroup.run(function* (group) {
        group.createTask(() => failAfter(seconds, new RangeError(`${seconds}`)));
        yield* sleep(1);
      })
    );
    assertEquals(show(error), groupOf(`RangeError: ${seconds}`));
  }
  assertEquals(yield* TaskGroup.run(() => sleep(1, "well")), "well");
});

// System errors

for (const SystemError of [KeyboardInterrupt, SystemExit]) {
  testBoth(`a body's ${SystemError.name} passes as it is, once the tasks are done`, function* () {
    const interrupt = new SystemError("stop");
    const tasks: Task<unknown>[] = [];
    const error = yield* errorOf(() =>
      TaskGroup.run(function* (group) {
        group.createTask(() => failAfter(0.1));
        tasks.push(group.createTask(() => sleep(10)));
        yield* failAtTheEnd(10, interrupt);
      })
    );
    assertStrictEquals(error, interrupt);
    assertEquals(tasks[0]?.cancelled(), true);
  });
}

test("a group whose body is closed passes the GeneratorExit on as it is", async () => {
  await virtually(function* () {
    const log: string[] = [];
    const items = asyncGenerator(function* () {
      const group = new TaskGroup().enter();
      group.createTask(() => sleep(10)).addDoneCallback((task) => log.push(`${task.cancelled()}`));
      try {
        yield "item";
      } catch (error) {
        yield* group.exit(error);
      }
    })();
    log.push(yield* anext(items));
    yield* items.aclose();
    assertEquals(log, ["item", "true"]);
  });
});

test("a group whose body is closed keeps the errors of its tasks", async () => {
  await virtually(function* () {
    const items = asyncGenerator(function* () {
      const group = new TaskGroup().enter();
      group.createTask(() => failAtTheEnd(10));
      try {
        yield yield* sleep(1);
      } catch (error) {
        yield* group.exit(error);
      }
    })();
    yield* anext(items);
    const error = yield* errorOf(() => items.aclose());
    assertEquals(show(error), groupOf("RangeError: crash", "GeneratorExit"));
  });
});

// cancel()

testBoth("TaskGroup.cancel() ends the tasks and the body, without an error", function* () {
  const log: string[] = [];
  const result = yield* TaskGroup.run(function* (group) {
    group.createTask(function* () {
      try {
        yield* sleep(10);
      } finally {
        log.push("task");
      }
    });
    yield* sleep(1);
    group.cancel();
    log.push("cancelled");
    yield* sleep(10);
    log.push("not reached");
  });
  assertEquals([result, log], [undefined, ["cancelled", "task"]]);
  assertEquals([currentTask()?.cancelling(), getRunningLoop().time() < 5], [0, true]);
});

testBoth("TaskGroup.cancel() by a task of the group ends it, too", function* () {
  yield* TaskGroup.run(function* (group) {
    group.createTask(function* () {
      yield* sleep(1);
      group.cancel();
    });
    yield* sleep(10);
    assert(false, "must not be reached");
  });
  assertEquals(currentTask()?.cancelling(), 0);
});

testBoth("TaskGroup.cancel() while the group is left ends its tasks", function* () {
  const tasks: Task<unknown>[] = [];
  const result = yield* TaskGroup.run(function* (group) {
    tasks.push(group.createTask(() => sleep(10)));
    getRunningLoop().callLater(1, () => group.cancel());
    return "body";
  });
  assertEquals([result, tasks[0]?.cancelled()], ["body", true]);
  assertEquals(currentTask()?.cancelling(), 0);
});

testBoth(
  "TaskGroup.cancel() before the group is entered ends the body at its first wait",
  function* () {
    const group = new TaskGroup();
    group.cancel();
    const log: string[] = [];
    yield* asyncWith(group, function* () {
      log.push("entered");
      yield* sleep(10);
      log.push("not reached");
    });
    assertEquals([log, currentTask()?.cancelling()], [["entered"], 0]);
  },
);

testBoth("TaskGroup.cancel() twice, or when all is over, does nothing", function* () {
  const group = new TaskGroup();
  yield* asyncWith(group, function* () {
    group.cancel();
    group.cancel();
    yield;
  });
  group.cancel();
  assertEquals(currentTask()?.cancelling(), 0);
  yield* sleep(1);
});

testBoth("TaskGroup.cancel() keeps the errors that come on the way", function* () {
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAtTheEnd(10));
      yield* sleep(1);
      group.cancel();
    })
  );
  assertEquals(show(error), groupOf("RangeError: crash"));
});

testBoth("TaskGroup.cancel() keeps a cancellation from outside", function* () {
  const runner = createTask(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => sleep(10));
      yield* sleep(1);
      group.cancel();
      currentTask()?.cancel("outside");
      yield* sleep(10);
    })
  );
  yield* wait([runner]);
  assertEquals(runner.cancelled(), true);
});

testBoth(
  "TaskGroup.cancel() keeps a cancellation that comes while the group is left",
  function* () {
    const log: string[] = [];
    const runner = createTask(function* () {
      yield* TaskGroup.run(function* (group) {
        group.createTask(() => endSlowly(1));
        yield;
        group.cancel();
      });
      log.push("not reached");
    });
    yield* sleep(0.5);
    runner.cancel("outside");
    const error = yield* errorOf(() => runner);
    assertEquals([`${error}`, runner.cancelled()], ["CancelledError: outside", true]);
    assertEquals([log, getRunningLoop().time()], [[], 1]);
  },
);

testBoth("TaskGroup.cancel() does not keep a timeout around the group from expiring", function* () {
  const error = yield* errorOf(() =>
    timeout(0.5, function* () {
      yield* TaskGroup.run(function* (group) {
        group.createTask(() => endSlowly(1));
        yield* sleep(0.1);
        group.cancel();
      });
    })
  );
  assertEquals([`${error}`, currentTask()?.cancelling()], ["TimeoutError", 0]);
});

testBoth("TaskGroup.cancel() and a cancellation from outside leave the body's error", function* () {
  const runner = createTask(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => endSlowly(1));
      yield;
      group.cancel();
      throw new RangeError("body");
    })
  );
  yield* sleep(0.5);
  runner.cancel("outside");
  const error = yield* errorOf(() => runner);
  assertEquals([show(error), runner.cancelling()], [groupOf("RangeError: body"), 1]);
});

test("TaskGroup.cancel() by a task that starts eagerly ends that task, too", async () => {
  await virtually(function* () {
    const log: string[] = [];
    yield* TaskGroup.run(function* (group) {
      const task = group.createTask(function* () {
        group.cancel();
        try {
          yield* new Event().wait();
        } finally {
          log.push("ended");
        }
      }, { eagerStart: true });
      log.push(`${task.cancelling()}`);
    });
    assertEquals([log, currentTask()?.cancelling()], [["1", "ended"], 0]);
  });
});

testBoth("TaskGroup.cancel() of an inner group leaves the outer one alone", function* () {
  const log: string[] = [];
  yield* TaskGroup.run(function* (outer) {
    outer.createTask(function* () {
      yield* sleep(5);
      log.push("outer task");
    });
    yield* TaskGroup.run(function* (inner) {
      inner.createTask(() => sleep(10));
      inner.cancel();
      yield;
    });
    log.push("outer body");
  });
  assertEquals(log, ["outer body", "outer task"]);
});

// Misuse

testBoth("TaskGroup.createTask() is refused while the group is shutting down", function* () {
  const refusals: string[] = [];
  const error = yield* errorOf(() =>
    TaskGroup.run(function* (group) {
      group.createTask(() => failAfter(0.001));
      group.createTask(function* () {
        try {
          yield* sleep(1);
        } catch {
          const refusal = assertThrows(() => group.createTask(() => sleep(1)), RuntimeError);
          refusals.push(refusal.message);
        }
      });
    })
  );
  assertEquals(show(error), groupOf("RangeError: crash"));
  assertEquals(refusals.length, 1);
  assert(/^TaskGroup <TaskGroup .*> is shutting down$/.test(refusals[0] ?? ""), refusals[0]);
});

testBoth("TaskGroup.createTask() is refused before the group is entered", function* () {
  assertThrows(
    () => new TaskGroup().createTask(() => sleep(0)),
    RuntimeError,
    "TaskGroup <TaskGroup> has not been entered",
  );
  yield;
});

testBoth("TaskGroup.createTask() is refused when the group is finished", function* () {
  const group = new TaskGroup();
  yield* asyncWith(group, () => {});
  assertThrows(
    () => group.createTask(() => sleep(0)),
    RuntimeError,
    "TaskGroup <TaskGroup entered> is finished",
  );
});

/* generator only */
test("TaskGroup.createTask() closes a coroutine that it refuses", async () => {
  await virtually(function* () {
    const log: string[] = [];
    const begun = (function* () {
      try {
        yield* sleep(1);
      } finally {
        log.push("closed");
      }
    })();
    begun.next();
    assertThrows(() => new TaskGroup().createTask(begun), RuntimeError);
    assertEquals(log, ["closed"]);
    const sleeping = sleep(0);
    assertThrows(() => new TaskGroup().createTask(sleeping), RuntimeError);
    const again = createTask(() => sleeping);
    yield* wait([again]);
    assertThrows(() => again.result(), RuntimeError, "cannot reuse already awaited coroutine");
  });
});

testBoth("TaskGroup.createTask() refuses what is no coroutine", function* () {
  yield* TaskGroup.run(function* (group) {
    for (const value of [42, null, new Future(), Promise.resolve()]) {
      assertThrows(
        () => group.createTask(value as never),
        TypeError,
        "a coroutine was expected, got",
      );
    }
  });
});

testBoth("TaskGroup.enter() of a group that was entered is a RuntimeError", function* () {
  const group = new TaskGroup();
  yield* asyncWith(group, function* () {
    const error = yield* errorOf(() => asyncWith(group, () => {}));
    assert(error instanceof RuntimeError);
    assertEquals(error.message, "TaskGroup <TaskGroup entered> has already been entered");
  });
});

testBoth("TaskGroup.enter() of a group that was left is a RuntimeError", function* () {
  const group = new TaskGroup();
  yield* asyncWith(group, () => {});
  const error = yield* errorOf(() => asyncWith(group, () => {}));
  assert(error instanceof RuntimeError);
  assertEquals(error.message, "TaskGroup <TaskGroup entered> has already been entered");
});

testBoth("TaskGroup.enter() without a task is a RuntimeError", function* () {
  const group = new TaskGroup();
  const outcome = new Future<string>();
  getRunningLoop().callSoon(() => {
    const error = assertThrows(() => group.enter(), RuntimeError);
    outcome.setResult(error.message);
  });
  assertEquals(yield* outcome, "TaskGroup <TaskGroup> cannot determine the parent task");
  assertThrows(() => group.createTask(() => sleep(0)), RuntimeError, "has not been entered");
});

test("TaskGroup.enter() without a loop is a RuntimeError", () => {
  assertThrows(() => new TaskGroup().enter(), RuntimeError, "no running event loop");
});

testBoth("a task of a group can be awaited inside and outside of it", function* () {
  let task: Task<string> | undefined;
  yield* TaskGroup.run(function* (group) {
    task = group.createTask(() => sleep(1, "result"));
    assertEquals(yield* task, "result");
  });
  assertEquals(yield* gather([task as Task<string>]), ["result"]);
});
