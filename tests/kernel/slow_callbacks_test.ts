// kinds: generator, async
import { assertEquals, assertMatch } from "@std/assert";
import {
  createTask,
  type EventLoop,
  logger,
  newEventLoop,
  sleep,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** What is logged while something runs on a loop, given its clock. */
async function logged(
  prepare: (loop: EventLoop, clock: VirtualClock) => void,
  debug = true,
): Promise<string[]> {
  const messages: string[] = [];
  const clock = new VirtualClock();
  const loop = newEventLoop({ clock });
  loop.setDebug(debug);
  logger.setSink(({ message }) => messages.push(message));
  try {
    prepare(loop, clock);
    await loop.runUntilComplete(sleep(10));
    loop.close();
  } finally {
    logger.setSink(null);
  }
  return messages;
}

test("in debug mode a slow callback is reported: what, where it was made, how long it took", async () => {
  const [message, ...others] = await logged((loop, clock) => {
    loop.callSoon(function dawdle() {
      clock.advance(0.123);
    });
    loop.callSoon(() => clock.advance(0.099));
  });
  assertMatch(message!, /^Executing <Handle dawdle\(\) created at .+:\d+> took 0\.123 seconds$/);
  assertEquals(others, []);
});

test("in debug mode a slow step is reported", async () => {
  const messages = await logged((loop, clock) => {
    loop.createTask(function* () {
      yield* sleep(1);
      clock.advance(0.5);
      yield* sleep(1);
    }, { name: "slow" });
  });
  assertEquals(messages.length, 1);
  assertMatch(messages[0]!, /^Executing <Task pending name='slow'.*> took 0\.500 seconds$/);
});

test("a slow last step, and a task that starts at once, are reported once", async () => {
  const messages = await logged((loop, clock) => {
    loop.createTask(function* () {
      createTask(function* () {
        clock.advance(0.2);
      }, { eagerStart: true });
    }, { name: "maker" });
  });
  assertEquals(messages.length, 1);
  assertMatch(messages[0]!, /^Executing <Task finished name='maker'.*> took 0\.200 seconds$/);
});

test("EventLoop.slowCallbackDuration says what is slow", async () => {
  const messages = await logged((loop, clock) => {
    loop.slowCallbackDuration = 0.5;
    loop.callSoon(() => clock.advance(0.49));
    loop.callSoon(() => clock.advance(0.5));
  });
  assertEquals(messages.map((message) => message.replace(/^.* took/, "took")), [
    "took 0.500 seconds",
  ]);
});

test("without debug mode nothing is timed", async () => {
  assertEquals(
    await logged((loop, clock) => void loop.callSoon(() => clock.advance(5)), false),
    [],
  );
});

test("an error that has no place of its own is logged with that of the callback that runs", async () => {
  const [message] = await logged((loop) => {
    loop.callSoon(() => loop.callExceptionHandler({ message: "from within" }));
  });
  assertMatch(
    message!,
    /^from within\nhandleTraceback: Handle created at \(most recent call last\):\n {2}File ".+", line \d+, in .+/,
  );
});
