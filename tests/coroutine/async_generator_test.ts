// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  anext,
  asyncGenerator,
  AsyncGeneratorObject,
  Awaitable,
  awaitable,
  type Coroutine,
  createTask,
  currentTask,
  GeneratorExit,
  getRunningLoop,
  RuntimeError,
  sleep,
  StopAsyncIteration,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Throws, where a statement may not: in a `finally`. */
function fail(error: Error): never {
  throw error;
}

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

// Items

test("asyncGenerator() makes a generator that waits and gives items", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    assert(generator instanceof AsyncGeneratorObject);
    assertEquals(yield* generator.asend(), 1);
    assertEquals(yield* generator.asend(), 2);
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
    assertEquals(getRunningLoop().time(), 3);
  });
  assertEquals(log, [undefined, undefined, "finally"]);
});

test("asend() gives the yield its value", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    yield* generator.asend();
    assertEquals(yield* generator.asend("one"), 2);
    assertEquals(yield* outcomeOf(generator.asend("two")), "StopAsyncIteration");
    assertEquals(yield* outcomeOf(generator.asend("late")), "StopAsyncIteration");
  });
  assertEquals(log, ["one", "two", "finally"]);
});

test("asend() of a value to one that was not begun is a TypeError, and does not begin it", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    assertEquals(
      yield* outcomeOf(generator.asend("early")),
      "TypeError: can't send non-None value to a just-started async generator",
    );
    assertEquals([yield* generator.asend(), log], [1, []]);
    yield* generator.aclose();
  });
});

test("asend() of null, which is None, begins a generator", async () => {
  await virtually(function* () {
    const generator = two([]);
    assertEquals(yield* generator.asend(null), 1);
    yield* generator.aclose();
  });
});

test("a bare yield in what asyncGenerator()'s function awaits is no item", async () => {
  class Turns extends Awaitable<string> {
    *[awaitable]() {
      yield;
      yield;
      return "two turns";
    }
  }
  const told = asyncGenerator(function* () {
    yield yield* new Turns();
    yield 1;
  });
  await virtually(function* () {
    const generator = told();
    assertEquals([yield* generator.asend(), yield* generator.asend()], ["two turns", 1]);
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
  });
});

test("a bare yield gives undefined", async () => {
  const blank = asyncGenerator(function* () {
    yield;
    yield* sleep(1);
    yield undefined;
  });
  await virtually(function* () {
    const generator = blank();
    assertEquals([yield* generator.asend(), yield* generator.asend()], [undefined, undefined]);
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
  });
});

test("a generator runs in the task that asks for the item", async () => {
  const tasks: unknown[] = [];
  const watching = asyncGenerator(function* () {
    while (true) {
      yield* sleep(1);
      tasks.push(currentTask()?.getName());
      yield 0;
    }
  });
  await virtually(function* () {
    const generator = watching();
    for (const name of ["a", "b"]) yield* createTask(() => anext(generator), { name });
    yield* generator.aclose();
  });
  assertEquals(tasks, ["a", "b"]);
});

test("asyncGenerator() hands on this and the arguments", async () => {
  class Pages {
    readonly sizes = [1, 2];
    readonly read = asyncGenerator(function* (this: Pages, factor: number) {
      for (const size of this.sizes) yield size * factor;
    });
  }
  await virtually(function* () {
    const generator = new Pages().read(10);
    assertEquals([yield* generator.asend(), yield* generator.asend()], [10, 20]);
    yield* generator.aclose();
  });
});

/* async only */
test("for await iterates, and closes the generator when it is left", async () => {
  const log: unknown[] = [];
  await virtually(async () => {
    for await (const item of two(log)) log.push(`item ${item}`);
    assertEquals(log.splice(0), ["item 1", undefined, "item 2", undefined, "finally"]);
    for await (const item of two(log)) {
      log.push(`item ${item}`);
      break;
    }
  });
  // JavaScript's way of closing throws nothing.
  assertEquals(log, ["item 1", "finally"]);
});

test("next(), throw() and return() are JavaScript's", async () => {
  const log: unknown[] = [];
  const all = asyncGenerator(function* () {
    try {
      log.push(yield "a");
      yield "b";
    } catch (error) {
      log.push(`${error}`);
      yield "c";
    }
    return "end";
  });
  type Result = Coroutine<unknown>;
  await virtually(function* () {
    const generator = all();
    assertEquals(yield* generator.next() as never as Result, { done: false, value: "a" });
    assertEquals(yield* generator.next("sent") as never as Result, { done: false, value: "b" });
    const error = new RangeError("no");
    assertEquals(yield* generator.throw(error) as never as Result, { done: false, value: "c" });
    assertEquals(yield* generator.next() as never as Result, { done: true, value: "end" });
    assertEquals(yield* generator.next() as never as Result, { done: true, value: undefined });
    assertEquals(yield* generator.return("x") as never as Result, { done: true, value: "x" });
    assertEquals(yield* outcomeOf(generator.throw(error) as never), "RangeError: no");
  });
  assertEquals(log, ["sent", "RangeError: no"]);
});

