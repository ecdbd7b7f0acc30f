// kinds: generator, async
import { assertEquals } from "@std/assert";
import { createTask, sleep, StreamReader } from "../../mod.ts";
import { bytes } from "../_support/bytes.ts";
import { feed, readerOf } from "../_support/fed_reader.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("StreamReader finds lines in much, and much in small pieces, without going over it again", async () => {
  await virtually(function* () {
    // Both would take minutes if each line, or each piece, went over all there is.
    const lines = 200_000;
    const reader = readerOf(["12345\n".repeat(lines)]);
    let count = 0;
    while (count < lines) count += Number((yield* reader.readline()).length === 6);
    const slow = new StreamReader({ limit: Infinity });
    const task = createTask(() => slow.readuntil(bytes("\r\n")));
    yield* sleep(0);
    const piece = bytes("\r123456789");
    for (let n = 0; n < 20_000; n++) {
      slow.feedData(piece);
      yield* sleep(0);
    }
    feed(slow, ["\r\n"]);
    assertEquals((yield* task).length, 200_002);
    const several = readerOf(["1;2\n".repeat(20_000)], { limit: 80_000 });
    for (let n = 0; n < 40_000; n++) yield* several.readuntil([bytes("\n"), bytes(";")]);
    const absent = readerOf(["1;".repeat(20_000)], { limit: 80_000 });
    for (let n = 0; n < 20_000; n++) yield* absent.readuntil([bytes("\n"), bytes(";")]);
  });
});

test("StreamReader gives back what it was fed, in whatever pieces", async () => {
  await virtually(function* () {
    let seed = 7;
    const random = (most: number) => (seed = (seed * 48_271) % 2_147_483_647) % most;
    const reader = new StreamReader();
    const fed: number[] = [];
    const read: number[] = [];
    for (let step = 0; step < 1_000; step++) {
      const piece = Uint8Array.from({ length: 1 + random(300) }, () => random(256));
      fed.push(...piece);
      reader.feedData(piece);
      while (random(3) > 0 && fed.length > read.length) {
        read.push(...yield* reader.read(1 + random(400)));
      }
    }
    reader.feedEof();
    read.push(...yield* reader.read());
    assertEquals(read.length, fed.length);
    assertEquals(read, fed);
  });
});
