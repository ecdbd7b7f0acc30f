// kinds: generator, async
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  aiter,
  anext,
  asyncGenerator,
  type AsyncIteratorLike,
  createTask,
  forEach,
  getRunningLoop,
  Queue,
  sleep,
  StopAsyncIteration,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

const two = asyncGenerator(function* () {
  yield* sleep(1);
  yield 1;
  yield* sleep(1);
  yield 2;
});

async function* nativeTwo() {
  await sleep(1);
  yield 1;
  await sleep(1);
  yield 2;
}

/** An iterator whose methods are coroutines of this module's. */
function handMade(): AsyncIteratorLike<number> {
  let n = 0;
  return { next: () => sleep(1, n === 2 ? { done: true, value: 0 } : { done: false, value: ++n }) };
}

/** An iterator of async functions, which await in the caller's task. */
function asyncMade(): AsyncIteratorLike<number> {
  let n = 0;
  return {
    async next() {
      await sleep(1);
      return n === 2 ? { done: true, value: 0 } : { done: false, value: ++n };
    },
  };
}

test("anext() waits for the next item of iterators of every kind", async () => {
  await virtually(function* () {
    const iterators: AsyncIteratorLike<number>[] = [two(), nativeTwo(), handMade(), asyncMade()];
    for (const iterator of iterators) {
      const begun = getRunningLoop().time();
      assertEquals([yield* anext(iterator), yield* anext(iterator)], [1, 2]);
      assertEquals(getRunningLoop().time() - begun, 2);
      assertEquals(yield* anext(iterator, "none"), "none");
      let caught: unknown;
      try {
        yield* anext(iterator);
      } catch (error) {
        caught = error;
      }
      assertEquals(caught instanceof StopAsyncIteration, true);
    }
  });
});

test("anext() is lazy", async () => {
  await virtually(function* () {
    const iterator = two();
    anext(iterator);
    anext(iterator, 0);
    assertEquals(yield* anext(iterator), 1);
    yield* iterator.aclose();
  });
});

test("anext() gives its fallback, whatever it is, at the end alone", async () => {
  await virtually(function* () {
    const iterator = two();
    for (const item of [1, 2, undefined, undefined]) {
      assertEquals(yield* anext(iterator, undefined), item);
    }
  });
});

test("anext() throws what the iterator throws", async () => {
  const failing = asyncGenerator(function* () {
    yield* sleep(1);
    yield 1;
    throw new RangeError("no");
  });
  await virtually(function* () {
    const iterator = failing();
    yield* anext(iterator);
    let caught = "";
    try {
      yield* anext(iterator, "fallback");
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals(caught, "RangeError: no");
  });
});

test("anext() that is cancelled cancels what the iterator waits for", async () => {
  const log: string[] = [];
  async function* slow() {
    try {
      await sleep(10);
      yield 1;
    } catch (error) {
      log.push(`${error}`);
      throw error;
    }
  }
  await virtually(function* () {
    const task = createTask(() => anext(slow()));
    yield* sleep(1);
    task.cancel("why");
    yield* wait([task]);
    assertEquals([task.cancelled(), getRunningLoop().time()], [true, 1]);
  });
  assertEquals(log, ["CancelledError: why"]);
});

test("anext() that a task is made of throws in the generator, where the task is cancelled before it begins", async () => {
  const log: string[] = [];
  const calm = asyncGenerator(function* () {
    for (const item of [1, 2]) {
      try {
        yield item;
      } catch (error) {
        log.push(`${item}: ${error}`);
      }
    }
  });
  await virtually(function* () {
    const generator = calm();
    assertEquals(yield* anext(generator, "none"), 1);
    for (const expected of [2, "none"]) {
      const task = createTask(anext(generator, "none"));
      task.cancel("why");
      assertEquals(yield* task, expected);
    }
    const own = createTask(anext(handMade(), "none"));
    own.cancel();
    yield* wait([own]);
    assertEquals(own.cancelled(), true);
  });
  assertEquals(log, ["1: CancelledError: why", "2: CancelledError: why"]);
});

test("anext() of a generator that is running is a RuntimeError, and the generator goes on", async () => {
  await virtually(function* () {
    for (const generator of [two(), nativeTwo()]) {
      const first = createTask(() => anext(generator));
      const second = createTask(() => forEach(generator, () => {}));
      yield* wait([first, second]);
      assertEquals(
        [first.result(), `${second.exception()}`, yield* anext(generator)],
        [1, "RuntimeError: anext(): asynchronous generator is already running", 2],
      );
    }
  });
});

test("anext() refuses what is no iterator", () => {
  for (const wrong of [null, undefined, 42, {}, [1], new Queue()]) {
    assertThrows(
      () => anext(wrong as never),
      TypeError,
      "object is not an async iterator: expected one with next()",
    );
  }
});

test("anext() says what an iterator gives that is no result", async () => {
  await virtually(function* () {
    let caught = "";
    try {
      yield* anext({ next: () => Promise.resolve(42) } as never);
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals(caught, "TypeError: an iterator's next() must give an object, got 42 (number)");
  });
});

test("aiter() gives the iterator of an async iterable", async () => {
  await virtually(function* () {
    const generator = two();
    assertStrictEquals(aiter(generator), generator);
    const queue = new Queue<string>();
    queue.putNowait("item");
    assertEquals(yield* anext(aiter(queue)), "item");
  });
});

test("aiter() refuses what is no async iterable", () => {
  for (const wrong of [null, undefined, 42, {}, [1]]) {
    assertThrows(() => aiter(wrong as never), TypeError, "object is not an async iterable");
  }
  assertThrows(
    () => aiter({ [Symbol.asyncIterator]: () => 5 } as never),
    TypeError,
    "aiter() returned not an async iterator: expected one with next(), got 5 (number)",
  );
});
