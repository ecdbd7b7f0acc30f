// kinds: generator, async
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  asyncWith,
  BoundedSemaphore,
  CancelledError,
  createTask,
  gather,
  getRunningLoop,
  RuntimeError,
  Semaphore,
  sleep,
  type Task,
  TaskGroup,
  TimeoutError,
  ValueError,
  wait,
  waitFor,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Takes one from a semaphore and keeps it. */
function* take(semaphore: Semaphore, log: unknown[], name: unknown) {
  if (yield* semaphore.acquire()) log.push(name);
  return true;
}

/** Tasks that take one each, named from 1 on. */
function takers(semaphore: Semaphore, log: unknown[], count: number): Task<boolean>[] {
  return Array.from(
    { length: count },
    (_, index) => createTask(() => take(semaphore, log, index + 1)),
  );
}

function states(tasks: Iterable<Task<unknown>>): string {
  return [...tasks].map((task) => task.cancelled() ? "c" : task.done() ? "d" : "p").join("");
}

// The counter

test("new Semaphore() lets in one, or as many as it is told", () => {
  assertEquals(`${new Semaphore()}`, "<Semaphore [unlocked, value:1]>");
  assertEquals(`${new Semaphore(3)}`, "<Semaphore [unlocked, value:3]>");
  assertEquals(`${new BoundedSemaphore(2)}`, "<BoundedSemaphore [unlocked, value:2]>");
});

test("new Semaphore(0) is locked from the start", () => {
  const semaphore = new Semaphore(0);
  assertEquals([semaphore.locked(), `${semaphore}`], [true, "<Semaphore [locked]>"]);
});

test("new Semaphore() refuses a negative counter, and what is no number", () => {
  for (const Kind of [Semaphore, BoundedSemaphore]) {
    assertThrows(() => new Kind(-1), ValueError, "Semaphore initial value must be >= 0");
    for (const value of ["3", null, NaN, {}]) {
      assertThrows(() => new Kind(value as never), TypeError, "value must be a number, got");
    }
  }
});

test("Semaphore.acquire() of a counter above zero takes one at once and gives true", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore(2);
    let turns = 0;
    getRunningLoop().callSoon(() => turns++);
    assertEquals([yield* semaphore.acquire(), semaphore.locked()], [true, false]);
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:1]>");
    assertEquals([yield* semaphore.acquire(), semaphore.locked(), turns], [true, true, 0]);
  });
});

test("Semaphore.acquire() does nothing until it is awaited", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore();
    const acquiring = semaphore.acquire();
    yield;
    assertEquals(semaphore.locked(), false);
    yield* acquiring;
    assertEquals(semaphore.locked(), true);
  });
});

test("Semaphore.release() gives one back", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore();
    yield* semaphore.acquire();
    assertEquals(semaphore.release(), undefined);
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:1]>");
  });
});

test("Semaphore.release() may give more than was taken", () => {
  const semaphore = new Semaphore();
  semaphore.release();
  semaphore.release();
  assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:3]>");
});

test("BoundedSemaphore.release() of more than was taken is a ValueError", async () => {
  await virtually(function* () {
    const semaphore = new BoundedSemaphore(2);
    assertThrows(() => semaphore.release(), ValueError, "BoundedSemaphore released too many times");
    yield* semaphore.acquire();
    semaphore.release();
    assertThrows(() => semaphore.release(), ValueError, "BoundedSemaphore released too many times");
    assertEquals(`${semaphore}`, "<BoundedSemaphore [unlocked, value:2]>");
  });
});

test("BoundedSemaphore.release() that wakes a waiter does not count as given back", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new BoundedSemaphore();
    yield* semaphore.acquire();
    const [task] = takers(semaphore, log, 1) as [Task<boolean>];
    yield;
    semaphore.release();
    yield* task;
    semaphore.release();
    assertThrows(() => semaphore.release(), ValueError);
    assertEquals(log, [1]);
  });
});

test("Semaphore.toString() tells how many wait", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    const tasks = takers(semaphore, [], 2);
    yield;
    assertEquals(`${semaphore}`, "<Semaphore [locked, waiters:2]>");
    semaphore.release();
    semaphore.release();
    yield* gather(tasks);
    assertEquals(`${semaphore}`, "<Semaphore [locked]>");
  });
});

// Order

test("Semaphore.acquire() waits while the counter is zero", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore(3);
    yield* semaphore.acquire();
    yield* semaphore.acquire();
    const tasks = takers(semaphore, log, 4);
    yield;
    assertEquals([log, `${semaphore}`], [[1], "<Semaphore [locked, waiters:3]>"]);
    semaphore.release();
    semaphore.release();
    assertEquals(semaphore.locked(), true);
    yield;
    assertEquals([log, `${semaphore}`], [[1, 2, 3], "<Semaphore [locked, waiters:1]>"]);
    assertEquals(states(tasks), "dddp");
    semaphore.release();
    yield* gather(tasks);
    assertEquals(log, [1, 2, 3, 4]);
  });
});

