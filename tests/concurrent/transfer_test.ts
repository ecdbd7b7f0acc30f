import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { transfer } from "../../mod.ts";
import { takeTransfers } from "../../lib/concurrent/transfer.ts";
import { test } from "../_support/harness.ts";

test("transfer() gives the value back, and marks what of it is moved, once", () => {
  const bytes = new Uint8Array(4);
  assertStrictEquals(transfer(bytes, [bytes.buffer]), bytes);
  assertEquals(takeTransfers([1, bytes, null]), [bytes.buffer]);
  assertEquals(takeTransfers([bytes]), null);
});

test("takeTransfers() gathers what is moved of all the arguments", () => {
  const [a, b] = [new ArrayBuffer(1), new ArrayBuffer(2)];
  const first = transfer({ a }, [a]);
  const second = transfer({ b }, [b]);
  assertEquals(takeTransfers([first, "between", second]), [a, b]);
});

test("transfer() says what it cannot move", () => {
  const bytes = new Uint8Array(4);
  assertThrows(
    () => transfer(5 as never, []),
    TypeError,
    "transfer() expects an object, got 5 (number)",
  );
  assertThrows(
    () => transfer(bytes, bytes.buffer as never),
    TypeError,
    "transfer() expects a list of what to move, got ",
  );
  assertThrows(
    () => transfer(bytes, [bytes as never]),
    TypeError,
    "transfer() moves buffers, not views of them: buffers[0] is ",
  );
  assertThrows(
    () => transfer(bytes, [bytes.buffer, "x" as never]),
    TypeError,
    "transfer() cannot move buffers[1], 'x' (string)",
  );
});
