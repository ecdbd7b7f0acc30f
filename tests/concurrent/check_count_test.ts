import { assertThrows } from "@std/assert";
import { ValueError } from "../../mod.ts";
import { checkCount, checkTimeout } from "../../lib/concurrent/check_count.ts";
import { test } from "../_support/harness.ts";

test("checkCount() takes whole numbers from 1 on", () => {
  checkCount("maxWorkers", 1);
  assertThrows(
    () => checkCount("maxWorkers", -2),
    ValueError,
    "maxWorkers must be greater than 0, got -2",
  );
  assertThrows(
    () => checkCount("n", Infinity),
    TypeError,
    "n must be a whole number, got Infinity",
  );
  assertThrows(() => checkCount("n", "2"), TypeError, "got '2' (string)");
});

test("checkCount() says in Python's words what the number must be", () => {
  assertThrows(
    () => checkCount("chunksize", 0, ">= 1"),
    ValueError,
    "chunksize must be >= 1, got 0",
  );
});

test("checkTimeout() takes seconds, and null for ever", () => {
  for (const timeout of [null, 0, -1, 0.5, Infinity]) checkTimeout(timeout);
  for (const timeout of [NaN, "1", undefined, {}]) {
    assertThrows(
      () => checkTimeout(timeout),
      TypeError,
      "timeout must be a number of seconds or null, got ",
    );
  }
});
