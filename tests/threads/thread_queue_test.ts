import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  createTask,
  ProcessPoolExecutor,
  QueueShutDown,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  sleep,
  ThreadLoop,
  ThreadPoolExecutor,
  ThreadQueue,
  type ThreadQueueHandle,
  ValueError,
  workerFunction,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

type Handle = ThreadQueueHandle<number>;

const countTo = async (n: number, handle: Handle) => {
  const queue = asyncio.ThreadQueue.open(handle);
  for (let i = 1; i <= n; i++) await queue.put(i);
  queue.shutdown();
};

const addUp = async (handle: Handle) => {
  let sum = 0;
  for await (const item of asyncio.ThreadQueue.open(handle)) sum += item;
  return sum;
};

test({
  name: "ThreadQueue carries items out of a thread, in order, and no more than fit",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<number>(2);
    const job = pool.submit(countTo, 5, queue.handle);
    await until(() => queue.full());
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals([queue.qsize(), job.done()], [2, false]);
    const items: number[] = [];
    for await (const item of queue) items.push(item);
    assertEquals(items, [1, 2, 3, 4, 5]);
    await job;
  },
});

test({
  name: "ThreadQueue.taskDone() told too often by a thread is what its next operation throws",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<number>();
    await queue.put(1);
    await queue.put(2);
    const tellTooOften = async (handle: Handle, how: "get" | "put" | "join" | "for await") => {
      const end = asyncio.ThreadQueue.open(handle);
      if (how === "get") await end.get();
      for (let times = 0; times < 3; times++) end.taskDone();
      try {
        if (how === "for await") { for await (const _ of end) break; }
        else await (how === "put" ? end.put(3) : end[how]());
        return "nothing";
      } catch (error) {
        return String(error);
      }
    };
    for (const how of ["get", "put", "join", "for await"] as const) {
      const words = await pool.submit(tellTooOften, queue.handle, how);
      assertEquals(words, "ValueError: task_done() called too many times");
    }
    // Nothing was taken out or put in by what failed.
    assertEquals([queue.qsize(), await queue.get()], [1, 2]);
    await queue.join();
    assertThrows(() => queue.taskDone(), ValueError, "task_done() called too many times");
  },
});

test({
  name:
    "ThreadQueue.taskDone() told too often by a thread that blocks is what its next operation throws",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<number>();
    await queue.put(1);
    const job = pool.submit((handle: Handle) => {
      const end = asyncio.ThreadQueue.open(handle);
      end.taskDone();
      end.taskDone();
      return end.getSync(5);
    }, queue.handle);
    await assertRejects(async () => await job, ValueError, "task_done() called too many times");
    assertEquals(queue.qsize(), 1);
  },
});

test({
  name: "ThreadQueue carries items into threads, each to one of them",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      await using loop = new ThreadLoop();
      loop.runForever();
      const queue = new ThreadQueue<number>(3);
      const sums = [
        pool.submit(addUp, queue.handle),
        runCoroutineThreadsafe(workerFunction(addUp)(queue.handle), loop),
      ];
      for (let n = 1; n <= 100; n++) await queue.put(n);
      queue.shutdown();
      const [a, b] = await Promise.all(sums.map(async (sum) => await sum));
      assertEquals(a! + b!, 5050);
    });
  },
});

test({
  name: "ThreadQueue carries items from one thread to another",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const queue = new ThreadQueue<number>(4);
    const sum = pool.submit(addUp, queue.handle);
    await pool.submit(countTo, 200, queue.handle);
    assertEquals(await sum, 20100);
  },
});

