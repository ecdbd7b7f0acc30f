import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { JobStream } from "../../mod.ts";
import { endStream, failStream, pushItem } from "../../lib/concurrent/job_stream.ts";
import { test } from "../_support/harness.ts";

function openStream() {
  const log: string[] = [];
  const stream = new JobStream<number, string>({
    pull: (count) => log.push(`pull ${count}`),
    close: () => log.push("close"),
    awaited: (isAwaited) => log.push(isAwaited ? "awaited" : "not awaited"),
  });
  return { stream, log, opaque: stream as JobStream<unknown, unknown> };
}

test("JobStream asks for more items when half of those it may hold are taken", () => {
  const { stream, log, opaque } = openStream();
  for (let n = 0; n < 16; n++) pushItem(opaque, n);
  for (let n = 0; n < 7; n++) stream.next();
  assertEquals(log, ["pull 16"]);
  stream.next();
  assertEquals(log, ["pull 16", "pull 8"]);
});

test("JobStream.next() waits for an item, and says that it is awaited", async () => {
  const { stream, log, opaque } = openStream();
  const [first, second] = [stream.next(), stream.next()];
  assertEquals([first.done(), second.done()], [false, false]);
  pushItem(opaque, 1);
  assertEquals(await first, { done: false, value: 1 });
  assertEquals(second.done(), false);
  pushItem(opaque, 2);
  assertEquals(await second, { done: false, value: 2 });
  assertEquals(log.slice(1), ["awaited", "awaited", "not awaited"]);
});

test("JobStream tells its end, and what was returned, once", async () => {
  const { stream, opaque } = openStream();
  pushItem(opaque, 1);
  endStream(opaque, "the end");
  assertEquals(await stream.next(), { done: false, value: 1 });
  assertEquals(await stream.next(), { done: true, value: "the end" });
  assertEquals(await stream.next(), { done: true, value: undefined });
});

test("JobStream tells a failure to who waits", async () => {
  const { stream, opaque } = openStream();
  const waiting = stream.next();
  failStream(opaque, new RangeError("no"));
  await assertRejects(async () => await waiting, RangeError, "no");
  assertEquals(await stream.next(), { done: true, value: undefined });
});

test("JobStream.return() ends the job, and drops what it gave", async () => {
  const { stream, log, opaque } = openStream();
  pushItem(opaque, 1);
  assertEquals(await stream.return(), { done: true, value: undefined });
  pushItem(opaque, 2);
  assertEquals(await stream.next(), { done: true, value: undefined });
  await stream.return();
  assertEquals(log, ["pull 16", "close"]);
});

test("JobStream is left by `break`, and by a cancellation of what waits", async () => {
  const { stream, log, opaque } = openStream();
  pushItem(opaque, 1);
  for await (const _ of stream) break;
  assertEquals(log, ["pull 16", "close"]);
  const other = openStream();
  const waiting = other.stream.next();
  waiting.cancel();
  assertEquals(other.log, ["pull 16", "awaited", "close"]);
  assertThrows(() => waiting.result());
});

test("JobStream gives no item to a future that was settled by hand", async () => {
  const { stream, log, opaque } = openStream();
  const [first, second] = [stream.next(), stream.next()];
  first.setResult({ done: false, value: -1 });
  pushItem(opaque, 1);
  assertEquals(await second, { done: false, value: 1 });
  const third = stream.next();
  third.setResult({ done: false, value: -1 });
  pushItem(opaque, 2);
  assertEquals(await stream.next(), { done: false, value: 2 });
  assertEquals(log.at(-1), "not awaited");
});
