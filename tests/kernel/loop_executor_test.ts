/** The loop and its default executor, with an executor that has no workers. */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  CancelledError,
  ConcurrentFuture,
  type EventLoop,
  Executor,
  type ExecutorShutdownOptions,
  type JobResult,
  newEventLoop,
  RuntimeError,
  VirtualClock,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** Runs its jobs at once, and is shut down when its test says so. */
class FakeExecutor extends Executor {
  readonly log: string[] = [];
  readonly #shutDown = new ConcurrentFuture<void>();

  submit<A extends unknown[], R>(job: unknown, ...args: A): ConcurrentFuture<JobResult<R>> {
    const future = new ConcurrentFuture<JobResult<R>>();
    future.setResult((job as (...args: A) => JobResult<R>)(...args));
    return future;
  }

  shutdown({ wait = true }: ExecutorShutdownOptions = {}): ConcurrentFuture<void> {
    this.log.push(`shutdown, ${wait ? "waiting" : "not waiting"}`);
    if (wait) return this.#shutDown;
    const done = new ConcurrentFuture<void>();
    done.setResult();
    return done;
  }

  /** Ends what {@linkcode shutdown} waits for. */
  end(): void {
    this.#shutDown.setResult();
  }
}

function virtualLoop(): EventLoop {
  return newEventLoop({ clock: new VirtualClock() });
}

/** What is written to the console meanwhile. */
async function errorsWritten(body: () => Promise<unknown>): Promise<string[]> {
  const { error } = console;
  const written: string[] = [];
  console.error = (...all: unknown[]) => written.push(all.join(" "));
  try {
    await body();
  } finally {
    console.error = error;
  }
  return written;
}

test("EventLoop.setDefaultExecutor() sets who runs the jobs of runInExecutor(null, …)", async () => {
  const loop = virtualLoop();
  const executor = new FakeExecutor();
  loop.setDefaultExecutor(executor);
  const sum = loop.runInExecutor(null, (a: number, b: number) => a + b, 40, 2);
  assertEquals(await loop.runUntilComplete(sum), 42);
  loop.close();
  assertEquals(executor.log, ["shutdown, not waiting"]);
});

test("EventLoop.setDefaultExecutor() refuses what is no executor", () => {
  const loop = virtualLoop();
  for (const executor of [42, null, {}, () => {}]) {
    assertThrows(() => loop.setDefaultExecutor(executor as never), TypeError);
  }
  loop.close();
});

test("EventLoop.shutdownDefaultExecutor() waits for the executor's end", async () => {
  const loop = virtualLoop();
  const executor = new FakeExecutor();
  loop.setDefaultExecutor(executor);
  const ending = loop.createTask(loop.shutdownDefaultExecutor());
  loop.callLater(1, () => executor.end());
  await loop.runUntilComplete(ending);
  assertEquals([executor.log, loop.time() >= 1], [["shutdown, waiting"], true]);
  loop.close();
});

test("EventLoop.shutdownDefaultExecutor() waits without a task of its own, as long as it is not cancelled", async () => {
  const loop = virtualLoop();
  const executor = new FakeExecutor();
  loop.setDefaultExecutor(executor);
  const ending = loop.createTask(loop.shutdownDefaultExecutor(60));
  const seen: unknown[] = [];
  loop.callLater(1, () => {
    seen.push(...allTasks(loop));
    ending.cancel();
  });
  await assertRejects(() => loop.runUntilComplete(ending), CancelledError);
  assertEquals([seen, executor.log], [[ending], ["shutdown, waiting"]]);
  executor.end();
  loop.close();
});

test("EventLoop.shutdownDefaultExecutor() with a timeout gives up, and says so", async () => {
  const loop = virtualLoop();
  const executor = new FakeExecutor();
  loop.setDefaultExecutor(executor);
  const written = await errorsWritten(() =>
    loop.runUntilComplete(loop.shutdownDefaultExecutor(0.01))
  );
  assertEquals(written.length, 1);
  assert(written[0]?.includes("The executor did not finishing joining its threads"), written[0]);
  assertEquals(executor.log, ["shutdown, waiting", "shutdown, not waiting"]);
  executor.end();
  loop.close();
});

test("EventLoop.runInExecutor() after the shutdown of the executor is a RuntimeError", async () => {
  const loop = virtualLoop();
  const executor = new FakeExecutor();
  executor.end();
  loop.setDefaultExecutor(executor);
  await loop.runUntilComplete(loop.shutdownDefaultExecutor());
  assertThrows(
    () => loop.runInExecutor(null, () => 1),
    RuntimeError,
    "Executor shutdown has been called",
  );
  loop.close();
});

test("EventLoop.runInExecutor() runs in the executor given", async () => {
  const loop = virtualLoop();
  const executor = new FakeExecutor();
  const future = loop.runInExecutor(executor, (name: string) => `hello, ${name}`, "ann");
  assertEquals(await loop.runUntilComplete(future), "hello, ann");
  assertStrictEquals(future.getLoop(), loop);
  loop.close();
  assertEquals(executor.log, []);
});

test("EventLoop.shutdownDefaultExecutor() refuses a timeout that is none", async () => {
  const loop = virtualLoop();
  assertThrows(() => loop.shutdownDefaultExecutor("1" as never), TypeError);
  await loop.runUntilComplete(loop.shutdownDefaultExecutor());
  loop.close();
});
