// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asyncWith,
  CancelledError,
  Condition,
  createTask,
  gather,
  getRunningLoop,
  Lock,
  RuntimeError,
  sleep,
  type Task,
  TimeoutError,
  wait,
  waitFor,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Takes the lock and waits to be notified; keeps the lock. */
function* waitAndKeep(condition: Condition, log: unknown[], name: unknown) {
  yield* condition.acquire();
  if (yield* condition.wait()) log.push(name);
  return true;
}

/** Takes the lock, waits to be notified, gives the lock back. */
function* waitAndRelease(condition: Condition, log: unknown[], name: unknown) {
  yield* waitAndKeep(condition, log, name);
  condition.release();
  return true;
}

/** Three tasks that wait. */
function three(make: (name: number) => () => unknown): Task<unknown>[] {
  return [1, 2, 3].map((name) => createTask(make(name)));
}

// The lock

test("new Condition() is unlocked", () => {
  const condition = new Condition();
  assertEquals([condition.locked(), `${condition}`], [false, "<Condition [unlocked]>"]);
});

test("Condition.acquire() and Condition.release() are the lock's", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const condition = new Condition(lock);
    assertEquals(yield* condition.acquire(), true);
    assertEquals([lock.locked(), condition.locked()], [true, true]);
    lock.release();
    assertEquals([lock.locked(), condition.locked()], [false, false]);
    assertThrows(() => condition.release(), RuntimeError, "Lock is not acquired.");
  });
});

test("asyncWith() holds a condition's lock", async () => {
  await virtually(function* () {
    const condition = new Condition();
    assertEquals(yield* asyncWith(condition, () => condition.locked()), true);
    assertEquals(condition.locked(), false);
  });
});

test("asyncWith() of a lock that a condition shares locks both", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const condition = new Condition(lock);
    const both = () => [lock.locked(), condition.locked()];
    assertEquals(yield* asyncWith(condition, both), [true, true]);
    assertEquals(both(), [false, false]);
    assertEquals(yield* asyncWith(lock, both), [true, true]);
    assertEquals(both(), [false, false]);
  });
});

test("two conditions of one lock exclude each other", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const lock = new Lock();
    const visit = function* (condition: Condition, name: string) {
      yield* asyncWith(condition, function* () {
        log.push(`${name} in`);
        yield* sleep(1);
        log.push(`${name} out`);
      });
    };
    yield* gather([
      createTask(() => visit(new Condition(lock), "a")),
      createTask(() => visit(new Condition(lock), "b")),
    ]);
  });
  assertEquals(log, ["a in", "a out", "b in", "b out"]);
});

test("Condition.hold() gives a guard that `using` releases", async () => {
  await virtually(function* () {
    const condition = new Condition();
    {
      using _guard = yield* condition.hold();
      assertEquals(condition.locked(), true);
      condition.notifyAll();
    }
    assertEquals(condition.locked(), false);
  });
});

test("Condition.toString() tells the state and how many wait", async () => {
  await virtually(function* () {
    const condition = new Condition();
    const tasks = three((name) => () => waitAndRelease(condition, [], name));
    yield;
    assertEquals(`${condition}`, "<Condition [unlocked, waiters:3]>");
    yield* condition.acquire();
    assertEquals(`${condition}`, "<Condition [locked, waiters:3]>");
    condition.notifyAll();
    condition.release();
    yield* gather(tasks);
    assertEquals(`${condition}`, "<Condition [unlocked]>");
  });
});

// Waiting and notifying

test("Condition.wait() gives the lock up, and goes on when it was notified and has it again", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const condition = new Condition();
    const tasks = three((name) => () => waitAndKeep(condition, log, name));
    yield;
    assertEquals([log, condition.locked()], [[], false]);
    yield* condition.acquire();
    condition.notify();
    yield;
    assertEquals([log, condition.locked()], [[], true], "notified, but the lock is taken");
    condition.release();
    yield;
    assertEquals([log, condition.locked()], [[1], true]);
    condition.notify(2);
    yield;
    assertEquals([log, condition.locked()], [[1], true], "the first keeps the lock");
    condition.release();
    yield;
    assertEquals([log, condition.locked()], [[1, 2], true]);
    condition.release();
    yield;
    assertEquals([log, condition.locked()], [[1, 2, 3], true]);
    assertEquals(tasks.map((task) => task.result()), [true, true, true]);
  });
});

