// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  ConnectionError,
  ConnectionRefusedError,
  getRunningLoop,
  newEventLoop,
  NotSupportedError,
  Protocol,
  run,
  sleep,
  ValueError,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { Noted, portOf } from "../_support/wire.ts";

test({
  name: "EventLoop.createConnection() gives the transport and the protocol, which knows it",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Protocol(), "localhost", 0);
      const log: unknown[][] = [];
      const made = new Noted("c", log);
      const [transport, protocol] = yield* loop.createConnection(
        () => made,
        "localhost",
        portOf(server),
      );
      assertEquals([protocol === made, made.transport === transport, log], [true, true, [[
        "c",
        "made",
      ]]]);
      transport.close();
      server.close();
      yield* server.waitClosed();
    });
  },
});

test({
  name: "EventLoop.createConnection() tells that nobody listens, and that there is no such host",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const caught: unknown[] = [];
      const calls: string[] = [];
      for (const host of ["127.0.0.1", "no.such.host.invalid"]) {
        try {
          yield* loop.createConnection(
            () => {
              calls.push("made");
              return new Protocol();
            },
            host,
            1,
          );
        } catch (error) {
          caught.push(error);
        }
      }
      assert(caught[0] instanceof ConnectionRefusedError);
      assert(caught[1] instanceof Error && !(caught[1] instanceof ConnectionError));
      assertEquals(calls, []);
    });
  },
});

test({
  name: "EventLoop.createConnection() closes the connection where the factory throws",
  ...needs("sockets"),
  async fn() {
    const log: unknown[][] = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0);
      let caught: unknown = null;
      try {
        yield* loop.createConnection(
          () => {
            throw new RangeError("own");
          },
          "127.0.0.1",
          portOf(server),
        );
      } catch (error) {
        caught = error;
      }
      assertEquals(String(caught), "RangeError: own");
      while (log.length < 3) yield* sleep(0.001);
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(log.map(([, what]) => what), ["made", "eof", "lost"]);
  },
});

test({
  name: "EventLoop.createConnection() cancelled at any step leaves nothing open",
  ...needs("sockets"),
  async fn() {
    const log: unknown[][] = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0);
      for (let steps = 0; steps < 6; steps++) {
        const connecting = loop.createTask(function* () {
          const [client] = yield* loop.createConnection(
            () => new Protocol(),
            "127.0.0.1",
            portOf(server),
          );
          client.close();
        });
        for (let step = 0; step < steps; step++) yield* sleep(step < 2 ? 0 : 0.001);
        connecting.cancel();
        try {
          yield* connecting;
        } catch (error) {
          assert(error instanceof CancelledError);
        }
      }
      yield* sleep(0.02);
      server.close();
      yield* server.waitClosed();
    });
    const count = (wanted: string) => log.filter(([, what]) => what === wanted).length;
    assertEquals(count("made"), count("lost"));
  },
});

test({
  name:
    "EventLoop.close() drops a connection that is being made, and one that was not yet welcomed",
  ...needs("sockets"),
  async fn() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = (listener.addr as Deno.NetAddr).port;
    const loop = newEventLoop();
    const task = loop.createTask(function* () {
      yield* loop.createConnection(() => new Protocol(), "127.0.0.1", port);
    });
    await loop.runUntilComplete(sleep(0));
    loop.close();
    const connection = await listener.accept();
    // It is closed from the other side.
    assertEquals(await connection.read(new Uint8Array(1)).catch(() => null), null);
    connection.close();
    listener.close();
    assertEquals(task.done(), false);
  },
});

test({
  name: "EventLoop.createConnection() refuses what is no host, port, factory or option",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const make = loop.createConnection.bind(loop) as (...args: unknown[]) => ReturnType<
        typeof loop.createConnection
      >;
      const factory = () => new Protocol();
      assertThrows(
        () => make(factory, "127.0.0.1", 1, { sll: true }),
        TypeError,
        "createConnection() got an unexpected keyword argument 'sll': expected ssl or serverHostname",
      );
      assertThrows(
        () => make(factory, "127.0.0.1", 1, 5),
        TypeError,
        "expects an object of options",
      );
      const cases: [unknown[], new (...args: never[]) => Error, string][] = [
        [
          [new Protocol(), "localhost", 1],
          TypeError,
          "createConnection() expects a function that makes a protocol as protocolFactory, got",
        ],
        [[factory, null, 1], TypeError, "host must be a name or an address, got null"],
        [[factory, "", 1], TypeError, "host must be a name or an address, got ''"],
        [[factory, "localhost", null], TypeError, "port must be a number, got null"],
        [[factory, "localhost", 1.5], ValueError, "port must be 0-65535, got 1.5"],
        [
          [factory, "localhost", 1, { serverHostname: "x" }],
          ValueError,
          "server_hostname is only meaningful with ssl",
        ],
        [
          [factory, "localhost", 1, { ssl: "yes" }],
          TypeError,
          "ssl must be a boolean, or an object of certificates and keys, got 'yes'",
        ],
        [
          [factory, "localhost", 1, { ssl: true, serverHostname: 5 }],
          TypeError,
          "serverHostname must be a name, got 5",
        ],
      ];
      for (const [args, errorClass, message] of cases) {
        const coroutine = make(...args);
        let caught: unknown = null;
        try {
          yield* coroutine;
        } catch (error) {
          caught = error;
        }
        assert(caught instanceof errorClass, `${message}: ${caught}`);
        assert(caught.message.includes(message), caught.message);
      }
      let caught: unknown = null;
      try {
        yield* loop.createUnixConnection(factory, "/no/such/path", { ssl: true });
      } catch (error) {
        caught = error;
      }
      assertEquals(String(caught), "ValueError: you have to pass server_hostname when using ssl");
      try {
        yield* loop.createUnixConnection(factory, "/no/such/path");
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof Deno.errors.NotFound);
    });
  },
});

test({
  name: "EventLoop.createConnection() has no sockets in a browser, and says what there is",
  ...needs("browser"),
  async fn() {
    await run(function* () {
      let caught: unknown = null;
      try {
        yield* getRunningLoop().createConnection(() => new Protocol(), "localhost", 1);
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof NotSupportedError);
      assert(
        caught.message.startsWith("a browser has no sockets: expected fetch() or a WebSocket"),
      );
    });
  },
});
