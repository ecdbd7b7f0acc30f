// kinds: generator, async
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ContextVar,
  copyContext,
  getRunningLoop,
  Handle,
  newEventLoop,
  sleep,
  TimerHandle,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

const loop = newEventLoop({ clock: new VirtualClock(10) });

test("Handle.cancel() keeps the callback from being called", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const { callSoon, callLater, callAt } = {
      callSoon: getRunningLoop().callSoon(() => log.push("soon")),
      callLater: getRunningLoop().callLater(1, () => log.push("later")),
      callAt: getRunningLoop().callAt(1, () => log.push("at")),
    };
    const handles = [callSoon, callLater, callAt];
    assertEquals(handles.map((handle) => handle.cancelled()), [false, false, false]);
    for (const handle of handles) handle.cancel();
    assertEquals(handles.map((handle) => handle.cancelled()), [true, true, true]);
    yield* sleep(2);
  });
  assertEquals(log, []);
});

test("Handle.cancel() twice, or after the call, does nothing", async () => {
  let calls = 0;
  await virtually(function* () {
    const handle = getRunningLoop().callSoon(() => calls++);
    yield* sleep(0);
    assertEquals([calls, handle.cancelled()], [1, false]);
    handle.cancel();
    handle.cancel();
    assertEquals(handle.cancelled(), true);
    yield* sleep(0);
  });
  assertEquals(calls, 1);
});

test("a callback may cancel its own handle", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const handle: Handle = getRunningLoop().callSoon((text: string) => {
      handle.cancel();
      log.push(text);
    }, "called");
    yield* sleep(0);
    log.push(handle.cancelled());
  });
  assertEquals(log, ["called", true]);
});

test("a callback runs in a copy of the context current at the call", async () => {
  const log: string[] = [];
  const place = new ContextVar("place", { default: "nowhere" });
  await virtually(function* () {
    place.set("at callSoon");
    getRunningLoop().callSoon(() => {
      log.push(place.get());
      place.set("lost with the copy");
    });
    getRunningLoop().callLater(1, () => log.push(place.get()));
    place.set("later");
    yield* sleep(2);
    log.push(place.get());
  });
  assertEquals(log, ["at callSoon", "at callSoon", "later"]);
});

test("Handle.getContext() gives the context of the call", async () => {
  const place = new ContextVar("place", { default: "nowhere" });
  await virtually(function* () {
    place.set("here");
    const handle = getRunningLoop().callSoon(() => void place.set("changed"));
    assertEquals(handle.getContext().get(place), "here");
    yield* sleep(0);
    assertEquals([handle.getContext().get(place), place.get()], ["changed", "here"]);
  });
});

test("a callback bound to a context runs in that very context", async () => {
  const place = new ContextVar("place", { default: "nowhere" });
  await virtually(function* () {
    const context = copyContext();
    getRunningLoop().callSoon(context.bind((value: string) => void place.set(value)), "bound");
    yield* sleep(0);
    assertEquals([context.get(place), place.get()], ["bound", "nowhere"]);
  });
});

test("Handle.toString() shows what is called, and whether it was cancelled", () => {
  const handle = loop.callSoon(
    function greet(_a: string, _b: object) {},
    "hello",
    { n: 1 },
  );
  assertEquals(`${handle}`, "<Handle greet()>");
  handle.cancel();
  assertEquals(`${handle}`, "<Handle cancelled>");
  assertEquals(`${loop.callSoon(() => {})}`, "<Handle <anonymous>()>");
});

test("TimerHandle.toString() shows the time", () => {
  const handle = loop.callLater(2.5, function later() {});
  assertEquals(`${handle}`, "<TimerHandle when=12.5 later()>");
  handle.cancel();
  assertEquals(`${handle}`, "<TimerHandle cancelled when=12.5>");
});

test("in debug mode Handle.toString() shows the arguments as well, of a cancelled one, too", () => {
  const loop = newEventLoop({ clock: new VirtualClock(10) });
  loop.setDebug(true);
  function welcome(_a: string, _b?: object) {}
  const handles = [
    loop.callSoon(welcome, "hello", { n: 1 }),
    loop.callLater(2.5, welcome, "later"),
  ];
  const printed = () => handles.map((handle) => `${handle}`.replace(/ created at .*>$/, ">"));
  assertEquals(printed(), [
    "<Handle welcome('hello', { n: 1 })>",
    "<TimerHandle when=12.5 welcome('later')>",
  ]);
  const list = Array.from({ length: 50 }, (_, n) => n);
  // Long ones as those of futures are: by their items, texts by both of their ends.
  assertMatch(
    `${loop.callSoon(welcome, "begins".padEnd(99) + "ends", list)}`,
    /^<Handle welcome\('begins {6}\.\.\. {9}ends', \[0, 1, 2, 3, 4, 5, \.\.\.\]\) created at /,
  );
  for (const handle of handles) handle.cancel();
  for (const handle of handles) handle.cancel();
  assertEquals(printed(), [
    "<Handle cancelled welcome('hello', { n: 1 })>",
    "<TimerHandle cancelled when=12.5 welcome('later')>",
  ]);
  loop.close();
});

test("a handle of a function that was bound to a context is of that context, and says its name", async () => {
  const place = new ContextVar("place", { default: "nowhere" });
  const context = copyContext();
  context.run(() => place.set("inside"));
  const loop = newEventLoop({ clock: new VirtualClock() });
  const seen: string[] = [];
  loop.setExceptionHandler(() => seen.push(place.get()));
  const handle = loop.callSoon(context.bind(function broken() {
    throw new Error("broken");
  }));
  assertEquals([`${handle}`, handle.getContext() === context], ["<Handle broken()>", true]);
  await loop.runUntilComplete(sleep(0));
  assertEquals(seen, ["inside"]);
  loop.close();
});

test("TimerHandle.when() tells the time, of a cancelled one, too", () => {
  const handle = loop.callLater(5, () => {});
  assertEquals(handle.when(), 15);
  handle.cancel();
  assertEquals(handle.when(), 15);
});

test("callSoon() gives a Handle, callLater() a TimerHandle, which is one", () => {
  const soon = loop.callSoon(() => {});
  const later = loop.callLater(1, () => {});
  assert(soon instanceof Handle && !(soon instanceof TimerHandle));
  assert(later instanceof Handle && later instanceof TimerHandle);
});

test("using cancels a handle at the end of the block", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const running = getRunningLoop();
    {
      using _late = running.callLater(3, () => log.push("late"));
      using _soon = running.callSoon(() => log.push("soon"));
      running.callLater(1, () => log.push("kept"));
      yield* sleep(2);
    }
    yield* sleep(2);
  });
  assertEquals(log, ["soon", "kept"]);
});
