// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { CallFrame } from "../../lib/coroutine/call_frame.ts";
import { callFor } from "../../lib/kernel/async_call.ts";
import { resumed } from "../../lib/kernel/patient_call.ts";
import { running } from "../../lib/kernel/running.ts";
import { createTask, currentTask, newEventLoop, sleep, Task, wait } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

const loop = newEventLoop();

/** A task that stands by, and notes when it is to go on. */
class Standby extends Task<unknown> {
  readonly log: string[] = [];

  override [resumed](): void {
    this.log.push("resume");
  }
}

/** Makes a call for a task. */
function call(callback: () => unknown): { frame: CallFrame; isPromise: boolean; log: string[] } {
  const task = new Standby(() => sleep(0), { loop });
  const frame = new CallFrame(callback);
  frame.next();
  const isPromise = callFor(task, frame, null);
  return { frame, isPromise, log: task.log };
}

test("callFor() of a plain function leaves the frame to go on at once", () => {
  const { frame, isPromise, log } = call(() => `called ${running.calling}`);
  assertEquals([isPromise, running.calling, log], [false, false, []]);
  assertEquals(frame.next(), { done: true, value: "called true" });
});

test("callFor() of a function that throws leaves the error in the frame", () => {
  const error = new RangeError("no");
  const { frame, isPromise } = call(() => {
    throw error;
  });
  assertEquals([isPromise, running.calling], [false, false]);
  assertStrictEquals(assertThrows(() => frame.next()), error);
});

test("callFor() of a promise resumes when it has settled, and the frame knows how", async () => {
  const good = call(() => Promise.resolve("value"));
  const error = new RangeError("no");
  const bad = call(() => Promise.reject(error));
  assertEquals([good.isPromise, bad.isPromise, good.log, bad.log], [true, true, [], []]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([good.log, bad.log], [["resume"], ["resume"]]);
  assertEquals(good.frame.next(), { done: true, value: "value" });
  assertStrictEquals(assertThrows(() => bad.frame.next()), error);
});

test("a function that returns a thenable of others is waited for", async () => {
  await virtually(function* () {
    const thenable = {
      then(resolve: (value: string) => void) {
        queueMicrotask(() => resolve("thenable"));
      },
    };
    const task = createTask(() => thenable as unknown as PromiseLike<string>);
    yield* wait([task]);
    assertEquals(task.result(), "thenable");
  });
});

test("a function is called in its task, and what it makes belongs to no other", async () => {
  const seen: unknown[] = [];
  await virtually(function* () {
    const main = currentTask();
    const tasks = ["a", "b"].map((name) =>
      createTask(() => {
        seen.push([name, currentTask()!.getName(), currentTask() === main]);
        return sleep(1);
      }, { name })
    );
    yield* wait(tasks);
    assert(currentTask() === main);
  });
  assertEquals(seen, [["a", "a", false], ["b", "b", false]]);
});
