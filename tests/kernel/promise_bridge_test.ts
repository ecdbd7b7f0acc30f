/** What `await` of the module's objects does, by tasks and by plain code. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  Awaitable,
  awaitable,
  coroutine,
  createTask,
  currentTask,
  type EventLoop,
  Future,
  gather,
  getRunningLoop,
  newEventLoop,
  run,
  RuntimeError,
  shield,
  sleep,
  type Task,
  timeout,
  VirtualClock,
  wait,
  waitFor,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";
import { virtually } from "../_support/virtual.ts";

const keepsIdentity = !needs("asyncIdentity").ignore;

class Kettle extends Awaitable<string> {
  *[awaitable]() {
    yield* sleep(1);
    return "tea";
  }
}

const twice = coroutine(function* (n: number) {
  yield* sleep(1);
  return 2 * n;
});

test("await works on everything the module hands out, and takes the loop's time", async () => {
  await virtually(async () => {
    const loop = getRunningLoop();
    const results: unknown[] = [];
    const take = async (subject: PromiseLike<unknown>) => results.push(await subject);
    const future = loop.createFuture<string>();
    loop.callLater(1, () => future.setResult("future"));
    await take(future);
    await take(createTask(sleep(1, "task")));
    await take(sleep(1, "sleep"));
    await take(gather([sleep(1, "a"), sleep(1, "b")]));
    await take(waitFor(sleep(1, "in time"), 2));
    await take(shield(sleep(1, "shielded")));
    await take(timeout(2, () => sleep(1, "body")));
    await take(twice(21));
    await take(new Kettle());
    assertEquals(results, [
      "future",
      "task",
      "sleep",
      ["a", "b"],
      "in time",
      "shielded",
      "body",
      42,
      "tea",
    ]);
    assertEquals(loop.time(), 9);
  });
});

test("what is lazy begins at its await, not at its making", async () => {
  await virtually(async () => {
    const loop = getRunningLoop();
    const lazy = [sleep(1), twice(1), waitFor(sleep(1), null), wait([sleep(1)])];
    await sleep(5);
    for (const each of lazy) await each;
    assertEquals(loop.time(), 9);
  });
});

test("a lazy object is awaited once", async () => {
  await virtually(async () => {
    for (const subject of [sleep(0, "x"), twice(1), waitFor(sleep(0), 1)]) {
      await subject;
      await assertRejects(
        async () => await subject,
        RuntimeError,
        "cannot reuse already awaited coroutine",
      );
    }
  });
});

test("an Awaitable of one's own may be awaited again and again", async () => {
  await virtually(async () => {
    const kettle = new Kettle();
    assertEquals([await kettle, await kettle], ["tea", "tea"]);
    assertEquals(getRunningLoop().time(), 2);
  });
});

test("an error of what is awaited is thrown at the await, the very same", async () => {
  await virtually(async () => {
    const error = new RangeError("no");
    const failing = coroutine(function* () {
      yield* sleep(0);
      throw error;
    });
    assertStrictEquals(await assertRejects(async () => await failing()), error);
    const atOnce = coroutine(function* () {
      throw error;
    });
    assertStrictEquals(await assertRejects(async () => await atOnce()), error);
  });
});

test("await of what is lazy by plain code is a RuntimeError", async () => {
  for (const subject of [sleep(1), twice(1), new Kettle(), waitFor(sleep(1), null)]) {
    const error = await assertRejects(async () => await subject, RuntimeError);
    assertEquals(
      error.message.replace(`${subject}`, "it"),
      "no running event loop: it can be awaited by a task alone, " +
        "expected await in a coroutine that a loop runs, or run(); an async function is given itself, " +
        "for its task to call it: run(main), createTask(work), gather([() => work(1)])" +
        (keepsIdentity ? "" : "; behind a promise of others, await fromPromise(promise)"),
    );
  }
});

test("what is asked for behind a foreign promise is had, or the error names fromPromise()", async () => {
  const asked = [() => sleep(0), () => createTask(sleep(0)), () => gather([sleep(0)])];
  for (const ask of asked) {
    // A message comes before the loop can tell that the function rests, or after.
    const main = async () => {
      const { port1, port2 } = new MessageChannel();
      await new Promise((resolve) => {
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
      port1.close();
      await ask();
      return "went on";
    };
    const outcome = await run(main).catch((error) => error.message);
    if (keepsIdentity) assertEquals(outcome, "went on");
    else assertStringIncludes(outcome, "await fromPromise(promise)");
  }
});

test("a lazy object that plain code failed to await can still be run", async () => {
  const nap = sleep(0, "slept");
  await assertRejects(async () => await nap, RuntimeError, "no running event loop");
  assertEquals(await run(nap), "slept");
});

test("plain code awaits a task, beside other plain code", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const task = loop.createTask(sleep(3, "done"));
  const others = [task.then((value) => `then ${value}`), (async () => `await ${await task}`)()];
  const end = loop.runUntilComplete(task);
  assertEquals(await task, "done");
  assertEquals(await Promise.all(others), ["then done", "await done"]);
  assertEquals(await end, "done");
  loop.close();
});

test("plain code may not tell itself from no task at all", async () => {
  // A helper that plain code calls while a loop is idle belongs to none of the loop's tasks.
  const loop = newEventLoop();
  const future = loop.createFuture<string>();
  const task = loop.createTask(async () => await future);
  const end = loop.runUntilComplete(task);
  await new Promise((resolve) => setTimeout(resolve, 1));
  await assertRejects(async () => await sleep(1), RuntimeError, "no running event loop");
  future.setResult("end");
  assertEquals(await end, "end");
  loop.close();
});

/** An async function's task that has the thread most of the time, until it is cancelled. */
function busyTask(loop: EventLoop): Task<void> {
  return loop.createTask(async (): Promise<void> => {
    for (;;) {
      await sleep(0);
      for (let microtask = 0; microtask < 5; microtask++) await null;
    }
  });
}

