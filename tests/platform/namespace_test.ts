import { assertEquals, assertStrictEquals } from "@std/assert";
import { denoGlobal } from "../../lib/platform/deno/namespace.ts";
import { needs, test } from "../_support/harness.ts";

test("the slice of the host is the global object itself", () => {
  assertStrictEquals<unknown>(denoGlobal, globalThis);
});

test({
  name: "Node's modules are had without an import",
  ...needs("deno"),
  fn() {
    const { process } = denoGlobal;
    assertEquals(
      [
        typeof process.getBuiltinModule("node:async_hooks").AsyncLocalStorage,
        typeof process.getBuiltinModule("node:worker_threads").Worker,
        typeof process.getBuiltinModule("node:v8").Serializer,
      ],
      ["function", "function", "function"],
    );
  },
});
