// kinds: generator, async
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  ContextVar,
  copyContext,
  coroutine,
  type CoroutineObject,
  createTask,
  currentTask,
  Future,
  gather,
  getRunningLoop,
  InvalidStateError,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  sleep,
  Task,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

// Making

test("new Task() begins in the next iteration, behind what is ready", async () => {
  const log: string[] = [];
  await virtually(function* () {
    getRunningLoop().callSoon(() => log.push("callback"));
    const task = new Task(function* () {
      log.push("task");
    });
    log.push("made");
    yield* task;
  });
  assertEquals(log, ["made", "callback", "task"]);
});

test("a function given to a task is called at its first step", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(() => {
      log.push(`called in ${currentTask()?.getName()}`);
      return sleep(0, "from the coroutine it returns");
    }, { name: "work" });
    log.push("made");
    log.push(yield* task);
  });
  assertEquals(log, ["made", "called in work", "from the coroutine it returns"]);
});

test("a plain function's value is its task's result", async () => {
  await virtually(function* () {
    assertEquals(yield* createTask(() => 42), 42);
    assertEquals(yield* createTask(() => {}), undefined);
  });
});

test("a plain function that throws fails its task", async () => {
  await virtually(function* () {
    const task = createTask(() => {
      throw new RangeError("at once");
    });
    yield* wait([task]);
    assertEquals(`${task.exception()}`, "RangeError: at once");
  });
});

test("new Task() takes what coroutine() made, and lazy objects of the module's", async () => {
  const double = coroutine(function* (n: number) {
    yield* sleep(0);
    return 2 * n;
  });
  await virtually(function* () {
    assertEquals(yield* new Task(double(4)), 8);
    assertEquals(yield* new Task(sleep(1, "slept")), "slept");
  });
});

test("new Task() refuses what is no coroutine", async () => {
  await virtually(function* () {
    const cases: [unknown, string][] = [
      [42, "a coroutine was expected, got 42 (number)"],
      [null, "a coroutine was expected, got null"],
      ["text", "a coroutine was expected, got 'text' (string)"],
      [{}, "a coroutine was expected, got {} (Object)"],
      [Promise.resolve(), "a coroutine was expected, got <Promise object> (Promise)"],
      [new Future(), "a coroutine was expected, got <Future pending> (Future)"],
    ];
    for (const [value, message] of cases) {
      assertThrows(() => new Task(value as never), TypeError, message);
      assertThrows(() => createTask(value as never), TypeError, message);
    }
  });
});

test("new Task() without a loop is a RuntimeError, with the loop that was set it waits for it", () => {
  assertThrows(() => new Task(function* () {}), RuntimeError, "There is no current event loop");
  const loop = newEventLoop();
  setEventLoop(loop);
  try {
    assertStrictEquals(new Task(function* () {}).getLoop(), loop);
  } finally {
    setEventLoop(null);
    loop.close();
  }
});

test("new Task() on a closed loop is a RuntimeError", () => {
  const loop = newEventLoop();
  loop.close();
  assertThrows(() => new Task(function* () {}, { loop }), RuntimeError, "Event loop is closed");
});

/* generator only */
test("a second task of one generator object fails: it was awaited already", async () => {
  await virtually(function* () {
    const work = (function* () {
      yield* sleep(1);
      return "work";
    })();
    const [first, second] = [createTask(work), createTask(work)];
    yield* wait([first, second]);
    assertEquals(first.result(), "work");
    assertThrows(() => second.result(), RuntimeError, "cannot reuse already awaited coroutine");
  });
});

/* generator only */
test("a task of a generator object that has ended fails, too", async () => {
  await virtually(function* () {
    const work = (function* () {
      return 1;
    })();
    yield* createTask(work);
    const again = createTask(work);
    yield* wait([again]);
    assertThrows(() => again.result(), RuntimeError, "cannot reuse already awaited coroutine");
  });
});

// Results

test("a task's result is what its coroutine returns", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      yield* sleep(1);
      return { answer: 42 };
    });
    assertThrows(() => task.result(), InvalidStateError, "Result is not set.");
    assertEquals(yield* task, { answer: 42 });
    assertEquals([task.done(), task.cancelled(), task.exception()], [true, false, null]);
  });
});

