// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ConcurrentFuture,
  DeadlockError,
  Event,
  type Future,
  getRunningLoop,
  newEventLoop,
  run,
  RuntimeError,
  setEventLoop,
  sleep,
  wrapFuture,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("wrapFuture() goes from pending to finished in the loop's own time", () =>
  virtually(function* () {
    const work = new ConcurrentFuture<number>();
    const future = wrapFuture(work);
    const states: string[] = [];
    const note = (when: string) =>
      states.push(`${when}: ${future.done() ? "finished" : "pending"}`);
    note("at first");
    work.setResult(42);
    note("when the work is done");
    getRunningLoop().callSoon(note, "one callback later");
    yield* sleep(0);
    note("one iteration later");
    assertEquals(yield* future, 42);
    assertEquals(states, [
      "at first: pending",
      "when the work is done: pending",
      "one callback later: finished",
      "one iteration later: finished",
    ]);
  }));

test("wrapFuture() brings an error", () =>
  virtually(function* () {
    const work = new ConcurrentFuture<number>();
    const future = wrapFuture(work);
    const error = new RangeError("no");
    work.setException(error);
    yield* sleep(0);
    assertStrictEquals(future.exception(), error);
  }));

test("wrapFuture() brings what is no error, too", () =>
  virtually(function* () {
    const work = new ConcurrentFuture<number>();
    const future = wrapFuture(work);
    work.setException("a text");
    let caught: unknown;
    try {
      yield* future;
    } catch (error) {
      caught = error;
    }
    assertEquals(caught, "a text");
  }));

test("wrapFuture() brings a cancellation of the work", () =>
  virtually(function* () {
    const work = new ConcurrentFuture<number>();
    const future = wrapFuture(work);
    work.cancel();
    assertEquals(future.done(), false);
    yield* sleep(0);
    assert(future.cancelled());
  }));

test("wrapFuture() takes a cancellation to the work", () =>
  virtually(function* () {
    const work = new ConcurrentFuture<number>();
    wrapFuture(work).cancel();
    yield* sleep(0);
    assert(work.cancelled());
  }));

test("wrapFuture() drops what comes for a future that was cancelled meanwhile", () =>
  virtually(function* () {
    const work = new ConcurrentFuture<number>();
    work.setRunningOrNotifyCancel();
    const future = wrapFuture(work);
    future.cancel();
    work.setResult(1);
    yield* sleep(0);
    assert(future.cancelled());
    assertEquals(work.result(), 1);
  }));

test("wrapFuture() wakes a loop that waits", async () => {
  const work = new ConcurrentFuture<string>();
  setTimeout(() => work.setResult("awake"), 1);
  assertEquals(await run(() => wrapFuture(work)), "awake");
});

test("wrapFuture() leaves a closed loop alone", async () => {
  const work = new ConcurrentFuture<number>();
  const loop = newEventLoop();
  const future = wrapFuture(work, { loop });
  loop.close();
  work.setResult(1);
  await Promise.resolve();
  assertEquals(future.done(), false);
});

test("wrapFuture() has a virtual clock wait for what others do", () =>
  virtually(function* () {
    const work = new ConcurrentFuture<number>();
    setTimeout(() => work.setResult(42), 5);
    assertEquals(yield* wrapFuture(work), 42);
    assertEquals(getRunningLoop().time(), 0);
  }));

test("wrapFuture() that was cancelled has no virtual clock wait any longer", async () => {
  await assertRejects(
    () =>
      virtually(function* () {
        wrapFuture(new ConcurrentFuture<number>()).cancel();
        yield* new Event().wait();
      }),
    DeadlockError,
  );
});

test("wrapFuture() calls by name what it has called at the end", () =>
  virtually(function* () {
    const source = new ConcurrentFuture<number>();
    const future = wrapFuture(source);
    assertEquals(`${future}`, "<Future pending cb=[destinationDone()]>");
    source.setResult(1);
    yield* future;
  }));

