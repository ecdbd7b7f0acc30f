// kinds: generator, async
import { assert, assertEquals, assertLess } from "@std/assert";
import {
  createTask,
  type EventLoop,
  gather,
  getRunningLoop,
  newEventLoop,
  run,
  sleep,
  trace,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";
import { virtually } from "../_support/virtual.ts";

function virtualLoop(): EventLoop {
  return newEventLoop({ clock: new VirtualClock() });
}

/** Runs one iteration: what is ready, and the timers that are due. */
async function iterate(loop: EventLoop): Promise<void> {
  loop.stop();
  await loop.runForever();
}

interface TimerWatch {
  /** How many timers of the host's are set now. */
  active(): number;
  /** The delays that were asked for, in milliseconds. */
  readonly delays: number[];
}

/** Runs with the host's timers watched, and their delays as `shorten` has them. */
async function watchingTimers(
  body: (watch: TimerWatch) => Promise<void>,
  shorten: (delay: number) => number = (delay) => delay,
): Promise<void> {
  const { setTimeout, clearTimeout } = globalThis;
  const active = new Set<unknown>();
  const delays: number[] = [];
  const set = (callback: () => void, delay = 0) => {
    delays.push(delay);
    const timer = setTimeout(() => {
      active.delete(timer);
      callback();
    }, shorten(delay));
    active.add(timer);
    return timer;
  };
  const clear = (timer: ReturnType<typeof setTimeout>) => {
    active.delete(timer);
    clearTimeout(timer);
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  try {
    await body({ active: () => active.size, delays });
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}

/** Waits by the host, not by a loop. */
function hostSleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Iterations

test("callbacks run in the order given; those they give, in the next iteration", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    log.push("a");
    loop.callSoon(() => log.push("a's"));
  });
  loop.callSoon(() => log.push("b"));
  await iterate(loop);
  assertEquals(log.splice(0), ["a", "b"]);
  await iterate(loop);
  assertEquals(log.splice(0), ["a's"]);
  await iterate(loop);
  assertEquals(log, []);
  loop.close();
});

test("tasks and callbacks share one queue", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.callSoon(() => log.push("callback 1"));
    createTask(function* () {
      log.push("task 1");
      loop.callSoon(() => log.push("callback of task 1"));
      yield* sleep(0);
      log.push("task 1 again");
    });
    loop.callSoon(() => log.push("callback 2"));
    createTask(function* () {
      log.push("task 2");
      yield* sleep(0);
      log.push("task 2 again");
    });
    yield* sleep(1);
  });
  assertEquals(log, [
    "callback 1",
    "task 1",
    "callback 2",
    "task 2",
    "callback of task 1",
    "task 1 again",
    "task 2 again",
  ]);
});

test("a timer that is due runs behind what is ready", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callLater(0, () => log.push("timer"));
  loop.callSoon(() => log.push("soon"));
  await iterate(loop);
  assertEquals(log, ["soon", "timer"]);
  loop.close();
});

test("a timer set in a callback, even for now, runs in the next iteration at the soonest", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callLater(0, () => {
    log.push("first");
    loop.callLater(-1, () => log.push("timer"));
    loop.callSoon(() => log.push("soon"));
  });
  await iterate(loop);
  assertEquals(log.splice(0), ["first"]);
  await iterate(loop);
  assertEquals(log, ["soon", "timer"]);
  loop.close();
});

test("timers run in order of time, those of one time in order of creation", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  const times = [3, 1, 2, 1, 3, 1, 2];
  times.forEach((time, index) => loop.callAt(time, () => log.push(`${time}${"abcdefg"[index]}`)));
  await loop.runUntilComplete(sleep(4));
  assertEquals(log, ["1b", "1d", "1f", "2c", "2g", "3a", "3e"]);
  loop.close();
});

test("timers of one time run in one iteration, and see one time", async () => {
  const loop = virtualLoop();
  const log: unknown[] = [];
  for (const name of ["a", "b"]) {
    loop.callLater(1, () => {
      log.push([name, loop.time()]);
      loop.callSoon(() => log.push([`${name}'s`, loop.time()]));
    });
  }
  await loop.runUntilComplete(sleep(2));
  assertEquals(log, [["a", 1], ["b", 1], ["a's", 1], ["b's", 1]]);
  loop.close();
});

test("a timer may cancel another of the same time that comes after it", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callLater(1, () => victim.cancel());
  const victim = loop.callLater(1, () => log.push("victim"));
  loop.callLater(1, () => log.push("bystander"));
  await loop.runUntilComplete(sleep(2));
  assertEquals([log, victim.cancelled()], [["bystander"], true]);
  loop.close();
});

