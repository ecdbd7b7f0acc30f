import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BufferedProtocol,
  ConnectionResetError,
  ContextVar,
  getRunningLoop,
  KeyboardInterrupt,
  logger,
  newEventLoop,
  run,
  RuntimeError,
  sleep,
  type Suspension,
  SystemExit,
  type Transport,
  ValueError,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import {
  bytes,
  type Hooks,
  type Log,
  Noted,
  NotedBuffered,
  noteErrors,
  pair,
  portOf,
  wait,
} from "../_support/wire.ts";

/** Has what the server's side and the client's did, where a scenario plays between them. */
async function play(
  hooks: Hooks,
  act: (
    log: Log,
    client: Transport,
    served: () => Transport,
  ) => Generator<Suspension, void, unknown>,
  { isBuffered = false, clientHooks = {} as Hooks } = {},
): Promise<{ log: Log; errors: unknown[][]; warnings: string[] }> {
  const log: Log = [];
  const warnings: string[] = [];
  logger.setSink(({ message }) => warnings.push(message));
  try {
    const errors = await run(function* () {
      const noted = noteErrors(getRunningLoop());
      const make = (log: Log) =>
        isBuffered ? new NotedBuffered("s", log, hooks) : new Noted("s", log, hooks);
      const { server, client, served } = yield* pair(make, new Noted("c", log, clientHooks));
      yield* wait(() => log.some(([who]) => who === "s"));
      yield* act(log, client, served);
      server.close();
      yield* server.waitClosed();
      client.abort();
      yield* sleep(0);
      yield* sleep(0);
      return noted;
    });
    return { log, errors, warnings };
  } finally {
    logger.setSink(null);
  }
}

/** Whether both sides have lost the connection. */
function bothLost(log: Log): boolean {
  return log.filter(([, what]) => what === "lost").length === 2;
}

function of(log: Log, who: string): Log {
  return log.filter(([name]) => name === who);
}

test({
  name: "Transport brings bytes there and back, and tells of the end, in asyncio's order",
  ...needs("sockets"),
  async fn() {
    const { log, errors } = await play(
      { data: (data, transport) => transport.write(data) },
      function* (log, client) {
        client.write(bytes("hello"));
        client.writeEof();
        client.writeEof();
        assertThrows(
          () => client.write(bytes("x")),
          RuntimeError,
          "Cannot call write() after write_eof()",
        );
        assertThrows(
          () => client.writelines([bytes("x")]),
          RuntimeError,
          "Cannot call writelines() after write_eof()",
        );
        yield* wait(() => bothLost(log));
      },
    );
    assertEquals(of(log, "s"), [["s", "made"], ["s", "data", "hello"], ["s", "eof"], [
      "s",
      "lost",
      null,
    ]]);
    assertEquals(of(log, "c"), [["c", "made"], ["c", "data", "hello"], ["c", "eof"], [
      "c",
      "lost",
      null,
    ]]);
    assertEquals(errors, []);
  },
});

test({
  name: "Transport stays open after the end where eofReceived() says so, and can be written to",
  ...needs("sockets"),
  async fn() {
    const { log } = await play({ eof: () => true }, function* (log, client, served) {
      client.writeEof();
      yield* wait(() => log.some(([, what]) => what === "eof"));
      assertEquals([served().isClosing(), served().isReading()], [false, true]);
      served().write(bytes("bye"));
      served().close();
      yield* wait(() => bothLost(log));
    });
    assertEquals(of(log, "s"), [["s", "made"], ["s", "eof"], ["s", "lost", null]]);
    assertEquals(of(log, "c").slice(1), [["c", "data", "bye"], ["c", "eof"], ["c", "lost", null]]);
  },
});

