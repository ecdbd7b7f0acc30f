// kinds: generator, async
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asyncWith,
  CancelledError,
  ConnectionRefusedError,
  getRunningLoop,
  NotSupportedError,
  Protocol,
  run,
  RuntimeError,
  Server,
  sleep,
  SystemExit,
  TimeoutError,
  type Transport,
  ValueError,
  waitFor,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { bytes, Noted, noteErrors, portOf } from "../_support/wire.ts";

async function refused(port: number): Promise<string> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return "connected";
  } catch (error) {
    return (error as Error).name;
  }
}

test({
  name: "Server listens until it is closed, and refuses connections from then on",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0);
      const port = portOf(server);
      assert(server instanceof Server);
      assertStrictEquals(server.getLoop(), loop);
      assertEquals(server.isServing(), true);
      assertEquals(server.sockets.map((socket) => socket.getsockname()), [["127.0.0.1", port]]);
      assertEquals(String(server), `<Server sockets=[['127.0.0.1', ${port}]]>`);
      server.close();
      server.close();
      assertEquals([server.isServing(), server.sockets, String(server)], [
        false,
        [],
        "<Server sockets=[]>",
      ]);
      let caught: unknown = null;
      try {
        yield* loop.createConnection(() => new Protocol(), "127.0.0.1", port);
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof ConnectionRefusedError, String(caught));
      assert(caught.cause instanceof Deno.errors.ConnectionRefused);
      // The port is free at once.
      const again = yield* loop.createServer(() => new Protocol(), "127.0.0.1", port);
      again.close();
      yield* again.waitClosed();
      yield* server.waitClosed();
    });
  },
});

test({
  name: "Server.waitClosed() waits until the server is closed, and then for its connections",
  ...needs("sockets"),
  async fn() {
    const log: unknown[][] = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0);
      const waiting = loop.createTask(function* () {
        yield* server.waitClosed();
        log.push(["closed"]);
      });
      const [client] = yield* loop.createConnection(
        () => new Noted("c", log),
        "127.0.0.1",
        portOf(server),
      );
      while (log.length < 2) yield* sleep(0.001);
      server.close();
      yield* sleep(0.01);
      log.push(["still", waiting.done()]);
      client.close();
      yield* waiting;
      yield* server.waitClosed();
    });
    assertEquals(log.slice(2), [["still", false], ["c", "lost", null], ["s", "eof"], [
      "s",
      "lost",
      null,
    ], ["closed"]]);
  },
});

for (const method of ["closeClients", "abortClients"] as const) {
  test({
    name: `Server.${method}() closes the connections, and leaves the server open`,
    ...needs("sockets"),
    async fn() {
      const log: unknown[][] = [];
      await run(function* () {
        const loop = getRunningLoop();
        const made = (transport: Transport) => transport.write(bytes("last"));
        const server = yield* loop.createServer(
          () => new Noted("s", log, { made }),
          "127.0.0.1",
          0,
        );
        for (let count = 0; count < 2; count++) {
          yield* loop.createConnection(() => new Noted("c", log), "127.0.0.1", portOf(server));
        }
        while (log.filter(([, what]) => what === "data").length < 2) yield* sleep(0.001);
        server[method]();
        while (log.filter(([, what]) => what === "lost").length < 4) yield* sleep(0.001);
        assertEquals(server.isServing(), true);
        server.close();
        yield* server.waitClosed();
      });
      assertEquals(log.filter(([, what]) => what === "lost").map(([, , error]) => error), [
        null,
        null,
        null,
        null,
      ]);
    },
  });
}

test({
  name: "Server.serveForever() serves until it is cancelled, and closes the server",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0, {
        startServing: false,
      });
      assertEquals(server.isServing(), false);
      const serving = loop.createTask(function* () {
        yield* server.serveForever();
      });
      yield* sleep(0);
      assertEquals(server.isServing(), true);
      let twice: unknown = null;
      try {
        yield* server.serveForever();
      } catch (error) {
        twice = error;
      }
      assert(twice instanceof RuntimeError);
      assertEquals(twice.message, `server ${server} is already being awaited on serve_forever()`);
      serving.cancel();
      let caught: unknown = null;
      try {
        yield* serving;
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof CancelledError);
      assertEquals([server.isServing(), server.sockets], [false, []]);
      for (const act of [() => server.serveForever(), () => server.startServing()]) {
        let closed: unknown = null;
        try {
          yield* act();
        } catch (error) {
          closed = error;
        }
        assertEquals(String(closed), `RuntimeError: server ${server} is closed`);
      }
    });
  },
});

