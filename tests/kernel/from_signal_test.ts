// kinds: generator, async
import { assertEquals, assertThrows } from "@std/assert";
import {
  createTask,
  FIRST_COMPLETED,
  fromSignal,
  getRunningLoop,
  newEventLoop,
  sleep,
  wait,
  waitFor,
} from "../../mod.ts";
import { countedSignal } from "../_support/counted_signal.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("fromSignal() gives the reason when the signal is aborted, and listens no longer", async () => {
  await virtually(function* () {
    const { controller, listeners } = countedSignal();
    const reason = new Error("the user left");
    getRunningLoop().callLater(2, () => controller.abort(reason));
    const task = createTask(fromSignal(controller.signal));
    assertEquals(listeners(), 0);
    yield* sleep(1);
    assertEquals([listeners(), task.done()], [1, false]);
    assertEquals(yield* task, reason);
    assertEquals([listeners(), getRunningLoop().time()], [0, 2]);
  });
});

test("fromSignal() of what is aborted already gives the reason at once", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    createTask(function* () {
      log.push("other task");
    });
    log.push(yield* fromSignal(AbortSignal.abort("before")));
    yield* sleep(0);
  });
  assertEquals(log, ["before", "other task"]);
});

test("fromSignal() that is cancelled listens no longer", async () => {
  await virtually(function* () {
    const { controller, listeners } = countedSignal();
    try {
      yield* waitFor(fromSignal(controller.signal), 1);
    } catch (error) {
      assertEquals((error as Error).name, "TimeoutError");
    }
    assertEquals([listeners(), getRunningLoop().time()], [0, 1]);
    controller.abort();
    yield* sleep(1);
  });
});

test("fromSignal() beside work tells which came first", async () => {
  await virtually(function* () {
    const { controller, listeners } = countedSignal();
    const left = createTask(fromSignal(controller.signal));
    const work = createTask(sleep(1, "done"));
    const [done] = yield* wait([work, left], { returnWhen: FIRST_COMPLETED });
    assertEquals([...done], [work]);
    left.cancel();
    yield* wait([left]);
    assertEquals(listeners(), 0);
  });
});

test("a signal that is aborted after the loop was closed is let be", async () => {
  const controller = new AbortController();
  const loop = newEventLoop();
  const task = loop.createTask(fromSignal(controller.signal));
  loop.callSoon(() => loop.callSoon(() => loop.stop()));
  await loop.runForever();
  loop.close();
  controller.abort();
  assertEquals(task.done(), false);
});

test("fromSignal() refuses what is no signal", () => {
  assertThrows(
    () => fromSignal({} as never),
    TypeError,
    "signal must be an AbortSignal, got {} (Object)",
  );
});
