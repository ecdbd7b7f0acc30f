// kinds: generator, async
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  CancelledError,
  createTask,
  eagerTaskFactory,
  Event,
  fromPromise,
  getRunningLoop,
  newEventLoop,
  Queue,
  run,
  sleep,
  toThread,
  trace,
  ValueError,
  wait,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { checkTrace, type TraceEvent } from "../_support/trace_check.ts";
import { virtually } from "../_support/virtual.ts";

/** The events of a sound trace. */
function readEvents(text: string): readonly TraceEvent[] {
  const { problems, events } = checkTrace(text);
  assertEquals(problems, []);
  return events;
}

/** The numbers of the tasks of some name. */
function idOf(events: readonly TraceEvent[], name: string): unknown {
  return events.find((event) => event.cat === "task" && event.name === name)?.args?.["task"];
}

/** What is said of the steps of a task, in order. */
function stepsOf(events: readonly TraceEvent[], name: string): Record<string, unknown>[] {
  const id = idOf(events, name);
  return events.filter(({ cat, args }) => cat === "step" && args?.["task"] === id).map((event) => {
    const { task: _, ...rest } = event.args!;
    return rest;
  });
}

function spansOf(events: readonly TraceEvent[], cat: string): TraceEvent[] {
  return events.filter((event) => event.ph === "X" && event.cat === cat);
}

test("trace() records who made a task, who woke it, what it waits for, and how it ended", async () => {
  const text = await virtually(function* () {
    using recording = trace(getRunningLoop());
    const event = new Event();
    const waiter = createTask(() => event.wait(), { name: "waiter" });
    const setter = createTask(function* () {
      yield* sleep(0);
      event.set();
    }, { name: "setter" });
    const joiner = createTask(function* () {
      yield* waiter;
      throw new RangeError("no");
    }, { name: "joiner" });
    yield* setter;
    try {
      yield* joiner;
    } catch { /* as it should */ }
    return recording.toPerfetto();
  });
  const events = readEvents(text);
  const tasks = spansOf(events, "task");
  const main = tasks.find(({ args }) => !("created by" in args!))!.name;
  const named = tasks.filter(({ name }) => ["waiter", "setter", "joiner"].includes(name));
  assertEquals(
    named.map(({ name, args }) => [name, args!["created by"], args!["state"], args!["error"]]),
    [
      ["waiter", main, "finished", undefined],
      ["setter", main, "finished", undefined],
      ["joiner", main, "failed", "RangeError: no"],
    ],
  );
  assertEquals(stepsOf(events, "waiter").map((step) => step["created by"] ?? step["woken by"]), [
    main,
    "setter",
  ]);
  assertEquals(stepsOf(events, "joiner"), [
    { "created by": main, then: "waits for waiter" },
    { "woken by": "waiter", then: "failed" },
  ]);
  assertEquals(stepsOf(events, "setter").map(({ then }) => then), [
    "waits for the next iteration",
    "finished",
  ]);
});

test("trace() records who asked a task to end", async () => {
  const text = await virtually(function* () {
    using recording = trace(getRunningLoop());
    const victim = createTask(() => sleep(3600), { name: "victim" });
    yield* sleep(0);
    const killer = createTask(function* () {
      victim.cancel();
    }, { name: "killer" });
    yield* killer;
    try {
      yield* victim;
    } catch (error) {
      assert(error instanceof CancelledError);
    }
    return recording.toPerfetto();
  });
  const events = readEvents(text);
  assertEquals(stepsOf(events, "victim").at(-1), {
    "woken by": "killer",
    "cancelled by": "killer",
    then: "cancelled",
  });
  assertEquals(events.filter(({ ph, cat }) => ph === "s" && cat === "cancelled").length, 1);
});

test("trace() records callbacks and timers, with who asked for them", async () => {
  const text = await virtually(function* () {
    const loop = getRunningLoop();
    using recording = trace(loop);
    function atOnce() {}
    function afterwards() {}
    const asker = createTask(function* () {
      loop.callSoon(atOnce);
      loop.callLater(1, afterwards);
      yield* sleep(2);
    }, { name: "asker" });
    yield* asker;
    return recording.toPerfetto();
  });
  const events = readEvents(text);
  const soon = spansOf(events, "callback").find(({ name }) => name === "atOnce")!;
  assertEquals(soon.args, { "called for by": "asker" });
  const later = spansOf(events, "timer").find(({ name }) => name === "afterwards")!;
  assertEquals(later.args, { "timer set by": "asker" });
  // The sleeper is woken by its own timer.
  const [, woken] = stepsOf(events, "asker");
  assertEquals(String(woken!["woken by"]).startsWith("timer "), true);
});

