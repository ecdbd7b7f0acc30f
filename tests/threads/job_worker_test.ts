import { assertEquals } from "@std/assert";
import { jobRestText, jobWorker } from "../../lib/threads/job_worker.ts";
import { test } from "../_support/harness.ts";
import { define, fakeCore } from "./fake_port.ts";

function startWorker(isWhole = true) {
  const { port, core } = fakeCore(isWhole);
  jobWorker(core);
  return port;
}

test("jobWorker() makes the calls it is sent, and answers them in one message", async () => {
  const port = startWorker();
  port.tell(define(1, "(a, b) => a + b"), ["call", 0, 1, [1, 2]]);
  assertEquals(await port.takeNext(), ["result 0 3"]);
  port.tell(["call", 1, 1, ["a", "b"]], ["call", 2, 1, [3, 4]]);
  assertEquals(await port.takeNext(), ["result 1 ab, result 2 7"]);
});

test("jobWorker() answers with what a call throws", async () => {
  const port = startWorker();
  port.tell(define(1, "() => { throw new RangeError('no') }"), ["call", 0, 1, []]);
  assertEquals(await port.takeNext(), ["error 0 no"]);
});

test("jobWorker() makes one call at a time, and gives back what waits behind one", async () => {
  const port = startWorker();
  const scope = globalThis as { finish?: (value: string) => void };
  port.tell(define(1, "() => new Promise((resolve) => { globalThis.finish = resolve; })"));
  port.tell(define(2, "() => 'quick'"));
  port.tell(["call", 0, 2, []]);
  await port.takeNext();
  port.tell(["call", 1, 1, []], ["call", 2, 2, []], ["call", 3, 2, []]);
  assertEquals(await port.takeNext(), ["returned 2,3"], "the function was being loaded");
  while (scope.finish === undefined) await new Promise((resolve) => setTimeout(resolve));
  scope.finish("late");
  assertEquals(await port.takeNext(), ["result 1 late"]);
  port.tell(["call", 4, 2, []], ["call", 5, 1, []], ["call", 6, 2, []]);
  assertEquals(await port.takeNext(), ["result 4 quick, returned 6"]);
  scope.finish("late again");
  assertEquals(await port.takeNext(), ["result 5 late again"]);
  delete scope.finish;
});

test("jobWorker() has leisure when no call runs or waits", async () => {
  const port = startWorker();
  port.tell(define(1, "() => 1"), define(2, "() => new Promise((resolve) => goOn = resolve)"));
  port.tell(["call", 0, 1, []]);
  assertEquals(await port.takeNext(), ["result 0 1"]);
  assertEquals(port.leisure(), Infinity);
  const scope = globalThis as { goOn?: (value: number) => void };
  port.tell(["call", 1, 2, []]);
  await port.take();
  assertEquals(port.leisure(), 0, "a call waits");
  scope.goOn!(2);
  assertEquals(await port.takeNext(), ["result 1 2"]);
  assertEquals(port.leisure(), Infinity);
  delete scope.goOn;
});

test("jobWorker() gives back what waits when a call took long", async () => {
  const port = startWorker();
  const scope = globalThis as { advance?: (milliseconds: number) => void };
  scope.advance = (milliseconds) => {
    port.time += milliseconds;
  };
  port.tell(define(1, "(milliseconds) => advance(milliseconds)"), ["call", 0, 1, [0]]);
  await port.take();
  port.tell(["call", 1, 1, [1]], ["call", 2, 1, [50]], ["call", 3, 1, [1]]);
  assertEquals(await port.takeNext(), ["result 1, result 2, returned 3"]);
  delete scope.advance;
});

test("jobWorker() does not begin a call that is aborted before", async () => {
  const port = startWorker();
  port.tell(define(1, "() => 1"), ["call", 0, 1, []], ["abort", 0]);
  assertEquals(await port.takeNext(), ["cancelled 0"]);
});

test("jobWorker() tells a call that runs that it is aborted, and no other", async () => {
  const port = startWorker();
  const wait = "function () { return new Promise((resolve) => " +
    "this.signal.addEventListener('abort', () => resolve('stopped'))) }";
  port.tell(define(1, wait), ["call", 7, 1, []]);
  assertEquals(await port.take(), []);
  port.tell(["abort", 6]);
  assertEquals(await port.take(), []);
  port.tell(["abort", 7]);
  assertEquals(await port.takeNext(), ["result 7 stopped"]);
  port.tell(["abort", 7]);
});

test("jobWorker() evaluates the rest of its script when a call first needs it", async () => {
  const port = startWorker(false);
  port.tell(["rest", "(() => { throw new Error('not needed') })()"]);
  port.tell(define(1, "(value) => value"), define(2, "async (value) => value"));
  port.tell(["call", 0, 1, [5]]);
  assertEquals(await port.takeNext(), ["result 0 5"]);
  port.tell(["call", 1, 2, ["later"]], ["call", 2, 1, ["behind"]]);
  assertEquals(await port.takeNext(), ["returned 2", "result 1 later"]);
  port.tell(
    ["rest", jobRestText()],
    define(3, "(n) => { if (n > 1) throw new RangeError('no'); return 'one' }"),
  );
  port.tell(["chunk", 3, 3, [1, 2, 3]]);
  assertEquals(await port.takeNext(), ["chunk 3 one"]);
});

test("jobWorker() says that it may evaluate nothing, and does nothing more", async () => {
  const port = startWorker(false);
  // As a policy refuses it, which refuses both.
  const refuse = "(() => { throw new EvalError('refused') })()";
  port.tell(["rest", refuse], define(1, refuse), ["call", 0, 1, []], ["call", 1, 1, []]);
  assertEquals(await port.takeNext(), ["bare, returned 1"]);
  port.tell(["call", 2, 1, []]);
  assertEquals(await port.take(), []);
});

test("jobWorker() tells of an error that nothing caught with all that it has, whenever it is", () => {
  const port = startWorker(false);
  port.tell(["rest", jobRestText()]);
  port.throwUncaught(Object.assign(new RangeError("stray", { cause: 5 }), { code: 7 }));
  const message = port.said[0]?.[0] as unknown[] | undefined;
  assertEquals(message?.[0], "fatal");
  const { name, cause, properties } = message?.[1] as Record<string, unknown>;
  const five = { kind: "value", value: 5 };
  assertEquals([name, cause, properties], [
    "RangeError",
    five,
    [["code", { kind: "value", value: 7 }]],
  ]);
});
