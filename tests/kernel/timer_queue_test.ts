import { assertEquals, assertStrictEquals } from "@std/assert";
import { TimerQueue } from "../../lib/kernel/timer_queue.ts";
import { newEventLoop, TimerHandle, VirtualClock } from "../../mod.ts";
import { test } from "../_support/harness.ts";

const loop = newEventLoop({ clock: new VirtualClock() });

function timer(when: number): TimerHandle {
  return new TimerHandle(when, () => {}, [], loop);
}

function queueOf(times: Iterable<number>): { queue: TimerQueue; timers: TimerHandle[] } {
  const queue = new TimerQueue();
  const timers = Array.from(times, timer);
  for (const each of timers) queue.add(each);
  return { queue, timers };
}

/** Takes all timers out that are due by a time. */
function take(queue: TimerQueue, end: number): TimerHandle[] {
  const taken: TimerHandle[] = [];
  for (let next = queue.takeDue(end, end); next !== null; next = queue.takeDue(end, end)) {
    taken.push(next);
  }
  return taken;
}

/** Handles look equal to `assertEquals`, which knows nothing of private fields. */
function assertSame(actual: readonly TimerHandle[], expected: readonly TimerHandle[]): void {
  assertEquals(actual.map((each) => expected.indexOf(each)), expected.map((_, index) => index));
}

/** A fixed sequence of numbers that look random, from 0 up to 1. */
function* numbers(seed: number): Generator<number, never, unknown> {
  for (let state = seed;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test("a new TimerQueue is empty", () => {
  const queue = new TimerQueue();
  assertEquals([queue.length, queue.earliest(), queue.takeDue(Infinity, Infinity)], [
    0,
    Infinity,
    null,
  ]);
  queue.purge();
  queue.clear();
  assertEquals(queue.length, 0);
});

test("TimerQueue.takeDue() takes timers in order of time, and no later one", () => {
  const { queue } = queueOf([5, 1, 4, 2, 3]);
  assertEquals([queue.length, queue.earliest()], [5, 1]);
  assertEquals(take(queue, 0.9), []);
  assertEquals(take(queue, 3).map((each) => each.when()), [1, 2, 3]);
  assertEquals([queue.length, queue.earliest()], [2, 4]);
  assertEquals(take(queue, Infinity).map((each) => each.when()), [4, 5]);
  assertEquals([queue.length, queue.earliest()], [0, Infinity]);
});

test("TimerQueue.takeDue() takes timers of one time in the order in which they were added", () => {
  const { queue, timers } = queueOf([1, 0, 1, 1, 0, 1, 1, 1, 0]);
  const taken = take(queue, 1).map((each) => timers.indexOf(each));
  assertEquals(taken, [1, 4, 8, 0, 2, 3, 5, 6, 7]);
});

test("TimerQueue keeps its order among thousands of additions, removals and cancellations", () => {
  for (const seed of [1, 2, 3, 4]) {
    const random = numbers(seed);
    const below = (limit: number) => Math.floor(random.next().value * limit);
    const queue = new TimerQueue();
    // What a sorted list would do, by its stable sort.
    let expected: TimerHandle[] = [];
    for (let round = 0, now = 0; round < 1000; round++) {
      const choice = below(10);
      if (choice < 6) {
        // Many at a time, and most of them one after another, so that now and then a rebuild is due.
        for (let left = below(20); left > 0; left--) {
          const added = timer(now + (below(4) === 0 ? below(50) : 50));
          queue.add(added);
          expected.push(added);
        }
        expected.sort((a, b) => a.when() - b.when());
      } else if (choice < 8) {
        for (let left = below(150); left > 0; left--) expected[below(expected.length)]?.cancel();
        queue.purge();
      } else {
        now += below(10);
        const due = expected.filter((each) => each.when() <= now && !each.cancelled());
        assertSame(take(queue, now).filter((each) => !each.cancelled()), due);
        expected = expected.filter((each) => each.when() > now);
      }
    }
    const rest = expected.filter((each) => !each.cancelled());
    assertSame(take(queue, Infinity).filter((each) => !each.cancelled()), rest);
  }
});

test("TimerQueue.purge() drops cancelled timers at the top alone, as long as they are few", () => {
  const { queue, timers } = queueOf([1, 2, 3, 4, 5]);
  for (const index of [0, 1, 3]) timers[index]!.cancel();
  assertEquals([queue.length, queue.earliest()], [5, 1]);
  queue.purge();
  assertEquals([queue.length, queue.earliest()], [3, 3]);
  assertStrictEquals(queue.takeDue(3, 3), timers[2]);
  queue.purge();
  assertEquals([queue.length, queue.earliest()], [1, 5]);
});

test("TimerQueue.purge() rebuilds when more than half of more than 100 are cancelled", () => {
  const cases = [
    // timers, cancelled, left: the first timer stays, so that only a rebuild can drop any.
    [100, 99, 100],
    [101, 50, 101],
    [101, 51, 50],
    [200, 100, 200],
    [200, 101, 99],
    [1000, 999, 1],
  ] as const;
  for (const [count, cancelled, left] of cases) {
    const { queue, timers } = queueOf(Array.from({ length: count }, (_, index) => index % 7));
    for (const each of timers.slice(-cancelled)) each.cancel();
    queue.purge();
    assertEquals([count, cancelled, queue.length], [count, cancelled, left]);
    const kept = timers.slice(0, count - cancelled).sort((a, b) => a.when() - b.when());
    assertSame(take(queue, 7).filter((each) => !each.cancelled()), kept);
  }
});

test("TimerQueue counts a timer's cancellation once", () => {
  const { queue, timers } = queueOf(Array.from({ length: 101 }, (_, index) => index));
  for (let time = 0; time < 10; time++) {
    for (const each of timers.slice(-10)) each.cancel();
  }
  queue.purge();
  assertEquals(queue.length, 101);
});

test("TimerQueue does not count timers that are cancelled after they were taken", () => {
  const { queue, timers } = queueOf(Array.from({ length: 202 }, (_, index) => index));
  for (const each of take(queue, 100)) each.cancel();
  assertEquals(queue.length, 101);
  for (const each of timers.slice(-50)) each.cancel();
  queue.purge();
  assertEquals(queue.length, 101);
  timers[150]!.cancel();
  queue.purge();
  assertEquals(queue.length, 50);
});

test("TimerQueue.takeDue() hands out cancelled timers, too, and forgets them", () => {
  const { queue, timers } = queueOf([1, 2]);
  timers[0]!.cancel();
  assertStrictEquals(queue.takeDue(1, 1), timers[0]);
  queue.purge();
  assertEquals([queue.length, queue.earliest()], [1, 2]);
});

test("TimerQueue.clear() forgets all timers", () => {
  const { queue, timers } = queueOf(Array.from({ length: 150 }, (_, index) => index));
  queue.clear();
  assertEquals([queue.length, queue.earliest(), queue.takeDue(Infinity, Infinity)], [
    0,
    Infinity,
    null,
  ]);
  for (const each of timers) each.cancel();
  queue.add(timer(3));
  queue.purge();
  assertEquals([queue.length, queue.earliest()], [1, 3]);
});

test("a loop that sets and cancels timeouts all day does not grow", () => {
  const { queue } = queueOf([0]);
  let longest = 0;
  for (let time = 0; time < 10_000; time++) {
    const set = timer(1000 + time);
    queue.add(set);
    set.cancel();
    queue.purge();
    longest = Math.max(longest, queue.length);
  }
  assertEquals(longest, 100);
});