test("a task fails with the very object that its coroutine throws, of whatever type", async () => {
  await virtually(function* () {
    for (const thrown of [new EvalError("odd"), "text", 42, { code: 7 }, undefined]) {
      const task = createTask(function* () {
        yield* sleep(0);
        throw thrown;
      });
      yield* wait([task]);
      assertEquals([task.done(), task.cancelled()], [true, false]);
      let caught: unknown = "nothing";
      try {
        yield* task;
      } catch (error) {
        caught = error;
      }
      assertStrictEquals(caught, thrown);
    }
  });
});

test("an error passes through every coroutine that awaits, and each may catch it", async () => {
  const log: string[] = [];
  function* inner() {
    try {
      yield* sleep(0);
      throw new Error("inner");
    } finally {
      log.push("inner's finally");
    }
  }
  function* middle() {
    try {
      yield* inner();
    } catch (error) {
      log.push(`middle caught ${(error as Error).message}`);
      throw new Error("middle", { cause: error });
    }
  }
  await virtually(function* () {
    try {
      yield* middle();
    } catch (error) {
      log.push(`${(error as Error).message} from ${((error as Error).cause as Error).message}`);
    }
  });
  assertEquals(log, ["inner's finally", "middle caught inner", "middle from inner"]);
});

test("Task.setResult() and setException() are refused", async () => {
  await virtually(function* () {
    const task = createTask(sleep(0, "own"));
    assertThrows(
      () => task.setResult("other"),
      RuntimeError,
      "Task does not support set_result operation",
    );
    assertThrows(
      () => task.setException(new Error()),
      RuntimeError,
      "Task does not support set_exception operation",
    );
    assertEquals(yield* task, "own");
  });
});

test("a task that is done lets two others go on in the order of their awaits", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(sleep(1, "r"));
    const waiters = ["a", "b"].map((name) =>
      createTask(function* () {
        log.push(name + (yield* task));
      })
    );
    task.addDoneCallback(() => log.push("callback"));
    yield* gather(waiters);
  });
  // The callback was added before the waiters' first step.
  assertEquals(log, ["callback", "ar", "br"]);
});

// Names

test("Task.getName() counts up where no name is given", async () => {
  await virtually(function* () {
    const [first, second] = [createTask(sleep(0)), createTask(sleep(0))];
    const [, one] = /^Task-(\d+)$/.exec(first.getName()) ?? [];
    assertEquals(second.getName(), `Task-${Number(one) + 1}`);
    yield* gather([first, second]);
  });
});

test("Task.setName() makes a string of whatever it gets", async () => {
  await virtually(function* () {
    const task = createTask(sleep(0), { name: "early" });
    assertEquals(task.getName(), "early");
    task.setName({ toString: () => "late" });
    assertEquals(task.getName(), "late");
    task.setName(123);
    assertEquals(task.getName(), "123");
    assertEquals(new Task(sleep(0), { name: 7 as never }).getName(), "7");
    yield* task;
    yield* sleep(0);
  });
});

test("Task.getCoro() gives what the task was made of", async () => {
  await virtually(function* () {
    function* work() {}
    const nap = sleep(0);
    const tasks = [createTask(work), createTask(nap)];
    assertStrictEquals(tasks[0]!.getCoro(), work);
    assertStrictEquals(tasks[1]!.getCoro(), nap);
    yield* gather(tasks);
  });
});

test("Task.toString() tells state, name, coroutine and what it waits for", async () => {
  await virtually(function* () {
    const future = new Future();
    const task = createTask(
      function* work() {
        return yield* future;
      },
      { name: "T" },
    );
    assertEquals(`${task}`, "<Task pending name='T' coro=<function work>>");
    yield* sleep(0);
    // Half of the twin's strands would be here: only that it is told is common to both kinds.
    assertMatch(
      `${task}`,
      /^<Task pending name='T' coro=<function work> wait_for=<Future pending cb=\[\w+\.wakeup\(\)\]>>$/,
    );
    task.cancel();
    assertMatch(`${task}`, /^<Task cancelling name='T' coro=<function work>/);
    yield* wait([task]);
    assertEquals(`${task}`, "<Task cancelled name='T' coro=<function work>>");
    const done = createTask(sleep(0, 5), { name: "done" });
    yield* done;
    assertEquals(
      `${done}`,
      "<Task finished name='done' coro=<coroutine object sleep> result=5>",
    );
  });
});

