// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  allTasks,
  type ClientConnectedCallback,
  coroutine,
  currentTask,
  type ExceptionContext,
  getRunningLoop,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  sleep,
  StreamReader,
  StreamReaderProtocol,
  type StreamWriter,
  ValueError,
} from "../../mod.ts";
import { bytes, text } from "../_support/bytes.ts";
import { FakeTransport } from "../_support/fake_transport.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A protocol that knows its transport, with its reader; a server's, where there is a function. */
function connect(callback: ClientConnectedCallback | null = null, extra = {}) {
  const reader = new StreamReader();
  const protocol = new StreamReaderProtocol(reader, callback);
  const transport = new FakeTransport(extra);
  protocol.connectionMade(transport);
  return { reader, protocol, transport };
}

test("new StreamReaderProtocol() belongs to the running loop, or to the one that is set or given", async () => {
  const loop = newEventLoop();
  const reader = new StreamReader({ loop });
  assertThrows(() => new StreamReaderProtocol(reader), RuntimeError, "no current event loop");
  new StreamReaderProtocol(reader, null, { loop });
  setEventLoop(loop);
  try {
    new StreamReaderProtocol(reader);
  } finally {
    setEventLoop(null);
  }
  loop.close();
  await virtually(function* () {
    new StreamReaderProtocol(null);
  });
});

test("new StreamReaderProtocol() refuses what is no reader, no function and no option", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    for (const wrong of [undefined, {}, "reader"]) {
      assertThrows(
        () => new StreamReaderProtocol(wrong as never),
        TypeError,
        "reader must be a StreamReader or null, got",
      );
    }
    assertThrows(
      () => new StreamReaderProtocol(reader, {} as never),
      TypeError,
      "client_connected_cb must be a function, got {}",
    );
    assertThrows(
      () => new StreamReaderProtocol(reader, null, { limit: 1 } as never),
      TypeError,
      "'limit'",
    );
    assertThrows(
      () => new StreamReaderProtocol(reader, null, { loop: 1 } as never),
      TypeError,
      "loop must be",
    );
  });
});

test("StreamReaderProtocol feeds its reader, until the connection is closed", async () => {
  await virtually(function* () {
    const { reader, protocol, transport } = connect();
    assertEquals(`${reader}`, "<StreamReader transport=<FakeTransport>>");
    protocol.dataReceived(bytes("ab"));
    assertEquals(protocol.eofReceived(), true);
    assertEquals(text(yield* reader.read()), "ab");
    protocol.connectionLost(null);
    protocol.dataReceived(bytes("ignored"));
    assertEquals(reader.atEof(), true);
    assertEquals(transport.told, []);
  });
});

test("StreamReaderProtocol.eofReceived() has an encrypted connection closed", async () => {
  await virtually(function* () {
    const { protocol } = connect(null, { sslcontext: {} });
    assertEquals(protocol.eofReceived(), false);
  });
});

test("StreamReaderProtocol.connectionLost() hands its error to the reader, and reports nothing", async () => {
  await virtually(function* () {
    const { reader, protocol } = connect();
    const error = new ValueError("lost");
    protocol.connectionLost(error);
    assertStrictEquals(reader.exception(), error);
    protocol.connectionLost(null);
    assertStrictEquals(reader.exception(), error);
  });
});

test("StreamReaderProtocol pauses its reader's transport where nobody reads", async () => {
  await virtually(function* () {
    const { reader, protocol, transport } = connect();
    protocol.dataReceived(new Uint8Array(131_072));
    assertEquals(transport.told, []);
    protocol.dataReceived(new Uint8Array(1));
    assertEquals(transport.told, ["pauseReading"]);
    yield* reader.read(100_000);
    assertEquals(transport.told, ["pauseReading", "resumeReading"]);
  });
});

// What a server's function is

