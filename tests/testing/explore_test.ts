// kinds: generator, async
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  createTask,
  currentTask,
  DeadlockError,
  Event,
  ExplorationError,
  explore,
  fromPromise,
  Future,
  gather,
  getRunningLoop,
  replay,
  run,
  RuntimeError,
  sleep,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

class Lost extends Error {
  override name = "Lost";
}

/** Two tasks of which the first must come first. */
function* inOrder() {
  const log: string[] = [];
  for (const name of ["first", "second"]) {
    createTask(function* () {
      log.push(name);
    }, { name });
  }
  yield* sleep(1);
  if (log[0] !== "first") throw new Lost(log.join());
  return log;
}

test("explore() runs a program as often as asked, in different orders", async () => {
  const logs = new Set<string>();
  const main = function* () {
    const log: string[] = [];
    yield* gather(["a", "b", "c"].map((name) =>
      function* () {
        log.push(name);
      }
    ));
    logs.add(log.join(""));
  };
  const { runs, orders } = await explore(main, { runs: 60, seed: 5 });
  assertEquals([runs, logs.size], [60, 6]);
  assert(orders >= 6 && orders <= 60);
});

test("explore() runs a program without choices once", async () => {
  let runs = 0;
  assertEquals(
    await explore(function* () {
      runs++;
      yield* sleep(3600);
    }),
    { runs: 1, orders: 1 },
  );
  assertEquals(runs, 1);
});

test("explore() begins with asyncio's own order, and says so where it fails", async () => {
  const found = await assertRejects(
    () =>
      explore(function* () {
        yield* sleep(1);
        throw new Lost("always");
      }),
    ExplorationError,
    "main fails in asyncio's own order, found in run 1: Lost: always",
  );
  assertEquals([found.seed, found.order, found.shrunk, found.runs], [null, [], [], 1]);
});

test("explore() reports the seed, the order, a plain order and what ran in it", async () => {
  const found = await assertRejects(() => explore(inOrder, { seed: 100 }), ExplorationError);
  assertInstanceOf(found.cause, Lost);
  assert(found.seed! >= 100 && found.seed! < 1100);
  assertEquals(found.runs, found.seed! - 100 + 2);
  assertEquals(found.shrunk, [1]);
  assertEquals(found.steps.slice(0, 3), [
    { ran: "main", ready: [], choice: 0 },
    { ran: "second", ready: ["first"], choice: 1 },
    { ran: "first", ready: [], choice: 0 },
  ]);
  assertStringIncludes(found.message, `by seed: replay(main, ${found.seed})`);
  assertStringIncludes(found.message, `by order: replay(main, ${JSON.stringify(found.order)})`);
  assertStringIncludes(found.message, "  > 2 second, before first\n");
});

test("explore() shrinks what it found to the few steps that must be late", async () => {
  const found = await assertRejects(
    () =>
      explore(function* () {
        const log: number[] = [];
        const tasks = [0, 1, 2, 3, 4, 5].map((number) =>
          createTask(function* () {
            yield* sleep(0);
            log.push(number);
          })
        );
        yield* wait(tasks);
        if (log.indexOf(4) < log.indexOf(2)) throw new Lost(log.join());
      }, { seed: 8 }),
    ExplorationError,
  );
  const outOfTurn = (order: readonly number[]) => order.filter((choice) => choice > 0).length;
  assert(
    outOfTurn(found.shrunk) <= 2 && outOfTurn(found.shrunk) < outOfTurn(found.order),
    `${found.order} was shrunk to ${found.shrunk}`,
  );
  assertStringIncludes(found.message, `  shrunk: replay(main, ${JSON.stringify(found.shrunk)})`);
});

test("explore() finds the same in the same seed", async () => {
  const [one, other] = [
    await assertRejects(() => explore(inOrder, { seed: 7 }), ExplorationError),
    await assertRejects(() => explore(inOrder, { seed: 7 }), ExplorationError),
  ];
  assertEquals(one.message, other.message);
});

test("explore() counts tasks without a name from main on", async () => {
  const found = await assertRejects(
    () =>
      explore(function* () {
        const log: number[] = [];
        yield* gather([1, 2].map((number) =>
          function* () {
            log.push(number);
          }
        ));
        assertEquals(log, [1, 2]);
      }),
    ExplorationError,
  );
  assertEquals(found.steps.slice(0, 3).map(({ ran }) => ran), ["main", "Task-2", "Task-1"]);
});

test("explore() fails by a deadlock", async () => {
  const found = await assertRejects(
    () =>
      explore(function* () {
        const event = new Event();
        yield* gather([() => event.wait(), function* () {
          event.set();
          event.clear();
        }]);
      }),
    ExplorationError,
  );
  assertInstanceOf(found.cause, DeadlockError);
  assert(found.seed !== null);
});

