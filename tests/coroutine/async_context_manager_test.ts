// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asyncContextManager,
  asyncWith,
  Awaitable,
  awaitable,
  coroutine,
  createTask,
  GeneratorContextManager,
  getRunningLoop,
  isCoroutineFunction,
  RuntimeError,
  sleep,
  StopAsyncIteration,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A manager made of a generator, which notes what happens to it. */
const room = asyncContextManager(function* (log: string[], name: string) {
  log.push(`${name} in`);
  yield* sleep(1);
  try {
    yield name;
  } catch (error) {
    log.push(`${name} saw ${error}`);
    throw error;
  } finally {
    yield* sleep(1);
    log.push(`${name} out`);
  }
});

test("asyncContextManager() enters up to the yield, and leaves from there", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const result = yield* asyncWith(room(log, "hall"), function* (name) {
      yield* sleep(1);
      log.push(`body in ${name}`);
      return name.length;
    });
    assertEquals([result, getRunningLoop().time()], [4, 3]);
  });
  assertEquals(log, ["hall in", "body in hall", "hall out"]);
});

test("asyncContextManager() throws the body's error at the yield", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const error = new RangeError("no");
    let caught: unknown;
    try {
      yield* asyncWith(room(log, "hall"), () => {
        throw error;
      });
    } catch (thrown) {
      caught = thrown;
    }
    assertStrictEquals(caught, error);
  });
  assertEquals(log, ["hall in", "hall saw RangeError: no", "hall out"]);
});

test("a generator that ends after the body's error swallows it", async () => {
  const swallowing = asyncContextManager(function* (log: string[]) {
    try {
      yield "value";
    } catch (error) {
      yield* sleep(1);
      log.push(`swallowed ${error}`);
    }
  });
  const log: string[] = [];
  await virtually(function* () {
    const result = yield* asyncWith(swallowing(log), () => {
      throw new RangeError("no");
    });
    assertEquals(result, undefined);
  });
  assertEquals(log, ["swallowed RangeError: no"]);
});

test("a generator may throw another error in the place of the body's", async () => {
  const translating = asyncContextManager(
    function* (Class: typeof RuntimeError | typeof TypeError) {
      try {
        yield "value";
      } catch (error) {
        yield* sleep(0);
        throw new Class("translated", { cause: error });
      }
    },
  );
  await virtually(function* () {
    for (const Class of [TypeError, RuntimeError]) {
      let caught: unknown;
      try {
        yield* asyncWith(translating(Class), () => {
          throw new RangeError("no");
        });
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof Class);
      assertEquals(`${caught.cause}`, "RangeError: no");
    }
  });
});

test("a cancelled body reaches the generator as a CancelledError", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(asyncWith(room(log, "hall"), () => sleep(10)));
    yield* sleep(5);
    task.cancel("why");
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["hall in", "hall saw CancelledError: why", "hall out"]);
});

test("a bare yield in what asyncContextManager()'s function awaits does not enter", async () => {
  class Turn extends Awaitable<string> {
    *[awaitable]() {
      yield;
      return "turn";
    }
  }
  const log: string[] = [];
  const manager = asyncContextManager(function* () {
    const entered = yield* new Turn();
    try {
      yield entered;
    } finally {
      log.push(yield* new Turn());
    }
  });
  await virtually(function* () {
    yield* asyncWith(manager(), (entered) => {
      log.push(`body in ${entered}`);
    });
  });
  assertEquals(log, ["body in turn", "turn"]);
});

