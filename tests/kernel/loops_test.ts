// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  createTask,
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  run,
  RuntimeError,
  setEventLoop,
  sleep,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("getRunningLoop() gives the loop whose task or callback runs", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const seen: unknown[] = [];
  loop.callSoon(() => seen.push(getRunningLoop()));
  await loop.runUntilComplete(function* () {
    seen.push(getRunningLoop());
    yield* sleep(1);
    seen.push(getRunningLoop());
  });
  assertEquals(seen.length, 3);
  for (const each of seen) assertStrictEquals(each, loop);
  loop.close();
});

test("getRunningLoop() outside every loop is a RuntimeError", () => {
  assertThrows(() => getRunningLoop(), RuntimeError, "no running event loop");
});

test("the host's code has no running loop, though a run is on", async () => {
  const loop = newEventLoop();
  const future = loop.createFuture<void>();
  const end = loop.runUntilComplete(future);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(loop.isRunning(), true);
  assertThrows(() => getRunningLoop(), RuntimeError, "no running event loop");
  assertThrows(() => createTask(() => {}), RuntimeError, "no running event loop");
  assertThrows(() => getEventLoop(), RuntimeError, "There is no current event loop");
  future.setResult();
  await end;
  loop.close();
});

test("getEventLoop() gives the running loop, else the one that was set", async () => {
  const loop = newEventLoop();
  assertThrows(() => getEventLoop(), RuntimeError, "There is no current event loop");
  setEventLoop(loop);
  try {
    assertStrictEquals(getEventLoop(), loop);
    await virtually(function* () {
      assert(getEventLoop() === getRunningLoop() && getEventLoop() !== loop);
      yield* sleep(1);
      assertStrictEquals(getEventLoop(), getRunningLoop());
    });
    assertStrictEquals(getEventLoop(), loop);
  } finally {
    setEventLoop(null);
    loop.close();
  }
  assertThrows(() => getEventLoop(), RuntimeError, "There is no current event loop");
});

test("setEventLoop() refuses what is no loop", () => {
  for (const value of [{}, 1, undefined, "loop"]) {
    assertThrows(
      () => setEventLoop(value as never),
      TypeError,
      "loop must be an instance of EventLoop or null, got",
    );
  }
});

test("run() does not set a loop, nor unset one", async () => {
  const loop = newEventLoop();
  setEventLoop(loop);
  try {
    await run(() => {});
    assertStrictEquals(getEventLoop(), loop);
  } finally {
    setEventLoop(null);
    loop.close();
  }
});