test("a callback may cancel another of the same iteration that comes after it", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callSoon(() => victim.cancel());
  const victim = loop.callSoon(() => log.push("victim"));
  await iterate(loop);
  assertEquals(log, []);
  loop.close();
});

test("a virtual clock stands still as long as something is ready", async () => {
  const times: number[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    loop.callLater(1, () => times.push(loop.time()));
    for (let step = 0; step < 100; step++) yield* sleep(0);
    times.push(loop.time());
    yield* sleep(2);
  });
  assertEquals(times, [0, 1]);
});

test("an infinite delay is never over", async () => {
  const log: string[] = [];
  await virtually(function* () {
    getRunningLoop().callLater(Infinity, () => log.push("the end of time"));
    yield* sleep(1e9);
  });
  assertEquals(log, []);
});

// stop()

test("EventLoop.stop() lets the iteration end, and nothing more", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    log.push("a");
    loop.callSoon(() => log.push("a's"));
    loop.stop();
    log.push("a after stop()");
  });
  loop.callSoon(() => log.push("b"));
  loop.callLater(0, () => log.push("due timer"));
  loop.callLater(1, () => log.push("later timer"));
  await loop.runForever();
  assertEquals(log.splice(0), ["a", "a after stop()", "b", "due timer"]);
  await loop.runUntilComplete(sleep(2));
  assertEquals(log, ["a's", "later timer"]);
  loop.close();
});

test("EventLoop.stop() lets no more than the iteration end in debug mode or with a trace, too", async () => {
  for (const look of [() => {}, (loop: EventLoop) => loop.setDebug(true), trace]) {
    const loop = virtualLoop();
    const count = { parents: 0, children: 0 };
    look(loop);
    // So many that the loop looks at the clock between some, and not after each.
    for (let n = 0; n < 1_000; n++) {
      loop.callSoon(() => {
        count.parents++;
        loop.callSoon(() => count.children++);
        loop.stop();
      });
    }
    await loop.runForever();
    assertEquals(count, { parents: 1_000, children: 0 });
    await iterate(loop);
    assertEquals(count, { parents: 1_000, children: 1_000 });
    loop.close();
  }
});

test("EventLoop.stop() before a run lets it have one iteration, however often it is called", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    log.push("x");
    loop.callSoon(() => log.push("y"));
  });
  loop.stop();
  loop.stop();
  await loop.runForever();
  assertEquals(log.splice(0), ["x"]);
  loop.callSoon(() => loop.stop());
  await loop.runForever();
  assertEquals(log, ["y"]);
  loop.close();
});

test("EventLoop.stop() before a run with nothing to do ends it without waiting for timers", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  loop.callLater(1, () => log.push("timer"));
  await iterate(loop);
  assertEquals([loop.time(), log], [0, []]);
  loop.close();
});

test("EventLoop.stop() in the iteration in which the future is done does no harm", async () => {
  const loop = virtualLoop();
  const future = loop.createFuture<number>();
  loop.callSoon(() => future.setResult(1));
  loop.callSoon(() => loop.stop());
  assertEquals(await loop.runUntilComplete(future), 1);
  loop.close();
});

test("EventLoop.runUntilComplete() lets the last iteration end", async () => {
  const loop = virtualLoop();
  const log: string[] = [];
  const future = loop.createFuture<string>();
  future.addDoneCallback(() => log.push("callback"));
  loop.callSoon(() => future.setResult("done"));
  loop.callSoon(() =>
    loop.callSoon(() => {
      log.push("behind the callbacks");
      loop.callSoon(() => log.push("next iteration"));
    })
  );
  assertEquals(await loop.runUntilComplete(future), "done");
  assertEquals(log, ["callback", "behind the callbacks"]);
  loop.close();
});

// The host's turns, in real time

test("a storm of sleep(0) lets the host's timers fire", async () => {
  const MOST = 20_000_000;
  let hostHadTurn = false;
  const timer = setTimeout(() => hostHadTurn = true, 3);
  let switches = 0;
  await run(function* () {
    while (!hostHadTurn && switches < MOST) {
      switches++;
      yield* sleep(0);
    }
  });
  clearTimeout(timer);
  assertLess(switches, MOST);
});

test("a storm of callbacks lets the host's timers fire", async () => {
  const MOST = 20_000_000;
  const loop = newEventLoop();
  let hostHadTurn = false;
  const timer = setTimeout(() => hostHadTurn = true, 3);
  let calls = 0;
  const storm = () => {
    if (hostHadTurn || ++calls === MOST) loop.stop();
    else loop.callSoon(storm);
  };
  loop.callSoon(storm);
  await loop.runForever();
  clearTimeout(timer);
  loop.close();
  assertLess(calls, MOST);
});

