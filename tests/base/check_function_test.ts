import { assertThrows } from "@std/assert";
import { checkFunction } from "../../lib/base/check_function.ts";
import { test } from "../_support/harness.ts";

test("checkFunction() takes functions of all kinds, and says what came in place of one", () => {
  for (const value of [() => {}, async () => {}, function* () {}, class {}, Math.max]) {
    checkFunction(value, "compare must be");
  }
  const cases: [unknown, string][] = [
    [null, "null"],
    [undefined, "undefined"],
    [5, "5 (number)"],
    [{ call: 1 }, "{ call: 1 } (Object)"],
  ];
  for (const [given, shown] of cases) {
    assertThrows(
      () => checkFunction(given, "compare must be"),
      TypeError,
      `compare must be a function, got ${shown}`,
    );
  }
});
