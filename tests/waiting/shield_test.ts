// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  ContextVar,
  createTask,
  Future,
  gather,
  getRunningLoop,
  RuntimeError,
  shield,
  sleep,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("shield() hands on the result", async () => {
  await virtually(function* () {
    const inner = new Future<number>();
    const outer = shield(inner);
    getRunningLoop().callLater(1, () => inner.setResult(42));
    assertEquals([outer === inner, yield* outer], [false, 42]);
    assertEquals(yield* shield(sleep(1, "coroutine")), "coroutine");
    assertEquals(yield* shield(() => sleep(1, "function")), "function");
  });
});

test("shield() hands on the very error", async () => {
  await virtually(function* () {
    const inner = new Future();
    const outer = shield(inner);
    const error = new RangeError("no");
    inner.setException(error);
    yield* wait([outer]);
    assertStrictEquals(outer.exception(), error);
  });
});

test("shield() of a future that is done is that future", async () => {
  await virtually(function* () {
    const inner = new Future<number>();
    inner.setResult(1);
    assertStrictEquals(shield(inner), inner);
    yield* sleep(0);
  });
});

test("shield() is cancelled where what it shields is", async () => {
  await virtually(function* () {
    const inner = new Future();
    const outer = shield(inner);
    inner.cancel("inner's");
    yield* sleep(0);
    assertEquals(outer.cancelled(), true);
    // The message stays with the inner one, in CPython as here.
    assertEquals(assertThrows(() => outer.result(), CancelledError).message, "");
  });
});

test("a shield that is cancelled lets what it shields go on", async () => {
  await virtually(function* () {
    const inner = new Future<number>();
    const outer = shield(inner);
    assertEquals([outer.cancel("outer's"), outer.cancelled()], [true, true]);
    yield* sleep(0);
    assertEquals([inner.cancelled(), inner.done()], [false, false]);
    inner.setResult(1);
    yield* sleep(0);
    assertEquals(assertThrows(() => outer.result(), CancelledError).message, "outer's");
  });
});

test("a task cancelled in a shield stops waiting, and the work is done all the same", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const work = createTask(function* () {
      yield* sleep(2);
      log.push(`work done at ${getRunningLoop().time()}`);
      return "result";
    });
    const task = createTask(function* () {
      try {
        yield* shield(work);
      } catch (error) {
        log.push(`${error} at ${getRunningLoop().time()}`);
        throw error;
      }
    });
    yield* sleep(1);
    task.cancel("leave it");
    yield* wait([task]);
    assertEquals([task.cancelled(), work.done(), yield* work], [true, false, "result"]);
  });
  assertEquals(log, ["CancelledError: leave it at 1", "work done at 2"]);
});

test("a coroutine in a shield goes on as a task though nobody keeps it", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(function* () {
      yield* shield(function* () {
        yield* sleep(2);
        log.push("done");
      });
    });
    yield* sleep(1);
    task.cancel();
    yield* sleep(5);
  });
  assertEquals(log, ["done"]);
});

test("each shield() of one future is a future of its own", async () => {
  await virtually(function* () {
    const inner = new Future<string>();
    const [first, second] = [shield(inner), shield(inner)];
    first.cancel();
    inner.setResult("x");
    assertEquals([yield* second, first.cancelled()], ["x", true]);
  });
});

test("shield() of a gathering keeps a cancellation off all children", async () => {
  await virtually(function* () {
    const children = [createTask(sleep(2, "a")), createTask(sleep(3, "b"))];
    const all = gather(children);
    const outer = shield(all);
    yield* sleep(1);
    outer.cancel();
    assertEquals(yield* all, ["a", "b"]);
  });
});

test("gather() of shields that is cancelled is over at once, without their results", async () => {
  await virtually(function* () {
    const children = [new Future<string>(), new Future<string>()];
    const all = gather(children.map((child) => shield(child)));
    all.cancel();
    yield* wait([all]);
    assert(all.exception() instanceof CancelledError);
    for (const child of children) child.setResult("late");
    yield* sleep(0);
    assertEquals(children.map((child) => child.result()), ["late", "late"]);
  });
});

test("an error behind a shield that was cancelled is reported, once", async () => {
  await virtually(function* () {
    const inner = new Future();
    const outers = [shield(inner), shield(inner), shield(inner)];
    for (const outer of outers) outer.cancel();
    yield* sleep(0);
    inner.setException(new RangeError("lost otherwise"));
    yield* sleep(0);
  }, { reports: ["RangeError exception in shielded future"] });
});

test("a result or a cancellation behind a shield that was cancelled is no news", async () => {
  await virtually(function* () {
    const [good, cancelled] = [new Future(), new Future()];
    for (const inner of [good, cancelled]) shield(inner).cancel();
    yield* sleep(0);
    good.setResult(1);
    cancelled.cancel();
    yield* sleep(0);
  });
});

test("a shield that somebody finished by hand stays as it is", async () => {
  await virtually(function* () {
    const outer = shield(sleep(1, "inner"));
    outer.setResult("by hand");
    yield* sleep(2);
    assertEquals(outer.result(), "by hand");
  });
});

test("shield() calls by name what it adds to both futures", async () => {
  await virtually(function* () {
    const inner = new Future();
    const outer = shield(inner);
    assertEquals(
      `${inner} ${outer}`,
      "<Future pending cb=[innerDone()]> <Future pending cb=[outerDone()]>",
    );
    yield* sleep(0);
  });
});

test("shield() refuses what cannot be awaited, and a coroutine without a loop", async () => {
  const nap = sleep(0);
  assertThrows(() => shield(nap), RuntimeError, "There is no current event loop");
  await virtually(function* () {
    assertThrows(
      () => shield(42 as never),
      TypeError,
      "An asyncio.Future, a coroutine or an awaitable is required, got 42 (number)",
    );
    yield* nap;
  });
});

test("shield() reports an error that comes too late in the context of the task that it shields", async () => {
  const user = new ContextVar("user", { default: "nobody" });
  const seen: string[] = [];
  await virtually(function* () {
    getRunningLoop().setExceptionHandler(() => seen.push(user.get()));
    const outer = shield(function* () {
      user.set("ann");
      yield* sleep(1);
      throw new RangeError("too late");
    });
    yield* sleep(0);
    outer.cancel();
    yield* sleep(2);
    assertEquals(user.get(), "nobody");
  });
  assertEquals(seen, ["ann"]);
});

test("in debug mode the report of a shielded error tells where the future was made", async () => {
  const keys: string[][] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.setDebug(true);
    loop.setExceptionHandler((_loop, context) => keys.push(Object.keys(context)));
    const inner = loop.createFuture();
    shield(inner).cancel();
    yield* sleep(0);
    inner.setException(new TypeError("x"));
    yield* sleep(0);
  });
  assertEquals(keys, [["message", "exception", "future", "sourceTraceback"]]);
});
