import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  type ConcurrentFuture,
  gather,
  newEventLoop,
  parentLoop,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  sleep,
  ThreadLoop,
  ThreadPoolExecutor,
  workerFunction,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

class RefusedError extends TypeError {
  code = 7;
}

/** What these tests expose, and what became of it. */
function makeExposed() {
  const log: unknown[] = [];
  return {
    log,
    exposed: {
      plain: (a: number, b: number) => a + b,
      *generator(text: string) {
        yield* sleep(0);
        return `${text} by a generator`;
      },
      async promise(text: string) {
        await sleep(0);
        return `${text} by an async function`;
      },
      fail: (message: string): never => {
        throw new RefusedError(message);
      },
      async forever() {
        log.push("begun");
        try {
          await sleep(3600);
        } finally {
          await sleep(0.01);
          log.push("over");
        }
      },
      unclonable: (): unknown => ({ job() {} }),
      note: (what: unknown): void => void log.push(what),
    },
  };
}

type Exposed = ReturnType<typeof makeExposed>["exposed"];

const askAll = workerFunction(async () => {
  const parent = asyncio.parentLoop<Exposed>();
  return [
    await parent.call("plain", 20, 22),
    await parent.call("generator", "told"),
    await parent.call("promise", "told"),
  ];
});

const ANSWERS = [42, "told by a generator", "told by an async function"];

test({
  name: "ParentLoop.call() runs what the parent exposes, for a job and for a loop's coroutine",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      const { exposed } = makeExposed();
      await using pool = new ThreadPoolExecutor({ expose: exposed, maxWorkers: 1 });
      assertEquals(await pool.submit(askAll), ANSWERS);
      await using loop = new ThreadLoop({ expose: exposed });
      loop.runForever();
      assertEquals(await runCoroutineThreadsafe(askAll(), loop), ANSWERS);
    });
  },
});

test({
  name: "ParentLoop.call() gives errors whole, and refuses what is not exposed or cannot be cloned",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      await using loop = new ThreadLoop({ expose: makeExposed().exposed });
      loop.runForever();
      const errors = await runCoroutineThreadsafe(async () => {
        const parent = asyncio.parentLoop<Exposed>();
        const futures = [
          parent.call("fail", "no"),
          parent.call("absent" as "fail", "no"),
          parent.call("unclonable"),
          parent.call("fail", (() => 1) as never),
        ];
        const ends = await asyncio.gather(futures, { returnExceptions: true });
        return ends.map((error) => [
          (error as Error).name,
          (error as Error).message,
          (error as { code?: number }).code,
        ]);
      }, loop);
      assertEquals(errors, [
        ["TypeError", "no", 7],
        [
          "RuntimeError",
          "the parent exposes no function 'absent' to this thread: its option expose has plain, " +
          "generator, promise, fail, forever, unclonable, note",
          undefined,
        ],
        [
          "TypeError",
          "cannot send the result to another thread: result.job is function job",
          undefined,
        ],
        [
          "TypeError",
          "cannot send the arguments to another thread: args[0] is function (anonymous)",
          undefined,
        ],
      ]);
    });
  },
});

test({
  name: "ParentLoop.callSoonThreadsafe() is heard while the job that calls it computes",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await run(async () => {
      const heard = new Int32Array(new SharedArrayBuffer(4));
      const exposed = { hear: () => void Atomics.store(heard, 0, 1) };
      await using pool = new ThreadPoolExecutor({ expose: exposed, maxWorkers: 1 });
      const job = (heard: Int32Array) => {
        asyncio.parentLoop<typeof exposed>().callSoonThreadsafe("hear");
        const end = performance.now() + 5000;
        while (Atomics.load(heard, 0) === 0 && performance.now() < end);
        return Atomics.load(heard, 0);
      };
      assertEquals(await pool.submit(job, heard), 1);
    });
  },
});

test({
  name: "ParentLoop.call()'s cancel is over when the task in the parent is",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using loop = new ThreadLoop({ expose: exposed });
      loop.runForever();
      const end = await runCoroutineThreadsafe(function* () {
        const parent = asyncio.parentLoop<Exposed>();
        try {
          yield* asyncio.timeout(null, function* (limit) {
            asyncio.createTask(function* () {
              // The parent begins what it is asked for in order.
              yield* parent.call("plain", 0, 0);
              limit.reschedule(asyncio.getRunningLoop().time());
            });
            yield* parent.call("forever");
          });
        } catch (error) {
          parent.callSoonThreadsafe("note", "caught");
          return (error as Error).name;
        }
        return "";
      }, loop);
      assertEquals(end, "TimeoutError");
      assertEquals(log, ["begun", "over", "caught"]);
    });
  },
});

