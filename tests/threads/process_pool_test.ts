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
  BrokenProcessPool,
  NotSupportedError,
  ProcessPoolExecutor,
  ValueError,
  workerFunction,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import type * as jobs from "./jobs.ts";
import { testPool } from "./pool_cases.ts";

testPool({
  name: "ProcessPoolExecutor",
  needs: needs("processes"),
  jobs: new URL("./jobs.ts", import.meta.url),
  make: (maxWorkers, options) => new ProcessPoolExecutor({ ...options, maxWorkers }),
  broken: BrokenProcessPool,
});

test({
  name: "ProcessPoolExecutor says in a browser that there are no processes",
  ...needs("browser"),
  fn() {
    assertThrows(
      () => new ProcessPoolExecutor(),
      NotSupportedError,
      "ProcessPoolExecutor cannot be had: a browser starts no processes: use ThreadPoolExecutor",
    );
  },
});

test({
  name: "ProcessPoolExecutor refuses a number of processes that is none",
  ...needs("processes"),
  fn() {
    assertThrows(
      () => new ProcessPoolExecutor({ maxWorkers: -1 }),
      ValueError,
      "maxWorkers must be greater than 0, got -1",
    );
  },
});

test({
  name: "ProcessPoolExecutor runs its jobs in another process",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    const pid = await pool.submit(() => Deno.pid);
    assert(pid !== Deno.pid);
    assertEquals(await pool.submit(() => Deno.pid), pid);
  },
});

test({
  name: "ProcessPoolExecutor loses but the job of a process that is killed",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    const pid = await pool.submit(() => Deno.pid);
    const doomed = pool.submit(function waitForEver() {
      return new Promise(() => setInterval(() => {}, 1000));
    });
    const next = pool.submit(() => Deno.pid);
    setTimeout(() => Deno.kill(pid, "SIGKILL"), 20);
    await assertRejects(
      async () => await doomed,
      BrokenExecutor,
      "was killed by SIGKILL, while it ran waitForEver()",
    );
    assert(await next !== pid);
  },
});

test({
  name: "ProcessPoolExecutor carries a message of many megabytes",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    const bytes = new Uint8Array(5_000_000).map((_, index) => index % 251);
    const back = await pool.submit((given: Uint8Array) => given, bytes);
    assertEquals(back.length, bytes.length);
    assert(back.every((byte, index) => byte === bytes[index]));
    assertEquals(back.buffer.byteLength, bytes.buffer.byteLength);
  },
});

test({
  name: "ProcessPoolExecutor says that memory cannot be shared with a process",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    await assertRejects(
      async () => await pool.submit((given) => given, { memory: new SharedArrayBuffer(8) }),
      TypeError,
      "cannot send argument 1 of <anonymous>() to another thread: args[0].memory is " +
        "[object SharedArrayBuffer]",
    );
  },
});

test({
  name: "ProcessPoolExecutor keeps what a job prints off the line",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    assertEquals(await pool.submit(() => console.log("") ?? "said"), "said");
  },
});

test({
  name: "ProcessPoolExecutor refuses what would arrive as something else",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    await assertRejects(
      async () => await pool.submit(() => [new DOMException("no", "AbortError")]),
      TypeError,
      "cannot send the result to another thread: result[0] is [object DOMException]",
    );
    const thrown = await pool.submit(() => {
      throw new DOMException("no", "AbortError");
    }).then(() => null, (error) => error);
    assertInstanceOf(thrown, DOMException);
  },
});

test({
  name: "ProcessPoolExecutor fails the job that lets a program write to the line home",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1, permissions: { run: true } });
    const error = await pool.submit(async () => {
      await new Deno.Command(Deno.execPath(), { args: ["--version"] }).spawn().status;
    }).then(() => null, (error) => error);
    assertInstanceOf(error, BrokenExecutor);
    assertMatch(
      error.message,
      /sent what cannot be read here: its standard output is the line home/,
    );
    assertEquals(await pool.submit((n: number) => n, 5), 5, "the pool goes on");
  },
});

test({
  name: "ProcessPoolExecutor lets a process do nothing but import the modules of its jobs",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    const states = await pool.submit(() =>
      (["read", "write", "net", "env", "run", "ffi", "sys"] as const)
        .filter((name) => Deno.permissions.querySync({ name }).state === "granted")
    );
    assertEquals(states, []);
    const url = new URL("./jobs.ts", import.meta.url);
    const add = workerFunction<typeof jobs.add>(url, "add");
    assertEquals(await pool.submit(add, 1, 2), 3, "that and what it imports is read all the same");
    const read = (path: string) => Deno.readTextFileSync(path).length;
    await assertRejects(async () => await pool.submit(read, url.pathname), Error, "read access");
  },
});

test({
  name: "ProcessPoolExecutor gives its processes the permissions that it is told to",
  ...needs("processes"),
  async fn() {
    const folder = new URL(".", import.meta.url).pathname;
    await using pool = new ProcessPoolExecutor({
      maxWorkers: 1,
      permissions: { read: [folder], env: true, net: false },
    });
    const states = await pool.submit((path: string) => [
      Deno.permissions.querySync({ name: "read", path }).state,
      Deno.permissions.querySync({ name: "read", path: "/" }).state,
      Deno.permissions.querySync({ name: "env" }).state,
      Deno.permissions.querySync({ name: "net" }).state,
    ], folder);
    assertEquals(states, ["granted", "prompt", "granted", "prompt"]);
  },
});

test({
  name: "ProcessPoolExecutor takes a permission that is undefined for one that is left out",
  ...needs("processes"),
  async fn() {
    const respond = () =>
      new Response("export const one = () => 1;", {
        headers: { "content-type": "text/javascript" },
      });
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, respond);
    // What it may import is, where nothing is said, what its jobs are made of.
    const url = new URL(`http://127.0.0.1:${server.addr.port}/jobs.js`);
    await using pool = new ProcessPoolExecutor({
      maxWorkers: 1,
      permissions: { import: undefined },
    });
    assertEquals(await pool.submit(workerFunction<() => number>(url, "one")), 1);
    await server.shutdown();
  },
});

test({
  name: "ProcessPoolExecutor replaces a process that has made maxTasksPerChild jobs",
  ...needs("processes"),
  async fn() {
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1, maxTasksPerChild: 2 });
    const pids: number[] = [];
    for (let n = 0; n < 4; n++) pids.push(await pool.submit(() => Deno.pid));
    assertEquals(pids[0], pids[1]);
    assertEquals(pids[2], pids[3]);
    assert(pids[1] !== pids[2]);
    assertThrows(
      () => new ProcessPoolExecutor({ maxTasksPerChild: 0 }),
      ValueError,
      "maxTasksPerChild must be >= 1, got 0",
    );
  },
});
