import { assertEquals } from "@std/assert";
import { type AsyncIteratorLike, getRunningLoop, runVirtual, sleep } from "../../mod.ts";
import { closeIterator, iterateSync, nextOf } from "../../lib/waiting/iterators.ts";
import { test } from "../_support/harness.ts";

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
