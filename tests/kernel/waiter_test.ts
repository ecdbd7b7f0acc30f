import { assertEquals } from "@std/assert";
import { waiterOf } from "../../lib/kernel/task.ts";
import { describeWait, holderOf } from "../../lib/kernel/waiter.ts";
import {
  Barrier,
  Condition,
  type Coroutine,
  createTask,
  Event,
  Future,
  Lock,
  Queue,
  runVirtual,
  Semaphore,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** What a task waits for that awaits a lazy object, in words. */
function waitingFor(make: () => Coroutine<unknown>): string {
  return runVirtual(function* () {
    const task = createTask(make());
    yield;
    yield;
    const words = describeWait(waiterOf(task)!);
    task.cancel();
    return words;
  });
}

test("a task that waits for a lock, a queue and the like says for which", () => {
  const full = new Queue<number>(1);
  full.putNowait(1);
  assertEquals(
    [
      waitingFor(() => new Queue().get()),
      waitingFor(() => full.put(2)),
      waitingFor(() => full.join()),
      waitingFor(() => new Event().wait()),
      waitingFor(() => new Semaphore(0).acquire()),
      waitingFor(() => new Barrier(2).wait()),
    ],
    [
      "Queue.get of <Queue maxsize=0 _getters[1]>",
      "Queue.put of <Queue maxsize=1 _queue=[1] _putters[1] tasks=1>",
      "Event.wait of <Event [unset, waiters:1]>",
      "Event.wait of <Event [unset, waiters:1]>",
      "Semaphore.acquire of <Semaphore [locked, waiters:1]>",
      "Condition.wait of <Condition [unlocked, waiters:1]>",
    ],
  );
});

test("of a lock it says who holds it", () => {
  const words = runVirtual(function* () {
    const lock = new Lock();
    const condition = new Condition(lock);
    const holder = createTask(
      function* () {
        yield* lock.acquire();
        yield* new Event().wait();
      },
      { name: "holder" },
    );
    yield;
    const task = createTask(condition.acquire());
    yield;
    const waiter = waiterOf(task);
    const found = [describeWait(waiter!), holderOf(waiter) === holder];
    task.cancel();
    holder.cancel();
    return found;
  });
  assertEquals(words, ["Lock.acquire of <Lock [locked, waiters:1]>, held by holder", true]);
});

test("any other future is what it prints as", () => {
  runVirtual(function* () {
    assertEquals(describeWait(new Future()), "<Future pending>");
    assertEquals([holderOf(new Future()), holderOf(null)], [null, null]);
  });
});
