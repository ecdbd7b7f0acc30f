import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  anext,
  asyncGenerator,
  createTask,
  DeadlockError,
  type EventLoop,
  fromPromise,
  Future,
  gather,
  getRunningLoop,
  run,
  RuntimeError,
  runVirtual,
  sleep,
  TimeoutError,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("runVirtual() gives the result before it returns, after hours that pass in an instant", () => {
  const start = performance.now();
  const result = runVirtual(function* () {
    const naps = yield* gather([sleep({ hours: 2 }, "long"), sleep({ days: 300 }, "longer")]);
    return [...naps, getRunningLoop().time()];
  });
  assertEquals(result, ["long", "longer", 300 * 86_400]);
  assertEquals(performance.now() - start < 10_000, true);
});

test("runVirtual() takes whatever a generator program can await", () => {
  assertEquals(runVirtual(sleep(1, "lazy object")), "lazy object");
  assertEquals(runVirtual(() => "plain function"), "plain function");
  assertEquals(
    runVirtual((function* () {
      return yield* sleep(1, "generator object");
    })()),
    "generator object",
  );
});

test("runVirtual() throws the very error", () => {
  const error = new RangeError("no");
  assertStrictEquals(
    assertThrows(() =>
      runVirtual(function* () {
        yield* sleep(1);
        throw error;
      })
    ),
    error,
  );
  assertThrows(() => runVirtual(waitFor(sleep(10), 1)), TimeoutError);
});

test("runVirtual() closes the generators that are left open", () => {
  const log: string[] = [];
  const ticks = asyncGenerator(function* () {
    try {
      yield 1;
    } finally {
      yield* sleep(1);
      log.push("closed");
    }
  });
  const open = ticks();
  assertEquals(runVirtual(() => anext(open)), 1);
  assertEquals(log, ["closed"]);
});

test("runVirtual() ends what is left, and closes its loop", () => {
  const log: string[] = [];
  const loops: EventLoop[] = [];
  runVirtual(function* () {
    loops.push(getRunningLoop());
    createTask(function* () {
      try {
        yield* sleep(100);
      } finally {
        yield* sleep(1);
        log.push(`cleaned up at ${getRunningLoop().time()}`);
      }
    });
    yield* sleep(1);
  });
  assertEquals([log, loops[0]!.isClosed()], [["cleaned up at 2"], true]);
});

test("runVirtual() of what can never go on is a DeadlockError that names the tasks", () => {
  const error = assertThrows(
    () =>
      runVirtual(function* () {
        createTask(
          function* () {
            yield* new Future();
          },
          { name: "reader" },
        );
        yield* new Future();
      }),
    DeadlockError,
    "nothing is ready and no timer is set",
  );
  assertEquals(error.tasks.length, 2);
  assertEquals(error.tasks.map(({ task }) => /name='reader'/.test(task)), [false, true]);
  assertEquals(error.tasks.map(({ waitingFor }) => /^<Future pending/.test(waitingFor!)), [
    true,
    true,
  ]);
});

test("runVirtual() cannot wait for an async function or a promise", () => {
  assertThrows(
    () => runVirtual(async () => await sleep(1)),
    RuntimeError,
    "a synchronous run cannot wait for a promise: expected generator coroutines, got an async function",
  );
  for (const main of [Promise.resolve(1), () => fromPromise(Promise.resolve(1))]) {
    const error = assertThrows(
      () => runVirtual<number>(main),
      RuntimeError,
      "a synchronous run cannot wait for a promise: expected generator coroutines, got a promise, a signal or a job",
    );
    assertEquals(error instanceof DeadlockError, false);
  }
});

test("runVirtual() inside a running loop is a RuntimeError", async () => {
  assertThrows(
    () => runVirtual(() => runVirtual(() => "inner")),
    RuntimeError,
    "Cannot run the event loop while another loop is running",
  );
  await run(function* () {
    assertThrows(() => runVirtual(() => "inner"), RuntimeError, "Cannot run the event loop");
    yield* sleep(0);
  });
  assertEquals(runVirtual(() => "after"), "after");
});

test("runVirtual() takes the same steps each time", () => {
  const program = () => {
    const log: string[] = [];
    runVirtual(function* () {
      yield* gather(
        ["a", "b", "c"].map((name, index) =>
          function* () {
            for (let step = 0; step < 4; step++) {
              yield* sleep((step * 7 + index * 3) % 5);
              log.push(`${name}${step}@${getRunningLoop().time()}`);
            }
          }
        ),
      );
    });
    return log;
  };
  assertEquals(program(), program());
});

test("runVirtual() refuses what cannot be awaited", () => {
  assertThrows(
    () => runVirtual(42 as never),
    TypeError,
    "An asyncio.Future, a coroutine or an awaitable is required, got 42 (number)",
  );
});
