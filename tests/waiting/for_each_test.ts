// kinds: generator, async
import { assertEquals, assertThrows } from "@std/assert";
import {
  aiter,
  anext,
  asyncGenerator,
  type AsyncIterableLike,
  BREAK,
  CancelledError,
  type CoroutineObject,
  createTask,
  currentTask,
  forEach,
  getRunningLoop,
  Queue,
  sleep,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

const counted = asyncGenerator(function* (log: string[]) {
  try {
    for (let n = 1; n <= 3; n++) {
      yield* sleep(1);
      yield n;
    }
  } finally {
    yield* sleep(1);
    log.push("closed");
  }
});

async function* nativeCounted(log: string[]) {
  try {
    for (let n = 1; n <= 3; n++) {
      await sleep(1);
      yield n;
    }
  } finally {
    await sleep(1);
    log.push("closed");
  }
}

/** Throws, where a statement may not: in a `finally`. */
function fail(error: Error): never {
  throw error;
}

/** An iterable of neither kind, which never ends. */
function handMade(log: string[]): AsyncIterableLike<number> {
  let n = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => sleep(1, { done: false, value: ++n }),
      return: () => sleep(1).then(() => log.push("closed")),
    }),
  };
}

const kinds = { counted, nativeCounted, handMade };

test("forEach() runs its body for each item, in the task that awaits it", async () => {
  const log: string[] = [];
  await virtually(function* () {
    for (const make of [counted, nativeCounted]) {
      const ended = yield* forEach(make(log), function* (n) {
        yield* sleep(1);
        log.push(`${n} in ${currentTask()?.getName()}`);
      });
      const name = currentTask()?.getName();
      assertEquals(ended, true);
      assertEquals(log.splice(0), [`1 in ${name}`, `2 in ${name}`, `3 in ${name}`, "closed"]);
    }
    assertEquals(getRunningLoop().time(), 14);
  });
});

test("forEach() takes bodies of every kind of function", async () => {
  const seen: number[] = [];
  const bodies = [
    (n: number) => void seen.push(n),
    async (n: number) => {
      await sleep(1);
      seen.push(n);
    },
    function* (n: number) {
      yield* sleep(1);
      seen.push(n);
    },
    (n: number) => sleep(1).then(() => seen.push(n)),
  ];
  await virtually(function* () {
    for (const body of bodies) {
      yield* forEach(counted([]), body);
      assertEquals(seen.splice(0), [1, 2, 3]);
    }
  });
});

for (const [kind, make] of Object.entries(kinds)) {
  test(`forEach() closes what it leaves when the body breaks it off: ${kind}`, async () => {
    const log: string[] = [];
    await virtually(function* () {
      const ended = yield* forEach(make(log), function* (n) {
        yield* sleep(1);
        log.push(`item ${n}`);
        return n === 2 ? BREAK : undefined;
      });
      assertEquals([ended, getRunningLoop().time()], [false, 5]);
    });
    assertEquals(log, ["item 1", "item 2", "closed"]);
  });

  test(`forEach() closes what it leaves when the body throws: ${kind}`, async () => {
    const log: string[] = [];
    await virtually(function* () {
      let caught = "";
      try {
        yield* forEach(make(log), function* () {
          yield* sleep(1);
          throw new RangeError("no");
        });
      } catch (error) {
        caught = `${error}`;
      }
      assertEquals([caught, getRunningLoop().time()], ["RangeError: no", 3]);
    });
    assertEquals(log, ["closed"]);
  });

  test(`forEach() closes what it leaves when it is cancelled in the body: ${kind}`, async () => {
    const log: string[] = [];
    await virtually(function* () {
      const task = createTask(() => forEach(make(log), () => sleep(100)));
      yield* sleep(2);
      task.cancel("why");
      yield* wait([task]);
      assertEquals([task.cancelled(), getRunningLoop().time()], [true, 3]);
    });
    assertEquals(log, ["closed"]);
  });

  test(`forEach() closes what it leaves when it is cancelled between items: ${kind}`, async () => {
    const log: string[] = [];
    await virtually(function* () {
      const task = createTask(() => forEach(make(log), () => {}));
      yield* sleep(1.5);
      task.cancel("why");
      yield* wait([task]);
      assertEquals([task.cancelled(), getRunningLoop().time()], [true, 2.5]);
    });
    assertEquals(log, ["closed"]);
  });
}

test("an error of the closing is lost behind one of the body's, and is none behind a break", async () => {
  const failing = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      yield* sleep(1);
      fail(new TypeError("closing"));
    }
  });
  const caught: string[] = [];
  await virtually(function* () {
    const bodies = [
      () => {
        throw new RangeError("body");
      },
      () => BREAK,
    ];
    for (const body of bodies) {
      try {
        yield* forEach(failing(), body);
      } catch (error) {
        caught.push(`${error}`);
      }
    }
  });
  assertEquals(caught, ["RangeError: body", "TypeError: closing"]);
});

