import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { workerFunction } from "../../mod.ts";
import { cross } from "../../lib/threads/crossing.ts";
import { causeOf, describeDeath, WorkerLine } from "../../lib/threads/worker_line.ts";
import { test } from "../_support/harness.ts";
import { FakeWorkers } from "./fake_workers.ts";

function openLine() {
  const workers = new FakeWorkers();
  const log: string[] = [];
  const line = new WorkerLine(workers, { name: "fake", script: "script" }, {
    exposure: null,
    receive: ([kind]) => log.push(kind),
    turnEnded: () => log.push("turn ended"),
    refused: (id, error) => log.push(`refused ${id}: ${error}`),
    died: (death) => log.push(`died: ${describeDeath(death)}`),
  });
  const [worker] = workers.all;
  assert(worker);
  return { line, worker, log };
}

const job = cross((n: number) => n, "test");

test("WorkerLine sends nothing before the worker is ready", () => {
  const { line, worker, log } = openLine();
  line.push(["abort", 1]);
  line.flush();
  assertEquals(worker.takePosted(), []);
  worker.getReady();
  assertEquals(worker.takePosted(), ["abort 1"]);
  assertEquals(log, ["turn ended"]);
});

test("WorkerLine sends what waits in one message, and a function once", () => {
  const { line, worker } = openLine();
  worker.getReady();
  for (const id of [1, 2]) {
    line.define(job);
    line.push(["call", id, job.id, [id]]);
  }
  assert(line.knows(job.id));
  line.flush();
  line.flush();
  assertEquals(worker.takePosted(), ["define, call 1, call 2"]);
});

test("WorkerLine sends calls that follow each other as one list", () => {
  const { line, worker } = openLine();
  const sent: unknown[] = [];
  worker.getReady();
  worker.onPost = (message) => sent.push(message);
  line.push(["call", 1, 7, ["a", undefined]]);
  line.push(["call", 2, 7, []]);
  line.push(["call", 3, 7, [[1]], []]);
  line.push(["call", 4, 7, [{ b: 1 }]]);
  line.flush();
  assertEquals(sent, [[
    ["calls", [1, 7, 2, "a", undefined, 2, 7, 0]],
    ["call", 3, 7, [[1]], []],
    ["calls", [4, 7, 1, { b: 1 }]],
  ]]);
});

test("WorkerLine takes a list of results apart", () => {
  const { worker, log } = openLine();
  worker.say(["results", [1, "a", 0.5, 2, undefined, 0.25]], ["stopped"]);
  assertEquals(log, ["result", "result", "stopped", "turn ended"]);
});

test("WorkerLine finds the call that cannot be cloned, and sends the others", () => {
  const { line, worker, log } = openLine();
  worker.getReady();
  line.define(job);
  line.push(["call", 1, job.id, [1]]);
  line.push(["call", 2, job.id, [1, { f() {} }]]);
  line.push(["call", 3, job.id, [1]]);
  line.flush();
  assertEquals(worker.takePosted(), ["define", "call 1", "call 3"]);
  assertEquals(log.slice(1), [
    "refused 2: TypeError: cannot send argument 2 of <anonymous>() to another thread: " +
    "args[1].f is function f",
  ]);
});

test("WorkerLine hands on what the worker says, and that its turn ended", () => {
  const { worker, log } = openLine();
  worker.say(["result", 1, null, 0], ["stopped"]);
  assertEquals(log, ["result", "stopped", "turn ended"]);
});

test("WorkerLine gives the runtime on request", () => {
  const { worker, log } = openLine();
  worker.getReady();
  worker.say(["runtime"]);
  const [[message] = []] = worker.posted;
  assert(message?.[0] === "runtime");
  assert(message[1].kind === "module" && URL.canParse(message[1].url));
  assertEquals(log, ["turn ended", "turn ended"]);
});

test("WorkerLine takes an error that nothing caught for a death, once", () => {
  const { worker, log } = openLine();
  worker.say(["fatal", { kind: "value", value: "thrown" }]);
  worker.options.onDeath({ reason: "exited with code 1", error: undefined });
  assertEquals(log, ["died: threw an error that nothing caught: thrown"]);
});

test("WorkerLine does not take its own terminate() for a death", async () => {
  const { line, worker, log } = openLine();
  await line.terminate();
  worker.options.onDeath({ reason: "exited", error: undefined });
  line.push(["stop"]);
  line.flush();
  assertEquals([worker.state, worker.takePosted(), log], ["terminated", [], []]);
});

test("WorkerLine holds the process or lets it go", () => {
  const { line, worker } = openLine();
  line.unref();
  assertEquals(worker.held, false);
  line.ref();
  assertEquals(worker.held, true);
});

test("describeDeath() and causeOf() leave out an error that there is not", () => {
  const error = new RangeError("no");
  assertEquals(describeDeath({ reason: "fell", error }), "fell: no");
  assertEquals(describeDeath({ reason: "fell", error: undefined }), "fell");
  assertInstanceOf(causeOf({ error }).cause, RangeError);
  assertEquals(causeOf({ error: undefined }), {});
});

test("WorkerLine's functions may be references", () => {
  const { line, worker } = openLine();
  worker.getReady();
  const reference = workerFunction<() => void>("https://example.org/jobs.js", "work");
  line.define(cross(reference, "test"));
  line.flush();
  assertEquals(worker.posted[0]?.[0]?.slice(2), ["work", {
    kind: "module",
    url: "https://example.org/jobs.js",
    exportName: "work",
  }]);
});
