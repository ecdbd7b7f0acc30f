import { assertEquals } from "@std/assert";
import { host } from "../../lib/platform/current.ts";
import { needs, test } from "../_support/harness.ts";

test("the host is the place that this runs in", () => {
  assertEquals(host.name, needs("deno").ignore ? "browser" : "deno");
});