// Contexts

test("a task runs in a copy of the context in which it was made", async () => {
  const log: string[] = [];
  const place = new ContextVar("place", { default: "nowhere" });
  await virtually(function* () {
    place.set("parent");
    const task = createTask(function* () {
      log.push(place.get());
      place.set("child");
      yield* sleep(0);
      log.push(place.get());
    });
    place.set("parent later");
    yield* task;
    log.push(place.get());
  });
  assertEquals(log, ["parent", "child", "parent later"]);
  assertEquals(place.get(), "nowhere");
});

test("a task runs in the very context given, and leaves its changes there", async () => {
  const place = new ContextVar("place", { default: "nowhere" });
  await virtually(function* () {
    const context = copyContext();
    const task = createTask(
      function* () {
        yield* sleep(0);
        place.set("child");
      },
      { context },
    );
    assertStrictEquals(task.getContext(), context);
    yield* task;
    assertEquals([context.get(place), place.get()], ["child", "nowhere"]);
    const [second, third] = [1, 2].map((n) =>
      createTask(
        function* () {
          const before = place.get();
          place.set(`${n}`);
          return before;
        },
        { context },
      )
    );
    assertEquals(yield* gather([second!, third!]), ["child", "1"]);
  });
});

test("a coroutine that is awaited shares the context of its task", async () => {
  const depth = new ContextVar("depth", { default: 0 });
  function* dive(): CoroutineObject<void> {
    depth.set(depth.get() + 1);
    yield* sleep(0);
    if (depth.get() < 5) yield* dive();
  }
  await virtually(function* () {
    yield* dive();
    assertEquals(depth.get(), 5);
  });
});

test("the task's context is in force in every segment, and in no other", async () => {
  const log: unknown[] = [];
  const who = new ContextVar<string>("who");
  function* work(name: string) {
    who.set(name);
    for (let turn = 0; turn < 3; turn++) {
      yield* sleep(turn % 2);
      log.push(who.get());
    }
  }
  await virtually(function* () {
    getRunningLoop().callLater(0.5, () => log.push(who.get("nobody")));
    yield* gather([() => work("a"), () => work("b")]);
    assertThrows(() => who.get(), ReferenceError);
  });
  assertEquals(log, ["a", "b", "nobody", "a", "b", "a", "b"]);
});

// Steps

test("tasks take turns, one step each, in the order in which they became ready", async () => {
  const log: string[] = [];
  function* count(name: string, steps: number) {
    for (let step = 0; step < steps; step++) {
      log.push(`${name}${step}`);
      yield;
    }
  }
  await virtually(function* () {
    yield* gather([() => count("a", 3), () => count("b", 1), () => count("c", 2)]);
  });
  assertEquals(log, ["a0", "b0", "c0", "a1", "c1", "a2"]);
});

test("awaiting a coroutine costs no iteration, awaiting a task does", async () => {
  const log: string[] = [];
  function* give(value: string) {
    return value;
  }
  await virtually(function* () {
    const ticker = createTask(function* () {
      for (let tick = 0; tick < 4; tick++) {
        log.push(`tick ${tick}`);
        yield* sleep(0);
      }
    });
    log.push(yield* give("coroutine"));
    log.push(yield* createTask(() => give("task")));
    yield* ticker;
  });
  assertEquals(log, ["coroutine", "tick 0", "tick 1", "task", "tick 2", "tick 3"]);
});

test("a task that waits for itself fails", async () => {
  await virtually(function* () {
    const task: Task<unknown> = createTask(function* (): CoroutineObject<unknown> {
      return yield* task;
    });
    yield* wait([task]);
    assertThrows(() => task.result(), RuntimeError, "Task cannot await on itself: <Task");
  });
});

test("a task that waits for another loop's future fails", async () => {
  const other = newEventLoop();
  const foreign = other.createFuture();
  await virtually(function* () {
    const task = createTask(
      function* () {
        yield* foreign;
      },
      { name: "T" },
    );
    yield* wait([task]);
    const error = assertThrows(() => task.result(), RuntimeError);
    assertMatch(
      error.message,
      /^Task <Task .*name='T'.* got Future <Future pending.*attached to a different loop$/,
    );
    // It does not wait for what it was refused.
    assertNotMatch(error.message, /wait_for/);
    assertEquals(foreign.done(), false);
  });
  other.close();
});

