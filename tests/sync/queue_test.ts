// kinds: generator, async
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  createTask,
  Event,
  gather,
  getRunningLoop,
  LifoQueue,
  PriorityQueue,
  Queue,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
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

/** What every kind of queue must do. */
const KINDS = [Queue, LifoQueue, PriorityQueue] as const;

// Items

test("new Queue() is empty and has no end", () => {
  const queue = new Queue<number>();
  assertEquals([queue.maxsize, queue.qsize(), queue.empty(), queue.full()], [0, 0, true, false]);
  for (let item = 0; item < 1000; item++) queue.putNowait(item);
  assertEquals([queue.qsize(), queue.full()], [1000, false]);
});

test("new Queue() of zero or fewer has no end", () => {
  for (const maxsize of [0, -1, -Infinity]) {
    const queue = new Queue<number>(maxsize);
    queue.putNowait(1);
    assertEquals([queue.maxsize, queue.full()], [maxsize, false]);
  }
});

test("new Queue() refuses a size that is no number", () => {
  for (const Kind of KINDS) {
    for (const maxsize of ["3", null, NaN, {}]) {
      assertThrows(
        () => new Kind(maxsize as never),
        TypeError,
        "maxsize must be a number, got",
      );
    }
  }
});

test("a queue's size may be a fraction: it is full at the number above", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(1.3);
    queue.putNowait(1);
    assertEquals(queue.full(), false);
    yield* queue.put(2);
    assertEquals(queue.full(), true);
    assertThrows(() => queue.putNowait(3), QueueFull);
  });
});

test("Queue.put() and Queue.get() do not wait while there is place and there are items", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(2);
    let turns = 0;
    getRunningLoop().callSoon(() => turns++);
    assertEquals(yield* queue.put(1), undefined);
    assertEquals([queue.empty(), queue.full()], [false, false]);
    yield* queue.put(2);
    assertEquals([queue.empty(), queue.full()], [false, true]);
    assertEquals([yield* queue.get(), yield* queue.get(), turns], [1, 2, 0]);
    assertEquals([queue.empty(), queue.full()], [true, false]);
  });
});

test("Queue.put() and Queue.get() do nothing until they are awaited", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    const putting = queue.put(1);
    yield;
    assertEquals(queue.qsize(), 0);
    yield* putting;
    const getting = queue.get();
    yield;
    assertEquals(queue.qsize(), 1);
    assertEquals(yield* getting, 1);
  });
});

test("Queue gives the items in the order they were put in", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    for (const item of [1, 3, 2]) yield* queue.put(item);
    assertEquals([yield* queue.get(), yield* queue.get(), yield* queue.get()], [1, 3, 2]);
  });
});

test("Queue.getNowait() takes an item, Queue.putNowait() puts one in", () => {
  const queue = new Queue<string>();
  assertEquals(queue.putNowait("item"), undefined);
  assertEquals([queue.getNowait(), queue.empty()], ["item", true]);
});

test("Queue.getNowait() of an empty queue is QueueEmpty", () => {
  for (const Kind of KINDS) assertThrows(() => new Kind().getNowait(), QueueEmpty);
});

test("Queue.putNowait() of a full queue is QueueFull", () => {
  for (const Kind of KINDS) {
    const queue = new Kind<number>(1);
    queue.putNowait(1);
    assertThrows(() => queue.putNowait(2), QueueFull);
    assertEquals([queue.qsize(), queue.getNowait()], [1, 1]);
  }
});

test("Queue hands out any value, undefined and null among them", async () => {
  await virtually(function* () {
    const queue = new Queue<unknown>();
    const values = [undefined, null, 0, "", NaN, false];
    for (const value of values) queue.putNowait(value);
    const got: unknown[] = [];
    while (!queue.empty()) got.push(yield* queue.get());
    assertEquals(got, values);
  });
});

