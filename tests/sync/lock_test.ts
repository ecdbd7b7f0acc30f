// kinds: generator, async
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  asyncWith,
  BoundedSemaphore,
  CancelledError,
  Condition,
  createTask,
  Future,
  gather,
  getRunningLoop,
  Lock,
  RuntimeError,
  Semaphore,
  sleep,
  type Task,
  wait,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Takes a lock and keeps it. */
function* take(lock: Lock, log: unknown[], name: unknown) {
  if (yield* lock.acquire()) log.push(name);
  return true;
}

/** Takes a lock, awaits something, gives the lock back. */
function* visit(lock: Lock, log: unknown[], name: unknown, stay?: Future<unknown>) {
  yield* lock.acquire();
  try {
    log.push(`${name} in`);
    if (stay !== undefined) yield* stay;
  } finally {
    log.push(`${name} out`);
    lock.release();
  }
}

// States

test("new Lock() is unlocked", () => {
  const lock = new Lock();
  assertEquals([lock.locked(), `${lock}`], [false, "<Lock [unlocked]>"]);
});

test("Lock.acquire() of a free lock takes it at once and gives true", async () => {
  await virtually(function* () {
    const lock = new Lock();
    let turns = 0;
    getRunningLoop().callSoon(() => turns++);
    assertEquals([yield* lock.acquire(), lock.locked(), turns], [true, true, 0]);
  });
});

test("Lock.acquire() does nothing until it is awaited", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const acquiring = lock.acquire();
    yield;
    assertEquals(lock.locked(), false);
    yield* acquiring;
    assertEquals(lock.locked(), true);
  });
});

test("Lock.release() frees a lock that nobody waits for", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    assertEquals(lock.release(), undefined);
    assertEquals(lock.locked(), false);
  });
});

test("Lock.release() of a lock that nobody holds is a RuntimeError", () => {
  assertThrows(() => new Lock().release(), RuntimeError, "Lock is not acquired.");
});

test("Lock.release() twice is a RuntimeError", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    lock.release();
    assertThrows(() => lock.release(), RuntimeError, "Lock is not acquired.");
    assertEquals(lock.locked(), false);
  });
});

test("Lock.release() may be called by another task than the holder, or by a callback", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* createTask(() => lock.acquire());
    lock.release();
    yield* lock.acquire();
    getRunningLoop().callSoon(() => lock.release());
    yield;
    assertEquals(lock.locked(), false);
  });
});

test("Lock.toString() tells the state and how many wait", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    assertEquals(`${lock}`, "<Lock [locked]>");
    const waiting = [createTask(() => lock.acquire()), createTask(() => lock.acquire())];
    yield;
    assertEquals(`${lock}`, "<Lock [locked, waiters:2]>");
    lock.release();
    assertEquals(`${lock}`, "<Lock [unlocked, waiters:2]>");
    yield;
    assertEquals(`${lock}`, "<Lock [locked, waiters:1]>");
    lock.release();
    yield* gather(waiting);
    assertEquals(`${lock}`, "<Lock [locked]>");
  });
});

test("a lock is not reentrant: who holds it waits for it, too", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const again = createTask(() => lock.acquire());
    yield;
    assertEquals([again.done(), `${lock}`], [false, "<Lock [locked, waiters:1]>"]);
    lock.release();
    assertEquals(yield* again, true);
  });
});

// Order

test("Lock.acquire() lets those that wait in by the order they came", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const tasks = [1, 2].map((name) => createTask(() => take(lock, log, name)));
    yield;
    assertEquals(log, []);
    lock.release();
    yield;
    assertEquals(log, [1]);
    yield;
    assertEquals(log, [1], "one release lets one in");
    tasks.push(createTask(() => take(lock, log, 3)));
    lock.release();
    yield;
    assertEquals(log, [1, 2]);
    lock.release();
    yield;
    assertEquals(log, [1, 2, 3]);
    assertEquals(tasks.map((task) => task.result()), [true, true, true]);
  });
});

test("Lock.acquire() waits behind a task that was woken and has not run yet", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const first = createTask(() => visit(lock, log, "first"));
    yield;
    lock.release();
    // The lock is free here, but promised.
    assertEquals(lock.locked(), false);
    yield* visit(lock, log, "barger");
    yield* first;
  });
  assertEquals(log, ["first in", "first out", "barger in", "barger out"]);
});

test("Lock.acquire() in a loop alternates between two tasks", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const lock = new Lock();
    const worker = function* (name: string) {
      for (let round = 0; round < 3; round++) {
        yield* lock.acquire();
        log.push(name);
        yield;
        lock.release();
      }
    };
    yield* gather([createTask(() => worker("a")), createTask(() => worker("b"))]);
  });
  assertEquals(log.join(""), "ababab");
});

