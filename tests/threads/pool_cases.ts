/** What holds of both executors; each one's test file runs it on its own. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  BrokenExecutor,
  CancelledError,
  type ConcurrentFuture,
  createTask,
  ExceptionGroup,
  type Executor,
  gather,
  getRunningLoop,
  type JobContext,
  JobStream,
  Lock,
  newEventLoop,
  Queue,
  registerErrorClass,
  run,
  RuntimeError,
  sleep,
  ThreadQueue,
  transfer,
  ValueError,
  workerFunction,
  type WorkerOptions,
} from "../../mod.ts";
import { type Needs, test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";
import type * as jobs from "./jobs.ts";

/** This module, as functions that cross as source find it in their worker. */
declare const asyncio: typeof import("../../mod.ts");

/** An executor on workers. */
interface WorkerExecutor extends Executor {
  terminateWorkers(): void;
}

/** An executor under test. */
export interface PoolCase {
  /** The class's name, for the titles. */
  name: string;
  /** What it needs. */
  needs: Needs;
  /** Where `jobs.ts` is, as the test file sees it. */
  jobs: URL;
  /** Makes one. */
  make(maxWorkers: number, options?: WorkerOptions): WorkerExecutor;
  /** The class of the error of one that is broken. */
  broken: new () => BrokenExecutor;
}

/** The message of what a promise is rejected with, and its class. */
async function failure(promise: PromiseLike<unknown>): Promise<string> {
  try {
    return `no error, but ${await promise}`;
  } catch (error) {
    return String(error);
  }
}

