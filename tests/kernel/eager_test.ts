// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  CancelledError,
  ContextVar,
  type CoroutineObject,
  createEagerTaskFactory,
  createTask,
  currentTask,
  eagerTaskFactory,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  sleep,
  Task,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Makes the running loop's tasks start at once. */
function startEagerly(): void {
  getRunningLoop().setTaskFactory(eagerTaskFactory);
}

test("an eager task makes its first step before createTask() returns", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    const task = createTask(function* () {
      log.push("begins");
      yield* sleep(0);
      log.push("ends");
    });
    log.push("made");
    assertEquals(task.done(), false);
    yield* task;
  });
  assertEquals(log, ["begins", "made", "ends"]);
});

/* generator only */
test("an eager task that never waits is done at once, and no task of the loop", async () => {
  await virtually(function* () {
    startEagerly();
    const main = currentTask();
    const task = createTask(function* () {
      assert(allTasks().has(currentTask()!));
      return "at once";
    });
    assertEquals([task.done(), task.result()], [true, "at once"]);
    assertEquals([...allTasks()], [main]);
    const failed = createTask(function* () {
      throw new RangeError("at once");
    });
    assertEquals([failed.done(), `${failed.exception()}`], [true, "RangeError: at once"]);
    const cancelled = createTask(function* () {
      throw new CancelledError("own");
    });
    assertEquals([cancelled.done(), cancelled.cancelled()], [true, true]);
  });
});

/* async only */
test("an eager async task that never waits is done a microtask later", async () => {
  await virtually(async () => {
    startEagerly();
    const log: string[] = [];
    const task = createTask(async () => {
      log.push("ran");
      return "at once";
    });
    log.push("made");
    await Promise.resolve();
    await Promise.resolve();
    assertEquals([task.done(), await task, ...log], [true, "at once", "ran", "made"]);
  });
});

test("an eager task is one after its maker has waited, too", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    yield* sleep(1);
    const task = createTask(function* () {
      log.push("begins");
      yield* sleep(0);
      log.push("ends");
    });
    log.push("made");
    yield* task;
  });
  assertEquals(log, ["begins", "made", "ends"]);
});

/* generator only */
test("awaiting an eager task that is done lets no other task run", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    getRunningLoop().callSoon(() => log.push("callback"));
    function* give(value: string) {
      return value;
    }
    log.push(yield* createTask(() => give("one")));
    log.push(yield* createTask(() => give("two")));
    yield* sleep(0);
  });
  assertEquals(log, ["one", "two", "callback"]);
});

test("an eager step has its own current task, and leaves its maker's as it was", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    const main = currentTask()!;
    main.setName("main");
    function* work(depth: number): CoroutineObject<void> {
      log.push(currentTask()!.getName());
      if (depth > 0) createTask(() => work(depth - 1), { name: `depth ${depth - 1}` });
      log.push(currentTask()!.getName());
      yield* sleep(0);
      log.push(currentTask()!.getName());
    }
    createTask(() => work(1), { name: "depth 1" });
    assertStrictEquals(currentTask(), main);
    yield* sleep(1);
  });
  assertEquals(log, ["depth 1", "depth 0", "depth 0", "depth 1", "depth 0", "depth 1"]);
});

test("eager tasks that wait for eager tasks begin from the outside in, and end the other way", async () => {
  const log: string[] = [];
  function* work(depth: number): CoroutineObject<string> {
    log.push(`in ${depth}`);
    const result = depth === 0
      ? yield* sleep(0, "bottom")
      : yield* createTask(() => work(depth - 1));
    log.push(`out ${depth}`);
    return result;
  }
  await virtually(function* () {
    startEagerly();
    const task = createTask(() => work(2));
    log.push("made");
    log.push(yield* task);
  });
  assertEquals(log, ["in 2", "in 1", "in 0", "made", "out 0", "out 1", "out 2", "bottom"]);
});

test("an eager step runs in a copy of its maker's context", async () => {
  const log: string[] = [];
  const who = new ContextVar("who", { default: "nobody" });
  await virtually(function* () {
    startEagerly();
    who.set("main");
    const task = createTask(function* () {
      log.push(who.get());
      who.set("task");
      yield* sleep(0);
      log.push(who.get());
    });
    log.push(who.get());
    yield* task;
    log.push(who.get());
  });
  assertEquals(log, ["main", "main", "task", "main"]);
});

test("an eager task that waits goes on and is cancelled as any other", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    const future = new Future<string>();
    const waiting = createTask(function* () {
      log.push(`has ${yield* future}`);
    });
    waiting.addDoneCallback(() => log.push("callback"));
    future.setResult("it");
    log.push("set");
    yield* waiting;
    yield* sleep(0);
    const cancelled = createTask(function* () {
      try {
        yield* sleep(10);
      } catch (error) {
        log.push((error as Error).message);
        throw error;
      }
    });
    assertEquals(cancelled.cancel("stop"), true);
    yield* wait([cancelled]);
    assertEquals(cancelled.cancelled(), true);
  });
  assertEquals(log, ["set", "has it", "callback", "stop"]);
});