test("Condition.notify() wakes one, or as many as it is told and no more than there are", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const condition = new Condition();
    const tasks = three((name) => () => waitAndRelease(condition, log, name));
    yield;
    assertEquals(log, []);
    yield* condition.acquire();
    condition.notify(1);
    condition.release();
    yield;
    assertEquals(log, [1]);
    yield* condition.acquire();
    condition.notify(1);
    condition.notify(2048);
    condition.release();
    yield;
    assertEquals(log, [1, 2, 3]);
    assertEquals(tasks.map((task) => task.result()), [true, true, true]);
  });
});

test("Condition.notify() of nobody does nothing", async () => {
  await virtually(function* () {
    const condition = new Condition();
    yield* asyncWith(condition, () => condition.notify(5));
    const task = createTask(() => waitFor(asyncWith(condition, () => condition.wait()), 1));
    yield* wait([task]);
    assertThrows(() => task.result(), TimeoutError);
  });
});

test("Condition.notify() does not count those that were notified before", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const condition = new Condition();
    const tasks = three((name) => () => waitAndRelease(condition, log, name));
    yield;
    yield* condition.acquire();
    condition.notify();
    condition.notify();
    condition.release();
    yield;
    yield;
    assertEquals(log, [1, 2]);
    yield* asyncWith(condition, () => condition.notify());
    yield* gather(tasks);
  });
  assertEquals(log, [1, 2, 3]);
});

test("Condition.notifyAll() wakes all, in the order of waiting", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const condition = new Condition();
    const tasks = three((name) => () => waitAndRelease(condition, log, name));
    yield;
    yield* condition.acquire();
    condition.notifyAll();
    condition.release();
    yield;
    assertEquals(log, [1, 2, 3]);
    assertEquals(tasks.map((task) => task.result()), [true, true, true]);
  });
});

test("Condition.wait() of a task that comes behind the notification is not woken by it", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const condition = new Condition();
    const early = createTask(() => waitAndRelease(condition, log, "early"));
    yield;
    yield* asyncWith(condition, () => condition.notifyAll());
    const late = createTask(() => waitAndRelease(condition, log, "late"));
    yield* early;
    yield* sleep(1);
    assertEquals([log, late.done()], [["early"], false]);
    yield* asyncWith(condition, () => condition.notifyAll());
    yield* late;
  });
  assertEquals(log, ["early", "late"]);
});

test("Condition.waitFor() looks at its predicate at each notification", async () => {
  await virtually(function* () {
    const condition = new Condition();
    let state = false;
    let looks = 0;
    const task = createTask(() =>
      asyncWith(condition, () =>
        condition.waitFor(() => {
          looks++;
          assertEquals(condition.locked(), true);
          return state;
        }))
    );
    yield;
    assertEquals([looks, task.done()], [1, false]);
    yield* asyncWith(condition, () => condition.notify());
    yield;
    assertEquals([looks, task.done()], [2, false]);
    state = true;
    yield* asyncWith(condition, () => condition.notify());
    yield;
    assertEquals([looks, task.done() && task.result()], [3, true]);
  });
});

test("Condition.waitFor() gives what the predicate gave", async () => {
  await virtually(function* () {
    const condition = new Condition();
    assertEquals(yield* asyncWith(condition, () => condition.waitFor(() => [1, 2, 3])), [1, 2, 3]);
    let value = "";
    const task = createTask(() => asyncWith(condition, () => condition.waitFor(() => value)));
    yield;
    value = "ready";
    yield* asyncWith(condition, () => condition.notifyAll());
    assertEquals(yield* task, "ready");
  });
});

test("Condition.waitFor() throws what the predicate throws, and holds the lock then", async () => {
  await virtually(function* () {
    const condition = new Condition();
    let isBroken = false;
    const task = createTask(() =>
      asyncWith(condition, () =>
        condition.waitFor(() => {
          assertEquals(condition.locked(), true);
          if (isBroken) throw new RangeError("broken");
          return false;
        }))
    );
    yield;
    isBroken = true;
    yield* asyncWith(condition, () => condition.notify());
    yield* wait([task]);
    assertThrows(() => task.result(), RangeError, "broken");
    assertEquals(condition.locked(), false);
  });
});

test("a bounded buffer of conditions hands all items on", async () => {
  const taken: number[] = [];
  await virtually(function* () {
    const lock = new Lock();
    const [notEmpty, notFull] = [new Condition(lock), new Condition(lock)];
    const buffer: number[] = [];
    const producer = function* (start: number) {
      for (let item = start; item < start + 10; item++) {
        yield* asyncWith(lock, function* () {
          yield* notFull.waitFor(() => buffer.length < 2);
          buffer.push(item);
          notEmpty.notify();
        });
      }
    };
    const consumer = function* () {
      for (let count = 0; count < 10; count++) {
        yield* asyncWith(lock, function* () {
          yield* notEmpty.waitFor(() => buffer.length > 0);
          taken.push(buffer.shift() ?? NaN);
          notFull.notify();
        });
      }
    };
    yield* gather([
      createTask(() => producer(0)),
      createTask(() => consumer()),
      createTask(() => producer(100)),
      createTask(() => consumer()),
    ]);
  });
  const expected = Array.from({ length: 10 }, (_, index) => [index, 100 + index]).flat();
  assertEquals(taken.toSorted((a, b) => a - b), expected.toSorted((a, b) => a - b));
  for (const part of [taken.filter((n) => n < 100), taken.filter((n) => n >= 100)]) {
    assertEquals(part, part.toSorted((a, b) => a - b));
  }
});