/** Declares the tests. */
export function testPool({ name, needs, jobs: jobsUrl, make, broken }: PoolCase): void {
  const module = jobsUrl.href;
  const brokenModule = new URL("./broken_module.ts", jobsUrl);
  const missingModule = new URL("./missing.ts", jobsUrl);
  const add = workerFunction<typeof jobs.add>(module, "add");
  const fail = workerFunction<typeof jobs.fail>(module, "fail");
  const later = workerFunction<typeof jobs.later<string>>(module, "later");
  const spin = workerFunction<typeof jobs.spin>(module, "spin");
  const untilAborted = workerFunction<typeof jobs.untilAborted>(module, "untilAborted");
  const endWorker = workerFunction<typeof jobs.endWorker>(module, "endWorker");

  function poolTest(title: string, body: (pool: Executor) => Promise<void>, maxWorkers = 1): void {
    test({
      name: `${name} ${title}`,
      ...needs,
      async fn() {
        await using pool = make(maxWorkers);
        await body(pool);
      },
    });
  }

  poolTest("runs a function that closes over nothing", async (pool) => {
    assertEquals(await pool.submit((a: number, b: string) => `${b}${a}`, 1, "n"), "n1");
  });

  poolTest("runs a function of a module", async (pool) => {
    assertEquals(await pool.submit(add, 20, 22), 42);
  });

  poolTest("waits for what an async function gives", async (pool) => {
    assertEquals(await pool.submit(async (n: number) => await Promise.resolve(n), 5), 5);
    assertEquals(await pool.submit(later, "late", 1), "late");
  });

  poolTest("fails the job alone whose arguments cannot be read", async (pool) => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const throwing = {
      get x() {
        throw new ValueError("not to be read");
      },
    };
    const good = pool.submit((n: number) => n, 1);
    const begin = "TypeError: cannot send argument 1 of <anonymous>() to another thread: args[0]";
    for (
      const [argument, what] of [
        [throwing, ".x is a getter that throws"],
        [[throwing], "[0].x is a getter that throws"],
        [proxy, " is an object that cannot be read"],
      ] as const
    ) {
      assertEquals(await failure(pool.submit((_x: unknown) => 1, argument)), `${begin}${what}`);
    }
    // A clone has no inherited properties, and so reads none.
    assertEquals(await pool.submit((x: object) => Object.keys(x), Object.create(throwing)), []);
    assertEquals(await good, 1);
  });

  poolTest("fails the job alone whose result cannot be read", async (pool) => {
    assertEquals(
      await failure(pool.submit(() => ({
        get x() {
          throw new RangeError("not to be read");
        },
      }))),
      "TypeError: cannot send the result to another thread: result.x is a getter that throws",
    );
    assertEquals(await pool.submit((n: number) => n, 2), 2);
  });

  poolTest("refuses at the call what belongs to this thread, and says what to do", async (pool) => {
    const loop = newEventLoop();
    const future = loop.createFuture<number>();
    const queue = new ThreadQueue<number>();
    const way = {
      await: "which belongs to its thread: await it first",
      expose: "which belongs to its thread: expose a function that uses it",
      queue: "which belongs to its thread: use a ThreadQueue",
    };
    const takeAll = (..._args: unknown[]) => 1;
    const circle: Record<string, unknown> = { list: [new Map([["lock", new Lock()]])] };
    circle.self = circle;
    const rest = sleep(1);
    for (
      const [args, message] of [
        [[future], `1 of takeAll() to another thread: args[0] is ${future} (Future), ${way.await}`],
        [
          [1, { rest }],
          `2 of takeAll() to another thread: args[1].rest is ${rest}, ${way.await}`,
        ],
        [
          [circle],
          "1 of takeAll() to another thread: args[0].list[0].get(lock) is <Lock [unlocked]> " +
          `(Lock), ${way.expose}`,
        ],
        [
          [0, 0, [loop]],
          `3 of takeAll() to another thread: args[2][0] is ${loop} (EventLoop), ` +
          way.expose,
        ],
        [
          [new Queue()],
          "1 of takeAll() to another thread: args[0] is <Queue maxsize=0> (Queue), " +
          way.queue,
        ],
        [
          [new Set([queue])],
          `1 of takeAll() to another thread: args[0].values() is ${queue} ` +
          "(ThreadQueue), which belongs to its thread: send its handle",
        ],
        [
          [pool],
          `1 of takeAll() to another thread: args[0] is <${name} object> (${name}), ` +
          way.expose,
        ],
      ] as const
    ) {
      const error = assertThrows(() => pool.submit(takeAll, ...args), TypeError);
      assertEquals(error.message, `cannot send argument ${message}`);
      assertThrows(
        () => pool.map(takeAll, [args[0], args.at(-1)]),
        TypeError,
        "cannot send argument",
      );
    }
    rest.close();
    loop.close();
    assertThrows(
      () => make(1, { initializer: () => {}, initargs: [new Lock()] }),
      TypeError,
      "args[0] is <Lock [unlocked]> (Lock)",
    );
    assertEquals(await pool.submit((n: number) => n, 1), 1);
  });

  poolTest("fails the job whose result belongs to its thread", async (pool) => {
    const begin = "TypeError: cannot send the result to another thread: result";
    const end = "is <Lock [unlocked]> (Lock), which belongs to its thread: ";
    const inList = failure(pool.submit(() => [{ lock: new asyncio.Lock() }]));
    assert((await inList).startsWith(`${begin}[0].lock ${end}`), await inList);
    const itself = failure(pool.submit(function* () {
      yield* asyncio.sleep(0);
      return new asyncio.Lock();
    }));
    assert((await itself).startsWith(`${begin} ${end}`), await itself);
    assertEquals(await pool.submit((n: number) => n, 2), 2);
  });

  poolTest("has words stand in for what belongs to its thread within an error", async (pool) => {
    const error = await assertRejects(
      async () => {
        await pool.submit(() => {
          const lock = new asyncio.Lock();
          throw Object.assign(new Error("kept", { cause: lock }), {
            lock,
            more: { locks: [lock] },
          });
        });
      },
      Error,
      "kept",
    );
    const words = "<Lock [unlocked]> (Lock), which belongs to its thread: expose a function that " +
      "uses it";
    assertEquals(error.cause, words);
    assertEquals(Object.entries(error), [["lock", words], ["more", `.locks[0] is ${words}`]]);
  });

  poolTest("brings errors over whose parts cannot be read", async (pool) => {
    const makers: (() => never)[] = [
      () => {
        throw Object.defineProperty(new Error("kept"), "y", {
          enumerable: true,
          get() {
            throw 1;
          },
        });
      },
      () => {
        throw Object.defineProperty(new RangeError(), "message", {
          get() {
            throw 1;
          },
        });
      },
      () => {
        throw Object.assign(new Error(), { message: Object.create(null) });
      },
    ];
    const seen: string[] = [];
    for (const make of makers) seen.push(await failure(pool.submit(make)));
    assertEquals(seen, ["Error: kept", "RangeError", "Error"]);
    assertEquals(await pool.submit((n: number) => n, 3), 3);
  });

  poolTest("brings an own property errors over that is no list", async (pool) => {
    try {
      await pool.submit(() => {
        throw Object.assign(new Error("invalid"), { errors: { name: "required" } });
      });
    } catch (error) {
      assertEquals((error as { errors?: unknown }).errors, { name: "required" });
    }
  });

  poolTest("brings an exception group over as one", async (pool) => {
    let group: unknown;
    try {
      await pool.submit(function* () {
        yield* asyncio.TaskGroup.run(function* (tasks) {
          tasks.createTask(function* (): Generator<never, void> {
            throw new asyncio.ValueError("inner");
          });
        });
      });
    } catch (error) {
      group = error;
    }
    assertInstanceOf(group, ExceptionGroup);
    assertEquals(`${group}`, "ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)");
    assertInstanceOf(group.subgroup(ValueError)?.exceptions[0], ValueError);
  });

  poolTest(
    "ends a job, and no other, whose arguments are too deep to be read there",
    async (pool) => {
      let list: unknown = null;
      for (let i = 0; i < 3_000; i++) list = { next: list };
      // Some engines take it.
      await pool.submit((_list: unknown) => {}, list).then(() => {}, () => {});
      await failure(pool.submit(() => {
        let list: unknown = null;
        for (let i = 0; i < 3_000; i++) list = { next: list };
        return list;
      }));
      const deep = failure(pool.submit(() => {
        let error = new Error("0");
        for (let i = 1; i < 3_000; i++) error = new Error(`${i}`, { cause: error });
        throw error;
      }));
      assertEquals(await deep, "Error: 2999");
      assertEquals(await pool.submit((n: number) => n, 4), 4);
    },
  );

  poolTest("maps async functions that use this module in chunks as well", async (pool) => {
    const job = async (n: number) => {
      await asyncio.sleep(0.001);
      return 2 * n;
    };
    const results: number[] = [];
    for await (const result of pool.map(job, [1, 2, 3], { chunksize: 2 })) results.push(result);
    assertEquals(results, [2, 4, 6]);
  });

  poolTest("sends functions with all that a function's syntax can have", async (pool) => {
    const object = {
      method(text: string) {
        return [...text].map((letter) => letter.toUpperCase()).join("");
      },
      async *[Symbol.iterator]() {},
      async late(n: number) {
        await null;
        return n;
      },
    };
    assertEquals(await pool.submit(object.method, "abc"), "ABC");
    assertEquals(await pool.submit(object.late, 3), 3);
    const destructure = ({ a, ...rest }: { a: number; b: number }, [c = 3] = []) => ({
      a,
      rest,
      c,
    });
    assertEquals(await pool.submit(destructure, { a: 1, b: 2 }, []), {
      a: 1,
      rest: { b: 2 },
      c: 3,
    });
    function factorial(n: number): number {
      return n < 2 ? 1 : n * factorial(n - 1);
    }
    assertEquals(await pool.submit(factorial, 5), 120);
  });

  poolTest("clones what can be cloned, both ways", async (pool) => {
    const shared = { list: [1, 2n, "three"] };
    const value = {
      map: new Map([["key", new Set([1, 2])]]),
      date: new Date(0),
      bytes: new Uint8Array([1, 2, 3]).subarray(1),
      twice: [shared, shared],
      nothing: [undefined, null, NaN],
      pattern: /a+/gi,
    };
    const back = await pool.submit((given: typeof value) => given, value);
    assertEquals(back, value);
    assert(back.twice[0] === back.twice[1], "what is the same object stays the same object");
  });

  poolTest("drops what comes of a job whose future was settled by hand", async (pool) => {
    const queued = pool.submit((text: string) => text, "job");
    queued.setResult("hand");
    // Where this thread was late, and the job is over before it was seen running, a longer one is tried.
    const settled = async (
      settle: (job: ConcurrentFuture<string>) => void,
      milliseconds = 10,
    ): Promise<string> => {
      const job = pool.submit(later, "job", milliseconds);
      await until(() => job.running() || job.done());
      if (job.done()) return await settled(settle, 4 * milliseconds);
      settle(job);
      return await failure(job);
    };
    const running = settled((job) => job.setResult("hand"));
    assertEquals(await running, "no error, but hand");
    const failing = settled((job) => job.setException(new ValueError("hand")));
    assertEquals(await failing, "ValueError: hand");
    assertEquals(await pool.submit(add, 1, 2), 3);
    assertEquals(await queued, "hand");
  });

  poolTest("runs jobs of one worker in the order submitted", async (pool) => {
    const order = Array.from({ length: 100 }, (_, index) => pool.submit((n: number) => n, index));
    const done: number[] = [];
    order.forEach((future) => future.addDoneCallback((ended) => done.push(ended.result())));
    await order.at(-1);
    assertEquals(done, Array.from({ length: 100 }, (_, index) => index));
  });

  poolTest("keeps its worker, and what its modules remember", async (pool) => {
    const countCalls = workerFunction<typeof jobs.countCalls>(module, "countCalls");
    const counts = [];
    for (let call = 0; call < 3; call++) counts.push(await pool.submit(countCalls));
    assertEquals(counts, [1, 2, 3]);
  });

  poolTest("maps a function over items", async (pool) => {
    const results: number[] = [];
    for await (const result of pool.map((n: number) => n * n, [1, 2, 3, 4])) results.push(result);
    assertEquals(results, [1, 4, 9, 16]);
  }, 2);

  poolTest("maps chunks of items, each one job", async (pool) => {
    const squares: number[] = [];
    const items = Array.from({ length: 10 }, (_, n) => n);
    for await (const square of pool.map((n: number) => n * n, items, { chunksize: 4 })) {
      squares.push(square);
    }
    assertEquals(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    const late: number[] = [];
    const negate = async (n: number) => await Promise.resolve(-n);
    for await (const n of pool.map(negate, [1, 2, 3], { chunksize: 2 })) late.push(n);
    assertEquals(late, [-1, -2, -3]);
  }, 2);

  poolTest("maps up to the first error, of a chunk, too", async (pool) => {
    const inverse = (n: number) => {
      if (n === 0) throw new RangeError("of nothing");
      return 1 / n;
    };
    const seen: number[] = [];
    await assertRejects(
      async () => {
        for await (const result of pool.map(inverse, [2, 4, 0, 8], { chunksize: 3 })) {
          seen.push(result);
        }
      },
      RangeError,
      "of nothing",
    );
    assertEquals(seen, [0.5, 0.25]);
    assertEquals(await pool.submit(add, 1, 2), 3);
  });

  poolTest("is what runInExecutor() runs in", async (pool) => {
    const results = await run(function* () {
      const loop = getRunningLoop();
      return yield* gather([
        loop.runInExecutor(pool, add, 1, 2),
        loop.runInExecutor(pool, (text: string) => text.length, "four"),
      ]);
    });
    assertEquals(results, [3, 4]);
  });

  // ── errors ──

  poolTest("brings an error back whole", async (pool) => {
    const error = await assertRejects(async () => await pool.submit(fail), TypeError, "it failed");
    assertEquals(error.name, "JobError");
    assertEquals(Object.entries(error), [["code", 7], ["detail", { retry: [1, 2] }]]);
    assert(error.stack?.includes("fail"), "the stack is the worker's");
    assertInstanceOf(error.cause, AggregateError);
    assertEquals(error.cause.message, "both");
    assertEquals(error.cause.errors.map(String), ["RangeError: one", "Error: two"]);
    assertInstanceOf(error.cause.errors[0], RangeError);
  });

  poolTest("brings back what is thrown and is no error", async (pool) => {
    assertEquals(
      await failure(pool.submit(() => {
        throw "a text";
      })),
      "a text",
    );
    assertEquals(await failure(pool.submit(() => Promise.reject(null))), "null");
  });

  poolTest("brings back an error of a registered class as one", async (pool) => {
    const exceed = workerFunction<typeof jobs.exceed>(module, "exceed");
    class QuotaError extends Error {
      limit = 0;
    }
    registerErrorClass(QuotaError);
    const error = await assertRejects(async () => await pool.submit(exceed), QuotaError, "no more");
    assertEquals(error.limit, 10);
    class OtherError extends Error {
      readonly rest: unknown[] = [];
    }
    registerErrorClass(OtherError, {
      name: "QuotaError",
      rebuild: (plain) =>
        Object.assign(new OtherError(plain.message), { rest: Object.entries(plain) }),
    });
    const other = await assertRejects(async () => await pool.submit(exceed), OtherError, "no more");
    assertEquals(other.rest, [["limit", 10]]);
    assert(other.stack?.includes("exceed"), "the stack is the worker's");
  });

  poolTest("says in an error's stack who asked for the job", async (pool) => {
    function askForIt() {
      return pool.submit(fail);
    }
    const error = await assertRejects(async () => await askForIt(), TypeError);
    const [theirs, ours] = error.stack!.split("─── asked for by ───");
    assert(theirs!.includes("fail"), "the worker's");
    assert(ours!.includes("askForIt"), ours);
    assert(!ours!.includes("submit"), "where it was asked for comes first");
  });

  poolTest("goes on after an error", async (pool) => {
    await failure(pool.submit(fail));
    assertEquals(await pool.submit(add, 1, 1), 2);
  });

  poolTest("refuses a function with free variables, by their names", async (pool) => {
    const table = [1, 2];
    const limit = 3;
    assertThrows(
      () => pool.submit((n: number) => table.filter((item) => item < limit + n).length, 1),
      TypeError,
      "it closes over 'table', 'limit', which another thread does not have",
    );
    await Promise.resolve();
  });

  poolTest("refuses what is no function", async (pool) => {
    assertThrows(
      () => pool.submit(42 as never),
      TypeError,
      "submit() expects a function, got 42 (number)",
    );
    await Promise.resolve();
  });

  poolTest("says which argument cannot be cloned, and what in it", async (pool) => {
    const take = (first: unknown, second: unknown) => [first, second];
    assertEquals(
      await failure(pool.submit(take, 1, { options: [{ onDone() {} }] })),
      "TypeError: cannot send argument 2 of take() to another thread: " +
        "args[1].options[0].onDone is function onDone",
    );
    assertEquals(
      await failure(pool.submit(take, new Map([["key", Symbol("s")]]), 2)),
      "TypeError: cannot send argument 1 of take() to another thread: " +
        "args[0].get(key) is Symbol(s)",
    );
    assertEquals(await pool.submit(add, 1, 2), 3, "the pool goes on");
  });

  poolTest("says what in a result cannot be cloned", async (pool) => {
    assertEquals(
      await failure(pool.submit(() => ({ deep: [{ call: () => 1 }] }))),
      "TypeError: cannot send the result to another thread: result.deep[0].call is function call",
    );
    assertEquals(await pool.submit(add, 1, 2), 3, "the pool goes on");
  });

  poolTest("harms no other job by one that cannot be sent", async (pool) => {
    const futures = [
      pool.submit(add, 1, 2),
      pool.submit((value: unknown) => value, () => {}),
      pool.submit(add, 3, 4),
    ];
    assertEquals(await futures[0], 3);
    assert((await failure(futures[1]!)).startsWith("TypeError: cannot send argument 1"));
    assertEquals(await futures[2], 7);
  });

  poolTest("fails a job at once whose module does not exist", async (pool) => {
    const missing = workerFunction<() => void>(missingModule, "add");
    const text = await failure(pool.submit(missing));
    assert(
      text.startsWith(`RuntimeError: cannot load add from ${missingModule} in a worker: `),
      text,
    );
  });

  poolTest("fails a job at once whose module throws as it is loaded", async (pool) => {
    const broken = workerFunction<() => void>(brokenModule, "never");
    const error = await assertRejects(async () => await pool.submit(broken), RuntimeError);
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, "broken at its top level");
  });

  poolTest("fails a job at once whose module asks for such a job as it loads", async (pool) => {
    const url = new URL("./unguarded_module.ts", jobsUrl).href;
    const double = workerFunction<(n: number) => number>(url, "double");
    assertEquals(
      await failure(pool.submit(double, 1)),
      `RuntimeError: cannot load double from ${url} in a worker: cannot import ${url} in a worker: ` +
        "it is being loaded in this one: expected the functions in a module of their own, or " +
        "'if (import.meta.main)' around the program",
    );
  });

  poolTest("fails a job at once whose module has no such export", async (pool) => {
    const text = await failure(pool.submit(workerFunction<() => void>(module, "subtract")));
    assert(
      text.startsWith(
        `RuntimeError: cannot load subtract from ${module} in a worker: no such export among `,
      ),
      text,
    );
    assert(text.includes("add"), "it says what there is");
  });

  poolTest("fails a job at once whose export is no function", async (pool) => {
    assertEquals(
      await failure(pool.submit(workerFunction<() => void>(module, "notFunction"))),
      `RuntimeError: cannot load notFunction from ${module} in a worker: ` +
        "notFunction is no function but number",
    );
  });

  // ── death ──

  poolTest("fails the job whose worker ends itself, and replaces the worker", async (pool) => {
    const doomed = pool.submit(endWorker);
    const next = pool.submit(add, 1, 2);
    const error = await assertRejects(async () => await doomed, BrokenExecutor);
    assert(
      /^\S+_0 (exited with code 7|closed itself), while it ran endWorker\(\)$/.test(error.message),
    );
    assertEquals(await next, 3);
  });

  poolTest(
    "fails no job but the one that ends the worker, of many that were sent at once",
    async (pool) => {
      const endAt = (n: number, end: number) => {
        const scope = globalThis as unknown as {
          Deno?: { exit(code: number): void };
          close(): void;
        };
        if (n !== end) return n;
        if (scope.Deno === undefined) scope.close();
        else scope.Deno.exit(7);
        return -1;
      };
      for (let n = 0; n < 3; n++) await pool.submit(endAt, n, -1);
      const jobs = Array.from({ length: 60 }, (_, n) => pool.submit(endAt, n, 50));
      const outcomes = await Promise.allSettled(jobs.map(async (job) => await job));
      const failed = outcomes.flatMap(({ status }, n) => status === "rejected" ? [n] : []);
      assertEquals(failed, [50]);
    },
  );

  poolTest("fails the job whose worker throws beside it", async (pool) => {
    const doomed = pool.submit(() =>
      new Promise(() => {
        setTimeout(() => {
          throw new RangeError("stray");
        });
      })
    );
    const error = await assertRejects(async () => await doomed, BrokenExecutor);
    assert(error.message.includes("threw an error that nothing caught: stray, while it ran"));
    assertInstanceOf(error.cause, RangeError);
    assertEquals(await pool.submit(add, 1, 2), 3);
  });

  poolTest("fails the job whose worker leaves a rejection unhandled", async (pool) => {
    const doomed = pool.submit(() => {
      Promise.reject(new RangeError("unhandled"));
      return new Promise(() => {});
    });
    const error = await assertRejects(async () => await doomed, BrokenExecutor);
    assert(error.message.includes("unhandled"));
    assertEquals(await pool.submit(add, 1, 2), 3);
  });

  poolTest("fails just the jobs of the worker that died", async (pool) => {
    const survivor = pool.submit(later, "survived", 50);
    await assertRejects(async () => await pool.submit(endWorker), BrokenExecutor);
    assertEquals(await survivor, "survived");
  }, 2);

  // ── cancellation ──

  poolTest("takes a cancelled job out of the queue", async (pool) => {
    const first = pool.submit(later, "first", 20);
    const queued = pool.submit(endWorker);
    const last = pool.submit(add, 1, 2);
    assert(queued.cancel());
    await assertRejects(async () => await queued, CancelledError);
    assertEquals([await first, await last], ["first", 3]);
  });

  poolTest("tells a running job by its signal that it is cancelled", async (pool) => {
    // The first one has the function loaded; or else the cancellation might come before.
    const first = pool.submit(untilAborted);
    while (!first.running()) await Promise.resolve();
    first.cancel();
    await failure(first);
    const running = pool.submit(untilAborted);
    while (!running.running()) await Promise.resolve();
    assertEquals(running.cancel(), false, "as in Python, it is not cancelled but running");
    assertEquals(await failure(running), "JobError: stopped");
  });

  poolTest("cancels a job that is cancelled on its way", async (pool) => {
    const job = pool.submit(endWorker);
    while (!job.running()) await Promise.resolve();
    job.cancel();
    await assertRejects(async () => await job, CancelledError);
    assert(job.cancelled());
    assertEquals(await pool.submit(add, 1, 2), 3);
  });

  poolTest("ends the worker of a job that does not stop, and no other job", async (pool) => {
    const stuck = pool.submit(spin, 3_600_000);
    const behind = [1, 2, 3].map((n) => pool.submit(add, n, n));
    while (!stuck.running()) await Promise.resolve();
    assertEquals(stuck.cancel({ terminateAfter: 0.02 }), false);
    await assertRejects(async () => await stuck, CancelledError);
    assert(stuck.cancelled());
    assertEquals(await Promise.all(behind), [2, 4, 6]);
  });

  poolTest("ends no worker of a job that stops in time", async (pool) => {
    const countCalls = workerFunction<typeof jobs.countCalls>(module, "countCalls");
    assertEquals(await pool.submit(countCalls), 1);
    const running = pool.submit(untilAborted);
    while (!running.running()) await Promise.resolve();
    running.cancel({ terminateAfter: 60 });
    await failure(running);
    assertEquals(await pool.submit(countCalls), 2, "it is the same worker");
  });

  poolTest("refuses a terminateAfter that is none", async (pool) => {
    const future = pool.submit(add, 1, 2);
    assertThrows(
      () => future.cancel({ terminateAfter: -1 }),
      ValueError,
      "terminateAfter must not be negative, got -1",
    );
    assertThrows(
      () => future.cancel({ terminateAfter: "1" as never }),
      TypeError,
      "terminateAfter must be a number of seconds or null, got '1' (string)",
    );
    assertEquals(await future, 3);
  });

  poolTest("stops the job when the task that awaits it is cancelled", async (pool) => {
    await run(function* () {
      const task = createTask(function* () {
        yield* getRunningLoop().runInExecutor(pool, untilAborted);
      });
      yield* sleep(0.02);
      task.cancel();
      try {
        yield* task;
      } catch (error) {
        assertInstanceOf(error, CancelledError);
      }
    });
    assertEquals(await pool.submit(add, 1, 2), 3, "the worker is free again");
  });

  poolTest("gives a signal that is not aborted to a job that nobody cancels", async (pool) => {
    assertEquals(
      await pool.submit(function (this: { signal: AbortSignal }) {
        return this.signal.aborted;
      }),
      false,
    );
  });

  // ── memory that moves ──

  poolTest("moves buffers instead of copying them, both ways", async (pool) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const back = await pool.submit(
      function (given: Uint8Array<ArrayBuffer>) {
        const sum = given.reduce((total, byte) => total + byte);
        const answer = new Uint8Array([sum]);
        const moved = this.transfer(answer, [answer.buffer]);
        setTimeout(() => Reflect.set(globalThis, "left", answer.length));
        return moved;
      },
      transfer(bytes, [bytes.buffer]),
    );
    assertEquals([bytes.length, [...back]], [0, [6]]);
    const left = () =>
      new Promise((resolve) => setTimeout(() => resolve(Reflect.get(globalThis, "left")), 1));
    // A process's result is written to a pipe, and what was moved is copied.
    if (name === "ThreadPoolExecutor") assertEquals(await pool.submit(left), 0);
  });

  poolTest("moves ports and streams to threads, there and back", async (pool) => {
    const { port1, port2 } = new MessageChannel();
    const submitted = pool.submit(
      ({ port }: { port: MessagePort }, text: string) => port.postMessage(text),
      transfer({ port: port1 }, [port1]),
      "heard",
    );
    if (name === "ProcessPoolExecutor") {
      assertEquals(
        await failure(submitted),
        "TypeError: cannot send argument 1 of <anonymous>() to another thread: args[0].port is " +
          "[object MessagePort]",
      );
      port1.close();
      port2.close();
      return;
    }
    const heard = new Promise((resolve) => port2.onmessage = ({ data }) => resolve(data));
    await submitted;
    assertEquals(await heard, "heard");
    port2.close();
    // Not every browser has streams that can be moved.
    if (!("Deno" in globalThis)) return;
    const stream = ReadableStream.from(["a", "b"]);
    const back = await pool.submit(
      function (given: ReadableStream<string>) {
        return this.transfer({ given }, [given as unknown as Transferable]);
      },
      transfer(stream, [stream as unknown as Transferable]),
    );
    assertEquals(stream.locked, true);
    const items: string[] = [];
    for await (const item of back.given) items.push(item);
    assertEquals(items, ["a", "b"]);
  });

  poolTest("moves a buffer once, and copies it the next time", async (pool) => {
    const bytes = new Uint8Array(8);
    const value = transfer({ bytes }, [bytes.buffer]);
    const size = (given: { bytes: Uint8Array }) => given.bytes.length;
    assertEquals(await pool.submit(size, value), 8);
    assertEquals(bytes.length, 0);
    value.bytes = new Uint8Array(4);
    assertEquals(await pool.submit(size, value), 4);
    assertEquals(value.bytes.length, 4);
  });

  poolTest("says of an object that would arrive empty where it is", async (pool) => {
    const take = (given: unknown) => String(given);
    const url = new URL("https://example.org/");
    const text = await failure(pool.submit(take, { links: [{ url }] }));
    assert(
      text.startsWith(
        "TypeError: cannot send argument 1 of take() to another thread: args[0].links[0].url is ",
      ),
      text,
    );
    const back = await failure(
      pool.submit(() => new Map([["u", new URLSearchParams("a=1")]])),
    );
    assertEquals(
      back,
      "TypeError: cannot send the result to another thread: result.get(u) is " +
        "[object URLSearchParams]",
    );
    assertEquals(await pool.submit(add, 1, 2), 3, "the pool goes on");
  });

  poolTest("cancels what is left of a chunk, and fails none of it", async (pool) => {
    const job = async function (this: JobContext, n: number) {
      if (n < 2) return n;
      return await new Promise<number>((resolve) => {
        if (this.signal.aborted) resolve(n);
        this.signal.addEventListener("abort", () => resolve(n));
      });
    };
    const futures = [...pool.map(job, [0, 1, 2, 3, 4, 5], { chunksize: 6 })];
    setTimeout(() => futures[4]!.cancel(), 50);
    const states = await Promise.all(futures.map((future) => future.then(String, String)));
    // The third has waited for the cancellation, so none behind it was made before.
    assertEquals(states.slice(3), ["CancelledError", "CancelledError", "CancelledError"]);
    for (const [index, state] of states.slice(0, 3).entries()) {
      assert(state === String(index) || state === "CancelledError", state);
    }
  });

  poolTest(
    "brings back an error's properties by whatever name, and both of a pair",
    async (pool) => {
      const error = await pool.submit(() => {
        const names = {
          kind: "timeout",
          code: 7,
          classes: ["a"],
          constructors: 1,
          properties: [1],
        };
        throw Object.assign(new Error("no"), names, { stack: "Error: no" });
      }).then(() => null, (error) => error);
      assertEquals({ ...error }, {
        kind: "timeout",
        code: 7,
        classes: ["a"],
        constructors: 1,
        properties: [1],
      });
      const pair = await pool.submit(() => {
        const Pair = Reflect.get(globalThis, "SuppressedError") as
          | typeof SuppressedError
          | undefined;
        if (Pair === undefined) return null;
        throw new Pair(new TypeError("in dispose"), new RangeError("in body"), "both");
      }).then(() => null, (error) => error);
      if (pair === null) return;
      assertInstanceOf(pair, SuppressedError);
      assertEquals([String(pair.error), String(pair.suppressed), Object.keys(pair)], [
        "TypeError: in dispose",
        "RangeError: in body",
        [],
      ]);
    },
  );

  // ── streams ──

  poolTest(
    "gives the items of an async generator as they come, and what it returns",
    async (pool) => {
      const stream = await pool.submit(async function* (count: number) {
        for (let n = 0; n < count; n++) yield n;
        return "all";
      }, 40);
      assertInstanceOf(stream, JobStream);
      const items: number[] = [];
      let end: unknown;
      for (;;) {
        const { done, value } = await stream.next();
        if (done) {
          end = value;
          break;
        }
        items.push(value);
      }
      assertEquals([items.length, items.at(-1), end], [40, 39, "all"]);
      assertEquals(await stream.next(), { done: true, value: undefined });
      assertEquals(await pool.submit(add, 1, 2), 3);
    },
  );

  poolTest("lets a stream be no more than a few items ahead of its reader", async (pool) => {
    const produce = workerFunction<typeof jobs.produce>(module, "produce");
    const stream = await pool.submit(produce);
    for (let n = 0; n < 5; n++) assertEquals((await stream.next()).value, n);
    // Another message after those that the job could have sent: were it not held back, it would be on.
    await new Promise((resolve) => setTimeout(resolve, 30));
    await stream.return();
    const produced = await pool.submit(workerFunction<typeof jobs.produced>(module, "produced"));
    assert(produced.count >= 5 && produced.count <= 22, `${produced.count} were produced`);
    assert(produced.isClosed, "its finally block was run");
  });

  poolTest("fails a stream with what its job throws, after the items", async (pool) => {
    const stream = await pool.submit(async function* () {
      yield 1;
      throw new RangeError("no more");
    });
    assertEquals(await stream.next(), { done: false, value: 1 });
    await assertRejects(async () => await stream.next(), RangeError, "no more");
    assertEquals(await stream.next(), { done: true, value: undefined });
  });

  poolTest("ends a stream by an item that cannot be sent, and its job with it", async (pool) => {
    const stream = await pool.submit(async function* () {
      try {
        for (let n = 0;; n++) yield n === 2 ? { job: () => 1 } : n;
      } finally {
        Reflect.set(globalThis, "streamClosed", true);
        // Lost behind the item's, as behind an error in the body of a `for await`.
        await Promise.reject(new RangeError("closing"));
      }
    });
    const items: unknown[] = [];
    await assertRejects(
      async () => {
        for await (const item of stream) items.push(item);
      },
      TypeError,
      "cannot send the result to another thread: result.job is function job",
    );
    assertEquals(items, [0, 1]);
    assertEquals(await pool.submit(() => Reflect.get(globalThis, "streamClosed")), true);
  });

  poolTest("lets an async generator use this module", async (pool) => {
    const count = async function* (to: number) {
      const task = asyncio.currentTask();
      for (let n = 1; n <= to; n++) {
        await asyncio.sleep(0.001);
        yield asyncio.currentTask() === task ? n : -1;
      }
      return "end";
    };
    const stream = await pool.submit(count, 20);
    let sum = 0;
    let step = await stream.next();
    while (!step.done) {
      sum += step.value;
      step = await stream.next();
    }
    assertEquals([sum, step.value], [210, "end"]);
    const made = await pool.submit(() =>
      asyncio.asyncGenerator(async function* () {
        await asyncio.sleep(0);
        yield "made";
      })()
    );
    assertEquals(await made.next(), { done: false, value: "made" });
    assertEquals((await made.next()).done, true);
  });

  poolTest("cancels an async generator that uses this module where it waits", async (pool) => {
    const waits = async function* () {
      try {
        yield "first";
        await asyncio.sleep(3600);
      } catch (error) {
        Reflect.set(globalThis, "ended", (error as Error).name);
        throw error;
      }
    };
    const stream = await pool.submit(waits);
    await stream.next();
    const next = stream.next();
    setTimeout(() => next.cancel(), 20);
    await assertRejects(async () => await next, CancelledError);
    assertEquals(await pool.submit(() => Reflect.get(globalThis, "ended")), "CancelledError");
  });

  poolTest("fails a stream whose worker dies", async (pool) => {
    const stream = await pool.submit(async function* () {
      yield 1;
      await new Promise((resolve) => setTimeout(resolve));
      setTimeout(() => {
        throw new RangeError("stray");
      });
      await new Promise(() => {});
    });
    await stream.next();
    await assertRejects(async () => await stream.next(), BrokenExecutor, "stray");
    assertEquals(await pool.submit(add, 1, 2), 3);
  });

  poolTest("ends a stream when the task that reads it is cancelled", async (pool) => {
    await run(function* () {
      const task = createTask(function* () {
        const stream = yield* pool.submit(async function* () {
          yield 0;
          await new Promise((resolve) => this.signal.addEventListener("abort", resolve));
        });
        yield* stream.next();
        yield* stream.next();
      });
      yield* sleep(0.1);
      task.cancel();
      try {
        yield* task;
      } catch (error) {
        assertInstanceOf(error, CancelledError);
      }
    });
    assertEquals(await pool.submit(add, 1, 2), 3, "the worker is free again");
  });

  // ── coroutines ──

  poolTest("runs an async function that uses this module on a loop", async (pool) => {
    const nap = async (seconds: number) => {
      await asyncio.sleep(seconds);
      return asyncio.currentTask() !== null;
    };
    assertEquals(await pool.submit(nap, 0), true);
  });

  poolTest("cancels the future of a coroutine that ends by its cancellation", async (pool) => {
    function* nap(seconds: number) {
      yield* asyncio.sleep(seconds);
    }
    await pool.submit(nap, 0);
    const future = pool.submit(nap, 3600);
    while (!future.running()) await Promise.resolve();
    setTimeout(() => future.cancel(), 50);
    await assertRejects(async () => await future, CancelledError);
    assert(future.cancelled());
  });

  poolTest("runs a generator coroutine on a loop in the worker", async (pool) => {
    const nap = workerFunction(function* (seconds: number) {
      const { sleep, currentTask } = asyncio;
      yield* sleep(seconds);
      return `${currentTask() === null ? "no task" : "a task"} slept ${seconds}`;
    });
    assertEquals(await pool.submit(nap, 0.001), "a task slept 0.001");
  });

  poolTest("brings a CancelledError into a coroutine whose job is cancelled", async (pool) => {
    function* nap(seconds: number) {
      try {
        yield* asyncio.sleep(seconds);
        return "not cancelled";
      } catch (error) {
        return error instanceof asyncio.CancelledError ? "cancelled" : "something else";
      }
    }
    // The first one has all loaded; or else the cancellation might come before the coroutine begins.
    assertEquals(await pool.submit(nap, 0), "not cancelled");
    // It may on a machine that is busy all the same, and then it has longer to begin.
    const cancelAfter = async (milliseconds: number): Promise<string> => {
      const future = pool.submit(nap, 3600);
      setTimeout(() => future.cancel(), milliseconds);
      const end = await failure(future);
      const isTooEarly = end === "CancelledError" && milliseconds < 10_000;
      return isTooEarly ? await cancelAfter(4 * milliseconds) : end;
    };
    assertEquals(await cancelAfter(25), "no error, but cancelled");
  });

  // ── workers at a time ──

  poolTest("runs two busy jobs at the same time while the loop ticks on", async (pool) => {
    await Promise.all([pool.submit(later, "", 5), pool.submit(later, "", 5)]);
    /** How long they overlapped, and how often the loop ticked. */
    const measure = (milliseconds: number) =>
      run(function* () {
        let ticks = 0;
        const ticker = createTask(function* () {
          for (;;) {
            yield* sleep(0.01);
            ticks++;
          }
        });
        const [one, two] = yield* gather([
          getRunningLoop().runInExecutor(pool, spin, milliseconds),
          getRunningLoop().runInExecutor(pool, spin, milliseconds),
        ]);
        ticker.cancel();
        return [Math.min(one.end, two.end) - Math.max(one.begin, two.begin), ticks] as const;
      });
    // A machine that is busy with other things may need longer to have both begin.
    const seen: string[] = [];
    let isAtOnce = false;
    for (let milliseconds = 150; !isAtOnce && milliseconds < 10_000; milliseconds *= 4) {
      const [overlap, ticks] = await measure(milliseconds);
      seen.push(`${overlap} ms of ${milliseconds}, in ${ticks} ticks`);
      isAtOnce = overlap > milliseconds / 2 && ticks >= 5;
    }
    assert(isAtOnce, `they overlapped for ${seen.join("; ")}`);
  }, 2);

  poolTest("starts no more workers than it may", async (pool) => {
    const one = pool.submit(spin, 30);
    const two = pool.submit(spin, 30);
    const [first, second] = [await one, await two];
    assert(second.begin >= first.end, "one worker does one thing at a time");
  });

  // ── initializer and limits ──

  test({
    name: `${name} calls its initializer in each worker, once`,
    ...needs,
    async fn() {
      const initializer = workerFunction<typeof jobs.remember>(module, "remember");
      await using pool = make(2, { initializer, initargs: ["settings", 1] });
      const recall = workerFunction<typeof jobs.recall>(module, "recall");
      const both = await Promise.all([pool.submit(recall), pool.submit(recall)]);
      assertEquals(both, [["settings", 1], ["settings", 1]]);
      assertEquals(await pool.submit(recall), ["settings", 1]);
    },
  });

  test({
    name: `${name} does not mind what its initializer gives`,
    ...needs,
    async fn() {
      const initializers = [
        () => Reflect.set(globalThis, "given", () => "given") && Symbol(),
        async () => await Promise.resolve(() => {}),
        async function* () {
          yield 1;
        },
      ];
      for (const initializer of initializers) {
        await using pool = make(1, { initializer });
        assertEquals(await pool.submit(add, 1, 2), 3, String(initializer));
      }
    },
  });

  test({
    name: `${name} is broken when its initializer cannot be given its arguments, and says so`,
    ...needs,
    async fn() {
      await using pool = make(1, { initializer: (_: unknown) => {}, initargs: [() => 1] });
      const log: string[] = [];
      const original = console.error;
      console.error = (message: string) => log.push(message);
      try {
        const job = pool.submit(add, 1, 2);
        const error = await assertRejects(async () => await job, broken, "initializer failed");
        assertInstanceOf(error.cause, TypeError);
      } finally {
        console.error = original;
      }
      const text = "Exception in initializer:\nTypeError: cannot send argument 1 of initializer()";
      assertEquals(log.map((message) => message.slice(0, text.length)), [text]);
    },
  });

  test({
    name: `${name} is broken when its initializer fails`,
    ...needs,
    async fn() {
      await using pool = make(1, {
        initializer: () => {
          throw new RangeError("no luck");
        },
      });
      const log: string[] = [];
      const original = console.error;
      console.error = (message: string) => log.push(message);
      try {
        const jobs = [pool.submit(add, 1, 2), pool.submit(add, 3, 4)];
        for (const job of jobs) {
          const error = await assertRejects(async () => await job, broken, "initializer failed");
          assertInstanceOf(error.cause, RangeError);
        }
      } finally {
        console.error = original;
      }
      const text = "Exception in initializer:\nRangeError: no luck\n";
      assertEquals(log.map((message) => message.slice(0, text.length)), [text]);
      const error = assertThrows(
        () => pool.submit(add, 1, 2),
        broken,
        "pool is not usable anymore",
      );
      assertInstanceOf(error.cause, RangeError);
    },
  });

  test({
    name: `${name} is broken when its initializer ends the worker`,
    ...needs,
    async fn() {
      await using pool = make(1, { initializer: endWorker });
      await assertRejects(async () => await pool.submit(add, 1, 2), broken, "initializer failed: ");
    },
  });

  test({
    name: `${name} ends by its terminateAfter what a cancelled task leaves behind`,
    ...needs,
    async fn() {
      await using pool = make(1, { terminateAfter: 0.01 });
      await run(function* () {
        const task = createTask(function* () {
          yield* getRunningLoop().runInExecutor(pool, spin, 3_600_000);
        });
        yield* sleep(0.05);
        task.cancel();
        try {
          yield* task;
        } catch (error) {
          assertInstanceOf(error, CancelledError);
        }
      });
      assertEquals(await pool.submit(add, 1, 2), 3);
    },
  });

  // ── shutdown ──

  test({
    name: `${name} takes no job after shutdown()`,
    ...needs,
    async fn() {
      const pool = make(1);
      assertEquals(await pool.submit(add, 1, 2), 3);
      await pool.shutdown();
      assertThrows(
        () => pool.submit(add, 1, 2),
        RuntimeError,
        "cannot schedule new futures after shutdown",
      );
      await pool.shutdown();
    },
  });

  test({
    name: `${name}.shutdown() waits for the jobs it has`,
    ...needs,
    async fn() {
      const pool = make(1);
      const futures = [pool.submit(later, "running", 20), pool.submit(later, "queued", 1)];
      await pool.shutdown();
      assertEquals(futures.map((future) => future.result()), ["running", "queued"]);
    },
  });

  test({
    name: `${name}.shutdown() cancels the queue if told to`,
    ...needs,
    async fn() {
      const pool = make(1);
      const running = pool.submit(later, "running", 20);
      while (!running.running()) await Promise.resolve();
      const queued = pool.submit(later, "queued", 1);
      await pool.shutdown({ cancelFutures: true });
      assertEquals(running.result(), "running");
      assert(queued.cancelled());
    },
  });

  test({
    name: `${name}.shutdown() does not wait if told so`,
    ...needs,
    async fn() {
      const pool = make(1);
      const running = pool.submit(later, "running", 20);
      assert(pool.shutdown({ wait: false }).done());
      assertEquals(running.done(), false);
      assertEquals(await running, "running");
      await pool.shutdown();
    },
  });

  test({
    name: `${name}.shutdown() of one that was never used is done at once`,
    ...needs,
    async fn() {
      await make(1).shutdown();
    },
  });

  // ── terminateWorkers ──

  test({
    name: `${name}.terminateWorkers() fails what runs, cancels what waits, and takes no more`,
    ...needs,
    async fn() {
      const pool = make(1);
      assertEquals(await pool.submit(add, 1, 2), 3);
      const running = pool.submit(spin, 60_000);
      while (!running.running()) await Promise.resolve();
      const queued = pool.submit(add, 1, 2);
      assertEquals(pool.terminateWorkers(), undefined);
      assertEquals([running.done(), queued.cancelled()], [true, true]);
      const error = running.exception();
      assertInstanceOf(error, BrokenExecutor);
      assertMatch(error.message, / was terminated, while it ran spin\(\)$/);
      assertThrows(
        () => pool.submit(add, 1, 2),
        RuntimeError,
        "cannot schedule new futures after shutdown",
      );
      pool.terminateWorkers();
      await pool.shutdown();
    },
  });

  test({
    name: `${name}.terminateWorkers() ends workers that start, and such as have nothing to do`,
    ...needs,
    async fn() {
      const starting = make(1);
      const early = starting.submit(add, 1, 2);
      await Promise.resolve();
      starting.terminateWorkers();
      assert(early.cancelled());
      await starting.shutdown();
      const idle = make(1);
      assertEquals(await idle.submit(add, 1, 2), 3);
      idle.terminateWorkers();
      await idle.shutdown();
      const unused = make(1);
      unused.terminateWorkers();
      await unused.shutdown();
    },
  });

  test({
    name: `${name}.terminateWorkers() fails the stream of a job, and the task that reads it`,
    ...needs,
    async fn() {
      const pool = make(1);
      const log: number[] = [];
      const read = run(async () => {
        const stream = await pool.submit(async function* count() {
          yield 1;
          await new Promise(() => setInterval(() => {}, 1000));
        });
        for await (const n of stream) {
          log.push(n);
          pool.terminateWorkers();
        }
      });
      assertMatch(
        await failure(read),
        /^BrokenExecutor: .* was terminated, while it ran count\(\)$/,
      );
      assertEquals(log, [1]);
      await pool.shutdown();
    },
  });
}
