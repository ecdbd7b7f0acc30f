import { assertEquals } from "@std/assert";
import {
  anext,
  type AsyncIteratorLike,
  type CoroutineObject,
  createTask,
  forEach,
  getRunningLoop,
  run,
  runVirtual,
  sleep,
  timeout,
  wait,
} from "../../mod.ts";
import { closeIterator, iterateSync, nextOf } from "../../lib/waiting/iterators.ts";
import { needs, test } from "../_support/harness.ts";

test("nextOf() calls next() on the iterator, in the task", () => {
  class Counter implements AsyncIteratorLike<number> {
    #n = 0;
    next() {
      return sleep(1, { done: false as const, value: ++this.#n });
    }
  }
  runVirtual(function* () {
    const counter = new Counter();
    assertEquals(yield* nextOf(counter), { done: false, value: 1 });
    assertEquals(yield* nextOf(counter), { done: false, value: 2 });
    // One without return() has nothing to close.
    yield* closeIterator(counter);
  });
});

test("closeIterator() calls return() on the iterator, and waits for it", () => {
  const log: unknown[] = [];
  const iterator: AsyncIteratorLike<number> = {
    next: () => sleep(1, { done: false, value: 1 }),
    return() {
      log.push(this === iterator);
      return sleep(1, { done: true });
    },
  };
  runVirtual(function* () {
    yield* nextOf(iterator);
    yield* closeIterator(iterator);
    log.push(getRunningLoop().time());
  });
  assertEquals(log, [true, 2]);
});

test("iterateSync() gives the items, those awaited that can be", () => {
  let isClosed = false;
  function* items() {
    try {
      yield 1;
      yield sleep(1, 2);
    } finally {
      isClosed = true;
    }
  }
  runVirtual(function* () {
    const iterator = iterateSync<number>(items());
    assertEquals(yield* nextOf(iterator), { done: false, value: 1 });
    assertEquals(yield* nextOf(iterator), { done: false, value: 2 });
    yield* closeIterator(iterator);
    assertEquals([isClosed, (yield* nextOf(iterator)).done], [true, true]);
  });
});

const overItems: Record<string, (items: AsyncGenerator<number>) => CoroutineObject<unknown>> = {
  *forEach(items) {
    yield* forEach(items, () => {});
  },
  *anext(items) {
    try {
      while ((yield* anext(items, null)) !== null);
    } finally {
      yield* closeIterator(items);
    }
  },
};

for (const [name, over] of Object.entries(overItems)) {
  test({
    name:
      `a loop of ${name}() over an engine's generator that awaits others' promises can be ended`,
    ...needs("asyncIdentity"),
    async fn() {
      const log: string[] = [];
      async function* items() {
        try {
          for (let n = 0; n < 40; n++) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            yield n;
          }
          log.push("all");
        } finally {
          log.push("closed");
        }
      }
      await run(function* () {
        const task = createTask(over(items()));
        yield* sleep(0.005);
        task.cancel("enough");
        yield* wait([task]);
        log.push(`cancelled: ${task.cancelled()}`);
        // Beside a branch of the same task it is the branch that is asked.
        const limited = createTask(async () => {
          const both = [sleep(0.1), timeout(0.005, () => over(items()))];
          const [, limit] = await Promise.allSettled(both);
          log.push(limit!.status);
        });
        yield* limited;
      });
      assertEquals(log, ["closed", "cancelled: true", "closed", "rejected"]);
    },
  });
}
