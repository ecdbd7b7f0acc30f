// kinds: generator, async
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  aiter,
  anext,
  asyncContextManager,
  asyncGenerator,
  type AsyncIteratorLike,
  BREAK,
  CancelledError,
  createTask,
  eagerTaskFactory,
  type ExceptionContext,
  forEach,
  GeneratorExit,
  getRunningLoop,
  KeyboardInterrupt,
  logger,
  newEventLoop,
  sleep,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Throws, where a statement may not: in a `finally`. */
function fail(error: Error): never {
  throw error;
}

const items = asyncGenerator(function* countOn(log: unknown[], name: string, seconds: number = 1) {
  try {
    for (let n = 1;; n++) yield n;
  } catch (error) {
    log.push(`${name}: ${error}`);
    throw error;
  } finally {
    yield* sleep(seconds);
    log.push(`${name} closed at ${getRunningLoop().time()}`);
  }
});

async function* native(log: unknown[], name: string) {
  try {
    for (let n = 1;; n++) yield n;
  } finally {
    await sleep(1);
    log.push(`${name} closed at ${getRunningLoop().time()}`);
  }
}

test("shutdownAsyncgens() closes what was begun and left open, all at the same time", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generators = [items(log, "a", 3), items(log, "b", 1), items(log, "not begun")];
    for (const generator of generators.slice(0, 2)) yield* anext(generator);
    yield* getRunningLoop().shutdownAsyncgens();
    assertEquals(getRunningLoop().time(), 3);
  });
  assertEquals(log, [
    `a: ${new GeneratorExit()}`,
    `b: ${new GeneratorExit()}`,
    "b closed at 1",
    "a closed at 3",
  ]);
});

// Of an async generator it is known a microtask later that it has closed.
/* generator only */
test("shutdownAsyncgens() waits for no eager task that has closed its generator at once", async () => {
  async function shutDown(isEager: boolean): Promise<number[]> {
    const loop = newEventLoop();
    if (isEager) loop.setTaskFactory(eagerTaskFactory);
    const iterations: number[] = [];
    const countOn = (n: number) => {
      iterations.push(n);
      if (n < 4) loop.callSoon(() => countOn(n + 1));
    };
    const counting = asyncGenerator(function* () {
      try {
        yield 1;
      } finally {
        loop.callSoon(() => countOn(1));
      }
    });
    await loop.runUntilComplete(function* () {
      yield* anext(counting());
    });
    await loop.runUntilComplete(loop.shutdownAsyncgens());
    loop.close();
    return iterations;
  }
  assertEquals(await shutDown(false), [1, 2, 3]);
  assertEquals(await shutDown(true), [1]);
});

test("shutdownAsyncgens() closes an engine's own generators that went through anext()", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    yield* anext(native(log, "a"));
    yield* anext(aiter(native(log, "b")));
    yield* getRunningLoop().shutdownAsyncgens();
  });
  assertEquals(log, ["a closed at 1", "b closed at 1"]);
});

test("shutdownAsyncgens() leaves the context of a manager that was entered and never left", async () => {
  const log: unknown[] = [];
  const opened = asyncContextManager(function* named(name: string) {
    try {
      yield name;
    } catch (error) {
      log.push(`${name}: ${error}`);
      throw error;
    } finally {
      yield* sleep(1);
      log.push(`${name} closed at ${getRunningLoop().time()}`);
    }
  });
  await virtually(function* () {
    const left = opened("left");
    yield* left.enter();
    yield* left.exit(null);
    yield* opened("kept").enter();
    opened("never entered");
    yield* getRunningLoop().shutdownAsyncgens();
  });
  assertEquals(log, ["left closed at 1", `kept: ${new GeneratorExit()}`, "kept closed at 2"]);
});

test("shutdownAsyncgens() leaves those alone that are over", async () => {
  const log: unknown[] = [];
  const short = asyncGenerator(function* (name: string) {
    yield name;
    log.push(`${name} over`);
  });
  await virtually(function* () {
    yield* forEach(short("a"), () => {});
    yield* forEach(items(log, "b"), () => BREAK);
    const c = items(log, "c");
    yield* anext(c);
    yield* c.aclose();
    yield* forEach(native(log, "d"), () => BREAK);
    const before = log.splice(0).length;
    yield* getRunningLoop().shutdownAsyncgens();
    assertEquals([before, log], [5, []]);
  });
});

test("run() closes generators at its end, after it has cancelled the tasks", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    yield* anext(items(log, "left"));
    createTask(function* () {
      yield* forEach(items(log, "a task's"), () => sleep(100));
    });
    yield* sleep(1);
  });
  assertEquals(log, [
    "a task's closed at 2",
    "left: GeneratorExit",
    "left closed at 3",
  ]);
});

test("an error of a generator that is closed goes to the exception handler", async () => {
  const error = new RangeError("no");
  const failing = asyncGenerator(function* failAtEnd() {
    try {
      yield 1;
    } finally {
      yield* sleep(1);
      fail(error);
    }
  });
  const seen: ExceptionContext[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, context) => seen.push(context));
    const generator = failing();
    yield* anext(generator);
    yield* loop.shutdownAsyncgens();
    assertStrictEquals(seen[0]?.exception, error);
    assertStrictEquals(seen[0]?.asyncgen, generator);
  });
  assertEquals(seen.map(({ message }) => message), [
    "an error occurred during closing of asynchronous generator <async_generator object failAtEnd>",
  ]);
});

