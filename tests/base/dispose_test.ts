import { assertEquals, assertStrictEquals } from "@std/assert";
import { asyncDisposeKey, disposeKey } from "../../lib/base/dispose.ts";
import { test } from "../_support/harness.ts";

test("the keys of disposal are two symbols, the engine's own where it has them", () => {
  assertEquals([typeof disposeKey, typeof asyncDisposeKey], ["symbol", "symbol"]);
  assertEquals((disposeKey as symbol) === asyncDisposeKey, false);
  assertStrictEquals<symbol>(disposeKey, Symbol.dispose ?? Symbol.for("Symbol.dispose"));
  assertStrictEquals<symbol>(
    asyncDisposeKey,
    Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose"),
  );
});

test("a block's end calls the method under the key", async () => {
  const log: string[] = [];
  {
    using _sync = { [disposeKey]: () => void log.push("sync") };
    await using _async = { [asyncDisposeKey]: async () => void log.push("async") };
    log.push("in the block");
  }
  assertEquals(log, ["in the block", "async", "sync"]);
});
