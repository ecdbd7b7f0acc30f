// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  createTask,
  type EventLoop,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  Schedule,
  type ScheduleOptions,
  sleep,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

interface Run {
  log: string[];
  schedule: Schedule;
}

/** Runs a main coroutine under a schedule; what it logs, and the schedule. */
async function runWith(
  seedOrOrder: number | readonly number[],
  main: (log: (entry: string) => void, loop: EventLoop) => unknown,
  options?: ScheduleOptions,
): Promise<Run> {
  const schedule = new Schedule(seedOrOrder, options);
  const loop = newEventLoop({ clock: new VirtualClock(), schedule });
  const log: string[] = [];
  const task = loop.createTask(() => main((entry) => log.push(entry), loop) as Promise<void>, {
    name: "main",
  });
  await loop.runUntilComplete(task);
  loop.close();
  return { log, schedule };
}

/** Three tasks that log what they do: twice each, with a pause between. */
function* three(log: (entry: string) => void) {
  yield* gather(["a", "b", "c"].map((name) =>
    function* () {
      log(`${name}1`);
      yield* sleep(0);
      log(`${name}2`);
    }
  ));
}

test("Schedule of no choices is asyncio's own order", async () => {
  const { log, schedule } = await runWith([], three);
  assertEquals(log, ["a1", "b1", "c1", "a2", "b2", "c2"]);
  assertEquals([schedule.seed, schedule.order], [null, []]);
  assertEquals(schedule.choices, 4);
});

test("Schedule takes the choices of an order one by one", async () => {
  const { log, schedule } = await runWith([2, 1, 0, 1], three);
  assertEquals(log, ["c1", "b1", "a1", "c2", "a2", "b2"]);
  assertEquals(schedule.order, [2, 1, 0, 1]);
});

test("Schedule takes a choice beyond the last entry for the last", async () => {
  const { log, schedule } = await runWith([9, 9], three);
  assertEquals(log.slice(0, 3), ["c1", "b1", "a1"]);
  assertEquals(schedule.order, [2, 1]);
});

test("Schedule gives the same run of the same seed, and of the order that came of it", async () => {
  const logs = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const { log, schedule } = await runWith(seed, three);
    assertEquals((await runWith(seed, three)).log, log);
    assertEquals((await runWith(schedule.order, three)).log, log);
    assertEquals(schedule.seed, seed);
    logs.add(log.join());
  }
  assert(logs.size > 10, `${logs.size} orders of 36 in 40 seeds`);
});

test("Schedule leaves an iteration one: what became ready in it waits for the next", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { log } = await runWith(seed, three);
    assertEquals(log.slice(0, 3).sort(), ["a1", "b1", "c1"]);
  }
});

test('Schedule with the freedom "ready" lets a step wait while others make many', async () => {
  const logs = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    logs.add((await runWith(seed, three, { freedom: "ready" })).log.slice(0, 2).join());
  }
  assert(logs.has("a1,a2") || logs.has("b1,b2") || logs.has("c1,c2"));
});

test('Schedule with the freedom "ready" lets nobody wait for ever', async () => {
  for (let seed = 0; seed < 30; seed++) {
    const { log } = await runWith(seed, function* (log) {
      let isOver = false;
      const spinner = createTask(function* () {
        while (!isOver) yield* sleep(0);
      });
      yield* gather([spinner, function* () {
        for (let step = 0; step < 5; step++) yield* sleep(0);
        isOver = true;
        log("over");
      }]);
    }, { freedom: "ready" });
    assertEquals(log, ["over"]);
  }
});

test("Schedule keeps the order of callbacks, and what became ready after one behind it", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { log } = await runWith(seed, function* (log, loop) {
      loop.callSoon(() => log("1"));
      loop.callSoon(() => log("2"));
      createTask(function* () {
        log("task");
      });
      loop.callSoon(() => log("3"));
      yield* sleep(1);
    });
    assertEquals(log.filter((entry) => entry !== "task"), ["1", "2", "3"]);
    assert(log.indexOf("task") >= 2, log.join());
  }
});

