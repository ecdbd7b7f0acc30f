import { assertEquals, assertMatch } from "@std/assert";
import {
  coroutine,
  type CoroutineObject,
  createTask,
  currentTask,
  Event,
  formatCallGraph,
  Future,
  gather,
  newEventLoop,
  Queue,
  run,
  runVirtual,
  sleep,
  type StackFrame,
  type Task,
  TaskGroup,
  timeout,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

// In a page the tests are in other files than the module, or in the same: these are this file's functions.
const OURS = ["outermost", "middle", "innermost", "bottom"];

function namesOf(frames: readonly StackFrame[]): string[] {
  return frames.map(({ name }) => name).filter((name) => OURS.includes(name));
}

/** The stack of a task after it has begun to wait. */
function stackOf(
  main: () => CoroutineObject<unknown>,
  limit: number | null = null,
): StackFrame[] {
  return runVirtual(function* () {
    const task = createTask(main);
    yield* sleep(1);
    const frames = task.getStack({ limit });
    task.cancel();
    return frames;
  });
}

function* innermost() {
  yield* new Queue().get();
}

function* middle() {
  yield* innermost();
}

test("Task.getStack() of a task that waits is the chain of its coroutines, the innermost last", () => {
  const frames = stackOf(function* outermost() {
    yield* middle();
  });
  assertEquals(namesOf(frames), ["outermost", "middle", "innermost"]);
  for (const { file, line, column, isCoroutine } of frames) {
    assertEquals([file !== "", line > 0, column > 0, isCoroutine], [true, true, true, true]);
  }
});

test("Task.getStack() goes through context managers, groups, coroutine() and other tasks' futures", () => {
  const wrapped = coroutine(middle);
  assertEquals(
    namesOf(stackOf(function* outermost() {
      yield* timeout(60, function* bottom() {
        yield* wrapped();
      });
    })),
    ["outermost", "bottom", "middle", "innermost"],
  );
  assertEquals(
    namesOf(stackOf(function* outermost() {
      yield* TaskGroup.run(function* (group) {
        group.createTask(middle());
      });
    })),
    ["outermost"],
  );
  assertEquals(
    namesOf(stackOf(function* outermost() {
      yield* gather([middle(), sleep(60)]);
    })),
    ["outermost"],
  );
});

test({
  name: "Task.getStack() names the module's own coroutines as they are called",
  ...needs("sources"),
  fn() {
    const names = (main: () => CoroutineObject<unknown>) => stackOf(main).map(({ name }) => name);
    assertEquals(
      names(function* outermost() {
        yield* sleep(60);
      }),
      ["outermost", "sleep"],
    );
    assertEquals(
      names(function* outermost() {
        yield* timeout(60, () => new Event().wait());
      }),
      ["outermost", "timeout", "Event.wait"],
    );
  },
});

test("looking at a stack moves nothing on", () => {
  const log: string[] = [];
  runVirtual(function* () {
    const queue = new Queue<number>();
    const task = createTask(function* outermost() {
      for (;;) log.push(`got ${yield* queue.get()}`);
    });
    for (const item of [1, 2]) {
      yield* sleep(1);
      task.getStack();
      task.getStack();
      log.push(`put ${item}`);
      queue.putNowait(item);
    }
    yield* sleep(1);
    task.cancel();
    yield* sleep(1);
    log.push(`cancelled: ${task.cancelled()}`);
  });
  assertEquals(log, ["put 1", "got 1", "put 2", "got 2", "cancelled: true"]);
});

test("Task.getStack() keeps the innermost frames of a task that waits", () => {
  const main = function* outermost() {
    yield* middle();
  };
  const all = stackOf(main).map(({ name }) => name);
  assertEquals(stackOf(main, 2).map(({ name }) => name), all.slice(-2));
  assertEquals(stackOf(main, 0), []);
});

test({
  name: "Task.getStack() of a task that failed is its error's, the outermost first",
  ...needs("sources"),
  fn() {
    function* bottom() {
      yield* sleep(1);
      throw new RangeError("no");
    }
    runVirtual(function* () {
      const task = createTask(function* outermost() {
        yield* bottom();
      });
      yield* sleep(2);
      const frames = task.getStack();
      assertEquals(namesOf(frames), ["outermost", "bottom"]);
      // Asyncio's: of an error the outermost are kept.
      assertEquals(task.getStack({ limit: 1 }), frames.slice(0, 1));
      assertEquals(`${task.exception()}`, "RangeError: no");
    });
  },
});

test("Task.getStack() of a task that is done otherwise is empty", () => {
  runVirtual(function* () {
    const [finished, cancelled] = [createTask(sleep(0)), createTask(sleep(60))];
    cancelled.cancel();
    yield* sleep(1);
    assertEquals([finished.getStack(), cancelled.getStack()], [[], []]);
  });
});

test("Task.getStack() of the task that runs is of here", () => {
  runVirtual(function* () {
    let names: string[] = [];
    function* bottom() {
      names = namesOf(currentTask()!.getStack());
    }
    yield* createTask(function* outermost() {
      yield* bottom();
    });
    assertEquals(names, ["outermost", "bottom"]);
  });
});

test("Task.getStack() of what has not begun has the function's name, if any", () => {
  runVirtual(function* () {
    const generator = createTask(middle());
    const functions = [createTask(middle), createTask(sleep(1))];
    assertEquals(generator.getStack(), []);
    assertEquals(functions.map((task) => task.getStack()), [
      [{ name: "middle", file: "", line: 0, column: 0, isCoroutine: true }],
      [{ name: "sleep", file: "", line: 0, column: 0, isCoroutine: true }],
    ]);
    for (const task of [generator, ...functions]) task.cancel();
    yield* sleep(0);
  });
});

/** The stack of a task of async functions, on a virtual clock. */
async function stackOfAsync(debug: boolean): Promise<StackFrame[]> {
  const queue = new Queue();
  async function bottom() {
    await queue.get();
  }
  async function outermost() {
    await sleep(1);
    await bottom();
  }
  return await run(async () => {
    const task: Task<void> = createTask(outermost);
    await sleep(2);
    const frames = task.getStack();
    task.cancel();
    return frames;
  }, { debug, loopFactory: () => newEventLoop({ clock: new VirtualClock() }) });
}

test({
  name: "Task.getStack() of an async function tells in debug mode where it waits",
  ...needs("sources"),
  async fn() {
    const frames = await stackOfAsync(true);
    assertEquals(namesOf(frames).includes("bottom"), true);
  },
});

test({
  name: "Task.getStack() of async functions tells in debug mode of all of them",
  ...needs("asyncStacks", "sources"),
  async fn() {
    const frames = await stackOfAsync(true);
    assertEquals(namesOf(frames), ["outermost", "bottom"]);
    assertEquals(frames.every(({ line }) => line > 0), true);
  },
});

test("Task.getStack() of an async function tells without debug mode its name", async () => {
  const frames = await stackOfAsync(false);
  assertEquals([frames[0]!.name, frames[0]!.line], ["outermost", 0]);
});

/** What a task prints of its stack. */
function printed(task: Task<unknown>): string {
  let text = "";
  task.printStack({ file: { write: (piece) => text += piece } });
  return text;
}

test("a task that is being cancelled may be looked at by the future that is told", async () => {
  for (const debug of [false, true]) {
    const seen: unknown[] = [];
    class Told extends Future<void> {
      override cancel(message?: string): boolean {
        seen.push(task.getStack(), /wait_for=/.test(`${task}`), formatCallGraph(task) !== "");
        return super.cancel(message);
      }
    }
    let task: Task<unknown>;
    await run(function* () {
      const told = new Told();
      task = createTask(function* outermost() {
        yield* told;
      });
      yield* sleep(0);
      yield* sleep(0);
      task.cancel();
      yield* wait([task]);
      seen.push(task.cancelled());
    }, { debug });
    assertEquals(seen.slice(1), [false, true, true]);
  }
});

test("Task.printStack() leaves no empty line behind it on the console", () => {
  const lines: unknown[] = [];
  const original = console.error;
  console.error = (line) => lines.push(line);
  try {
    runVirtual(function* () {
      const task = createTask(() => sleep(60), { name: "sleeper" });
      yield* sleep(1);
      task.printStack();
      task.cancel();
    });
  } finally {
    console.error = original;
  }
  assertEquals(lines.length, 1);
  assertMatch(`${lines[0]}`, /^Stack for <Task pending name='sleeper'.*[^\n]$/s);
});

test("Task.printStack() prints it as Python does", () => {
  runVirtual(function* () {
    const waiting = createTask(middle);
    const failing = createTask(function* outermost() {
      yield* sleep(0);
      throw new RangeError("no");
    });
    const finished = createTask(sleep(0));
    assertEquals(printed(waiting).split("\n").slice(1), ["  In middle", ""]);
    yield* sleep(1);
    assertMatch(
      printed(waiting),
      /^Stack for <Task pending .*> \(most recent call last\):\n( {2}File ".+", line \d+, in .+\n)+$/,
    );
    assertMatch(
      printed(failing),
      /^Traceback for <Task finished .*> \(most recent call last\):\n( {2}File ".+", line \d+, in .+\n)+RangeError: no\n$/,
    );
    assertEquals(printed(finished), `No stack for ${finished}\n`);
    waiting.cancel();
    failing.exception();
  });
});
