import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  BrokenExecutor,
  BrokenThreadPool,
  RuntimeError,
  transfer,
  workerFunction,
} from "../../mod.ts";
import { host } from "../../lib/platform/current.ts";
import { WorkerPool } from "../../lib/threads/worker_pool.ts";
import { test } from "../_support/harness.ts";
import { type FakeWorker, FakeWorkers } from "./fake_workers.ts";

const quick = (n: number) => n;

function openPool(maxWorkers: number) {
  const workers = new FakeWorkers();
  const pool = new WorkerPool(workers, { maxWorkers, prefix: "fake", kind: "thread" });
  return { pool, workers };
}

/** The worker that a test expects to be there. */
function workerAt(workers: FakeWorkers, index: number): FakeWorker {
  const worker = workers.all[index];
  assert(worker, `worker ${index} was not started`);
  return worker;
}

/** Lets the jobs submitted in this turn be handed out. */
async function endTurn(): Promise<void> {
  await Promise.resolve();
}

/** A pool whose one worker has shown its jobs to be quick, and so was sent the others at once. */
async function openBatch(count: number) {
  const { pool, workers } = openPool(1);
  const jobs = Array.from({ length: count }, (_, n) => pool.submit(quick, [n]));
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  worker.takePosted();
  worker.say(["result", 0, 0, 0.01]);
  return { pool, worker, jobs, sent: worker.takePosted() };
}

/** Lets what is put off to a turn of the host's be done. */
function hostTurn(): Promise<void> {
  return new Promise((resolve) => host.nextTurn(resolve));
}

test("WorkerPool starts a worker for each job that finds none idle, up to the limit", async () => {
  const { pool, workers } = openPool(2);
  assertEquals(workers.all.length, 0);
  for (const n of [1, 2, 3]) pool.submit(quick, [n]);
  assertEquals(workers.all.length, 0, "nothing happens before the turn ends");
  await endTurn();
  assertEquals(workers.all.map(({ options }) => options.name), ["fake_0", "fake_1"]);
});

test("WorkerPool starts no further worker, where that takes time, until the first may have proved enough", async () => {
  const { pool, workers } = openPool(3);
  workers.startPause = 20;
  for (let n = 0; n < 4; n++) pool.submit(quick, [n]);
  await endTurn();
  assertEquals(workers.all.length, 1);
  while (workers.all.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const worker of workers.all) worker.getReady();
  workerAt(workers, 0).takePosted();
  workerAt(workers, 0).say(["result", 0, 0, 0.01]);
  assertEquals(workerAt(workers, 0).takePosted(), ["call 2, call 3"]);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals(workers.all.length, 2, "nothing waits");
  workerAt(workers, 0).say(["result", 2, 2, 9], ["result", 3, 3, 9]);
  for (let n = 4; n < 6; n++) pool.submit(quick, [n]);
  await endTurn();
  assertEquals(workers.all.length, 3, "at once, for nothing waited meanwhile");
});

test("WorkerPool keeps the script small, and sends its rest before the first message", async () => {
  const { pool, workers } = openPool(1);
  pool.submit(workerFunction("https://site.example/jobs.js", "add"), []);
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  assertEquals(worker.takePosted(), ["define, call 0"]);
  assert(worker.options.script.length < 8192);
  assert(worker.rest !== null && !worker.options.script.includes(worker.rest));
});

test("WorkerPool sends the whole script for a module's function, where none may be evaluated", async () => {
  const { pool, workers } = openPool(1);
  workers.evaluates = false;
  pool.submit(workerFunction("https://site.example/jobs.js", "add"), []);
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  assertEquals(worker.takePosted(), ["define, call 0"]);
  assert(worker.rest === null && worker.options.script.length > 8192);
});

test("WorkerPool gives a module's function to no worker that may not have evaluated anything", async () => {
  const { pool, workers } = openPool(1);
  workers.evaluates = false;
  pool.submit(quick, [1]);
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  worker.say(["result", 0, 1, 0.01]);
  pool.submit(workerFunction("https://site.example/jobs.js", "add"), []);
  await endTurn();
  assertEquals(worker.state, "terminated");
  const whole = workerAt(workers, 1);
  whole.getReady();
  assertEquals(whole.takePosted(), ["define, call 1"]);
  assertEquals(whole.rest, null);
});