test("one iteration that is long is cut for the host's turns, and keeps its order", async () => {
  const loop = newEventLoop();
  const order: number[] = [];
  let hostTurnAt = -1;
  const timer = setTimeout(() => hostTurnAt = order.length, 0);
  const burn = (index: number) => {
    const end = performance.now() + 0.5;
    while (performance.now() < end);
    order.push(index);
    if (index === 0) loop.callSoon(() => order.push(-1));
  };
  for (let index = 0; index < 60; index++) loop.callSoon(burn, index);
  loop.callSoon(() => loop.stop());
  await loop.runForever();
  clearTimeout(timer);
  loop.close();
  assertEquals(order, Array.from({ length: 60 }, (_, index) => index));
  assert(hostTurnAt >= 0 && hostTurnAt < 60, `the host had its turn after ${hostTurnAt}`);
});

test("a chain of 100,000 callbacks needs no stack", () => {
  const loop = virtualLoop();
  let left = 100_000;
  const future = loop.createFuture<string>();
  const next = () => {
    if (--left === 0) future.setResult("through");
    else loop.callSoon(next);
  };
  loop.callSoon(next);
  assertEquals(loop.runUntilCompleteSync(future), "through");
  loop.close();
});

test("an idle loop wakes for what the host's code gives it", async () => {
  const loop = newEventLoop();
  const log: string[] = [];
  const future = loop.createFuture<void>();
  future.addDoneCallback(() => log.push("future"));
  const end = loop.runForever();
  const untilLong = (lines: number) => until(() => log.length >= lines);
  await hostSleep(1);
  loop.callSoon(() => log.push("callSoon"));
  await untilLong(1);
  future.setResult();
  await untilLong(2);
  loop.callSoonThreadsafe(() => log.push("callSoonThreadsafe"));
  loop.createTask(() => log.push("task"));
  await untilLong(4);
  loop.callLater(0.001, () => log.push("callLater"));
  await untilLong(5);
  log.push("stop");
  loop.stop();
  await end;
  assertEquals(log, ["callSoon", "future", "callSoonThreadsafe", "task", "callLater", "stop"]);
  loop.close();
});

test("an idle loop that waits for a far timer wakes for a nearer one", async () => {
  const loop = newEventLoop();
  const log: string[] = [];
  const far = loop.callLater(60, () => log.push("far"));
  const end = loop.runForever();
  await hostSleep(2);
  loop.callLater(0.002, () => {
    log.push("near");
    loop.stop();
  });
  await end;
  assertEquals([log, far.cancelled()], [["near"], false]);
  loop.close();
});

test("a loop holds one timer of the host's at most, and none after the run", async () => {
  await watchingTimers(async (watch) => {
    const loop = newEventLoop();
    for (let delay = 1; delay <= 20; delay++) loop.callLater(delay, () => {});
    const counts: number[] = [];
    loop.callLater(0.02, () => counts.push(watch.active()));
    const end = loop.runUntilComplete(
      gather([sleep(0.01), sleep(0.05), sleep(0.02)].map((nap) => loop.createTask(nap))),
    );
    const interval = setInterval(() => counts.push(watch.active()), 1);
    await end;
    clearInterval(interval);
    loop.close();
    assert(counts.length >= 2, "the timers were never counted");
    assert(Math.max(...counts) <= 1, `timers at each look: ${counts}`);
    assertEquals(watch.active(), 0);
  });
});

test("a delay longer than the host can wait is cut, and does not fire at once", async () => {
  await watchingTimers(async (watch) => {
    const loop = newEventLoop();
    const log: string[] = [];
    loop.callLater(2 ** 31 / 1000 + 1, () => log.push("fired"));
    loop.callLater({ days: 10_000 }, () => log.push("fired, too"));
    const end = loop.runForever();
    await hostSleep(3);
    const longest = Math.max(...watch.delays);
    loop.stop();
    await end;
    loop.close();
    assertEquals([log, longest], [[], 2 ** 31 - 1]);
  });
});

test("a host's timer that fires too early is set anew, and nothing runs before its time", async () => {
  await watchingTimers(async (watch) => {
    // A clock of the test's own, which stands still until the host has been too early three times.
    const clock = { time: () => watch.delays.length > 3 ? 5 : 0 };
    const loop = newEventLoop({ clock });
    const ranAt = loop.createFuture<number>();
    loop.callAt(5, () => ranAt.setResult(loop.time()));
    assertEquals(await loop.runUntilComplete(ranAt), 5);
    loop.close();
    assertEquals(watch.delays, [5_000, 5_000, 5_000, 5_000]);
    assertEquals(watch.active(), 0);
  }, () => 1);
});