/** Whether a loop runs this code, or a task of it. */
function isRunByLoop(): boolean {
  try {
    getRunningLoop();
    return true;
  } catch {
    return false;
  }
}

test("plain code that goes on from a task's end is no part of the task that runs then", async () => {
  for (let microtasks = 0; microtasks < 10; microtasks++) {
    const loop = newEventLoop();
    const release = loop.createFuture<string>();
    const first = loop.createTask(sleep(0, "first"));
    const second = loop.createTask(async () => await release);
    const busy = busyTask(loop);
    const end = loop.runUntilComplete(second);
    assertEquals(await first, "first");
    for (let microtask = 0; microtask < microtasks; microtask++) await null;
    assertEquals(isRunByLoop(), false);
    const waiting = Promise.resolve(second);
    busy.cancel();
    await until(() => busy.done());
    assertEquals([busy.cancelled(), second.done()], [true, false]);
    release.setResult("second");
    assertEquals([await waiting, await end], ["second", "second"]);
    loop.close();
  }
});

test("plain code that wakes a loop and goes on is no part of the task that it woke", async () => {
  const loop = newEventLoop();
  const signal = loop.createFuture<void>();
  const woken = loop.createTask(async () => {
    await signal;
    for (let microtask = 0; microtask < 50; microtask++) await null;
  });
  const end = loop.runUntilComplete(woken);
  await new Promise((resolve) => setTimeout(resolve, 1));
  signal.setResult();
  for (let microtask = 0; microtask < 20; microtask++) {
    await null;
    assertEquals([microtask, isRunByLoop()], [microtask, false]);
  }
  await end;
  loop.close();
});

test("an async helper that a generator coroutine calls on the side is no part of its task", async () => {
  await virtually(function* () {
    const future = new Future<string>();
    const log: string[] = [];
    const helper = async () => {
      log.push(`helper: ${await future}`);
    };
    const aside = helper();
    log.push("goes on at once");
    yield* sleep(1);
    assertEquals(log, ["goes on at once"]);
    future.setResult("set");
    // The helper is plain code: it goes on in a microtask, when the loop lets the host have one.
    yield* timeout(10, async () => await Promise.resolve(aside));
    assertEquals(log, ["goes on at once", "helper: set"]);
    assert(currentTask() !== null);
  });
});

test("Promise combinators take what is lazy as one task's awaits", async () => {
  await virtually(async () => {
    const self = currentTask();
    const seen: unknown[] = [];
    const look = coroutine(function* (name: string, delay: number) {
      yield* sleep(delay);
      seen.push([name, currentTask() === self]);
      return name;
    });
    assertEquals(await Promise.all([look("b", 2), look("a", 1)]), ["b", "a"]);
    assertEquals(await Promise.race([look("d", 2), look("c", 1)]), "c");
    assertEquals(
      await Promise.allSettled([look("e", 1), sleep(NaN)]).then((all) =>
        all.map(({ status }) => status)
      ),
      ["fulfilled", "rejected"],
    );
    assertEquals(await Promise.any([sleep(NaN), look("f", 1)]), "f");
    assertEquals(seen, [["a", true], ["b", true], ["c", true], ["d", true], ["e", true], [
      "f",
      true,
    ]]);
  });
});

test("catch() and finally() of what is lazy make promises, and the awaits are the task's", async () => {
  const log: unknown[] = [];
  await virtually(async () => {
    const failing = coroutine(function* (): Generator<never, string, unknown> {
      throw new URIError("bad");
    });
    const all = await Promise.all([
      sleep(2, "slept").catch(() => "failed"),
      sleep(1, 1).finally(() => log.push(`finally at ${getRunningLoop().time()}`)),
      failing().catch((error: Error) => error.name),
      new Kettle().catch(null).finally(null),
    ]);
    assertEquals(all, ["slept", 1, "URIError", "tea"]);
    await assertRejects(() => failing().finally(() => log.push("finally")), URIError, "bad");
    const task = createTask(() => sleep(10).catch((error: Error) => log.push(error.name)));
    await sleep(1);
    task.cancel();
    await wait([task]);
  });
  assertEquals(log, ["finally at 1", "finally", "CancelledError"]);
});

test("catch() of what is lazy, in plain code, is given the error of its await there", async () => {
  const error = await sleep(1).catch((error: Error) => error);
  assert(error instanceof RuntimeError);
});

test("a value that an async function returns is flattened, as promises do", async () => {
  await virtually(async () => {
    const inner = createTask(sleep(1, "inner"));
    assertEquals(await createTask(async () => inner), "inner");
    const lazy = await createTask(async () => sleep(1, "lazy"));
    assertEquals(lazy, "lazy");
  });
});

test("run() gives plain code the result of what its coroutine returned", async () => {
  const result = await run(async () => {
    const task = createTask(sleep(0, "task"));
    return task;
  });
  assertEquals(result, "task");
});
