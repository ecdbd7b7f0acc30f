import { assertEquals, assertThrows } from "@std/assert";
import { asyncWith, run } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { InlineExecutor } from "./inline_executor.ts";

test("Executor.map() submits all items at once", () => {
  const executor = new InlineExecutor();
  executor.map((n: number) => n, [1, 2, 3]);
  assertEquals(executor.log, ["submit 1", "submit 2", "submit 3"]);
});

test("Executor.map() cancels what it submitted when the items' iterator throws", () => {
  const executor = new InlineExecutor();
  function* items() {
    yield 1;
    throw new RangeError("no more");
  }
  assertThrows(() => executor.map((n: number) => n, items()), RangeError, "no more");
  executor.step();
  assertEquals(executor.log, ["submit 1", "cancelled 1"]);
});

test("Executor.map() refuses items that are none", () => {
  assertThrows(() => new InlineExecutor().map((n: number) => n, 42 as never), TypeError);
});

test("Executor is shut down at the end of `await using`", async () => {
  const executor = new InlineExecutor();
  {
    await using used = executor;
    used.log.push("used");
  }
  assertEquals(executor.log, ["used", "shutdown"]);
});

test("Executor is shut down at the end of asyncWith()", async () => {
  const executor = new InlineExecutor();
  await run(function* () {
    yield* asyncWith(executor, function* (entered) {
      entered.log.push("entered");
    });
  });
  assertEquals(executor.log, ["entered", "shutdown"]);
});