test({
  name: "Server.close() ends serveForever() by a CancelledError",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0);
      const serving = loop.createTask(function* () {
        yield* server.serveForever();
      });
      yield* sleep(0);
      server.close();
      let caught: unknown = null;
      try {
        yield* serving;
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof CancelledError);
      assertEquals(serving.cancelled(), true);
    });
  },
});

test({
  name: "Server.startServing() accepts what came before it, and does nothing the second time",
  ...needs("sockets"),
  async fn() {
    const log: unknown[][] = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0, {
        startServing: false,
      });
      yield* server.startServing();
      yield* server.startServing();
      const [client] = yield* loop.createConnection(
        () => new Noted("c", log),
        "127.0.0.1",
        portOf(server),
      );
      while (log.length < 2) yield* sleep(0.001);
      client.close();
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(log.filter(([who]) => who === "s").map(([, what]) => what), [
      "made",
      "eof",
      "lost",
    ]);
  },
});

test({
  name: "asyncWith() closes a Server and waits for its connections",
  ...needs("sockets"),
  async fn() {
    const log: unknown[][] = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Noted("s", log), "127.0.0.1", 0);
      yield* asyncWith(server as Server, function* (inside) {
        assertStrictEquals(inside, server);
        const [client] = yield* loop.createConnection(
          () => new Noted("c", log),
          "127.0.0.1",
          portOf(server),
        );
        while (log.length < 2) yield* sleep(0.001);
        client.close();
      });
      assertEquals(log.at(-1), ["s", "lost", null]);
      assertEquals(server.sockets, []);
    });
  },
});

test({
  name: "Server tells of a protocol factory that throws, or gives none, in debug mode alone",
  ...needs("sockets"),
  async fn() {
    for (const debug of [false, true]) {
      const errors = await run(function* () {
        const loop = getRunningLoop();
        loop.setDebug(debug);
        const errors = noteErrors(loop);
        for (
          const factory of [() => {
            throw new RangeError("own");
          }, () => null as never]
        ) {
          const log: unknown[][] = [];
          const server = yield* loop.createServer(factory, "127.0.0.1", 0);
          yield* loop.createConnection(() => new Noted("c", log), "127.0.0.1", portOf(server));
          while (log.length < 3) yield* sleep(0.001);
          assertEquals(log, [["c", "made"], ["c", "eof"], ["c", "lost", null]]);
          server.close();
          yield* server.waitClosed();
        }
        return errors;
      });
      const message = "Error on transport creation for incoming connection";
      assertEquals(
        errors,
        debug
          ? [[message, "RangeError: own", []], [
            message,
            "TypeError: protocol factory must return a protocol, got null",
            ["protocol"],
          ]]
          : [],
      );
    }
  },
});

test({
  name: "SystemExit of a protocol factory ends the run",
  ...needs("sockets"),
  async fn() {
    const running = run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(
        () => {
          throw new SystemExit(4);
        },
        "127.0.0.1",
        0,
      );
      yield* loop.createConnection(() => new Protocol(), "127.0.0.1", portOf(server));
      yield* sleep(10);
    });
    await assertRejects(() => running, SystemExit);
  },
});

test({
  name: "EventLoop.createServer() listens at each of several hosts, once; at all for null and ''",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.1"];
      const several = yield* loop.createServer(() => new Protocol(), hosts, 0);
      assertEquals(several.sockets.map((socket) => socket.getsockname()[0]), [
        "127.0.0.1",
        "127.0.0.2",
      ]);
      several.close();
      for (const host of [null, ""]) {
        const all = yield* loop.createServer(() => new Protocol(), host, 0);
        assertEquals(all.sockets.map((socket) => socket.getsockname()[0]), ["0.0.0.0"]);
        const [client] = yield* loop.createConnection(
          () => new Protocol(),
          "127.0.0.1",
          portOf(all),
        );
        client.close();
        all.close();
        yield* all.waitClosed();
      }
      const named = yield* loop.createServer(() => new Protocol(), "localhost", 0);
      assert(named.sockets.length >= 1);
      named.close();
    });
  },
});