test("WorkerPool replaces a worker that may evaluate nothing by one with the whole script", async () => {
  const { pool, workers } = openPool(1);
  workers.evaluates = false;
  const [first, cancelled, last] = [1, 2, 3].map((n) => pool.submit(quick, [n]));
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  assertEquals(worker.takePosted(), ["define, call 0"]);
  assert(worker.rest !== null);
  cancelled?.cancel();
  worker.say(["bare"]);
  assertEquals(worker.state, "terminated");
  const whole = workerAt(workers, 1);
  whole.getReady();
  assertEquals(whole.takePosted(), ["define, call 0"]);
  assert(whole.rest === null && whole.options.script.length > 8192);
  whole.say(["result", 0, 1, 0.01]);
  whole.say(["result", 2, 3, 0.01]);
  assertEquals([first?.result(), cancelled?.cancelled(), last?.result()], [1, true, 3]);
  assertEquals(workers.all.length, 2);
});

test("WorkerPool uses an idle worker again, the last to fall idle first", async () => {
  const { pool, workers } = openPool(2);
  const jobs = [0, 1].map((n) => pool.submit(quick, [n]));
  await endTurn();
  for (const worker of workers.all) worker.getReady();
  workerAt(workers, 1).say(["result", 1, 1, 9]);
  workerAt(workers, 0).say(["result", 0, 0, 9]);
  assertEquals(workers.all.map(({ held }) => held), [false, false]);
  assertEquals(jobs.map((future) => future.result()), [0, 1]);
  for (const worker of workers.all) worker.takePosted();
  pool.submit(quick, [2]);
  await endTurn();
  assertEquals(workers.all.map((worker) => worker.takePosted()), [["call 2"], []]);
  assertEquals(workers.all.map(({ held }) => held), [true, false]);
});

test("WorkerPool sends a function that it does not know alone", async () => {
  const { pool, workers } = openPool(1);
  for (const n of [0, 1, 2]) pool.submit(quick, [n]);
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  assertEquals(worker.takePosted(), ["define, call 0"]);
});

test("WorkerPool sends several jobs at once where their like was quick", async () => {
  const { sent } = await openBatch(5);
  assertEquals(sent, ["call 1, call 2, call 3, call 4"]);
});

test("WorkerPool sends but one job at a time where their like took long, or waited", async () => {
  for (const milliseconds of [10, Infinity]) {
    const { pool, workers } = openPool(1);
    for (let n = 0; n < 3; n++) pool.submit(quick, [n]);
    await endTurn();
    const worker = workerAt(workers, 0);
    worker.getReady();
    worker.takePosted();
    worker.say(["result", 0, 0, milliseconds]);
    assertEquals(worker.takePosted(), ["call 1"]);
  }
});

/** The workers of a pool of two, each at the first job that it was sent, while four more jobs wait. */
async function poolAtWork() {
  const { pool, workers } = openPool(2);
  for (let n = 0; n < 6; n++) pool.submit(quick, [n]);
  await endTurn();
  for (const worker of workers.all) {
    worker.getReady();
    worker.takePosted();
  }
  return workers;
}

test("WorkerPool leaves the other workers their share", async () => {
  const workers = await poolAtWork();
  workerAt(workers, 0).say(["result", 0, 0, 0.4]);
  assertEquals(workerAt(workers, 0).takePosted(), ["call 2, call 3"]);
  workerAt(workers, 1).say(["result", 1, 1, 0.4]);
  assertEquals(workerAt(workers, 1).takePosted(), ["call 4, call 5"]);
});

test("WorkerPool wakes no other worker for a little work", async () => {
  const workers = await poolAtWork();
  workerAt(workers, 0).say(["result", 0, 0, 0.01]);
  assertEquals(workerAt(workers, 0).takePosted(), ["call 2, call 3, call 4, call 5"]);
  workerAt(workers, 1).say(["result", 1, 1, 0.01]);
  assertEquals(workerAt(workers, 1).takePosted(), []);
});

