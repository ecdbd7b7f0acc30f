// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  createTask,
  getRunningLoop,
  sleep,
  StreamReader,
  StreamReaderProtocol,
  StreamWriter,
  ValueError,
} from "../../mod.ts";
import { FakeTransport } from "../_support/fake_transport.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function connect() {
  const reader = new StreamReader();
  const protocol = new StreamReaderProtocol(reader);
  const transport = new FakeTransport();
  protocol.connectionMade(transport);
  return { reader, protocol, transport };
}

test("StreamReaderProtocol has all who drain wait until it may write again", async () => {
  await virtually(function* () {
    const { reader, protocol, transport } = connect();
    const writer = new StreamWriter(transport, protocol, reader, getRunningLoop());
    const seen: number[] = [];
    yield* writer.drain();
    protocol.pauseWriting();
    for (let n = 0; n < 10; n++) {
      createTask(function* () {
        yield* writer.drain();
        seen.push(n);
      });
    }
    yield* sleep(1);
    assertEquals(seen, []);
    protocol.resumeWriting();
    assertEquals(seen, []);
    yield* sleep(0);
    assertEquals(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    yield* writer.drain();
  });
});

test("StreamReaderProtocol is told to pause and to go on in turn", async () => {
  await virtually(function* () {
    const { protocol } = connect();
    assertThrows(() => protocol.resumeWriting(), Error, "resume_writing() while not paused");
    protocol.pauseWriting();
    assertThrows(() => protocol.pauseWriting(), Error, "pause_writing() while paused");
    protocol.resumeWriting();
  });
});

test("StreamReaderProtocol wakes who drains where the connection is lost", async () => {
  await virtually(function* () {
    for (const error of [null, new ValueError("lost")]) {
      const { reader, protocol, transport } = connect();
      const writer = new StreamWriter(transport, protocol, reader, getRunningLoop());
      protocol.pauseWriting();
      const cancelled = createTask(() => writer.drain());
      const draining = createTask(() => writer.drain());
      yield* sleep(0);
      cancelled.cancel();
      protocol.connectionLost(error);
      yield* sleep(0);
      assertEquals([cancelled.cancelled(), draining.done()], [true, true]);
      assertStrictEquals(draining.exception(), error);
      let thrown: unknown = null;
      try {
        yield* writer.drain();
      } catch (caught) {
        thrown = caught;
      }
      // The reader's error comes first.
      assertEquals(
        String(thrown),
        error === null ? "ConnectionResetError: Connection lost" : "ValueError: lost",
      );
      assert(!(thrown instanceof CancelledError));
    }
  });
});
