// kinds: generator, async
/** What CPython's suite asks of eager tasks beyond single steps: sets of tasks, counts, other parts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  CancelledError,
  type CoroutineLike,
  type CoroutineObject,
  createEagerTaskFactory,
  createTask,
  currentTask,
  eagerTaskFactory,
  Event,
  Future,
  gather,
  getRunningLoop,
  Lock,
  type NewTaskOptions,
  Queue,
  sleep,
  Task,
  TaskGroup,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function startEagerly(): void {
  getRunningLoop().setTaskFactory(eagerTaskFactory);
}

test("loop.getTaskFactory() gives the eager factory that was set", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const factory = createEagerTaskFactory(Task);
    loop.setTaskFactory(factory);
    assertEquals(loop.getTaskFactory() === factory, true);
    const task = loop.createTask(() => sleep(0));
    assert(task instanceof Task);
    yield* task;
  });
});

test("a future that an eager step settles is settled when createTask() returns", async () => {
  await virtually(function* () {
    startEagerly();
    const future = new Future<string>();
    const task = createTask(function* () {
      future.setResult("message");
    });
    assertEquals(future.done(), true);
    assertEquals(yield* future, "message");
    yield* task;
  });
});

test("an eager task that is done ignores cancel()", async () => {
  await virtually(function* () {
    startEagerly();
    const task = createTask(function* () {
      return "without waiting";
    });
    // An async function's end is seen a microtask later, and so is asked for after a turn.
    yield;
    assertEquals([task.cancel(), yield* task, task.cancelled()], [false, "without waiting", false]);
  });
});

test("an eager task that is cancelled as it waits first tells so by its count and message", async () => {
  await virtually(function* () {
    startEagerly();
    const task = createTask(() => sleep(0.1));
    task.cancel("cancellation message");
    assertEquals(task.cancelling(), 1);
    yield* wait([task]);
    assertEquals(
      assertThrows(() => task.result(), CancelledError).message,
      "cancellation message",
    );
  });
});

test("currentTask() in an eager task is the same before and after its waits", async () => {
  const seen: unknown[] = [];
  await virtually(function* () {
    startEagerly();
    const task = createTask(function* () {
      seen.push(currentTask());
      yield* sleep(0.1);
      seen.push(currentTask());
    });
    assertEquals(seen, [task]);
    yield* task;
    assertEquals(seen, [task, task]);
  });
});

test("allTasks() has an eager task in its first step and while it waits", async () => {
  await virtually(function* () {
    startEagerly();
    const [first, second] = [new Future<void>(), new Future<void>()];
    let inFirstStep: ReadonlySet<unknown> = new Set();
    const task = createTask(function* () {
      inFirstStep = new Set(allTasks());
      yield* first;
      second.setResult();
    });
    assertEquals([inFirstStep.has(task), allTasks().has(task)], [true, true]);
    first.setResult();
    yield* second;
    yield;
    assertEquals(allTasks().has(task), false);
  });
});

test("an eager task that fails at once throws when it is awaited, not when it is made", async () => {
  await virtually(function* () {
    startEagerly();
    const task = createTask(function* () {
      throw new RangeError("at once");
    });
    yield* wait([task]);
    assertThrows(() => task.result(), RangeError, "at once");
  });
});

test("an eager task's done callbacks are called by the loop, not at once", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    const task = createTask(function* () {
      log.push("task");
    });
    task.addDoneCallback(() => log.push("callback"));
    log.push("added");
    yield;
    yield;
  });
  assertEquals(log, ["task", "added", "callback"]);
});

test("an eager task wakes others as any other does", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    const event = new Event();
    const queue = new Queue<string>();
    createTask(function* () {
      yield* event.wait();
      log.push("event");
    });
    createTask(function* () {
      log.push(yield* queue.get());
    });
    // What an async function awaits is known a microtask after its first step.
    yield;
    createTask(function* () {
      queue.putNowait("item");
      event.set();
    });
    assertEquals(log, []);
    yield;
    assertEquals(log, ["item", "event"]);
  });
});

test("eager tasks take a lock in the order they are made", async () => {
  const log: string[] = [];
  await virtually(function* () {
    startEagerly();
    const lock = new Lock();
    const visit = function* (name: string) {
      yield* lock.acquire();
      log.push(`${name} in`);
      yield;
      lock.release();
    };
    yield* gather(["a", "b", "c"].map((name) => createTask(() => visit(name))));
  });
  assertEquals(log, ["a in", "b in", "c in"]);
});

test("timeouts, waitFor() and groups work in eager tasks", async () => {
  await virtually(function* () {
    startEagerly();
    const tasks = [
      createTask(() => timeout(1, () => sleep(10))),
      createTask(() => waitFor(sleep(10), 1)),
      createTask(() =>
        TaskGroup.run(function* (group) {
          yield* timeout(1, () => group.createTask(() => sleep(10)));
        })
      ),
    ] as const;
    yield* wait(tasks);
    assert(tasks[0].exception() instanceof TimeoutError);
    assert(tasks[1].exception() instanceof TimeoutError);
    assert(tasks[2].exception() instanceof AggregateError);
  });
});

/* generator only */
test("Task.getCoro() of an eager task that never waited gives null", async () => {
  await virtually(function* () {
    startEagerly();
    const done = createTask(function* () {
      return 1;
    });
    const waiting = createTask(() => sleep(1));
    assertEquals([done.done(), done.getCoro(), waiting.getCoro() !== null], [true, null, true]);
    yield* waiting;
    assert(waiting.getCoro() !== null);
  });
});

// How many tasks there are

/** Counts the tasks that a factory makes, eager and lazy ones. */
function countTasks(isEager: boolean): { eager: number; lazy: number } {
  const counts = { eager: 0, lazy: 0 };
  const make = <T>(coro: CoroutineLike<T>, options: NewTaskOptions): Task<T> => {
    counts[options.eagerStart ? "eager" : "lazy"]++;
    return new Task(coro, options);
  };
  const loop = getRunningLoop();
  loop.setTaskFactory(
    isEager
      ? createEagerTaskFactory(make)
      : (loop, coro, options) => make(coro, { ...options, loop }),
  );
  return counts;
}

function* chain(depth: number): CoroutineObject<number> {
  return depth === 0 ? 0 : 1 + (yield* chain(depth - 1));
}

function* groups(width: number, depth: number): CoroutineObject<void> {
  if (depth === 0) return;
  yield* TaskGroup.run(function* (group) {
    for (let count = 0; count < width; count++) group.createTask(() => groups(width, depth - 1));
  });
}

function* gathers(width: number, depth: number): CoroutineObject<void> {
  if (depth === 0) return;
  yield* gather(Array.from({ length: width }, () => () => gathers(width, depth - 1)));
}

for (const kind of ["lazy", "eager"] as const) {
  // Five tasks each make five, and so on: 5 + 25 + 125 + 625.
  const CASES = {
    "coroutines that await coroutines are no tasks": [() => chain(100), 0],
    "groups within groups make a task for each call": [() => groups(5, 4), 780],
    "gather() within gather() makes a task for each call": [() => gathers(5, 4), 780],
  } as const;
  for (const [title, [make, expected]] of Object.entries(CASES)) {
    test(`${title} (${kind})`, async () => {
      await virtually(function* () {
        const counts = countTasks(kind === "eager");
        yield* (make as () => CoroutineObject<unknown>)();
        getRunningLoop().setTaskFactory(null);
        assertEquals(counts, { eager: 0, lazy: 0, [kind]: expected });
      });
    });
  }
}
