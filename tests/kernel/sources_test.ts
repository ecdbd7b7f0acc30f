import { assertEquals, assertMatch } from "@std/assert";
import { noteSource, sourceContext, sourceTraceback } from "../../lib/kernel/sources.ts";
import {
  createTask,
  type ExceptionContext,
  Future,
  getRunningLoop,
  newEventLoop,
  sleep,
  Task,
  VirtualClock,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

function debugLoop() {
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setDebug(true);
  return loop;
}

/** The names of the functions an object was made in, the innermost last. */
function namesOf(made: object): string[] {
  return sourceTraceback(made)?.map(({ name }) => name) ?? [];
}

test("in debug mode it is kept where futures, tasks and handles were made", () => {
  const loop = debugLoop();
  function makeAll(): object[] {
    return [
      new Future({ loop }),
      loop.createFuture(),
      new Task(sleep(0), { loop }),
      loop.createTask(sleep(0)),
      loop.callSoon(() => {}),
      loop.callSoonThreadsafe(() => {}),
      loop.callLater(1, () => {}),
      loop.callAt(1, () => {}),
    ];
  }
  for (const made of makeAll()) {
    assertEquals(namesOf(made).includes("makeAll"), true, String(made));
    assertMatch(String(made), / created at [^ ]+:\d+>$/);
  }
  loop.runUntilCompleteSync(sleep(2));
  loop.close();
});

test({
  name: "it is ten frames at most, the innermost last",
  ...needs("sources"),
  fn() {
    const made = {};
    const deep = (depth: number): void => depth === 0 ? noteSource(made) : deep(depth - 1);
    deep(30);
    assertEquals(namesOf(made).filter((name) => name === "deep").length, 10);
    const near = {};
    (function outer() {
      (function inner() {
        noteSource(near);
      })();
    })();
    assertEquals(namesOf(near).filter((name) => ["outer", "inner"].includes(name)), [
      "outer",
      "inner",
    ]);
  },
});

test({
  name: "what this module made by itself was made where it asked for it, not where that was noted",
  ...needs("sources"),
  async fn() {
    const loop = debugLoop();
    const sleeper = loop.createTask(sleep(10));
    await loop.runUntilComplete(sleep(1));
    assertMatch(`${sleeper}`, /wait_for=<Future pending .*? created at [^ ]*event_loop\.ts:\d+> /);
    sleeper.cancel();
    await loop.runUntilComplete(sleep(1));
    loop.close();
  },
});

test("a task that a coroutine makes was made in the coroutine", () => {
  const loop = debugLoop();
  let task: Task<unknown> | undefined;
  loop.runUntilCompleteSync(function* parent() {
    yield;
    task = createTask(sleep(0));
    yield* task;
  });
  assertEquals(namesOf(task!).includes("parent"), true);
  loop.close();
});

test("a task that an async function makes was made in the function", async () => {
  const loop = debugLoop();
  let task: Task<unknown> | undefined;
  await loop.runUntilComplete(async function parentFunction() {
    await sleep(0);
    task = createTask(sleep(0));
    await task;
  });
  assertEquals(namesOf(task!).includes("parentFunction"), true);
  loop.close();
});

test("without debug mode nothing is kept", () => {
  const loop = newEventLoop();
  for (const made of [loop.createFuture(), loop.callSoon(() => {})]) {
    assertEquals([sourceTraceback(made), sourceContext(made)], [null, {}]);
  }
  loop.close();
});

test("in debug mode the exception handler is told where what failed was made", () => {
  const loop = debugLoop();
  const contexts: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => contexts.push(context));
  (function caller() {
    loop.callSoon(() => {
      throw new RangeError("in a callback");
    });
    loop.createFuture().setException(new RangeError("never seen"));
  })();
  loop.runUntilCompleteSync(sleep(1));
  loop.close();
  assertEquals(
    contexts.map(({ message, sourceTraceback }) => [
      message.replace(/ .*$/, ""),
      sourceTraceback?.some(({ name }) => name === "caller"),
    ]),
    [["Exception", true], ["Future", true]],
  );
});

test("another loop's debug mode is not this one's", () => {
  const [loud, quiet] = [debugLoop(), newEventLoop({ clock: new VirtualClock() })];
  quiet.runUntilCompleteSync(function* () {
    assertEquals(sourceTraceback(getRunningLoop().createFuture()), null);
    yield* sleep(0);
  });
  loud.close();
  quiet.close();
});
