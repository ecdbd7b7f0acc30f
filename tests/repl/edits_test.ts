/** Edits of a text, and where the parts of the result come from. */
import { assertEquals } from "@std/assert";
import { Edits, placeOf } from "../../lib/repl/edits.ts";
import { test } from "../_support/harness.ts";

test("Edits.before() and after() nest, the later inside the earlier", () => {
  const edits = new Edits("a b");
  edits.before(0, "(");
  edits.before(0, "[");
  edits.after(1, ")");
  edits.after(1, "]");
  edits.before(2, "<");
  edits.after(3, ">");
  assertEquals(edits.apply("{", "}").text, "{([a]) <b>}");
});

test("Edits.remove() takes ranges out, with what was put inside them", () => {
  const edits = new Edits("0123456789");
  edits.remove(2, 5);
  edits.before(3, "lost");
  edits.before(2, "<");
  edits.after(5, ">");
  edits.remove(9, 10);
  assertEquals(edits.apply("", "").text, "01<>5678");
});

test("Edits.move() carries a range, and what stands around it", () => {
  const edits = new Edits("one; two; three");
  edits.before(5, "[");
  edits.after(8, "]");
  edits.before(0, "<");
  edits.move(5, 9, 0);
  edits.move(10, 15, 0);
  assertEquals(edits.apply("", "").text, "[two];three<one;  ");
});

test("Edits.move() leaves a range that is there already", () => {
  const edits = new Edits("one two");
  edits.before(0, "[");
  edits.move(0, 3, 0);
  edits.move(4, 7, 0);
  assertEquals(edits.apply("", "").text, "[onetwo ");
});

test("Edits.terminate() puts one semicolon where there is none", () => {
  const edits = new Edits("a; b");
  edits.terminate(2);
  edits.terminate(4);
  edits.terminate(4);
  assertEquals(edits.apply("", "").text, "a; b;");
});

test("EditedText.origin() tells where a place comes from", () => {
  const source = "first\nsecond third";
  const edits = new Edits(source);
  edits.before(6, "new ");
  edits.remove(13, 18);
  const { text, origin } = bound(edits.apply("head ", " tail"));
  assertEquals(text, "head first\nnew second  tail");
  assertEquals(origin(1, 6), { line: 1, column: 1 });
  assertEquals(origin(1, 10), { line: 1, column: 5 });
  assertEquals(origin(2, 5), { line: 2, column: 1 });
  assertEquals(origin(2, 10), { line: 2, column: 6 });
  assertEquals(origin(1, 1), { line: 1, column: 1 }, "in the head");
  assertEquals(origin(2, 2), { line: 2, column: 1 }, "in what is new");
  assertEquals(origin(2, 14), { line: 2, column: 8 }, "in the tail");
});

test("placeOf() counts lines and columns from 1", () => {
  assertEquals(placeOf("a\nbc", 0), { line: 1, column: 1 });
  assertEquals(placeOf("a\nbc", 3), { line: 2, column: 2 });
});

function bound(edited: ReturnType<Edits["apply"]>) {
  const origin = (line: number, column: number) => edited.origin({ line, column });
  return { text: edited.text, origin };
}