test("Schedule lets a task find the work of the callbacks added before it waited", async () => {
  for (let seed = 0; seed < 60; seed++) {
    await runWith(seed, function* () {
      const running = new Set<unknown>();
      yield* gather([0, 0, 1].map((delay) =>
        function* () {
          const task = createTask(() => sleep(delay));
          running.add(task);
          task.addDoneCallback((done) => running.delete(done));
          yield* task;
          assert(!running.has(task));
        }
      ));
    });
  }
});

test("Schedule lets a task be late behind callbacks", async () => {
  const logs = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const { log } = await runWith(seed, function* (log, loop) {
      createTask(function* () {
        log("task");
      });
      loop.callSoon(() => log("call"));
      yield* sleep(1);
    });
    logs.add(log.join());
  }
  assertEquals([...logs].sort(), ["call,task", "task,call"]);
});

test("Schedule runs timers of the same deadline in any order, and no others", async () => {
  const logs = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const { log } = await runWith(seed, function* (log, loop) {
      loop.callLater(2, () => log("late"));
      for (const name of ["x", "y"]) loop.callLater(1, () => log(name));
      yield* sleep(3);
    });
    logs.add(log.join());
  }
  assertEquals([...logs].sort(), ["x,y,late", "y,x,late"]);
});

test("Schedule is kept from nothing by a callback that was cancelled", async () => {
  const { schedule } = await runWith([1], function* (log, loop) {
    createTask(function* () {
      log("first");
    });
    loop.callSoon(() => log("never")).cancel();
    createTask(function* () {
      log("second");
    });
    yield* sleep(1);
  }, { keepSteps: true });
  assertEquals(schedule.steps[1]!.choice, 1);
  assertEquals(schedule.steps.filter(({ ready }) => ready.length > 0).length, 1);
});

test("Schedule.steps tells what ran and what else might have", async () => {
  const { schedule } = await runWith([1], function* (_log, loop) {
    const future = new Future<void>();
    loop.callSoon(function settle() {
      future.setResult();
    });
    const tasks = ["left", "right"].map((name) => createTask(() => future, { name }));
    for (const task of tasks) yield* task;
  }, { keepSteps: true });
  assertEquals(schedule.steps.slice(0, 5), [
    { ran: "main", ready: [], choice: 0 },
    { ran: "settle()", ready: [], choice: 0 },
    { ran: "right", ready: ["left"], choice: 1 },
    { ran: "left", ready: [], choice: 0 },
    ...schedule.steps.slice(4, 5),
  ]);
});

test("Schedule.steps is empty where they were not to be kept", async () => {
  assertEquals((await runWith(1, three)).schedule.steps, []);
});

test("Schedule decides on a loop by the real clock, too", async () => {
  const schedule = new Schedule([1]);
  const loop = newEventLoop({ schedule });
  const log: string[] = [];
  await loop.runUntilComplete(function* () {
    yield* gather(["a", "b"].map((name) =>
      function* () {
        assertEquals(getRunningLoop(), loop);
        log.push(name);
      }
    ));
  });
  loop.close();
  assertEquals(log, ["b", "a"]);
});

test("Schedule refuses what is neither a seed nor an order", () => {
  for (const wrong of [0.5, NaN, [-1], [0.5], ["1"], "1", null, undefined]) {
    assertThrows(
      () => new Schedule(wrong as never),
      TypeError,
      "a seed must be a whole number, an order a list of whole numbers from 0, got ",
    );
  }
  assertThrows(
    () => new Schedule(1, { freedom: "all" as never }),
    TypeError,
    'freedom must be "iteration" or "ready", got \'all\' (string)',
  );
});

test("Schedule is for one loop", () => {
  const schedule = new Schedule(1);
  newEventLoop({ schedule }).close();
  assertThrows(() => newEventLoop({ schedule }), TypeError, "a schedule is for one loop");
  assertThrows(
    () => newEventLoop({ schedule: 1 as never }),
    TypeError,
    "schedule must be a Schedule, got 1 (number)",
  );
});
