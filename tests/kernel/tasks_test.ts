// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  createTask,
  currentTask,
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

// createTask

test("createTask() makes a task on the running loop, with its name", async () => {
  await virtually(function* () {
    const task = createTask(sleep(0, "value"), { name: "errand" });
    assert(task instanceof Task);
    assertStrictEquals(task.getLoop(), getRunningLoop());
    assertEquals([task.getName(), yield* task], ["errand", "value"]);
  });
});

test("createTask() refuses what is no coroutine: a future, an awaitable, a promise", async () => {
  await virtually(function* () {
    for (const value of [42, new Future(), Promise.resolve(), {}, "text", null, undefined]) {
      assertThrows(() => createTask(value as never), TypeError, "a coroutine was expected, got");
    }
    yield* sleep(0);
  });
});

test("createTask() where no loop runs is a RuntimeError, in a task's loop or not", async () => {
  assertThrows(() => createTask(function* () {}), RuntimeError, "no running event loop");
  await virtually(function* () {
    yield* createTask(function* () {});
  });
  assertThrows(() => createTask(function* () {}), RuntimeError, "no running event loop");
});

test("createTask() in a callback is on the callback's loop", async () => {
  const log: string[] = [];
  await virtually(function* () {
    getRunningLoop().callSoon(() => {
      createTask(function* () {
        log.push("task of a callback");
      });
    });
    yield* sleep(1);
  });
  assertEquals(log, ["task of a callback"]);
});

// currentTask

test("currentTask() is the task whose step runs, and none in a callback", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const main = currentTask();
    function* note(name: string) {
      log.push(`${name}: ${currentTask()!.getName()}`);
      yield* sleep(0);
      log.push(`${name}: ${currentTask()!.getName()}`);
    }
    const tasks = ["a", "b"].map((name) => createTask(() => note(name), { name }));
    getRunningLoop().callSoon(() => log.push(currentTask()));
    tasks[0]!.addDoneCallback(() => log.push(currentTask()));
    yield* gather(tasks);
    assertStrictEquals(currentTask(), main);
  });
  assertEquals(log, ["a: a", "b: b", null, "a: a", "b: b", null]);
});

test("currentTask() in a coroutine that is awaited is the task that awaits", async () => {
  await virtually(function* () {
    const main = currentTask();
    function* inner() {
      yield* sleep(0);
      return currentTask() === main;
    }
    assertEquals(yield* inner(), true);
    assertEquals(yield* createTask(inner), false);
  });
});

test("currentTask() outside a running loop is a RuntimeError", () => {
  assertThrows(() => currentTask(), RuntimeError, "no running event loop");
});

test("currentTask(loop) asks a loop, running or not", async () => {
  const other = newEventLoop();
  assertEquals(currentTask(other), null);
  await virtually(function* () {
    assertStrictEquals(currentTask(getRunningLoop()), currentTask());
    assertEquals(currentTask(other), null);
    yield* sleep(0);
  });
  other.close();
});

// allTasks

test("allTasks() has those with a name of their own where they were made, whenever they got it", async () => {
  await virtually(function* () {
    const names: (string | undefined)[] = ["a", undefined, "b", "c", undefined, undefined, "d"];
    const tasks = names.map((name) => createTask(sleep(1), { name }));
    tasks[1]!.setName("late");
    tasks[2]!.setName("other");
    // Its end puts the last one in its place.
    tasks[0]!.cancel();
    yield* sleep(0);
    yield* sleep(0);
    const [main, ...others] = allTasks();
    assertStrictEquals(main, currentTask());
    assertEquals(others, tasks.slice(1));
    assertEquals(
      others.map((task) => task.getName()).filter((name) => !name.startsWith("Task-")),
      ["late", "other", "c", "d"],
    );
  });
});

test("allTasks() gives the tasks that are not done, oldest first", async () => {
  await virtually(function* () {
    const main = currentTask()!;
    assertEquals([...allTasks()], [main]);
    const delays = [3, 1, 2];
    const [slow, quick, middle] = delays.map((delay) => createTask(sleep(delay))) as [
      Task<void>,
      Task<void>,
      Task<void>,
    ];
    assertEquals([...allTasks()], [main, slow, quick, middle]);
    yield* sleep(1.5);
    assertEquals([...allTasks()], [main, slow, middle]);
    slow.cancel();
    assertEquals([...allTasks()], [main, slow, middle]);
    yield* sleep(0);
    assertEquals([...allTasks()], [main, middle]);
    yield* middle;
    assertEquals([...allTasks()], [main]);
  });
});

test("allTasks() keeps its order, in whatever order tasks end", () => {
  const orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 0, 3], [2, 0, 3, 1]];
  for (const order of orders) {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const tasks: Task<void>[] = [];
    for (let index = 0; index < 4; index++) {
      tasks.push(loop.createTask(sleep(order.indexOf(index) + 1)));
    }
    let expected = [0, 1, 2, 3];
    for (const ended of order) {
      const left = () => [...allTasks(loop)].map((task) => tasks.indexOf(task as Task<void>));
      assertEquals(left(), expected);
      loop.runUntilCompleteSync(tasks[ended]!);
      expected = expected.filter((index) => index !== ended);
      assertEquals(left(), expected);
    }
    const late = loop.createTask(sleep(1));
    assertEquals([...allTasks(loop)], [late]);
    loop.runUntilCompleteSync(late);
    loop.close();
  }
});

test("allTasks() gives a set of one's own", async () => {
  await virtually(function* () {
    const [first, second] = [allTasks(), allTasks()];
    assertEquals(first === second, false);
    first.clear();
    assertEquals(allTasks().size, 1);
    yield* sleep(0);
  });
});

test("allTasks() outside a running loop is a RuntimeError", () => {
  assertThrows(() => allTasks(), RuntimeError, "no running event loop");
});

test("allTasks(loop) asks a loop, running or not", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  assertEquals(allTasks(loop), new Set());
  const task = loop.createTask(sleep(1));
  assertEquals(allTasks(loop), new Set([task]));
  await virtually(function* () {
    assertEquals([...allTasks(loop)], [task]);
    yield* sleep(0);
  });
  await loop.runUntilComplete(task);
  assertEquals(allTasks(loop).size, 0);
  loop.close();
});

test("allTasks() holds tasks that failed or were cancelled no longer", async () => {
  await virtually(function* () {
    const tasks = [
      createTask(function* () {
        throw new Error("no");
      }),
      createTask(sleep(1)),
      createTask(sleep(0)),
    ];
    tasks[1]!.cancel();
    yield* wait(tasks);
    tasks[0]!.exception();
    assertEquals([...allTasks()], [currentTask()]);
  });
});

test("null stands for what is left out, as None does", async () => {
  await virtually(function* () {
    const main = currentTask(null)!;
    assertEquals(allTasks(null), new Set([main]));
    const number = Number(createTask(sleep(0)).getName().slice("Task-".length));
    const task = createTask(sleep(0), { name: null, context: null });
    assertEquals(task.getName(), `Task-${number + 1}`);
    yield* task;
  });
});
