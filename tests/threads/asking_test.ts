import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CancelledError,
  ConcurrentFuture,
  ProcessPoolExecutor,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  sleep,
  ThreadLoop,
  ThreadPoolExecutor,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

/** What these tests expose, and what became of it. */
function makeExposed() {
  const log: string[] = [];
  return {
    log,
    exposed: {
      double: async (n: number) => {
        await sleep(0);
        return 2 * n;
      },
      fail: async (message: string): Promise<never> => {
        throw new RangeError(message);
      },
      bytes: (length: number) => new Uint8Array(length).fill(7),
      blob: (): unknown => new Blob(["x"]),
      async nap(seconds: number) {
        log.push("begun");
        try {
          await sleep(seconds);
          return "rested";
        } finally {
          log.push("over");
        }
      },
    },
  };
}

type Exposed = ReturnType<typeof makeExposed>["exposed"];

/** A pool of one worker that may call what is exposed. */
function makePool(exposed: Exposed): ThreadPoolExecutor {
  return new ThreadPoolExecutor({ expose: exposed, maxWorkers: 1 });
}

test({
  name: "ConcurrentFuture.result() blocks a thread until the parent's loop has answered",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      await using pool = makePool(makeExposed().exposed);
      const job = (n: number) => {
        const parent = asyncio.parentLoop<Exposed>();
        const results = [];
        for (let i = 0; i < n; i++) results.push(parent.call("double", i).result());
        const error = parent.call("fail", "no").exception();
        return [results, error];
      };
      const [results, error] = await pool.submit(job, 5);
      assertEquals(results, [0, 2, 4, 6, 8]);
      assertEquals(String(error), "RangeError: no");
    });
  },
});

test({
  name:
    "ConcurrentFuture.result() keeps no other job waiting that was sent along for its like was quick",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const others: ConcurrentFuture<number>[] = [];
      const exposed = { other: async () => await others[0]! };
      await using pool = new ThreadPoolExecutor({ expose: exposed, maxWorkers: 2 });
      const job = (n: number) =>
        n < 0 ? asyncio.parentLoop<typeof exposed>().call("other").result(10) : n;
      // Once for the runtime, and often enough for the function to count as quick.
      for (let i = 0; i < 30; i++) await pool.submit(job, i);
      const blocked = pool.submit(job, -1);
      others.push(pool.submit(job, 7));
      assertEquals([await blocked, await others[0]!], [7, 7]);
    });
  },
});

test({
  name: "ConcurrentFuture.result() takes answers too large for the shared memory, in any order",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      await using pool = makePool(makeExposed().exposed);
      const job = () => {
        const parent = asyncio.parentLoop<Exposed>();
        const sizes = [1, 100_000, 10, 3_000_000, 5].map((length) => parent.call("bytes", length));
        return sizes.reverse().map((future) => {
          const bytes = future.result();
          return [bytes.length, bytes.every((byte) => byte === 7)];
        });
      };
      assertEquals(await pool.submit(job), [
        [5, true],
        [3_000_000, true],
        [10, true],
        [100_000, true],
        [1, true],
      ]);
    });
  },
});

test({
  name: "ConcurrentFuture.result() gives an answer that came while nobody blocked",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      await using pool = makePool(makeExposed().exposed);
      // Not an async function itself: that would run on a loop, which nobody may block.
      const job = () =>
        (async () => {
          const parent = asyncio.parentLoop<Exposed>();
          const early = parent.call("double", 1);
          await parent.call("double", 0);
          // Two that are answered while the thread is busy, and cannot take a message.
          const [first, second] = [parent.call("double", 2), parent.call("double", 3)];
          await new Promise((resolve) => setTimeout(resolve));
          const end = Date.now() + 50;
          while (Date.now() < end);
          return [early.done(), early.result(), second.result(60), first.result(60)];
        })();
      assertEquals(await pool.submit(job), [true, 2, 6, 4]);
    });
  },
});

test({
  name: "ConcurrentFuture.result() raises TimeoutError when the time is up, and the work goes on",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using pool = makePool(exposed);
      // Not an async function itself: that would run on a loop, which nobody may block.
      const job = () =>
        (async () => {
          const future = asyncio.parentLoop<Exposed>().call("nap", 0.05);
          const names = [0, 0.001, -1].map((timeout) => {
            try {
              return future.result(timeout);
            } catch (error) {
              return `${(error as Error).name}, ${future.done()}`;
            }
          });
          return [...names, await future];
        })();
      const late = "TimeoutError, false";
      assertEquals(await pool.submit(job), [late, late, late, "rested"]);
      assertEquals(log, ["begun", "over"]);
    });
  },
});

test({
  name:
    "ConcurrentFuture.result() ends when the job that blocks is cancelled, and what it asked, too",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using pool = makePool(exposed);
      const future = pool.submit(function () {
        try {
          asyncio.parentLoop<Exposed>().call("nap", 3600).result();
        } catch (error) {
          return `${(error as Error).name}, ${this.signal.aborted}`;
        }
        return "";
      });
      while (log.length === 0) await sleep(0);
      future.cancel();
      // The thread learns of the abort by a message, which it reads after the job.
      assertEquals(await future, "CancelledError, false");
      while (log.length < 2) await sleep(0);
      assertEquals(log, ["begun", "over"]);
      assertEquals(await pool.submit(() => "goes on"), "goes on");
    });
  },
});

