/** What the two hosts have in common, and where they differ. */
import { assert, assertEquals } from "@std/assert";
import { host } from "../../lib/platform/current.ts";
import { needs, test } from "../_support/harness.ts";

/** A turn of the host's. */
function turn(): Promise<void> {
  return new Promise((resolve) => host.nextTurn(resolve));
}

test("Host.now() is a clock in milliseconds that goes on and never back", async () => {
  const times = [host.now()];
  for (let time = 0; time < 3; time++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    times.push(host.now());
  }
  assertEquals(times, [...times].sort((a, b) => a - b));
  const spent = times[3]! - times[0]!;
  assert(spent >= 3 && spent < 10_000, `${spent} ms`);
});

test("Host.setTimer() calls once, after its time", async () => {
  const start = host.now();
  const calls: number[] = [];
  await new Promise<void>((resolve) => {
    host.setTimer(() => {
      calls.push(host.now() - start);
      resolve();
    }, 5);
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(calls.length, 1);
  assert(calls[0]! >= 4, `called after ${calls[0]} ms`);
});

test("Host.clearTimer() keeps a timer from calling", async () => {
  let calls = 0;
  const timer = host.setTimer(() => calls++, 1);
  host.clearTimer(timer);
  host.clearTimer(timer);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(calls, 0);
});

test("Host.nextTurn() calls behind all microtasks, in order", async () => {
  const log: string[] = [];
  host.nextTurn(() => {
    log.push("first turn");
    Promise.resolve().then(() => log.push("first turn's microtask"));
  });
  host.nextTurn(() => log.push("second turn"));
  let microtasks = Promise.resolve();
  for (let index = 0; index < 20; index++) microtasks = microtasks.then(() => {});
  microtasks.then(() => log.push("microtasks"));
  log.push("at once");
  await turn();
  await turn();
  assertEquals(log, [
    "at once",
    "microtasks",
    "first turn",
    "first turn's microtask",
    "second turn",
  ]);
});

test("Host.nextTurn() in a chain lets the host's timers fire", async () => {
  const MOST = 1_000_000;
  let fired = false;
  const timer = setTimeout(() => fired = true, 3);
  let turns = 0;
  while (!fired && turns < MOST) {
    turns++;
    await turn();
  }
  clearTimeout(timer);
  assert(fired, `no timer fired in ${turns} turns`);
});

test("Host.logError() writes to the console's errors", () => {
  const lines: unknown[] = [];
  const { error } = console;
  console.error = (...args: unknown[]) => lines.push(args);
  try {
    host.logError("two\nlines");
  } finally {
    console.error = error;
  }
  assertEquals(lines, [["two\nlines"]]);
});

test({
  name: "Host.asyncIdentity follows a value through promises, and only there",
  ...needs("asyncIdentity", "deno"),
  async fn() {
    const identity = host.asyncIdentity!;
    const log: unknown[] = [];
    const note = async (name: string) => {
      log.push([name, identity.get()]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      log.push([name, identity.get()]);
    };
    assertEquals(identity.get(), undefined);
    const inside = identity.run(
      "x",
      () => {
        let outside = Promise.resolve();
        identity.capture()(() => outside = note("captured"));
        return Promise.all([note("run"), outside]);
      },
      undefined,
      null,
    );
    assertEquals(identity.get(), undefined);
    await inside;
    assertEquals(log, [
      ["captured", undefined],
      ["run", "x"],
      ["captured", undefined],
      ["run", "x"],
    ]);
    assertEquals(identity.run("y", (given) => [given, identity.get()], 1, null), [1, "y"]);
  },
});

test({
  name: "Host.environment() reads variables in Deno",
  ...needs("deno"),
  fn() {
    assertEquals(typeof host.environment("PATH"), "string");
    assertEquals(host.environment("ASYNCIO_TEST_NO_SUCH_VARIABLE"), undefined);
  },
});

test({
  name:
    "a page has no environment, no processes, no terminal, no signals, no sockets and no async identity",
  ...needs("browser"),
  fn() {
    const { processes, subprocesses, terminal, signals, network, asyncIdentity } = host;
    assertEquals([processes, subprocesses, terminal, signals, network, asyncIdentity], [
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    assertEquals(host.environment("PATH"), undefined);
    assertEquals(host.needsKeepAlive, false);
  },
});
