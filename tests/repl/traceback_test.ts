/** Errors as a console prints them. */
import { assertEquals } from "@std/assert";
import { EntrySyntaxError } from "../../lib/repl/parser.ts";
import { formatError, formatSyntaxError } from "../../lib/repl/traceback.ts";
import { test } from "../_support/harness.ts";

/** Every entry's script has a head of ten columns. */
const entries = {
  origin: (name: string, { line, column }: { line: number; column: number }) =>
    name.startsWith("REPL") ? { line, column: column - 10 } : null,
};

function errorWith(...frames: string[]): Error {
  const error = new TypeError("boom");
  error.stack = frames.join("\n");
  return error;
}

test("formatError() keeps the user's part of a stack of V8's", () => {
  const error = errorWith(
    "TypeError: boom",
    "    at inner (file:///home/me/mine.ts:3:4)",
    "    at new Task (ext:core/01_core.js:1:1)",
    "    at outer (REPL1, <anonymous>:1:15)",
    "    at async eval (REPL2, <anonymous>:2:11)",
    "    at Scheduler.turn (https://example.com/asyncio/lib/kernel/scheduler.ts:9:9)",
  );
  assertEquals(
    formatError(error, entries),
    "Uncaught TypeError: boom\n    at inner (file:///home/me/mine.ts:3:4)\n    at outer (REPL1:1:5)\n" +
      "    at async eval (REPL2:2:1)",
  );
});

test("formatError() keeps the user's part of a stack of SpiderMonkey's", () => {
  const error = errorWith("inner@REPL1:1:15", "@REPL2:1:11", "turn@https://example.com/a.js:1:1");
  assertEquals(
    formatError(error, entries),
    "Uncaught TypeError: boom\n    at inner (REPL1:1:5)\n    at REPL2:1:1",
  );
});

test("formatError() says a place of an entry once, though two functions stand there", () => {
  const error = errorWith(
    "    at eval (REPL1:1:11)",
    "    at eval (REPL1:1:11)",
    "    at f (REPL1:1:12)",
    "    at f (REPL1:1:12)",
  );
  assertEquals(
    formatError(error, entries),
    "Uncaught TypeError: boom\n    at REPL1:1:1\n    at f (REPL1:1:2)\n    at f (REPL1:1:2)",
  );
});

test("formatError() tells causes and the errors of a group, each once", () => {
  const cause = errorWith();
  const group = new AggregateError([new RangeError("one"), cause], "many", { cause });
  for (const error of [group, group.errors[0]]) error.stack = "";
  cause.cause = group;
  assertEquals(
    formatError(group, entries),
    "Uncaught AggregateError: many\n    RangeError: one\n    TypeError: boom\n" +
      "    Caused by: AggregateError: many (see above)\nCaused by: TypeError: boom (see above)",
  );
});

test("formatError() prints what is no error, and messages without how entries call", () => {
  assertEquals(formatError(42, entries), "Uncaught 42");
  assertEquals(formatError("text", entries), "Uncaught 'text'");
  const error = new TypeError("(0 , f) is not a function");
  error.stack = "";
  assertEquals(formatError(error, entries), "Uncaught TypeError: f is not a function");
  const silent = new Error();
  silent.stack = "";
  assertEquals(formatError(silent, entries), "Uncaught Error");
});

test("formatSyntaxError() shows the line and the place in it", () => {
  const error = new EntrySyntaxError("Unexpected token", 9);
  assertEquals(
    formatSyntaxError(error, "REPL3", "const x\n= ]\n1"),
    "Uncaught SyntaxError: Unexpected token\n  = ]\n   ^\n    at REPL3:2:2",
  );
});