test("forEach() that is cancelled while it closes after an error is cancelled", async () => {
  const slow = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      yield* sleep(10);
    }
  });
  await virtually(function* () {
    const task = createTask(() =>
      forEach(slow(), () => {
        throw new RangeError("no");
      })
    );
    yield* sleep(1);
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), getRunningLoop().time()], [true, 1]);
  });
});

test("forEach() throws what the iteration throws, and does not close it", async () => {
  const log: string[] = [];
  const failing: AsyncIterableLike<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new RangeError("no")),
      return: () => Promise.resolve(log.push("closed")),
    }),
  };
  await virtually(function* () {
    let caught = "";
    try {
      yield* forEach(failing, () => {});
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals(caught, "RangeError: no");
  });
  assertEquals(log, []);
});

test("forEach() goes over a queue until it is shut down", async () => {
  const seen: number[] = [];
  await virtually(function* () {
    const queue = new Queue<number>();
    const task = createTask(() => forEach(queue, (n) => void seen.push(n)));
    for (const n of [1, 2, 3]) {
      yield* sleep(1);
      queue.putNowait(n);
    }
    queue.shutdown();
    assertEquals(yield* task, true);
  });
  assertEquals(seen, [1, 2, 3]);
});

/** Counts down, waiting before each item: what in Python has an `async def __anext__`. */
class Countdown {
  #left: number;

  constructor(from: number) {
    this.#left = from;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  *next(): CoroutineObject<IteratorResult<number, undefined>> {
    yield* sleep(1);
    return this.#left === 0
      ? { done: true, value: undefined }
      : { done: false, value: this.#left-- };
  }

  *return(): CoroutineObject<void> {
    yield* sleep(1);
    this.#left = 0;
  }
}

test("forEach(), aiter() and anext() take iterators whose methods are coroutines", async () => {
  await virtually(function* () {
    const items: number[] = [];
    yield* forEach(new Countdown(3), (item) => items.push(item));
    assertEquals([items, getRunningLoop().time()], [[3, 2, 1], 4]);
    const countdown = aiter(new Countdown(2));
    assertEquals([yield* anext(countdown), yield* anext(countdown)], [2, 1]);
    assertEquals(yield* anext(countdown, "over"), "over");
    assertEquals(getRunningLoop().time(), 7);
    const left = new Countdown(5);
    yield* forEach(left, () => BREAK);
    assertEquals([yield* anext(left, "closed"), getRunningLoop().time()], ["closed", 10]);
  });
});

test("forEach() takes iterables of items and of promises of them, as for await does", async () => {
  const seen: unknown[] = [];
  let isClosed = false;
  /* iterator */
  function* plain() {
    try {
      yield 1;
      yield 2;
    } finally {
      isClosed = true;
    }
  }
  await virtually(function* () {
    const task = createTask(() => sleep(2, "task"));
    yield* forEach([0, sleep(1, "lazy"), Promise.resolve("promise"), task], (item) => {
      seen.push(item);
    });
    yield* forEach("ab", (letter) => void seen.push(letter));
    yield* forEach(plain(), (n) => n === 1 ? BREAK : undefined);
  });
  assertEquals([seen, isClosed], [[0, "lazy", "promise", "task", "a", "b"], true]);
});

test("an item that is a promise which fails ends forEach(), and closes the iterable", async () => {
  let isClosed = false;
  /* iterator */
  function* failing() {
    try {
      yield Promise.reject(new RangeError("no"));
      yield 2;
    } finally {
      isClosed = true;
    }
  }
  await virtually(function* () {
    let caught = "";
    try {
      yield* forEach(failing(), () => {});
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals([caught, isClosed], ["RangeError: no", true]);
  });
});

/* generator only */
test("forEach() says what is wrong with a coroutine", async () => {
  function* coroutine() {
    yield* sleep(1);
    yield 1 as never;
  }
  await virtually(function* () {
    let caught = "";
    try {
      yield* forEach(coroutine() as never, () => {});
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals(caught.includes("expected an async iterable, such as asyncGenerator()"), true);
  });
});

test("forEach() refuses what is no iterable, and what is no body", () => {
  for (const wrong of [null, undefined, 42, {}]) {
    assertThrows(
      () => forEach(wrong as never, () => {}),
      TypeError,
      "object is not an async iterable, nor an iterable",
    );
  }
  assertThrows(
    () => forEach([], 42 as never),
    TypeError,
    "forEach() expects its body to be a function, got 42 (number)",
  );
});

test("forEach() is cancelled by the body's own cancellation", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(() =>
      forEach(counted(log), () => {
        throw new CancelledError("mine");
      })
    );
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["closed"]);
});
