/** What entries refer to: modules, and functions that may come from the scope. */
import { assertEquals } from "@std/assert";
import { Edits } from "../../lib/repl/edits.ts";
import { parseEntry } from "../../lib/repl/parser.ts";
import {
  resolveSpecifier,
  rewriteReferences,
  terminateStatements,
} from "../../lib/repl/references.ts";
import { test } from "../_support/harness.ts";
import { parser } from "./with_repl.ts";

function rewrite(source: string): string {
  const edits = new Edits(source);
  const program = parseEntry(parser, source);
  terminateStatements(program, edits);
  rewriteReferences(program, edits, {
    baseUrl: "file:///home/me/",
    mayBeDeclared: (name) => name !== "given",
  });
  return edits.apply("", "").text;
}

test("rewriteReferences() calls what may come from the scope without a this", () => {
  assertEquals(
    rewrite("f(g?.(1), given(), o.m(), t`x`);"),
    "(0, f)((0, g)?.(1), given(), o.m(), (0, t)`x`);",
  );
  assertEquals(rewrite("new C(); eval('1');"), "new C(); eval('1');");
});

test("rewriteReferences() leaves a function's calls of itself", () => {
  const source = "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }";
  assertEquals(rewrite(source), source);
});

test("rewriteReferences() resolves relative modules against the folder of the user", () => {
  assertEquals(rewrite("import('./a.ts');"), 'import("file:///home/me/a.ts");');
  assertEquals(rewrite("() => import('npm:a');"), '() => import("npm:a");');
  assertEquals(rewrite("import(given);"), "import(given);");
});

test("resolveSpecifier() leaves what is not relative, and all without a folder", () => {
  const folder = "https://example.com/a/";
  assertEquals(resolveSpecifier("../b.ts", folder), "https://example.com/b.ts");
  assertEquals(resolveSpecifier("/b.ts", folder), "https://example.com/b.ts");
  assertEquals(resolveSpecifier("b", folder), "b");
  assertEquals(resolveSpecifier("./b.ts", undefined), "./b.ts");
});

test("terminateStatements() ends statements before a line that begins with a parenthesis", () => {
  assertEquals(
    rewrite("function f() {\n  const a = b\n  g()\n  for (let i = 0; ;) break\n  return\n}"),
    "function f() {\n  const a = b;\n  (0, g)();\n  for (let i = 0; ;) break;\n  return;\n}",
  );
  assertEquals(rewrite("if (a) b\nelse c"), "if (a) b;\nelse c;");
});