test({
  name: "ConcurrentFuture.result() of a job cancelled before it blocks does not block",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using pool = makePool(exposed);
      const future = pool.submit(() => {
        const parent = asyncio.parentLoop<Exposed>();
        // The parent hears of this at once, and cancels while the thread is busy.
        const waiting = parent.call("nap", 3600);
        try {
          waiting.result(0.001);
        } catch {
          // It has begun.
        }
        const end = Date.now() + 100;
        while (Date.now() < end);
        waiting.result();
      });
      while (log.length === 0) await sleep(0);
      future.cancel();
      await assertRejects(async () => await future, CancelledError);
    });
  },
});

test({
  name: "ConcurrentFuture.result() refuses to block a thread that runs a loop",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      await using loop = new ThreadLoop({ expose: makeExposed().exposed });
      loop.runForever();
      const error = await runCoroutineThreadsafe(async () => {
        const future = asyncio.parentLoop<Exposed>().call("double", 21);
        try {
          return future.result();
        } catch (error) {
          return [(error as Error).message, await future];
        }
      }, loop);
      assertEquals(error, [
        "result() cannot wait: this thread runs an event loop, which it would block, and with it " +
        "what the answer may depend on, a deadlock; await the future instead",
        42,
      ]);
      await using pool = makePool(makeExposed().exposed);
      const inCoroutine = pool.submit(function* () {
        asyncio.parentLoop<Exposed>().call("double", 21).result();
      });
      await assertRejects(async () => await inCoroutine, RuntimeError, "runs an event loop");
    });
  },
});

test({
  name: "ConcurrentFuture.result() names the two headers where there is no shared memory",
  ...needs("workers", "noSharedMemory"),
  async fn() {
    await run(async () => {
      await using pool = makePool(makeExposed().exposed);
      const future = pool.submit(() => asyncio.parentLoop<Exposed>().call("double", 21).result());
      await assertRejects(
        async () => await future,
        RuntimeError,
        "serve it with the headers Cross-Origin-Opener-Policy: same-origin and " +
          "Cross-Origin-Embedder-Policy: require-corp",
      );
      const awaited = pool.submit(async () =>
        await asyncio.parentLoop<Exposed>().call("double", 21)
      );
      assertEquals(await awaited, 42);
    });
  },
});

test({
  name: "ConcurrentFuture.result() says what shared memory cannot carry",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      await using pool = makePool(makeExposed().exposed);
      const blocking = pool.submit(() => asyncio.parentLoop<Exposed>().call("blob").result());
      await assertRejects(
        async () => await blocking,
        TypeError,
        "cannot give the result to a thread that blocks: result is [object Blob]; await it there",
      );
      const unclonable = pool.submit(() =>
        asyncio.parentLoop<Exposed>().call("double", (() => 1) as never).result()
      );
      await assertRejects(
        async () => await unclonable,
        TypeError,
        "cannot send the arguments to another thread: args[0] is function",
      );
    });
  },
});

test({
  name: "ConcurrentFuture.result() refuses in a child process, where awaiting serves",
  ...needs("processes"),
  async fn() {
    await run(async () => {
      const { exposed } = makeExposed();
      await using pool = new ProcessPoolExecutor({ expose: exposed, maxWorkers: 1 });
      const blocking = pool.submit(() => asyncio.parentLoop<Exposed>().call("double", 21).result());
      await assertRejects(
        async () => await blocking,
        RuntimeError,
        "a child process shares no memory with the one that started it; or await the future",
      );
      const awaited = pool.submit(async () =>
        await asyncio.parentLoop<Exposed>().call("double", 21)
      );
      assertEquals(await awaited, 42);
    });
  },
});

test("ConcurrentFuture.result() of this thread's own work refuses to wait, and says why", () => {
  const future = new ConcurrentFuture();
  let message = "";
  try {
    future.result();
  } catch (error) {
    message = (error as Error).message;
  }
  const page = "document" in globalThis ? "the main thread of a page must not block, and " : "";
  assertEquals(
    message,
    `result() cannot wait: ${page}<ConcurrentFuture state=pending> would be settled by this very ` +
      "thread, which it would block; await the future instead",
  );
  assert(future.cancel());
});

test({
  name: "a job that is cancelled while it blocks is cancelled",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using pool = makePool(exposed);
      const future = pool.submit(() => asyncio.parentLoop<Exposed>().call("nap", 3600).result());
      while (log.at(-1) !== "begun") await sleep(0.001);
      future.cancel();
      await assertRejects(async () => await future, CancelledError);
      assertEquals(future.cancelled(), true);
      while (log.at(-1) !== "over") await sleep(0.001);
    });
  },
});

test({
  name:
    "a stream's job that is cancelled is woken where it blocks, though items of it were on their way",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using pool = makePool(exposed);
      // No generator: what such a one awaits it awaits on a loop, and that may not block.
      const stream = await pool.submit(() => {
        let items = 0;
        const next = async () => {
          if (items === 2) asyncio.parentLoop<Exposed>().call("nap", 3600).result();
          // It does not read that it is cancelled, and the other thread hears of an item after it has cancelled.
          const spinUntil = items === 0 ? 0 : Date.now() + 100;
          while (Date.now() < spinUntil);
          return await Promise.resolve({ done: false, value: items++ });
        };
        return { [Symbol.asyncIterator]: () => ({ next }) };
      });
      await stream.next();
      stream.return();
      assertEquals(await pool.submit(() => 42), 42);
      while (log.at(-1) !== "over") await sleep(0.001);
    });
  },
});