test("Queue.toString() tells the items, who waits, and what is unfinished", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(1);
    assertEquals(`${queue}`, "<Queue maxsize=1>");
    const getter = createTask(() => queue.get());
    yield;
    assertEquals(`${queue}`, "<Queue maxsize=1 _getters[1]>");
    queue.putNowait(0);
    yield* getter;
    queue.putNowait(1);
    const putter = createTask(() => queue.put(2));
    yield;
    assertEquals(`${queue}`, "<Queue maxsize=1 _queue=[1] _putters[1] tasks=2>");
    queue.getNowait();
    yield* putter;
    queue.shutdown();
    assertEquals(`${queue}`, "<Queue maxsize=1 _queue=[2] tasks=3 shutdown>");
    assertEquals(
      `${new LifoQueue()} ${new PriorityQueue()}`,
      [
        "<LifoQueue maxsize=0>",
        "<PriorityQueue maxsize=0>",
      ].join(" "),
    );
  });
});

// Waiting to get

test("Queue.get() waits until there is an item", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    const started = new Event();
    const loop = getRunningLoop();
    let isFinished = false;
    const task = createTask(function* () {
      started.set();
      const item = yield* queue.get();
      isFinished = true;
      return item;
    });
    yield* started.wait();
    assertEquals(isFinished, false);
    loop.callLater(0.01, () => queue.putNowait(1));
    assertEquals([yield* task, isFinished, loop.time() >= 0.01], [1, true, true]);
  });
});

test("Queue.get() serves those that wait in the order they came", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const queue = new Queue<number>();
    const tasks = ["a", "b", "c"].map((name) =>
      createTask(function* () {
        log.push(`${name}${yield* queue.get()}`);
      })
    );
    yield;
    for (const item of [1, 2, 3]) queue.putNowait(item);
    yield* gather(tasks);
  });
  assertEquals(log, ["a1", "b2", "c3"]);
});

test("Queue.get() of one that does not wait may take what another was woken for", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const queue = new Queue<number>();
    const waiting = createTask(function* () {
      log.push(`waiting ${yield* queue.get()}`);
    });
    yield;
    queue.putNowait(1);
    log.push(`barging ${yield* queue.get()}`);
    yield;
    assertEquals(waiting.done(), false);
    queue.putNowait(2);
    yield* waiting;
  });
  assertEquals(log, ["barging 1", "waiting 2"]);
});

test("Queue.get() makes place for one that waits to put", async () => {
  await virtually(function* () {
    const queue = new Queue<string>(1);
    const tasks = [createTask(() => queue.put("a")), createTask(() => queue.put("b"))];
    assertEquals([yield* queue.get(), yield* queue.get()], ["a", "b"]);
    yield* gather(tasks);
  });
});

test("Queue.get() that is cancelled leaves the queue to the others", async () => {
  await virtually(function* () {
    const queue = new Queue<string>();
    const first = createTask(() => queue.get());
    const second = createTask(() => queue.get());
    yield;
    first.cancel();
    yield;
    assertEquals([first.cancelled(), `${queue}`], [true, "<Queue maxsize=0 _getters[1]>"]);
    yield* queue.put("a");
    yield;
    assertEquals(yield* second, "a");
  });
});

test("Queue.get() that times out leaves no waiter behind", async () => {
  await virtually(function* () {
    const queue = new Queue<string>(5);
    const task = createTask(() => waitFor(queue.get(), 0.1));
    yield* wait([task]);
    assertThrows(() => task.result(), TimeoutError);
    assertEquals(`${queue}`, "<Queue maxsize=5>");
  });
});

test("Queue.get() that is cancelled as an item comes loses none", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    const reader = createTask(() => queue.get());
    yield;
    queue.putNowait(1);
    queue.putNowait(2);
    reader.cancel();
    yield* wait([reader]);
    assertEquals(reader.cancelled(), true);
    assertEquals([yield* queue.get(), yield* queue.get()], [1, 2]);
  });
});

test("Queue.get() that is cancelled as an item comes hands it to the next that waits", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    const [first, second, third] = [1, 2, 3].map(() => createTask(() => queue.get())) as [
      Task<number>,
      Task<number>,
      Task<number>,
    ];
    yield;
    queue.putNowait(1);
    queue.putNowait(2);
    first.cancel();
    const got = yield* gather([second, third]);
    assertEquals([first.cancelled(), got.toSorted()], [true, [1, 2]]);
  });
});

// Waiting to put

test("Queue.put() waits until there is place", async () => {
  const put: number[] = [];
  await virtually(function* () {
    const queue = new Queue<number>(2);
    const task = createTask(function* () {
      for (const item of [0, 1, 2]) {
        yield* queue.put(item);
        put.push(item);
      }
      return true;
    });
    yield;
    yield;
    assertEquals(put, [0, 1]);
    assertEquals(yield* queue.get(), 0);
    yield;
    assertEquals(put, [0, 1, 2]);
    assertEquals([yield* queue.get(), yield* queue.get(), task.result()], [1, 2, true]);
  });
});

