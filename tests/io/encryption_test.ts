// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  ConnectionAbortedError,
  ConnectionResetError,
  getRunningLoop,
  logger,
  NotSupportedError,
  Protocol,
  run,
  sleep,
  TimeoutError,
  type Transport,
  ValueError,
} from "../../mod.ts";
import { CERT, KEY } from "../_support/certificates.ts";
import { needs, test } from "../_support/harness.ts";
import { bytes, type Log, Noted, noteErrors, portOf } from "../_support/wire.ts";

const SERVER = { cert: CERT, key: KEY };
const CLIENT = { caCerts: [CERT] };

function lost(log: Log): number {
  return log.filter(([, what]) => what === "lost").length;
}

/** What of a log is about one side, its data joined. */
function of(log: Log, who: string): unknown[] {
  const seen: unknown[] = [];
  let data = "";
  for (const [name, what, more] of log) {
    if (name !== who) continue;
    if (what === "data") data += more;
    else if (what !== "pause" && what !== "resume") seen.push(what);
  }
  return [...seen, data.length > 20 ? data.length : data];
}

test({
  name: "ssl encrypts both ends: all arrives, the end is told of, and what is known of it",
  ...needs("sockets"),
  async fn() {
    for (
      const [host, serverHostname] of [["127.0.0.1", null], ["localhost", null], [
        "127.0.0.1",
        "localhost",
      ]] as const
    ) {
      const log: Log = [];
      await run(function* () {
        const loop = getRunningLoop();
        const server = yield* loop.createServer(
          () => new Noted("s", log, { data: (data, transport) => transport.write(data) }),
          "127.0.0.1",
          0,
          { ssl: { ...SERVER, alpnProtocols: ["b", "a"] } },
        );
        const [transport] = yield* loop.createConnection(
          () => new Noted("c", log),
          host,
          portOf(server),
          { ssl: { ...CLIENT, alpnProtocols: ["a"] }, serverHostname },
        );
        assertEquals(transport.canWriteEof(), false);
        assertThrows(() => transport.writeEof(), NotSupportedError);
        assertEquals(transport.getExtraInfo("alpnProtocol"), "a");
        assert(transport.getExtraInfo("cipher") !== null);
        assert(transport.getExtraInfo("peercert") !== null);
        assertEquals(transport.getExtraInfo("peername"), ["127.0.0.1", portOf(server)]);
        transport.write(bytes("hello"));
        while (of(log, "c").at(-1) !== "hello") yield* sleep(0.001);
        transport.write(new Uint8Array(500_000));
        transport.close();
        transport.write(bytes("dropped"));
        while (lost(log) < 2) yield* sleep(0.001);
        server.close();
        yield* server.waitClosed();
      });
      assertEquals(of(log, "s"), ["made", "eof", "lost", 500_005]);
      assertEquals(of(log, "c").filter((what) => what === "lost"), ["lost"]);
    }
  },
});

test({
  name:
    "ssl refuses a certificate that nobody vouches for, or of another name; no transport is made",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    const errors = await run(function* () {
      const loop = getRunningLoop();
      loop.setDebug(true);
      const errors = noteErrors(loop);
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0, {
        ssl: SERVER,
      });
      const caught: string[] = [];
      for (
        const options of [{ ssl: true }, { ssl: CLIENT, serverHostname: "other.example" }] as const
      ) {
        try {
          yield* loop.createConnection(
            () => new Noted("c", log),
            "localhost",
            portOf(server),
            options,
          );
        } catch (error) {
          caught.push((error as { code?: string }).code ?? String(error));
        }
      }
      assertEquals(caught, ["DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID"]);
      server.close();
      yield* server.waitClosed();
      return errors;
    });
    // In which of the two its end of the handshake was over already depends on when it hears.
    assert(log.every(([who]) => who === "s"), String(log));
    for (const [message] of errors) {
      assertEquals(message, "Error on transport creation for incoming connection");
    }
  },
});

test({
  name: "ssl of a server outlives who speaks something else, and who goes in the middle",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0, {
        ssl: SERVER,
      });
      const [talker] = yield* loop.createConnection(
        () => new Noted("c", log),
        "127.0.0.1",
        portOf(server),
      );
      talker.write(bytes("GET / HTTP/1.0\r\n\r\n"));
      while (lost(log) < 1) yield* sleep(0.001);
      const [leaver] = yield* loop.createConnection(
        () => new Noted("c", log),
        "127.0.0.1",
        portOf(server),
      );
      leaver.close();
      const [transport] = yield* loop.createConnection(
        () => new Noted("c", log),
        "localhost",
        portOf(server),
        { ssl: CLIENT },
      );
      while (!log.some(([who]) => who === "s")) yield* sleep(0.001);
      assertEquals(log.filter(([who]) => who === "s"), [["s", "made"]]);
      transport.abort();
      server.close();
      yield* server.waitClosed();
    });
  },
});