test("WorkerPool starts no worker for jobs that are cancelled in the same turn as those before", async () => {
  const { pool, workers } = openPool(2);
  const jobs = Array.from({ length: 50 }, (_, n) => pool.submit(quick, [n]));
  await endTurn();
  for (const worker of workers.all) worker.getReady();
  for (const job of jobs) job.cancel({ terminateAfter: 0 });
  await hostTurn();
  assertEquals(workers.all.length, 2);
  assertEquals(jobs.filter((job) => job.cancelled()).length, 50);
  pool.submit(quick, [50]);
  await endTurn();
  assertEquals(workers.all.length, 3);
});

test("WorkerPool hands out again, and first, what a worker gives back", async () => {
  const { pool, workers } = openPool(2);
  for (let n = 0; n < 6; n++) pool.submit(quick, [n]);
  await endTurn();
  const [first, second] = [workerAt(workers, 0), workerAt(workers, 1)];
  for (const worker of workers.all) {
    worker.getReady();
    worker.takePosted();
  }
  first.say(["result", 0, 0, 0.4]);
  assertEquals(first.takePosted(), ["call 2, call 3"]);
  first.say(["returned", [3]]);
  second.say(["result", 1, 1, 0.4]);
  assertEquals(second.takePosted(), ["call 3, call 4"]);
});

test("WorkerPool does not hand out again a cancelled job that is given back", async () => {
  const { worker, jobs } = await openBatch(3);
  assertEquals(jobs[2]?.cancel(), false);
  assertEquals(worker.takePosted(), ["abort 2"]);
  worker.say(["returned", [2]]);
  worker.say(["result", 1, 1, 9]);
  assertEquals(worker.takePosted(), []);
  assertEquals(jobs[2]?.cancelled(), true);
});

test("WorkerPool cancels at once a job that was given back and waits in the queue again", async () => {
  const { pool, worker, jobs } = await openBatch(4);
  worker.say(["returned", [2, 3]]);
  assertEquals(jobs[2]?.cancel(), true);
  assertEquals(jobs[2]?.cancelled(), true);
  const shutdown = pool.shutdown({ cancelFutures: true });
  assertEquals(jobs[3]?.cancelled(), true);
  worker.say(["result", 1, 1, 9]);
  assertEquals(worker.takePosted(), []);
  await shutdown;
});

test("WorkerPool cancels what is given back after a shutdown that cancels", async () => {
  const { pool, worker, jobs } = await openBatch(4);
  const shutdown = pool.shutdown({ wait: true, cancelFutures: true });
  worker.say(["returned", [2, 3]]);
  assertEquals(jobs.map((job) => job.cancelled()), [false, false, true, true]);
  worker.say(["result", 1, 1, 9]);
  assertEquals(worker.takePosted(), []);
  await shutdown;
  assertEquals(jobs[1]?.result(), 1);
});

test("WorkerPool sends no job that was cancelled in the turn of its submission", async () => {
  const { pool, workers } = openPool(1);
  pool.submit(quick, [0]).cancel();
  await endTurn();
  assertEquals(workers.all.length, 0);
});

test("WorkerPool replaces a dead worker only when there is work", async () => {
  const { pool, workers } = openPool(1);
  const doomed = pool.submit(quick, [0]);
  await endTurn();
  workerAt(workers, 0).die("fell over");
  assertEquals(
    String(doomed.exception()),
    "BrokenExecutor: fake_0 fell over, while it ran quick()",
  );
  assertEquals(workers.all.length, 1);
  pool.submit(quick, [1]);
  await endTurn();
  assertEquals(workers.all.map(({ options }) => options.name), ["fake_0", "fake_1"]);
});

test("WorkerPool loses no job by a worker that does not start, and gives up after three in a row", async () => {
  const { pool, workers } = openPool(1);
  const jobs = [0, 1].map((n) => pool.submit(quick, [n]));
  await endTurn();
  for (const index of [0, 1, 2]) {
    assertEquals(jobs.map((job) => job.done()), [false, false]);
    workerAt(workers, index).options.onDeath({ reason: "could not start", error: undefined });
  }
  assertEquals(workers.all.length, 3);
  const text = "3 thread starts failed in a row: fake_2 could not start, " +
    "the thread pool is not usable anymore";
  for (const job of jobs) assertEquals(String(job.exception()), `BrokenThreadPool: ${text}`);
  assertThrows(() => pool.submit(quick, [2]), BrokenThreadPool, text);
  await pool.shutdown({});
});

