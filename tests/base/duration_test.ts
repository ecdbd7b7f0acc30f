import { assertEquals, assertThrows } from "@std/assert";
import { toDelay, toSeconds } from "../../lib/base/duration.ts";
import { ValueError } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("toSeconds() takes numbers as they are", () => {
  for (const seconds of [0, -0, 1.5, -3, Infinity, -Infinity, NaN]) {
    assertEquals(toSeconds(seconds, "delay"), seconds);
  }
});

test("toSeconds() adds up the parts of an object", () => {
  const cases: [object, number][] = [
    [{ seconds: 2 }, 2],
    [{ minutes: 2 }, 120],
    [{ hours: 2 }, 7200],
    [{ days: 2 }, 172_800],
    [{ weeks: 2 }, 1_209_600],
    [{ years: 0, months: 0, seconds: 2 }, 2],
    [{ milliseconds: 1500 }, 1.5],
    [{ microseconds: 1 }, 1e-6],
    [
      { days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 500, microseconds: 250_000 },
      90061.75,
    ],
    [{ minutes: 1, seconds: -30 }, 30],
    [{ seconds: 0 }, 0],
    [{ seconds: 1, weekday: "Monday" }, 1],
    [{ seconds: undefined, minutes: 1 }, 60],
  ];
  for (const [parts, seconds] of cases) assertEquals(toSeconds(parts, "delay"), seconds);
});

test("toSeconds() of thousandths and millionths is the number that one would write", () => {
  for (let milliseconds = 1; milliseconds < 1000; milliseconds++) {
    const written = Number(`0.${String(milliseconds).padStart(3, "0")}`);
    assertEquals(toSeconds({ milliseconds }, "delay"), written);
    assertEquals(toSeconds({ microseconds: milliseconds * 1000 }, "delay"), written);
  }
});

test("toSeconds() takes the getters of a class, as Temporal.Duration has them", () => {
  class Duration {
    get hours() {
      return 1;
    }
    get minutes() {
      return 30;
    }
    get years() {
      return 0;
    }
  }
  assertEquals(toSeconds(new Duration(), "delay"), 5400);
});

test("toSeconds() refuses what is no duration, and names the argument", () => {
  const cases: [unknown, string][] = [
    ["1", "'1' (string)"],
    [1n, "1n (bigint)"],
    [true, "true (boolean)"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "{} (Object)"],
    [[1], "[1] (Array)"],
    [{ seconds: "1" }, "{ seconds: '1' } (Object)"],
    [{ hours: null }, "{ hours: null } (Object)"],
    [{ hours: 1, minutes: "30" }, "{ hours: 1, minutes: '30' } (Object)"],
    [{ months: 1 }, "{ months: 1 } (Object)"],
    [{ years: 1, days: 1 }, "{ years: 1, days: 1 } (Object)"],
    [new Date(0), " (Date)"],
  ];
  for (const [value, shown] of cases) {
    const error = assertThrows(
      () => toSeconds(value as never, "delay"),
      TypeError,
      "delay must be a number of seconds or an object such as { milliseconds: 50 }, got ",
    );
    assertEquals(error.message.endsWith(shown), true, error.message);
  }
});

test("toDelay() refuses NaN, in a number or a part, and nothing more than toSeconds() does", () => {
  assertEquals([toDelay(-1, "t"), toDelay(Infinity, "t"), toDelay({ seconds: 3 }, "t")], [
    -1,
    Infinity,
    3,
  ]);
  for (const value of [NaN, { seconds: NaN }, { hours: Infinity, minutes: -Infinity }]) {
    assertThrows(
      () => toDelay(value, "timeout"),
      ValueError,
      "Invalid timeout: NaN (not a number), expected a number of seconds",
    );
  }
  assertThrows(() => toDelay("x" as never, "timeout"), TypeError, "timeout must be a number");
});