test({
  name: "ssl waits no longer than the task: cancelled, the connection is closed",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0);
      const connecting = loop.createTask(function* () {
        yield* loop.createConnection(() => new Noted("c", log), "localhost", portOf(server), {
          ssl: CLIENT,
        });
      });
      while (!log.some(([, what]) => what === "data")) yield* sleep(0.001);
      connecting.cancel();
      let caught: unknown = null;
      try {
        yield* connecting;
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof CancelledError);
      while (lost(log) < 1) yield* sleep(0.001);
      const reset = loop.createTask(function* () {
        yield* loop.createConnection(() => new Noted("c", log), "localhost", portOf(server), {
          ssl: CLIENT,
        });
      });
      while (log.filter(([, what]) => what === "data").length < 2) yield* sleep(0.001);
      server.closeClients();
      try {
        yield* reset;
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof ConnectionResetError, String(caught));
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(log.filter(([who]) => who === "c"), []);
  },
});

test({
  name: "ssl gives up who never agrees, and who never says goodbye, after asyncio's time",
  ...needs("sockets"),
  async fn() {
    const { newEventLoop, VirtualClock } = await import("../../mod.ts");
    const loop = newEventLoop({ clock: new VirtualClock() });
    await loop.runUntilComplete(function* () {
      const log: Log = [];
      const held: Transport[] = [];
      const server = yield* loop.createServer(
        () => new Noted("s", log, { made: (transport) => held.push(transport) }),
        "127.0.0.1",
        0,
      );
      let caught: unknown = null;
      try {
        yield* loop.createConnection(() => new Protocol(), "localhost", portOf(server), {
          ssl: CLIENT,
        });
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof ConnectionAbortedError);
      assertEquals(
        [loop.time(), caught.message],
        [60, "SSL handshake is taking longer than 60 seconds: aborting the connection"],
      );
      server.abortClients();
      server.close();
      yield* server.waitClosed();
      const secure = yield* loop.createServer(
        () => new Noted("s", log, { made: (transport) => transport.pauseReading() }),
        "127.0.0.1",
        0,
        { ssl: SERVER },
      );
      const ends: unknown[] = [];
      const [transport] = yield* loop.createConnection(
        () => new Noted("c", [], { lost: (error) => ends.push(error) }),
        "localhost",
        portOf(secure),
        { ssl: CLIENT },
      );
      transport.write(new Uint8Array(2_000_000));
      yield* sleep(1);
      const before = loop.time();
      transport.close();
      while (ends.length === 0) yield* sleep(1);
      // Where all fits into the system's buffers, it is the goodbye that is waited for.
      assert(ends[0] === null || ends[0] instanceof TimeoutError || ends[0] instanceof Error);
      assert(loop.time() - before <= 31 || ends[0] === null);
      secure.abortClients();
      secure.close();
      yield* secure.waitClosed();
    });
    loop.close();
  },
});

test({
  name: "ssl takes no truth from eofReceived(), and warns",
  ...needs("sockets"),
  async fn() {
    const warnings: string[] = [];
    logger.setSink(({ message }) => warnings.push(message));
    try {
      await run(function* () {
        const log: Log = [];
        const loop = getRunningLoop();
        const server = yield* loop.createServer(
          () => new Noted("s", log, { eof: () => true }),
          "127.0.0.1",
          0,
          { ssl: SERVER },
        );
        const [transport] = yield* loop.createConnection(
          () => new Noted("c", log),
          "localhost",
          portOf(server),
          { ssl: CLIENT },
        );
        transport.close();
        while (lost(log) < 2) yield* sleep(0.001);
        server.close();
        yield* server.waitClosed();
      });
    } finally {
      logger.setSink(null);
    }
    assertEquals(warnings, ["returning true from eof_received() has no effect when using ssl"]);
  },
});