// Cancellation

test("Condition.wait() that is cancelled takes the lock again first", async () => {
  await virtually(function* () {
    const condition = new Condition();
    yield* condition.acquire();
    const task = createTask(() => condition.wait());
    getRunningLoop().callSoon(() => task.cancel());
    yield* wait([task]);
    assertEquals([task.cancelled(), `${condition}`], [true, "<Condition [locked]>"]);
  });
});

test("Condition.wait() that is cancelled when it was notified and the lock is taken keeps waiting for the lock", async () => {
  await virtually(function* () {
    const condition = new Condition();
    yield* condition.acquire();
    const task = createTask(() => condition.wait());
    yield;
    assertEquals(condition.locked(), false);
    yield* condition.acquire();
    condition.notify();
    const loop = getRunningLoop();
    loop.callSoon(() => task.cancel());
    loop.callSoon(() => condition.release());
    yield* wait([task]);
    assertEquals([task.done(), condition.locked()], [true, true]);
  });
});

test("Condition.wait() that is cancelled between the notification and the lock is cancelled in the end", async () => {
  let began = false;
  await virtually(function* () {
    const condition = new Condition();
    const task = createTask(() =>
      asyncWith(condition, function* () {
        began = true;
        yield* condition.wait();
      })
    );
    yield;
    yield* condition.acquire();
    condition.notify();
    yield;
    task.cancel();
    yield;
    condition.release();
    yield;
    assertEquals([task.cancelled(), began, condition.locked()], [true, true, false]);
  });
});

test("Condition.wait() throws the very CancelledError that woke it", async () => {
  await virtually(function* () {
    const condition = new Condition();
    let caught: unknown;
    const task = createTask(() =>
      asyncWith(condition, function* () {
        try {
          yield* condition.waitFor(() => false);
        } catch (error) {
          caught = error;
          throw error;
        }
      })
    );
    yield;
    task.cancel("foo");
    let thrown: unknown;
    try {
      yield* task;
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof CancelledError);
    assertEquals(thrown.message, "foo");
    assertStrictEquals(thrown, caught);
  });
});

test("Condition.wait() throws the very CancelledError that came while it took the lock", async () => {
  await virtually(function* () {
    const condition = new Condition();
    let isReady = false;
    let caught: unknown;
    const task = createTask(() =>
      asyncWith(condition, function* () {
        try {
          yield* condition.waitFor(() => isReady);
        } catch (error) {
          caught = error;
          throw error;
        }
      })
    );
    yield;
    yield* condition.acquire();
    isReady = true;
    condition.notify();
    yield;
    task.cancel("foo");
    condition.release();
    let thrown: unknown;
    try {
      yield* task;
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof CancelledError);
    assertEquals(thrown.message, "foo");
    assertStrictEquals(thrown, caught);
  });
});

test("Condition.wait() that is cancelled twice throws the later of the two", async () => {
  await virtually(function* () {
    const condition = new Condition();
    const task = createTask(() => asyncWith(condition, () => condition.wait()));
    yield;
    yield* condition.acquire();
    task.cancel("first");
    yield;
    task.cancel("second");
    yield;
    condition.release();
    yield* wait([task]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "second");
    assertEquals(condition.locked(), false);
  });
});

/** Takes one from a counter whenever there is one, until the counter is negative. */
function* consume(condition: Condition, state: { value: number }) {
  yield* condition.acquire();
  try {
    for (;;) {
      yield* condition.waitFor(() => state.value !== 0);
      if (state.value < 0) return;
      state.value--;
    }
  } finally {
    condition.release();
  }
}

