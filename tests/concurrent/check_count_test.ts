import { assertThrows } from "@std/assert";
import { ValueError } from "../../mod.ts";
import { checkCount } from "../../lib/concurrent/check_count.ts";
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
