// kinds: generator, async
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  asyncWith,
  Barrier,
  BrokenBarrierError,
  CancelledError,
  type Coroutine,
  type CoroutineObject,
  createTask,
  gather,
  RuntimeError,
  sleep,
  type Task,
  TimeoutError,
  ValueError,
  wait,
  waitFor,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

const N = 5;

/** Makes so many tasks of one function. */
function times<T>(count: number, make: () => CoroutineObject<T> | Coroutine<T>): Task<T>[] {
  return Array.from({ length: count }, () => createTask(make as () => CoroutineObject<T>));
}

function print(barrier: Barrier): [string, number, boolean] {
  return [`${barrier}`, barrier.nWaiting, barrier.broken];
}

const IDLE: [string, number, boolean] = [`<Barrier [filling, waiters:0/${N}]>`, 0, false];

// Making

test("new Barrier() is filling", () => {
  const barrier = new Barrier(N);
  assertEquals([barrier.parties, ...print(barrier)], [N, ...IDLE]);
});

test("new Barrier() refuses fewer than one party, and what is no number", () => {
  for (const parties of [0, -4]) {
    assertThrows(() => new Barrier(parties), ValueError, "parties must be >= 1");
  }
  for (const parties of ["5", null, undefined, NaN]) {
    assertThrows(() => new Barrier(parties as never), TypeError, "parties must be a number, got");
  }
});

test("a barrier itself cannot be awaited", async () => {
  const barrier = new Barrier(N);
  await assertRejects(() =>
    virtually(function* () {
      yield* gather([barrier as never]);
    }), TypeError);
  assertEquals(print(barrier), IDLE);
});

// Passing

test("Barrier.wait() of one party passes at once, again and again", async () => {
  await virtually(function* () {
    const barrier = new Barrier(1);
    assertEquals(yield* asyncWith(barrier, (place) => place), 0);
    const [first, second] = times(2, () => barrier.wait()) as [Task<number>, Task<number>];
    yield;
    yield;
    assertEquals([first.result(), second.result()], [0, 0]);
    assertEquals(print(barrier), ["<Barrier [filling, waiters:0/1]>", 0, false]);
  });
});

test("Barrier.wait() holds tasks until so many have come", async () => {
  await virtually(function* () {
    const barrier = new Barrier(3);
    const tasks: Task<number>[] = [];
    for (const count of [1, 2]) {
      tasks.push(createTask(() => barrier.wait()));
      yield;
      assertEquals(print(barrier), [`<Barrier [filling, waiters:${count}/3]>`, count, false]);
    }
    tasks.push(createTask(() => barrier.wait()));
    yield;
    yield* wait(tasks);
    assertEquals(print(barrier), ["<Barrier [filling, waiters:0/3]>", 0, false]);
    assertEquals(tasks.map((task) => task.result()), [0, 1, 2]);
  });
});

test("Barrier.wait() gives each task a place of its own, by the order they came", async () => {
  await virtually(function* () {
    const barrier = new Barrier(N);
    const places = yield* gather(times(N, () => barrier.wait()));
    assertEquals(places, [0, 1, 2, 3, 4]);
  });
});

test("Barrier.wait() wakes the last that came first", async () => {
  const log: number[] = [];
  await virtually(function* () {
    const barrier = new Barrier(3);
    yield* gather(times(3, function* () {
      log.push(yield* barrier.wait());
    }));
  });
  assertEquals(log, [2, 0, 1]);
});

test("asyncWith() waits at a barrier and gives the place", async () => {
  const places: number[] = [];
  await virtually(function* () {
    const barrier = new Barrier(3);
    yield* gather(times(3, function* () {
      yield* asyncWith(barrier, (place) => places.push(place));
    }));
    assertEquals(print(barrier), ["<Barrier [filling, waiters:0/3]>", 0, false]);
  });
  assertEquals(places.toSorted(), [0, 1, 2]);
});

test("Barrier.wait() can be passed by the same tasks again", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const barrier = new Barrier(N);
    const places = yield* gather(times(N, function* () {
      yield* barrier.wait();
      log.push("once");
      const place = yield* barrier.wait();
      log.push("twice");
      return place;
    }));
    assertEquals(print(barrier), IDLE);
    assertEquals(places.toSorted(), [0, 1, 2, 3, 4]);
  });
  assertEquals(log, [...Array(N).fill("once"), ...Array(N).fill("twice")]);
});

