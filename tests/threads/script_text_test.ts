import { assert, assertEquals } from "@std/assert";
import { analyzeFunction } from "../../lib/threads/free_variables.ts";
import { makeCoreRest } from "../../lib/threads/core_rest.ts";
import { makeJobRest } from "../../lib/threads/job_rest.ts";
import { jobRestText, jobWorker, jobWorkerScript } from "../../lib/threads/job_worker.ts";
import { loopWorker, loopWorkerScript } from "../../lib/threads/loop_worker.ts";
import { scriptText } from "../../lib/threads/script_text.ts";
import { isPlain, makeFinder } from "../../lib/threads/finder.ts";
import { makeEncoder } from "../../lib/threads/wire.ts";
import { makeCore } from "../../lib/threads/worker_core.ts";
import { test } from "../_support/harness.ts";

/** All that is sent. */
const PARTS = [
  isPlain,
  jobWorker,
  loopWorker,
  makeCore,
  makeCoreRest,
  makeEncoder,
  makeFinder,
  makeJobRest,
];

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
  for (const part of PARTS) {
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
    "structuredClone",
    "undefined",
  ]);
});

test("scriptText() makes of the scripts no more than 7.85 KiB for functions, 9.25 KiB beside them, 14.1 KiB for loops", () => {
  for (
    const [script, most] of [
      [jobWorkerScript(false), 8_038],
      [jobRestText(), 9_472],
      [loopWorkerScript(), 14_438],
    ] as const
  ) {
    assert(script.length <= most, `${script.length} bytes`);
    assertEquals(analyzeFunction(script).free.includes("__name"), false);
  }
});
