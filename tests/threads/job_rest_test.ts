import { assertEquals } from "@std/assert";
import { jobWorker } from "../../lib/threads/job_worker.ts";
import { test } from "../_support/harness.ts";
import { define, fakeCore } from "./fake_port.ts";

function startWorker() {
  const { port, core } = fakeCore();
  jobWorker(core);
  return port;
}

test("JobRest runs a coroutine by the runtime that it is given", async () => {
  const port = startWorker();
  port.tell(define(1, "function* (n) { return n }"), ["call", 0, 1, [5]]);
  assertEquals(await port.takeNext(), ["runtime"]);
  const runtime = "() => ({ run: (main) => Promise.resolve(main().next().value), " +
    "ensureFuture: (steps) => ({ *[Symbol.iterator]() { yield ['driven', steps.next().value] } }) })";
  port.tell(["runtime", { kind: "script", text: runtime }]);
  assertEquals(await port.takeNext(), ["result 0 driven,5"]);
  Reflect.deleteProperty(globalThis, "asyncio");
});

test("JobRest makes a chunk of calls up to the first error", async () => {
  const port = startWorker();
  const job = "async (n) => { if (n > 2) throw new RangeError('no'); return n * n; }";
  port.tell(define(1, job), ["chunk", 5, 1, [1, 2, 3, 4]]);
  assertEquals(await port.takeNext(), ["chunk 5 1,4"]);
});

test("JobRest sends as many items of a stream as are asked for, then its end", async () => {
  const port = startWorker();
  port.tell(define(1, "async function* () { yield 'a'; yield 'b'; return 'end'; }"));
  port.tell(["call", 0, 1, []]);
  assertEquals(await port.takeNext(), ["stream 0"]);
  port.tell(["pull", 0, 1]);
  assertEquals(await port.takeNext(), ["item 0 a"]);
  assertEquals(await port.take(), []);
  port.tell(["pull", 0, 2]);
  assertEquals((await port.takeNext()).join(), "item 0 b,result 0 end");
});
