import { assertEquals, assertMatch } from "@std/assert";
import {
  type EventLoop,
  type ExceptionContext,
  logger,
  newEventLoop,
  sleep,
  VirtualClock,
} from "../../mod.ts";
import { collectGarbage } from "../_support/garbage.ts";
import { needs, test } from "../_support/harness.ts";

/** The reports of a loop's handler after `act` has done its work and all garbage was collected. */
async function reportsAfter(act: (loop: EventLoop) => void): Promise<ExceptionContext[]> {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  act(loop);
  await collectGarbage();
  loop.close();
  return reports;
}

test({
  name: "a failed future that is collected unseen is reported, with its error",
  ...needs("deno"),
  async fn() {
    const reports = await reportsAfter((loop) => {
      loop.createFuture().setException(new RangeError("unseen"));
    });
    assertEquals(reports.map(({ message }) => message), ["Future exception was never retrieved"]);
    // The record holds the error weakly: where it is gone, its text is reported.
    assertEquals(`${reports[0]!.exception}`, "RangeError: unseen");
  },
});

test({
  name: "a failed task that is collected unseen is reported",
  ...needs("deno"),
  async fn() {
    const reports = await reportsAfter((loop) => {
      loop.createTask(function* () {
        yield* sleep(0);
        throw new RangeError("unseen");
      });
      loop.runUntilCompleteSync(sleep(1));
    });
    assertEquals(reports.map(({ message }) => message), ["Task exception was never retrieved"]);
  },
});

test({
  name:
    "a failure whose future is collected is logged as any other: the future, the error, its stack and causes",
  ...needs("deno"),
  async fn() {
    class BadGateway extends RangeError {
      override name = "BadGateway";
    }
    const loop = newEventLoop({ clock: new VirtualClock() });
    const logged: string[] = [];
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((loop, context) => {
      reports.push(context);
      loop.defaultExceptionHandler(context);
    });
    logger.setSink(({ message }) => logged.push(message));
    try {
      (() => {
        loop.createTask(function* ask() {
          yield* sleep(0);
          throw new BadGateway("gone", { cause: new TypeError("why") });
        }, { name: "asking" });
        loop.runUntilCompleteSync(sleep(1));
        loop.createFuture().setException(new RangeError("bare"));
      })();
      await collectGarbage();
    } finally {
      logger.setSink(null);
    }
    const [task, future] = [...logged].sort().reverse().map((text) => text.split("\n"));
    assertEquals(task!.slice(0, 3), [
      "Task exception was never retrieved",
      "future: <Task finished name='asking' coro=<function ask> exception=BadGateway('gone')>",
      "BadGateway: gone",
    ]);
    assertMatch(task![3]!, /^ +at ask .*unretrieved_test/);
    assertEquals(task!.includes("Caused by: TypeError: why"), true);
    assertEquals(future!.slice(0, 3), [
      "Future exception was never retrieved",
      "future: <Future finished exception=RangeError('bare')>",
      "RangeError: bare",
    ]);
    assertEquals(
      reports.map(({ exception }) => [exception instanceof RangeError, `${exception}`]).sort(),
      [[true, "BadGateway: gone"], [true, "RangeError: bare"]],
    );
    loop.close();
    assertEquals(logged.length, 2);
  },
});

test({
  name: "of very many failures that nobody saw the first alone are told with stacks",
  ...needs("deno"),
  async fn() {
    const stacks: boolean[] = [];
    const loop = newEventLoop({ clock: new VirtualClock() });
    loop.setExceptionHandler((_loop, { message, exception, future }) => {
      assertEquals(message, "Future exception was never retrieved");
      assertEquals(`${exception}`, "RangeError: unseen");
      assertEquals(`${future}`, "<Future finished exception=RangeError('unseen')>");
      stacks.push(exception instanceof Error);
    });
    (() => {
      for (let n = 0; n < 90; n++) loop.createFuture().setException(new RangeError("unseen"));
    })();
    await null;
    (() => {
      for (let n = 0; n < 90; n++) loop.createFuture().setException(new RangeError("unseen"));
    })();
    await collectGarbage();
    loop.close();
    assertEquals(stacks.filter(Boolean).length, 90);
    assertEquals(stacks.length, 180);
  },
});

test("what is thrown that is no error is told as it is, be it null", async () => {
  for (const thrown of [null, undefined, 0, "text"]) {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const logged: string[] = [];
    loop.createTask(() => {
      throw thrown;
    });
    await loop.runUntilComplete(sleep(1));
    logger.setSink(({ message }) => logged.push(message));
    try {
      loop.close();
    } finally {
      logger.setSink(null);
    }
    const shown = typeof thrown === "string" ? `'${thrown}'` : `${thrown}`;
    assertEquals(logged.map((text) => text.split("\n").at(-1)), [shown]);
  }
});

