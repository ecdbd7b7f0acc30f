import { assert, assertEquals, assertThrows } from "@std/assert";
import { BrokenThreadPool, ThreadPoolExecutor, ValueError } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { testPool } from "./pool_cases.ts";

testPool({
  name: "ThreadPoolExecutor",
  needs: needs("workers"),
  jobs: new URL("./jobs.ts", import.meta.url),
  make: (maxWorkers, options) => new ThreadPoolExecutor({ ...options, maxWorkers }),
  broken: BrokenThreadPool,
});

test("ThreadPoolExecutor refuses a number of workers that is none", () => {
  assertThrows(
    () => new ThreadPoolExecutor({ maxWorkers: 0 }),
    ValueError,
    "maxWorkers must be greater than 0, got 0",
  );
  assertThrows(
    () => new ThreadPoolExecutor({ maxWorkers: 1.5 }),
    TypeError,
    "maxWorkers must be a whole number, got 1.5 (number)",
  );
});

test({
  name: "ThreadPoolExecutor calls its threads by the prefix given, or by one of its own",
  ...needs("workers"),
  async fn() {
    for (
      const [threadNamePrefix, name] of [["crunch", "crunch_0"], [
        "",
        "ThreadPoolExecutor-",
      ]] as const
    ) {
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix });
      const doomed = pool.submit(() => {
        setTimeout(() => {
          throw new Error("stray");
        });
        return new Promise(() => {});
      });
      const error = await doomed.then(() => null, (error: unknown) => String(error));
      assert(error?.startsWith(`BrokenExecutor: ${name}`), String(error));
    }
  },
});

test({
  name: "a worker that cannot read its first message says so",
  // The engines of browsers read what is as deep as this, or refuse to send it.
  ...needs("deno"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: "crunch" });
    let list: unknown = null;
    for (let depth = 0; depth < 3_000; depth++) list = { next: list };
    const read = pool.submit(function read(_list: unknown) {}, list);
    assertEquals(
      await read.then(() => null, String),
      "BrokenExecutor: crunch_0 threw an error that nothing caught: could not deserialize value, " +
        "while it ran read()",
    );
  },
});

test({
  name: "ThreadPoolExecutor shares a SharedArrayBuffer with its jobs",
  ...needs("workers", "sharedMemory"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const cells = new Int32Array(new SharedArrayBuffer(4));
    await pool.submit((shared: Int32Array) => Atomics.store(shared, 0, 42), cells);
    assertEquals(cells[0], 42);
  },
});

test({
  name: "null stands for what is left out of an executor's options",
  ...needs("workers"),
  async fn() {
    await using pool = new ThreadPoolExecutor({ maxWorkers: null, initializer: null });
    assertEquals(await pool.submit((n: number) => n + 1, 1), 2);
  },
});
