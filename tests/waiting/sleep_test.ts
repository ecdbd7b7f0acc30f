// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  type Coroutine,
  createTask,
  DeadlockError,
  gather,
  getRunningLoop,
  isCoroutine,
  newEventLoop,
  run,
  RuntimeError,
  sleep,
  type Task,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("closing a sleep that is being awaited does nothing, not even to who looks where its task stands", async () => {
  await virtually(function* () {
    const log: string[] = [];
    const nap = sleep(2, "slept");
    const task = createTask(function* () {
      log.push(yield* nap);
      yield* sleep(10);
    });
    yield* sleep(1);
    nap.close();
    task.getStack();
    assertEquals(log, []);
    yield* sleep(2);
    assertEquals(log, ["slept"]);
    task.cancel();
  });
});

test("sleep() waits its time, by number and by parts", async () => {
  await virtually(function* () {
    const times: number[] = [];
    const delays = [
      1,
      0.25,
      { seconds: 1 },
      { minutes: 1, seconds: 1 },
      { hours: 1 },
      { days: 1 },
      { milliseconds: 500 },
      { microseconds: 500_000 },
    ];
    for (const delay of delays) {
      const start = getRunningLoop().time();
      yield* sleep(delay);
      times.push(getRunningLoop().time() - start);
    }
    assertEquals(times, [1, 0.25, 1, 61, 3600, 86_400, 0.5, 0.5]);
  });
});

test("sleep() gives its result", async () => {
  await virtually(function* () {
    const result = { an: "object" };
    assertStrictEquals(yield* sleep(1, result), result);
    assertStrictEquals(yield* sleep(0, result), result);
    assertEquals([yield* sleep(1), yield* sleep(0), yield* sleep(0, null)], [
      undefined,
      undefined,
      null,
    ]);
  });
});

test("sleep(0) lets each other task run once, and takes no time", async () => {
  const log: string[] = [];
  await virtually(function* () {
    createTask(function* () {
      log.push("a1");
      yield* sleep(0);
      log.push("a2");
    });
    createTask(function* () {
      log.push("b1");
      yield* sleep(-1);
      log.push("b2");
    });
    log.push("m1");
    yield* sleep(0);
    log.push("m2");
    yield* sleep({ seconds: 0 });
    log.push("m3");
    assertEquals(getRunningLoop().time(), 0);
  });
  assertEquals(log, ["m1", "a1", "b1", "m2", "a2", "b2", "m3"]);
});

test("sleepers wake in order of their times, those of one time in order of their beginnings", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const delays = { a: 2, b: 1, c: 2, d: 1, e: 3 };
    yield* gather(
      Object.entries(delays).map(([name, delay]) =>
        function* () {
          yield* sleep(delay);
          log.push(name);
        }
      ),
    );
  });
  assertEquals(log.join(""), "bdace");
});

test("sleep() counts from where it is awaited", async () => {
  await virtually(function* () {
    const nap = sleep(1);
    assert(isCoroutine(nap));
    yield* sleep(5);
    yield* nap;
    assertEquals(getRunningLoop().time(), 6);
  });
});

test("sleep() may be awaited once", async () => {
  await virtually(function* () {
    for (const delay of [0, 1]) {
      const nap = sleep(delay);
      yield* nap;
      const again = createTask(nap);
      yield* wait([again]);
      assertEquals(
        `${again.exception()}`,
        "RuntimeError: cannot reuse already awaited coroutine",
      );
    }
  });
});

test("sleep() that another awaits is a RuntimeError, and another one when that is over", async () => {
  await virtually(function* () {
    const errorOf = async (nap: Coroutine<unknown>) => {
      const error = await assertRejects(async () => await nap, RuntimeError);
      return error.message;
    };
    for (
      const make of [() => sleep(0), () => sleep(0, "result"), () => sleep(-1), () => sleep(1)]
    ) {
      for (const isCancelled of [false, true]) {
        const nap: Coroutine<unknown> = make();
        const first = createTask(nap);
        const second = createTask(() => errorOf(nap));
        const error = yield* second;
        if (isCancelled) first.cancel();
        yield* wait([first]);
        assertEquals([error, yield* createTask(() => errorOf(nap))], [
          "coroutine is being awaited already",
          "cannot reuse already awaited coroutine",
        ]);
      }
    }
  });
});

test("a sleep that is cancelled leaves no timer behind", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  await loop.runUntilComplete(function* () {
    const tasks = Array.from({ length: 200 }, (_, index) => createTask(sleep(1000 + index)));
    yield* sleep(0);
    for (const task of tasks) task.cancel();
    yield* wait(tasks);
  });
  // With a timer the clock would jump to it.
  await assertRejects(() => loop.runForever(), DeadlockError);
  assertEquals(loop.time(), 0);
  loop.close();
});

test("a sleep that is cancelled and swallows it may sleep again", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        yield* sleep(10);
      } catch {
        return yield* sleep(1, getRunningLoop().time());
      }
      return -1;
    });
    yield* sleep(2);
    task.cancel();
    assertEquals([yield* task, getRunningLoop().time()], [2, 3]);
  });
});

test("Coroutine.close() of a sleep that is awaited leaves it to its task", async () => {
  await virtually(function* () {
    for (const delay of [0, 5]) {
      const naps = [sleep(delay, "slept"), sleep(delay, "slept")];
      const [slept, cancelled] = naps.map((nap) =>
        createTask(function* () {
          return yield* nap;
        })
      ) as [Task<string>, Task<string>];
      yield* sleep(0);
      const began = getRunningLoop().time();
      for (const nap of naps) nap.close();
      cancelled.cancel();
      yield* wait([slept, cancelled]);
      assertEquals([slept.result(), getRunningLoop().time() - began], ["slept", delay]);
      assertEquals(cancelled.cancelled(), true);
    }
  });
});

test("sleep() of no duration is an error where it is awaited, not where it is made", async () => {
  await virtually(function* () {
    const cases: [unknown, string][] = [
      [NaN, "ValueError: Invalid delay: NaN (not a number), expected a number of seconds"],
      [
        { milliseconds: NaN },
        "ValueError: Invalid delay: NaN (not a number), expected a number of seconds",
      ],
      [
        "1",
        "TypeError: delay must be a number of seconds or an object such as { milliseconds: 50 }, " +
        "got '1' (string)",
      ],
      [
        undefined,
        "TypeError: delay must be a number of seconds or an object such as { milliseconds: 50 }, " +
        "got undefined",
      ],
      [
        null,
        "TypeError: delay must be a number of seconds or an object such as { milliseconds: 50 }, got null",
      ],
      [
        {},
        "TypeError: delay must be a number of seconds or an object such as { milliseconds: 50 }, " +
        "got {} (Object)",
      ],
    ];
    for (const [delay, message] of cases) {
      const nap = sleep(delay as never);
      let thrown = "";
      try {
        yield* nap;
      } catch (error) {
        thrown = `${error}`;
      }
      assertEquals(thrown, message);
    }
  });
});

test("sleep() is not early, in real time", async () => {
  await run(function* () {
    const loop = getRunningLoop();
    for (const delay of [0.001, 0.004, 0.0105]) {
      const start = loop.time();
      yield* sleep(delay);
      assert(loop.time() - start >= delay - 1e-6, `slept ${loop.time() - start} s of ${delay}`);
    }
  });
});
