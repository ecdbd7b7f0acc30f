/**
 * How functions get to another thread, whose heap is another: as a module's URL and an export's name,
 * or as source. A function closes over the variables around it, and those stay behind; so the source
 * is read first, and refused, with the names, before anything is sent.
 *
 * @module
 */
import { describe, functionName } from "../base/repr.ts";
import type { JobResult } from "../concurrent/executor.ts";
import { WorkerCall, type WorkerFunction } from "../concurrent/worker_call.ts";
import { hostWorkers } from "../platform/current.ts";
import { analyzeFunction, type FunctionAnalysis } from "./free_variables.ts";
import { SourceError } from "./javascript_lexer.ts";
import type { FunctionSource } from "./wire.ts";

/** A function on its way: what it is called, and how a worker finds it. */
export interface Crossing {
  /** Its number, the same for the same function. */
  readonly id: number;
  /** What it is called in messages. */
  readonly name: string;
  /** How a worker finds it. */
  readonly source: FunctionSource;
}

/** Any function, as a type to infer arguments and result from. */
export type AnyFunction = (...args: never[]) => unknown;

/** The globals of the language itself, which are everywhere. */
const LANGUAGE_GLOBALS: ReadonlySet<string> = /* @__PURE__ */ (() =>
  new Set(
    ("AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array " +
      "Boolean DataView Date DisposableStack Error EvalError FinalizationRegistry Float16Array " +
      "Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator JSON " +
      "Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set " +
      "SharedArrayBuffer String SuppressedError Symbol SyntaxError Temporal TypeError URIError " +
      "Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet decodeURI " +
      "decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN " +
      "parseFloat parseInt undefined unescape").split(" "),
  ))();

/** The name under which a worker has this module, once it has loaded it. */
const RUNTIME_GLOBAL = "asyncio";

const SURROUNDINGS: ReadonlyMap<string, string> = new Map([
  ["this", "which is that of the code around it"],
  ["arguments", "which are those of the function around it"],
  ["new.target", "which is that of the function around it"],
  ["super", "which is that of the object it was taken from"],
  ["import.meta", "which is its module's"],
]);
const RELATIVE = "which starts from its module";

// esbuild's --keep-names wraps the functions within a function in calls of it.
const NAME_HELPER = "__name";

const PROVIDED: ReadonlySet<string> = new Set([RUNTIME_GLOBAL, NAME_HELPER]);

const references = new WeakMap<object, Crossing>();
// By name and text, for a function written in a loop's body is a new one each time.
const sources = new Map<string, Crossing>();
const modules = new Map<string, Crossing>();
let crossings = 0;

/**
 * Makes a reference to a function by which other threads find it, too.
 *
 * A module's function is named by the module's URL and its own name; the worker imports the module,
 * so what stands at its top level runs there, too: a program beside its jobs stands in Deno under
 * `if (import.meta.main)`. Give the function's type, for the arguments and the result. The URL is absolute; `import.meta.url` is that of the module you write in.
 *
 * A function that closes over nothing can be given itself; executors take such a one without this, too.
 *
 * @typeParam F The function's type, such as `typeof hash`.
 * @param moduleUrl The module's URL.
 * @param exportName The name under which the module exports the function.
 * @returns What executors take as the function. Called with arguments, it gives a {@linkcode WorkerCall}.
 * @throws {TypeError} If the URL is not absolute, a name is missing, or the function closes over
 * something.
 *
 * @example
 * ```ts
 * import { ThreadPoolExecutor, workerFunction } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * // Most often `import.meta.url`; a module from text shows it in one place.
 * const module = "data:text/javascript,export const double = (n) => 2 * n";
 * const double = workerFunction<(n: number) => number>(module, "double");
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * assertEquals(await pool.submit(double, 21), 42);
 * ```
 */
export function workerFunction<F extends AnyFunction>(
  moduleUrl: string | URL,
  exportName: string,
): WorkerFunction<Parameters<F>, JobResult<ReturnType<F>>>;
/**
 * Makes a reference to a function that closes over nothing.
 *
 * @typeParam F The function's type.
 * @param job The function.
 * @returns What executors take as the function. Called with arguments, it gives a {@linkcode WorkerCall}.
 * @throws {TypeError} If the function closes over something.
 */