for (
  const [method, hooks, lost, message] of [
    [
      "data_received",
      { data: () => fail() },
      "RangeError",
      "Fatal error: protocol.data_received() call failed.",
    ],
    [
      "eof_received",
      { eof: () => fail() },
      "RangeError",
      "Fatal error: protocol.eof_received() call failed.",
    ],
  ] as const
) {
  test({
    name: `Transport ends by an error of the protocol's, and tells of it: ${method}()`,
    ...needs("sockets"),
    async fn() {
      const { log, errors } = await play(hooks, function* (log, client) {
        client.write(bytes("a"));
        yield* wait(() => log.some(([, what]) => what === "data"));
        if (method === "eof_received") client.writeEof();
        yield* wait(() => bothLost(log));
      });
      assertEquals(of(log, "s").at(-1), ["s", "lost", lost]);
      assertEquals(errors, [[message, "RangeError: own", ["protocol", "transport"]]]);
    },
  });
}

function fail(): never {
  throw new RangeError("own");
}

test({
  name:
    "Transport tells nobody of an error of the system's that dataReceived() throws, but the protocol",
  ...needs("sockets"),
  async fn() {
    const hooks = {
      data: () => {
        throw new ConnectionResetError("own");
      },
    };
    const { log, errors } = await play(hooks, function* (log, client) {
      client.write(bytes("a"));
      yield* wait(() => bothLost(log));
    });
    assertEquals(of(log, "s").at(-1), ["s", "lost", "ConnectionResetError"]);
    assertEquals(errors, []);
  },
});

test({
  name:
    "Transport goes on after an error of connectionMade(), and is over after one of connectionLost()",
  ...needs("sockets"),
  async fn() {
    for (const hooks of [{ made: fail }, { lost: fail }]) {
      const { log, errors } = await play(hooks, function* (log, client) {
        client.write(bytes("a"));
        client.writeEof();
        yield* wait(() => bothLost(log));
      });
      assertEquals(of(log, "s"), [["s", "made"], ["s", "data", "a"], ["s", "eof"], [
        "s",
        "lost",
        null,
      ]]);
      assertEquals(
        errors.map(([message, error, more]) => [String(message).slice(0, 21), error, more]),
        [
          ["Exception in callback", "RangeError: own", ["handle"]],
        ],
      );
    }
  },
});

test({
  name: "KeyboardInterrupt and SystemExit in a protocol end the run",
  ...needs("sockets"),
  async fn() {
    for (const error of [new SystemExit(3), new KeyboardInterrupt()]) {
      for (const method of ["made", "data", "eof", "lost"]) {
        const hooks: Hooks = {
          [method]: () => {
            throw error;
          },
        };
        let caught: unknown = null;
        await play(hooks, function* (log, client) {
          client.write(bytes("a"));
          client.writeEof();
          yield* wait(() => bothLost(log));
        }).catch((error) => caught = error);
        assertEquals(caught, error, method);
      }
    }
  },
});

const PLAIN = [
  ["s", "get", -1],
  ["s", "updated", "abc"],
  ["s", "get", -1],
  ["s", "updated", "def"],
  ["s", "get", -1],
  ["s", "updated", "gh"],
  ["s", "get", -1],
  ["s", "eof"],
];

