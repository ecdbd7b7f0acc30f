// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asyncWith,
  type ClientConnectedCallback,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  type Coroutine,
  type CoroutineObject,
  createTask,
  currentTask,
  Event,
  type ExceptionContext,
  forEach,
  fromPromise,
  gather,
  getRunningLoop,
  NotSupportedError,
  openConnection,
  openUnixConnection,
  run,
  RuntimeError,
  type Server,
  sleep,
  startServer,
  type StartServerOptions,
  startUnixServer,
  StreamReader,
  StreamWriter,
  TimeoutError,
  ValueError,
  wait,
  waitFor,
} from "../../mod.ts";
import { bytes, text } from "../_support/bytes.ts";
import { CERT, KEY } from "../_support/certificates.ts";
import { collectGarbage } from "../_support/garbage.ts";
import { needs, test } from "../_support/harness.ts";

/** Where a server listens. */
function portOf(server: Server): number {
  return Number(server.sockets[0]?.getsockname()[1]);
}

/** Runs a body with a server and the port it listens at, and closes the server. Nothing may be reported. */
async function withServer<T>(
  callback: ClientConnectedCallback,
  body: (port: number, server: Server) => CoroutineObject<T>,
  options: StartServerOptions = {},
): Promise<string[]> {
  const reports: ExceptionContext[] = [];
  await run(function* () {
    getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context));
    const server = yield* startServer(callback, "127.0.0.1", 0, options);
    yield* asyncWith(server, function* () {
      yield* waitFor(createTask(() => body(portOf(server), server)), 20);
    });
  });
  return reports.map(({ message }) => message);
}

/** Sends back each line. */
function* echo(reader: StreamReader, writer: StreamWriter) {
  while (true) {
    const line = yield* reader.readline();
    if (line.length === 0) break;
    writer.write(line);
    yield* writer.drain();
  }
  writer.close();
}

/** The error that something ends by. */
function* errorOf(work: () => unknown) {
  try {
    yield* createTask(work as () => never);
  } catch (error) {
    return error;
  }
  return null;
}

// Connections

test({
  name: "openConnection() and startServer() talk in lines",
  ...needs("sockets"),
  async fn() {
    const seen: string[] = [];
    const reports = await withServer(echo, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      assert(reader instanceof StreamReader && writer instanceof StreamWriter);
      assertEquals(writer.getExtraInfo("peername"), ["127.0.0.1", port]);
      for (const line of ["one\n", "two\n"]) {
        writer.write(bytes(line));
        seen.push(text(yield* reader.readline()));
      }
      writer.writelines([bytes("three\nfo"), bytes("ur")]);
      writer.writeEof();
      yield* forEach(reader, (line) => void seen.push(text(line)));
      assertEquals([writer.isClosing(), reader.atEof()], [false, true]);
      writer.close();
      yield* writer.waitClosed();
    });
    assertEquals(seen, ["one\n", "two\n", "three\n", "four"]);
    assertEquals(reports, []);
  },
});

