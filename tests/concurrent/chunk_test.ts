import { assertEquals } from "@std/assert";
import { ConcurrentFuture } from "../../mod.ts";
import { type ChunkOutcome, splitChunk } from "../../lib/concurrent/chunk.ts";
import { test } from "../_support/harness.ts";

function split(size: number) {
  const chunk = new ConcurrentFuture<ChunkOutcome>();
  return { chunk, futures: splitChunk<string>(chunk, size) };
}

function show(futures: readonly ConcurrentFuture<string>[]): string[] {
  return futures.map((future) => {
    if (!future.done()) return "open";
    if (future.cancelled()) return "cancelled";
    return String(future.exception() ?? future.result());
  });
}

test("splitChunk() gives each call its own outcome", () => {
  const { chunk, futures } = split(2);
  assertEquals(show(futures), ["open", "open"]);
  chunk.setResult({ values: ["a", "b"], error: null });
  assertEquals(show(futures), ["a", "b"]);
});

test("splitChunk() fails the call that failed, and cancels those after it", () => {
  const { chunk, futures } = split(3);
  chunk.setResult({ values: ["a"], error: { thrown: new RangeError("no") } });
  assertEquals(show(futures), ["a", "RangeError: no", "cancelled"]);
});

test("splitChunk() fails all calls of a chunk that fails", () => {
  const { chunk, futures } = split(2);
  chunk.setException(new RangeError("gone"));
  assertEquals(show(futures), ["RangeError: gone", "RangeError: gone"]);
});

test("splitChunk() cancels the chunk with one of its calls, and all calls with the chunk", () => {
  const { chunk, futures } = split(2);
  futures[1]!.cancel();
  assertEquals(chunk.cancelled(), true);
  assertEquals(show(futures), ["cancelled", "cancelled"]);
});
