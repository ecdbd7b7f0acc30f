// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { CALLING } from "../../lib/coroutine/awaitable.ts";
import { CallFrame, stepsOf } from "../../lib/coroutine/call_frame.ts";
import {
  Awaitable,
  awaitable,
  createTask,
  currentTask,
  newEventLoop,
  sleep,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Asks a frame for its call, as a task does. */
function askFor(frame: CallFrame): CallFrame {
  const asked = frame.next() as unknown;
  assertStrictEquals(asked, CALLING);
  const value = CALLING.value;
  CALLING.value = undefined;
  assertStrictEquals(value, frame);
  return frame;
}

test("a CallFrame asks for its call before anything else", () => {
  let calls = 0;
  const frame = new CallFrame(() => ++calls);
  assertEquals(calls, 0);
  assertEquals(askFor(frame).call(), null);
  assertEquals([calls, frame.next()], [1, { done: true, value: 1 }]);
});

test("a CallFrame throws what a plain function throws", () => {
  const error = new RangeError("no");
  const frame = new CallFrame(() => {
    throw error;
  });
  assertEquals(askFor(frame).call(), null);
  assertStrictEquals(assertThrows(() => frame.next()), error);
});

/* generator only */
test("a CallFrame hands on what the coroutine that came back yields, and takes", () => {
  const log: unknown[] = [];
  const frame = new CallFrame<string>(function* () {
    try {
      yield;
      log.push("resumed");
      yield;
    } catch (error) {
      log.push(error);
    } finally {
      log.push("finally");
    }
    return "end";
  });
  assertEquals(askFor(frame).call(), null);
  assertEquals(frame.next(), { done: false, value: undefined });
  assertEquals(frame.next(), { done: false, value: undefined });
  assertEquals(frame.throw("thrown"), { done: true, value: "end" });
  assertEquals(log, ["resumed", "thrown", "finally"]);
});

/* generator only */
test("a CallFrame that is left leaves its coroutine", () => {
  const log: string[] = [];
  const frame = new CallFrame(function* () {
    try {
      yield;
    } finally {
      log.push("left");
    }
  });
  askFor(frame).call();
  frame.next();
  frame.return();
  assertEquals(log, ["left"]);
});

test("a CallFrame takes the outcome of the promise that came back", () => {
  const promise = Promise.resolve("p");
  const good = new CallFrame<string>(() => promise);
  assertStrictEquals(askFor(good).call(), promise);
  good.fulfill("value");
  assertEquals(good.next(), { done: true, value: "value" });
  const bad = new CallFrame<string>(() => promise);
  askFor(bad).call();
  const error = new RangeError("no");
  bad.reject(error);
  assertStrictEquals(assertThrows(() => bad.next()), error);
});

test("stepsOf() finds the iterator of coroutines and awaitables, and of nothing else", () => {
  const end = { done: true, value: 1 } as const;
  class Kettle extends Awaitable<number> {
    readonly steps = { next: () => end };
    [awaitable]() {
      return this.steps;
    }
  }
  function* coroutine() {}
  const generator = coroutine();
  const kettle = new Kettle();
  const teapot = { [awaitable]: () => kettle.steps };
  const loop = newEventLoop();
  const future = loop.createFuture();
  if (typeof (generator as { next?: unknown }).next === "function") {
    assertEquals(stepsOf(generator) === generator as unknown, true);
  }
  assertStrictEquals<unknown>(stepsOf(kettle)?.next(), end);
  assertStrictEquals<unknown>(stepsOf(teapot), kettle.steps);
  assertStrictEquals<unknown>(stepsOf(future), future);
  assert(stepsOf(sleep(0)) !== null);
  for (const value of [42, "x", null, undefined, [], {}, Promise.resolve(), () => {}]) {
    assertEquals(stepsOf(value), null);
  }
  loop.close();
});

test("functions called on a task's behalf run in it, nested as they may be", async () => {
  await virtually(function* () {
    const main = currentTask();
    const seen: boolean[] = [];
    const look = () => seen.push(currentTask() === main);
    const result = yield* waitFor(() => {
      look();
      return waitFor(async () => {
        look();
        await sleep(1);
        look();
        return await waitFor(function* () {
          look();
          yield* sleep(1);
          look();
          return "bottom";
        }, 10);
      }, 10);
    }, 10);
    assertEquals([result, seen], ["bottom", Array(5).fill(true)]);
  });
});

test("a function that returns another awaitable is awaited to the value", async () => {
  await virtually(function* () {
    const task = createTask(() => waitFor(() => sleep(1, "value"), 5));
    yield* wait([task]);
    assertEquals(task.result(), "value");
  });
});