test("a generator that yields nothing, or twice, is a RuntimeError", async () => {
  const log: string[] = [];
  const empty = asyncContextManager(function* (yields: boolean) {
    if (yields) yield "never";
    yield* sleep(0);
  });
  const twice = asyncContextManager(function* () {
    try {
      yield "first";
    } catch {
      // Goes on to the second.
    }
    try {
      yield "second";
    } finally {
      log.push("closed");
    }
  });
  await virtually(function* () {
    const attempts: [Parameters<typeof asyncWith>[0], () => void][] = [
      [empty(false), () => log.push("not run")],
      [twice(), () => {}],
      [
        twice(),
        () => {
          throw new Error("the body's");
        },
      ],
    ];
    for (const [manager, body] of attempts) {
      try {
        yield* asyncWith(manager, body);
      } catch (error) {
        log.push(`${error}`);
      }
    }
  });
  // Not left for the end of the run, which closes generators, too.
  assertEquals(log, [
    "RuntimeError: generator didn't yield",
    "closed",
    "RuntimeError: generator didn't stop",
    "closed",
    "RuntimeError: generator didn't stop after athrow()",
  ]);
});

test("a manager made of a generator is entered once", async () => {
  await virtually(function* () {
    const manager = room([], "hall");
    yield* asyncWith(manager, () => {});
    let caught = "";
    try {
      yield* asyncWith(manager, () => {});
    } catch (error) {
      caught = (error as Error).name;
    }
    assertEquals(caught, "RuntimeError");
  });
});

test("GeneratorContextManager.again() makes another of the same function and arguments", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const manager = room(log, "hall");
    yield* asyncWith(manager, () => {});
    yield* asyncWith(manager.again(), () => {});
  });
  assertEquals(log, ["hall in", "hall out", "hall in", "hall out"]);
});

test("each call of asyncContextManager()'s function makes a manager", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const [hall, attic] = [room(log, "hall"), room(log, "attic")];
    assert(hall instanceof GeneratorContextManager && hall !== attic);
    yield* asyncWith(hall, () => asyncWith(attic, () => {}));
  });
  assertEquals(log, ["hall in", "attic in", "attic out", "hall out"]);
});

test("asyncContextManager() refuses what is no function", () => {
  assertThrows(
    () => asyncContextManager(42 as never),
    TypeError,
    "asyncContextManager() expects a generator function, got 42 (number)",
  );
});

/* async only */
test("await using leaves at the end of the block, where enter() was called", async () => {
  const log: string[] = [];
  await virtually(async () => {
    {
      await using manager = room(log, "hall");
      log.push(`entered ${await manager.enter()}`);
    }
    log.push("behind the block");
    {
      await using _unused = room(log, "attic");
    }
  });
  assertEquals(log, ["hall in", "entered hall", "hall out", "behind the block"]);
});

// TypeScript has no decorators that change a method's type.
const managed = asyncContextManager as never as (method: unknown) => void;

test("asyncContextManager() hands on this, as a property and as a decorator of a method", async () => {
  class Pool {
    readonly log: string[] = [];
    readonly opened = asyncContextManager(function* (this: Pool, name: string) {
      this.log.push(`${name} in`);
      yield yield* sleep(1, name);
      this.log.push(`${name} out`);
    });

    /* iterator */
    @managed
    *borrowed(name: string): Generator<unknown, void, unknown> {
      this.log.push(`${name} in`);
      yield name;
      this.log.push(`${name} out`);
    }
  }
  const pool = new Pool();
  await virtually(function* () {
    const opened = yield* asyncWith(pool.opened("a"), (name) => name);
    const borrowed = pool.borrowed("b") as never as GeneratorContextManager<string>;
    assertEquals([opened, yield* asyncWith(borrowed, (name) => name)], ["a", "b"]);
  });
  assertEquals(pool.log, ["a in", "a out", "b in", "b out"]);
});

test("the function that asyncContextManager() gives has the name of its own", () => {
  const named = asyncContextManager(function* opened() {
    yield 1;
  });
  assertEquals(named.name, "opened");
});

// As decorators

test("a manager decorates a function: each call runs in a context of its own", async () => {
  const log: string[] = [];
  const greet = room(log, "hall")(function* (name: string) {
    yield* sleep(1);
    log.push(`hello, ${name}`);
    return name.length;
  });
  await virtually(function* () {
    assertEquals([yield* greet("ann"), yield* greet("bob"), getRunningLoop().time()], [3, 3, 6]);
  });
  assertEquals(log, [
    "hall in",
    "hello, ann",
    "hall out",
    "hall in",
    "hello, bob",
    "hall out",
  ]);
});

