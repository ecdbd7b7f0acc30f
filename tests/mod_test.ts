/** The public list as a whole: what it holds, and what each part says of misuse. */
import { assert, assertEquals } from "@std/assert";
import * as asyncio from "../mod.ts";
import { test } from "./_support/harness.ts";

const {
  asyncContextManager,
  asyncWith,
  Context,
  ensureFuture,
  EventLoop,
  Future,
  newEventLoop,
  run,
  Runner,
  runVirtual,
  Task,
  VirtualClock,
} = asyncio;

/** What the engine says where nobody looked at an argument. */
const ENGINES_OWN =
  /Cannot read|is not a function|is not iterable|not an object|Cannot use 'in'|is not a constructor|private|is null|is undefined|can't access|in operator/;

/** The error of a call that must fail, at once or by its promise. */
async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error(`nothing was thrown by ${call}`);
}

/** Checks that a call fails in the module's own words. */
async function assertRefused(call: (value: never) => unknown, values: readonly unknown[]) {
  for (const value of values) {
    const error = await errorOf(() => call(value as never));
    assertEquals(error.name, "TypeError", `${call} with ${String(value)}: ${error}`);
    assert(!ENGINES_OWN.test(error.message), `${call} with ${String(value)}: ${error}`);
  }
}

const NO_OBJECTS = [42, "x", true, 1n, [], {}, () => {}, Promise.resolve()];

test("every exported name is there, and classes go by the names of their exports", () => {
  for (const [name, value] of Object.entries(asyncio)) {
    assert(value !== undefined, name);
    if (typeof value === "function") assertEquals(value.name, name);
  }
});

test("the constants are what CPython's print", () => {
  const { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION } = asyncio;
  assertEquals([ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION], [
    "ALL_COMPLETED",
    "FIRST_COMPLETED",
    "FIRST_EXCEPTION",
  ]);
});

test("an error of loopFactory is what run() and Runner.run() reject with", async () => {
  const loopFactory = () => {
    throw new RangeError("the factory's");
  };
  assertEquals(
    `${await errorOf(() => run(() => {}, { loopFactory }))}`,
    "RangeError: the factory's",
  );
  const runner = new Runner({ loopFactory });
  assertEquals(`${await errorOf(() => runner.run(() => {}))}`, "RangeError: the factory's");
  await runner.close();
});

test("a loopFactory that is none, or makes no loop, is refused", async () => {
  await assertRefused((loopFactory) => run(() => {}, { loopFactory }), [42, "x", {}]);
  await assertRefused((loop) => run(() => {}, { loopFactory: () => loop }), NO_OBJECTS);
});

test("a loop that is none is refused", async () => {
  await assertRefused((loop) => new Future({ loop }), NO_OBJECTS);
  await assertRefused((loop) => new Task(() => {}, { loop }), NO_OBJECTS);
  await assertRefused((loop) => ensureFuture(() => {}, { loop }), NO_OBJECTS);
});

test("a clock that is none is refused", async () => {
  await assertRefused((clock) => newEventLoop({ clock }), NO_OBJECTS);
  await assertRefused((clock) => new EventLoop({ clock }), NO_OBJECTS);
});

test("a context that is none is refused where it is given", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  await assertRefused((context) => new Task(() => {}, { loop, context }), NO_OBJECTS);
  await assertRefused((context) => loop.createTask(() => {}, { context }), NO_OBJECTS);
  await assertRefused(
    (context) => loop.createFuture().addDoneCallback(() => {}, { context }),
    NO_OBJECTS,
  );
  await assertRefused(async (context) => {
    await using runner = new Runner();
    await runner.run(() => {}, { context });
  }, NO_OBJECTS);
  loop.close();
});

test("an executor that is none is refused", async () => {
  const loop = newEventLoop();
  await assertRefused((executor) => loop.runInExecutor(executor, () => {}), NO_OBJECTS);
  await assertRefused((executor) => loop.setDefaultExecutor(executor), NO_OBJECTS);
  loop.close();
});

test("what is called and is no function is refused", async () => {
  const values = [42, "x", undefined, null, {}];
  await assertRefused((callback) => new Context().run(callback), values);
  await assertRefused((callback) => new Context().bind(callback), values);
});

test("a function of asyncContextManager() that returns no generator is refused", async () => {
  const values = [42, "x", undefined, null, {}, []];
  await assertRefused(
    (value) => runVirtual(asyncWith(asyncContextManager(() => value)(), () => {})),
    values,
  );
});

test("Future.setException() refuses functions that make no errors", async () => {
  const loop = newEventLoop();
  await assertRefused(
    (exception) => loop.createFuture().setException(exception),
    [() => {}, Math.max, 42, "x", null, undefined, {}],
  );
  loop.close();
});

test("EventLoop.setDebug() keeps a boolean of whatever it gets", () => {
  const loop = newEventLoop();
  for (const [value, debug] of [["x", true], [0, false], [1, true], [undefined, false]]) {
    loop.setDebug(value as never);
    assertEquals(loop.getDebug(), debug);
  }
  loop.close();
});