test("Queue.put() waits for a timer's getNowait()", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(1);
    const loop = getRunningLoop();
    const start = loop.time();
    loop.callLater(0.5, () => queue.getNowait());
    yield* queue.put(1);
    assertEquals(loop.time(), start);
    yield* queue.put(2);
    assertEquals(loop.time(), start + 0.5);
  });
});

test("Queue.put() serves those that wait in the order they came", async () => {
  await virtually(function* () {
    const queue = new Queue<string>(1);
    const tasks = ["a", "b", "c"].map((item) => createTask(() => queue.put(item)));
    const got: string[] = [];
    for (let count = 0; count < 3; count++) got.push(yield* queue.get());
    yield* gather(tasks);
    assertEquals(got, ["a", "b", "c"]);
  });
});

test("Queue.put() hands an item to one that waits to get", async () => {
  await virtually(function* () {
    const queue = new Queue<string>();
    const task = createTask(() => queue.get());
    yield;
    yield* queue.put("a");
    assertEquals(yield* task, "a");
  });
});

test("Queue.put() without an end is done at once, whoever waits", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    const task = createTask(() => queue.put(1));
    assertEquals(yield* queue.get(), 1);
    assertEquals([task.done(), task.result()], [true, undefined]);
  });
});

test("Queue.put() that is cancelled as there is place leaves it to another", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(1);
    queue.putNowait(1);
    const writer = createTask(() => queue.put(2));
    yield;
    assertEquals(queue.getNowait(), 1);
    writer.cancel();
    yield* wait([writer]);
    assertEquals(writer.cancelled(), true);
    yield* queue.put(2);
    assertEquals([queue.getNowait(), queue.qsize()], [2, 0]);
  });
});

test("Queue.put() that is cancelled while it waits puts nothing in", async () => {
  await virtually(function* () {
    const queue = new Queue<string>(1);
    const [a, b, c] = ["a", "b", "x"].map((item) => createTask(() => queue.put(item))) as [
      Task<void>,
      Task<void>,
      Task<void>,
    ];
    yield;
    assertEquals([a.done(), b.done()], [true, false]);
    c.cancel();
    yield;
    assertEquals([c.cancelled(), queue.getNowait()], [true, "a"]);
    yield;
    assertEquals(queue.getNowait(), "b");
    yield* b;
    assertEquals(`${queue}`, "<Queue maxsize=1 tasks=2>");
  });
});

test("Queue.put() that is cancelled leaves no waiter behind", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(1);
    queue.putNowait(1);
    const task = createTask(() => queue.put(1));
    yield;
    assertEquals(`${queue}`, "<Queue maxsize=1 _queue=[1] _putters[1] tasks=1>");
    task.cancel();
    yield* wait([task]);
    assertEquals(`${queue}`, "<Queue maxsize=1 _queue=[1] tasks=1>");
  });
});

test("Queue.put() that is cancelled after it was woken is cancelled, and nothing else", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(1);
    queue.putNowait(1);
    const task = createTask(() => queue.put(1));
    yield;
    queue.getNowait();
    task.cancel("too late");
    yield* wait([task]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "too late");
    assertEquals(queue.qsize(), 0);
  });
});

test("Queue.put() that is cancelled after it was woken hands the place on", async () => {
  await virtually(function* () {
    const queue = new Queue<string>(1);
    queue.putNowait("first");
    const woken = createTask(() => queue.put("woken"));
    const next = createTask(() => queue.put("next"));
    yield;
    queue.getNowait();
    woken.cancel();
    yield* wait([woken, next]);
    assertEquals([woken.cancelled(), queue.getNowait()], [true, "next"]);
  });
});

test("a producer and a consumer get through a queue of one place", async () => {
  const got: number[] = [];
  await virtually(function* () {
    const queue = new Queue<number>(1);
    yield* TaskGroup.run(function* (group) {
      group.createTask(function* () {
        for (let item = 0; item < 5; item++) yield* queue.put(item);
      });
      group.createTask(function* () {
        for (let count = 0; count < 5; count++) got.push(yield* queue.get());
      });
    });
  });
  assertEquals(got, [0, 1, 2, 3, 4]);
});

