import { assert, assertEquals } from "@std/assert";
import { ConnectionError, ProcessLookupError } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("ProcessLookupError is an Error of its own name, and none of a connection", () => {
  const error = new ProcessLookupError("gone");
  assert(error instanceof Error && !(error instanceof ConnectionError));
  assertEquals(`${error}`, "ProcessLookupError: gone");
});