// Errors

test("athrow() throws at the yield, and gives the next item", async () => {
  const log: unknown[] = [];
  const patient = asyncGenerator(function* () {
    while (true) {
      try {
        yield "item";
      } catch (error) {
        if (error instanceof GeneratorExit) throw error;
        yield* sleep(1);
        yield `caught ${error}`;
      }
    }
  });
  await virtually(function* () {
    const generator = patient();
    yield* generator.asend();
    assertEquals(yield* generator.athrow(new RangeError("no")), "caught RangeError: no");
    assertEquals(yield* generator.asend(), "item");
    yield* generator.aclose();
    const other = two(log);
    yield* other.asend();
    assertEquals(yield* outcomeOf(other.athrow(new RangeError("no"))), "RangeError: no");
    assertEquals(yield* outcomeOf(other.asend()), "StopAsyncIteration");
  });
  assertEquals(log.map(String), ["RangeError: no", "finally"]);
});

test("athrow() into one that was not begun ends it; into one that is over it gives nothing", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    const error = new RangeError("no");
    assertEquals(yield* outcomeOf(generator.athrow(error)), "RangeError: no");
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
    assertEquals(yield* generator.athrow(error), undefined);
    // It never was inside, so it is no mistake of the generator's.
    assertEquals(yield* outcomeOf(two(log).athrow(new StopAsyncIteration())), "StopAsyncIteration");
  });
  assertEquals(log, []);
});

test("an error of the generator's ends it", async () => {
  const failing = asyncGenerator(function* () {
    yield "item";
    yield* sleep(1);
    throw new RangeError("no");
  });
  await virtually(function* () {
    const generator = failing();
    yield* generator.asend();
    assertEquals(yield* outcomeOf(generator.asend()), "RangeError: no");
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
  });
});

test("a StopAsyncIteration thrown inside is a RuntimeError outside", async () => {
  const nothing = asyncGenerator(function* () {});
  const careless = asyncGenerator(function* () {
    yield "item";
    yield yield* nothing().asend();
  });
  await virtually(function* () {
    const generator = careless();
    yield* generator.asend();
    const task = createTask(() => generator.asend());
    yield* wait([task]);
    const error = task.exception();
    assert(error instanceof RuntimeError && error.cause instanceof StopAsyncIteration);
    assertEquals(error.message, "async generator raised StopAsyncIteration");
  });
});

test("a generator that is running is not resumed by anybody else", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    const task = createTask(() => generator.asend());
    yield* sleep(0.5);
    const is = "asynchronous generator is already running";
    const error = new RangeError("no");
    assertEquals(
      [
        yield* outcomeOf(generator.asend()),
        yield* outcomeOf(generator.next() as never),
        yield* outcomeOf(generator.athrow(error)),
        yield* outcomeOf(generator.aclose()),
        yield* outcomeOf(generator.return() as never),
      ],
      ["anext", "anext", "athrow", "aclose", "return"].map((name) =>
        `RuntimeError: ${name}(): ${is}`
      ),
    );
    assertEquals([yield* task, yield* generator.asend()], [1, 2]);
    yield* generator.aclose();
  });
});

test("a call that is awaited twice is a RuntimeError", async () => {
  await virtually(function* () {
    const generator = two([]);
    const [call, closing] = [generator.asend(), generator.aclose()];
    yield* call;
    assertEquals(
      yield* outcomeOf(call),
      "RuntimeError: cannot reuse already awaited __anext__()/asend()",
    );
    yield* closing;
    assertEquals(
      yield* outcomeOf(closing),
      "RuntimeError: cannot reuse already awaited aclose()/athrow()",
    );
    const [next, throwing] = [anext(two([])), two([]).athrow(new Error("thrown"))];
    assertEquals(yield* next, 1);
    assertEquals(
      yield* outcomeOf(next),
      "RuntimeError: cannot reuse already awaited __anext__()/asend()",
    );
    assertEquals(yield* outcomeOf(throwing), "Error: thrown");
    assertEquals(
      yield* outcomeOf(throwing),
      "RuntimeError: cannot reuse already awaited aclose()/athrow()",
    );
  });
});