test({
  name: "openUnixConnection() and startUnixServer() talk by a path",
  ...needs("sockets", "files"),
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/socket`;
    await run(function* () {
      const server = yield* startUnixServer(echo, path);
      assertEquals(server.sockets.map((socket) => socket.getsockname()), [path]);
      const [reader, writer] = yield* openUnixConnection(path);
      writer.write(bytes("by a path\n"));
      assertEquals(text(yield* reader.readline()), "by a path\n");
      writer.close();
      yield* writer.waitClosed();
      server.close();
      yield* server.waitClosed();
      assert((yield* errorOf(() => openUnixConnection(`${path}-not`))) instanceof Error);
    });
    await Deno.remove(folder, { recursive: true });
  },
});

test({
  name: "openConnection() fails where nobody listens",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const server = yield* startServer(echo, "127.0.0.1", 0, { startServing: false });
      const port = portOf(server);
      server.close();
      yield* server.waitClosed();
      const error = yield* errorOf(() => openConnection("127.0.0.1", port));
      assert(error instanceof ConnectionRefusedError, String(error));
    });
  },
});

test("openConnection() and startServer() refuse wrong arguments at the call", () => {
  const noServer = () => {};
  for (
    const call of [
      (options: never) => openConnection("127.0.0.1", 1, options),
      (options: never) => openUnixConnection("path", options),
      (options: never) => startServer(noServer, "127.0.0.1", 1, options),
      (options: never) => startUnixServer(noServer, "path", options),
    ]
  ) {
    assertThrows(() => call({ limit: 0 } as never), ValueError, "Limit cannot be <= 0, got 0");
    assertThrows(() => call({ limit: "1" } as never), TypeError, "limit must be a number");
    assertThrows(() => call({ limits: 1 } as never), TypeError, "argument 'limits'");
    assertThrows(() => call(1 as never), TypeError, "expects an object of options, got 1");
  }
  for (const callback of [undefined, null, {}, "f"]) {
    assertThrows(
      () => startServer(callback as never, "127.0.0.1", 1),
      TypeError,
      "client_connected_cb must be a function",
    );
    assertThrows(() => startUnixServer(callback as never, "p"), TypeError, "must be a function");
  }
});

test({
  name: "openConnection() and startServer() say in a browser what there is instead",
  ...needs("browser"),
  async fn() {
    for (
      const call of [
        () => openConnection("127.0.0.1", 1),
        () => openUnixConnection("path"),
        () => startServer(() => {}, "127.0.0.1", 1),
        () => startUnixServer(() => {}, "path"),
      ]
    ) {
      await assertRejects(() => run(call() as Coroutine<unknown>), NotSupportedError, "WebSocket");
    }
  },
});

test({
  name: "openConnection() gives its reader a limit, and so does startServer()",
  ...needs("sockets"),
  async fn() {
    const seen: string[] = [];
    await withServer(function* (reader, writer) {
      try {
        yield* reader.readline();
      } catch (error) {
        seen.push(String(error));
      }
      writer.write(bytes("1234567890\n"));
      writer.close();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port, { limit: 9 });
      writer.write(bytes("12345678\n"));
      seen.push(String(yield* errorOf(() => reader.readline())));
      writer.close();
    }, { limit: 7 });
    const message = "ValueError: Separator is found, but chunk is longer than limit";
    assertEquals(seen, [message, message]);
  },
});

test({
  name: "openConnection() that is cancelled leaves nothing open",
  ...needs("sockets"),
  async fn() {
    let connections = 0;
    await withServer((_reader, writer) => {
      connections++;
      writer.close();
    }, function* (port) {
      for (let steps = 0; steps < 12; steps++) {
        const task = createTask(() => openConnection("127.0.0.1", port));
        for (let step = 0; step < steps; step++) yield* sleep(step < 6 ? 0 : 0.001);
        task.cancel();
        yield* wait([task]);
        if (!task.cancelled()) task.result()[1].close();
      }
      yield* sleep(0.02);
    });
    assert(connections <= 12);
  },
});

// Much, and slowly

test({
  name: "StreamWriter.drain() has a writer wait for a reader that is slower",
  ...needs("sockets"),
  async fn() {
    const piece = new Uint8Array(65_536);
    const read = new Event();
    let received = 0;
    const total = 1_000 * piece.length;
    await withServer(function* (reader, writer) {
      yield* read.wait();
      while (true) {
        const data = yield* reader.read(100_000);
        if (data.length === 0) break;
        received += data.length;
      }
      writer.close();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      let sent = 0;
      let most = 0;
      const sending = createTask(function* () {
        for (; sent < total; sent += piece.length) {
          writer.write(piece);
          most = Math.max(most, writer.transport.getWriteBufferSize());
          yield* writer.drain();
        }
        writer.writeEof();
      });
      // It goes on until the system's own buffers are full, and then no further.
      let before = -1;
      while (before < sent) {
        before = sent;
        yield* sleep(0.1);
      }
      assert(sent > 0 && sent < total, `${sent} of ${total} bytes are with nobody`);
      assertEquals(sending.done(), false);
      read.set();
      yield* sending;
      assertEquals(text(yield* reader.read()), "");
      assert(most <= 2 * 65_536, `${most} bytes waited at once`);
      writer.close();
      yield* writer.waitClosed();
    });
    assertEquals(received, total);
  },
});

test({
  name: "StreamReader holds up the other side where nobody reads",
  ...needs("sockets"),
  async fn() {
    let held = "";
    await withServer(function* (reader, writer) {
      yield* sleep(0.1);
      held = String(reader);
      assertEquals((yield* reader.read()).length, 5_000_000);
      writer.close();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(new Uint8Array(5_000_000));
      writer.writeEof();
      assertEquals(text(yield* reader.read()), "");
      writer.close();
    }, { limit: 1_000 });
    const size = Number(/^<StreamReader (\d+) bytes/.exec(held)?.[1]);
    assert(size > 2_000 && size < 300_000 && / paused>$/.test(held), held);
  },
});

test({
  name: "StreamWriter.close() sends what was written before",
  ...needs("sockets"),
  async fn() {
    await withServer((_reader, writer) => {
      writer.write(new Uint8Array(3_000_000));
      writer.close();
      assertEquals(writer.isClosing(), true);
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      assertEquals((yield* reader.readexactly(2_999_999)).length, 2_999_999);
      assertEquals((yield* reader.read()).length, 1);
      writer.close();
      yield* writer.waitClosed();
    });
  },
});

test({
  name: "streams carry much both ways at once, byte for byte",
  ...needs("sockets"),
  async fn() {
    const much = new Uint8Array(4_000_000).map((_, index) => (index * 31 + (index >> 8)) % 251);
    await withServer(function* (reader, writer) {
      while (true) {
        const data = yield* reader.read(50_000);
        if (data.length === 0) break;
        writer.write(data);
        yield* writer.drain();
      }
      writer.close();
    }, function* (port) {
      yield* gather([0, 1, 2].map(() =>
        function* () {
          const [reader, writer] = yield* openConnection("127.0.0.1", port);
          const sending = createTask(function* () {
            for (let at = 0; at < much.length; at += 123_456) {
              writer.write(much.subarray(at, at + 123_456));
              yield* writer.drain();
            }
            writer.writeEof();
          });
          const back = yield* reader.read();
          yield* sending;
          // An element at a time would take seconds to compare.
          assertEquals(back.length, much.length);
          assertEquals(back.findIndex((byte, index) => byte !== much[index]), -1);
          writer.close();
          yield* writer.waitClosed();
        }
      ));
    });
  },
});

// The end, and errors

test({
  name: "StreamWriter.writeEof() ends one way, and nothing can be written afterwards",
  ...needs("sockets"),
  async fn() {
    await withServer(function* (reader, writer) {
      const heard = yield* reader.read();
      yield* sleep(0.01);
      writer.write(bytes(`${text(heard)} heard`));
      writer.close();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      assertEquals(writer.canWriteEof(), true);
      writer.write(bytes("half"));
      writer.writeEof();
      assertThrows(
        () => writer.write(bytes("x")),
        RuntimeError,
        "Cannot call write() after write_eof()",
      );
      assertThrows(() => writer.writelines([bytes("x")]), RuntimeError, "Cannot call writelines()");
      assertEquals(text(yield* reader.read()), "half heard");
      writer.close();
    });
  },
});

test({
  name: "streams throw the error by which the other side ended the connection",
  ...needs("sockets"),
  async fn() {
    const reports = await withServer(function* (reader, writer) {
      // It closes with much unread, so that the system resets the connection.
      yield* reader.readexactly(1);
      writer.transport.abort();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(new Uint8Array(20_000_000));
      const error = yield* errorOf(() => writer.drain());
      assert(error instanceof ConnectionError, String(error));
      for (
        const work of [
          () => reader.read(),
          () => reader.readline(),
          () => writer.drain(),
          () => writer.waitClosed(),
        ]
      ) assertStrictEquals(yield* errorOf(work), error);
      assertStrictEquals(reader.exception(), error);
      assertEquals(writer.isClosing(), true);
    });
    assertEquals(reports, []);
  },
});

test({
  name: "StreamWriter.drain() throws where the connection was closed",
  ...needs("sockets"),
  async fn() {
    await withServer(echo, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.close();
      writer.write(bytes("data"));
      const error = yield* errorOf(() => writer.drain());
      assert(error instanceof ConnectionResetError, String(error));
      assertEquals(error.message, "Connection lost");
      yield* writer.waitClosed();
      assertEquals([reader.atEof(), text(yield* reader.read())], [true, ""]);
    });
  },
});

test({
  name: "a writer that goes on writing hears that the other side has closed",
  ...needs("sockets"),
  async fn() {
    const reports = await withServer((_reader, writer) => writer.close(), function* (port) {
      const [, writer] = yield* openConnection("127.0.0.1", port);
      const error = yield* errorOf(function* () {
        while (true) {
          writer.write(bytes("foo\n"));
          yield* writer.drain();
        }
      });
      assert(error instanceof ConnectionError, String(error));
    });
    assertEquals(reports, []);
  },
});

test({
  name: "a read that is cancelled at any step loses no byte of a connection",
  ...needs("sockets"),
  async fn() {
    const lines = Array.from({ length: 60 }, (_, n) => `line ${n}\n`);
    await withServer(function* (reader, writer) {
      for (const line of lines) {
        writer.write(bytes(line.slice(0, 3)));
        yield* sleep(0);
        writer.write(bytes(line.slice(3)));
        yield* sleep(0);
      }
      writer.writeEof();
      yield* reader.read();
      writer.close();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      const seen: string[] = [];
      for (let steps = 0; !reader.atEof(); steps = (steps + 1) % 5) {
        const task = createTask(() => reader.readline());
        for (let step = 0; step < steps; step++) yield* sleep(step < 3 ? 0 : 0.001);
        task.cancel();
        yield* wait([task]);
        if (!task.cancelled()) seen.push(text(task.result()));
      }
      assertEquals(seen.filter((line) => line !== ""), lines);
      writer.close();
    });
  },
});

test({
  name: "a read whose time is over loses no byte of a connection",
  ...needs("sockets"),
  async fn() {
    await withServer(function* (reader, writer) {
      for (const piece of ["ab", "cd", "e\n"]) {
        yield* sleep(0.03);
        writer.write(bytes(piece));
      }
      yield* reader.read();
      writer.close();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      let timeouts = 0;
      let line: Uint8Array | null = null;
      while (line === null) {
        try {
          line = yield* waitFor(reader.readline(), 0.01);
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
          timeouts++;
        }
      }
      assertEquals(text(line), "abcde\n");
      assert(timeouts > 2, `${timeouts}`);
      writer.close();
    });
  },
});

test({
  name:
    "StreamWriter.drain() that is cancelled leaves the others waiting, and the bytes on their way",
  ...needs("sockets"),
  async fn() {
    const go = new Event();
    await withServer(function* (reader, writer) {
      yield* go.wait();
      writer.write(bytes(String((yield* reader.read()).length)));
      writer.close();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(new Uint8Array(20_000_000));
      const drains = [0, 1, 2].map(() => createTask(() => writer.drain()));
      yield* sleep(0.05);
      drains[1]!.cancel();
      yield* sleep(0.01);
      assertEquals(drains.map((task) => task.done()), [false, true, false]);
      go.set();
      yield* gather([drains[0]!, drains[2]!]);
      assert(writer.transport.getWriteBufferSize() <= 16_384);
      writer.writeEof();
      assertEquals(text(yield* reader.read()), "20000000");
      writer.close();
    });
  },
});

// Servers

test({
  name: "startServer() closes a connection whose coroutine fails, and reports it",
  ...needs("sockets"),
  async fn() {
    const reports = await withServer(function* () {
      throw new ValueError("test");
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      assertEquals(text(yield* reader.read()), "");
      writer.close();
      yield* writer.waitClosed();
    });
    assertEquals(reports, ["Unhandled exception in client_connected_cb"]);
  },
});

test({
  name: "startServer() closes a connection whose coroutine is cancelled, and reports nothing",
  ...needs("sockets"),
  async fn() {
    const reports = await withServer(function* () {
      currentTask()!.cancel();
      yield* sleep(1);
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      assertEquals(text(yield* reader.read()), "");
      writer.close();
    });
    assertEquals(reports, []);
  },
});

test({
  name: "startServer() leaves a connection open whose plain function fails, and reports it",
  ...needs("sockets"),
  async fn() {
    const reports = await withServer(() => {
      throw new ValueError("plain");
    }, function* (port, server) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      const error = yield* errorOf(() => waitFor(reader.read(), 0.05));
      assert(error instanceof TimeoutError);
      writer.close();
      server.closeClients();
    });
    assertEquals(reports.length, 1);
    assert(/^Exception in callback /.test(reports[0]!), reports[0]!);
  },
});

test({
  name: "startServer() takes plain functions, and those that return a coroutine or a promise",
  ...needs("sockets"),
  async fn() {
    const answer = async (reader: StreamReader, writer: StreamWriter) => {
      writer.write(await reader.readline());
      await writer.drain();
      writer.close();
      await writer.waitClosed();
    };
    for (
      const callback of [
        (reader: StreamReader, writer: StreamWriter) => echo(reader, writer),
        (reader: StreamReader, writer: StreamWriter) => answer(reader, writer),
        (reader: StreamReader, writer: StreamWriter) => {
          createTask(() => echo(reader, writer));
        },
        answer,
        answer.bind(null),
      ]
    ) {
      const reports = await withServer(callback, function* (port) {
        const [reader, writer] = yield* openConnection("127.0.0.1", port);
        writer.write(bytes("hello\n"));
        assertEquals(text(yield* reader.readline()), "hello\n");
        writer.close();
        yield* writer.waitClosed();
      });
      assertEquals(reports, []);
    }
  },
});

test({
  name: "startServer()'s server that is closed leaves its connections open, and waits for them",
  ...needs("sockets"),
  async fn() {
    const seen: string[] = [];
    const connected = new Event();
    await withServer(function* (reader, writer) {
      connected.set();
      seen.push(text(yield* reader.read()));
      writer.close();
    }, function* (port, server) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      yield* connected.wait();
      server.close();
      assertEquals([server.isServing(), server.sockets.length], [false, 0]);
      const closing = createTask(() => server.waitClosed());
      yield* sleep(0.02);
      assertEquals(closing.done(), false);
      writer.write(bytes("still here"));
      writer.writeEof();
      assertEquals(text(yield* reader.read()), "");
      writer.close();
      yield* closing;
      assertEquals(seen, ["still here"]);
      assert((yield* errorOf(() => openConnection("127.0.0.1", port))) instanceof ConnectionError);
    });
  },
});

test({
  name: "Server.closeClients() and abortClients() end the streams of a server",
  ...needs("sockets"),
  async fn() {
    for (const method of ["closeClients", "abortClients"] as const) {
      const seen: unknown[] = [];
      await withServer(function* (reader, writer) {
        seen.push(text(yield* reader.read()), writer.isClosing());
      }, function* (port, server) {
        const [reader, writer] = yield* openConnection("127.0.0.1", port);
        yield* sleep(0.02);
        server.close();
        server[method]();
        yield* server.waitClosed();
        yield* sleep(0);
        assertEquals(seen, ["", true]);
        assertEquals(text(yield* reader.read()), "");
        writer.close();
      });
    }
  },
});

test({
  name: "a loop that is closed over open streams leaves nothing open",
  ...needs("sockets"),
  async fn() {
    let writer: StreamWriter | null = null;
    await run(function* () {
      const server = yield* startServer(echo, "127.0.0.1", 0);
      const [reader, own] = yield* openConnection("127.0.0.1", portOf(server));
      own.write(bytes("hello\n"));
      yield* reader.readline();
      writer = own;
    });
    assertEquals(writer!.isClosing(), true);
  },
});

test({
  name: "the connections of a server are apart",
  ...needs("sockets"),
  async fn() {
    await withServer(function* (reader, writer) {
      const name = text(yield* reader.readline()).trim();
      yield* forEach(reader, function* (line) {
        writer.write(bytes(`${name}: ${text(line)}`));
        yield* writer.drain();
      });
      writer.close();
    }, function* (port) {
      yield* gather(Array.from({ length: 50 }, (_, n) =>
        function* () {
          const [reader, writer] = yield* openConnection("127.0.0.1", port);
          writer.write(bytes(`${n}\n`));
          for (const word of ["a", "b", "c"]) {
            writer.write(bytes(`${word}\n`));
            assertEquals(text(yield* reader.readline()), `${n}: ${word}\n`);
          }
          writer.close();
          yield* writer.waitClosed();
        }));
    });
  },
});

// What nobody has any more

test({
  name: "a connection whose streams are collected is closed",
  ...needs("deno", "sockets"),
  async fn() {
    const reports = await withServer(function* (reader, writer) {
      writer.write(yield* reader.readline());
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(bytes("hello\n"));
      yield* reader.readline();
      yield* sleep(0.01);
      yield* fromPromise(collectGarbage());
      assertEquals(text(yield* waitFor(reader.read(), 5)), "");
      writer.close();
    });
    assertEquals(reports, []);
  },
});

test({
  name: "a connection is not closed while somebody reads, whoever has its writer and that task",
  ...needs("deno", "sockets"),
  async fn() {
    const seen: string[] = [];
    const go = new Event();
    await withServer(function* (_reader, writer) {
      for (const line of ["one\n", "two\n", "three\n"]) {
        writer.write(bytes(line));
        yield* go.wait();
        yield* sleep(0.01);
      }
      writer.close();
    }, function* (port) {
      function* listen() {
        const reader = (yield* openConnection("127.0.0.1", port))[0];
        yield* forEach(reader, (line) => void seen.push(text(line)));
      }
      const ended = new Event();
      function* follow() {
        yield* listen();
        ended.set();
      }
      createTask(follow);
      while (seen.length === 0) yield* sleep(0.001);
      yield* fromPromise(collectGarbage());
      yield* sleep(0.01);
      yield* fromPromise(collectGarbage());
      go.set();
      yield* ended.wait();
    });
    assertEquals(seen, ["one\n", "two\n", "three\n"]);
  },
});

// Encryption

test({
  name: "openConnection() and startServer() encrypt",
  ...needs("sockets"),
  async fn() {
    const seen: unknown[] = [];
    await withServer(function* (reader, writer) {
      seen.push(text(yield* reader.read()));
      writer.close();
    }, function* (port) {
      const ssl = { caCerts: [CERT] };
      const [reader, writer] = yield* openConnection("127.0.0.1", port, { ssl });
      seen.push(writer.getExtraInfo("sslcontext") === ssl, writer.canWriteEof());
      writer.write(bytes("secret"));
      writer.close();
      yield* writer.waitClosed();
      assertEquals([text(yield* reader.read()), reader.atEof()], ["", true]);
    }, { ssl: { cert: CERT, key: KEY } });
    assertEquals(seen, [true, false, "secret"]);
  },
});

test({
  name: "StreamWriter.startTls() encrypts a connection midway, at both sides",
  ...needs("sockets"),
  async fn() {
    const seen: unknown[] = [];
    await withServer(function* (reader, writer) {
      writer.write(yield* reader.readline());
      yield* writer.drain();
      yield* writer.startTls({ cert: CERT, key: KEY });
      writer.write(yield* reader.readline());
      // Much more than the reader holds: it pauses what is encrypted, and has it go on.
      yield* sleep(0.05);
      seen.push((yield* reader.readexactly(1_000_000)).length);
      writer.write(bytes("end\n"));
      yield* writer.drain();
      writer.close();
      yield* writer.waitClosed();
    }, function* (port) {
      const [reader, writer] = yield* openConnection("127.0.0.1", port);
      writer.write(bytes("plain\n"));
      seen.push(text(yield* reader.readline()), writer.getExtraInfo("sslcontext"));
      const plain = writer.transport;
      assertThrows(() => writer.startTls({}, { serverSide: true } as never), TypeError);
      yield* writer.startTls({ caCerts: [CERT] }, { serverHostname: "localhost" });
      assertEquals([writer.transport === plain, writer.canWriteEof()], [false, false]);
      assert(writer.getExtraInfo("sslcontext") !== null);
      writer.write(bytes("secret\n"));
      seen.push(text(yield* reader.readline()));
      writer.write(new Uint8Array(1_000_000));
      yield* writer.drain();
      seen.push(text(yield* reader.readline()));
      assertEquals(text(yield* reader.readline()), "");
      writer.close();
      yield* writer.waitClosed();
    }, { limit: 1_000 });
    assertEquals(seen, ["plain\n", null, "secret\n", 1_000_000, "end\n"]);
  },
});
