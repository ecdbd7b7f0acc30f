import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Event,
  Lock,
  run,
  runCoroutineThreadsafe,
  sleep,
  ThreadLoop,
  ThreadPoolExecutor,
  ThreadQueue,
  type ThreadQueueHandle,
  toThread,
  workerFunction,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

const STAYS = "which belongs to its thread: ";

test({
  name: "a ThreadLoop is sent nothing that belongs to this thread",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    const take = workerFunction(async function takeLock(_lock: unknown) {});
    const message =
      `of takeLock() to another thread: args[0] is <Lock [unlocked]> (Lock), ${STAYS}`;
    assertThrows(() => runCoroutineThreadsafe(take(new Lock()), loop), TypeError, message);
    assertThrows(() => loop.callSoonThreadsafe(take, new Lock()), TypeError, message);
    await assertRejects(
      async () => await runCoroutineThreadsafe(async () => ({ lock: new asyncio.Lock() }), loop),
      TypeError,
      `cannot send the result to another thread: result.lock is <Lock [unlocked]> (Lock), ${STAYS}`,
    );
    await runCoroutineThreadsafe(take(1), loop);
  },
});

test({
  name: "an executor says what to do instead of sending a coroutine or a promise",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const takeIt = (_it: unknown) => {};
    function* coroutine(): Generator<never, void> {}
    await assertRejects(
      async () => await pool.submit(takeIt, [coroutine()]),
      TypeError,
      "args[0][0] is [object Generator]: a coroutine object stays in its thread, await it first",
    );
    await assertRejects(
      async () => await pool.submit(takeIt, Promise.resolve()),
      TypeError,
      "args[0] is [object Promise]: await it first",
    );
  },
});

test({
  name: "toThread() refuses what belongs to this thread when it is awaited",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      await assertRejects(
        async () => await toThread(function takeEvent(_event: unknown) {}, new Event()),
        TypeError,
        "argument 1 of takeEvent() to another thread: args[0] is <Event [unset]> (Event)",
      );
    });
  },
});

test({
  name:
    "a parent's loop is asked with nothing that belongs to the thread, and answers with nothing of its own",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      const exposed = {
        take: (_value: unknown) => {},
        give: () => ({ lock: new Lock() }),
      };
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1, expose: exposed });
      const words = await pool.submit(async () => {
        const parent = asyncio.parentLoop<typeof exposed>();
        const words: string[] = [];
        for (
          const part of [
            () => parent.call("take", [new asyncio.Lock()]),
            () => parent.callSoonThreadsafe("take", new asyncio.Lock()),
            () => parent.callSoonThreadsafe("take", () => {}),
            () => parent.call("give"),
          ]
        ) {
          try {
            await part();
            words.push("done");
          } catch (error) {
            words.push(String(error).split(", which")[0]!);
          }
        }
        return words;
      });
      assertEquals(words, [
        "TypeError: cannot send argument 1 of take() to another thread: args[0][0] is <Lock [unlocked]> (Lock)",
        "TypeError: cannot send argument 1 of take() to another thread: args[0] is <Lock [unlocked]> (Lock)",
        "TypeError: cannot send the arguments of take() to another thread: args[0] is function (anonymous)",
        "TypeError: cannot send the result to another thread: result.lock is <Lock [unlocked]> (Lock)",
      ]);
    });
  },
});

test({
  name: "a thread that blocks is given nothing that belongs to the parent's",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const exposed = { give: () => ({ lock: new Lock() }) };
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1, expose: exposed });
      const job = pool.submit(() => asyncio.parentLoop<typeof exposed>().call("give").result(5));
      await assertRejects(
        async () => await job,
        TypeError,
        "cannot send the result to another thread: result.lock is <Lock [unlocked]> (Lock)",
      );
    });
  },
});

test({
  name: "a ThreadQueue carries nothing that belongs to a thread to another",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const queue = new ThreadQueue<unknown>();
      const put = async (handle: ThreadQueueHandle<unknown>) => {
        const end = asyncio.ThreadQueue.open(handle);
        await end.put({ list: [new asyncio.Lock()] });
      };
      await assertRejects(
        async () => await pool.submit(put, queue.handle),
        TypeError,
        `cannot send the item to another thread: item.list[0] is <Lock [unlocked]> (Lock), ${STAYS}`,
      );
      // Within its thread a queue has what it likes.
      const lock = new Lock();
      await queue.put(lock);
      assertEquals(await queue.get() === lock, true);
      await queue.put(lock);
      const get = async (handle: ThreadQueueHandle<unknown>) => {
        await asyncio.ThreadQueue.open(handle).get();
      };
      await assertRejects(
        async () => await pool.submit(get, queue.handle),
        TypeError,
        "cannot send the result to another thread: result is <Lock [unlocked]> (Lock)",
      );
      assertEquals(queue.qsize(), 0);
      await sleep(0);
    });
  },
});
