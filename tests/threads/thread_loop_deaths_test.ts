/** Every way in which a loop's thread can end, and what those get who wait for it. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  BrokenExecutor,
  type ConcurrentFuture,
  KeyboardInterrupt,
  run,
  runCoroutineThreadsafe,
  RuntimeError,
  SystemExit,
  ThreadLoop,
  workerFunction,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

interface Death {
  /** How the thread comes to its end. */
  how: string;
  /** Brings it about; called here. */
  kill(loop: ThreadLoop): void;
  /** What is said of it. */
  message: RegExp;
}

const errors = { SystemExit, KeyboardInterrupt };

const nap = workerFunction(() => asyncio.sleep(3600));

const deaths: Death[] = [
  {
    how: "a timer's error that nothing catches",
    kill: (loop) =>
      loop.callSoonThreadsafe(() => {
        setTimeout(() => {
          throw new RangeError("out of reach");
        });
      }),
    message: /^doomed threw an error that nothing caught: out of reach$/,
  },
  {
    how: "a rejection that nothing handles",
    kill: (loop) => loop.callSoonThreadsafe(() => void Promise.reject(new RangeError("unheard"))),
    message: /^doomed threw an error that nothing caught: unheard$/,
  },
  {
    how: "closing itself",
    kill: (loop) =>
      loop.callSoonThreadsafe(() => {
        const scope = globalThis as unknown as {
          Deno?: { exit(code: number): void };
          close(): void;
        };
        if (scope.Deno === undefined) scope.close();
        else scope.Deno.exit(7);
      }),
    message: /^doomed (exited with code 7|closed itself)$/,
  },
  {
    how: "terminate() while its loop waits",
    kill: (loop) => loop.terminate(),
    message: /^doomed was terminated$/,
  },
  {
    how: "terminate() while a function there does not return",
    kill(loop) {
      loop.callSoonThreadsafe(() => {
        while (true);
      });
      loop.terminate();
    },
    message: /^doomed was terminated$/,
  },
];

for (const { how, kill, message } of deaths) {
  test({
    name: `ThreadLoop ended by ${how} fails all who wait, and is closed`,
    ...needs("workers"),
    async fn() {
      const loop = new ThreadLoop({ name: "doomed" });
      const stopped = loop.runForever();
      const waiting = runCoroutineThreadsafe(nap(), loop);
      const awaiting = run(() => runCoroutineThreadsafe(nap(), loop));
      const cancelling = runCoroutineThreadsafe(
        workerFunction(async () => {
          try {
            await asyncio.sleep(3600);
          } finally {
            await asyncio.sleep(3600);
          }
        })(),
        loop,
      );
      await runCoroutineThreadsafe(workerFunction(() => asyncio.sleep(0))(), loop);
      cancelling.cancel();
      kill(loop);
      const unsent = callUnlessClosed(loop);
      const all: PromiseLike<unknown>[] = [stopped, waiting, cancelling, awaiting];
      if (unsent !== null) all.push(unsent);
      for (const future of all) {
        const error = await future.then(() => null, (error: unknown) => error);
        assertInstanceOf(error, BrokenExecutor);
        assert(message.test(error.message), error.message);
      }
      assertEquals([loop.isRunning(), loop.isClosed()], [false, true]);
      assertThrows(() => loop.stop(), RuntimeError, "Event loop is closed: doomed ");
      assertThrows(() => runCoroutineThreadsafe(nap(), loop), RuntimeError, "Event loop is closed");
      await loop.terminate();
      await loop.close();
    },
  });
}

/** A call that may still be on its way when the thread ends; `null` where that is known at once. */
function callUnlessClosed(loop: ThreadLoop): ConcurrentFuture<unknown> | null {
  return loop.isClosed() ? null : runCoroutineThreadsafe(nap(), loop);
}

test({
  name: "ThreadLoop.terminate() of a loop that was never used closes it",
  async fn() {
    const loop = new ThreadLoop({ name: "unborn" });
    await loop.terminate();
    assertThrows(() => loop.stop(), RuntimeError, "Event loop is closed: unborn was terminated");
  },
});

test({
  name: "ThreadLoop goes on after a callback that throws, which its exception handler is told",
  ...needs("workers"),
  async fn() {
    await using loop = new ThreadLoop();
    loop.runForever();
    loop.callSoonThreadsafe(() => {
      const scope = globalThis as { told?: string };
      asyncio.getRunningLoop().setExceptionHandler((_loop, { exception }) => {
        scope.told = String(exception);
      });
    });
    loop.callSoonThreadsafe(() => {
      throw new RangeError("handled there");
    });
    const told = workerFunction(async () => (globalThis as { told?: string }).told);
    assertEquals(await runCoroutineThreadsafe(told(), loop), "RangeError: handled there");
  },
});

for (const name of ["SystemExit", "KeyboardInterrupt"] as const) {
  test({
    name:
      `ThreadLoop ends by a ${name} of a coroutine, which its run throws, and leaves nobody waiting`,
    ...needs("workers"),
    async fn() {
      const loop = new ThreadLoop({ name: "leaving" });
      const stopped = loop.runForever();
      const waiting = runCoroutineThreadsafe(nap(), loop);
      const leave = workerFunction(async (name: "SystemExit" | "KeyboardInterrupt") => {
        await asyncio.sleep(0);
        throw new asyncio[name]("enough");
      });
      const leaving = runCoroutineThreadsafe(leave(name), loop);
      await assertRejects(async () => await leaving, errors[name], "enough");
      await assertRejects(async () => await stopped, errors[name], "enough");
      const lost = await assertRejects(
        async () => await waiting,
        BrokenExecutor,
        `leaving was ended by ${name}: enough`,
      );
      assertInstanceOf(lost.cause, errors[name]);
      assertEquals([loop.isRunning(), loop.isClosed()], [false, true]);
      assertThrows(
        () => runCoroutineThreadsafe(nap(), loop),
        RuntimeError,
        `Event loop is closed: leaving was ended by ${name}: enough`,
      );
      await assertRejects(async () => await loop.runForever(), RuntimeError, "is closed");
      await loop.close();
    },
  });

  test({
    name: `ThreadLoop ends by a ${name} of a callback, too`,
    ...needs("workers"),
    async fn() {
      await using loop = new ThreadLoop({ name: "leaving" });
      const stopped = loop.runForever();
      const waiting = runCoroutineThreadsafe(nap(), loop);
      loop.callSoonThreadsafe((name: "SystemExit" | "KeyboardInterrupt") => {
        throw new asyncio[name]("enough");
      }, name);
      await assertRejects(async () => await stopped, errors[name], "enough");
      await assertRejects(async () => await waiting, BrokenExecutor, "ended by");
      assert(loop.isClosed());
    },
  });
}