test("Semaphore.acquire() that comes late is served after those that were woken", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore(3);
    yield* semaphore.acquire();
    yield* semaphore.acquire();
    const tasks = takers(semaphore, log, 3);
    yield;
    tasks.push(createTask(() => take(semaphore, log, "late")));
    semaphore.release();
    semaphore.release();
    yield;
    assertEquals([log, states(tasks)], [[1, 2, 3], "dddp"]);
    semaphore.release();
    yield* gather(tasks);
    assertEquals(log, [1, 2, 3, "late"]);
  });
});

test("Semaphore.acquire() goes round among tasks that come again and again", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore();
    const visitor = function* (name: string) {
      for (const round of [1, 2]) {
        yield* semaphore.acquire();
        log.push(`${name}_${round}`);
        yield* sleep(0.01);
        semaphore.release();
      }
    };
    yield* TaskGroup.run(function* (group) {
      for (const name of ["c1", "c2", "c3"]) group.createTask(() => visitor(name));
    });
  });
  assertEquals(log, ["c1_1", "c2_1", "c3_1", "c1_2", "c2_2", "c3_2"]);
});

test("Semaphore.acquire() of one that has just given back waits behind the others", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore();
    const tasks = [
      createTask(() => take(semaphore, log, 1)),
      createTask(function* () {
        yield* take(semaphore, log, 2);
        semaphore.release();
        yield* take(semaphore, log, 4);
      }),
      createTask(() => take(semaphore, log, 3)),
    ];
    yield;
    semaphore.release();
    semaphore.release();
    yield* gather(tasks);
  });
  assertEquals(log, [1, 2, 3, 4]);
});

test("Semaphore.acquire() serves those behind one that was cancelled", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    const tasks = takers(semaphore, log, 3);
    yield;
    tasks[0]?.cancel();
    yield;
    semaphore.release();
    semaphore.release();
    yield* gather(tasks, { returnExceptions: true });
    assertEquals([log, states(tasks)], [[2, 3], "cdd"]);
  });
});

test("Semaphore.acquire() wakes all that waited for their turns only", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    let late: Task<unknown> | null = null;
    const first = createTask(function* () {
      yield* semaphore.acquire();
      assertEquals(semaphore.locked(), true);
      late = createTask(function* () {
        log.push("late");
      });
      log.push("first");
    });
    const second = createTask(function* () {
      for (let count = 0; count < 3; count++) semaphore.release();
      // Two are left, but the first has not run yet.
      assertEquals(semaphore.locked(), true);
      yield* semaphore.acquire();
      log.push("second");
    });
    const third = createTask(function* () {
      yield* semaphore.acquire();
      assertEquals(semaphore.locked(), true);
      log.push("third");
    });
    yield;
    assertEquals(`${semaphore}`, "<Semaphore [locked, waiters:3]>");
    yield;
    assert(late !== null);
    yield* gather([first, second, third, late as Task<unknown>]);
  });
  assertEquals(log, ["first", "second", "third", "late"]);
});

test("a semaphore lets in as many as its counter says, and never more", async () => {
  let inside = 0;
  let most = 0;
  await virtually(function* () {
    const semaphore = new BoundedSemaphore(3);
    yield* gather(
      Array.from({ length: 20 }, (_, index) =>
        createTask(() =>
          asyncWith(semaphore, function* () {
            most = Math.max(most, ++inside);
            yield* sleep((index * 7) % 5);
            inside--;
          })
        )),
    );
    assertEquals([most, inside, `${semaphore}`], [
      3,
      0,
      "<BoundedSemaphore [unlocked, value:3]>",
    ]);
  });
});

// Cancellation

test("Semaphore.acquire() that is cancelled leaves the queue", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore();
    yield* semaphore.acquire();
    const task = createTask(() => semaphore.acquire());
    yield;
    getRunningLoop().callSoon(() => task.cancel("enough"));
    yield* wait([task]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "enough");
    assertEquals(`${semaphore}`, "<Semaphore [locked]>");
    semaphore.release();
    assertEquals(semaphore.locked(), false);
  });
});

test("Semaphore.release() steps over those that were cancelled just before", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    const tasks = takers(semaphore, log, 4);
    yield;
    tasks[0]?.cancel();
    tasks[1]?.cancel();
    semaphore.release();
    yield;
    yield;
    assertEquals([log, states(tasks)], [[3], "ccdp"]);
    tasks[3]?.cancel();
    yield;
    assertEquals(states(tasks), "ccdc");
  });
});