test({
  name: "ParentLoop.call() is cancelled with the job that awaits it, from the parent",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using loop = new ThreadLoop({ expose: exposed });
      loop.runForever();
      const future = runCoroutineThreadsafe(function* () {
        yield* asyncio.parentLoop<Exposed>().call("forever");
      }, loop);
      while (log.length === 0) await sleep(0);
      future.cancel();
      await assertRejects(async () => await future, CancelledError);
      assertEquals(log, ["begun", "over"]);
    });
  },
});

test({
  name: "ParentLoop.callSoonThreadsafe() calls in order, and before what is asked afterwards",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      await using pool = new ThreadPoolExecutor({ expose: exposed, maxWorkers: 1 });
      const job = async () => {
        const parent = asyncio.parentLoop<Exposed>();
        for (const n of [1, 2, 3]) parent.callSoonThreadsafe("note", n);
        await parent.call("note", 4);
        parent.callSoonThreadsafe("note", 5);
        await parent.call("plain", 0, 0);
      };
      await pool.submit(job);
      assertEquals(log, [1, 2, 3, 4, 5]);
    });
  },
});

test({
  name: "ParentLoop.call() carries thousands of calls, both ways at a time",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      await using loop = new ThreadLoop({ expose: { double: (n: number) => 2 * n } });
      loop.runForever();
      const ask = workerFunction(async (n: number) =>
        await asyncio.parentLoop<{ double(n: number): number }>().call("double", n) + 1
      );
      const numbers = Array.from({ length: 2000 }, (_, n) => n);
      const futures = numbers.map((n) => runCoroutineThreadsafe(ask(n), loop));
      assertEquals(await gather(futures), numbers.map((n) => 2 * n + 1));
    });
  },
});

test({
  name: "ParentLoop.call() fails when the parent's loop is closed, before and meanwhile",
  ...needs("workers"),
  async fn() {
    const { exposed, log } = makeExposed();
    const parent = newEventLoop();
    const pool = new ThreadPoolExecutor({ expose: exposed, parent, maxWorkers: 1 });
    const job = async (name: "forever" | "note") => {
      try {
        return await asyncio.parentLoop<Exposed>().call(name, "x");
      } catch (error) {
        return String(error);
      }
    };
    const running = parent.runForever();
    const meanwhile = pool.submit(job, "forever");
    while (log.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    parent.stop();
    await running;
    // The task that is left is reported as one that was destroyed, were it not for this.
    parent.setExceptionHandler(() => {});
    parent.close();
    assertEquals(await meanwhile, "RuntimeError: Event loop is closed");
    assertEquals(await pool.submit(job, "note"), "RuntimeError: Event loop is closed");
    await pool.shutdown();
  },
});

test({
  name: "ParentLoop's tasks are cancelled when the thread that asked is gone",
  ...needs("workers"),
  async fn() {
    await run(async () => {
      const { exposed, log } = makeExposed();
      const loop = new ThreadLoop({ expose: exposed });
      const stopped = loop.runForever();
      const future = runCoroutineThreadsafe(
        () => asyncio.parentLoop<Exposed>().call("forever"),
        loop,
      );
      while (log.length === 0) await sleep(0);
      const ended = loop.terminate();
      for (const end of [stopped, future] as ConcurrentFuture<unknown>[]) {
        await assertRejects(async () => await end);
      }
      await ended;
      while (log.length < 2) await sleep(0);
      assertEquals(log, ["begun", "over"]);
    });
  },
});

test("parentLoop() says where it is for", () => {
  assertThrows(
    () => parentLoop(),
    RuntimeError,
    "parentLoop() is for code in an executor's job or on a ThreadLoop",
  );
});

test({
  name: "ParentLoop's methods refuse what is no name",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const error = await pool.submit(async () => {
      try {
        return await asyncio.parentLoop().call(42 as never);
      } catch (error) {
        return error as Error;
      }
    });
    assertInstanceOf(error, TypeError);
    assert(error.message.startsWith("call() expects the name of an exposed function, got 42"));
  },
});
