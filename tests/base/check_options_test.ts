import { assertThrows } from "@std/assert";
import { checkOptions } from "../../lib/base/check_options.ts";
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
