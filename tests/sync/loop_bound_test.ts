// kinds: generator, async
import { assertEquals, assertThrows } from "@std/assert";
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  createTask,
  Event,
  EventLoop,
  type Future,
  getRunningLoop,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  run,
  RuntimeError,
  Semaphore,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Everything that a task waits on, with what it waits by. */
const SUBJECTS = {
  Lock: () => {
    const lock = new Lock();
    return function* () {
      if (!lock.locked()) yield* lock.acquire();
      yield* lock.acquire();
    };
  },
  Event: () => {
    const event = new Event();
    return () => event.wait();
  },
  Condition: () => {
    const condition = new Condition();
    return function* () {
      if (!condition.locked()) yield* condition.acquire();
      yield* condition.wait();
    };
  },
  Semaphore: () => {
    const semaphore = new Semaphore(0);
    return () => semaphore.acquire();
  },
  BoundedSemaphore: () => {
    const semaphore = new BoundedSemaphore(0);
    return () => semaphore.acquire();
  },
  Barrier: () => {
    const barrier = new Barrier(2);
    return () => barrier.wait();
  },
  Queue: () => {
    const queue = new Queue();
    return () => queue.get();
  },
  LifoQueue: () => {
    const queue = new LifoQueue();
    return () => queue.get();
  },
  PriorityQueue: () => {
    const queue = new PriorityQueue();
    return () => queue.get();
  },
  "Queue.join()": () => {
    const queue = new Queue();
    queue.putNowait(1);
    return () => queue.join();
  },
} as const;

for (const [name, make] of Object.entries(SUBJECTS)) {
  test(`${name} belongs to the loop on which it was first waited`, async () => {
    const attempt = make() as () => PromiseLike<unknown>;
    const waitBriefly = () =>
      virtually(function* () {
        const task = createTask(attempt);
        yield* wait([task], { timeout: 1 });
        const wasWaiting = task.cancel();
        yield* wait([task]);
        return wasWaiting ? "waited" : task.exception();
      });
    assertEquals(await waitBriefly(), "waited");
    const error = await waitBriefly();
    assertThrows(
      () => {
        throw error;
      },
      RuntimeError,
      "is bound to a different event loop",
    );
  });
}

test("what tasks wait on is made outside of any loop, for the loop it is waited on with", async () => {
  const queue = new Queue<string>();
  const event = new Event();
  const made = [new Lock(), new Condition(), new Semaphore(), new BoundedSemaphore()];
  await virtually(function* () {
    const tasks = [createTask(() => queue.get()), createTask(() => event.wait())];
    tasks.push(...made.map((each) => createTask(() => each.acquire())));
    yield;
    queue.putNowait("item");
    event.set();
    yield* wait(tasks);
    assertEquals(tasks.map((task) => task.result()), ["item", true, true, true, true, true]);
  });
});

/** A loop that counts the futures it makes. */
class Counting extends EventLoop {
  made = 0;

  override createFuture<T = unknown>(): Future<T> {
    this.made++;
    return super.createFuture<T>();
  }
}

// As in CPython 3.13, where a barrier's waiter waits by a condition, and `Queue.join()` by an event.
for (const [name, make] of Object.entries(SUBJECTS)) {
  test(`${name} waits by a future that the loop's own createFuture() made`, () =>
    run(function* () {
      const loop = getRunningLoop() as Counting;
      const task = createTask(make() as () => PromiseLike<unknown>);
      yield;
      yield;
      assertEquals(loop.made, 1);
      task.cancel();
      yield* wait([task]);
    }, { loopFactory: () => new Counting({ clock: new VirtualClock() }) }));
}