test({
  name:
    "EventLoop.createServer() leaves the host's error as it is, and nothing open, where a port is taken",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0);
      const port = portOf(server);
      let caught: unknown = null;
      try {
        yield* loop.createServer(() => new Protocol(), ["127.0.0.2", "127.0.0.1"], port);
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof Deno.errors.AddrInUse, String(caught));
      const other = yield* loop.createServer(() => new Protocol(), "127.0.0.2", port);
      other.close();
      server.close();
      let refusal: unknown = null;
      try {
        yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0, { reusePort: true });
      } catch (error) {
        refusal = error;
      }
      assert(refusal instanceof NotSupportedError);
      assertEquals(refusal.message, "reusePort needs Deno's flag --unstable-net");
    });
  },
});

test({
  name: "EventLoop.createServer() refuses what is no host, port, factory or option",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const make = loop.createServer.bind(loop) as (...args: unknown[]) => ReturnType<
        typeof loop.createServer
      >;
      assertThrows(
        () => make(() => new Protocol(), "127.0.0.1", 0, { backlogg: 1 }),
        TypeError,
        "createServer() got an unexpected keyword argument 'backlogg'",
      );
      const factory = () => new Protocol();
      const cases: [unknown[], new (...args: never[]) => Error, string][] = [
        [
          [new Protocol(), "127.0.0.1", 0],
          TypeError,
          "createServer() expects a function that makes a protocol",
        ],
        [
          [factory, 5, 0],
          TypeError,
          "host must be a name or an address, a list of such, or null, got 5",
        ],
        [[factory, ["127.0.0.1", 5], 0], TypeError, "a list of such, or null, got 5"],
        [[factory, [], 0], ValueError, "host must name at least one address, got []"],
        [[factory, "127.0.0.1", "80"], TypeError, "port must be a number, got '80' (string)"],
        [[factory, "127.0.0.1", 65_536], ValueError, "port must be 0-65535, got 65536"],
        [[factory, "127.0.0.1", -1], ValueError, "port must be 0-65535, got -1"],
        [
          [factory, "127.0.0.1", 0, { ssl: true }],
          TypeError,
          "ssl argument must be an SSLContext or None",
        ],
        [
          [factory, "127.0.0.1", 0, { ssl: {} }],
          TypeError,
          "ssl.cert must be a server's in PEM, got undefined",
        ],
        [
          [factory, "127.0.0.1", 0, { backlog: "1" }],
          TypeError,
          "backlog must be a number, got '1' (string)",
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
    });
  },
});

test({
  name: "EventLoop.createUnixServer() listens at a path",
  ...needs("sockets", "files"),
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/socket`;
    const log: unknown[][] = [];
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createUnixServer(
        () => new Noted("s", log, { data: (data, transport) => transport.write(data) }),
        path,
      );
      assertEquals(server.sockets.map((socket) => socket.getsockname()), [path]);
      assertEquals(String(server), `<Server sockets=['${path}']>`);
      const [client] = yield* loop.createUnixConnection(() => new Noted("c", log), path);
      assertEquals(client.getExtraInfo("peername"), path);
      client.write(bytes("over a path"));
      while (!log.some(([who, what]) => who === "c" && what === "data")) yield* sleep(0.001);
      client.close();
      server.close();
      yield* server.waitClosed();
      for (const bad of ["", 5, null]) {
        let caught: unknown = null;
        try {
          yield* loop.createUnixServer(() => new Protocol(), bad as string);
        } catch (error) {
          caught = error;
        }
        assert(caught instanceof TypeError);
        assert(caught.message.startsWith("path must be the path of a unix socket, got"));
      }
    });
    assertEquals(log.at(-1), ["s", "lost", null]);
    await Deno.remove(folder, { recursive: true });
  },
});

test({
  name: "EventLoop.createServer() cancelled leaves nothing open; a silent connection is waited for",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const making = loop.createTask(function* () {
        yield* loop.createServer(() => new Protocol(), "localhost", 0);
      });
      yield* sleep(0);
      making.cancel();
      yield* sleep(0.02);
      assertEquals(making.cancelled(), true);
      const server = yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0);
      const [client] = yield* loop.createConnection(
        () => new Protocol(),
        "127.0.0.1",
        portOf(server),
      );
      yield* sleep(0.01);
      server.close();
      let caught: unknown = null;
      try {
        yield* waitFor(server.waitClosed(), 0.02);
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof TimeoutError);
      client.abort();
      yield* server.waitClosed();
    });
    assertEquals(await refused(1), "ConnectionRefused");
  },
});

test({
  name: "EventLoop.createServer() has no sockets in a browser, and says what there is",
  ...needs("browser"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      let caught: unknown = null;
      try {
        yield* loop.createServer(() => new Protocol(), "127.0.0.1", 0);
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
