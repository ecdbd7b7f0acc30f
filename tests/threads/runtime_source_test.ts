import { assert } from "@std/assert";
import { runtimeSource } from "../../lib/threads/runtime_source.ts";
import { test } from "../_support/harness.ts";

test("runtimeSource() is where this module is", async () => {
  const source = runtimeSource({ importRefusal: () => null });
  assert(source.kind === "module");
  const module = await import(source.url) as Record<string, unknown>;
  for (const name of ["run", "ensureFuture", "newEventLoop", "setEventLoop"]) {
    assert(typeof module[name] === "function", `${name} of ${source.url}`);
  }
});

test("runtimeSource() says why a worker may not have this module", () => {
  const source = runtimeSource({ importRefusal: () => "it is forbidden" });
  assert(source.kind === "refused");
  assert(/^cannot import \S+ in a worker: it is forbidden$/.test(source.why), source.why);
});
