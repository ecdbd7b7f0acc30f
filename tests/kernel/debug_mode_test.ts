// kinds: generator, async
import { assertEquals, assertMatch } from "@std/assert";
import { parseStack } from "../../lib/base/stack.ts";
import {
  asyncWith,
  type CoroutineObject,
  createTask,
  currentTask,
  type EventLoop,
  type ExceptionContext,
  getRunningLoop,
  Lock,
  newEventLoop,
  run,
  sleep,
  TaskGroup,
  timeout,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Runs a task that is cancelled while it sleeps, and gives what the exception handler was told. */
async function reportsOf(body: () => CoroutineObject<string>, debug: boolean): Promise<string[]> {
  const reports: string[] = [];
  await run(function* () {
    getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message));
    const task = createTask(body);
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
  }, { debug });
  return reports.map((message) => message.split(":")[0]!);
}

function* swallow(): CoroutineObject<string> {
  try {
    yield* sleep(60);
  } catch {
    // The mistake that is looked for.
  }
  return "as if nothing had happened";
}

function* takeBack(): CoroutineObject<string> {
  try {
    yield* sleep(60);
  } catch {
    currentTask()!.uncancel();
  }
  return "on purpose";
}

function* obey(): CoroutineObject<string> {
  yield* sleep(60);
  return "never";
}

test("in debug mode a task that swallowed its cancellation is reported", async () => {
  assertEquals(await reportsOf(swallow, true), ["Task swallowed its cancellation"]);
});

test("a task that took the request back, or ended by it, is not", async () => {
  assertEquals(await reportsOf(takeBack, true), []);
  assertEquals(await reportsOf(obey, true), []);
});

test("without debug mode nobody is told of a swallowed cancellation", async () => {
  assertEquals(await reportsOf(swallow, false), []);
});

/** A loop on a virtual clock, and what its exception handler is told. */
function watchedLoop(debug: boolean): [EventLoop, ExceptionContext[]] {
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setDebug(debug);
  const contexts: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => contexts.push(context));
  return [loop, contexts];
}

test("in debug mode tasks that are pending when their loop is closed are reported", async () => {
  const [loop, contexts] = watchedLoop(true);
  const task = loop.createTask(obey, { name: "left behind" });
  await loop.runUntilComplete(sleep(1));
  loop.close();
  loop.close();
  assertEquals(
    contexts.map((context) => [context.message, context.task === task]),
    [["Task was destroyed but it is pending!", true]],
  );
  assertEquals(contexts[0]!.sourceTraceback!.length > 0, true);
});

test("without debug mode, or when all are done, closing a loop reports nothing", async () => {
  for (const debug of [false, true]) {
    const [loop, contexts] = watchedLoop(debug);
    if (!debug) loop.createTask(obey);
    await loop.runUntilComplete(sleep(1));
    loop.close();
    assertEquals(contexts, []);
  }
});

/** What is reported of a lock that one task acquires and another releases. */
async function reportsOfLock(debug: boolean): Promise<string[]> {
  const reports: string[] = [];
  const lock = new Lock();
  await run(function* () {
    getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message));
    yield* createTask(() => lock.acquire(), { name: "holder" });
    createTask(() => lock.release(), { name: "thief" });
    yield* sleep(0);
    yield* asyncWith(lock, function* () {
      yield* sleep(0);
    });
    assertEquals(lock.locked(), false);
  }, { debug });
  return reports;
}

test("in debug mode a lock that another task releases than the one that holds it is reported", async () => {
  const reports = await reportsOfLock(true);
  assertEquals(reports.length, 1);
  assertMatch(
    reports[0]!,
    /^Lock released by who does not hold it: <Task finished name='holder'.* acquired it, and <Task pending name='thief'.* released it$/,
  );
  assertEquals(await reportsOfLock(false), []);
});

test("in debug mode a CancelledError tells where the coroutine was that it is thrown into", async () => {
  const stacks: string[] = [];
  await run(function* () {
    const task = createTask(function* sleepy() {
      try {
        yield* sleep(60);
      } catch (error) {
        stacks.push((error as Error).stack!);
        throw error;
      }
    });
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
  }, { debug: true });
  assertMatch(stacks[0]!, /sleepy/);
});

test("run() takes its debug mode from its option, else from the place", async () => {
  const seen: boolean[] = [];
  for (const debug of [true, false]) {
    await run(function* () {
      seen.push(getRunningLoop().getDebug());
      yield* sleep(0);
    }, { debug });
  }
  assertEquals(seen, [true, false]);
});

test({
  name: "ASYNCIO_DEBUG puts new loops into debug mode",
  ...needs("deno"),
  fn() {
    const seen = ["1", "0", ""].map((value) => {
      Deno.env.set("ASYNCIO_DEBUG", value);
      const loop = newEventLoop();
      loop.close();
      return loop.getDebug();
    });
    Deno.env.delete("ASYNCIO_DEBUG");
    assertEquals(seen, [true, false, false]);
  },
});

test({
  name: "?asyncio-debug in a page's address puts new loops into debug mode",
  ...needs("browser"),
  fn() {
    const { history } = globalThis as unknown as {
      history: { replaceState(state: null, title: string, url: string): void };
    };
    const before = location.href;
    const seen = ["?asyncio-debug", "?asyncio-debug=0", "?other"].map((search) => {
      history.replaceState(null, "", search);
      const loop = newEventLoop();
      loop.close();
      return loop.getDebug();
    });
    history.replaceState(null, "", before);
    assertEquals(seen, [true, false, false]);
  },
});

test({
  name:
    "in debug mode an error that the module throws at an async function's await names the function",
  ...needs("asyncStacks", "sources"),
  async fn() {
    const caught: string[][] = [];
    async function limited() {
      await timeout(1, () => sleep(60));
    }
    async function grouped() {
      await TaskGroup.run((group) => void group.createTask(failing));
    }
    async function failing() {
      await sleep(1);
      throw new Error("its own");
    }
    async function awaiting() {
      await createTask(failing);
    }
    await virtually(async () => {
      getRunningLoop().setDebug(true);
      for (const work of [limited, grouped, awaiting]) {
        try {
          await createTask(work);
        } catch (error) {
          const { name, stack } = error as Error;
          const frames = parseStack(stack!).map((frame) => frame.name);
          caught.push([
            name,
            ...frames.filter((name) => /^(limit|group|fail|await)(ed|ing)$/.test(name)),
          ]);
        }
      }
    });
    assertEquals(caught, [
      ["TimeoutError", "limited"],
      ["ExceptionGroup", "grouped"],
      ["Error", "failing"],
    ]);
  },
});