test("Barrier.wait() within the block of the same barrier passes it a second time", async () => {
  const log: boolean[] = [];
  await virtually(function* () {
    const barrier = new Barrier(N);
    yield* gather(times(N, function* () {
      yield* asyncWith(barrier, function* () {
        log.push(true);
        yield* asyncWith(barrier, () => log.push(false));
      });
    }));
    assertEquals(print(barrier), IDLE);
  });
  assertEquals(log, [...Array(N).fill(true), ...Array(N).fill(false)]);
});

test("a barrier is draining until the last has left", async () => {
  const states: string[] = [];
  await virtually(function* () {
    const barrier = new Barrier(N);
    yield* gather(times(N, function* () {
      yield* asyncWith(barrier, () => states.push(`${barrier}`));
    }));
    assertEquals(print(barrier), IDLE);
  });
  const draining = `<Barrier [draining, waiters:0/${N}]>`;
  assertEquals(states, [draining, draining, draining, draining, IDLE[0]]);
});

test("Barrier.wait() of those that come while it drains waits for the next round", async () => {
  let rounds = 0;
  await virtually(function* () {
    const barrier = new Barrier(N);
    const others = new Barrier(N - 2);
    let again = 2;
    yield* gather(times(N, function* () {
      yield* barrier.wait();
      if (again > 0) {
        again--;
        yield* barrier.wait();
      } else {
        yield* others.wait();
        rounds++;
        yield* barrier.wait();
      }
    }));
    assertEquals(print(barrier), IDLE);
  });
  assertEquals(rounds, N - 2);
});

test("Barrier.toString() tells the state and how many wait", async () => {
  await virtually(function* () {
    const barrier = new Barrier(N);
    const tasks = times(2, () => barrier.wait());
    yield;
    assertEquals(`${barrier}`, `<Barrier [filling, waiters:2/${N}]>`);
    tasks.push(...times(N - 2, () => barrier.wait()));
    yield;
    assertEquals(`${barrier}`, `<Barrier [draining, waiters:0/${N}]>`);
    tasks.push(...times(2, () => barrier.wait()));
    yield;
    yield* barrier.reset();
    assertEquals(`${barrier}`, `<Barrier [resetting, waiters:0/${N}]>`);
    tasks.push(...times(2, () => barrier.wait()));
    yield;
    yield* barrier.abort();
    assertEquals([`${barrier}`, barrier.broken], ["<Barrier [broken]>", true]);
    yield* gather(tasks, { returnExceptions: true });
  });
});

// Cancellation

test("Barrier.wait() that is cancelled leaves its place to another", async () => {
  await virtually(function* () {
    const barrier = new Barrier(3);
    const passed: boolean[] = [];
    const pass = function* () {
      yield* barrier.wait();
      passed.push(true);
    };
    const [first, second] = times(2, pass) as [Task<void>, Task<void>];
    yield;
    assertEquals(barrier.nWaiting, 2);
    first.cancel();
    yield;
    assertEquals([barrier.nWaiting, first.cancelled()], [1, true]);
    const third = createTask(pass);
    yield;
    assertEquals([barrier.nWaiting, passed], [2, []]);
    yield* gather([second, third, createTask(pass)]);
    assertEquals(passed, [true, true, true]);
    assertEquals(print(barrier), ["<Barrier [filling, waiters:0/3]>", 0, false]);
  });
});

test("Barrier.wait() gives each place once, whoever was cancelled before", async () => {
  for (const cancelled of [0, 1, 2, 3]) {
    await virtually(function* () {
      const barrier = new Barrier(N);
      const early = times(N - 1, () => barrier.wait());
      yield* sleep(1);
      early[cancelled]?.cancel();
      yield* sleep(1);
      const late = times(2, () => barrier.wait());
      const places = yield* gather([...early, ...late], { returnExceptions: true });
      assert(places[cancelled] instanceof CancelledError);
      assertEquals(places.filter((place) => typeof place === "number").sort(), [0, 1, 2, 3, 4]);
      assertEquals(places.slice(N - 1), [cancelled, N - 1]);
      assertEquals(print(barrier), IDLE);
    });
  }
});

test("Barrier.wait() can time out, and the barrier fills again", async () => {
  await virtually(function* () {
    const barrier = new Barrier(2);
    const task = createTask(() => waitFor(barrier.wait(), 1));
    yield* wait([task]);
    assertThrows(() => task.result(), TimeoutError);
    assertEquals(barrier.nWaiting, 0);
    yield* gather(times(2, () => barrier.wait()));
  });
});