// Cancelling

test("a task that is cancelled while it waits for an item cancels the generator's wait", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    yield* generator.asend();
    const task = createTask(() => generator.asend());
    yield* sleep(0.5);
    task.cancel("why");
    yield* wait([task]);
    assertEquals([task.cancelled(), getRunningLoop().time()], [true, 2.5]);
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
  });
  assertEquals(log.slice(1).map(String), ["CancelledError: why", "finally"]);
});

test("a call that is cancelled before its first step leaves the generator as it was", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    const task = createTask(() => generator.asend());
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), log], [true, []]);
    assertEquals(yield* generator.asend(), 1);
    yield* generator.aclose();
  });
});

// Closing

test("aclose() throws GeneratorExit at the yield, and waits for what the generator does then", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    yield* generator.asend();
    assertEquals(yield* generator.aclose(), undefined);
    assert(log[0] instanceof GeneratorExit);
    assertEquals([log.length, log[1], getRunningLoop().time()], [2, "finally", 2]);
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
    assertEquals([yield* generator.aclose(), log.length], [undefined, 2]);
  });
});

test("aclose() of one that was not begun runs nothing of it", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    yield* generator.aclose();
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
  });
  assertEquals(log, []);
});

test("aclose() of a generator that catches GeneratorExit and returns is done", async () => {
  const log: string[] = [];
  const polite = asyncGenerator(function* () {
    try {
      yield "item";
    } catch (error) {
      log.push(`${error}`);
    }
  });
  await virtually(function* () {
    const generator = polite();
    yield* generator.asend();
    yield* generator.aclose();
  });
  assertEquals(log, ["GeneratorExit"]);
});

test("aclose() throws what the generator throws instead", async () => {
  const rude = asyncGenerator(function* (error: Error) {
    try {
      yield "item";
    } finally {
      fail(error);
    }
  });
  await virtually(function* () {
    for (
      const [error, shown] of [
        [new RangeError("no"), "RangeError: no"],
        [
          new StopAsyncIteration(),
          "RuntimeError: async generator raised StopAsyncIteration",
        ],
      ] as const
    ) {
      const generator = rude(error);
      yield* generator.asend();
      assertEquals(yield* outcomeOf(generator.aclose()), shown);
    }
  });
});

test("aclose() of a generator that goes on to another item is a RuntimeError", async () => {
  const deaf = asyncGenerator(function* () {
    try {
      yield "item";
    } finally {
      yield "another";
    }
  });
  await virtually(function* () {
    const generator = deaf();
    yield* generator.asend();
    assertEquals(
      yield* outcomeOf(generator.aclose()),
      "RuntimeError: async generator ignored GeneratorExit",
    );
    assertEquals(yield* outcomeOf(generator.aclose()), "StopAsyncIteration");
    assertEquals(yield* outcomeOf(generator.athrow(new RangeError())), "StopAsyncIteration");
    assertEquals(yield* outcomeOf(generator.asend()), "GeneratorExit");
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
  });
});

test("athrow() of GeneratorExit throws it, once the generator is over", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const generator = two(log);
    yield* generator.asend();
    assertEquals(yield* outcomeOf(generator.athrow(new GeneratorExit())), "GeneratorExit");
    assertEquals(yield* outcomeOf(generator.asend()), "StopAsyncIteration");
  });
  assertEquals(log.length, 2);
});

/* async only */
test("await using closes the generator", async () => {
  const log: unknown[] = [];
  await virtually(async () => {
    {
      await using generator = two(log);
      assertEquals(await generator.asend(), 1);
    }
    log.push("behind the block");
  });
  assertEquals(log.map(String), ["GeneratorExit", "finally", "behind the block"]);
});

// Names and mistakes

test("an async generator is its own iterator, and printed by its name", async () => {
  await virtually(function* () {
    const generator = two([]);
    assertStrictEquals(generator[Symbol.asyncIterator](), generator);
    assertEquals([`${generator}`, two.name], ["<async_generator object countToTwo>", "countToTwo"]);
    yield* sleep(0);
  });
});

test("asyncGenerator() refuses what makes no generator", () => {
  assertThrows(
    () => asyncGenerator(42 as never),
    TypeError,
    "asyncGenerator() expects a generator function, got 42 (number)",
  );
  assertThrows(
    () => asyncGenerator((() => 42) as unknown as () => Generator)(),
    TypeError,
    "asyncGenerator() expects its function to return a generator, got 42 (number)",
  );
});