test("WorkerPool counts the failed starts in a row alone", async () => {
  const { pool, workers } = openPool(1);
  const jobs = [0, 1, 2].map((n) => pool.submit(quick, [n]));
  await endTurn();
  for (const job of jobs) {
    for (let failed = 0; failed < 2; failed++) {
      workers.all.at(-1)!.options.onDeath({ reason: "could not start", error: undefined });
    }
    workers.all.at(-1)!.getReady();
    workers.all.at(-1)!.die("fell over");
    assertInstanceOf(job.exception(), BrokenExecutor);
  }
  assertEquals(workers.all.length, 9);
});

test("WorkerPool blames the oldest job that a dead worker did not answer, and hands out the others", async () => {
  const { pool, workers } = openPool(1);
  const jobs = [0, 1, 2, 3].map((n) => pool.submit(quick, [n]));
  await endTurn();
  const first = workerAt(workers, 0);
  first.getReady();
  first.say(["up"], ["result", 0, 0, 0.01]);
  first.takePosted();
  first.say(["result", 1, 1, 0.01]);
  first.die("fell over");
  assertEquals(
    String(jobs[2]!.exception()),
    "BrokenExecutor: fake_0 fell over, while it ran quick()",
  );
  const second = workerAt(workers, 1);
  second.getReady();
  assertEquals(second.takePosted(), ["define, call 3"]);
  second.say(["result", 3, 3, 1]);
  assertEquals(jobs[3]!.result(), 3);
});

test("WorkerPool ends the worker of a job that does not stop, and hands out what was behind it", async () => {
  const { pool, workers } = openPool(1);
  const jobs = [0, 1, 2].map((n) => pool.submit(quick, [n]));
  await endTurn();
  const first = workerAt(workers, 0);
  first.getReady();
  first.say(["up"], ["result", 0, 0, 0.01]);
  assertEquals(jobs[1]!.cancel({ terminateAfter: 0 }), true);
  assertEquals([jobs[1]!.cancelled(), first.state], [true, "terminated"]);
  await hostTurn();
  const second = workerAt(workers, 1);
  second.getReady();
  assertEquals(second.takePosted(), ["define, call 2"]);
});

test("WorkerPool sends a job whose memory is moved alone", async () => {
  const { pool, workers } = openPool(1);
  for (let n = 0; n < 5; n++) {
    const buffer = new ArrayBuffer(8);
    pool.submit(quick, n === 2 ? [transfer(buffer, [buffer])] : [n]);
  }
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  worker.takePosted();
  worker.say(["up"], ["result", 0, 0, 0.01]);
  assertEquals(worker.takePosted(), ["call 1"]);
  worker.say(["result", 1, 0, 0.01]);
  assertEquals(worker.takePosted(), ["call 2"]);
  worker.say(["result", 2, 0, 0.01]);
  assertEquals(worker.takePosted(), ["call 3, call 4"]);
});

test("WorkerPool calls the initializer in each worker before its first job", async () => {
  const workers = new FakeWorkers();
  const pool = new WorkerPool(workers, {
    maxWorkers: 1,
    prefix: "fake",
    kind: "thread",
    initializer: (n: number) => -n,
    initargs: [7],
  });
  const job = pool.submit(quick, [0]);
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  assertEquals(worker.takePosted(), ["define, call -1"]);
  worker.say(["up"]);
  assertEquals(worker.takePosted(), []);
  worker.say(["result", -1, 7, 0]);
  assertEquals(worker.takePosted(), ["define, call 0"]);
  worker.say(["result", 0, 0, 0]);
  assertEquals(job.result(), 0);
});

test("WorkerPool replaces a worker that has made as many jobs as it may", async () => {
  const workers = new FakeWorkers();
  const pool = new WorkerPool(workers, {
    maxWorkers: 1,
    prefix: "fake",
    kind: "process",
    maxTasks: 2,
  });
  for (let n = 0; n < 3; n++) pool.submit(quick, [n]);
  await endTurn();
  const first = workerAt(workers, 0);
  first.getReady();
  first.say(["up"], ["result", 0, 0, 0.01]);
  first.takePosted();
  first.say(["result", 1, 0, 0.01]);
  assertEquals(first.state, "terminated");
  const second = workerAt(workers, 1);
  second.getReady();
  assertEquals(second.takePosted(), ["define, call 2"]);
});

