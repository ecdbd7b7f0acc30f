// kinds: generator, async
import { assertEquals } from "@std/assert";
import { awaitedBy } from "../../lib/kernel/awaited_by.ts";
import {
  asCompleted,
  type CoroutineObject,
  createTask,
  currentTask,
  Future,
  futureAddToAwaitedBy,
  futureDiscardFromAwaitedBy,
  gather,
  shield,
  sleep,
  staggeredRace,
  Task,
  TaskGroup,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** The names of the tasks that wait for a future. */
function waitersOf(future: Future<unknown>): string[] {
  return [...awaitedBy(future)].map((waiter) =>
    waiter instanceof Task ? waiter.getName() : String(waiter)
  );
}

/** Who waits for a future while a task called "parent" does something with it. */
async function waitersWhile(
  body: (future: Future<unknown>) => CoroutineObject<unknown>,
): Promise<string[][]> {
  return await virtually(function* () {
    const future = new Future<unknown>();
    const parent = createTask(() => body(future), { name: "parent" });
    yield* sleep(1);
    const found = waitersOf(future);
    parent.cancel();
    yield* sleep(1);
    return [found, waitersOf(future)];
  });
}

test("who awaits a future is who waits for it", async () => {
  assertEquals(
    await waitersWhile(function* (future) {
      yield* future;
    }),
    [["parent"], []],
  );
});

test("who awaits a gathering waits for all it gathers", async () => {
  assertEquals(
    await waitersWhile(function* (future) {
      yield* gather([future, gather([future, sleep(60)])]);
    }),
    [["parent"], []],
  );
});

test("who waits by wait(), waitFor() or shield() waits for what is in them", async () => {
  assertEquals(
    await waitersWhile(function* (future) {
      yield* wait([future]);
    }),
    [["parent"], []],
  );
  assertEquals(
    await waitersWhile(function* (future) {
      yield* waitFor(future, 60);
    }),
    [["parent"], []],
  );
  assertEquals(
    await waitersWhile(function* (future) {
      yield* shield(future);
    }),
    [["parent"], []],
  );
});

test("who takes results as they come waits for all that are left", async () => {
  assertEquals(
    await waitersWhile(function* (future) {
      for (const next of asCompleted([future, sleep(60)])) yield* next;
    }),
    [["parent"], []],
  );
});

test("the task of a group waits for the group's tasks, in its body, too", async () => {
  const found = await virtually(function* () {
    const names: string[][] = [];
    const parent = createTask(function* () {
      yield* TaskGroup.run(function* (group) {
        const child = group.createTask(() => sleep(2));
        yield* sleep(1);
        names.push(waitersOf(child));
      });
    }, { name: "parent" });
    yield* parent;
    return names;
  });
  assertEquals(found, [["parent"]]);
});

test("who awaits a race waits for those that run", async () => {
  const found = await virtually(function* () {
    const racers: (Task<unknown> | null)[] = [];
    const parent = createTask(() =>
      staggeredRace([function* () {
        racers.push(currentTask());
        yield* sleep(5);
      }], null), { name: "parent" });
    yield* sleep(1);
    const names = waitersOf(racers[0]!);
    yield* parent;
    return names;
  });
  assertEquals(found, ["parent"]);
});

test("nobody waits for a future by a callback", async () => {
  await virtually(function* () {
    const future = new Future();
    future.addDoneCallback(() => {});
    assertEquals(waitersOf(future), []);
    yield* sleep(0);
  });
});

test("futureAddToAwaitedBy() notes others, futureDiscardFromAwaitedBy() takes it back", async () => {
  await virtually(function* () {
    const [answer, asker] = [new Future(), new Future()];
    futureAddToAwaitedBy(answer, asker);
    futureAddToAwaitedBy(answer, asker);
    futureAddToAwaitedBy(answer, {} as never);
    futureAddToAwaitedBy(null as never, asker);
    assertEquals([...awaitedBy(answer)], [asker]);
    futureDiscardFromAwaitedBy(answer, asker);
    futureDiscardFromAwaitedBy(answer, asker);
    assertEquals([...awaitedBy(answer)], []);
    yield* sleep(0);
  });
});