test("Barrier.wait() keeps the barrier whole at whatever step a task is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const barrier = new Barrier(3);
      const tasks = times(2, () => barrier.wait());
      victim(tasks[1] as Task<number>);
      for (let turn = 0; turn < 3; turn++) yield;
      tasks.push(createTask(() => barrier.wait()));
      for (let turn = 0; turn < 8; turn++) yield;
      const missing = 3 - barrier.nWaiting;
      if (missing < 3) tasks.push(...times(missing, () => barrier.wait()));
      yield* wait(tasks);
      assertEquals(print(barrier), ["<Barrier [filling, waiters:0/3]>", 0, false]);
      for (const task of tasks) if (!task.cancelled()) assertEquals(task.exception(), null);
      yield* gather(times(3, () => barrier.wait()));
    })
  );
  assert(cancelled >= 3, `${cancelled} steps`);
});

// Reset

test("Barrier.reset() of a barrier at which nobody waits does nothing", async () => {
  await virtually(function* () {
    const barrier = new Barrier(N);
    const task = createTask(() => barrier.reset());
    yield;
    assertEquals([task.done(), ...print(barrier)], [true, ...IDLE]);
  });
});

test("Barrier.reset() throws out those that wait", async () => {
  let thrownOut = 0;
  await virtually(function* () {
    const barrier = new Barrier(N);
    const tasks = times(N - 1, function* () {
      try {
        yield* barrier.wait();
      } catch (error) {
        assert(error instanceof BrokenBarrierError);
        assertEquals(error.message, "Abort or reset of barrier");
        thrownOut++;
      }
    });
    yield;
    createTask(() => barrier.reset());
    yield* gather(tasks);
    assertEquals(print(barrier), IDLE);
  });
  assertEquals(thrownOut, N - 1);
});

test("Barrier.reset() while it drains throws out those that have not left", async () => {
  let thrownOut = 0;
  let left = 0;
  await virtually(function* () {
    const barrier = new Barrier(N);
    yield* gather(times(N, function* () {
      try {
        yield* barrier.wait();
      } catch (error) {
        assert(error instanceof BrokenBarrierError);
        thrownOut++;
        return;
      }
      if (++left === 3) yield* barrier.reset();
    }));
    assertEquals(print(barrier), IDLE);
  });
  assertEquals([left, thrownOut], [3, 2]);
});

test("Barrier.reset() while it drains lets those that came again wait on", async () => {
  const log = { thrownOut: 0, thrownOutAgain: 0 };
  await virtually(function* () {
    const barrier = new Barrier(N);
    const half = Math.floor(N / 2);
    let left = 0;
    yield* gather(times(N, function* () {
      try {
        yield* barrier.wait();
      } catch (error) {
        assert(error instanceof BrokenBarrierError);
        log.thrownOut++;
        yield* barrier.wait();
        return;
      }
      if (++left > half) {
        yield* barrier.reset();
        yield* barrier.wait();
        return;
      }
      try {
        yield* barrier.wait();
      } catch (error) {
        assert(error instanceof BrokenBarrierError);
        log.thrownOutAgain++;
      }
    }));
    assertEquals(print(barrier), IDLE);
  });
  assertEquals(log, { thrownOut: 2, thrownOutAgain: 0 });
});

test("Barrier.reset() lets those that were thrown out wait again", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const barrier = new Barrier(N);
    const tasks = times(N - 1, function* () {
      try {
        yield* barrier.wait();
      } catch (error) {
        assert(error instanceof BrokenBarrierError);
        log.push("thrown out");
      } finally {
        yield* barrier.wait();
        log.push("passed");
      }
    });
    createTask(() => barrier.reset());
    yield;
    const last = createTask(() => asyncWith(barrier, () => log.push("passed")));
    yield* gather([...tasks, last]);
    assertEquals(print(barrier), IDLE);
  });
  assertEquals(log, [...Array(N - 1).fill("thrown out"), ...Array(N).fill("passed")]);
});

test("Barrier.reset() by the last that leaves does not hit those that came again", async () => {
  const log = { again: 0, thrownOut: 0, passed: 0 };
  await virtually(function* () {
    const barrier = new Barrier(N);
    let left = 0;
    yield* gather(times(N, function* () {
      yield* barrier.wait();
      if (++left === N) {
        yield* barrier.reset();
        yield* barrier.wait();
      } else {
        try {
          yield* barrier.wait();
          log.again++;
        } catch {
          log.thrownOut++;
        }
      }
      yield* barrier.wait();
      log.passed++;
    }));
    assertEquals(print(barrier), IDLE);
  });
  assertEquals(log, { again: N - 1, thrownOut: 0, passed: N });
});