test("a cancellation that comes out of closing a generator is reported, too", async () => {
  const seen: unknown[] = [];
  const giving = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      fail(new CancelledError("in the end"));
    }
  });
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, { exception }) => seen.push(`${exception}`));
    yield* anext(giving());
    yield* loop.shutdownAsyncgens();
  });
  // As gather() gives it.
  assertEquals(seen, ["CancelledError"]);
});

test("an error of a closing that ends the run is not reported besides", async () => {
  const failing = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      fail(new KeyboardInterrupt("no"));
    }
  });
  const loop = newEventLoop({ clock: new VirtualClock() });
  const seen: string[] = [];
  loop.setExceptionHandler((_loop, { message }) => seen.push(message));
  const generator = failing();
  await loop.runUntilComplete(function* () {
    yield* anext(generator);
  });
  const closing = loop.createTask(loop.shutdownAsyncgens());
  await assertRejects(() => loop.runUntilComplete(closing), KeyboardInterrupt, "no");
  await loop.runUntilComplete(closing);
  loop.close();
  assertEquals(seen, []);
});

test("a generator that is running cannot be closed, and the loop says so", async () => {
  const slow = asyncGenerator(function* slow() {
    yield 1;
    yield* sleep(10);
    yield 2;
  });
  async function* nativeSlow() {
    yield 1;
    await sleep(10);
    yield 2;
  }
  const seen: unknown[] = [];
  for (const generator of [slow(), nativeSlow()] as AsyncIteratorLike<number>[]) {
    await virtually(function* () {
      const loop = getRunningLoop();
      loop.setExceptionHandler((_loop, { exception }) => seen.push(`${exception}`));
      yield* anext(generator);
      const task = createTask(() => anext(generator));
      yield* sleep(1);
      yield* loop.shutdownAsyncgens();
      assertEquals(yield* task, 2);
    });
  }
  const text = "RuntimeError: aclose(): asynchronous generator is already running";
  assertEquals(seen, [text, text]);
});

test("shutdownAsyncgens() that is cancelled cancels the closing", async () => {
  const log: string[] = [];
  const stubborn = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      try {
        yield* sleep(100);
      } catch (error) {
        log.push(`${error}`);
      }
    }
  });
  await virtually(function* () {
    const generator = stubborn();
    yield* anext(generator);
    const task = createTask(() => getRunningLoop().shutdownAsyncgens());
    yield* sleep(1);
    task.cancel();
    yield* sleep(1);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["CancelledError"]);
});

test("each loop closes its own", async () => {
  const log: unknown[] = [];
  const loop = newEventLoop({ clock: new VirtualClock() });
  await loop.runUntilComplete(() => anext(items(log, "another loop's")));
  await virtually(function* () {
    yield* anext(items(log, "mine"));
  });
  assertEquals(log.splice(0), ["mine: GeneratorExit", "mine closed at 1"]);
  await loop.runUntilComplete(loop.shutdownAsyncgens());
  loop.close();
  assertEquals(log, ["another loop's: GeneratorExit", "another loop's closed at 1"]);
});

test("a generator begun after shutdownAsyncgens() is warned of, and closed by the next", async () => {
  const log: unknown[] = [];
  const warnings: string[] = [];
  logger.setSink(({ level, message }) => warnings.push(`${level}: ${message}`));
  try {
    await virtually(function* () {
      const loop = getRunningLoop();
      yield* loop.shutdownAsyncgens();
      yield* anext(items(log, "late"));
      yield* loop.shutdownAsyncgens();
    });
  } finally {
    logger.setSink(null);
  }
  assertEquals(log, ["late: GeneratorExit", "late closed at 1"]);
  assertEquals(warnings, [
    "warning: asynchronous generator <async_generator object countOn> was scheduled after " +
    "loop.shutdownAsyncgens() call",
  ]);
});

test("shutdownAsyncgens() that is cancelled has the generators clean up, told by the message, and waits for them", async () => {
  const log: string[] = [];
  const stubborn = asyncGenerator(function* (name: string): Generator<unknown, void, unknown> {
    try {
      yield 1;
    } finally {
      try {
        yield* sleep(1);
      } catch (error) {
        log.push(`${name}: ${error}`);
        yield* sleep(0.5);
        log.push(`${name} is clean`);
        fail(error as Error);
      }
    }
  });
  await virtually(function* () {
    const loop = getRunningLoop();
    yield* anext(stubborn("a"));
    yield* anext(stubborn("b"));
    const shutdown = createTask(() => loop.shutdownAsyncgens());
    yield* sleep(0.1);
    shutdown.cancel("enough");
    try {
      yield* shutdown;
    } catch (error) {
      log.push(`over: ${error}`);
    }
  });
  assertEquals(log, [
    "a: CancelledError: enough",
    "b: CancelledError: enough",
    "a is clean",
    "b is clean",
    "over: CancelledError: enough",
  ]);
});
