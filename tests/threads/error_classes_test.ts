import { assertEquals, assertThrows } from "@std/assert";
import { registerErrorClass } from "../../mod.ts";
import { registeredClass } from "../../lib/threads/error_classes.ts";
import { test } from "../_support/harness.ts";

test("registerErrorClass() makes a class known by its name, or by the one given", () => {
  class HeatError extends Error {}
  registerErrorClass(HeatError);
  registerErrorClass(HeatError, { name: "ColdError" });
  assertEquals(registeredClass(["Unknown", "HeatError"])?.Class, HeatError);
  assertEquals(registeredClass(["ColdError"])?.Class, HeatError);
  assertEquals(registeredClass(["Unknown"]), null);
});

test("registerErrorClass() refuses what is no class of errors", () => {
  assertThrows(
    () => registerErrorClass(Map as never),
    TypeError,
    "registerErrorClass() expects a class that extends Error, got ",
  );
  assertThrows(
    () => registerErrorClass((() => class extends Error {})()),
    TypeError,
    "registerErrorClass() expects a name for a class that has none",
  );
});
