// kinds: generator, async
import { assertEquals } from "@std/assert";
import {
  asyncGenerator,
  type AsyncGeneratorObject,
  type Coroutine,
  createTask,
  sleep,
  ValueError,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Gives 1 and 2, and waits a second before each and at its end. */
const two = asyncGenerator(function* countToTwo(log: unknown[]) {
  try {
    yield* sleep(1);
    log.push(yield 1);
    yield* sleep(1);
    log.push(yield 2);
  } catch (error) {
    log.push(error);
    throw error;
  } finally {
    yield* sleep(1);
    log.push("finally");
  }
});

/** What awaiting gives, or the error it throws, in words. */
function* outcomeOf(awaited: Coroutine<unknown>) {
  try {
    return yield* awaited;
  } catch (error) {
    return `${error}`;
  }
}

for (const method of ["asend", "athrow", "aclose"] as const) {
  const call = (generator: AsyncGeneratorObject): Coroutine<unknown> => {
    switch (method) {
      case "asend":
        return generator.asend();
      case "athrow":
        return generator.athrow(new ValueError("thrown"));
      case "aclose":
        return generator.aclose();
    }
  };

  test(`a task of ${method}() that is cancelled before its first step throws into the generator`, async () => {
    const log: unknown[] = [];
    await virtually(function* () {
      const generator = two(log);
      yield* generator.asend();
      const task = createTask(call(generator));
      task.cancel("early");
      yield* wait([task]);
      assertEquals([task.cancelled(), String(log[0])], [true, "CancelledError: early"]);
      assertEquals([log[1], yield* outcomeOf(generator.asend())], [
        "finally",
        "StopAsyncIteration",
      ]);
    });
  });

  /* generator only */
  test(`${method}() that is closed before it is begun closes the generator`, async () => {
    const log: unknown[] = [];
    const kept = asyncGenerator(function* () {
      try {
        yield 1;
      } finally {
        log.push("finally");
      }
    });
    await virtually(function* () {
      const generator = kept();
      yield* generator.asend();
      call(generator).close();
      assertEquals(log, ["finally"]);
      assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
    });
  });
}

test("waitFor() without time ends a generator whose item it does not wait for", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    yield* generator.asend();
    assertEquals(yield* outcomeOf(waitFor(generator.asend(), 0)), "TimeoutError");
    assertEquals([String(log[0]), log[1]], ["CancelledError", "finally"]);
  });
});
