import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { CALLING } from "../../lib/coroutine/awaitable.ts";
import { CallFrame } from "../../lib/coroutine/call_frame.ts";
import {
  badWaiting,
  badYield,
  coroutineSteps,
  markUsed,
  takeFrame,
} from "../../lib/kernel/coroutine_steps.ts";
import { newEventLoop, RuntimeError, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("coroutineSteps() of a generator object is itself, until a task was made of it", () => {
  const generator = (function* () {
    yield;
  })();
  assertStrictEquals<unknown>(coroutineSteps(generator), generator);
  assertStrictEquals<unknown>(coroutineSteps(generator), generator);
  markUsed(generator);
  assertEquals(Object.keys(generator), []);
  const again = coroutineSteps(generator);
  assertThrows(() => again.next(), RuntimeError, "cannot reuse already awaited coroutine");
});

test("coroutineSteps() of functions and lazy objects ask for a call", () => {
  for (const coro of [() => 1, sleep(0)]) {
    assertStrictEquals<unknown>(coroutineSteps(coro).next(), CALLING);
    assertEquals(takeFrame() instanceof CallFrame, true);
  }
});

test("coroutineSteps() refuses what is no coroutine", () => {
  for (const value of [42, null, undefined, "x", {}, Promise.resolve(), [].values()]) {
    assertThrows(() => coroutineSteps(value), TypeError, "a coroutine was expected, got ");
  }
});

test("takeFrame() leaves nothing behind that would keep an object alive", () => {
  const frame = new CallFrame(() => {});
  frame.next();
  assertStrictEquals(takeFrame(), frame);
  assertEquals(CALLING.value, undefined);
});

test("badWaiting() tells another loop's future from the task itself", () => {
  const [loop, other] = [newEventLoop(), newEventLoop()];
  const task = loop.createFuture();
  assertEquals(
    badWaiting(task, other.createFuture()).message,
    "Task <Future pending> got Future <Future pending> attached to a different loop",
  );
  assertEquals(badWaiting(task, task).message, "Task cannot await on itself: <Future pending>");
  for (const each of [loop, other]) each.close();
});

test("badYield() tells what should have stood there", () => {
  const loop = newEventLoop();
  const task = loop.createFuture();
  const cases: [unknown, string][] = [
    [
      loop.createFuture(),
      "yield was used instead of yield* in task <Future pending> with <Future pending>",
    ],
    [
      (function* () {})(),
      "yield was used instead of yield* for generator in task <Future pending> with <generator object>",
    ],
    [
      sleep(1),
      "yield was used instead of yield* in task <Future pending> with <coroutine object sleep>",
    ],
    [
      42,
      "Task got bad yield: 42, expected yield* of something awaitable, such as fromPromise(promise)",
    ],
  ];
  for (const [value, message] of cases) {
    const error = badYield(task, value);
    assertEquals([error instanceof RuntimeError, error.message], [true, message]);
  }
  loop.close();
});