test("Queue.put() of many wakes when many places come free at once", async () => {
  await virtually(function* () {
    const queue = new Queue<number>(2);
    yield* TaskGroup.run(function* (group) {
      group.createTask(function* () {
        yield;
        for (let left = queue.qsize(); left > 0; left--) queue.getNowait();
      });
      for (const item of [0, 1, 2, 3]) group.createTask(() => queue.put(item));
    });
    assertEquals([queue.getNowait(), queue.getNowait(), queue.empty()], [2, 3, true]);
  });
});

test("Queue loses nothing at whatever step a reader is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const queue = new Queue<number>(1);
      const got: number[] = [];
      const read = function* (count: number) {
        // A reader that was cancelled with an item in its hand would have to put it back.
        while (count-- > 0) got.push(yield* queue.get());
      };
      const reader = createTask(() => read(3));
      victim(reader);
      const writers = [0, 1, 2].map((item) => createTask(() => queue.put(item)));
      yield* wait([reader]);
      yield* waitFor(() => read(3 - got.length), 1);
      yield* gather(writers);
      assertEquals([got, `${queue}`], [[0, 1, 2], "<Queue maxsize=1 tasks=3>"]);
    })
  );
  assert(cancelled >= 4, `${cancelled} steps`);
});

test("Queue loses no place at whatever step a writer is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const queue = new Queue<number>(1);
      queue.putNowait(0);
      const writers = [1, 2, 3].map((item) => createTask(() => queue.put(item)));
      const [, second] = writers as [Task<void>, Task<void>, Task<void>];
      victim(second);
      for (let turn = 0; turn < 3; turn++) yield;
      const got: number[] = [];
      while (got.at(-1) !== 3) got.push(yield* waitFor(queue.get(), 1));
      yield* wait(writers);
      assertEquals(got, second.cancelled() ? [0, 1, 3] : [0, 1, 2, 3]);
    })
  );
  assert(cancelled >= 4, `${cancelled} steps`);
});

// join and taskDone

for (const Kind of KINDS) {
  test(`${Kind.name}.taskDone() of more than was put in is a ValueError`, () => {
    const queue = new Kind<number>();
    assertThrows(() => queue.taskDone(), ValueError, "task_done() called too many times");
    queue.putNowait(1);
    queue.taskDone();
    assertThrows(() => queue.taskDone(), ValueError, "task_done() called too many times");
  });

  test(`${Kind.name}.join() waits until every item is done`, async () => {
    await virtually(function* () {
      const queue = new Kind<number>();
      for (let item = 0; item < 100; item++) queue.putNowait(item);
      let sum = 0;
      let isRunning = true;
      const worker = function* () {
        while (isRunning) {
          sum += yield* queue.get();
          yield;
          queue.taskDone();
        }
      };
      yield* TaskGroup.run(function* (group) {
        group.createTask(worker);
        group.createTask(worker);
        yield* queue.join();
        assertEquals(sum, 4950);
        isRunning = false;
        queue.putNowait(0);
        queue.putNowait(0);
      });
    });
  });

  test(`${Kind.name}.join() of a queue with nothing unfinished does not wait`, async () => {
    await virtually(function* () {
      const queue = new Kind<number>();
      let turns = 0;
      getRunningLoop().callSoon(() => turns++);
      yield* queue.join();
      yield* queue.join();
      assertEquals(turns, 0);
    });
  });

  test(`${Kind.name}.toString() tells how much is unfinished`, () => {
    const queue = new Kind<number>();
    queue.putNowait(1);
    queue.putNowait(2);
    queue.getNowait();
    queue.getNowait();
    assertEquals(`${queue}`, `<${Kind.name} maxsize=0 tasks=2>`);
  });
}

test("Queue.join() waits again when more is put in", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    queue.putNowait(1);
    queue.getNowait();
    queue.taskDone();
    yield* queue.join();
    queue.putNowait(2);
    const joining = createTask(() => queue.join());
    yield;
    assertEquals(joining.done(), false);
    queue.taskDone();
    yield;
    assertEquals(joining.done(), true);
  });
});

