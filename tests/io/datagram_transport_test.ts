// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  DatagramProtocol,
  type DatagramTransport,
  getRunningLoop,
  logger,
  newEventLoop,
  NotSupportedError,
  run,
  sleep,
  SystemExit,
  ValueError,
  VirtualClock,
  type WriteTransport,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { bytes, type Log, noteErrors, text } from "../_support/wire.ts";

interface Hooks {
  received?: (data: Uint8Array, address: unknown, transport: DatagramTransport) => unknown;
  failed?: (error: unknown) => unknown;
  lost?: () => unknown;
  pause?: () => unknown;
}

class Noted extends DatagramProtocol {
  transport!: DatagramTransport;

  constructor(readonly name: string, readonly log: Log, readonly hooks: Hooks = {}) {
    super();
  }

  override connectionMade(transport: DatagramTransport): void {
    this.transport = transport;
    this.log.push([this.name, "made"]);
  }

  override datagramReceived(data: Uint8Array, address: unknown): void {
    this.log.push([this.name, "data", text(data)]);
    this.hooks.received?.(data, address, this.transport);
  }

  override errorReceived(error: unknown): void {
    this.log.push([this.name, "error", (error as { code?: string }).code]);
    this.hooks.failed?.(error);
  }

  override connectionLost(error: unknown): void {
    this.log.push([this.name, "lost", error]);
    this.hooks.lost?.();
  }

  override pauseWriting(): void {
    this.log.push([this.name, "pause"]);
    this.hooks.pause?.();
  }

  override resumeWriting(): void {
    this.log.push([this.name, "resume"]);
  }
}

type Address = readonly [string, number];

function addressOf(transport: DatagramTransport): Address {
  return transport.getExtraInfo("sockname") as Address;
}

/** What asyncio's transport of datagrams has besides. */
function limitsOf(transport: DatagramTransport): WriteTransport {
  return transport as unknown as WriteTransport;
}

test({
  name:
    "EventLoop.createDatagramEndpoint() exchanges datagrams with anyone, in the order in which they are sent",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const [served] = yield* loop.createDatagramEndpoint(
        () =>
          new Noted("s", log, {
            received: (data, address, transport) => transport.sendto(data, address),
          }),
        { localAddr: ["127.0.0.1", 0] },
      );
      const [client, protocol] = yield* loop.createDatagramEndpoint(
        () => new Noted("c", log),
        { localAddr: ["localhost", 0] },
      );
      assert(protocol.transport === client && client.constructor.name === "EndpointTransport");
      assertEquals([addressOf(served)[0], served.getExtraInfo("peername")], ["127.0.0.1", null]);
      const data = bytes("a");
      client.sendto(data, addressOf(served));
      data.fill(0);
      client.sendto(new Uint8Array(), addressOf(served));
      client.sendto(bytes("b").buffer as ArrayBuffer, ["localhost", addressOf(served)[1]]);
      while (log.filter(([who, what]) => who === "c" && what === "data").length < 3) {
        yield* sleep(0.001);
      }
      served.close();
      client.close();
      assertEquals([client.isClosing(), String(client)], [
        true,
        "<EndpointTransport closing bufsize=0>",
      ]);
      yield* sleep(0);
      assertEquals(String(client), "<EndpointTransport closed>");
    });
    const data = ["a", "", "b"];
    assertEquals(log.filter(([who]) => who === "s"), [
      ["s", "made"],
      ...data.map((data) => ["s", "data", data]),
      ["s", "lost", null],
    ]);
    assertEquals(log.filter(([who]) => who === "c"), [
      ["c", "made"],
      ...data.map((data) => ["c", "data", data]),
      ["c", "lost", null],
    ]);
  },
});

