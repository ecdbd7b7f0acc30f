// kinds: generator, async
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ContextVar,
  createTask,
  getRunningLoop,
  run,
  RuntimeError,
  sleep,
  ThreadPoolExecutor,
  toThread,
  workerFunction,
} from "../../mod.ts";
import { InlineExecutor } from "../concurrent/inline_executor.ts";
import { needs, test } from "../_support/harness.ts";
import type * as contextJobs from "./context_jobs.ts";
import type * as jobs from "./jobs.ts";

const jobsModule = new URL("./jobs.ts", import.meta.url);

test({
  name: "toThread() runs a function in the default executor, in either kind of coroutine",
  ...needs("workers"),
  async fn() {
    const add = workerFunction<typeof jobs.add>(jobsModule, "add");
    assertEquals(
      await run(function* () {
        return yield* toThread(add, 20, 22);
      }),
      42,
    );
    assertEquals(await run(async () => await toThread((text: string) => text.length, "four")), 4);
  },
});

test({
  name: "toThread() is lazy",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      const lazy = toThread(42 as never);
      yield* sleep(0);
      try {
        yield* lazy;
      } catch (error) {
        assert(String(error).includes("toThread() expects a function, got 42 (number)"));
      }
    });
  },
});

test("toThread() needs a running loop", async () => {
  await assertRejects(async () => await toThread(() => 1), RuntimeError, "no running event loop");
});

test({
  name: "toThread() stops its job when the task is cancelled",
  ...needs("workers"),
  async fn() {
    const untilAborted = workerFunction<typeof jobs.untilAborted>(jobsModule, "untilAborted");
    // The run would wait for the executor's shutdown for ever if the job went on.
    await run(function* () {
      const task = createTask(() => toThread(untilAborted));
      yield* sleep(0.05);
      task.cancel();
      while (!task.done()) yield* sleep(0);
      assert(task.cancelled());
    });
  },
});

/** This module, as workers have it. */
declare const asyncio: typeof import("../../mod.ts");

const contextModule = new URL("./context_jobs.ts", import.meta.url);
const request = new ContextVar<unknown>("request", { module: contextModule });
const readVariables = workerFunction<typeof contextJobs.readVariables>(
  contextModule,
  "readVariables",
);

/** Gives the loop that runs a default executor of one thread, so that jobs meet what is left there. */
function useOneThread(): void {
  getRunningLoop().setDefaultExecutor(new ThreadPoolExecutor({ maxWorkers: 1 }));
}

test({
  name: "toThread() takes the values of variables with a module along, to either kind of coroutine",
  ...needs("workers"),
  async fn() {
    const readInCoroutine = workerFunction<typeof contextJobs.readInCoroutine>(
      contextModule,
      "readInCoroutine",
    );
    const local = new ContextVar<string>("local");
    await run(function* () {
      useOneThread();
      local.set("stays");
      request.set("first");
      assertEquals(yield* toThread(readVariables), ["first", "none"]);
      const lazy = toThread(readVariables);
      request.set("second");
      assertEquals(yield* lazy, ["second", "none"]);
      assertEquals(yield* toThread(readInCoroutine), ["second", "second"]);
    });
  },
});

test({
  name:
    "toThread() runs its function in a context of its own: what that sets is seen by nobody else",
  ...needs("workers"),
  async fn() {
    const setVariable = workerFunction<typeof contextJobs.setVariable>(
      contextModule,
      "setVariable",
    );
    await run(function* () {
      useOneThread();
      request.set("mine");
      assertEquals(yield* toThread(setVariable, "theirs"), "mine");
      assertEquals(request.get(), "mine");
      yield* createTask(function* () {
        request.set("another task's");
        assertEquals(yield* toThread(setVariable, "theirs"), "another task's");
      });
      assertEquals(yield* toThread(setVariable, "theirs"), "mine");
    });
  },
});

test({
  name: "toThread() leaves values behind that cannot be cloned",
  ...needs("workers"),
  async fn() {
    await run(function* () {
      request.set(() => "a function");
      assertEquals(yield* toThread(readVariables), ["none", "none"]);
    });
  },
});

test({
  name: "toThread() takes variables to a function that goes as source and names them itself",
  ...needs("workers"),
  async fn() {
    const user = new ContextVar("user", { module: "app:users", default: "nobody" });
    const [set, unset] = await run(function* () {
      const readUser = () =>
        new asyncio.ContextVar<string>("user", { module: "app:users" }).get("none");
      const unset = yield* toThread(readUser);
      user.set("ann");
      return [yield* toThread(readUser), unset];
    });
    assertEquals([set, unset], ["ann", "none"]);
  },
});

test("toThread() runs its function in the context where the executor stays in this thread", async () => {
  const local = new ContextVar("local", { default: "none" });
  await run(function* () {
    const executor = new InlineExecutor();
    getRunningLoop().setDefaultExecutor(executor);
    local.set("ours");
    const task = createTask(toThread(() => {
      const value = local.get();
      local.set("changed");
      return value;
    }));
    yield* sleep(0);
    executor.step();
    assertEquals([yield* task, local.get()], ["ours", "ours"]);
  });
});
