// kinds: generator, async
/**
 * This module's own locks, queues and groups, cancelled at every await: whatever was cancelled, no wake-up is
 * lost, what was taken is given back, and the next in line has its turn.
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  asyncWith,
  Barrier,
  BoundedSemaphore,
  cancelAtEveryAwait,
  Condition,
  createTask,
  Event,
  gather,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  QueueShutDown,
  Semaphore,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** What is locked, or used up, with one inside. */
const GUARDS = {
  Lock: () => new Lock(),
  Semaphore: () => new Semaphore(1),
  BoundedSemaphore: () => new BoundedSemaphore(1),
  Condition: () => new Condition(),
};

for (const [name, make] of Object.entries(GUARDS)) {
  test(`${name} is free, and the next has its turn, wherever a holder is cancelled`, async () => {
    const points = await cancelAtEveryAwait(function* (victim) {
      const guard = make();
      const entered: string[] = [];
      const hold = (name: string) => () =>
        asyncWith(guard, function* () {
          entered.push(name);
          yield* sleep(1);
        });
      const first = createTask(hold("first"));
      const middle = victim(createTask(hold("middle")));
      const last = createTask(hold("last"));
      yield* wait([first, middle, last]);
      assertEquals([entered[0], entered.at(-1)], ["first", "last"]);
      assertEquals(guard.locked(), false);
      yield* waitFor(guard.acquire(), 1);
    });
    // In line, and in the body.
    assertEquals(points.map(({ n, moment }) => `${n} ${moment}`), [
      "1 waiting",
      "2 waiting",
      "1 woken",
      "2 woken",
    ]);
  });
}

test("Semaphore gives every place back wherever one of a crowd is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const places = new BoundedSemaphore(2);
    let inside = 0;
    const crowd = Array.from({ length: 6 }, () =>
      createTask(() =>
        asyncWith(places, function* () {
          assert(++inside <= 2);
          try {
            yield* sleep(0);
            yield* sleep(1);
          } finally {
            inside--;
          }
        })
      ));
    victim(crowd[2]!);
    yield* wait(crowd);
    assertEquals(crowd.filter((task) => task.cancelled()).length <= 1, true);
    yield* waitFor(places.acquire(), 1);
    yield* waitFor(places.acquire(), 1);
    assertEquals(places.locked(), true);
  });
  assertEquals(points.length, 5);
});

for (const limit of [1, 2]) {
  test(`Condition.notify(${limit}) reaches somebody wherever one who waits is cancelled`, async () => {
    const points = await cancelAtEveryAwait(function* (victim) {
      const condition = new Condition();
      let items = 0;
      const consume = () =>
        asyncWith(condition, function* () {
          yield* condition.waitFor(() => items > 0);
          items--;
        });
      const consumers = [createTask(consume), createTask(consume), createTask(consume)];
      victim(consumers[0]!);
      yield* sleep(1);
      for (let round = 0; round < 3; round += limit) {
        yield* asyncWith(condition, () => {
          items += limit;
          condition.notify(limit);
        });
        yield* sleep(1);
      }
      yield* wait(consumers);
      assertEquals(consumers.slice(1).map((task) => task.exception()), [null, null]);
      assertEquals(condition.locked(), false);
    });
    assert(points.length >= 2);
  });
}

test("Condition.notify() reaches another where the one it woke is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const condition = new Condition();
    let items = 0;
    const consume = () =>
      asyncWith(condition, function* () {
        yield* condition.waitFor(() => items > 0);
        items--;
      });
    const [first, second] = [victim(createTask(consume)), createTask(consume)];
    yield* sleep(1);
    yield* asyncWith(condition, () => {
      items++;
      condition.notify();
    });
    yield* sleep(1);
    // One item and one notification, and one of the two has had them.
    assertEquals([items, first.done(), second.done()], [0, true, first.cancelled()]);
    second.cancel();
    yield* wait([second]);
  });
  assertEquals(points.length, 2);
});

test("Condition.wait() holds its lock again wherever it is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const condition = new Condition();
    let wasLocked = true;
    const task = victim(createTask(() =>
      asyncWith(condition, function* () {
        try {
          yield* condition.wait();
          yield* sleep(1);
        } finally {
          wasLocked = condition.locked();
        }
      })
    ));
    yield* sleep(1);
    yield* asyncWith(condition, function* () {
      condition.notify();
      yield* sleep(1);
    });
    yield* wait([task]);
    assertEquals([wasLocked, condition.locked()], [true, false]);
  });
  // For the notification, for the lock, and in the sleep.
  assertEquals(points.length, 6);
});

test("Event.set() wakes all others wherever one is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const event = new Event();
    const tasks = [0, 1, 2].map(() => createTask(() => event.wait()));
    victim(tasks[1]!);
    yield* sleep(1);
    event.set();
    yield* wait(tasks);
    assertEquals([tasks[0]!.result(), tasks[2]!.result()], [true, true]);
    assertEquals(`${event}`, "<Event [set]>");
  });
  assertEquals(points.length, 2);
});