test({
  name: "an endpoint with remoteAddr sends to it alone, and hears nobody else",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const [served] = yield* loop.createDatagramEndpoint(() => new Noted("s", log), {
        localAddr: ["127.0.0.1", 0],
      });
      const [stranger] = yield* loop.createDatagramEndpoint(() => new Noted("x", log), {
        localAddr: ["127.0.0.1", 0],
      });
      const remote = addressOf(served);
      const [client] = yield* loop.createDatagramEndpoint(() => new Noted("c", log), {
        localAddr: ["127.0.0.1", 0],
        remoteAddr: remote,
      });
      assertEquals(client.getExtraInfo("peername"), remote);
      client.sendto(bytes("one"));
      client.sendto(bytes("two"), remote);
      assertThrows(
        () => client.sendto(bytes("x"), ["127.0.0.1", 1]),
        ValueError,
        `Invalid address: must be null or ['127.0.0.1', ${remote[1]}]`,
      );
      stranger.sendto(bytes("stranger"), addressOf(client));
      yield* sleep(0.02);
      served.sendto(bytes("friend"), addressOf(client));
      while (!log.some(([who, what]) => who === "c" && what === "data")) yield* sleep(0.001);
      for (const each of [served, stranger, client]) each.close();
    });
    assertEquals(log.filter(([, what]) => what === "data"), [["s", "data", "one"], [
      "s",
      "data",
      "two",
    ], [
      "c",
      "data",
      "friend",
    ]]);
  },
});

test({
  name: "DatagramTransport.close() sends what waits first, and abort() does not",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const [served] = yield* loop.createDatagramEndpoint(() => new Noted("s", log), {
        localAddr: ["127.0.0.1", 0],
      });
      for (const method of ["close", "abort"] as const) {
        const [client] = yield* loop.createDatagramEndpoint(() => new Noted(method, log), {
          remoteAddr: addressOf(served),
        });
        for (let count = 0; count < 3; count++) client.sendto(bytes(method));
        assertEquals(limitsOf(client).getWriteBufferSize(), 3 * (5 + 8));
        client[method]();
        client[method]();
        if (method === "close") {
          while (log.filter(([, , data]) => data === "close").length < 3) yield* sleep(0.001);
        }
        yield* sleep(0.01);
        assertEquals(limitsOf(client).getWriteBufferSize(), 0);
      }
      served.close();
    });
    assertEquals(log.filter(([who]) => who === "close"), [["close", "made"], [
      "close",
      "lost",
      null,
    ]]);
    assertEquals(log.filter(([who]) => who === "abort"), [["abort", "made"], [
      "abort",
      "lost",
      null,
    ]]);
    assertEquals(log.filter(([, , data]) => data === "close").length, 3);
    assert(log.filter(([, , data]) => data === "abort").length <= 1);
  },
});

test({
  name: "DatagramTransport tells errorReceived() of what cannot be sent, and goes on",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    const errors = await run(function* () {
      const loop = getRunningLoop();
      const errors = noteErrors(loop);
      const [served] = yield* loop.createDatagramEndpoint(() => new Noted("s", log), {
        localAddr: ["127.0.0.1", 0],
      });
      const failed = () => {
        throw new RangeError("own");
      };
      const [client] = yield* loop.createDatagramEndpoint(() => new Noted("c", log, { failed }), {
        remoteAddr: addressOf(served),
      });
      client.sendto(new Uint8Array(70_000));
      client.sendto(bytes("small"));
      while (!log.some(([, , data]) => data === "small")) yield* sleep(0.001);
      client.close();
      served.close();
      return errors;
    });
    assertEquals(
      log.filter(([who]) => who === "c").slice(0, 4).filter(([, what]) => what === "error"),
      [[
        "c",
        "error",
        "EMSGSIZE",
      ]],
    );
    assertEquals(errors.map(([, error, more]) => [error, more]), [["RangeError: own", ["handle"]]]);
  },
});

