import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { parseStack } from "../../lib/base/stack.ts";
import { throwInto } from "../../lib/kernel/injection.ts";
import { createTask, getRunningLoop, runVirtual, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("throwInto() throws at the suspension, or on where there is no way in", () => {
  const error = new RangeError("no");
  const generator = (function* () {
    try {
      yield;
      return "nothing";
    } catch (thrown) {
      return thrown;
    }
  })();
  generator.next();
  assertEquals(throwInto(generator, error), { done: true, value: error });
  const deaf = { next: () => ({ done: false, value: undefined }) };
  assertStrictEquals(assertThrows(() => throwInto(deaf, error)), error);
});

/** The names of the test's own frames in an error's stack, innermost first. */
function namesIn(error: unknown, ...names: string[]): string[] {
  return parseStack((error as Error).stack!).map(({ name }) => name)
    .filter((name) => names.includes(name));
}

test("in debug mode a CancelledError thrown in from outside tells of all coroutines it comes up through", () => {
  const caught: string[][] = [];
  runVirtual(function* () {
    getRunningLoop().setDebug(true);
    function* innermost() {
      // Nothing is waited for that could be cancelled: the error comes with the task's next step.
      yield* sleep(0);
    }
    function* middle() {
      yield* innermost();
    }
    const task = createTask(function* outermost() {
      try {
        yield* middle();
      } catch (error) {
        caught.push(namesIn(error, "innermost", "middle", "outermost"));
      }
    });
    yield;
    task.cancel();
    yield* sleep(1);
  });
  assertEquals(caught, [["innermost", "middle", "outermost"]]);
});

test("in debug mode a CancelledError that comes from what was waited for does, too", () => {
  const caught: string[][] = [];
  runVirtual(function* () {
    getRunningLoop().setDebug(true);
    function* innermost() {
      yield* sleep(60);
    }
    const task = createTask(function* outermost() {
      try {
        yield* innermost();
      } catch (error) {
        caught.push(namesIn(error, "innermost", "outermost"));
      }
    });
    yield;
    task.cancel();
    yield* sleep(1);
  });
  assertEquals(caught, [["innermost", "outermost"]]);
});

test("an error that a coroutine's user throws in keeps its own stack", () => {
  const error = new RangeError("made here");
  const before = error.stack;
  const coroutine = (function* () {
    yield* sleep(60);
  })();
  const loopless = assertThrows(() => coroutine.throw(error), RangeError);
  assertStrictEquals(loopless.stack, before);
});
