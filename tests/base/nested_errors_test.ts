import { assertEquals } from "@std/assert";
import { formatNested } from "../../lib/base/nested_errors.ts";
import { ExceptionGroup, ValueError } from "../../mod.ts";
import { test } from "../_support/harness.ts";

function write({ name, message }: Error): string {
  return `${name}: ${message}\n    at ${message}.ts`;
}

test("formatNested() writes an error alone as it is told to, and whatever else was thrown in full", () => {
  assertEquals(formatNested(new ValueError("one"), write), "ValueError: one\n    at one.ts");
  assertEquals(formatNested("x".repeat(200), write), `'${"x".repeat(200)}'`);
});

test("formatNested() writes the errors of groups, further in, and causes, below", () => {
  const inner = new ExceptionGroup("inner", [new TypeError("two", { cause: "why" })]);
  const outer = Object.assign(new ExceptionGroup("outer", [new ValueError("one"), inner, 3]), {
    cause: new RangeError("dry"),
  });
  assertEquals(formatNested(outer, write).split("\n"), [
    "ExceptionGroup: outer",
    "    at outer.ts",
    "    ValueError: one",
    "        at one.ts",
    "    ExceptionGroup: inner",
    "        at inner.ts",
    "        TypeError: two",
    "            at two.ts",
    "        Caused by: 'why'",
    "    3",
    "Caused by: RangeError: dry",
    "    at dry.ts",
  ]);
});

test("formatNested() writes each error once, and comes to an end with circles", () => {
  const error: Error = new ValueError("one");
  error.cause = new AggregateError([error, error], "all");
  assertEquals(formatNested(error, write).split("\n"), [
    "ValueError: one",
    "    at one.ts",
    "Caused by: AggregateError: all",
    "    at all.ts",
    "    ValueError: one (see above)",
    "    ValueError: one (see above)",
  ]);
});
