import { assert, assertEquals, assertFalse } from "@std/assert";
import { BlockingCell, claimCell, fillCell } from "../../lib/threads/blocking_cell.ts";
import { needs, test } from "../_support/harness.ts";

// Where the state is no longer what is waited for, `Atomics.wait` returns at once; so a page's main
// thread, which may not wait, cannot run these, and Deno's can.

test({
  name: "BlockingCell gives the answer that was written for its word",
  ...needs("deno", "sharedMemory"),
  fn() {
    const cell = new BlockingCell();
    const word = cell.arm();
    assert(claimCell(cell.buffer, word));
    assert(fillCell(cell.buffer, "result", new Uint8Array([1, 2, 3])));
    assertEquals(cell.wait(word, 0), { kind: "result", bytes: new Uint8Array([1, 2, 3]) });
  },
});

test({
  name: "BlockingCell that waited in vain takes no answer for that wait, nor for the next",
  ...needs("deno", "sharedMemory"),
  fn() {
    const cell = new BlockingCell();
    const first = cell.arm();
    assertEquals(cell.wait(first, 0), null);
    assertFalse(claimCell(cell.buffer, first));
    const second = cell.arm();
    assertFalse(claimCell(cell.buffer, first));
    assert(claimCell(cell.buffer, second));
    assertFalse(claimCell(cell.buffer, second), "claimed once already");
    fillCell(cell.buffer, "error", new Uint8Array());
    assertEquals(cell.wait(second, 0)?.kind, "error");
  },
});

test({
  name: "BlockingCell grows for an answer that it cannot hold, and shrinks again",
  ...needs("deno", "sharedMemory"),
  fn() {
    const cell = new BlockingCell();
    const small = cell.buffer;
    const bytes = new Uint8Array(2 << 20).fill(7);
    const first = cell.arm();
    claimCell(cell.buffer, first);
    assertFalse(fillCell(cell.buffer, "result", bytes));
    assertEquals(cell.wait(first, 0), { kind: "more", bytes: new Uint8Array() });
    assert(cell.buffer !== small);
    const second = cell.arm();
    claimCell(cell.buffer, second);
    assert(fillCell(cell.buffer, "result", bytes));
    assertEquals(cell.wait(second, 0), { kind: "result", bytes });
    assert(cell.shrink());
    assertEquals(cell.buffer.byteLength, small.byteLength);
    assertFalse(cell.shrink());
  },
});
