import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type WorkerFunction, workerFunction } from "../../mod.ts";
import { cross } from "../../lib/threads/crossing.ts";
import { test } from "../_support/harness.ts";

/** The reason for which a function is refused. */
function refusal(job: unknown): string {
  const error = assertThrows(() => cross(job, "submit"), TypeError);
  return (error as Error).message;
}

const HINT = ": expected a function that takes all it needs as arguments, or " +
  "workerFunction(import.meta.url, name)";

function refused(label: string, reason: string): string {
  return `${label} cannot be sent to another thread as source, because it ${reason}${HINT}`;
}

test("cross() takes a function that closes over nothing as its source", () => {
  const { name, source } = cross(function double(n: number) {
    return 2 * n;
  }, "submit");
  assertEquals(name, "double");
  assertEquals(source.kind, "source");
});

test("cross() takes globals of the language and of workers", () => {
  const job = () => [Math.max(1, 2), new URL("https://example.org"), structuredClone, console];
  assertEquals(cross(job, "submit").source.kind, "source");
});

test("cross() knows a function again, even one that is made anew", () => {
  const make = () => (n: number) => n + 1;
  assertStrictEquals(cross(make(), "submit"), cross(make(), "submit"));
});

test("cross() tells two functions of the same text apart by their names", () => {
  const named = (n: number) => n;
  const names = [named, ...[(n: number) => n]].map((job) => cross(job, "submit").name);
  assertEquals(names, ["named", "<anonymous>"]);
});

test("cross() names the free variables", () => {
  const table = { a: 1 };
  function helper() {
    return table;
  }
  assertEquals(
    refusal(function look(key: "a") {
      return helper()[key] ?? table[key];
    }),
    refused("look()", "closes over 'helper', 'table', which another thread does not have"),
  );
});

declare const document: { title: string };

test("cross() refuses what a page has and a worker has not", () => {
  assertEquals(
    refusal(() => document.title),
    refused("the function", "closes over 'document', which another thread does not have"),
  );
});

test("cross() refuses what stands for the surroundings of a function", () => {
  class Base {
    value() {
      return 1;
    }
  }
  class Derived extends Base {
    #secret = 2;
    override value() {
      return super.value();
    }
    peek() {
      return this.#secret;
    }
    arrow() {
      return () => this;
    }
  }
  const derived = new Derived();
  assertEquals(
    refusal(derived.value),
    refused("value()", "uses super, which is that of the object it was taken from"),
  );
  assertEquals(
    refusal(derived.peek),
    refused("peek()", "closes over '#secret', which another thread does not have"),
  );
  assertEquals(
    refusal(derived.arrow()),
    refused("the function", "uses this, which is that of the code around it"),
  );
  assertEquals(
    refusal(() => import.meta.url),
    refused("the function", "uses import.meta, which is its module's"),
  );
  assertEquals(
    refusal(new Function('return () => import("./jobs.ts")')()),
    refused("the function", 'uses import("./jobs.ts"), which starts from its module'),
  );
});

test("cross() refuses what has no source, and classes", () => {
  assertEquals(
    refusal(Math.max),
    refused("max()", "is bound, or the engine's own: it has no source"),
  );
  assertEquals(
    refusal(((n: number) => n).bind(null, 1)),
    refused("bound ()", "is bound, or the engine's own: it has no source"),
  );
  assertEquals(refusal(class A {}), refused("A()", "is a class, which cannot be called"));
});

test("cross() refuses what is no function", () => {
  assertEquals(refusal(42), "submit() expects a function, got 42 (number)");
  assertEquals(refusal(null), "submit() expects a function, got null");
});

test("cross() provides the helper of bundlers that keep names", () => {
  const job = new Function(
    "return function outer() { const f = __name(() => 1, 'f'); return f(); }",
  );
  const { source } = cross(job(), "submit");
  assertEquals(source.kind === "source" && (0, eval)(source.text)(), 1);
});

test("cross() notes who needs this module in its worker", () => {
  const job = new Function("return function* () { yield* asyncio.sleep(1); }");
  const { source } = cross(job(), "submit");
  assertEquals(source.kind === "source" && source.usesRuntime, true);
});

test("workerFunction() refers to a module's function, and is known again", () => {
  const one = workerFunction<(n: number) => string>("https://example.org/a/../jobs.js", "work");
  const two = workerFunction<(n: number) => string>(new URL("https://example.org/jobs.js"), "work");
  assertStrictEquals(cross(one, "submit"), cross(two, "submit"));
  assertEquals(one.name, "work");
});

test("workerFunction() has the types of the function itself", () => {
  const reference = workerFunction(async (a: number, b?: string) => [a, b] as const);
  const typed: WorkerFunction<[a: number, b?: string], readonly [number, string | undefined]> =
    reference;
  assertEquals(typed(1, "b").args, [1, "b"]);
  const coroutine = workerFunction(function* () {
    return "done";
  });
  const typedCoroutine: WorkerFunction<[], string> = coroutine;
  assertEquals(typedCoroutine().args, []);
});

test("workerFunction() says what is wrong with an address or a name", () => {
  assertThrows(
    () => workerFunction<() => void>("./jobs.ts", "work"),
    TypeError,
    "workerFunction() expects a function, or an absolute URL such as import.meta.url, got './jobs.ts' (string)",
  );
  assertThrows(
    () => workerFunction<() => void>("https://example.org/jobs.js", ""),
    TypeError,
    "workerFunction() expects the name of an export of the module, got '' (string)",
  );
  assertThrows(
    () => workerFunction<() => void>("https://example.org/jobs.js", undefined as never),
    TypeError,
    "got undefined",
  );
});

test("workerFunction() refuses a function that closes over something at once", () => {
  const outside = 1;
  assertThrows(() => workerFunction(() => outside), TypeError, "closes over 'outside'");
});