test("a lock keeps its sections apart, however many tasks there are", async () => {
  let inside = 0;
  const seen: number[] = [];
  await virtually(function* () {
    const lock = new Lock();
    const tasks = Array.from(
      { length: 20 },
      (_, index) =>
        createTask(() =>
          asyncWith(lock, function* () {
            assertEquals(++inside, 1);
            yield* sleep((index * 7) % 5);
            inside--;
            seen.push(index);
          })
        ),
    );
    yield* gather(tasks);
  });
  assertEquals(seen, Array.from({ length: 20 }, (_, index) => index));
});

// Cancellation

test("Lock.acquire() that is cancelled leaves the queue", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const task = createTask(() => lock.acquire());
    yield;
    getRunningLoop().callSoon(() => task.cancel("changed my mind"));
    yield* wait([task]);
    assert(task.cancelled());
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "changed my mind");
    assertEquals(`${lock}`, "<Lock [locked]>");
  });
});

test("Lock.release() steps over a waiter that was cancelled just before", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const lock = new Lock();
    const stay = new Future<void>();
    const a = createTask(() => visit(lock, log, "a", stay));
    yield;
    const b = createTask(() => visit(lock, log, "b"));
    const c = createTask(() => visit(lock, log, "c"));
    yield;
    assertEquals(`${lock}`, "<Lock [locked, waiters:2]>");
    stay.setResult();
    b.cancel();
    yield;
    assertEquals([lock.locked(), a.done(), b.cancelled()], [false, true, true]);
    yield* c;
  });
  assertEquals(log, ["a in", "a out", "c in", "c out"]);
});

test("Lock.acquire() that is cancelled as the lock is released lets just one other in", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const [first, second, third] = ["first", "second", "third"].map((name) =>
      createTask(() => take(lock, log, name))
    ) as [Task<true>, Task<true>, Task<true>];
    yield;
    getRunningLoop().callSoon(() => {
      first.cancel();
      lock.release();
    });
    yield* wait([first]);
    yield;
    assertEquals([first.cancelled(), second.done(), third.done()], [true, true, false]);
    assertEquals(log, ["second"]);
    third.cancel();
    yield;
    assert(third.cancelled());
  });
});

test("Lock.acquire() that is cancelled after it was woken hands the lock on", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const woken = createTask(() => take(lock, log, "woken"));
    yield;
    const next = createTask(() => take(lock, log, "next"));
    yield;
    lock.release();
    woken.cancel();
    yield* next;
    assertEquals([woken.cancelled(), lock.locked(), log], [true, true, ["next"]]);
  });
});

test("Lock.acquire() that is cancelled after it was woken wakes one that came later", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const first = createTask(() => lock.acquire());
    yield;
    const second = createTask(() => lock.acquire());
    // `second` has not begun when the lock is released and `first` is cancelled.
    first.cancel();
    lock.release();
    yield;
    assertEquals([first.cancelled(), lock.locked()], [true, true]);
    assertEquals(yield* second, true);
  });
});

test("Lock.acquire() jumps a queue in which all are cancelled", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    const gone = createTask(() => lock.acquire());
    yield;
    gone.cancel();
    lock.release();
    assertEquals([yield* lock.acquire(), lock.locked()], [true, true]);
    yield* wait([gone]);
    assertEquals([gone.cancelled(), lock.locked()], [true, true]);
  });
});

test("Lock.acquire() gets its turn at whatever step the one before it is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const lock = new Lock();
      const log: unknown[] = [];
      const stay = new Future<void>();
      const holder = createTask(() => visit(lock, log, "holder", stay));
      const middle = createTask(() => visit(lock, log, "middle"));
      const last = createTask(() => visit(lock, log, "last"));
      victim(middle);
      for (let turn = 0; turn < 4; turn++) yield;
      stay.setResult();
      yield* wait([holder, middle, last]);
      assertEquals([lock.locked(), last.cancelled(), last.exception()], [false, false, null]);
      assertEquals(log.slice(-2), ["last in", "last out"]);
    })
  );
  assert(cancelled >= 5, `${cancelled} steps`);
});

// In blocks

test("asyncWith() holds a lock while its body runs", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const seen = yield* asyncWith(lock, function* () {
      yield;
      return lock.locked();
    });
    assertEquals([seen, lock.locked()], [true, false]);
  });
});

test("asyncWith() gives a lock back when its body throws", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const task = createTask(() =>
      asyncWith(lock, function* () {
        yield;
        throw new RangeError("inside");
      })
    );
    yield* wait([task]);
    assertThrows(() => task.result(), RangeError, "inside");
    assertEquals(lock.locked(), false);
  });
});

test("asyncWith() gives a lock back when its body is cancelled, and not when it never got it", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const holder = createTask(() => asyncWith(lock, () => sleep(10)));
    const waiter = createTask(() => asyncWith(lock, () => sleep(10)));
    yield;
    waiter.cancel();
    yield* wait([waiter]);
    assertEquals(lock.locked(), true);
    holder.cancel();
    yield* wait([holder]);
    assertEquals([lock.locked(), holder.cancelled(), waiter.cancelled()], [false, true, true]);
  });
});

