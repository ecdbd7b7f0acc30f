import { assert, assertEquals } from "@std/assert";
import { BrokenExecutor, RuntimeError } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("BrokenExecutor is a RuntimeError of its own name", () => {
  const cause = new Error("why");
  const error = new BrokenExecutor("a worker died", { cause });
  assert(error instanceof RuntimeError);
  assertEquals([error.name, error.message, error.cause], [
    "BrokenExecutor",
    "a worker died",
    cause,
  ]);
});