test({
  name: "ThreadQueue.putSync() and getSync() block a thread, for no longer than is said",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    const [down, up] = [new ThreadQueue<number>(1), new ThreadQueue<number>(1)];
    const double = pool.submit(
      (from: Handle, to: Handle) => {
        const [input, output] = [from, to].map((handle) => asyncio.ThreadQueue.open(handle));
        try {
          while (true) output!.putSync(2 * input!.getSync());
        } catch (error) {
          output!.shutdown();
          return (error as Error).name;
        }
      },
      down.handle,
      up.handle,
    );
    const feed = pool.submit(countTo, 50, down.handle);
    const items: number[] = [];
    for await (const item of up) items.push(item);
    assertEquals(items, Array.from({ length: 50 }, (_, i) => 2 * i + 2));
    assertEquals(await double, "QueueShutDown");
    await feed;
    // The threads have ends of these for as long as they are kept here.
    assertEquals([down.qsize(), up.qsize()], [0, 0]);
    const queue = new ThreadQueue<number>(1);
    const names = await pool.submit((handle: Handle) => {
      const queue = asyncio.ThreadQueue.open(handle);
      const ends: unknown[] = [];
      const attempt = (what: () => unknown) => {
        try {
          ends.push(what());
        } catch (error) {
          ends.push((error as Error).name);
        }
      };
      attempt(() => queue.getSync(0));
      attempt(() => queue.getSync(0.001));
      attempt(() => queue.putSync(7, 0));
      attempt(() => queue.putSync(8, 0));
      attempt(() => queue.putSync(8, 0.001));
      attempt(() => queue.getSync(0));
      return ends;
    }, queue.handle);
    assertEquals(names, ["QueueEmpty", "QueueEmpty", undefined, "QueueFull", "QueueFull", 7]);
    assertEquals(queue.qsize(), 0);
  },
});

test({
  name: "ThreadQueue takes back what was on its way to a task that is cancelled there",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      await using loop = new ThreadLoop();
      loop.runForever();
      const queue = new ThreadQueue<number>(1);
      const takeSome = workerFunction(async (handle: Handle) => {
        const queue = asyncio.ThreadQueue.open(handle);
        const taken: number[] = [];
        for (let round = 0; round < 200; round++) {
          const task = asyncio.createTask(() => queue.get());
          for (let turn = round % 7; turn > 0; turn--) await asyncio.sleep(0);
          if (round % 3 !== 0) task.cancel();
          const [end] = await asyncio.gather([task], { returnExceptions: true });
          if (typeof end === "number") taken.push(end);
        }
        return taken;
      });
      const job = runCoroutineThreadsafe(takeSome(queue.handle), loop);
      const put: number[] = [];
      const feeding = createTask(async () => {
        for (let n = 0;; n++) {
          await queue.put(n);
          put.push(n);
        }
      });
      const taken = await job;
      feeding.cancel();
      await sleep(0);
      while (!queue.empty()) taken.push(queue.getSync(0));
      assertEquals(taken.sort((a, b) => a - b), put);
      assert(put.length > 60);
    });
  },
});

test({
  name: "ThreadQueue takes back what was on its way to a thread that is gone",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      let asked = false;
      const expose = { tell: () => void (asked = true) };
      const loop = new ThreadLoop({ expose });
      const stopped = loop.runForever();
      const queue = new ThreadQueue<number>();
      const waiting = runCoroutineThreadsafe(
        workerFunction(async (handle: Handle) => {
          const queue = asyncio.ThreadQueue.open(handle);
          const gets = [1, 2].map(() => asyncio.createTask(() => queue.get()));
          await asyncio.sleep(0);
          // After both questions, for what a thread sends comes in order.
          asyncio.parentLoop<typeof expose>().callSoonThreadsafe("tell");
          await asyncio.gather(gets);
        })(queue.handle),
        loop,
      );
      while (!asked) await sleep(0.001);
      for (const n of [1, 2, 3, 4]) queue.putSync(n);
      assertEquals(queue.qsize(), 2, "two are on their way");
      const gone = loop.terminate();
      for (const end of [stopped, waiting]) await assertRejects(async () => await end);
      await gone;
      assertEquals(Array.from({ length: 4 }, () => queue.getSync(0)).sort(), [1, 2, 3, 4]);
    });
  },
});

test({
  name: "ThreadQueue fails the get of an item that cannot be cloned, and says what it is",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<unknown>();
    queue.putSync({ job() {} });
    queue.putSync("sound");
    const ends = await pool.submit(async (handle: ThreadQueueHandle<unknown>) => {
      const queue = asyncio.ThreadQueue.open(handle);
      const ends: unknown[] = [];
      for (const what of [() => queue.get(), () => queue.get(), () => queue.put(() => 1)]) {
        try {
          ends.push(await what());
        } catch (error) {
          ends.push((error as Error).message);
        }
      }
      return ends;
    }, queue.handle);
    assertEquals(ends, [
      "cannot send the result to another thread: result.job is function job",
      "sound",
      "cannot send the arguments to another thread: args[0] is function (anonymous)",
    ]);
  },
});