for (
  const [title, hooks, calls, messages] of [
    ["asks before each piece, and before the end", {}, [...PLAIN, ["s", "lost", null]], []],
    [
      "ends by an error of getBuffer()",
      { get: fail },
      [["s", "get", -1], ["s", "lost", "RangeError"]],
      [["Fatal error: protocol.get_buffer() call failed.", "RangeError: own"]],
    ],
    [
      "ends where the place is empty",
      { get: () => new Uint8Array() },
      [["s", "get", -1], ["s", "lost", "RuntimeError"]],
      [[
        "Fatal error: protocol.get_buffer() call failed.",
        "RuntimeError: get_buffer() returned an empty buffer",
      ]],
    ],
    [
      "ends by an error of bufferUpdated()",
      { updated: fail },
      [["s", "get", -1], ["s", "updated", "abc"], ["s", "lost", "RangeError"]],
      [["Fatal error: protocol.buffer_updated() call failed.", "RangeError: own"]],
    ],
    [
      "ends by an error of eofReceived()",
      { eof: fail },
      [...PLAIN, ["s", "lost", "RangeError"]],
      [["Fatal error: protocol.eof_received() call failed.", "RangeError: own"]],
    ],
  ] as const
) {
  test({
    name: `Transport of a BufferedProtocol ${title}`,
    ...needs("sockets"),
    async fn() {
      const { log, errors } = await play(hooks, function* (log, client) {
        client.write(bytes("abcdefgh"));
        yield* wait(() => log.some(([, what]) => what === "updated" || what === "lost"));
        if (!client.isClosing()) client.writeEof();
        yield* wait(() => bothLost(log));
      }, { isBuffered: true });
      assertEquals(of(log, "s").slice(1), calls as unknown);
      assertEquals(errors.map(([message, error]) => [message, error]), messages as unknown);
    },
  });
}

test({
  name: "Transport.pauseReading() holds back what has come, and resumeReading() gives all of it",
  ...needs("sockets"),
  async fn() {
    const { log } = await play({}, function* (log, client, served) {
      client.pauseReading();
      client.pauseReading();
      assertEquals(client.isReading(), false);
      served().write(bytes("one"));
      yield* sleep(0.01);
      served().write(bytes("two"));
      served().close();
      yield* sleep(0.01);
      assertEquals(of(log, "c"), [["c", "made"]]);
      client.resumeReading();
      client.resumeReading();
      assertEquals(client.isReading(), true);
      yield* wait(() => bothLost(log));
    });
    const heard = of(log, "c").slice(1);
    assertEquals(
      heard.filter(([, what]) => what === "data").map(([, , data]) => data).join(""),
      "onetwo",
    );
    assertEquals(heard.slice(-2), [["c", "eof"], ["c", "lost", null]]);
  },
});

test({
  name:
    "Transport.pauseReading() in dataReceived() holds back the next, and resumeReading() after close() does nothing",
  ...needs("sockets"),
  async fn() {
    const hooks: Hooks = { data: (_data, transport) => transport.pauseReading() };
    const { log } = await play({}, function* (log, client, served) {
      served().write(bytes("a"));
      yield* wait(() => log.some(([, what]) => what === "data"));
      served().write(bytes("b"));
      yield* sleep(0.01);
      assertEquals(of(log, "c"), [["c", "made"], ["c", "data", "a"]]);
      client.resumeReading();
      yield* wait(() => of(log, "c").length === 3);
      served().write(bytes("c"));
      yield* sleep(0.01);
      client.close();
      client.resumeReading();
      assertEquals(client.isReading(), false);
      yield* wait(() => bothLost(log));
    }, { clientHooks: hooks });
    assertEquals(of(log, "c").slice(1), [["c", "data", "a"], ["c", "data", "b"], [
      "c",
      "lost",
      null,
    ]]);
  },
});

test({
  name: "Transport.write() after close() is dropped, also while what waits is still written",
  ...needs("sockets"),
  async fn() {
    const { log, warnings } = await play({}, function* (log, client) {
      client.write(bytes("x"));
      client.close();
      for (let n = 0; n < 4; n++) client.write(bytes("late"));
      yield* wait(() => bothLost(log));
    });
    assertEquals(of(log, "s").filter(([, what]) => what === "data"), [["s", "data", "x"]]);
    assertEquals(warnings, []);
  },
});

