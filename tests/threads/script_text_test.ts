import { assert, assertEquals } from "@std/assert";
import { analyzeFunction } from "../../lib/threads/free_variables.ts";
import { jobWorker, jobWorkerScript } from "../../lib/threads/job_worker.ts";
import { loopWorker, loopWorkerScript } from "../../lib/threads/loop_worker.ts";
import { scriptText } from "../../lib/threads/script_text.ts";
import { makeCodec } from "../../lib/threads/wire.ts";
import { makeCore } from "../../lib/threads/worker_core.ts";
import { test } from "../_support/harness.ts";

test("scriptText() leaves comments and indentation out, and the meaning in", () => {
  const text = scriptText(function sum(a: number, b: number) {
    /** Documented. */
    const result = a + b;
    // Explained.
    return `${result} // not a comment`;
  });
  assert(!/Documented|Explained|^\s/m.test(text), text);
  assertEquals((0, eval)(`(${text})`)(1, 2), "3 // not a comment");
});

test("scriptText() of what is sent uses nothing but what every worker has", () => {
  // esbuild writes `void 0` for `undefined`.
  const globals = new Set(["undefined"]);
  for (const part of [makeCodec, makeCore, jobWorker, loopWorker]) {
    for (const name of analyzeFunction(scriptText(part)).free) globals.add(name);
  }
  assertEquals([...globals].sort(), [
    "AbortController",
    "Array",
    "ArrayBuffer",
    "Error",
    "Infinity",
    "Map",
    "Object",
    "Promise",
    "Reflect",
    "Set",
    "String",
    "Symbol",
    "TypeError",
    "WeakMap",
    "eval",
    "globalThis",
    "queueMicrotask",
    "structuredClone",
    "undefined",
  ]);
});

test("scriptText() makes of the workers' scripts no more than 14.5 KiB", () => {
  for (const script of [jobWorkerScript(), loopWorkerScript()]) {
    assert(script.length <= 14848, `${script.length} bytes`);
    assertEquals(analyzeFunction(script).free.includes("__name"), false);
  }
});
