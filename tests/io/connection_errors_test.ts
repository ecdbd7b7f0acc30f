import { assert, assertEquals } from "@std/assert";
import {
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("errors of connections stand in Python's tree, and tell their names", () => {
  const classes = [
    BrokenPipeError,
    ConnectionAbortedError,
    ConnectionRefusedError,
    ConnectionResetError,
  ];
  for (const errorClass of classes) {
    const cause = new Error("below");
    const error = new errorClass("own", { cause });
    assert(error instanceof ConnectionError && error instanceof Error);
    assertEquals([error.name, error.message, error.cause], [errorClass.name, "own", cause]);
  }
  assertEquals(String(new ConnectionError("own")), "ConnectionError: own");
});