test({
  name: "EventLoop.startTls() encrypts a connection midway, at both ends",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const served = new Noted("s", log);
      const server = yield* loop.createServer(() => served, "127.0.0.1", 0);
      const client = new Noted("c", log);
      const [plain] = yield* loop.createConnection(() => client, "127.0.0.1", portOf(server));
      plain.write(bytes("STARTTLS"));
      while (of(log, "s").at(-1) !== "STARTTLS") yield* sleep(0.001);
      const other = loop.createTask(function* () {
        return yield* loop.startTls(served.transport, served, SERVER, { serverSide: true });
      });
      const secure = yield* loop.startTls(plain, client, CLIENT, { serverHostname: "localhost" });
      const secureOther = yield* other;
      assert(secure !== plain);
      assertEquals(secure.getExtraInfo("peername"), plain.getExtraInfo("peername"));
      assertEquals(secure.getProtocol() === client, true);
      secure.write(new Uint8Array(300_000));
      secureOther.write(bytes("secret"));
      while (of(log, "c").at(-1) !== "secret" || of(log, "s").at(-1) !== 300_008) {
        yield* sleep(0.001);
      }
      secure.close();
      while (lost(log) < 2) yield* sleep(0.001);
      server.close();
      yield* server.waitClosed();
      assertEquals(
        [plain, secure, secureOther, served.transport].map(String),
        Array(4).fill("<SocketTransport closed>"),
      );
    });
    // connectionMade() is not called again.
    assertEquals(of(log, "s"), ["made", "eof", "lost", 300_008]);
    assertEquals(of(log, "c"), ["made", "lost", "secret"]);
  },
});

test({
  name: "EventLoop.startTls() closes the connection where the other side does not agree",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(
        () =>
          new Noted("s", log, { data: (_data, transport) => transport.write(bytes("no, thanks")) }),
        "127.0.0.1",
        0,
      );
      const client = new Noted("c", log);
      const [plain] = yield* loop.createConnection(() => client, "127.0.0.1", portOf(server));
      let caught: unknown = null;
      try {
        yield* loop.startTls(plain, client, CLIENT, { serverHostname: "localhost" });
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof Error && !(caught instanceof CancelledError), String(caught));
      while (lost(log) < 1) yield* sleep(0.001);
      assertEquals(plain.isClosing(), true);
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(of(log, "c"), ["made", ""]);
  },
});

test({
  name: "EventLoop.startTls() refuses what is no transport, certificate or name",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0);
      const protocol = new Protocol();
      const [plain] = yield* loop.createConnection(() => protocol, "127.0.0.1", portOf(server));
      const start = loop.startTls.bind(loop) as (
        ...args: unknown[]
      ) => ReturnType<typeof loop.startTls>;
      assertThrows(
        () => start(plain, protocol, {}, { server: 1 }),
        TypeError,
        "unexpected keyword argument 'server'",
      );
      const cases: [unknown[], new (...args: never[]) => Error, string][] = [
        [
          [plain, protocol, true, {}],
          TypeError,
          "sslcontext is expected to be an object of certificates and keys, got true",
        ],
        [[{}, protocol, {}, {}], TypeError, "is not supported by start_tls()"],
        [[plain, protocol, {}, {}], ValueError, "expected serverHostname"],
      ];
      for (const [args, errorClass, message] of cases) {
        let caught: unknown = null;
        try {
          yield* start(...args);
        } catch (error) {
          caught = error;
        }
        assert(caught instanceof errorClass && caught.message.includes(message), String(caught));
      }
      plain.close();
      let caught: unknown = null;
      try {
        yield* start(plain, protocol, {}, { serverHostname: "localhost" });
      } catch (error) {
        caught = error;
      }
      assert(
        caught instanceof ValueError && caught.message.startsWith("transport must be open, got"),
      );
      server.close();
      yield* server.waitClosed();
    });
  },
});

test({
  name: "ssl encrypts a unix socket",
  ...needs("sockets", "files"),
  async fn() {
    const folder = await Deno.makeTempDir();
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const path = `${folder}/socket`;
      const server = yield* loop.createUnixServer(() => new Noted("s", log), path, { ssl: SERVER });
      const [transport] = yield* loop.createUnixConnection(() => new Noted("c", log), path, {
        ssl: CLIENT,
        serverHostname: "localhost",
      });
      transport.write(bytes("hello"));
      transport.close();
      while (lost(log) < 2) yield* sleep(0.001);
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(of(log, "s"), ["made", "eof", "lost", "hello"]);
    await Deno.remove(folder, { recursive: true });
  },
});
