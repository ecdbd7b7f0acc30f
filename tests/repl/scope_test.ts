/** The names of a console, as entries come and go. */
import { assertEquals, assertThrows } from "@std/assert";
import type { NameKind } from "../../lib/repl/rewrite.ts";
import { Scope } from "../../lib/repl/scope.ts";
import { test } from "../_support/harness.ts";

function names(...list: [string, NameKind][]): Map<string, NameKind> {
  return new Map(list);
}

test("Scope.open() makes names that cannot be read before they are set, but for var", () => {
  const scope = new Scope({});
  scope.open(names(["a", "let"], ["b", "var"]));
  assertThrows(() => scope.get("a"), ReferenceError, "Cannot access 'a' before initialization");
  assertEquals(scope.get("b"), undefined);
  Reflect.set(scope.object, "a", 1);
  assertEquals(scope.get("a"), 1);
});

test("Scope.close() forgets names that were not set", () => {
  const scope = new Scope({});
  const declared = names(["a", "let"], ["b", "const"]);
  scope.open(declared);
  Reflect.set(scope.object, "b", 2);
  scope.close(declared);
  assertEquals([scope.declares("a"), scope.declares("b")], [false, true]);
});

test("Scope.open() keeps the old value of a name that is declared again", () => {
  const scope = new Scope({ given: 1 });
  assertEquals([scope.get("given"), scope.declares("given")], [1, false]);
  scope.open(names(["x", "const"]));
  Reflect.set(scope.object, "x", 1);
  scope.seal(["x"]);
  scope.open(names(["x", "let"]));
  assertEquals(scope.get("x"), 1);
  assertEquals(Reflect.set(scope.object, "x", 2), true);
});

test("Scope.seal() makes constants", () => {
  const scope = new Scope({});
  scope.open(names(["x", "const"]));
  Reflect.set(scope.object, "x", 1);
  scope.seal(["x"]);
  assertThrows(
    () => Reflect.set(scope.object, "x", 2),
    TypeError,
    "Assignment to constant variable 'x'",
  );
  assertEquals(scope.get("x"), 1);
});

test("Scope.give() adds below what entries declare", () => {
  const scope = new Scope({});
  scope.give("_", 1);
  assertEquals([scope.get("_"), scope.declares("_")], [1, false]);
  scope.open(names(["_", "var"]));
  Reflect.set(scope.object, "_", 2);
  scope.give("_", 3);
  assertEquals(scope.get("_"), 2);
});
