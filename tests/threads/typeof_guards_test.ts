import { assertEquals } from "@std/assert";
import {
  bothHold,
  compare,
  eitherHolds,
  type Facts,
  negate,
  NO_FACTS,
  OPAQUE,
} from "../../lib/threads/typeof_guards.ts";
import { test } from "../_support/harness.ts";

const typeOf = (typeofName: string) => ({ ...OPAQUE, typeofName });
const literal = (text: string) => ({ ...OPAQUE, text });

function show({ whenTrue, whenFalse }: Facts): [whenTrue: string, whenFalse: string] {
  return [[...whenTrue].join(), [...whenFalse].join()];
}

test("compare() tells when the name whose type is asked for is there", () => {
  for (
    const [operator, text, whenTrue, whenFalse] of [
      ["===", "undefined", "", "a"],
      ["!=", "undefined", "a", ""],
      ["==", "function", "a", ""],
      ["!==", "object", "", "a"],
      ["<", "u", "a", ""],
      [">", "u", "", "a"],
      [">=", "u", "", ""],
      ["<", "undefined", "", ""],
      ["+", "undefined", "", ""],
    ] as const
  ) {
    const facts = compare(typeOf("a"), operator, literal(text));
    assertEquals([operator, text, ...show(facts)], [operator, text, whenTrue, whenFalse]);
  }
});

test("compare() takes the sides either way, and two of a kind for nothing", () => {
  assertEquals(show(compare(literal("undefined"), "!==", typeOf("a"))), ["a", ""]);
  assertEquals(show(compare(literal("u"), ">", typeOf("a"))), ["a", ""]);
  assertEquals(show(compare(typeOf("a"), "===", typeOf("b"))), ["", ""]);
  assertEquals(show(compare(OPAQUE, "===", literal("undefined"))), ["", ""]);
});

test("bothHold(), eitherHolds() and negate() put conditions together", () => {
  const [a, b] = ["a", "b"].map((name) => compare(typeOf(name), "===", literal("function")));
  const absent = compare(typeOf("a"), "===", literal("undefined"));
  assertEquals(show(bothHold(a!, b!)), ["a,b", ""]);
  assertEquals(show(eitherHolds(a!, b!)), ["", ""]);
  assertEquals(show(eitherHolds(a!, bothHold(a!, b!))), ["a", ""]);
  assertEquals(show(eitherHolds(absent, NO_FACTS)), ["", "a"]);
  assertEquals(show(negate(absent, 1)), ["a", ""]);
  assertEquals(show(negate(absent, 2)), ["", "a"]);
});