for (const [when, turns] of [["as it is woken", 0], ["while it takes the lock", 1]] as const) {
  test(`Condition.wait() that is cancelled ${when} hands the notification on`, async () => {
    await virtually(function* () {
      const condition = new Condition();
      const state = { value: 0 };
      const first = createTask(() => consume(condition, state));
      const second = createTask(() => consume(condition, state));
      yield;
      yield* asyncWith(condition, function* () {
        state.value++;
        condition.notify(1);
        for (let turn = 0; turn < turns; turn++) yield;
        first.cancel();
        // Nobody notifies this task: it gives the lock up for a second.
        yield* gather([waitFor(condition.wait(), 1)], { returnExceptions: true });
        assertEquals([state.value, condition.locked()], [0, true]);
        state.value = -1;
        condition.notifyAll();
      });
      yield* second;
      assertEquals([first.cancelled(), condition.locked()], [true, false]);
    });
  });
}

test("Condition.notify() reaches a task at whatever step another is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const condition = new Condition();
      const state = { value: 0 };
      const first = createTask(() => consume(condition, state));
      const second = createTask(() => consume(condition, state));
      victim(first);
      for (let turn = 0; turn < 3; turn++) yield;
      yield* asyncWith(condition, () => {
        state.value++;
        condition.notify();
      });
      for (let turn = 0; turn < 10 && state.value !== 0; turn++) yield;
      assertEquals(state.value, 0);
      yield* asyncWith(condition, () => {
        state.value = -1;
        condition.notifyAll();
      });
      yield* wait([first, second]);
      assertEquals([second.exception(), condition.locked()], [null, false]);
    })
  );
  assert(cancelled >= 5, `${cancelled} steps`);
});

test("Condition.wait() can time out, and holds the lock then", async () => {
  await virtually(function* () {
    const condition = new Condition();
    yield* asyncWith(condition, function* () {
      let error: unknown;
      try {
        yield* waitFor(condition.wait(), 0.5);
      } catch (caught) {
        error = caught;
      }
      assert(error instanceof TimeoutError);
      assertEquals(`${condition}`, "<Condition [locked]>");
    });
    assertEquals(getRunningLoop().time() > 0.4, true);
  });
});

// Misuse

test("new Condition() refuses what is no lock", () => {
  for (const lock of [{}, "lock", new Condition()]) {
    assertThrows(() => new Condition(lock as never), TypeError, "lock must be a Lock, got");
  }
});

test("a block and Condition.wait() take the lock by the acquire() of the class, as they give it back", async () => {
  const log: string[] = [];
  class Told extends Condition {
    override acquire() {
      log.push("acquire");
      return super.acquire();
    }

    override release() {
      log.push("release");
      super.release();
    }
  }
  await virtually(function* () {
    const condition = new Told();
    const waiting = createTask(() => asyncWith(condition, () => condition.wait()));
    yield* sleep(0);
    assertEquals(log.splice(0), ["acquire", "release"]);
    yield* asyncWith(condition, () => condition.notify());
    yield* waiting;
  });
  assertEquals(log, ["acquire", "release", "acquire", "release"]);
});

test("Condition.wait() without the lock is a RuntimeError", async () => {
  await assertRejects(
    () =>
      virtually(function* () {
        yield* new Condition().wait();
      }),
    RuntimeError,
    "cannot wait on un-acquired lock",
  );
});

test("Condition.waitFor() needs the lock only if it must wait", async () => {
  await virtually(function* () {
    const condition = new Condition();
    assertEquals(yield* condition.waitFor(() => [1, 2, 3]), [1, 2, 3]);
    const task = createTask(() => condition.waitFor(() => false));
    yield* wait([task]);
    assertThrows(() => task.result(), RuntimeError, "cannot wait on un-acquired lock");
  });
});

test("Condition.notify() and Condition.notifyAll() without the lock are a RuntimeError", () => {
  const condition = new Condition();
  for (const notify of [() => condition.notify(), () => condition.notifyAll()]) {
    assertThrows(notify, RuntimeError, "cannot notify on un-acquired lock");
  }
});

test("Condition.wait() on another loop than the first is a RuntimeError", async () => {
  const condition = new Condition();
  const waitBriefly = () =>
    virtually(function* () {
      yield* asyncWith(condition, () => waitFor(condition.wait(), 1));
    });
  await assertRejects(waitBriefly, TimeoutError);
  await assertRejects(waitBriefly, RuntimeError, "is bound to a different event loop");
  assertEquals(condition.locked(), false);
});

test("Condition.acquire() of another loop's lock is a RuntimeError", async () => {
  const lock = new Lock();
  await virtually(function* () {
    yield* lock.acquire();
    const waiting = createTask(() => lock.acquire());
    yield;
    lock.release();
    yield* waiting;
    lock.release();
  });
  await virtually(function* () {
    yield* asyncWith(lock, function* () {
      const task = createTask(() => new Condition(lock).acquire());
      yield* wait([task]);
      assertThrows(() => task.result(), RuntimeError, "is bound to a different event loop");
    });
  });
});