test("Lock.hold() gives a guard that `using` releases at the end of the block", async () => {
  await virtually(function* () {
    const lock = new Lock();
    {
      using _guard = yield* lock.hold();
      yield;
      assertEquals(lock.locked(), true);
    }
    assertEquals(lock.locked(), false);
  });
});

test("Lock.hold() releases when the block throws or is cancelled", async () => {
  await virtually(function* () {
    const lock = new Lock();
    const work = function* (seconds: number) {
      using _guard = yield* lock.hold();
      yield* sleep(seconds);
      throw new RangeError("inside");
    };
    const [failing, cancelled] = [createTask(() => work(0)), createTask(() => work(10))] as const;
    yield* wait([failing]);
    yield;
    assertEquals([lock.locked(), `${failing.exception()}`], [true, "RangeError: inside"]);
    cancelled.cancel();
    yield* wait([cancelled]);
    assertEquals([lock.locked(), cancelled.cancelled()], [false, true]);
  });
});

test("Lock.hold() waits its turn, and its cancellation hands the turn on", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const lock = new Lock();
      yield* lock.acquire();
      const guarded = createTask(function* () {
        using _guard = yield* lock.hold();
        yield;
      });
      victim(guarded);
      const next = createTask(() => lock.acquire());
      yield;
      yield;
      lock.release();
      yield* wait([guarded, next]);
      assertEquals([next.result(), lock.locked()], [true, true]);
    })
  );
  assert(cancelled >= 3, `${cancelled} steps`);
});

// Classes of one's own

test("asyncWith() takes a lock by the acquire() of its class, and gives it back by its release()", async () => {
  const log: string[] = [];
  class Told extends Lock {
    override acquire() {
      log.push("acquire");
      return super.acquire();
    }

    override release() {
      log.push("release");
      super.release();
    }
  }
  class ToldSemaphore extends Semaphore {
    override acquire() {
      log.push("acquire of semaphore");
      return super.acquire();
    }
  }
  await virtually(function* () {
    const lock = new Told();
    assertEquals(yield* asyncWith(lock, (entered) => entered), null);
    yield* asyncWith(new Condition(lock), () => log.push("condition"));
    yield* asyncWith(new ToldSemaphore(), () => log.push("in"));
  });
  assertEquals(log, [
    ...["acquire", "release"],
    ...["acquire", "condition", "release"],
    ...["acquire of semaphore", "in"],
  ]);
});

test("acquire() may be an async function in a class that JavaScript wrote", async () => {
  const log: string[] = [];
  class Slow extends Lock {}
  Object.defineProperty(Slow.prototype, "acquire", {
    async value(this: Slow) {
      await sleep(1);
      log.push("acquire");
      return await Lock.prototype.acquire.call(this);
    },
  });
  await virtually(function* () {
    const lock = new Slow();
    yield* asyncWith(lock, () => log.push("in"));
    (yield* lock.hold()).release();
    const condition = new Condition(lock);
    yield* asyncWith(condition, function* () {
      const waiting = condition.wait();
      getRunningLoop().callLater(1, () => {
        const others = createTask(() => asyncWith(condition, () => condition.notify()));
        others.addDoneCallback(() => log.push("notified"));
      });
      yield* waiting;
    });
    assertEquals([lock.locked(), getRunningLoop().time()], [false, 6]);
  });
  assertEquals(log, ["acquire", "in", "acquire", "acquire", "acquire", "notified", "acquire"]);
});

// Misuse

test("a lock itself cannot be awaited", async () => {
  for (const lock of [new Lock(), new Condition(), new Semaphore(), new BoundedSemaphore()]) {
    await assertRejects(() =>
      virtually(function* () {
        yield* gather([lock as never]);
      }), TypeError);
    assertEquals(lock.locked(), false);
  }
});

test("Lock.acquire() on another loop than the first one that waited is a RuntimeError", async () => {
  const lock = new Lock();
  await virtually(function* () {
    yield* lock.acquire();
    const waiting = createTask(() => lock.acquire());
    yield;
    waiting.cancel();
    yield* wait([waiting]);
  });
  assertEquals(lock.locked(), true);
  await virtually(function* () {
    const task = createTask(() => lock.acquire());
    yield* wait([task]);
    assertThrows(() => task.result(), RuntimeError, "is bound to a different event loop");
  });
});

test("a lock that nobody had to wait for may go from loop to loop", async () => {
  const lock = new Lock();
  for (let round = 0; round < 2; round++) {
    await virtually(function* () {
      assertEquals(yield* asyncWith(lock, () => lock.locked()), true);
    });
  }
});