test("trace() records turns of the loop, and the gaps between them", async () => {
  const text = await run(function* () {
    using recording = trace(getRunningLoop());
    let text: string;
    // On a busy machine the time may be over before the loop can be idle.
    do {
      yield* sleep(0.002);
      text = recording.toPerfetto();
    } while (spansOf(readEvents(text), "idle").length < 2);
    return text;
  });
  const events = readEvents(text);
  const turns = spansOf(events, "turn");
  assert(turns.length >= 3, `${turns.length} turns`);
  // A turn may end early on a busy machine, and the host has the thread then.
  const gaps = [...spansOf(events, "idle"), ...spansOf(events, "host")];
  assert(gaps.some(({ cat }) => cat === "idle"), "the sleeps leave the thread idle");
  // A page's clock may be too coarse to see that the host has the thread: then nothing lies between turns.
  const apart = turns.slice(1).filter(({ ts }, index) => {
    const { ts: begin, dur } = turns[index]!;
    return ts! - (begin! + dur!) > 0.001;
  });
  assertEquals(gaps.length, apart.length);
  assert(turns.slice(0, -1).every(({ args }) => /^(idle|yielded)$/.test(String(args!["then"]))));
});

test("trace() records an eager task's first step inside its maker's", async () => {
  const text = await virtually(function* () {
    const loop = getRunningLoop();
    using recording = trace(loop);
    loop.setTaskFactory(eagerTaskFactory);
    const maker = createTask(function* () {
      yield* sleep(0);
      yield* createTask(() => sleep(0), { name: "made" });
    }, { name: "maker" });
    yield* maker;
    return recording.toPerfetto();
  });
  const events = readEvents(text);
  assertEquals(stepsOf(events, "made")[0]!["created by"], "maker");
  assertEquals(stepsOf(events, "made").at(-1)!["then"], "finished");
});

test({
  name: "trace() records that a task waits for somebody else's promise",
  ...needs("asyncIdentity"),
  async fn() {
    const text = await run(function* () {
      using recording = trace(getRunningLoop());
      const { promise, resolve } = Promise.withResolvers<void>();
      const task = createTask(async () => {
        await promise;
        await sleep(0);
      }, { name: "foreign" });
      // The loop goes on when the task has come to rest.
      yield* sleep(0.001);
      resolve();
      yield* task;
      return recording.toPerfetto();
    });
    const events = readEvents(text);
    assertEquals(stepsOf(events, "foreign")[0]!["then"], "waits for a promise");
    assertEquals(stepsOf(events, "foreign").at(-1)!["then"], "finished");
  },
});

test("trace() records that somebody outside the loop woke a task", async () => {
  const text = await run(function* () {
    using recording = trace(getRunningLoop());
    const promise = () => new Promise((resolve) => setTimeout(resolve, 1));
    const task = createTask(() => fromPromise(promise), { name: "waiter" });
    yield* task;
    return recording.toPerfetto();
  });
  assertEquals(stepsOf(readEvents(text), "waiter").at(-1)!["woken by"], "the host");
});

test({
  name: "trace() records jobs on their threads, with who submitted them",
  ...needs("workers"),
  async fn() {
    const text = await run(function* () {
      using recording = trace(getRunningLoop());
      const task = createTask(
        () =>
          toThread(function double(n: number) {
            return 2 * n;
          }, 21),
        { name: "submitter" },
      );
      assertEquals(yield* task, 42);
      return recording.toPerfetto();
    });
    const { problems, flows, events } = checkTrace(text);
    assertEquals(problems, []);
    const [job] = spansOf(events, "job");
    assertEquals([job!.name, job!.args!["submitted by"]], ["double", "submitter"]);
    const lane = events.find(({ name, tid }) => name === "thread_name" && tid === job!.tid)!;
    assert(/_0$/.test(String(lane.args!["name"])), String(lane.args!["name"]));
    // From the task to the job, from the job to the callback that brings its result, and on to the task.
    assertEquals(flows["job"], 1);
    const callback = spansOf(events, "callback").find(({ args }) =>
      args!["called for by"] === "job double"
    );
    assert(callback !== undefined, "no callback came of the job");
  },
});

test("Trace keeps the newest segments, and tells how many were dropped", async () => {
  const [text, recorded, dropped] = await virtually(function* () {
    using recording = trace(getRunningLoop(), { capacity: 1000 });
    for (let n = 0; n < 3000; n++) yield* sleep(0);
    return [recording.toPerfetto(), recording.recorded, recording.dropped] as const;
  });
  const check = checkTrace(text);
  assertEquals(check.problems, []);
  assertEquals(dropped, recorded - 1000);
  assertEquals(check.dropped, dropped);
  const { step = 0, turn = 0, callback = 0, timer = 0, job = 0 } = check.spans;
  assertEquals(step + turn + callback + timer + job, 1000);
});

