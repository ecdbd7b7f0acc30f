import { assert, assertEquals, assertThrows } from "@std/assert";
import { Event, getRunningLoop, newEventLoop, sleep, ValueError, VirtualClock } from "../../mod.ts";
import { systemClock } from "../../lib/kernel/clock.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("VirtualClock starts where it is told, and does not tick", async () => {
  assertEquals([new VirtualClock().time(), new VirtualClock(-7.5).time()], [0, -7.5]);
  const clock = new VirtualClock(100);
  await new Promise((resolve) => setTimeout(resolve, 2));
  assertEquals(clock.time(), 100);
});

test("VirtualClock refuses a start that is not finite", () => {
  for (const start of [NaN, Infinity, -Infinity]) {
    assertThrows(() => new VirtualClock(start), ValueError, `start must be finite, got ${start}`);
  }
});

test("VirtualClock.advance() moves it by a duration", () => {
  const clock = new VirtualClock(1);
  clock.advance(2);
  clock.advance({ minutes: 1, milliseconds: 500 });
  clock.advance(0);
  assertEquals(clock.time(), 63.5);
});

test("VirtualClock.advance() refuses to go back", () => {
  const clock = new VirtualClock(5);
  assertThrows(() => clock.advance(-1), ValueError, "duration must not be negative, got -1");
  assertThrows(() => clock.advance(NaN), ValueError, "Invalid duration: NaN");
  assertThrows(() => clock.advance("1" as never), TypeError, "duration must be a number");
  assertEquals(clock.time(), 5);
});

test("VirtualClock.advanceTo() moves it to a time, and never back", () => {
  const clock = new VirtualClock(5);
  clock.advanceTo(8);
  assertEquals(clock.time(), 8);
  clock.advanceTo(3);
  assertEquals(clock.time(), 8);
});

test("a loop sets its virtual clock to each timer's very time", () => {
  const clock = new VirtualClock();
  const loop = newEventLoop({ clock });
  const times: number[] = [];
  for (const when of [0.1, 0.2, 0.1 + 0.2, 1e9]) {
    loop.callAt(when, () => times.push(clock.time()));
  }
  loop.runUntilCompleteSync(sleep(2e9));
  assertEquals(times, [0.1, 0.2, 0.1 + 0.2, 1e9]);
  loop.close();
});

test("a clock that is moved by hand makes timers due", () => {
  const clock = new VirtualClock();
  const loop = newEventLoop({ clock });
  const log: unknown[] = [];
  loop.callLater(5, () => log.push(["timer", loop.time()]));
  loop.callSoon(() => {
    clock.advance(60);
    loop.callSoon(() => log.push(["soon", loop.time()]));
  });
  loop.runUntilCompleteSync(sleep(1));
  assertEquals(log, [["soon", 60], ["timer", 60]]);
  loop.close();
});

test({
  name:
    "a virtual clock stands still for promises that need no time, whatever else a function waits for",
  ...needs("asyncIdentity"),
  async fn() {
    await virtually(async () => {
      for (const wait of [() => sleep(3), () => new Event().wait()]) {
        const quick = async () => {
          for (let turn = 0; turn < 20; turn++) await null;
          return "quick";
        };
        assertEquals(await Promise.race([wait(), quick()]), "quick");
        assertEquals(getRunningLoop().time(), 0);
      }
    });
  },
});

test({
  name:
    "a virtual clock stands still for a promise that a callback settles, however long nobody did",
  ...needs("asyncIdentity"),
  async fn() {
    await virtually(async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      getRunningLoop().callLater(1, resolve);
      getRunningLoop().callLater(2, () => {});
      const branch = async () => {
        await promise;
        return getRunningLoop().time();
      };
      assertEquals(await Promise.all([branch(), sleep(3, "slow")]), [1, "slow"]);
    });
  },
});

test("a clock of one's own is where a loop's time comes from", async () => {
  let now = 1000;
  const loop = newEventLoop({ clock: { time: () => now += 0.25 } });
  assertEquals(loop.callLater(2, () => {}).when(), 1002.25);
  assertEquals(await loop.runUntilComplete(sleep(0.01, "slept")), "slept");
  loop.close();
});

test("the system's clock goes on, in seconds", async () => {
  const hostBefore = performance.now();
  const before = systemClock.time();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const spent = systemClock.time() - before;
  const hostSpent = (performance.now() - hostBefore) / 1000;
  // Browsers round their clocks, to a millisecond at the worst.
  assert(spent > 0.003 && spent < hostSpent + 0.001, `${spent} s, by the host ${hostSpent} s`);
});