test({
  name: "Transport.close() writes all that waits, then loses the connection",
  ...needs("sockets"),
  async fn() {
    let size = 0;
    const hooks = { data: (data: Uint8Array) => size += data.length };
    const { log } = await play(hooks, function* (log, client) {
      for (let count = 0; count < 20; count++) client.write(new Uint8Array(100_000));
      client.writelines([
        bytes("a"),
        bytes("bc").buffer as ArrayBuffer,
        new DataView(new ArrayBuffer(2)),
      ]);
      client.close();
      client.close();
      assertEquals([client.isClosing(), client.isReading(), of(log, "c").at(-1)], [
        true,
        false,
        ["c", "pause"],
      ]);
      yield* wait(() => bothLost(log));
      assertEquals([client.getWriteBufferSize(), String(client)], [0, "<SocketTransport closed>"]);
    });
    assertEquals(size, 2_000_005);
    assertEquals(of(log, "c").slice(1), [["c", "pause"], ["c", "resume"], ["c", "lost", null]]);
  },
});

test({
  name: "Transport.abort() drops what waits, and loses the connection in the next iteration, once",
  ...needs("sockets"),
  async fn() {
    const { log } = await play({}, function* (log, client) {
      client.write(new Uint8Array(10_000_000));
      client.abort();
      client.abort();
      client.close();
      assertEquals([client.isClosing(), client.getWriteBufferSize()], [true, 0]);
      assertEquals(of(log, "c"), [["c", "made"], ["c", "pause"]]);
      yield* sleep(0);
      yield* sleep(0);
      assertEquals(of(log, "c").at(-1), ["c", "lost", null]);
      yield* wait(() => bothLost(log));
    });
    assertEquals(of(log, "c").length, 3);
  },
});

test({
  name: "Transport.close() in connectionMade() lets nothing come",
  ...needs("sockets"),
  async fn() {
    const { log } = await play(
      { made: (transport) => transport.write(bytes("a")) },
      function* (log) {
        yield* wait(() => bothLost(log));
      },
      { clientHooks: { made: (transport) => transport.close() } },
    );
    assertEquals(of(log, "c"), [["c", "made"], ["c", "lost", null]]);
  },
});

test({
  name: "Transport.write() to what is lost is dropped, and from the fifth on logged",
  ...needs("sockets"),
  async fn() {
    const { warnings } = await play({}, function* (log, client) {
      client.close();
      for (let count = 0; count < 3; count++) client.write(bytes("x"));
      client.write(new Uint8Array());
      yield* wait(() => bothLost(log));
      for (let count = 0; count < 2; count++) client.write(bytes("x"));
      client.writelines([bytes("x")]);
      client.writeEof();
    });
    assertEquals(warnings, ["socket.send() raised exception.", "socket.send() raised exception."]);
  },
});

test({
  name: "Transport.write() refuses what is no bytes, and says how a text becomes some",
  ...needs("sockets"),
  async fn() {
    await play({}, function* (_log, client) {
      for (const method of ["write", "writelines"] as const) {
        const call = (data: unknown) => () =>
          method === "write" ? client.write(data as never) : client.writelines([data] as never);
        assertThrows(
          call("text"),
          TypeError,
          "data argument must be a bytes-like object, got 'text' (string): expected new TextEncoder().encode(text)",
        );
        assertThrows(call(3), TypeError, "data argument must be a bytes-like object, got 3");
        assertThrows(call(null), TypeError, "data argument must be a bytes-like object, got null");
      }
      assertThrows(
        () => client.writelines("ab" as never),
        TypeError,
        "pieces must be an iterable of bytes",
      );
      assertThrows(
        () => client.writelines(5 as never),
        TypeError,
        "pieces must be an iterable of bytes",
      );
      client.abort();
      yield* sleep(0);
    });
  },
});

test({
  name: "Transport.write() keeps a copy: the bytes may be changed at once",
  ...needs("sockets"),
  async fn() {
    const { log } = await play({}, function* (log, client) {
      const data = bytes("first");
      client.write(data);
      data.fill(0);
      client.close();
      yield* wait(() => bothLost(log));
    });
    assertEquals(of(log, "s")[1], ["s", "data", "first"]);
  },
});