test("Trace.stop() ends the recording, and what goes on ends with it", async () => {
  const text = await virtually(function* () {
    const recording = trace(getRunningLoop());
    const task = createTask(() => sleep(1), { name: "waiting" });
    yield* sleep(0);
    recording.stop();
    recording.stop();
    const first = recording.toPerfetto();
    yield* createTask(() => sleep(0), { name: "unseen" });
    yield* task;
    assertEquals(recording.toPerfetto(), first);
    return first;
  });
  const events = readEvents(text);
  assertEquals(spansOf(events, "task").some(({ name }) => name === "unseen"), false);
  const waiting = spansOf(events, "task").find(({ name }) => name === "waiting")!;
  assertEquals(waiting.args!["state"], "pending");
});

test("a loop can have two traces at once", async () => {
  const [outer, inner] = await virtually(function* () {
    using all = trace(getRunningLoop());
    yield* createTask(() => sleep(0), { name: "first" });
    const part = trace(getRunningLoop());
    yield* createTask(() => sleep(0), { name: "second" });
    part.stop();
    yield* createTask(() => sleep(0), { name: "third" });
    return [all.toPerfetto(), part.toPerfetto()] as const;
  });
  const namesOf = (text: string) =>
    spansOf(readEvents(text), "task").map(({ name }) => name).filter((name) =>
      !name.startsWith("Task-")
    );
  assertEquals(namesOf(outer), ["first", "second", "third"]);
  assertEquals(namesOf(inner), ["second"]);
});

test("trace() tells the host's profiler of the steps, where asked to", async () => {
  performance.clearMeasures();
  await virtually(function* () {
    using _ = trace(getRunningLoop(), { measure: true });
    yield* createTask(() => sleep(0), { name: "measured" });
  });
  const names = performance.getEntriesByType("measure").map(({ name }) => name);
  performance.clearMeasures();
  assert(names.filter((name) => name === "measured").length >= 2, names.join());
});

test("a trace that was begun before the run has it all", async () => {
  const loop = newEventLoop();
  const recording = trace(loop);
  await loop.runUntilComplete(function* () {
    yield* createTask(() => sleep(0), { name: "seen" });
  });
  loop.close();
  recording.stop();
  const events = readEvents(recording.toPerfetto());
  assertEquals(spansOf(events, "task").map(({ args }) => args!["state"]), ["finished", "finished"]);
  assertEquals(spansOf(events, "turn").at(-1)!.args!["then"], "ended");
});

test("trace() says what is wrong with its arguments", () => {
  const loop = newEventLoop();
  assertThrows(() => trace(3 as never), TypeError, "loop must be an EventLoop, got 3 (number)");
  assertThrows(
    () => trace(loop, { capacity: 1.5 }),
    TypeError,
    "capacity must be a whole number, got 1.5 (number)",
  );
  assertThrows(
    () => trace(loop, { capacity: 10 }),
    ValueError,
    "capacity must be at least 1000, got 10",
  );
  loop.close();
});

/* generator only */
test({
  name: "trace() records where in their code tasks wait, where asked to",
  ...needs("sources"),
  async fn() {
    function* innermostWait() {
      yield* sleep(1);
    }
    function* outermostWait() {
      yield* innermostWait();
    }
    const text = await virtually(function* () {
      using recording = trace(getRunningLoop(), { stacks: true });
      yield* createTask(outermostWait(), { name: "waiting" });
      return recording.toPerfetto();
    });
    const events = readEvents(text);
    const [step] = stepsOf(events, "waiting");
    assertMatch(String(step!["at"]), /^(?:.*\.)?innermostWait \(trace_test\.\w+:\d+\)$/);
    const wait = spansOf(events, "wait").find(({ args }) => args!["at"] === step!["at"]);
    assertEquals(wait!.name, "sleep");
    const task = spansOf(events, "task").find(({ name }) => name === "waiting");
    assertMatch(String(task!.args!["coroutine"]), /outermostWait$/);
  },
});

test("trace() names what a task waits for: a lock's, a queue's method, another task", async () => {
  const text = await virtually(function* () {
    using recording = trace(getRunningLoop());
    const getter = createTask(() => new Queue().get(), { name: "getter" });
    yield* sleep(0);
    getter.cancel();
    yield* wait([getter]);
    return recording.toPerfetto();
  });
  assertEquals(stepsOf(readEvents(text), "getter")[0]!["then"], "waits for Queue.get");
});