test({
  name:
    "DatagramTransport goes on after an error of datagramReceived(), and a SystemExit ends the run",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    const received = (data: Uint8Array) => {
      if (text(data) === "exit") throw new SystemExit(2);
      throw new RangeError("own");
    };
    let errors: unknown[][] = [];
    let caught: unknown = null;
    try {
      await run(function* () {
        const loop = getRunningLoop();
        errors = noteErrors(loop);
        const [served] = yield* loop.createDatagramEndpoint(
          () => new Noted("s", log, { received }),
          {
            localAddr: ["127.0.0.1", 0],
          },
        );
        for (const word of ["a", "b", "exit"]) served.sendto(bytes(word), addressOf(served));
        yield* sleep(10);
      });
    } catch (error) {
      caught = error;
    }
    assert(caught instanceof SystemExit);
    assertEquals(errors.length, 2);
    assertEquals(log, [["s", "made"], ["s", "data", "a"], ["s", "data", "b"], [
      "s",
      "data",
      "exit",
    ]]);
  },
});

test({
  name: "DatagramTransport tells the protocol to pause and to go on; a header counts eight bytes",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const [served] = yield* loop.createDatagramEndpoint(() => new DatagramProtocol(), {
        localAddr: ["127.0.0.1", 0],
      });
      const [client] = yield* loop.createDatagramEndpoint(() => new Noted("c", log), {
        remoteAddr: addressOf(served),
      });
      const limits = limitsOf(client);
      assertEquals(limits.getWriteBufferLimits(), [16_384, 65_536]);
      assertThrows(() => limits.setWriteBufferLimits({ high: 1, low: 2 }), ValueError);
      limits.setWriteBufferLimits({ high: 20, low: 0 });
      client.sendto(bytes("ab"));
      client.sendto(bytes("ab"));
      assertEquals([limits.getWriteBufferSize(), log.length], [20, 1]);
      client.sendto(bytes(""));
      assertEquals(log.at(-1), ["c", "pause"]);
      while (log.length < 3) yield* sleep(0.001);
      assertEquals([log.at(-1), limits.getWriteBufferSize()], [["c", "resume"], 0]);
      client.close();
      served.close();
    });
  },
});

test({
  name:
    "DatagramTransport.sendto() refuses what is no bytes or address, and drops what comes too late",
  ...needs("sockets"),
  async fn() {
    const warnings: string[] = [];
    logger.setSink(({ message }) => warnings.push(message));
    try {
      await run(function* () {
        const [endpoint] = yield* getRunningLoop().createDatagramEndpoint(
          () => new DatagramProtocol(),
          { localAddr: ["127.0.0.1", 0] },
        );
        const send = endpoint.sendto.bind(endpoint) as (...args: unknown[]) => void;
        const own = addressOf(endpoint);
        assertThrows(
          () => send("text", own),
          TypeError,
          "got 'text' (string): expected new TextEncoder()",
        );
        assertThrows(
          () => send(bytes("x")),
          TypeError,
          "address must be a host and a port, [host, port], got null",
        );
        assertThrows(
          () => send(bytes("x"), "there"),
          TypeError,
          "address must be a host and a port",
        );
        assertThrows(() => send(bytes("x"), ["there", "1"]), TypeError, "port must be a number");
        assertThrows(() => send(bytes("x"), ["there", 70_000]), ValueError, "port must be 0-65535");
        endpoint.close();
        for (let count = 0; count < 6; count++) send(bytes("x"), own);
        yield* sleep(0);
      });
    } finally {
      logger.setSink(null);
    }
    assertEquals(warnings, Array(2).fill("socket.send() raised exception."));
  },
});

