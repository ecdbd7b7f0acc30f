import { assertThrows } from "@std/assert";
import { checkNumber } from "../../lib/base/check_number.ts";
import { test } from "../_support/harness.ts";

test("checkNumber() takes numbers, without bounds, and says what came in place of one", () => {
  for (const value of [0, -1, 1.5, Infinity]) checkNumber(value, "value");
  const cases: [unknown, string][] = [
    [NaN, "NaN (number)"],
    ["1", "'1' (string)"],
    [1n, "1n (bigint)"],
    [null, "null"],
    [undefined, "undefined"],
  ];
  for (const [given, shown] of cases) {
    assertThrows(
      () => checkNumber(given, "value"),
      TypeError,
      `value must be a number, got ${shown}`,
    );
  }
});