test("Barrier lets the next three through wherever one is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const barrier = new Barrier(3);
    const meet = () => createTask(() => barrier.wait());
    const tasks = [victim(meet()), meet()];
    yield* sleep(1);
    tasks.push(meet());
    yield* sleep(1);
    // Who was cancelled in time has left a place.
    while (tasks.some((task) => !task.done())) {
      tasks.push(meet());
      yield* sleep(1);
    }
    assertEquals([barrier.nWaiting, barrier.broken], [0, false]);
    const [...numbers] = yield* gather([barrier.wait(), barrier.wait(), barrier.wait()]);
    assertEquals(numbers.sort(), [0, 1, 2]);
  });
  assertEquals(points.length, 2);
});

for (const Kind of [Queue, LifoQueue, PriorityQueue]) {
  test(`${Kind.name} loses no item wherever a reader is cancelled`, async () => {
    const points = await cancelAtEveryAwait(function* (victim) {
      const queue = new Kind<number>(1);
      const got: number[] = [];
      const read = (reader: number[]) =>
        function* () {
          for (;;) {
            reader.push(yield* queue.get());
            yield* sleep(0.25);
          }
        };
      const readers = [victim(createTask(read(got))), createTask(read(got))];
      yield* sleep(1);
      for (let item = 0; item < 6; item++) yield* waitFor(queue.put(item), 5);
      yield* sleep(5);
      assertEquals([got.sort(), queue.qsize()], [[0, 1, 2, 3, 4, 5], 0]);
      for (const reader of readers) reader.cancel();
      yield* wait(readers);
      queue.putNowait(6);
      assertEquals(yield* waitFor(queue.get(), 1), 6);
    });
    assert(points.length >= 8, `${points.length} points`);
  });

  test(`${Kind.name} loses no place wherever a writer is cancelled`, async () => {
    const points = await cancelAtEveryAwait(function* (victim) {
      const queue = new Kind<number>(1);
      queue.putNowait(0);
      const writers = [1, 2, 3].map((item) => createTask(() => queue.put(item)));
      victim(writers[1]!);
      yield* sleep(1);
      const got: number[] = [];
      while (got.at(-1) !== 3) got.push(yield* waitFor(queue.get(), 1));
      yield* wait(writers);
      assertEquals(got, writers[1]!.cancelled() ? [0, 1, 3] : [0, 1, 2, 3]);
      assertEquals([queue.empty(), queue.full()], [true, false]);
    });
    assertEquals(points.length, 2);
  });

  test(`${Kind.name}.join() ends for the others wherever one who joins is cancelled`, async () => {
    const points = await cancelAtEveryAwait(function* (victim) {
      const queue = new Kind<number>();
      queue.putNowait(1);
      const joining = [victim(createTask(() => queue.join())), createTask(() => queue.join())];
      yield* sleep(1);
      queue.getNowait();
      queue.taskDone();
      yield* wait(joining);
      assertEquals(joining[1]!.exception(), null);
    });
    assertEquals(points.length, 2);
  });

  test(`${Kind.name}.shutdown() ends all others wherever one is cancelled`, async () => {
    const points = await cancelAtEveryAwait(function* (victim) {
      const queue = new Kind<number>(1);
      const readers = [0, 1].map(() => createTask(() => queue.get()));
      victim(readers[0]!);
      yield* sleep(1);
      queue.shutdown();
      const outcomes = yield* gather(readers, { returnExceptions: true });
      assertInstanceOf(outcomes[1], QueueShutDown);
    });
    assertEquals(points.length, 2);
  });
}

test("TaskGroup leaves no task behind wherever its body is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const tasks: Task<unknown>[] = [];
    const runner = victim(createTask(() =>
      TaskGroup.run(function* (group) {
        for (let count = 1; count <= 3; count++) {
          tasks.push(group.createTask(function* () {
            try {
              yield* sleep(10);
            } finally {
              yield* sleep(1);
            }
          }));
          yield* sleep(count);
        }
      })
    ));
    yield* wait([runner]);
    assertEquals(tasks.map((task) => task.done()), tasks.map(() => true));
    assertEquals(runner.cancelled() || tasks.length === 3, true);
  });
  // Three sleeps of the body, and the wait for the tasks; then again for a second time to end.
  assert(points.length >= 8, `${points.length} points`);
});

test("TaskGroup ends all its tasks wherever one of them is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const finished: string[] = [];
    yield* TaskGroup.run(function* (group) {
      const work = (name: string) =>
        function* () {
          yield* sleep(1);
          yield* sleep(0);
          finished.push(name);
        };
      group.createTask(work("first"));
      victim(group.createTask(work("victim")));
      group.createTask(work("last"));
    });
    // One that is cancelled is no failure: the others go on.
    assertEquals(finished.filter((name) => name !== "victim"), ["first", "last"]);
  });
  assertEquals(points.length, 3);
});

test("timeout() leaves no timer and no request to end wherever it is cancelled", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const task = victim(createTask(function* () {
      yield* timeout(5, () => sleep(1));
      yield* sleep(0);
    }));
    yield* wait([task]);
    assertEquals(task.cancelling(), task.cancelled() ? 1 : 0);
  });
  assertEquals(points.length, 3);
});

test("gather() ends all that it gathers wherever it is cancelled, and shield() none", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const inner = createTask(() => sleep(3, "inner"));
    const children = [1, 2].map((delay) => createTask(() => sleep(delay)));
    const task = victim(createTask(function* () {
      yield* gather(children);
      yield* shield(inner);
    }));
    yield* wait([task]);
    assertEquals(children.every((child) => child.done()), true);
    assertEquals(yield* inner, "inner");
  });
  assertEquals(points.length, 4);
});
