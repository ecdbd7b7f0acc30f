// kinds: generator, async
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  createTask,
  Event,
  fromPromise,
  gather,
  type Inspection,
  inspectPages,
  inspectProcess,
  ps,
  pstree,
  Queue,
  run,
  Runner,
  RuntimeError,
  sleep,
} from "../../mod.ts";
import { answeredPages } from "../_support/answered_pages.ts";
import { test } from "../_support/harness.ts";

const inDeno = typeof Deno !== "undefined";

/** Asks this very program, or page. */
async function askOneself(): Promise<Inspection> {
  return inDeno ? await inspectProcess(Deno.pid) : (await answeredPages())[0]!;
}

/** Asks this very program, or page, where nobody must answer. */
async function assertNobodyAnswers(): Promise<void> {
  if (!inDeno) return assertEquals(await inspectPages({ timeout: 0.05 }), []);
  await assertRejects(() => inspectProcess(Deno.pid), RuntimeError, "nobody answers at");
}

test("run() with inspect answers with the tasks that run, and without it nobody", async () => {
  await run(function* () {
    yield* fromPromise(assertNobodyAnswers());
  });
  await run(function* () {
    const child = createTask(() => new Queue().get(), { name: "inspected child" });
    const parent = createTask(function* () {
      yield* gather([child]);
    }, { name: "inspected parent" });
    yield* sleep(0);
    const inspection = yield* fromPromise(askOneself());
    const place = inDeno ? `process ${Deno.pid}` : location.href;
    assertEquals([inspection.from, inspection.size], [place, 3]);
    assertEquals(`${inspection}`, `<Inspection of ${place} tasks=3>`);
    let printed = "";
    const file = { write: (text: string) => printed += text };
    assertEquals(`${inspection.ps({ file })}\n`, printed);
    assertMatch(printed, /inspected child .* inspected parent +0x\w+$/m);
    printed = "";
    assertEquals(`${inspection.pstree({ file })}\n`, printed);
    assertMatch(
      printed,
      /\(T\) inspected parent\n[^]*\(T\) inspected child\n[^]*waiting for Queue\.get/,
    );
    parent.cancel();
  }, { inspect: true });
  await assertNobodyAnswers();
});

test("an inspection says what ps() and pstree() say of the same moment", async () => {
  const never = new Event();
  const asking = Promise.withResolvers<Inspection>();
  const running = run(function* () {
    const task = createTask(() => never.wait(), { name: "inspected" });
    yield* sleep(0);
    asking.resolve(askOneself());
    yield* never.wait();
    yield* task;
  }, { inspect: true });
  const inspection = await asking.promise;
  assertEquals(inspection.ps({ file: null }), ps({ file: null }));
  assertEquals(inspection.pstree({ file: null }), pstree({ file: null }));
  never.set();
  await running.catch(() => {});
});

test("Runner answers from its beginning to its close, and as long as one of several is open", async () => {
  const one = new Runner({ inspect: true });
  await assertNobodyAnswers();
  one.getLoop();
  assertEquals((await askOneself()).size, 0);
  const other = new Runner({ inspect: true });
  await other.run(() => sleep(0));
  await one.close();
  await one.close();
  assertEquals((await askOneself()).ps({ file: null }).split("\n").length, 2);
  await other.close();
  await assertNobodyAnswers();
});

test("Runner() that makes no loop leaves nobody who answers", async () => {
  const fails = () => {
    throw new RangeError("no loop");
  };
  await assertRejects(() => run(() => sleep(0), { inspect: true, loopFactory: fails }), RangeError);
  await assertNobodyAnswers();
});

test("run() refuses an inspect that is no boolean", async () => {
  const inspect = 9229 as never;
  await assertRejects(
    () => run(() => sleep(0), { inspect }),
    TypeError,
    "inspect must be a boolean, got ",
  );
});

class FailingQueue extends Queue<number> {
  override toString(): string {
    throw new RangeError("no name");
  }
}

test("what a user's own toString() throws is told to who asks", async () => {
  await run(function* () {
    const task = createTask(() => new FailingQueue().get());
    yield* sleep(0);
    const error = yield* fromPromise(askOneself().then(() => null, (error) => error));
    assert(error instanceof RuntimeError, `${error}`);
    assertMatch(error.message, /fails to tell: RangeError: no name$/);
    task.cancel();
  }, { inspect: true });
});