test("WorkerPool replaces an idle worker that was not started with a job's module", async () => {
  const { pool, workers } = openPool(1);
  workers.hasFixedModules = true;
  const work = (file: string) => workerFunction<() => void>(`https://example.org/${file}`, "work");
  pool.submit(work("a.js"), []);
  await endTurn();
  const first = workerAt(workers, 0);
  first.getReady();
  pool.submit(work("b.js"), []);
  await endTurn();
  first.say(["up"], ["result", 0, 0, 0.01]);
  assertEquals(first.state, "terminated");
  const modules = workerAt(workers, 1).options.modules ?? [];
  assertEquals(modules.slice(0, 2), ["https://example.org/a.js", "https://example.org/b.js"]);
});

test("WorkerPool refuses a module that a worker may not import", () => {
  const { pool } = openPool(1);
  const job = workerFunction<() => void>("https://example.org/forbidden.js", "work");
  assertThrows(
    () => pool.submit(job, []),
    RuntimeError,
    "cannot import https://example.org/forbidden.js in a worker: it is forbidden",
  );
});

test("WorkerPool refuses a coroutine where a worker may not load this module", () => {
  const workers = new FakeWorkers();
  workers.importRefusal = () => "it is forbidden";
  const pool = new WorkerPool(workers, { maxWorkers: 1, prefix: "fake", kind: "thread" });
  for (const job of [function* () {}, new Function("return async () => asyncio")()]) {
    const error = assertThrows(() => pool.submit(job, []), RuntimeError) as Error;
    assert(/^cannot import \S+ in a worker: it is forbidden$/.test(error.message), error.message);
  }
});

test("WorkerPool ends its workers when it is shut down and done", async () => {
  const { pool, workers } = openPool(1);
  pool.submit(quick, [0]);
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  const gone = pool.shutdown({});
  assertEquals(worker.state, "ready");
  worker.say(["result", 0, 0, 0]);
  assertEquals(worker.state, "terminated");
  await gone;
});

test("WorkerPool takes all that a message tells, though it ends the worker in the middle of it", async () => {
  const { pool, workers } = openPool(1);
  const jobs = [0, 1, 2, 3].map((n) => pool.submit(quick, [n]));
  await endTurn();
  const first = workerAt(workers, 0);
  first.getReady();
  first.say(["up"], ["result", 0, 0, 0.01]);
  jobs[1]!.addDoneCallback(() => jobs[3]!.cancel({ terminateAfter: 0 }));
  first.say(["result", 1, 1, 0.01], ["result", 2, 2, 0.01]);
  assertEquals(jobs.map((job) => job.cancelled() || job.result()), [0, 1, 2, true]);
  await hostTurn();
  assertEquals([first.state, workers.all.length], ["terminated", 1]);
});

test("WorkerPool ends a worker that says what cannot be read, and fails the job that it was at", async () => {
  for (const garbage of [null, {}, 1, [null], [["chunk", 0]], [["error", 0, 1]], [["hello", 0]]]) {
    const { pool, workers } = openPool(1);
    const job = pool.submit(quick, [0]);
    const other = pool.submit(quick, [1]);
    await endTurn();
    const first = workerAt(workers, 0);
    first.getReady();
    first.say(["up"]);
    first.options.onMessage(garbage);
    const error = job.exception();
    assertInstanceOf(error, BrokenExecutor);
    assert(error.message.startsWith("fake_0 sent what cannot be read here: "), error.message);
    assert(error.message.endsWith(", while it ran quick()"), error.message);
    assertEquals([first.state, other.done()], ["terminated", false]);
    workerAt(workers, 1).getReady();
    workerAt(workers, 1).say(["up"], ["result", 1, 1, 0.01]);
    assertEquals(other.result(), 1);
  }
});

test("WorkerPool.terminate() fails the one job that a worker was at, and cancels those sent ahead", async () => {
  const { pool, worker, jobs, sent } = await openBatch(4);
  assert(sent.length > 0);
  pool.terminate();
  const [done, running, ...ahead] = jobs;
  assertEquals([worker.state, done!.result()], ["terminated", 0]);
  assertInstanceOf(running!.exception(), BrokenExecutor);
  assertEquals(ahead.map((future) => future.cancelled()), [true, true]);
  assertEquals(await pool.shutdown({}), undefined);
});