test("a manager decorates a method", async () => {
  const log: string[] = [];
  class Host {
    readonly name = "eve";

    @room(log, "hall")
    *greet(guest: string) {
      yield* sleep(1);
      return `${this.name} greets ${guest}`;
    }
  }
  await virtually(function* () {
    assertEquals(yield* new Host().greet("ann"), "eve greets ann");
  });
  assertEquals(log, ["hall in", "hall out"]);
});

test("a decorated function is of its own kind and name, and nothing runs before it is called", () => {
  const log: string[] = [];
  const decorate = room(log, "hall");
  const generator = decorate(function* ofGenerator() {
    yield* sleep(0);
  });
  const lazy = decorate(coroutine(function* ofLazy() {
    yield* sleep(0);
  }));
  const plain = decorate(() => sleep(0));
  assertEquals(
    [generator, lazy, plain].map((func) => [func.name, isCoroutineFunction(func)]),
    [["ofGenerator", true], ["ofLazy", true], ["<anonymous>", true]],
  );
  assertEquals(log, []);
});

test("a decorated function throws what it threw, after the generator saw it", async () => {
  const log: string[] = [];
  const fail = room(log, "hall")(function* () {
    yield* sleep(0);
    throw new RangeError("no");
  });
  await virtually(function* () {
    const task = createTask(fail);
    yield* wait([task]);
    assertEquals(`${task.exception()}`, "RangeError: no");
  });
  assertEquals(log, ["hall in", "hall saw RangeError: no", "hall out"]);
});

test("a decorated function gives undefined where the generator swallowed its error", async () => {
  const forgiving = asyncContextManager(function* () {
    try {
      yield "value";
    } catch {
      yield* sleep(1);
    }
  });
  const work = forgiving()(function* (fails: boolean) {
    yield* sleep(0);
    if (fails) throw new RangeError("no");
    return "done";
  });
  await virtually(function* () {
    assertEquals([yield* work(false), yield* work(true)], ["done", undefined]);
  });
});

test("a manager that was entered decorates all the same, and can be decorated with again", async () => {
  const log: string[] = [];
  const manager = room(log, "hall");
  const work = manager(function* () {
    yield* sleep(0);
  });
  await virtually(function* () {
    yield* asyncWith(manager, () => work());
    yield* manager(work)();
  });
  assertEquals(log, ["hall in", "hall in", "hall out", "hall out", ...log.slice(4)]);
  assertEquals(log.slice(4), ["hall in", "hall in", "hall out", "hall out"]);
});

test("a manager refuses to decorate what is neither a function nor a method", () => {
  const decorate = room([], "hall") as unknown as (func: unknown, context?: unknown) => unknown;
  assertThrows(
    () => decorate({}, "method"),
    TypeError,
    "a context manager decorates functions and methods, got {}",
  );
  assertThrows(
    () => decorate(class {}, { kind: "class" }),
    TypeError,
    "a context manager decorates functions and methods, got a class",
  );
});

test("a call of a decorated function outside of a task says what it lacks", async () => {
  const work = room([], "hall")(async () => {});
  await assertRejects(() => work(), RuntimeError, "can be awaited by a task alone");
});

test("a context whose generator throws StopAsyncIteration throws a RuntimeError, unless it was given it", async () => {
  const broken = asyncContextManager(function* () {
    yield 1;
    throw new StopAsyncIteration("x");
  });
  const open = asyncContextManager(function* () {
    yield 1;
  });
  const given = new StopAsyncIteration("given");
  await virtually(function* () {
    const seen: unknown[] = [];
    for (
      const body of [
        () => asyncWith(broken(), function* () {}),
        () =>
          asyncWith(open(), function* () {
            throw given;
          }),
      ]
    ) {
      try {
        yield* body();
      } catch (error) {
        seen.push(error);
      }
    }
    assert(seen[0] instanceof RuntimeError);
    assertEquals(seen[0].message, "async generator raised StopAsyncIteration");
    assertStrictEquals(seen[1], given);
  });
});
