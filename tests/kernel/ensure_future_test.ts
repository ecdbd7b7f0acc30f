// kinds: generator, async
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  asCompleted,
  Awaitable,
  awaitable,
  type Coroutine,
  createTask,
  currentTask,
  ensureFuture,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  shield,
  sleep,
  Task,
  ValueError,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

class Kettle extends Awaitable<string> {
  *[awaitable]() {
    yield* sleep(1);
    return "tea";
  }
}

/** Awaited by its method alone: no base class, no then. */
class Teapot {
  *[awaitable]() {
    yield* sleep(1);
    return `poured in ${currentTask()!.getName()}`;
  }
}

test("ensureFuture() gives a future as it is, and a task, too", async () => {
  await virtually(function* () {
    const future = new Future();
    const task = createTask(sleep(0));
    assertStrictEquals(ensureFuture(future), future);
    assertStrictEquals(ensureFuture(task), task);
    assertStrictEquals(ensureFuture(task, { loop: getRunningLoop() }), task);
    yield* task;
  });
});

test("ensureFuture() makes a task of a coroutine or a function", async () => {
  await virtually(function* () {
    const nap = sleep(1, "slept");
    const tasks = [
      ensureFuture(nap),
      ensureFuture(function* () {
        return yield* sleep(1, "function");
      }),
      ensureFuture(() => "plain"),
    ];
    for (const task of tasks) assert(task instanceof Task);
    assertStrictEquals((tasks[0] as Task<string>).getCoro(), nap);
    assertEquals([yield* tasks[0]!, yield* tasks[1]!, yield* tasks[2]!], [
      "slept",
      "function",
      "plain",
    ]);
  });
});

test("ensureFuture() awaits an awaitable object inside a task of its own", async () => {
  await virtually(function* () {
    const task = ensureFuture(new Teapot());
    assert(task instanceof Task);
    task.setName("T");
    assertEquals(yield* task, "poured in T");
    const kettle = new Kettle();
    const [first, second] = [ensureFuture(kettle), ensureFuture(kettle)];
    assertNotStrictEquals(first, second);
    assertEquals([yield* first, yield* second], ["tea", "tea"]);
  });
});

test("ensureFuture() makes a task of a promise", async () => {
  await virtually(function* () {
    const task = ensureFuture(Promise.resolve("promised"));
    assert(task instanceof Task);
    assertEquals(yield* task, "promised");
  });
});

test("ensureFuture() makes the task on the loop given, which need not run", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const task = ensureFuture(sleep(5, "slept"), { loop });
  assertStrictEquals(task.getLoop(), loop);
  assertEquals(await loop.runUntilComplete(task), "slept");
  loop.close();
});

test("ensureFuture() of a future of another loop than the one given is a ValueError", () => {
  const [loop, other] = [newEventLoop(), newEventLoop()];
  assertThrows(
    () => ensureFuture(loop.createFuture(), { loop: other }),
    ValueError,
    "The future belongs to a different loop than the one specified as the loop argument",
  );
  for (const each of [loop, other]) each.close();
});

test("ensureFuture() without a loop is a RuntimeError, but for a future", () => {
  const loop = newEventLoop();
  const future = loop.createFuture();
  assertStrictEquals(ensureFuture(future), future);
  assertThrows(() => ensureFuture(sleep(1)), RuntimeError, "There is no current event loop");
  loop.close();
});

test("ensureFuture() refuses what cannot be awaited, and says what came", async () => {
  await virtually(function* () {
    const cases: [unknown, RegExp][] = [
      [42, /got 42 \(number\)/],
      ["ok", /got 'ok' \(string\)/],
      [null, /got null/],
      [undefined, /got undefined/],
      [{ then: "no function" }, /got \{ then: 'no function' \} \(Object\)/],
      [[sleep], /got \[<function sleep>\] \(Array\)/],
    ];
    for (const [value, shown] of cases) {
      const error = assertThrows(() => ensureFuture(value as never), TypeError);
      assertMatch(error.message, /^An asyncio.Future, a coroutine or an awaitable is required, /);
      assertMatch(error.message, shown);
    }
  });
});

test("ensureFuture() refuses what cannot be awaited before it looks for a loop", () => {
  assertThrows(
    () => ensureFuture("ok" as never),
    TypeError,
    "An asyncio.Future, a coroutine or an awaitable is required",
  );
});

test("ensureFuture() goes through the loop's task factory", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    let made = 0;
    loop.setTaskFactory((loop, coro, options) => {
      made++;
      return new Task(coro, { ...options, loop });
    });
    yield* ensureFuture(sleep(0));
    yield* ensureFuture(new Teapot());
    assertEquals(made, 2);
  });
});

test("ensureFuture() closes the coroutine that its loop makes no task of by a RuntimeError, and so do those that call it", async () => {
  const closed = newEventLoop();
  closed.close();
  await virtually(function* () {
    const loop = getRunningLoop();
    const given: Coroutine<unknown>[] = [];
    function make() {
      const coro = sleep(1);
      given.push(coro);
      return coro;
    }
    assertThrows(
      () => ensureFuture(make(), { loop: closed }),
      RuntimeError,
      "Event loop is closed",
    );
    loop.setTaskFactory(() => {
      throw new RuntimeError("no task");
    });
    assertThrows(() => shield(make()), RuntimeError, "no task");
    assertThrows(() => gather([make(), make()]), RuntimeError, "no task");
    assertThrows(() => asCompleted([make()]), RuntimeError, "no task");
    loop.setTaskFactory(() => {
      throw new ValueError("no task");
    });
    const kept = make();
    assertThrows(() => ensureFuture(kept), ValueError, "no task");
    loop.setTaskFactory(null);
    const told: string[] = [];
    for (const coro of given) {
      try {
        yield* coro;
        told.push("was kept");
      } catch (error) {
        told.push((error as Error).message);
      }
    }
    const reused = "cannot reuse already awaited coroutine";
    assertEquals(told, [reused, reused, reused, "was kept", reused, "was kept"]);
  });
});

test("an [awaitable]() that gives no iterator is a TypeError", async () => {
  await virtually(function* () {
    for (const given of [42, undefined, []]) {
      let message = "";
      try {
        yield* ensureFuture({ [awaitable]: () => given as never });
      } catch (error) {
        message = `${error}`;
      }
      assert(message.startsWith("TypeError: [awaitable]() returned a non-iterator: "), message);
    }
  });
});