test("wrapFuture() gives a loop's future back as it is", () =>
  virtually(function* () {
    const future = getRunningLoop().createFuture<number>();
    assertStrictEquals(wrapFuture(future), future);
  }));

test("wrapFuture() takes the loop that was set where none runs", () => {
  const loop = newEventLoop();
  const work = new ConcurrentFuture<number>();
  assertThrows(() => wrapFuture(work), RuntimeError, "There is no current event loop");
  setEventLoop(loop);
  assertStrictEquals(wrapFuture(work).getLoop(), loop);
  setEventLoop(null);
  loop.close();
});

test("wrapFuture() refuses what is no future", () => {
  assertThrows(
    () => wrapFuture(42 as never),
    TypeError,
    "concurrent.futures.Future is expected: future must be a ConcurrentFuture or a Future, got 42 (number)",
  );
});

/** How a future of either kind stands. */
function stateOf(future: ConcurrentFuture<string> | Future<string>): string {
  if (!future.done()) return "pending";
  if (future.cancelled()) return "cancelled";
  const error = future.exception();
  return error === null ? future.result() : String(error);
}

type Step = (work: ConcurrentFuture<string>, future: Future<string>) => unknown;

const settleWork: Step = (work) => work.setResult("work");
const failWork: Step = (work) => work.setException(new TypeError("work"));
const cancelWork: Step = (work) => work.cancel();
const beginWork: Step = (work) => work.setRunningOrNotifyCancel();
const settle: Step = (_work, future) => future.setResult("hand");
const fail: Step = (_work, future) => future.setException(new RangeError("hand"));
const cancel: Step = (_work, future) => future.cancel("why");
const wait = null;

// As CPython 3.13 ends them, which has the exception handler told where somebody has settled the future by hand.
for (
  const [what, steps, work, future] of [
    ["set by hand, the work done later", [settle, wait, settleWork], "work", "hand"],
    [
      "failed by hand, the work failed later",
      [fail, wait, failWork],
      "TypeError: work",
      "RangeError: hand",
    ],
    ["set by hand, the work cancelled later", [settle, wait, cancelWork], "cancelled", "hand"],
    ["set by hand before the work's result is there", [settleWork, settle], "work", "hand"],
    ["set by hand before the work's end is there", [cancelWork, settle], "cancelled", "hand"],
    ["set by hand, then cancelled", [settle, cancel, wait], "pending", "hand"],
    ["cancelled", [cancel], "cancelled", "cancelled"],
    ["cancelled before the work's result is there", [settleWork, cancel], "work", "cancelled"],
    ["cancelled, the work done at once", [cancel, settleWork], "work", "cancelled"],
    ["cancelled, the work running", [beginWork, cancel, wait, settleWork], "work", "cancelled"],
    [
      "cancelled, the work failing",
      [beginWork, cancel, wait, failWork],
      "TypeError: work",
      "cancelled",
    ],
    ["cancelled with the work", [cancelWork, cancel], "cancelled", "cancelled"],
    ["pending as the work is cancelled", [cancelWork], "cancelled", "cancelled"],
  ] as const
) {
  test(`wrapFuture()'s future keeps its end: ${what}`, () =>
    virtually(function* () {
      const told: unknown[] = [];
      getRunningLoop().setExceptionHandler((_loop, { exception }) =>
        void told.push(String(exception))
      );
      const source = new ConcurrentFuture<string>();
      const wrapped = wrapFuture(source);
      for (const step of steps) {
        if (step === null) yield* sleep(0);
        else step(source, wrapped);
      }
      for (let times = 0; times < 3; times++) yield* sleep(0);
      assertEquals([stateOf(source), stateOf(wrapped)], [work, future]);
      const isTold = future.includes("hand") && work !== "pending";
      assertEquals(
        told,
        isTold ? ["AssertionError: wrapFuture()'s future was settled by hand"] : [],
      );
    }));
}
