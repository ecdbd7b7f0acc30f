// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Coroutine,
  coroutine,
  createTask,
  currentTask,
  Future,
  gather,
  getRunningLoop,
  isCoroutine,
  isCoroutineFunction,
  newEventLoop,
  run,
  sleep,
  VirtualClock,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function virtualLoop() {
  return newEventLoop({ clock: new VirtualClock() });
}

function* doubled(n: number) {
  yield* sleep(1);
  return 2 * n;
}
const double = coroutine(doubled);

// coroutine()

test("coroutine() makes functions whose results are lazy and awaited both ways", async () => {
  const log: string[] = [];
  const work = coroutine(function* (text: string) {
    log.push(`begins ${text}`);
    yield* sleep(1);
    return text;
  });
  await virtually(function* () {
    const lazy = work("a");
    assert(lazy instanceof Coroutine);
    yield* sleep(5);
    log.push("awaited");
    assertEquals(yield* lazy, "a");
    assertEquals(getRunningLoop().time(), 6);
  });
  assertEquals(log, ["awaited", "begins a"]);
});

test("coroutine() hands on arguments and this", async () => {
  const counter = {
    count: 10,
    add: coroutine(function* (this: { count: number }, a: number, b: number) {
      yield* sleep(0);
      return this.count + a + b;
    }),
  };
  await virtually(function* () {
    assertEquals(yield* counter.add(1, 2), 13);
  });
});

test("coroutine() runs in the task that awaits it", async () => {
  const where = coroutine(function* () {
    yield* sleep(0);
    return { task: currentTask() };
  });
  await virtually(function* () {
    assertEquals((yield* where()).task === currentTask(), true);
    const task = createTask(where());
    assertEquals((yield* task).task === task, true);
  });
});

test("what coroutine() makes is taken wherever a coroutine is", async () => {
  await virtually(function* () {
    assertEquals(yield* createTask(double(1)), 2);
    assertEquals(yield* gather([double(2), double(3)]), [4, 6]);
    assertEquals(yield* waitFor(double(4), 5), 8);
    const [done] = yield* wait([double(5)]);
    assertEquals([...done].map((task) => task.result()), [10]);
  });
  assertEquals(await run(double(6), { loopFactory: virtualLoop }), 12);
});

test("coroutine() keeps the function's name", () => {
  const { name } = doubled;
  assertEquals([double.name, double(1).name, `${double(1)}`], [
    name,
    name,
    `<coroutine object ${name}>`,
  ]);
});

test("coroutine() takes async functions and plain ones that return promises", async () => {
  const later = coroutine(async (text: string) => {
    await sleep(1);
    return text;
  });
  const promised = coroutine((text: string) => Promise.resolve(text));
  await virtually(function* () {
    assertEquals([yield* later("async"), yield* promised("promise")], ["async", "promise"]);
    assertEquals(getRunningLoop().time(), 1);
  });
});

test("coroutine() refuses what is no function", () => {
  assertThrows(
    () => coroutine(42 as never),
    TypeError,
    "coroutine() expects a function, got 42 (number)",
  );
});

test("a lazy object is awaited once, by whatever", async () => {
  await virtually(function* () {
    const uses: ((lazy: Coroutine<number>) => Future<number>)[] = [
      (lazy) => createTask(lazy),
      (lazy) => createTask(() => lazy),
      (lazy) =>
        createTask(function* () {
          return yield* lazy;
        }),
      (lazy) => createTask(waitFor(lazy, 5)),
    ];
    for (const first of uses) {
      for (const second of uses) {
        const lazy = double(1);
        const [used, refused] = [first(lazy), second(lazy)];
        yield* wait([used, refused]);
        assertEquals(used.result(), 2);
        assertEquals((refused.exception() as Error).name, "RuntimeError");
      }
    }
  });
});

test("Coroutine.close() of one that was never awaited keeps it from beginning", async () => {
  const log: string[] = [];
  const work = coroutine(function* () {
    log.push("began");
    yield* sleep(0);
  });
  await virtually(function* () {
    const lazy = work();
    lazy.close();
    lazy.close();
    const task = createTask(lazy);
    yield* wait([task]);
    assertEquals(
      `${task.exception()}`,
      "RuntimeError: cannot reuse already awaited coroutine",
    );
  });
  assertEquals(log, []);
});

// Telling

/* generator only */
test("isCoroutine() knows generator objects and the module's lazy objects alone", () => {
  function* generator() {}
  const coroutines = [(function* () {})(), sleep(1), double(1), waitFor(sleep(1), 1), wait([])];
  assertEquals(coroutines.map(isCoroutine), coroutines.map(() => true));
  const others = [
    generator,
    double,
    async () => {},
    Promise.resolve(),
    [][Symbol.iterator](),
    { next() {} },
    null,
    undefined,
    0,
    "x",
  ];
  assertEquals(others.map(isCoroutine), others.map(() => false));
});

test("isCoroutine() is false of futures and tasks", async () => {
  await virtually(function* () {
    const task = createTask(sleep(0));
    assertEquals([new Future(), task].map(isCoroutine), [false, false]);
    yield* task;
  });
});

/* generator only */
test("isCoroutineFunction() knows generator functions, async ones, and coroutine()'s", () => {
  class Service {
    *generator() {}
    async async() {}
    plain() {}
  }
  const { prototype } = Service;
  const functions = [
    function* () {},
    async () => {},
    async function () {},
    double,
    prototype.generator,
    prototype.async,
  ];
  assertEquals(functions.map(isCoroutineFunction), functions.map(() => true));
  const others = [() => {}, prototype.plain, sleep, Service, sleep(1), null, 42, "function"];
  assertEquals(others.map(isCoroutineFunction), others.map(() => false));
});