test({
  name:
    "EventLoop.createDatagramEndpoint() refuses what is no address, factory or option, and a port that is taken",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const make = loop.createDatagramEndpoint.bind(loop) as (
        ...args: unknown[]
      ) => ReturnType<typeof loop.createDatagramEndpoint>;
      const factory = () => new DatagramProtocol();
      assertThrows(
        () => make(factory, { localAdr: 1 }),
        TypeError,
        "unexpected keyword argument 'localAdr'",
      );
      const [endpoint] = yield* loop.createDatagramEndpoint(factory, {
        localAddr: ["127.0.0.1", 0],
      });
      const cases: [unknown[], string, string][] = [
        [
          [factory],
          "ValueError",
          "unexpected address family: expected localAddr, remoteAddr or both",
        ],
        [
          [5, { localAddr: ["127.0.0.1", 0] }],
          "TypeError",
          "expects a function that makes a protocol",
        ],
        [
          [factory, { localAddr: "path" }],
          "TypeError",
          "localAddr must be a host and a port, [host, port], got 'path'",
        ],
        [
          [factory, { remoteAddr: ["127.0.0.1"] }],
          "TypeError",
          "remoteAddr must be a host and a port",
        ],
        [
          [factory, { remoteAddr: ["127.0.0.1", -1] }],
          "ValueError",
          "port must be 0-65535, got -1",
        ],
        [
          [factory, { localAddr: ["127.0.0.1", 0], remoteAddr: ["::1", 9] }],
          "ValueError",
          "can not get address information",
        ],
        [[factory, { localAddr: addressOf(endpoint) }], "Error", "EADDRINUSE"],
        [[factory, { localAddr: ["no.such.host.invalid", 0] }], "Error", "ENOTFOUND"],
        [
          [() => {
            throw new RangeError("own");
          }, { localAddr: ["127.0.0.1", 0] }],
          "RangeError",
          "own",
        ],
      ];
      for (const [args, name, message] of cases) {
        let caught: unknown = null;
        try {
          yield* make(...args);
        } catch (error) {
          caught = error;
        }
        assert(caught instanceof Error);
        assertEquals([caught.name, caught.message.includes(message)], [name, true], caught.message);
      }
      endpoint.close();
      const making = loop.createTask(function* () {
        yield* loop.createDatagramEndpoint(factory, { localAddr: ["127.0.0.1", 0] });
      });
      yield* sleep(0);
      making.cancel();
      let caught: unknown = null;
      try {
        yield* making;
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof CancelledError);
      yield* sleep(0.01);
    });
  },
});

test({
  name: "EventLoop.close() closes endpoints, calls no protocol, and warns in debug mode",
  ...needs("sockets"),
  async fn() {
    const warnings: string[] = [];
    const log: Log = [];
    const loop = newEventLoop();
    loop.setDebug(true);
    const [endpoint] = await loop.runUntilComplete(
      loop.createDatagramEndpoint(() => new Noted("s", log), { localAddr: ["127.0.0.1", 0] }),
    );
    endpoint.sendto(bytes("x"), addressOf(endpoint));
    logger.setSink(({ message }) => warnings.push(message));
    try {
      loop.close();
    } finally {
      logger.setSink(null);
    }
    assertEquals(warnings, ["unclosed transport <EndpointTransport bufsize=9>"]);
    assertEquals([log, endpoint.isClosing()], [[["s", "made"]], true]);
    endpoint.close();
  },
});

test({
  name: "a VirtualClock waits for datagrams that are under way",
  ...needs("sockets"),
  async fn() {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const log: Log = [];
    await loop.runUntilComplete(function* () {
      const [endpoint] = yield* loop.createDatagramEndpoint(() => new Noted("s", log), {
        localAddr: ["127.0.0.1", 0],
      });
      endpoint.sendto(bytes("x"), addressOf(endpoint));
      yield* sleep(1);
      assertEquals([log.at(-1), loop.time()], [["s", "data", "x"], 1]);
      endpoint.close();
      yield* sleep(0);
    });
    loop.close();
  },
});

test({
  name: "EventLoop.createDatagramEndpoint() has no sockets in a browser",
  ...needs("browser"),
  async fn() {
    await run(function* () {
      let caught: unknown = null;
      try {
        yield* getRunningLoop().createDatagramEndpoint(() => new DatagramProtocol(), {
          localAddr: ["127.0.0.1", 0],
        });
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof NotSupportedError);
    });
  },
});