test({
  name: "Transport.setProtocol() has another protocol called from then on",
  ...needs("sockets"),
  async fn() {
    const { log } = await play({}, function* (log, client, served) {
      served().write(bytes("a"));
      yield* wait(() => of(log, "c").length === 2);
      const other = new Noted("n", log);
      client.setProtocol(other);
      assert(client.getProtocol() === other);
      served().write(bytes("b"));
      yield* wait(() => of(log, "n").length === 1);
      const buffered: BufferedProtocol = new NotedBuffered("b", log);
      assert(buffered instanceof BufferedProtocol);
      client.setProtocol(buffered);
      served().write(bytes("c"));
      served().close();
      yield* wait(() => of(log, "b").some(([, what]) => what === "lost"));
    });
    assertEquals(of(log, "c"), [["c", "made"], ["c", "data", "a"]]);
    assertEquals(of(log, "n"), [["n", "data", "b"]]);
    assertEquals(of(log, "b"), [["b", "get", -1], ["b", "updated", "c"], ["b", "get", -1], [
      "b",
      "eof",
    ], ["b", "lost", null]]);
  },
});

test({
  name: "Transport tells the protocol to pause above the high mark and to go on at the low one",
  ...needs("sockets"),
  async fn() {
    const { log, errors } = await play({}, function* (log, client) {
      assertEquals(client.getWriteBufferLimits(), [16_384, 65_536]);
      client.setWriteBufferLimits({ high: 10 });
      assertEquals(client.getWriteBufferLimits(), [2, 10]);
      client.setWriteBufferLimits({ low: 3 });
      assertEquals(client.getWriteBufferLimits(), [3, 12]);
      client.setWriteBufferLimits({ high: 0 });
      assertEquals(client.getWriteBufferLimits(), [0, 0]);
      client.write(bytes("a"));
      assertEquals([client.getWriteBufferSize(), of(log, "c").at(-1)], [1, ["c", "pause"]]);
      yield* wait(() => of(log, "c").length === 3);
      client.setWriteBufferLimits();
      assertEquals(client.getWriteBufferLimits(), [16_384, 65_536]);
      client.write(bytes("b"));
      client.setWriteBufferLimits({ high: 0 });
      yield* wait(() => of(log, "c").length === 5);
      client.close();
      yield* wait(() => bothLost(log));
    }, { clientHooks: { pause: fail, resume: fail } });
    assertEquals(of(log, "c").slice(1), [["c", "pause"], ["c", "resume"], ["c", "pause"], [
      "c",
      "resume",
    ], ["c", "lost", null]]);
    const ends = ["protocol", "transport"];
    assertEquals(errors, [
      ["protocol.pause_writing() failed", "RangeError: own", ends],
      ["protocol.resume_writing() failed", "RangeError: own", ends],
      ["protocol.pause_writing() failed", "RangeError: own", ends],
      ["protocol.resume_writing() failed", "RangeError: own", ends],
    ]);
  },
});

test({
  name: "Transport.setWriteBufferLimits() refuses marks in the wrong order, and what is none",
  ...needs("sockets"),
  async fn() {
    await play({}, function* (_log, client) {
      const set = (limits: unknown) => () => client.setWriteBufferLimits(limits as never);
      assertThrows(
        set({ high: 1, low: 2 }),
        ValueError,
        "high (1) must be >= low (2) must be >= 0",
      );
      assertThrows(set({ high: -1 }), ValueError, "high (-1) must be >= low (-1) must be >= 0");
      assertThrows(
        set({ high: "1" }),
        TypeError,
        "high must be a number of bytes, got '1' (string)",
      );
      assertThrows(set({ hi: 1 }), TypeError, "unexpected keyword argument 'hi'");
      assertThrows(set(3), TypeError, "expects an object of options, got 3");
      client.abort();
      yield* sleep(0);
    });
  },
});

