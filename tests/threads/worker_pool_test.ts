import { assert, assertEquals, assertThrows } from "@std/assert";
import { RuntimeError, ValueError, workerFunction } from "../../mod.ts";
import { checkMaxWorkers, WorkerPool } from "../../lib/threads/worker_pool.ts";
import { test } from "../_support/harness.ts";
import { type FakeWorker, FakeWorkers } from "./fake_workers.ts";

const quick = (n: number) => n;

function openPool(maxWorkers: number) {
  const workers = new FakeWorkers();
  const pool = new WorkerPool(workers, maxWorkers, "fake");
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

test("WorkerPool starts a worker for each job that finds none idle, up to the limit", async () => {
  const { pool, workers } = openPool(2);
  assertEquals(workers.all.length, 0);
  for (const n of [1, 2, 3]) pool.submit(quick, [n]);
  assertEquals(workers.all.length, 0, "nothing happens before the turn ends");
  await endTurn();
  assertEquals(workers.all.map(({ options }) => options.name), ["fake_0", "fake_1"]);
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
  const { pool, workers } = openPool(1);
  for (let n = 0; n < 5; n++) pool.submit(quick, [n]);
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  worker.takePosted();
  worker.say(["result", 0, 0, 0.01]);
  assertEquals(worker.takePosted(), ["call 1, call 2, call 3, call 4"]);
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

test("WorkerPool leaves the other workers their share", async () => {
  const { pool, workers } = openPool(2);
  for (let n = 0; n < 6; n++) pool.submit(quick, [n]);
  await endTurn();
  for (const worker of workers.all) {
    worker.getReady();
    worker.takePosted();
  }
  workerAt(workers, 0).say(["result", 0, 0, 0.01]);
  assertEquals(workerAt(workers, 0).takePosted(), ["call 2, call 3"]);
  workerAt(workers, 1).say(["result", 1, 1, 0.01]);
  assertEquals(workerAt(workers, 1).takePosted(), ["call 4"]);
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
  first.say(["result", 0, 0, 0.01]);
  assertEquals(first.takePosted(), ["call 2, call 3"]);
  first.say(["returned", [3]]);
  second.say(["result", 1, 1, 0.01]);
  assertEquals(second.takePosted(), ["call 3, call 4"]);
});

test("WorkerPool remembers a cancellation of a job that is given back", async () => {
  const { pool, workers } = openPool(1);
  const jobs = [0, 1, 2].map((n) => pool.submit(quick, [n]));
  await endTurn();
  const worker = workerAt(workers, 0);
  worker.getReady();
  worker.say(["result", 0, 0, 0.01]);
  worker.takePosted();
  assertEquals(jobs[2]?.cancel(), false);
  assertEquals(worker.takePosted(), ["abort 2"]);
  worker.say(["returned", [2]]);
  worker.say(["result", 1, 1, 9]);
  assertEquals(worker.takePosted(), ["call 2, abort 2"]);
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
  workerAt(workers, 0).options.onDeath({ reason: "fell over", error: undefined });
  assertEquals(
    String(doomed.exception()),
    "BrokenExecutor: fake_0 fell over, while it ran quick()",
  );
  assertEquals(workers.all.length, 1);
  pool.submit(quick, [1]);
  await endTurn();
  assertEquals(workers.all.map(({ options }) => options.name), ["fake_0", "fake_1"]);
});

test("WorkerPool fails one job for each worker that cannot start, and does not go round", async () => {
  const { pool, workers } = openPool(1);
  const jobs = [0, 1].map((n) => pool.submit(quick, [n]));
  await endTurn();
  for (const index of [0, 1]) {
    workerAt(workers, index).options.onDeath({ reason: "could not start", error: undefined });
  }
  assertEquals(workers.all.length, 2);
  assert(jobs.every((job) => job.done()));
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
  const pool = new WorkerPool(workers, 1, "fake");
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

test("checkMaxWorkers() takes whole numbers from 1 on", () => {
  checkMaxWorkers(1);
  assertThrows(() => checkMaxWorkers(-2), ValueError, "greater than 0, got -2");
  assertThrows(() => checkMaxWorkers(Infinity), TypeError, "got Infinity (number)");
  assertThrows(() => checkMaxWorkers("2"), TypeError, "got '2' (string)");
});
