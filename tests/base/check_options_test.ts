import { assertThrows } from "@std/assert";
import { checkOptionNames, checkOptions } from "../../lib/base/check_options.ts";
import { test } from "../_support/harness.ts";

test("checkOptions() takes objects, and says what came in place of one", () => {
  for (const options of [{}, { timeout: 1 }, Object.create(null)]) checkOptions(options, "wait()");
  const cases: [unknown, string][] = [
    [null, "null"],
    [5, "5 (number)"],
    ["name", "'name' (string)"],
    [() => {}, "<function <anonymous>> (function)"],
  ];
  for (const [given, shown] of cases) {
    assertThrows(
      () => checkOptions(given, "wait()"),
      TypeError,
      `wait() expects an object of options, got ${shown}`,
    );
  }
});

test("checkOptionNames() names the option that there is not, and those that there are", () => {
  for (const options of [{}, { b: 1 }, { other: undefined }]) {
    checkOptionNames(options, "call()", ["a", "b"]);
  }
  assertThrows(
    () => checkOptionNames({ a: 1, c: "x" }, "call()", ["a", "b"]),
    TypeError,
    "call() has no option 'c': expected a, b, got 'x' (string)",
  );
  assertThrows(
    () => checkOptionNames(null, "call()", ["a", "b"]),
    TypeError,
    "call() expects an object of options, got null",
  );
});
