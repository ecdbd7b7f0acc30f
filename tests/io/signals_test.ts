import { assertEquals, assertThrows } from "@std/assert";
import {
  ContextVar,
  currentTask,
  EventLoop,
  getRunningLoop,
  newEventLoop,
  NotSupportedError,
  run,
  RuntimeError,
  sleep,
  ValueError,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** Sends this process a signal, and waits until the loop has had it. */
function* send(signal: Deno.Signal, isHere: () => boolean) {
  Deno.kill(Deno.pid, signal);
  while (!isHere()) yield* sleep(0.001);
}

test({
  name:
    "EventLoop.addSignalHandler() has the loop call a function at each signal, with its arguments, in its context",
  ...needs("signals"),
  async fn() {
    const name = new ContextVar<string>("name");
    const seen: unknown[] = [];
    await run(function* () {
      const loop = getRunningLoop();
      const token = name.set("set");
      loop.addSignalHandler(
        "SIGUSR1",
        (...args) => seen.push([...args, name.get("none")]),
        1,
        "two",
      );
      name.reset(token);
      yield* send("SIGUSR1", () => seen.length === 1);
      yield* send("SIGUSR1", () => seen.length === 2);
    });
    assertEquals(seen, [[1, "two", "set"], [1, "two", "set"]]);
  },
});

test({
  name: "EventLoop.addSignalHandler() puts a function in the place of the one before",
  ...needs("signals"),
  async fn() {
    const seen: string[] = [];
    await run(function* () {
      const loop = getRunningLoop();
      loop.addSignalHandler("SIGUSR1", () => seen.push("first"));
      loop.addSignalHandler("SIGUSR1", () => seen.push("second"));
      yield* send("SIGUSR1", () => seen.length > 0);
      yield* sleep(0.001);
      assertEquals(loop.removeSignalHandler("SIGUSR1"), true);
      assertEquals(loop.removeSignalHandler("SIGUSR1"), false);
    });
    assertEquals(seen, ["second"]);
  },
});

test({
  name: "EventLoop.addSignalHandler() reports the error of what it calls, and the loop goes on",
  ...needs("signals"),
  async fn() {
    const seen: unknown[] = [];
    await run(function* () {
      const loop = getRunningLoop();
      loop.setExceptionHandler((_, { message, exception }) => seen.push([message, `${exception}`]));
      loop.addSignalHandler("SIGUSR1", function boom() {
        throw new ValueError("boom");
      });
      yield* send("SIGUSR1", () => seen.length === 1);
      assertEquals(currentTask()?.done(), false);
    });
    assertEquals(seen, [["Exception in callback boom()", "ValueError: boom"]]);
  },
});

test({
  name: "EventLoop.close() gives the signals back",
  ...needs("signals"),
  async fn() {
    const seen: string[] = [];
    const loop = newEventLoop();
    loop.addSignalHandler("SIGUSR2", () => seen.push("closed"));
    loop.close();
    // It would end the process if nobody listened.
    await run(function* () {
      getRunningLoop().addSignalHandler("SIGUSR2", () => seen.push("open"));
      yield* send("SIGUSR2", () => seen.length > 0);
      yield* sleep(0.001);
    });
    assertEquals(seen, ["open"]);
  },
});

test({
  name:
    "EventLoop.addSignalHandler() refuses what is no signal, what cannot be caught, and coroutines",
  ...needs("signals"),
  fn() {
    const loop = newEventLoop();
    const add = (signal: unknown, callback: unknown = () => {}) => () =>
      loop.addSignalHandler(signal as string, callback as () => void);
    assertThrows(
      add(15),
      TypeError,
      "sig must be a signal's name, such as SIGTERM, got 15 (number)",
    );
    assertThrows(add("SIGNONE"), ValueError, "invalid signal 'SIGNONE' (string): expected a name");
    assertThrows(add("toString"), ValueError, "invalid signal 'toString'");
    assertThrows(add("SIGKILL"), RuntimeError, "sig SIGKILL cannot be caught");
    assertThrows(
      add("SIGTERM", async () => {}),
      TypeError,
      "coroutines cannot be used with add_signal_handler()",
    );
    assertThrows(add("SIGTERM", 3), TypeError, "addSignalHandler() expects a function, got 3");
    assertThrows(
      () => loop.removeSignalHandler("SIGNONE"),
      ValueError,
      "invalid signal 'SIGNONE' (string)",
    );
    loop.close();
    assertThrows(add("SIGTERM"), RuntimeError, "Event loop is closed");
  },
});

test({
  name: "EventLoop.addSignalHandler() in a browser says what there is instead",
  ...needs("browser"),
  fn() {
    const loop = new EventLoop();
    assertThrows(
      () => loop.addSignalHandler("SIGTERM", () => {}),
      NotSupportedError,
      'addSignalHandler() needs signals, and a browser has none: expected addEventListener("pagehide", …) there',
    );
    loop.close();
  },
});
