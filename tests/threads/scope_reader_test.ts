import { assertEquals } from "@std/assert";
import { Scope } from "../../lib/threads/scope_reader.ts";
import { test } from "../_support/harness.ts";

test("Scope hands on at its close what is not declared in it", () => {
  const outer = new Scope(null, true);
  const inner = new Scope(outer, false, ["mine"]);
  inner.references.add("mine").add("yours").add("hoisted");
  inner.declared.add("hoisted");
  inner.close();
  assertEquals([...outer.references], ["yours"]);
});

test("Scope knows where a `var` goes", () => {
  const body = new Scope(null, true);
  const block = new Scope(new Scope(body, false), false);
  assertEquals(block.hoist, body);
  assertEquals(new Scope(block, true).hoist === body, false);
});
