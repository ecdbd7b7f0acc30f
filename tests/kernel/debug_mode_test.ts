// kinds: generator, async
import { assertEquals } from "@std/assert";
import {
  type CoroutineObject,
  createTask,
  currentTask,
  getRunningLoop,
  run,
  sleep,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

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
