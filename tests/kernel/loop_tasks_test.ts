// kinds: generator, async
/** How a loop makes tasks and sets timers, where its user has a say in it. */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type CoroutineLike,
  ensureFuture,
  EventLoop,
  Future,
  newEventLoop,
  RuntimeError,
  sleep,
  Task,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("EventLoop.createTask() of a subclass makes the tasks of ensureFuture()", async () => {
  class MyTask<T> extends Task<T> {}
  class MyLoop extends EventLoop {
    override createTask<T>(coro: CoroutineLike<T>): Task<T> {
      return new MyTask(coro, { loop: this });
    }
  }
  const loop = new MyLoop({ clock: new VirtualClock() });
  const task = ensureFuture(
    function* () {
      return "mine";
    },
    { loop },
  );
  assert(task instanceof MyTask);
  assertEquals(await loop.runUntilComplete(task), "mine");
  loop.close();
});

test("EventLoop.createTask() hands the name on to the task factory", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setTaskFactory((loop, coro, options) => new Task(coro, { ...options, loop }));
  const task = loop.createTask(() => sleep(0), { name: "test_task" });
  assertEquals(task.getName(), "test_task");
  await loop.runUntilComplete(task);
  loop.close();
});

test("EventLoop.setTaskFactory(null) goes back to plain tasks", async () => {
  class MyTask<T> extends Task<T> {}
  const loop = newEventLoop({ clock: new VirtualClock() });
  assertEquals(loop.getTaskFactory(), null);
  loop.setTaskFactory((loop, coro, options) => new MyTask(coro, { ...options, loop }));
  const mine = loop.createTask(() => sleep(0));
  loop.setTaskFactory(null);
  const plain = loop.createTask(() => sleep(0));
  assertEquals([mine instanceof MyTask, plain instanceof MyTask], [true, false]);
  assertStrictEquals(plain.constructor, Task);
  await loop.runUntilComplete(mine);
  await loop.runUntilComplete(plain);
  loop.close();
});

/* generator only */
test("ensureFuture() on a closed loop refuses, and begins nothing", () => {
  const loop = newEventLoop();
  loop.close();
  const log: string[] = [];
  const work = (function* () {
    log.push("began");
  })();
  assertThrows(() => ensureFuture(work, { loop }), RuntimeError, "Event loop is closed");
  assertEquals(log, []);
});

test("EventLoop.callLater() of negative delays calls soon, the earliest first", () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const calls: string[] = [];
  loop.callLater(-1, (name: string) => calls.push(name), "a");
  loop.callLater(-2, (name: string) => calls.push(name), "b");
  const done = new Future<void>({ loop });
  loop.callLater(0, () => done.setResult());
  loop.runUntilCompleteSync(done);
  assertEquals(calls, ["b", "a"]);
  assertEquals(loop.time(), 0);
  loop.close();
});

test("EventLoop.callAt() calls at its time and no earlier", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const when = loop.time() + 0.1;
  const times: number[] = [];
  const handle = loop.callAt(when, () => {
    times.push(loop.time());
    loop.stop();
  });
  assertEquals(handle.when(), when);
  await loop.runForever();
  assertEquals(times, [when]);
  loop.close();
});

test("stop() by a callback that is ready lets what is ready run, once", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  let calls = 0;
  for (let round = 1; round <= 2; round++) {
    loop.callSoon(() => loop.stop());
    loop.callSoon(() => calls++);
    await loop.runForever();
    assertEquals(calls, round);
  }
  loop.close();
});
