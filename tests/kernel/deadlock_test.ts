// kinds: generator, async
import { assertEquals, assertRejects } from "@std/assert";
import { findCycles } from "../../lib/kernel/deadlock.ts";
import {
  type CoroutineObject,
  createTask,
  currentTask,
  DeadlockError,
  Lock,
  newEventLoop,
  Queue,
  run,
  sleep,
  type Task,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

async function deadlockOf(main: () => CoroutineObject<unknown>): Promise<DeadlockError> {
  return await assertRejects(
    () => run(main, { loopFactory: () => newEventLoop({ clock: new VirtualClock() }) }),
    DeadlockError,
    "can never be done: nothing is ready and no timer is set",
  );
}

test("a deadlock tells what each task waits for, and who holds it", async () => {
  const error = await deadlockOf(function* () {
    currentTask()!.setName("main");
    const queue = new Queue();
    const lock = new Lock();
    yield* lock.acquire();
    createTask(() => lock.acquire(), { name: "second" });
    yield* queue.get();
  });
  assertEquals(error.tasks.map(({ waitingFor }) => waitingFor), [
    "Queue.get of <Queue maxsize=0 _getters[1]>",
    "Lock.acquire of <Lock [locked, waiters:1]>, held by main",
  ]);
  assertEquals(error.cycles, []);
});

test("a deadlock of two locks taken in two orders is a circle", async () => {
  const error = await deadlockOf(function* () {
    currentTask()!.setName("main");
    const [a, b] = [new Lock(), new Lock()];
    function* takeBoth(first: Lock, second: Lock) {
      yield* first.acquire();
      yield* sleep(1);
      yield* second.acquire();
    }
    const other = createTask(() => takeBoth(b, a), { name: "other" });
    yield* takeBoth(a, b);
    yield* other;
  });
  assertEquals(error.cycles, [["main", "other", "main"]]);
  assertEquals(error.message.split("\n").at(-1), "  cycle: main → other → main");
});

test("a deadlock of tasks that await each other is a circle", async () => {
  const error = await deadlockOf(function* () {
    currentTask()!.setName("main");
    const tasks: Task<unknown>[] = [];
    function* awaitNext(index: number): CoroutineObject<void> {
      yield* tasks[(index + 1) % 3]!;
    }
    for (let index = 0; index < 3; index++) {
      tasks.push(createTask(() => awaitNext(index), { name: `t${index}` }));
    }
    yield* tasks[0]!;
  });
  assertEquals(error.cycles, [["t0", "t1", "t2", "t0"]]);
});

test("findCycles() finds each circle once, however long the ways are", () => {
  const chain = new Map<number, Set<number>>();
  for (let node = 0; node < 100_000; node++) chain.set(node, new Set([node + 1]));
  assertEquals(findCycles(chain), []);
  chain.set(100_000, new Set([99_998]));
  assertEquals(findCycles(chain), [[99_998, 99_999, 100_000, 99_998]]);
  assertEquals(findCycles(new Map([["a", new Set(["b", "a"])], ["b", new Set(["a"])]])), [
    ["a", "b", "a"],
    ["a", "a"],
  ]);
});
