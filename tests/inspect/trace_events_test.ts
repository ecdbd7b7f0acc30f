/** How a recording is laid out: lanes, and what is said of what is no longer there. */
import { assertEquals } from "@std/assert";
import { createTask, getRunningLoop, runVirtual, sleep, trace } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { checkTrace, type TraceEvent } from "../_support/trace_check.ts";

function lanesOf(events: readonly TraceEvent[]): Record<string, number> {
  const tasks = events.filter(({ cat }) => cat === "task");
  return Object.fromEntries(tasks.map(({ name, tid }) => [name, tid]));
}

test("toPerfetto() gives a task the lane of one that has ended, and no lane to two at once", () => {
  const text = runVirtual(function* () {
    using recording = trace(getRunningLoop());
    const long = createTask(sleep(1), { name: "long" });
    yield* createTask(sleep(0), { name: "first" });
    yield* createTask(sleep(0), { name: "second" });
    yield* long;
    return recording.toPerfetto();
  });
  const { problems, events } = checkTrace(text);
  assertEquals(problems, []);
  const { long, first, second } = lanesOf(events);
  assertEquals(first === second, true);
  assertEquals(long === first, false);
});

test("toPerfetto() gives no lane to two at once on a clock that stands still", () => {
  const { now } = performance;
  performance.now = () => 1;
  let text: string;
  try {
    text = runVirtual(function* () {
      using recording = trace(getRunningLoop());
      const long = createTask(sleep(1), { name: "long" });
      yield* createTask(sleep(0), { name: "first" });
      yield* createTask(sleep(0), { name: "second" });
      yield* long;
      yield* createTask(sleep(0), { name: "third" });
      return recording.toPerfetto();
    });
  } finally {
    performance.now = now;
  }
  const { problems, events } = checkTrace(text);
  assertEquals(problems, []);
  const { long, first, second, third } = lanesOf(events);
  assertEquals([first === second, long === first, third === long], [true, false, true]);
});

test("toPerfetto() says of a cause that was dropped that it was", () => {
  const text = runVirtual(function* () {
    using recording = trace(getRunningLoop(), { capacity: 1000 });
    const old = createTask(sleep(1), { name: "old" });
    for (let n = 0; n < 2000; n++) yield* sleep(0);
    yield* old;
    return recording.toPerfetto();
  });
  const { problems, events } = checkTrace(text);
  assertEquals(problems, []);
  const task = events.find(({ cat, name }) => cat === "task" && name === "old");
  assertEquals(task!.args!["created by"], "something dropped");
  assertEquals(task!.args!["state"], "finished");
});

test("toPerfetto() writes an event a line, and the whole is JSON", () => {
  const text = runVirtual(function* () {
    using recording = trace(getRunningLoop());
    yield* sleep(0);
    return recording.toPerfetto();
  });
  const { traceEvents, displayTimeUnit } = JSON.parse(text);
  assertEquals(text.split("\n").length, traceEvents.length + 3);
  assertEquals(displayTimeUnit, "ms");
});
