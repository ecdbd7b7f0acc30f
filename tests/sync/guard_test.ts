import { assertEquals, assertThrows } from "@std/assert";
import { Guard } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("Guard.release() releases once", () => {
  let released = 0;
  const guard = new Guard(() => released++);
  assertEquals(released, 0);
  guard.release();
  guard.release();
  assertEquals(released, 1);
});

test("`using` releases a guard at the end of its block, in the reverse order", () => {
  const log: string[] = [];
  {
    using _first = new Guard(() => log.push("first"));
    using _second = new Guard(() => log.push("second"));
    log.push("block");
  }
  assertEquals(log, ["block", "second", "first"]);
});

test("`using` releases a guard when its block throws, and not one that was released", () => {
  const log: string[] = [];
  assertThrows(() => {
    using _kept = new Guard(() => log.push("kept"));
    using early = new Guard(() => log.push("early"));
    early.release();
    throw new RangeError("inside");
  }, RangeError);
  assertEquals(log, ["early", "kept"]);
});

test("Guard.release() that throws counts as released", () => {
  let calls = 0;
  const guard = new Guard(() => {
    calls++;
    throw new RangeError("once");
  });
  assertThrows(() => guard.release(), RangeError);
  guard.release();
  assertEquals(calls, 1);
});