test("a task that cancels itself in its eager step gets the error at its first wait", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    startEagerly();
    const task = createTask(function* () {
      currentTask()!.cancel("me");
      try {
        yield* sleep(5);
      } catch (error) {
        log.push((error as Error).message);
        throw error;
      }
    });
    yield* wait([task]);
    assertEquals([task.cancelled(), getRunningLoop().time()], [true, 0]);
  });
  assertEquals(log, ["me"]);
});

/* generator only */
test("gather() of eager tasks that never wait is done at once", async () => {
  await virtually(function* () {
    startEagerly();
    function* give(value: number) {
      return value;
    }
    const all = gather([() => give(1), () => give(2)]);
    assertEquals([all.done(), all.result()], [true, [1, 2]]);
    const some = gather([() => give(1), sleep(1, 2)]);
    assertEquals(some.done(), false);
    assertEquals(yield* some, [1, 2]);
  });
});

test("eagerStart says it for one task, against the factory", async () => {
  const log: string[] = [];
  const note = (name: string) =>
    function* () {
      log.push(name);
    };
  await virtually(function* () {
    const loop = getRunningLoop();
    const tasks = [
      createTask(note("lazy by default")),
      createTask(note("eager by option"), { eagerStart: true }),
      new Task(note("eager by the class's option"), { loop, eagerStart: true }),
    ];
    startEagerly();
    tasks.push(createTask(note("eager by factory")));
    tasks.push(createTask(note("lazy by option"), { eagerStart: false }));
    log.push("made");
    yield* gather(tasks);
  });
  assertEquals(log, [
    "eager by option",
    "eager by the class's option",
    "eager by factory",
    "made",
    "lazy by default",
    "lazy by option",
  ]);
});

test("eagerStart on a loop that does not run is a start at the run", async () => {
  const log: string[] = [];
  const loop = newEventLoop({ clock: new VirtualClock() });
  const task = new Task(
    function* () {
      log.push("began");
    },
    { loop, eagerStart: true },
  );
  log.push("made");
  await loop.runUntilComplete(task);
  loop.close();
  assertEquals(log, ["made", "began"]);
});

test("createEagerTaskFactory() makes eager tasks of a class, or by a function", async () => {
  class Traced<T> extends Task<T> {}
  const log: unknown[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.setTaskFactory(createEagerTaskFactory(Traced));
    const traced = createTask(
      function* () {
        log.push("traced began");
      },
      { name: "T" },
    );
    log.push("traced made");
    assert(traced instanceof Traced);
    assertEquals(traced.getName(), "T");
    loop.setTaskFactory(createEagerTaskFactory((coro, options) => {
      log.push([options.eagerStart, options.loop === loop]);
      return new Task(coro, options);
    }));
    const other = createTask(function* () {
      log.push("other began");
    });
    log.push("other made");
    yield* gather([traced, other]);
    // The run's own tasks, at its end, need not be in the log.
    loop.setTaskFactory(null);
  });
  assertEquals(log, [
    "traced began",
    "traced made",
    [true, true],
    "other began",
    "other made",
  ]);
});

test("createEagerTaskFactory() refuses what makes no tasks", () => {
  assertThrows(
    () => createEagerTaskFactory(42 as never),
    TypeError,
    "createEagerTaskFactory() expects a class of tasks, got 42 (number)",
  );
});

/* generator only */
test("a factory of eager tasks takes eagerStart: undefined as left out", async () => {
  await virtually(function* () {
    for (const factory of [eagerTaskFactory, createEagerTaskFactory(Task)]) {
      getRunningLoop().setTaskFactory(factory);
      const log: string[] = [];
      for (const eagerStart of [undefined, true, false]) {
        const options = { eagerStart } as { eagerStart?: boolean };
        const task = createTask((function* () {})(), options);
        log.push(`${eagerStart} ${task.done()}`);
        yield* task;
      }
      assertEquals(log, ["undefined true", "true true", "false false"]);
    }
  });
});

/* generator only */
test("an eager task that was done at once has no coroutine to show", async () => {
  await virtually(function* () {
    const options = { eagerStart: true, name: "quick" };
    const task = new Task(
      (function* () {
        return 5;
      })(),
      options,
    );
    yield* task;
    assertEquals([task.getCoro(), `${task}`], [null, "<Task finished name='quick' result=5>"]);
  });
});

test("an eager task whose context is entered already is none", async () => {
  await virtually(function* () {
    const context = currentTask()!.getContext();
    const count = allTasks().size;
    assertThrows(
      () => createTask(sleep(0), { eagerStart: true, context }),
      RuntimeError,
      "cannot enter context: <Context of",
    );
    assertEquals(allTasks().size, count);
    yield;
  });
});
