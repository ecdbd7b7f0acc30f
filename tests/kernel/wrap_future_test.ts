// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  ConcurrentFuture,
  DeadlockError,
  Event,
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
    "concurrent.futures.Future is expected, got 42 (number)",
  );
});
