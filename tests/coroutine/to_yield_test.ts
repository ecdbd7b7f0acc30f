import { assertEquals } from "@std/assert";
import { createTask, runVirtual, sleep, wait } from "../../mod.ts";
import { type Resumption, ToYield, type YieldingGenerator } from "../../lib/coroutine/to_yield.ts";
import { test } from "../_support/harness.ts";

function drive(generator: YieldingGenerator, method: Resumption["method"], value?: unknown) {
  const steps = new ToYield(generator, { method, value });
  return { [Symbol.iterator]: () => steps };
}

function* helper(text: string) {
  yield* sleep(1);
  return text;
}

function* body(log: unknown[]): YieldingGenerator {
  try {
    log.push(yield yield* helper("first"));
    log.push(yield yield* helper("second"));
  } catch (error) {
    yield* sleep(1);
    log.push(`${error}`);
    yield "caught";
  } finally {
    log.push("finally");
  }
  return "end";
}

test("ToYield awaits what the generator awaits, and ends with what it yields", () => {
  const log: unknown[] = [];
  const results = runVirtual(function* () {
    const generator = body(log);
    return [
      yield* drive(generator, "next"),
      yield* drive(generator, "next", "one"),
      yield* drive(generator, "next", "two"),
      yield* drive(generator, "next"),
    ];
  });
  assertEquals(results, [
    { done: false, value: "first" },
    { done: false, value: "second" },
    { done: true, value: "end" },
    { done: true, value: undefined },
  ]);
  assertEquals(log, ["one", "two", "finally"]);
});

test("ToYield resumes by throw() and by return(), too", () => {
  const log: unknown[] = [];
  const results = runVirtual(function* () {
    const [thrown, left] = [body(log), body(log)];
    yield* drive(thrown, "next");
    yield* drive(left, "next");
    return [
      yield* drive(thrown, "throw", new RangeError("no")),
      yield* drive(left, "return", "left"),
    ];
  });
  assertEquals(results, [{ done: false, value: "caught" }, { done: true, value: "left" }]);
  assertEquals(log, ["RangeError: no", "finally"]);
});

test("ToYield throws a cancellation in where the generator waits", () => {
  const log: unknown[] = [];
  runVirtual(function* () {
    const task = createTask(function* () {
      return yield* drive(body(log), "next");
    });
    yield* sleep(0.5);
    task.cancel("why");
    yield* wait([task]);
    assertEquals(task.result(), { done: false, value: "caught" });
  });
  assertEquals(log, ["CancelledError: why"]);
});

test("ToYield that is left closes the generator", () => {
  const log: unknown[] = [];
  const generator = body(log);
  const steps = new ToYield(generator, { method: "next", value: undefined });
  runVirtual(function* () {
    const first = yield* { [Symbol.iterator]: () => steps };
    assertEquals(first, { done: false, value: "first" });
  });
  steps.return();
  assertEquals([log, generator.next()], [["finally"], { done: true, value: undefined }]);
});