test("StreamReaderProtocol runs a function that is a coroutine as a task", async () => {
  await virtually(function* () {
    const seen: unknown[] = [];
    const { reader, transport } = connect(function* (reader, writer) {
      seen.push("begun", currentTask()?.getName(), reader, writer.transport);
      yield* sleep(1);
      seen.push("ended");
    });
    assertEquals(seen, []);
    assertEquals(allTasks().size, 2);
    yield* sleep(0);
    assertEquals([seen[0], ...seen.slice(2)], ["begun", reader, transport]);
    assert(/^Task-\d+$/.test(String(seen[1])), String(seen[1]));
    yield* sleep(2);
    assertEquals(seen.at(-1), "ended");
    // That it ended is no reason to close the connection.
    assertEquals(transport.told, []);
  });
});

test("StreamReaderProtocol calls a plain function at once", async () => {
  await virtually(function* () {
    const seen: unknown[] = [];
    const { reader, transport } = connect((reader, writer) => {
      seen.push(reader, writer.transport);
    });
    assertEquals(seen, [reader, transport]);
    assertEquals(allTasks().size, 1);
    yield* sleep(0);
    assertEquals(transport.told, []);
  });
});

test("StreamReaderProtocol runs what a plain function returns, as a task", async () => {
  await virtually(function* () {
    const seen: string[] = [];
    function* handle(name: string) {
      seen.push(name);
      yield* sleep(1);
      seen.push(`${name} again`);
    }
    const lazily = coroutine(handle);
    connect(() => handle("generator"));
    connect(() => lazily("lazy"));
    connect(async () => {
      seen.push("async");
      await sleep(1);
      seen.push("async again");
    });
    seen.push("connected");
    yield* sleep(2);
    const names = ["generator", "lazy", "async"];
    assertEquals(
      seen.filter((name) => !name.endsWith("again")).sort(),
      [...names, "connected"].sort(),
    );
    assertEquals(
      seen.filter((name) => name.endsWith("again")).sort(),
      names.map((n) => `${n} again`).sort(),
    );
  });
});

test("StreamReaderProtocol runs an async function that a plain one calls, which may await", async () => {
  await virtually(function* () {
    const seen: unknown[] = [];
    const handle = async (_reader: StreamReader, writer: StreamWriter) => {
      seen.push(currentTask() !== null);
      await sleep(1);
      seen.push(currentTask() !== null);
      writer.write(bytes("late"));
    };
    const { transport } = connect((reader, writer) => handle(reader, writer));
    yield* sleep(2);
    assertEquals(seen, [true, true]);
    assertEquals(transport.told, ["write late"]);
  });
});

test("StreamReaderProtocol reports what a function that is a coroutine throws, and closes", async () => {
  const reports: ExceptionContext[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    const error = new ValueError("test");
    const later = async () => {
      await sleep(1);
      throw error;
    };
    for (
      const callback of [
        function* () {
          throw error;
        },
        function* () {
          yield* sleep(1);
          throw error;
        },
        () => later(),
      ]
    ) {
      loop.setExceptionHandler((_loop, context) => reports.push(context));
      const { transport } = connect(callback);
      yield* sleep(2);
      assertEquals(transport.told, ["close"]);
      const [report] = reports.splice(0);
      assertEquals(report?.message, "Unhandled exception in client_connected_cb");
      assertStrictEquals(report?.exception, error);
      assertStrictEquals((report as { transport?: unknown }).transport, transport);
    }
  });
});

test("StreamReaderProtocol lets its transport have what a plain function throws", async () => {
  await virtually(function* () {
    assertThrows(
      () =>
        connect(() => {
          throw new ValueError("plain");
        }),
      ValueError,
      "plain",
    );
    yield* sleep(0);
  });
});

test("StreamReaderProtocol closes where the task is cancelled, and reports nothing", async () => {
  await virtually(function* () {
    const { transport } = connect(function* (_reader, writer) {
      writer.write(bytes("x"));
      currentTask()!.cancel();
      yield* sleep(1);
    });
    yield* sleep(2);
    assertEquals(transport.told, ["write x", "close"]);
  });
});
