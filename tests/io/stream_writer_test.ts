// kinds: generator, async
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AsyncExitStack,
  asyncWith,
  ConnectionResetError,
  createTask,
  getRunningLoop,
  sleep,
  StreamReader,
  StreamReaderProtocol,
  StreamWriter,
  ValueError,
} from "../../mod.ts";
import { bytes } from "../_support/bytes.ts";
import { FakeTransport } from "../_support/fake_transport.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

function make(extra = {}) {
  const reader = new StreamReader();
  const protocol = new StreamReaderProtocol(reader);
  const transport = new FakeTransport(extra);
  protocol.connectionMade(transport);
  return {
    reader,
    protocol,
    transport,
    writer: new StreamWriter(transport, protocol, reader, getRunningLoop()),
  };
}

/** What an awaitable throws, or `null`. */
function* thrownBy(work: () => unknown) {
  try {
    yield* createTask(work as () => never);
  } catch (error) {
    return error;
  }
  return null;
}

test("StreamWriter hands on to its transport what it is told", async () => {
  await virtually(function* () {
    const { transport, writer } = make({ peername: ["127.0.0.1", 80] });
    assertStrictEquals(writer.transport, transport);
    writer.write(bytes("a"));
    writer.writelines([bytes("b"), bytes("c")]);
    assertEquals(writer.canWriteEof(), true);
    writer.writeEof();
    assertEquals(writer.getExtraInfo("peername"), ["127.0.0.1", 80]);
    assertEquals([writer.getExtraInfo("x"), writer.getExtraInfo("x", 3)], [null, 3]);
    assertEquals(writer.isClosing(), false);
    writer.close();
    assertEquals(writer.isClosing(), true);
    assertEquals(transport.told, ["write a", "write bc", "writeEof", "close"]);
  });
});

test("StreamWriter.toString() prints as CPython's repr", async () => {
  await virtually(function* () {
    const { protocol, transport, writer } = make();
    assertEquals(
      `${writer}`,
      "<StreamWriter transport=<FakeTransport> reader=<StreamReader transport=<FakeTransport>>>",
    );
    const blind = new StreamWriter(transport, protocol, null, getRunningLoop());
    assertEquals(`${blind}`, "<StreamWriter transport=<FakeTransport>>");
  });
});

test("new StreamWriter() refuses what is no reader", async () => {
  await virtually(function* () {
    const { protocol, transport } = make();
    assertThrows(
      () => new StreamWriter(transport, protocol, {} as never, getRunningLoop()),
      TypeError,
      "reader must be a StreamReader or null, got {}",
    );
  });
});

test("StreamWriter.drain() throws the reader's error", async () => {
  await virtually(function* () {
    const { reader, writer } = make();
    const error = new ValueError("reader");
    reader.setException(error);
    assertStrictEquals(yield* thrownBy(() => writer.drain()), error);
  });
});

test("StreamWriter.drain() does not let the loop go on where nothing is to wait for", async () => {
  await virtually(function* () {
    const { protocol, transport, writer } = make();
    const seen: string[] = [];
    getRunningLoop().callSoon(() => {
      seen.push("the loop went on");
      protocol.connectionLost(null);
    });
    yield* writer.drain();
    seen.push("drained");
    transport.close();
    // Who writes in a loop hears at last that the connection is gone.
    let rounds = 0;
    let thrown: unknown = null;
    while (thrown === null) {
      rounds++;
      try {
        writer.write(bytes("x"));
        yield* writer.drain();
      } catch (error) {
        thrown = error;
      }
    }
    assertEquals([rounds, thrown instanceof ConnectionResetError], [1, true]);
    assertEquals(seen, ["drained", "the loop went on"]);
  });
});

test("StreamWriter.waitClosed() waits for the end of the connection, and throws its error", async () => {
  await virtually(function* () {
    for (const error of [null, new ConnectionResetError("gone")]) {
      const { protocol, writer } = make();
      const tasks = [1, 2].map(() => createTask(() => writer.waitClosed()));
      yield* sleep(1);
      assertEquals(tasks.map((task) => task.done()), [false, false]);
      protocol.connectionLost(error);
      yield* sleep(0);
      assertEquals(tasks.map((task) => task.done()), [true, true]);
      for (const task of tasks) assertStrictEquals(task.exception(), error);
      assertStrictEquals(yield* thrownBy(() => writer.waitClosed()), error);
    }
  });
});

test("StreamWriter.waitClosed() that is cancelled ends for all who wait, as CPython's", async () => {
  await virtually(function* () {
    const { protocol, writer } = make();
    const [one, other] = [1, 2].map(() => createTask(() => writer.waitClosed()));
    yield* sleep(0);
    one!.cancel();
    yield* sleep(0);
    yield* sleep(0);
    assertEquals([one!.cancelled(), other!.cancelled()], [true, true]);
    protocol.connectionLost(null);
  });
});

test("StreamWriter is closed at the end of using, and of a stack of contexts", async () => {
  await virtually(function* () {
    const { transport, writer } = make();
    {
      using open = writer;
      open.write(bytes("x"));
    }
    assertEquals(transport.told, ["write x", "close"]);
    const other = make();
    yield* asyncWith(new AsyncExitStack(), function* (stack) {
      yield* stack.enterAsyncContext(other.writer);
      assertEquals(other.transport.told, []);
    });
    assertEquals(other.transport.told, ["close"]);
  });
});