test("Queue.join() wakes all that wait for it", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    queue.putNowait(1);
    const joining = [1, 2, 3].map(() => createTask(() => queue.join()));
    yield;
    joining[1]?.cancel();
    queue.taskDone();
    yield* wait(joining);
    assertEquals(joining.map((task) => task.cancelled()), [false, true, false]);
  });
});

// shutdown

for (const Kind of KINDS) {
  /** Putting and getting are both refused. */
  const refusesAll = function* (queue: Queue<string>) {
    const results = yield* gather([queue.put("data"), queue.get()], { returnExceptions: true });
    for (const result of results) assert(result instanceof QueueShutDown, `${result}`);
    assertThrows(() => queue.putNowait("data"), QueueShutDown);
    assertThrows(() => queue.getNowait(), QueueShutDown);
  };

  test(`${Kind.name}.shutdown() of an empty queue wakes those that get, and refuses all`, async () => {
    await virtually(function* () {
      const queue = new Kind<string>();
      const getting = createTask(() => queue.get());
      yield;
      assertEquals(queue.shutdown(), undefined);
      yield* queue.join();
      yield;
      assertThrows(() => getting.result(), QueueShutDown);
      yield* refusesAll(queue);
      assertEquals(`${queue}`, `<${Kind.name} maxsize=0 shutdown>`);
    });
  });

  test(`${Kind.name}.shutdown() wakes those that put, and lets the items be got`, async () => {
    await virtually(function* () {
      const queue = new Kind<string>(1);
      queue.putNowait("data");
      const joining = createTask(() => queue.join());
      const putting = createTask(() => queue.put("data2"));
      yield;
      assertEquals(putting.done(), false);
      queue.shutdown();
      assertEquals(queue.qsize(), 1);
      yield;
      assertThrows(() => putting.result(), QueueShutDown);
      assertEquals(yield* queue.get(), "data");
      yield;
      assertEquals(joining.done(), false);
      yield* refusesAll(queue);
      queue.taskDone();
      yield;
      assertEquals(joining.done(), true);
      assertThrows(() => queue.taskDone(), ValueError);
    });
  });

  test(`${Kind.name}.shutdown({ immediate }) drops the items and lets join() go on`, async () => {
    await virtually(function* () {
      const queue = new Kind<string>();
      queue.putNowait("data");
      const joining = createTask(() => queue.join());
      yield;
      queue.shutdown({ immediate: true });
      assertEquals([queue.qsize(), joining.done()], [0, false]);
      yield* sleep(0);
      yield* sleep(0);
      assertEquals(joining.done(), true);
      yield* refusesAll(queue);
      assertThrows(() => queue.taskDone(), ValueError);
    });
  });

  test(`${Kind.name}.shutdown({ immediate }) waits for the items that were taken out`, async () => {
    await virtually(function* () {
      const queue = new Kind<string>();
      queue.putNowait("data");
      queue.putNowait("data");
      const joining = createTask(() => queue.join());
      assertEquals(yield* queue.get(), "data");
      queue.shutdown({ immediate: true });
      assertEquals(queue.qsize(), 0);
      yield;
      assertEquals(joining.done(), false);
      yield* refusesAll(queue);
      queue.taskDone();
      assertThrows(() => queue.taskDone(), ValueError);
      yield;
      assertEquals(joining.done(), true);
    });
  });
}

test("Queue.shutdown({ immediate }) counts no item twice that was told to be done too early", async () => {
  await virtually(function* () {
    const queue = new Queue<number>();
    for (const n of [1, 2, 3]) queue.putNowait(n);
    for (let told = 0; told < 2; told++) queue.taskDone();
    assertEquals(String(queue), "<Queue maxsize=0 _queue=[1, 2, 3] tasks=1>");
    queue.shutdown({ immediate: true });
    assertEquals(String(queue), "<Queue maxsize=0 shutdown>");
    assertThrows(() => queue.taskDone(), ValueError, "task_done() called too many times");
    yield* queue.join();
  });
});

test("Queue.shutdown() lets one that was woken with an item have it", async () => {
  await virtually(function* () {
    const queue = new Queue<string>();
    const getting = createTask(() => queue.get());
    yield;
    queue.putNowait("last");
    queue.shutdown();
    assertEquals(yield* getting, "last");
  });
});

