// kinds: generator, async
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  createTask,
  Event,
  gather,
  getRunningLoop,
  RuntimeError,
  sleep,
  TimeoutError,
  wait,
  waitFor,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Waits for an event, and notes that it came. */
function* awaitEvent(event: Event, log: unknown[], name: unknown) {
  if (yield* event.wait()) log.push(name);
}

// The flag

test("new Event() is not set", () => {
  const event = new Event();
  assertEquals([event.isSet(), `${event}`], [false, "<Event [unset]>"]);
});

test("Event.set() sets the flag, Event.clear() clears it", () => {
  const event = new Event();
  assertEquals([event.set(), event.isSet(), `${event}`], [undefined, true, "<Event [set]>"]);
  event.set();
  assertEquals(event.isSet(), true);
  assertEquals([event.clear(), event.isSet()], [undefined, false]);
  event.clear();
  assertEquals(event.isSet(), false);
});

test("Event.toString() tells how many wait", async () => {
  await virtually(function* () {
    const event = new Event();
    const tasks = [createTask(() => event.wait()), createTask(() => event.wait())];
    yield;
    assertEquals(`${event}`, "<Event [unset, waiters:2]>");
    event.set();
    assertEquals(`${event}`, "<Event [set, waiters:2]>");
    yield* gather(tasks);
    assertEquals(`${event}`, "<Event [set]>");
  });
});

// Waiting

test("Event.wait() of a set event gives true at once", async () => {
  await virtually(function* () {
    const event = new Event();
    event.set();
    let turns = 0;
    getRunningLoop().callSoon(() => turns++);
    assertEquals([yield* event.wait(), turns], [true, 0]);
  });
});

test("Event.set() wakes all, and who comes behind it does not wait", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const event = new Event();
    const tasks = [1, 2].map((name) => createTask(() => awaitEvent(event, log, name)));
    yield;
    assertEquals(log, []);
    tasks.push(createTask(() => awaitEvent(event, log, 3)));
    event.set();
    yield;
    // The third was ready before the two were woken.
    assertEquals(log, [3, 1, 2]);
    assertEquals(tasks.map((task) => task.done()), [true, true, true]);
  });
});

test("Event.set() wakes in the order of waiting", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const event = new Event();
    const names = Array.from({ length: 10 }, (_, index) => index);
    const tasks = names.map((name) => createTask(() => awaitEvent(event, log, name)));
    yield;
    event.set();
    yield* gather(tasks);
    assertEquals(log, names);
  });
});

test("Event.wait() goes on once the event was set, even if it is cleared at once", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const event = new Event();
    const task = createTask(() => awaitEvent(event, log, "woken"));
    yield;
    event.set();
    event.clear();
    assertEquals(event.isSet(), false);
    event.set();
    event.set();
    assertEquals(`${event}`, "<Event [set, waiters:1]>");
    yield;
    assertEquals([log, task.done(), `${event}`], [["woken"], true, "<Event [set]>"]);
  });
});

test("Event.clear() makes those who come wait again", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const event = new Event();
    event.set();
    yield* awaitEvent(event, log, "first");
    event.clear();
    const task = createTask(() => awaitEvent(event, log, "second"));
    yield;
    yield;
    assertEquals(log, ["first"]);
    event.set();
    yield* task;
  });
  assertEquals(log, ["first", "second"]);
});

test("Event.wait() waits for a timer's set()", async () => {
  await virtually(function* () {
    const event = new Event();
    const loop = getRunningLoop();
    loop.callLater(2.5, () => event.set());
    const start = loop.time();
    yield* event.wait();
    assertEquals(loop.time() - start, 2.5);
  });
});

test("Event.wait() serves as a one-shot signal between two tasks", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const [ping, pong] = [new Event(), new Event()];
    const player = function* (name: string, mine: Event, other: Event) {
      for (let round = 0; round < 3; round++) {
        yield* mine.wait();
        mine.clear();
        log.push(name);
        other.set();
      }
    };
    ping.set();
    yield* gather([
      createTask(() => player("ping", ping, pong)),
      createTask(() => player("pong", pong, ping)),
    ]);
  });
  assertEquals(log, ["ping", "pong", "ping", "pong", "ping", "pong"]);
});

// Cancellation

test("Event.wait() that is cancelled leaves the queue", async () => {
  await virtually(function* () {
    const event = new Event();
    const task = createTask(() => event.wait());
    yield;
    getRunningLoop().callSoon(() => task.cancel("enough"));
    yield* wait([task]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "enough");
    assertEquals(`${event}`, "<Event [unset]>");
  });
});

test("Event.wait() that times out leaves the queue", async () => {
  await virtually(function* () {
    const event = new Event();
    const task = createTask(() => waitFor(event.wait(), 1));
    yield* wait([task]);
    assertThrows(() => task.result(), TimeoutError);
    assertEquals(`${event}`, "<Event [unset]>");
  });
});

test("Event.set() wakes the others at whatever step one of them is cancelled", async () => {
  const cancelled = await cancelAtEachStep((victim) =>
    virtually(function* () {
      const event = new Event();
      const log: unknown[] = [];
      const before = createTask(() => awaitEvent(event, log, "before"));
      const middle = createTask(() => awaitEvent(event, log, "middle"));
      const after = createTask(() => awaitEvent(event, log, "after"));
      victim(middle);
      yield;
      yield;
      event.set();
      yield* wait([before, middle, after]);
      assertEquals(log.filter((name) => name !== "middle"), ["before", "after"]);
      assertEquals(`${event}`, "<Event [set]>");
    })
  );
  assert(cancelled >= 2, `${cancelled} steps`);
});

test("Event.set() of callbacks may stand before anyone runs", async () => {
  await virtually(function* () {
    const event = new Event();
    getRunningLoop().callSoon(() => event.set());
    assertEquals(yield* waitFor(event.wait(), 1), true);
  });
});

// Misuse

test("an event itself cannot be awaited", async () => {
  await assertRejects(() =>
    virtually(function* () {
      yield* gather([new Event() as never]);
    }), TypeError);
});

test("Event.wait() on another loop than the first is a RuntimeError", async () => {
  const event = new Event();
  await virtually(function* () {
    const task = createTask(() => event.wait());
    yield;
    task.cancel();
    yield* wait([task]);
  });
  await virtually(function* () {
    const task = createTask(() => event.wait());
    yield* wait([task]);
    assertThrows(() => task.result(), RuntimeError, "is bound to a different event loop");
  });
});

test("Event.wait() of a set event asks for no loop of its own", async () => {
  const event = new Event();
  event.set();
  for (let round = 0; round < 2; round++) {
    await virtually(function* () {
      yield* sleep(0);
      assertEquals(yield* event.wait(), true);
    });
  }
});