test({
  name: "ThreadQueue counts work that is done in threads, and is shut down in all of them",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<number>();
    for (const n of [1, 2, 3]) queue.putSync(n);
    const job = pool.submit(async (handle: Handle) => {
      const queue = asyncio.ThreadQueue.open(handle);
      while (true) {
        try {
          await queue.get();
        } catch (error) {
          return (error as Error).name;
        }
        queue.taskDone();
      }
    }, queue.handle);
    await queue.join();
    queue.shutdown();
    assertEquals(await job, "QueueShutDown");
    await assertRejects(async () => await queue.put(4), QueueShutDown);
  },
});

test({
  name: "ThreadQueue reaches child processes, too",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<number>(2);
    const job = pool.submit(countTo, 20, queue.handle);
    const items: number[] = [];
    for await (const item of queue) items.push(item);
    assertEquals(items, Array.from({ length: 20 }, (_, i) => i + 1));
    await job;
  },
});

test("ThreadQueue.open() gives an end in the queue's own thread, too, and refuses what is no handle", () => {
  const queue = new ThreadQueue<number>();
  const end = ThreadQueue.open(queue.handle);
  end.putSync(1);
  assertEquals([queue.getSync(0), String(queue)], [1, "<ThreadQueue maxsize=0 qsize=0>"]);
  assertThrows(
    () => ThreadQueue.open(queue as never),
    TypeError,
    "open() expects the handle of a ThreadQueue, got",
  );
  assertThrows(
    () => ThreadQueue.open({ threadQueue: "elsewhere" }),
    RuntimeError,
    "open() is for the threads that the queue's own has started",
  );
  assertThrows(() => new ThreadQueue("2" as never), TypeError, "maxsize must be a number, got '2'");
});

test({
  name: "ThreadQueue fails an end whose queue is unknown to the thread that is asked",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const job = pool.submit(async () => {
      await asyncio.ThreadQueue.open({ threadQueue: "elsewhere" }).get();
    });
    await assertRejects(async () => await job, RuntimeError, "has no such queue");
  },
});

test({
  name: "ThreadQueue.getSync() drops an item that cannot be cloned, and counts it as done",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<unknown>();
    for (const item of [() => 1, { job() {} }, 5]) queue.putSync(item);
    const getSync = (handle: ThreadQueueHandle<unknown>) => {
      const queue = asyncio.ThreadQueue.open(handle);
      const item = queue.getSync(5);
      queue.taskDone();
      return item;
    };
    const get = async (handle: ThreadQueueHandle<unknown>) =>
      await asyncio.ThreadQueue.open(handle).get();
    const ends: unknown[] = [];
    for (const job of [getSync, get, getSync]) {
      ends.push(
        await pool.submit(job, queue.handle).then((item) => item, ({ message }) => message),
      );
    }
    assertEquals(ends, [
      "cannot send the result to another thread: result is function (anonymous)",
      "cannot send the result to another thread: result.job is function job",
      5,
    ]);
    await queue.join();
    assertEquals(queue.qsize(), 0);
  },
});

test({
  name:
    "ThreadQueue.getSync() gets what is there, though to write it takes longer than it would wait",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const queue = new ThreadQueue<Uint8Array>();
    const sizes = pool.submit((handle: ThreadQueueHandle<Uint8Array>) => {
      const queue = asyncio.ThreadQueue.open(handle);
      const sizes: number[] = [];
      while (sizes.length < 3) {
        try {
          sizes.push(queue.getSync(0.002).length);
        } catch (error) {
          if ((error as Error).name !== "QueueEmpty") throw error;
        }
      }
      return sizes;
    }, queue.handle);
    for (const size of [6_000_000, 1, 7_000_000]) await queue.put(new Uint8Array(size));
    assertEquals(await sizes, [6_000_000, 1, 7_000_000]);
  },
});