test("Queue.shutdown() twice, and immediately the second time, drops what was left", async () => {
  await virtually(function* () {
    const queue = new Queue<string>();
    queue.putNowait("left");
    queue.shutdown();
    queue.shutdown();
    assertEquals(queue.qsize(), 1);
    queue.shutdown({ immediate: true });
    assertEquals(queue.qsize(), 0);
    yield* queue.join();
  });
});

test("Queue.put() that was woken as the queue was shut down is refused", async () => {
  await virtually(function* () {
    const queue = new Queue<string>(1);
    queue.putNowait("first");
    const putting = createTask(() => queue.put("second"));
    yield;
    queue.getNowait();
    queue.shutdown();
    yield* wait([putting]);
    assertThrows(() => putting.result(), QueueShutDown);
    assertEquals(queue.qsize(), 0);
  });
});

// Iteration

/* async only */
test("for await of a queue gives the items until the shutdown", async () => {
  const got: number[] = [];
  await virtually(async () => {
    const queue = new Queue<number>(1);
    const reader = createTask(async () => {
      for await (const item of queue) {
        got.push(item);
        queue.taskDone();
      }
      return "over";
    });
    for (const item of [1, 2, 3]) await queue.put(item);
    queue.shutdown();
    assertEquals(await reader, "over");
    await queue.join();
  });
  assertEquals(got, [1, 2, 3]);
});

test("Queue's async iterator serves two async functions and ends both", async () => {
  const got: string[] = [];
  await virtually(async () => {
    const queue = new Queue<number>();
    const read = (name: string) =>
      createTask(async () => {
        for await (const item of queue) {
          got.push(`${name}${item}`);
          await sleep(1);
        }
      });
    const readers = [read("a"), read("b")];
    await sleep(0);
    for (const item of [1, 2, 3, 4]) queue.putNowait(item);
    await sleep(0);
    queue.shutdown();
    await gather(readers);
  });
  assertEquals(got, ["a1", "b2", "a3", "b4"]);
});

test("Queue's async iterator is cancelled as get() is, and loses nothing", async () => {
  await virtually(async () => {
    const queue = new Queue<number>();
    const reader = createTask(async () => {
      for await (const _item of queue) assert(false, "must not get any");
    });
    await sleep(0);
    queue.putNowait(1);
    reader.cancel();
    await wait([reader]);
    assertEquals([reader.cancelled(), queue.getNowait()], [true, 1]);
  });
});

test("Queue's async iterator can be left and taken up again", async () => {
  await virtually(async () => {
    const queue = new Queue<number>();
    for (const item of [1, 2, 3]) queue.putNowait(item);
    queue.shutdown();
    const got: number[] = [];
    for await (const item of queue) {
      got.push(item);
      break;
    }
    for await (const item of queue) got.push(item);
    assertEquals(got, [1, 2, 3]);
  });
});

// Misuse

test("Queue.get() on another loop than the first that waited is a RuntimeError", async () => {
  const queue = new Queue<number>();
  const waitBriefly = () =>
    virtually(function* () {
      yield* waitFor(queue.get(), 1);
    });
  await assertRejects(waitBriefly, TimeoutError);
  await assertRejects(waitBriefly, RuntimeError, "is bound to a different event loop");
  queue.putNowait(1);
  assertEquals(queue.getNowait(), 1);
});

test("a queue itself cannot be awaited", async () => {
  await assertRejects(() =>
    virtually(function* () {
      yield* gather([new Queue() as never]);
    }), TypeError);
});

test("QueueEmpty, QueueFull and QueueShutDown are errors of their own names", () => {
  for (const Kind of [QueueEmpty, QueueFull, QueueShutDown]) {
    const error = new Kind();
    assert(error instanceof Error);
    assertEquals([error.name, error.message], [Kind.name, ""]);
  }
});

test("a kind of queue may keep its items in a store of its own", () => {
  const items = new Set<string>();
  const queue = new Queue<string>(0, {
    get length() {
      return items.size;
    },
    push: (item) => items.add(item),
    shift() {
      const [first] = items;
      if (first !== undefined) items.delete(first);
      return first;
    },
    [Symbol.iterator]: () => items.values(),
  });
  for (const item of ["b", "a", "b"]) queue.putNowait(item);
  assertEquals([queue.qsize(), queue.getNowait(), queue.getNowait()], [2, "b", "a"]);
});