test("a task may catch the error of a wrong await and go on", async () => {
  const other = newEventLoop();
  const foreign = other.createFuture();
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* foreign;
        return "nothing";
      } catch (error) {
        yield* sleep(1);
        return (error as Error).name;
      }
    });
    assertEquals(yield* task, "RuntimeError");
  });
  other.close();
});

/* generator only */
test("a bare yield steps aside for one iteration", async () => {
  const log: string[] = [];
  await virtually(function* () {
    createTask(function* () {
      log.push("other");
    });
    log.push("before");
    yield;
    log.push("after");
  });
  assertEquals(log, ["before", "other", "after"]);
});

/* generator only */
test("yield in place of yield* is a RuntimeError that says so", async () => {
  await virtually(function* () {
    const cases: [unknown, string][] = [
      [new Future(), "yield was used instead of yield* in task <Task"],
      [(function* () {})(), "yield was used instead of yield* for generator in task <Task"],
      [sleep(1), "yield was used instead of yield* in task <Task"],
      [42, "Task got bad yield: 42"],
      [false, "Task got bad yield: false"],
      [Promise.resolve(), "Task got bad yield: <Promise object>"],
    ];
    for (const [value, message] of cases) {
      const task = createTask(function* () {
        yield value as never;
      });
      yield* wait([task]);
      assertThrows(() => task.result(), RuntimeError, message);
    }
  });
});

/* generator only */
test("a wrong yield is an error that the coroutine may catch", async () => {
  const log: string[] = [];
  await virtually(function* () {
    try {
      yield 42 as never;
    } catch (error) {
      log.push((error as Error).name);
    }
    log.push(yield* sleep(1, "goes on"));
  });
  assertEquals(log, ["RuntimeError", "goes on"]);
});

/* generator only */
test("yield* of what cannot be awaited is JavaScript's own TypeError", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      yield* 42 as unknown as Future;
    });
    yield* wait([task]);
    assert(task.exception() instanceof TypeError);
  });
});

test("a task's coroutine may be 1,000 awaits deep", async () => {
  function* dive(depth: number): CoroutineObject<string> {
    if (depth > 0) return yield* dive(depth - 1);
    return yield* sleep(1, "bottom");
  }
  await virtually(function* () {
    assertEquals(yield* dive(1000), "bottom");
  });
});

test("a task that nobody keeps runs to its end", async () => {
  const log: string[] = [];
  await virtually(function* () {
    createTask(function* () {
      yield* sleep(5);
      log.push("done");
    });
    yield* sleep(10);
  });
  assertEquals(log, ["done"]);
});

test("a task made in a task's last step still runs", async () => {
  const log: string[] = [];
  await virtually(function* () {
    createTask(function* () {
      createTask(function* () {
        log.push("grandchild");
      });
    });
    yield* sleep(1);
  });
  assertEquals(log, ["grandchild"]);
});

test("a subclass of Task is one", async () => {
  class Job extends Task<number> {
    readonly priority = 3;
  }
  await virtually(function* () {
    const job = new Job(sleep(0, 5), { name: "j" });
    assertEquals([yield* job, job.priority, job.getName()], [5, 3, "j"]);
    assertMatch(`${job}`, /^<Job finished name='j'/);
  });
});

test("a task that ends by a CancelledError of its own making is cancelled", async () => {
  await virtually(function* () {
    const own = new CancelledError("my own");
    const task = createTask(function* () {
      throw own;
    });
    yield* wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [true, 0]);
    // The first who asks gets the very error, the next ones a new one without its message.
    assertStrictEquals(assertThrows(() => task.result()), own);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "");
  });
});

/* generator only */
test("yield null steps aside, as a bare yield does", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      log.push("before");
      yield null as never;
      log.push("after");
    });
    createTask(function* () {
      log.push("other");
    });
    yield* task;
  });
  assertEquals(log, ["before", "other", "after"]);
});

test("cancel(null) is cancel() without a message", async () => {
  await virtually(function* () {
    for (const future of [new Future(), createTask(sleep(1)), new Task(() => sleep(1))]) {
      yield* sleep(0);
      future.cancel(null);
      try {
        yield* future;
      } catch (error) {
        assertEquals((error as Error).message, "");
      }
      assert(future.cancelled());
    }
  });
});

