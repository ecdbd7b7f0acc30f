import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { WorkerCall, workerFunction } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("WorkerCall names a function and its arguments, and calls nothing", () => {
  const shout = workerFunction((text: string) => {
    throw new Error(text);
  });
  const call = shout("hello");
  assert(call instanceof WorkerCall);
  assertStrictEquals(call.target, shout);
  assertEquals(call.args, ["hello"]);
});