// Abort

test("Barrier.abort() breaks the barrier", async () => {
  await virtually(function* () {
    const barrier = new Barrier(N);
    createTask(() => barrier.abort());
    yield;
    assertEquals(print(barrier), ["<Barrier [broken]>", 0, true]);
    const task = createTask(() => barrier.wait());
    yield* wait([task]);
    assertThrows(() => task.result(), BrokenBarrierError, "Barrier aborted");
  });
});

test("Barrier.abort() throws out those that wait, and those that came again", async () => {
  const log = { draining: 0, again: 0 };
  await virtually(function* () {
    const barrier = new Barrier(N);
    const half = Math.floor(N / 2);
    let left = 0;
    yield* gather(times(N, function* () {
      try {
        yield* barrier.wait();
      } catch (error) {
        assert(error instanceof BrokenBarrierError);
        log.draining++;
        return;
      }
      if (++left > half) {
        yield* barrier.abort();
        return;
      }
      try {
        yield* barrier.wait();
      } catch (error) {
        assert(error instanceof BrokenBarrierError);
        log.again++;
      }
    }));
    assertEquals(print(barrier), ["<Barrier [broken]>", 0, true]);
  });
  assertEquals(log, { draining: 2, again: 2 });
});

test("Barrier.abort() after an error keeps the others from passing again", async () => {
  const log = { passed: 0, thrownOut: 0 };
  await virtually(function* () {
    const barrier = new Barrier(N);
    yield* gather(times(N, function* () {
      try {
        yield* asyncWith(barrier, (place) => {
          if (place === 2) throw new RangeError("in the middle");
        });
        yield* asyncWith(barrier, () => log.passed++);
      } catch (error) {
        if (error instanceof BrokenBarrierError) log.thrownOut++;
        else yield* barrier.abort();
      }
    }));
    assertEquals(print(barrier), ["<Barrier [broken]>", 0, true]);
  });
  assertEquals(log, { passed: 0, thrownOut: N - 1 });
});

test("Barrier.reset() makes a broken barrier whole", async () => {
  const log = { passed: 0, thrownOut: 0, again: 0 };
  await virtually(function* () {
    const barrier = new Barrier(N);
    const sync = new Barrier(N);
    yield* gather(times(N, function* () {
      try {
        if ((yield* barrier.wait()) === 2) throw new RangeError("in the middle");
        yield* barrier.wait();
        log.passed++;
      } catch (error) {
        if (error instanceof BrokenBarrierError) log.thrownOut++;
        else yield* barrier.abort();
      }
      // All must have left it before the reset, and none may come before it.
      if ((yield* sync.wait()) === 2) yield* barrier.reset();
      yield* sync.wait();
      yield* barrier.wait();
      log.again++;
    }));
    assertEquals(print(barrier), IDLE);
  });
  assertEquals(log, { passed: 0, thrownOut: N - 1, again: N });
});

test("Barrier.abort() and Barrier.reset() do nothing until they are awaited", async () => {
  await virtually(function* () {
    const barrier = new Barrier(2);
    const aborting = barrier.abort();
    yield;
    assertEquals(barrier.broken, false);
    yield* aborting;
    const resetting = barrier.reset();
    yield;
    assertEquals(barrier.broken, true);
    yield* resetting;
    assertEquals(barrier.broken, false);
  });
});

test("BrokenBarrierError is a RuntimeError", async () => {
  assert(new BrokenBarrierError() instanceof RuntimeError);
  await assertRejects(() =>
    virtually(function* () {
      const barrier = new Barrier(2);
      yield* barrier.abort();
      yield* barrier.wait();
    }), RuntimeError);
});

test("Barrier.wait() on another loop than the first is a RuntimeError", async () => {
  const barrier = new Barrier(2);
  const waitBriefly = () =>
    virtually(function* () {
      yield* waitFor(barrier.wait(), 1);
    });
  await assertRejects(waitBriefly, TimeoutError);
  await assertRejects(waitBriefly, RuntimeError, "is bound to a different event loop");
});

test("Barrier.wait() of a task that dies of its cancellation does not break the barrier", async () => {
  await virtually(function* () {
    const barrier = new Barrier(2);
    const task = createTask(() => barrier.wait());
    yield;
    task.cancel();
    yield* wait([task]);
    assertThrows(() => task.result(), CancelledError);
    yield* sleep(0);
    assertEquals(barrier.broken, false);
  });
});