test("Future and Task refuse what is no options", async () => {
  await virtually(function* () {
    const cases: [unknown, string][] = [
      [42, "() expects an object of options, got 42 (number)"],
      [null, "() expects an object of options, got null"],
      [getRunningLoop(), "() expects an object of options, got <EventLoop"],
    ];
    for (const [options, message] of cases) {
      assertThrows(() => new Future(options as never), TypeError, `Future${message}`);
      assertThrows(() => new Task(sleep(0), options as never), TypeError, `Task${message}`);
    }
    yield;
  });
});

test("createTask() refuses a function that makes an async generator", async () => {
  await virtually(function* () {
    assertThrows(
      () => createTask((async function* () {}) as never),
      TypeError,
      "a coroutine was expected, got <function",
    );
    yield;
  });
});

test("Task.toString() shows names, errors and what is waited for in full", async () => {
  await virtually(function* () {
    const name = `${"n".repeat(100)}\t\\`;
    const inner = createTask(sleep(1), { name });
    const outer = createTask(function* () {
      yield* inner;
    });
    yield* sleep(0);
    assert(`${outer}`.includes(`wait_for=<Task pending name='${"n".repeat(100)}\\t\\\\' coro=`));
    assert(`${outer}`.endsWith(">>"), `${outer}`);
    yield* outer;
  });
});

test("a task gets the error that a future was set, whatever its class makes of it in its result", async () => {
  class Soft extends Future<string> {
    override result(): string {
      log.push("asked");
      try {
        return super.result();
      } catch {
        return "soft";
      }
    }
  }
  const log: unknown[] = [];
  await virtually(function* () {
    for (const isDone of [true, false]) {
      const failed = new Soft();
      const fail = () => failed.setException(new RuntimeError("failed"));
      if (isDone) fail();
      else getRunningLoop().callSoon(fail);
      try {
        log.push(yield* failed);
      } catch (error) {
        log.push(String(error));
      }
    }
  });
  assertEquals(log, ["RuntimeError: failed", "asked", "RuntimeError: failed"]);
});

test("a task that wakes up asks a future of a class of one's own for its result, and throws what that throws", async () => {
  class Checked extends Future<number> {
    override result(): number {
      log.push("asked");
      const result = super.result();
      if (result < 0) throw new RangeError("negative");
      return 2 * result;
    }
  }
  const log: unknown[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    for (const value of [-1, 1]) {
      const checked = new Checked();
      loop.callSoon(() => checked.setResult(value));
      try {
        // What it gives is the result that it was set, as with CPython's futures.
        log.push(yield* checked);
      } catch (error) {
        log.push(String(error));
      }
    }
    const failed = new Checked();
    loop.callSoon(() => failed.setException(new RuntimeError("failed")));
    try {
      yield* failed;
    } catch (error) {
      log.push(String(error));
    }
  });
  assertEquals(log, ["asked", "RangeError: negative", "asked", 1, "asked", "RuntimeError: failed"]);
});

test("a task is cancelled though a future of a class of one's own does not say whether it is", async () => {
  class Silent extends Future<number> {
    override cancelled(): boolean {
      throw new RangeError("not to be asked");
    }
    override cancel(): boolean {
      return false;
    }
  }
  const log: unknown[] = [];
  await virtually(function* () {
    const silent = new Silent();
    const task = createTask(function* () {
      try {
        log.push(yield* silent);
      } catch (error) {
        log.push(String(error));
      }
    });
    yield* sleep(0);
    task.cancel("enough");
    silent.setResult(1);
    yield* task;
  });
  assertEquals(log, ["CancelledError: enough"]);
});

test("a future of a class of one's own that throws when it is to be cancelled throws each time, and is waited for on", async () => {
  class Stubborn extends Future<number> {
    override cancel(): boolean {
      throw new RangeError("not to be cancelled");
    }
  }
  await virtually(function* () {
    const stubborn = new Stubborn();
    const task = createTask(function* () {
      return yield* stubborn;
    });
    yield* sleep(0);
    for (const count of [1, 2]) {
      assertThrows(() => task.cancel(), RangeError, "not to be cancelled");
      assertEquals(task.cancelling(), count);
    }
    stubborn.setResult(5);
    assertEquals(yield* task, 5);
  });
});
