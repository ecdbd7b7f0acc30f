/** What the bodies of entries stand on. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EntryHelper } from "../../lib/repl/entry_helper.ts";
import { Scope } from "../../lib/repl/scope.ts";
import { CancelledError, createTask, currentTask, sleep, Task } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function helper(): EntryHelper {
  return new EntryHelper(new Scope({}), true);
}

test("EntryHelper.await() awaits what await does, and what comes out of it", () =>
  virtually(function* () {
    const { await: wait } = bound(helper());
    assertEquals(yield* wait(() => 1), 1);
    assertEquals(yield* wait(() => sleep(1, 2)), 2);
    assertEquals(yield* wait(() => sleep(1, sleep(1, 3))), 3);
    assertEquals(yield* wait(() => Promise.resolve(4)), 4);
    assertEquals(yield* wait(() => createTask(async () => await sleep(1, 5))), 5);
    function* work() {}
    const steps = work();
    assertEquals((yield* wait(() => steps)) === steps, true, "no thenable");
  }));

test("EntryHelper.await() calls async functions as a part of the task", () =>
  virtually(function* () {
    const { await: wait } = bound(helper());
    const name = currentTask()!.getName();
    const seen = yield* wait(async () => {
      await sleep(1);
      return currentTask()!.getName();
    });
    assertEquals(seen, name);
  }));

test("EntryHelper.value() awaits promises, and gives all else as it is", () =>
  virtually(function* () {
    const { value } = bound(helper());
    assertEquals(yield* value(() => Promise.resolve(1)), 1);
    const task = createTask(sleep(1));
    assertEquals((yield* value(() => task)) === task, true);
    const sync = new EntryHelper(new Scope({}), false).value(() => 2).next();
    assertEquals(sync, { done: true, value: 2 });
  }));

test("EntryHelper.delegate() is yield* for async functions, and awaits no result", () =>
  virtually(function* () {
    const tools = helper();
    const task = createTask(sleep(1));
    const { await: wait } = bound(tools);
    const isTask = yield* wait(async () => {
      function* work() {
        yield* sleep(1);
        return task;
      }
      await tools.delegate();
      return (await tools.delegate(work())).value instanceof Task;
    });
    assertEquals(isTask, true);
  }));

test({
  name: "EntryHelper.interruptPromises() fails the promises that are waited for",
  ...needs("asyncIdentity"),
  async fn() {
    const tools = helper();
    assertEquals(tools.interruptPromises(new CancelledError()), false);
    await assertRejects(
      () =>
        virtually(function* () {
          setTimeout(() => tools.interruptPromises(new CancelledError("now")), 1);
          yield* tools.await(() => new Promise(() => {}));
        }),
      CancelledError,
      "now",
    );
    assertEquals(tools.interruptPromises(new CancelledError()), false);
  },
});

test("EntryHelper.exports() refuses names that a module has not", () => {
  const module = helper().exports({ here: 1 });
  assertEquals(Reflect.get(module, "here"), 1);
  assertThrows(() => Reflect.get(module, "gone"), SyntaxError, "export named 'gone'");
});

test("AsyncSteps goes through async iterables and others, and closes them once", () =>
  virtually(function* () {
    const log: unknown[] = [];
    const source = {
      n: 0,
      [Symbol.asyncIterator]() {
        return this;
      },
      next() {
        return sleep(1, { done: this.n === 3, value: this.n++ });
      },
      return() {
        log.push("closed");
        return sleep(1, { done: true, value: undefined });
      },
    };
    const steps = helper().steps();
    steps.open(source as unknown as AsyncIterable<unknown>);
    assertEquals([yield* steps.next(), steps.value], [true, 0]);
    yield* steps.close();
    yield* steps.close();
    assertEquals(log, ["closed"]);
    const sync = helper().steps();
    sync.open([sleep(1, "a")]);
    assertEquals([yield* sync.next(), sync.value, yield* sync.next()], [true, "a", false]);
    yield* sync.close();
  }));

test("AsyncSteps lets the loop's error win over one of closing", () =>
  virtually(function* () {
    const error = new Error("of closing");
    const source = {
      [Symbol.iterator]: () => source,
      next: () => ({ done: false, value: 1 }),
      return() {
        throw error;
      },
    };
    for (const hasFailed of [false, true]) {
      const steps = helper().steps();
      steps.open(source as Iterable<unknown>);
      yield* steps.next();
      if (hasFailed) steps.fail(new Error("of the loop"));
      let thrown: unknown;
      try {
        yield* steps.close();
      } catch (closing) {
        thrown = closing;
      }
      assertEquals(thrown, hasFailed ? undefined : error);
    }
  }));

function bound(tools: EntryHelper) {
  return {
    await: (expression: () => unknown) => tools.await(expression),
    value: (expression: () => unknown) => tools.value(expression),
  };
}