export function workerFunction<F extends AnyFunction>(
  job: F,
): WorkerFunction<Parameters<F>, JobResult<ReturnType<F>>>;
export function workerFunction(
  target: string | URL | AnyFunction,
  exportName?: string,
): WorkerFunction<unknown[], unknown> {
  const crossing = typeof target === "function"
    ? crossSource(target)
    : crossModule(target, exportName);
  function reference(...args: unknown[]): WorkerCall<unknown> {
    return new WorkerCall<unknown>(reference, args);
  }
  Object.defineProperty(reference, "name", { value: crossing.name });
  references.set(reference, crossing);
  return reference;
}

/**
 * Finds how a function crosses.
 *
 * @param job A function, or what {@linkcode workerFunction} made.
 * @param taker Who takes it, for messages.
 * @throws {TypeError} If it cannot.
 */
export function cross(job: unknown, taker: string): Crossing {
  if (typeof job !== "function") {
    throw new TypeError(`${taker}() expects a function, got ${describe(job)}`);
  }
  return references.get(job) ?? crossSource(job as AnyFunction);
}

function crossModule(moduleUrl: unknown, exportName: unknown): Crossing {
  const text = String(moduleUrl);
  if (!URL.canParse(text)) {
    throw new TypeError(
      `workerFunction() expects a function, or an absolute URL such as import.meta.url, got ${
        describe(moduleUrl)
      }`,
    );
  }
  if (typeof exportName !== "string" || exportName === "") {
    throw new TypeError(
      `workerFunction() expects the name of an export of the module, got ${describe(exportName)}`,
    );
  }
  const { href } = new URL(text);
  const key = `${exportName} ${href}`;
  const known = modules.get(key);
  if (known !== undefined) return known;
  const source = { kind: "module", url: href, exportName } as const;
  const crossing = { id: crossings++, name: exportName, source };
  modules.set(key, crossing);
  return crossing;
}

function crossSource(job: AnyFunction): Crossing {
  const text = Function.prototype.toString.call(job);
  const name = functionName(job);
  const key = `${name} ${text}`;
  const known = sources.get(key);
  if (known !== undefined) {
    references.set(job, known);
    return known;
  }
  const label = job.name === "" ? "the function" : `${job.name}()`;
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) {
    throw refusal(label, "is bound, or the engine's own: it has no source");
  }
  const { free, expression } = analyze(text, label);
  const kept = free.filter((name) => !LANGUAGE_GLOBALS.has(name) && !PROVIDED.has(name));
  const missing = kept.filter((name) => !hostWorkers.globals.includes(name));
  if (missing.length > 0) throw refusal(label, explain(missing));
  const helper = free.includes(NAME_HELPER) ? `const ${NAME_HELPER} = (named) => named;` : "";
  const crossing: Crossing = {
    id: crossings++,
    name,
    source: {
      kind: "source",
      text: `"use strict";${helper}(${expression})`,
      usesRuntime: free.includes(RUNTIME_GLOBAL),
      isGenerator: Object.prototype.toString.call(job) === "[object GeneratorFunction]",
    },
  };
  sources.set(key, crossing);
  return crossing;
}

function analyze(text: string, label: string): FunctionAnalysis {
  try {
    return analyzeFunction(text);
  } catch (error) {
    if (error instanceof SourceError) throw refusal(label, `is ${error.message}`);
    throw error;
  }
}

/** Says what a function takes from around it that another thread does not have. */
function explain(missing: readonly string[]): string {
  const names = missing.filter((name) => !SURROUNDINGS.has(name) && !name.startsWith("import("));
  const others = missing.filter((name) => !names.includes(name));
  const reasons = others.map((name) => `uses ${name}, ${SURROUNDINGS.get(name) ?? RELATIVE}`);
  if (names.length > 0) {
    const list = names.map((name) => `'${name}'`).join(", ");
    reasons.unshift(`closes over ${list}, which another thread does not have`);
  }
  return reasons.join("; it ");
}

function refusal(label: string, why: string): TypeError {
  return new TypeError(
    `${label} cannot be sent to another thread as source, because it ${why}: expected a function ` +
      "that takes all it needs as arguments, or workerFunction(import.meta.url, name)",
  );
}
