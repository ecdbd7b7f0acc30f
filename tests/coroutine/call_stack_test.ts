import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import type { Suspension } from "../../lib/coroutine/awaitable.ts";
import {
  asyncContextManager,
  asyncWith,
  Awaitable,
  awaitable,
  CancelledError,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  createTask,
  Future,
  getRunningLoop,
  sleep,
  timeout,
  TimeoutError,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A coroutine() object that awaits itself to a depth, and runs something at the bottom. */
const dive: <T>(depth: number, bottom: () => Awaitable<T>) => Coroutine<T> = coroutine(
  function* <T>(depth: number, bottom: () => Awaitable<T>): CoroutineObject<T> {
    return depth > 1 ? yield* dive(depth - 1, bottom) : yield* bottom();
  },
) as never;

test("coroutine() objects that await one another hand results up, before and after a wait", () =>
  virtually(function* () {
    const add = coroutine(function* (n: number): CoroutineObject<number> {
      if (n === 0) return 0;
      if (n % 3 === 0) yield* sleep(1);
      const rest = yield* add(n - 1);
      if (n % 2 === 0) yield* sleep(0);
      return n + rest + (yield* add(0));
    });
    assertEquals(yield* add(40), 820);
    assertEquals(yield* add(7), 28);
  }));

test("a deep coroutine() object takes as many turns of the loop as a flat one", () =>
  virtually(function* () {
    const log: string[] = [];
    const work = (name: string) =>
      coroutine(function* () {
        for (let i = 0; i < 3; i++) {
          log.push(name + i);
          yield* sleep(0);
        }
      });
    const tasks = [
      createTask(dive(1, work("a"))),
      createTask(dive(20, work("b"))),
      createTask(work("c")),
    ];
    for (const task of tasks) yield* task;
    assertEquals(log.join(" "), "a0 b0 c0 a1 b1 c1 a2 b2 c2");
  }));

test("what stands above is not resumed while the innermost switches", () =>
  virtually(function* () {
    let asked = 0;
    class Counting extends Awaitable<void> {
      [awaitable](): Iterator<Suspension, void, unknown> {
        const steps = dive(3, () => switches())[Symbol.iterator]();
        return { next: () => (asked++, steps.next()) };
      }
    }
    const switches = coroutine(function* () {
      for (let i = 0; i < 100; i++) yield* sleep(0);
    });
    const outer = coroutine(function* () {
      yield* new Counting();
    });
    yield* outer();
    assertEquals(asked, 2);
  }));

test("an error goes up from coroutine() object to coroutine() object, and may be caught on the way", () =>
  virtually(function* () {
    const log: string[] = [];
    const error = new RangeError("deep");
    const fail = coroutine(function* () {
      yield* sleep(1);
      throw error;
    });
    const middle = coroutine(function* () {
      try {
        yield* dive(3, () => fail());
      } catch (caught) {
        assertStrictEquals(caught, error);
        log.push("caught");
        yield* sleep(1);
        log.push("went on");
      }
      return yield* dive(2, () => sleep(1, "then"));
    });
    assertEquals(yield* dive(3, () => middle()), "then");
    assertEquals(log, ["caught", "went on"]);
  }));

test("the error of a future that the innermost awaits goes the same way", () =>
  virtually(function* () {
    const future = new Future<string>();
    getRunningLoop().callLater(1, () => future.setException(new RangeError("no")));
    const guarded = coroutine(function* () {
      try {
        return yield* dive(4, () => future);
      } catch (error) {
        yield* sleep(1);
        return `${error}`;
      }
    });
    assertEquals(yield* dive(4, () => guarded()), "RangeError: no");
  }));

test("a cancellation runs the clean-up from the innermost outwards, waits included", () =>
  virtually(function* () {
    const log: string[] = [];
    const careful = coroutine(function* (depth: number): CoroutineObject<void> {
      try {
        if (depth === 0) yield* sleep(100);
        else yield* careful(depth - 1);
      } finally {
        yield* sleep(0.1);
        log.push(`clean ${depth}`);
      }
    });
    const task = createTask(careful(3));
    yield* sleep(1);
    task.cancel();
    yield* sleep(1);
    assertEquals(log, ["clean 0", "clean 1", "clean 2", "clean 3"]);
    assertEquals(task.cancelled(), true);
  }));

test("a cancellation that is refused leaves all as it was", () =>
  virtually(function* () {
    const stubborn = coroutine(function* () {
      try {
        yield* sleep(100);
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
      }
      yield* sleep(1);
      yield* sleep(0);
      return "stayed";
    });
    const task = createTask(dive(5, () => stubborn()));
    yield* sleep(1);
    task.cancel();
    assertEquals(yield* task, "stayed");
  }));

test("a cancellation reaches what steps aside or has yielded nonsense, at any depth", () =>
  virtually(function* () {
    const log: unknown[] = [];
    const work = coroutine(function* () {
      try {
        yield;
      } catch (error) {
        log.push((error as Error).name);
      }
      try {
        yield 42 as never;
      } catch (error) {
        log.push((error as Error).name);
      }
      return "done";
    });
    const task = createTask(dive(3, () => work()));
    yield* sleep(0);
    task.cancel();
    assertEquals(yield* task, "done");
    assertEquals(log, ["CancelledError", "RuntimeError"]);
  }));

test("a timeout ends a deep coroutine() object", () =>
  virtually(function* () {
    const result = yield* timeout(1, function* () {
      try {
        yield* timeout(0.5, () => dive(10, () => sleep(5)));
      } catch (error) {
        return error instanceof TimeoutError;
      }
      return false;
    });
    assertEquals(result, true);
  }));

test("context managers between coroutine() objects are left in order", () =>
  virtually(function* () {
    const log: string[] = [];
    const scope = asyncContextManager(function* (name: string) {
      yield* dive(2, () => sleep(1));
      log.push(`enter ${name}`);
      try {
        yield name;
      } finally {
        yield* dive(2, () => sleep(1));
        log.push(`exit ${name}`);
      }
    });
    const inner = coroutine(function* () {
      return yield* asyncWith(scope("b"), function* (name) {
        yield* dive(3, () => sleep(1));
        return name;
      });
    });
    const outer = coroutine(function* () {
      return yield* asyncWith(scope("a"), () => dive(2, () => inner()));
    });
    assertEquals(yield* outer(), "b");
    assertEquals(log, ["enter a", "enter b", "exit b", "exit a"]);
  }));

test("coroutine() objects and async functions nest in each other", () =>
  virtually(async () => {
    const flat = coroutine(async function (n: number) {
      await sleep(1);
      return n + (await dive(3, () => sleep(1, 1)));
    });
    const deep = coroutine(function* (n: number): CoroutineObject<number> {
      const one = yield* flat(n);
      yield* sleep(0);
      return one + (n > 0 ? yield* deep(n - 1) : 0);
    });
    assertEquals(await deep(4), 15);
    assertEquals(await createTask(() => dive(2, () => deep(1))), 3);
  }));

test("what an async function drops is closed from the innermost outwards", () =>
  virtually(async () => {
    const log: string[] = [];
    const careful = coroutine(function* (depth: number): CoroutineObject<void> {
      try {
        if (depth === 0) yield* sleep(100);
        else yield* careful(depth - 1);
      } finally {
        log.push(`close ${depth}`);
      }
    });
    await createTask(async () => {
      await Promise.race([careful(2), sleep(1)]);
    });
    assertEquals(log, ["close 0", "close 1", "close 2"]);
  }));

test({
  name: "getStack() of a task tells of all its coroutine() objects",
  ...needs("sources"),
  fn: () =>
    virtually(function* () {
      const inner = coroutine(function* deepest() {
        yield* sleep(1);
        yield* sleep(100);
      });
      const outer = coroutine(function* highest() {
        yield* inner();
      });
      const task = createTask(outer());
      yield* sleep(2);
      assertEquals(task.getStack().map(({ name }) => name), ["highest", "deepest", "sleep"]);
      yield* sleep(1);
      assertEquals(task.done(), false);
      task.cancel();
    }),
});

test({
  name: "an error's stack names the coroutine() objects that awaited who threw it, once each",
  // In one file with the module, as a page has it, the user's frames cannot be told apart.
  ...needs("files"),
  fn: () =>
    virtually(function* () {
      const thrower = coroutine(function* thrower() {
        yield* sleep(1);
        throw new RangeError("here");
      });
      const middle = coroutine(function* middle() {
        yield* thrower();
      });
      const outer = coroutine(function* outer() {
        try {
          yield* middle();
        } catch (error) {
          return (error as Error).stack ?? "";
        }
        return "";
      });
      const names = [...(yield* outer()).matchAll(/at (thrower|middle|outer) \(/g)];
      assertEquals(names.map(([, name]) => name), ["thrower", "middle", "outer"]);
    }),
});

test({
  name:
    "a coroutine() object that awaits itself for ever ends by a RangeError, and not the process",
  // It takes its while, and some hundred megabytes.
  ...needs("deno"),
  fn: () =>
    virtually(function* () {
      const forever: () => Coroutine<never> = coroutine(function* (): CoroutineObject<never> {
        return yield* forever();
      });
      try {
        yield* forever();
      } catch (error) {
        assertInstanceOf(error, RangeError);
        return;
      }
      throw new Error("no error");
    }),
});
