import { assertEquals, assertNotEquals } from "@std/assert";
import { idOf } from "../../lib/inspect/ids.ts";
import { test } from "../_support/harness.ts";

test("idOf() gives an object one number, and each its own", () => {
  const [one, other] = [{}, {}];
  assertEquals(idOf(one), idOf(one));
  assertNotEquals(idOf(one), idOf(other));
});