test("explore() fails by an error that nobody retrieved, or that a callback threw", async () => {
  const failed = await assertRejects(
    () =>
      explore(function* () {
        createTask(function* () {
          throw new Lost("unseen");
        });
        yield* sleep(1);
      }),
    ExplorationError,
    "the exception handler was told: Task exception was never retrieved: Lost: unseen",
  );
  assertInstanceOf((failed.cause as Error).cause, Lost);
  await assertRejects(
    () =>
      explore(function* () {
        getRunningLoop().callSoon(function broken() {
          throw new Lost("thrown");
        });
        yield* sleep(1);
      }),
    ExplorationError,
    "Exception in callback broken()",
  );
});

test("explore() leaves the errors to a handler of the program's own", async () => {
  const told: string[] = [];
  await explore(function* () {
    getRunningLoop().setExceptionHandler((_loop, { message }) => told.push(message));
    getRunningLoop().callSoon(() => {
      throw new Lost("thrown");
    });
    yield* sleep(1);
  }, { runs: 1 });
  assertEquals(told.length, 1);
});

test("explore() fails by what comes while the rest is ended", async () => {
  await assertRejects(
    () =>
      explore(function* () {
        createTask(function* () {
          try {
            yield* sleep(10);
          } catch {
            throw new Lost("late");
          }
        });
        yield* sleep(1);
      }),
    ExplorationError,
    "unhandled exception during asyncio.run() shutdown: Lost: late",
  );
});

test("explore() fails by a program that does not end", async () => {
  const found = await assertRejects(
    () =>
      explore(function* () {
        for (;;) yield* sleep(0);
      }, { mostSteps: 500 }),
    ExplorationError,
  );
  assertInstanceOf(found.cause, RuntimeError);
  assertStringIncludes(found.message, "the program did not end within 500 steps");
  assertStringIncludes(found.message, "… ");
});

test("explore() says where a failure does not come again", async () => {
  let runs = 0;
  const found = await assertRejects(
    () =>
      explore(function* () {
        yield* gather([sleep(0), sleep(0)]);
        if (++runs === 4) throw new Lost("once");
      }),
    ExplorationError,
    "It did not fail again in this order: it depends on something else, too.",
  );
  assertEquals([found.isReproducible, found.runs], [false, 4]);
  assertEquals((found.cause as Error).message, "once");
});

test("explore() knows whose code runs", async () => {
  await explore(function* () {
    yield* gather(["x", "y"].map((name) =>
      createTask(function* () {
        for (let step = 0; step < 3; step++) {
          assertEquals(currentTask()!.getName(), name);
          yield* sleep(0);
        }
        assertEquals(currentTask()!.getName(), name);
      }, { name })
    ));
  }, { runs: 40, freedom: "ready" });
});

test("explore() takes promises for what they are", async () => {
  const { runs } = await explore(function* () {
    const promised = () => fromPromise(Promise.resolve("promised"));
    assertEquals(yield* gather([promised, promised]), ["promised", "promised"]);
  }, { runs: 20 });
  assertEquals(runs, 20);
});

test("replay() gives the result, or the very error", async () => {
  assertEquals(await replay(inOrder, []), ["first", "second"]);
  const error = await assertRejects(() => replay(inOrder, [1]), Lost);
  assertEquals(error.message, "second,first");
  const own = new Lost("own");
  const thrown = await assertRejects(() =>
    replay(function* () {
      throw own;
    }, 3)
  );
  assertStrictEquals(thrown, own);
});

test("replay() of the freedom that a failure was found with gives it again", async () => {
  const main = function* () {
    let isDone = false;
    yield* gather([function* () {
      for (let step = 0; step < 3; step++) yield* sleep(0);
      isDone = true;
    }, function* () {
      for (let step = 0; step < 6; step++) yield* sleep(0);
      if (!isDone) throw new Lost("early");
    }]);
  };
  assertEquals((await explore(main, { runs: 200 })).runs, 200);
  const found = await assertRejects(() => explore(main, { freedom: "ready" }), ExplorationError);
  await assertRejects(() => replay(main, found.seed!, { freedom: "ready" }), Lost);
  await assertRejects(() => replay(main, found.shrunk, { freedom: "ready" }), Lost);
});

test("explore() and replay() refuse what they cannot run", async () => {
  const wrong = [
    [() => explore(sleep(1) as never), "main must be a function that explore() can call"],
    [() => replay(42 as never, 1), "main must be a function that replay() can call"],
    [() => explore(inOrder, { runs: 0 }), "runs must be a whole number from 1 on, got 0"],
    [() => explore(inOrder, { seed: 0.5 }), "seed must be a whole number, got 0.5"],
    [() => replay(inOrder, 1, { mostSteps: 1.5 }), "mostSteps must be a whole number from 1 on"],
    [() => replay(inOrder, "1" as never), "a seed must be a whole number"],
  ] as const;
  for (const [call, message] of wrong) await assertRejects(call, TypeError, message);
});

test("explore() and replay() cannot be called from a running loop", async () => {
  await run(function* () {
    for (const call of [() => explore(inOrder), () => replay(inOrder, 1)]) {
      const refusal = new Future<unknown>();
      call().catch((error) => refusal.setResult(error));
      const error = yield* refusal;
      assertInstanceOf(error, RuntimeError);
      assertStringIncludes(error.message, "cannot be called from a running event loop");
    }
  });
});
