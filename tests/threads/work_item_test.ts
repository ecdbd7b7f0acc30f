import { assert, assertEquals } from "@std/assert";
import { ConcurrentFuture, JobStream } from "../../mod.ts";
import { cross } from "../../lib/threads/crossing.ts";
import { WorkItem } from "../../lib/threads/work_item.ts";
import { test } from "../_support/harness.ts";

function makeItem() {
  const future = new ConcurrentFuture<unknown>();
  const crossing = cross((n: number) => n, "test");
  const site = { error: new Error(), isShared: false };
  const item = new WorkItem(
    { id: 0, crossing, args: [], isChunk: false, context: undefined, moved: null, site },
    future,
  );
  const log: string[] = [];
  item.line = {
    abort: () => log.push("abort"),
    pull: (_, count) => log.push(`pull ${count}`),
    holdChanged: () => log.push(item.isAwaited ? "awaited" : "not awaited"),
    terminate: () => log.push("terminate"),
  };
  future.setRunningOrNotifyCancel();
  return { item, future, log };
}

test("WorkItem.stop() tells the worker once, and ends it when the grace is over", async () => {
  const { item, log } = makeItem();
  item.stop(null);
  item.stop(0.001);
  assertEquals(log, ["abort"]);
  while (log.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(log, ["abort", "terminate"]);
});

test("WorkItem.stop() without grace ends the worker at once", () => {
  const { item, log } = makeItem();
  item.stop(0);
  assertEquals(log, ["abort", "terminate"]);
});

test("WorkItem ends no worker of a job that has ended", async () => {
  const { item, future, log } = makeItem();
  item.stop(0.001);
  item.succeed(5);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals([log, future.result()], [["abort"], 5]);
});

test("WorkItem.openStream() settles the future by the stream, which holds the process while read", () => {
  const { item, future, log } = makeItem();
  item.openStream(null);
  const stream = future.result();
  assert(stream instanceof JobStream);
  stream.next();
  item.give(1);
  stream.return();
  assertEquals(log, ["pull 16", "not awaited", "awaited", "not awaited", "abort"]);
});

test("WorkItem.confirmCancelled() cancels the running future", () => {
  const { item, future } = makeItem();
  item.confirmCancelled();
  assert(future.cancelled());
});
