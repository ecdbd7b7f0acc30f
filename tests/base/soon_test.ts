import { assertEquals } from "@std/assert";
import { soon } from "../../lib/base/soon.ts";
import { test } from "../_support/harness.ts";

test("soon() calls back behind what runs, among the other microtasks, in order", async () => {
  const calls: string[] = [];
  queueMicrotask(() => calls.push("before"));
  soon(() => calls.push("soon"));
  queueMicrotask(() => calls.push("after"));
  calls.push("now");
  await null;
  assertEquals(calls, ["now", "before", "soon", "after"]);
});
