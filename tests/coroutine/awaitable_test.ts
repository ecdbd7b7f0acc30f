// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { hasAwaitable, isGenerator, isThenable } from "../../lib/coroutine/awaitable.ts";
import {
  Awaitable,
  awaitable,
  type CoroutineObject,
  createTask,
  currentTask,
  ensureFuture,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  run,
  runVirtual,
  shield,
  sleep,
  timeout,
  VirtualClock,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Awaited both ways, by its base class. */
class Kettle extends Awaitable<string> {
  readonly task: unknown[] = [];

  *[awaitable]() {
    yield* sleep(1);
    this.task.push(currentTask());
    return "tea";
  }
}

/** Awaited by what takes awaitables, by its method alone. */
class Teapot {
  *[awaitable]() {
    yield* sleep(1);
    return "poured";
  }
}

test("a class that extends Awaitable is awaited as it is, in the task that awaits", async () => {
  await virtually(function* () {
    const kettle = new Kettle();
    assertEquals([yield* kettle, yield* kettle], ["tea", "tea"]);
    assertEquals(getRunningLoop().time(), 2);
    assertEquals(kettle.task.map((task) => task === currentTask()), [true, true]);
  });
});

test("an [awaitable]() that gives no iterator is a TypeError, whoever awaits", async () => {
  class Broken extends Awaitable<never> {
    [awaitable]() {
      return 5 as never;
    }
  }
  const bare = { [awaitable]: () => 5 as never };
  const awaitings: Record<string, () => CoroutineObject<unknown>> = {
    *itself() {
      yield* new Broken();
    },
    *waitFor() {
      yield* waitFor(bare, 1);
    },
    *timeout() {
      yield* timeout(1, () => bare);
    },
    *gather() {
      yield* gather([bare]);
    },
  };
  for (const [name, body] of Object.entries(awaitings)) {
    await assertRejects(
      () => run(body),
      TypeError,
      "[awaitable]() returned a non-iterator: 5 (number)",
      name,
    );
  }
});

test("an object with an [awaitable]() method is taken wherever an awaitable is", async () => {
  await virtually(function* () {
    assertEquals(yield* ensureFuture(new Teapot()), "poured");
    assertEquals(yield* gather([new Teapot(), new Kettle()]), ["poured", "tea"]);
    assertEquals(yield* waitFor(new Teapot(), 5), "poured");
    assertEquals(yield* shield(new Teapot()), "poured");
    const [done] = yield* wait([new Teapot()]);
    assertEquals([...done].map((task) => task.result()), ["poured"]);
    const task: Future<unknown> = createTask(() => new Teapot());
    assertEquals(yield* task, "poured");
  });
  const loopFactory = () => newEventLoop({ clock: new VirtualClock() });
  assertEquals(await run(new Teapot(), { loopFactory }), "poured");
  assertEquals(runVirtual(new Teapot()), "poured");
});

test("an iterator by hand may await a future and give its result", async () => {
  await virtually(function* () {
    const future = new Future<string>();
    const handmade = { [awaitable]: () => future[Symbol.iterator]() };
    getRunningLoop().callLater(1, () => future.setResult("by hand"));
    assertEquals(yield* ensureFuture(handmade), "by hand");
  });
});

test("an [awaitable]() method that throws, or gives no iterator, fails the await", async () => {
  await virtually(function* () {
    const throwing = {
      [awaitable]: () => {
        throw new RangeError("no");
      },
    };
    const [first, second] = [
      ensureFuture<unknown>(throwing as never),
      ensureFuture<unknown>({ [awaitable]: () => 42 } as never),
    ];
    yield* wait([first, second]);
    assertEquals(`${first.exception()}`, "RangeError: no");
    assert(second.exception() instanceof TypeError);
  });
});

test("awaitable is one symbol, whatever copy of the module asks for it", () => {
  assertStrictEquals<symbol>(awaitable, Symbol.for("asyncio.awaitable"));
});

test("hasAwaitable() looks for the method", () => {
  assertEquals([new Teapot(), new Kettle(), new Teapot()].map(hasAwaitable), [true, true, true]);
  assertEquals([{}, { [awaitable]: 1 }, []].map(hasAwaitable), [false, false, false]);
});

/* generator only */
test("isGenerator() knows generator objects, of whatever function", () => {
  const generators = [
    (function* () {})(),
    (function* () {
      yield 1;
    })(),
  ];
  assertEquals(generators.map(isGenerator), [true, true]);
  const others = [
    (async function* () {})(),
    [].values(),
    function* () {},
    { next() {}, return() {}, throw() {}, [Symbol.iterator]() {} },
    null,
    "Generator",
  ];
  assertEquals(others.map(isGenerator), others.map(() => false));
});

test("isThenable() looks for a then method", () => {
  const callable = Object.assign(() => {}, { then() {} });
  assertEquals([Promise.resolve(), { then() {} }, callable].map(isThenable), [true, true, true]);
  assertEquals([null, undefined, {}, { then: 1 }, "then", () => {}].map(isThenable), [
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});