test("Semaphore.release() just after a cancellation does not hang the next", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    const tasks = takers(semaphore, log, 2);
    yield;
    tasks[0]?.cancel();
    semaphore.release();
    yield;
    yield;
    assertEquals([semaphore.locked(), states(tasks), log], [true, "cd", [2]]);
  });
});

test("Semaphore.acquire() that is cancelled after it was woken gives back what it was given", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore(1);
    let second: Task<unknown> | null = null;
    const first = createTask(function* () {
      yield* asyncWith(semaphore, () => sleep(0));
      second?.cancel();
    });
    second = createTask(() => asyncWith(semaphore, () => assert(false, "must not come in")));
    const [one, two] = yield* gather([first, second], { returnExceptions: true });
    assertEquals(one, undefined);
    assert(two instanceof CancelledError);
    assertEquals(yield* waitFor(semaphore.acquire(), 1), true);
  });
});

test("Semaphore.acquire() that is cancelled after it was woken wakes the next", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    const tasks = takers(semaphore, log, 3);
    yield;
    semaphore.release();
    tasks[0]?.cancel();
    yield;
    yield;
    assertEquals([log, states(tasks)], [[2], "cdp"]);
    semaphore.release();
    yield* gather(tasks, { returnExceptions: true });
    assertEquals([log, `${semaphore}`], [[2, 3], "<Semaphore [locked]>"]);
  });
});

test("Semaphore.locked() does not count those that were cancelled", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    const tasks = takers(semaphore, [], 2);
    yield;
    for (const task of tasks) task.cancel();
    semaphore.release();
    assertEquals(semaphore.locked(), false);
    assertEquals(yield* semaphore.acquire(), true);
    yield* wait(tasks);
    assertEquals([states(tasks), `${semaphore}`], ["cc", "<Semaphore [locked]>"]);
  });
});

test("Semaphore.acquire() that times out loses nothing", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore();
    yield* semaphore.acquire();
    const task = createTask(() => waitFor(semaphore.acquire(), 1));
    yield* wait([task]);
    assertThrows(() => task.result(), TimeoutError);
    semaphore.release();
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:1]>");
  });
});

test("Semaphore.acquire() loses nothing at whatever step a visitor is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const semaphore = new BoundedSemaphore(2);
      let visits = 0;
      const visitors = Array.from({ length: 5 }, () =>
        createTask(() =>
          asyncWith(semaphore, function* () {
            yield;
            visits++;
          })
        ));
      victim(visitors[2] as Task<void>);
      yield* wait(visitors);
      assertEquals(`${semaphore}`, "<BoundedSemaphore [unlocked, value:2]>");
      assertEquals(visits, visitors[2]?.cancelled() ? 4 : 5);
    })
  );
  assert(cancelled >= 3, `${cancelled} steps`);
});

// In blocks

test("asyncWith() takes one from a semaphore while its body runs", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore();
    const task = createTask(() =>
      asyncWith(semaphore, function* () {
        yield;
        assertEquals(semaphore.locked(), true);
        throw new RangeError("inside");
      })
    );
    yield* wait([task]);
    assertThrows(() => task.result(), RangeError, "inside");
    assertEquals(semaphore.locked(), false);
  });
});

test("Semaphore.hold() gives a guard that `using` releases at the end of the block", async () => {
  await virtually(function* () {
    const semaphore = new BoundedSemaphore();
    {
      using guard = yield* semaphore.hold();
      assertEquals(semaphore.locked(), true);
      guard.release();
      assertEquals(semaphore.locked(), false);
    }
    assertEquals(`${semaphore}`, "<BoundedSemaphore [unlocked, value:1]>");
  });
});

test("who is left in the line of a semaphore, as the loser of a race is, gives nothing back", async () => {
  await virtually(function* () {
    const semaphore = new Semaphore(0);
    const racer = createTask(async () => {
      return await Promise.race([sleep(1, "winner"), semaphore.acquire()]);
    });
    assertEquals(yield* racer, "winner");
    assertEquals(`${semaphore}`, "<Semaphore [locked]>");
    semaphore.release();
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:1]>");
  });
});

// Misuse

test("a semaphore itself cannot be awaited", async () => {
  const semaphore = new Semaphore();
  await assertRejects(() =>
    virtually(function* () {
      yield* gather([semaphore as never]);
    }), TypeError);
  assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:1]>");
});

test("Semaphore.acquire() on another loop than the first one that waited is a RuntimeError", async () => {
  const semaphore = new Semaphore(0);
  const waitBriefly = () =>
    virtually(function* () {
      yield* waitFor(semaphore.acquire(), 1);
    });
  await assertRejects(waitBriefly, TimeoutError);
  await assertRejects(waitBriefly, RuntimeError, "is bound to a different event loop");
  semaphore.release();
  assertEquals(semaphore.locked(), false);
});
