import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  coroutine,
  type CoroutineObject,
  createTask,
  gather,
  logger,
  newEventLoop,
  Queue,
  runVirtual,
  sleep,
  TimeoutError,
  VirtualClock,
  waitFor,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { collectGarbage } from "../_support/garbage.ts";

const work = coroutine(function* work() {
  yield* sleep(1);
});

/** The warnings about a program on a loop in debug mode that is closed afterwards. */
function warningsOf(main: () => CoroutineObject<unknown>, debug = true): string[] {
  const warnings: string[] = [];
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setDebug(debug);
  logger.setSink(({ message }) => warnings.push(message));
  try {
    loop.runUntilCompleteSync(main);
    loop.close();
  } finally {
    logger.setSink(null);
  }
  return warnings;
}

test({
  name: "a coroutine that was never awaited is told of when its loop is closed, in Python's words",
  ...needs("sources"),
  fn() {
    const warnings = warningsOf(function* forgetful() {
      work();
      sleep(60);
      sleep(0);
      new Queue().get();
    });
    assertEquals(warnings.map((text) => text.split("\n")[0]), [
      "coroutine 'work' was never awaited",
      "coroutine 'sleep' was never awaited",
      "coroutine 'sleep' was never awaited",
      "coroutine 'Queue.get' was never awaited",
    ]);
    assertMatch(
      warnings[0]!,
      /^coroutine 'work' was never awaited\nCoroutine created at \(most recent call last\)\n( {2}File .*\n)*? {2}File ".+", line \d+, in forgetful$/m,
    );
  },
});

test("what was awaited, made a task or closed is not told of", () => {
  assertEquals(
    warningsOf(function* () {
      yield* work();
      yield* sleep(1);
      yield* sleep(0);
      yield* gather([work(), sleep(1)]);
      const task = createTask(work());
      yield* task;
      for (const unused of [work(), sleep(1), sleep(0)]) unused.close();
    }),
    [],
  );
});

test("nor is that of a task which was asked to end before its first step", () => {
  assertEquals(
    warningsOf(function* () {
      for (const coro of [work(), sleep(1), sleep(0), new Queue().get()]) {
        createTask<unknown>(coro).cancel();
      }
      try {
        yield* waitFor(work(), 0);
      } catch (error) {
        assertInstanceOf(error, TimeoutError);
      }
    }),
    [],
  );
});

test("a native generator object cannot be watched", () => {
  assertEquals(
    warningsOf(function* () {
      function* native() {
        yield* sleep(1);
      }
      native();
    }),
    [],
  );
});

test("without debug mode nobody is told", () => {
  assertEquals(
    warningsOf(function* () {
      work();
    }, false),
    [],
  );
});

test("debug mode that is switched off forgets", () => {
  const warnings: string[] = [];
  logger.setSink(({ message }) => warnings.push(message));
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setDebug(true);
  loop.runUntilCompleteSync(() => void work());
  loop.setDebug(false);
  loop.close();
  runVirtual(() => void work());
  logger.setSink(null);
  assertEquals(warnings, []);
});

test({
  name: "a coroutine that is collected before it was awaited is told of then, once",
  ...needs("deno"),
  async fn() {
    const warnings: string[] = [];
    const loop = newEventLoop({ clock: new VirtualClock() });
    loop.setDebug(true);
    logger.setSink(({ message }) => warnings.push(message.split("\n")[0]!));
    loop.runUntilCompleteSync(() => void work());
    await collectGarbage();
    const before = [...warnings];
    loop.close();
    logger.setSink(null);
    assertEquals([before, warnings], [
      ["coroutine 'work' was never awaited"],
      ["coroutine 'work' was never awaited"],
    ]);
  },
});
