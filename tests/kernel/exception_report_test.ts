import { assertEquals } from "@std/assert";
import { formatContext } from "../../lib/kernel/exception_report.ts";
import { ExceptionGroup, ValueError } from "../../mod.ts";
import { test } from "../_support/harness.ts";

const FRAME = { name: "main", file: "file:///a.ts", line: 3, column: 1, isCoroutine: true };

test("formatContext() writes the message first and the rest by name", () => {
  assertEquals(
    formatContext({ message: "it broke", zeal: 2, apple: "red" }),
    "it broke\napple: 'red'\nzeal: 2",
  );
  assertEquals(formatContext({ message: "" }), "Unhandled exception in event loop");
});

test("formatContext() ends with what was thrown", () => {
  const lines = formatContext({ message: "it broke", exception: new RangeError("dry") }).split(
    "\n",
  );
  assertEquals(lines.slice(0, 2), ["it broke", "RangeError: dry"]);
  assertEquals(formatContext({ message: "it broke", exception: 42 }), "it broke\n42");
  assertEquals(formatContext({ message: "it broke", exception: null }), "it broke");
  const bare = Object.assign(new RangeError("dry"), { stack: null });
  assertEquals(
    formatContext({ message: "it broke", exception: bare }),
    "it broke\nRangeError: dry",
  );
});

test("formatContext() tells the errors of a group, and causes, with their stacks", () => {
  const cause = new RangeError("why");
  const group = new ExceptionGroup("several", [
    new ValueError("one"),
    new TypeError("two", { cause }),
  ]);
  const lines = formatContext({ message: "it broke", exception: group }).split("\n");
  const titles = lines.filter((line) => !/^\s+at |@/.test(line));
  assertEquals(titles, [
    "it broke",
    "ExceptionGroup: several",
    "    ValueError: one",
    "    TypeError: two",
    "    Caused by: RangeError: why",
  ]);
  assertEquals(lines.filter((line) => line.includes("exception_report_test")).length >= 4, true);
});

test("formatContext() tells where things were made in asyncio's words", () => {
  assertEquals(
    formatContext({ message: "it broke", sourceTraceback: [FRAME], handleTraceback: [FRAME] }),
    "it broke\n" +
      "handleTraceback: Handle created at (most recent call last):\n" +
      '  File "file:///a.ts", line 3, in main\n' +
      "sourceTraceback: Object created at (most recent call last):\n" +
      '  File "file:///a.ts", line 3, in main',
  );
});

test("formatContext() leaves nothing out", () => {
  const list = Array.from({ length: 20 }, (_, i) => i);
  const text = "long ".repeat(100);
  assertEquals(
    formatContext({ message: "it broke", context: { list, error: new Error(text) } }),
    `it broke\ncontext: { list: [${list.join(", ")}], error: Error('${text}') }`,
  );
});