test({
  name: "Transport hears that the other side has reset the connection",
  ...needs("sockets"),
  async fn() {
    const { log, errors } = await play({}, function* (log, client, served) {
      // What is not read when a socket is closed resets it: more than what a read takes is under way.
      served().pauseReading();
      client.write(new Uint8Array(20_000_000));
      yield* sleep(0.02);
      served().abort();
      yield* wait(() => bothLost(log));
    }, { clientHooks: { eof: () => true } });
    assert(["BrokenPipeError", "ConnectionResetError"].includes(String(of(log, "c").at(-1)?.[2])));
    assertEquals(errors, []);
  },
});

test({
  name: "Transport.getExtraInfo() tells the addresses of both ends, and the host's socket",
  ...needs("sockets"),
  async fn() {
    await play({}, function* (log, client, served) {
      assertEquals(client.getExtraInfo("peername"), served().getExtraInfo("sockname"));
      assertEquals(client.getExtraInfo("sockname"), served().getExtraInfo("peername"));
      assertEquals((client.getExtraInfo("socket") as { rid?: number }) !== null, true);
      assertEquals([client.getExtraInfo("cipher"), client.getExtraInfo("x", 5)], [null, 5]);
      assertEquals(String(client), "<SocketTransport read=polling write=<idle, bufsize=0>>");
      client.pauseReading();
      client.write(bytes("x"));
      assertEquals(String(client), "<SocketTransport read=idle write=<polling, bufsize=1>>");
      client.close();
      assertEquals(
        String(client),
        "<SocketTransport closing read=idle write=<polling, bufsize=1>>",
      );
      yield* wait(() => bothLost(log));
    });
  },
});

test({
  name: "Transport calls the protocol in the context in which it was made",
  ...needs("sockets"),
  async fn() {
    const name = new ContextVar<string>("name");
    const seen: unknown[] = [];
    const look = (method: string) => () => void seen.push([method, name.get("none")]);
    await run(function* () {
      const loop = getRunningLoop();
      name.set("server");
      const log: Log = [];
      const hooks = {
        made: look("s made"),
        data: look("s data"),
        eof: look("s eof"),
        lost: look("s lost"),
      };
      const server = yield* loop.createServer(() => new Noted("s", log, hooks), "127.0.0.1", 0);
      name.set("client");
      const client = new Noted("c", log, {
        data: look("c data"),
        lost: look("c lost"),
        resume: look("c resume"),
      });
      const [transport] = yield* loop.createConnection(
        () => client,
        "127.0.0.1",
        portOf(server as never),
      );
      name.set("write");
      transport.setWriteBufferLimits({ high: 0 });
      transport.write(bytes("a"));
      name.set("after");
      yield* wait(() => log.some(([, what]) => what === "data"));
      transport.close();
      yield* wait(() => bothLost(log));
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(seen.toSorted(), [
      ["c lost", "after"],
      ["c resume", "write"],
      ["s data", "server"],
      ["s eof", "server"],
      ["s lost", "server"],
      ["s made", "server"],
    ]);
  },
});

test({
  name:
    "EventLoop.close() closes transports and servers, calls no protocol, and warns in debug mode",
  ...needs("sockets"),
  async fn() {
    for (const debug of [false, true]) {
      const loop = newEventLoop();
      loop.setDebug(debug);
      const log: Log = [];
      const warnings: string[] = [];
      const held = await loop.runUntilComplete(
        pair((log) => new Noted("s", log), new Noted("c", log)),
      );
      await loop.runUntilComplete(wait(() => log.length === 2));
      held.client.write(new Uint8Array(10_000_000));
      logger.setSink(({ message }) => warnings.push(message));
      try {
        loop.close();
      } finally {
        logger.setSink(null);
      }
      assertEquals(log.filter(([, what]) => what === "lost"), []);
      assertEquals([held.server.isServing(), held.server.sockets], [false, []]);
      assertEquals(
        warnings.map((warning) => warning.slice(0, 35)),
        debug ? Array(2).fill("unclosed transport <SocketTransport") : [],
      );
      assertEquals(held.client.isClosing(), true);
      held.client.write(bytes("x"));
      held.client.close();
      held.server.close();
    }
  },
});