test({
  name: "a failed task of an async function that is collected unseen is reported",
  ...needs("deno"),
  async fn() {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const reports: string[] = [];
    loop.setExceptionHandler((_loop, { message, exception }) => {
      reports.push(`${message}: ${exception}`);
    });
    loop.createTask(async () => {
      await sleep(0);
      throw new RangeError("unseen");
    });
    await loop.runUntilComplete(sleep(1));
    await collectGarbage();
    assertEquals(reports, ["Task exception was never retrieved: RangeError: unseen"]);
    loop.close();
    assertEquals(reports.length, 1);
  },
});

test({
  name: "a failed future is not reported once its error was seen, in whatever way",
  ...needs("deno"),
  async fn() {
    const reports = await reportsAfter((loop) => {
      const failed = () => {
        const future = loop.createFuture();
        future.setException(new RangeError("seen"));
        return future;
      };
      failed().exception();
      try {
        failed().result();
      } catch {
        // Seen.
      }
      try {
        loop.runUntilCompleteSync(failed());
      } catch {
        // Seen.
      }
      failed().cancel();
      loop.runUntilCompleteSync(function* () {
        try {
          yield* failed();
        } catch {
          // Seen.
        }
      });
    });
    assertEquals(reports, []);
  },
});

test({
  name: "a future that has a result or was cancelled is not reported",
  ...needs("deno"),
  async fn() {
    const reports = await reportsAfter((loop) => {
      loop.createFuture().setResult(1);
      loop.createFuture().cancel();
      loop.createFuture();
    });
    assertEquals(reports, []);
  },
});

test({
  name: "a failed future whose task was cancelled before it could look counts as seen",
  ...needs("deno"),
  async fn() {
    const reports = await reportsAfter((loop) => {
      const future = loop.createFuture();
      const task = loop.createTask(function* () {
        yield* future;
      });
      loop.runUntilCompleteSync(sleep(0));
      future.setException(new RangeError("overtaken"));
      task.cancel();
      loop.runUntilCompleteSync(sleep(1));
      assertEquals(task.cancelled(), true);
    });
    assertEquals(reports, []);
  },
});

test("an error that nobody saw until its loop is closed is reported then, once", () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const reports: string[] = [];
  loop.setExceptionHandler((_loop, { message, exception }) => {
    reports.push(`${message}: ${exception}`);
  });
  const [unseen, seen] = ["unseen", "seen"].map((name) =>
    loop.createTask(function* () {
      yield* sleep(1);
      throw new RangeError(name);
    })
  );
  loop.runUntilCompleteSync(sleep(2));
  seen!.exception();
  assertEquals(reports, []);
  loop.close();
  loop.close();
  assertEquals([reports, unseen!.done()], [
    ["Task exception was never retrieved: RangeError: unseen"],
    true,
  ]);
});

test("an error of an async function that nobody saw is reported once, and is no unhandled rejection", async () => {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const reports: string[] = [];
  loop.setExceptionHandler((_loop, { message, exception }) => {
    reports.push(`${message}: ${exception}`);
  });
  const fail = async (name: string) => {
    await sleep(1);
    throw new RangeError(name);
  };
  loop.createTask(() => fail("unseen"));
  const tasks = ["awaited", "caught", "raced"].map((name) => loop.createTask(() => fail(name)));
  const seen = [
    (async () => await tasks[0])().catch((error) => error.message),
    tasks[1]!.catch((error) => (error as Error).message),
    Promise.race([tasks[2]]).catch((error) => error.message),
  ];
  await loop.runUntilComplete(sleep(2));
  assertEquals(await Promise.all(seen), ["awaited", "caught", "raced"]);
  // Whoever runs the tests fails them for a rejection that nobody handled.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(reports, []);
  loop.close();
  assertEquals(reports, ["Task exception was never retrieved: RangeError: unseen"]);
});

test("a task ends by whatever is thrown, though no text can be made of it", async () => {
  const unreadable = Object.defineProperty(new Error("hidden"), "message", {
    get() {
      throw new RangeError("not to be read");
    },
  });
  for (const thrown of [Object.create(null), unreadable]) {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    const task = loop.createTask(() => {
      throw thrown;
    });
    await loop.runUntilComplete(sleep(1));
    assertEquals(task.done(), true);
    loop.close();
    assertEquals(reports.map(({ message, exception }) => [message, exception === thrown]), [
      ["Task exception was never retrieved", true],
    ]);
  }
});
