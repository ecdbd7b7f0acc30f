/**
 * Connections and servers on a loop: what its methods `createConnection()`, `createServer()` and their like do.
 *
 * @module
 */
import { NotSupportedError, ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { awaitThenable } from "../kernel/from_promise.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import type { ConnectionOptions, ServerOptions, StartTlsOptions } from "../kernel/loop_io.ts";
import type {
  HostSocket,
  InternetAddress,
  SocketAddress,
  TlsOptions,
} from "../platform/network.ts";
import type { BaseProtocol } from "../transports/protocols.ts";
import { Transport } from "../transports/transports.ts";
import { sleep } from "../waiting/sleep.ts";
import { checkFactory, checkPort, checkText } from "./checks.ts";
import { connectionError } from "./connection_errors.ts";
import { encrypting } from "./encryption.ts";
import { network } from "./network.ts";
import { type ProtocolFactory, Server } from "./server.ts";
import { SocketTransport } from "./socket_transport.ts";
import { stir } from "./stir.ts";
import { socketOver } from "./transport_socket.ts";

/**
 * Connects, and makes a protocol for the connection.
 *
 * @param loop Whose connection it is.
 * @param factory Makes the protocol.
 * @param address Where to connect to.
 * @param options `ssl` and `serverHostname`.
 */
export function* connecting<P extends BaseProtocol>(
  loop: EventLoop,
  factory: () => P,
  address: SocketAddress,
  options: ConnectionOptions,
): Generator<Suspension, [Transport, P], unknown> {
  const tls = checkTls(options.ssl, options.serverHostname);
  const isPath = typeof address === "string";
  checkFactory(factory, isPath ? "createUnixConnection" : "createConnection");
  if (isPath) checkPath(address);
  else {
    checkText(address[0], "host", "a name or an address");
    checkPort(address[1]);
  }
  const hostname = options.serverHostname ?? (isPath ? null : address[0]);
  if (tls !== null && hostname === null) {
    throw new ValueError("you have to pass server_hostname when using ssl");
  }
  const controller = new AbortController();
  let socket = yield* opened(
    loop,
    network().connect(address, controller.signal),
    (late) => {
      controller.abort();
      late.then((socket) => socket.close(), () => {});
    },
  );
  let protocol: P;
  try {
    protocol = factory();
    if (tls !== null) {
      const encryption = { tls, isServer: false, hostname: hostname! };
      socket = yield* encrypting(loop, { socket, options: encryption });
    }
  } catch (error) {
    socket.close();
    throw error;
  }
  const transport = yield* ready(loop, socket, protocol);
  return [transport, protocol];
}

/** Waits until the protocol knows its transport. */
function* ready(
  loop: EventLoop,
  socket: HostSocket,
  protocol: BaseProtocol,
): Generator<Suspension, Transport, unknown> {
  const waiter = loop.createFuture<null>();
  const transport = new SocketTransport(loop, socket, protocol, { waiter });
  try {
    yield* waiter;
  } catch (error) {
    transport.close();
    throw error;
  }
  return transport;
}

/** Waits for what the host opens; what is open when nobody waits for it any more is dropped. */
export function* opened<T>(
  loop: EventLoop,
  promise: Promise<T>,
  drop: (late: Promise<T>) => void,
): Generator<Suspension, T, unknown> {
  const forgetLoop = onLoopClose(loop, () => drop(promise));
  stir(loop);
  try {
    return yield* awaitThenable(loop.createFuture<T>(), promise);
  } catch (error) {
    drop(promise);
    throw connectionError(error);
  } finally {
    stir(loop);
    forgetLoop();
  }
}

/**
 * Makes a server.
 *
 * @param loop Whose it is.
 * @param factory Makes the protocol of each connection.
 * @param path The path of the unix socket at which it listens, or a function that gives the other places.
 * @param options `ssl`, `backlog`, `reusePort`, `startServing`.
 */
export function* serving<A extends SocketAddress>(
  loop: EventLoop,
  factory: ProtocolFactory,
  path: A & string | (() => readonly A[]),
  options: ServerOptions,
): Generator<Suspension, Server<A>, unknown> {
  const { ssl = null, backlog = 100, reusePort, startServing = true } = options;
  if (typeof ssl !== "object") {
    throw new TypeError(
      `ssl argument must be an SSLContext or None: expected { cert, key } or null, got ${
        describe(ssl)
      }`,
    );
  }
  checkTls(ssl, null);
  for (const name of ["cert", "key"] as const) {
    if (ssl !== null) checkText(ssl[name], `ssl.${name}`, "a server's in PEM");
  }
  const isPath = typeof path !== "function";
  checkFactory(factory, isPath ? "createUnixServer" : "createServer");
  if (isPath) checkPath(path);
  const places = isPath ? [path] : path();
  if (typeof backlog !== "number") {
    throw new TypeError(`backlog must be a number, got ${describe(backlog)}`);
  }
  const { sharingRefusal } = network();
  if (reusePort && sharingRefusal !== null) throw new NotSupportedError(sharingRefusal);
  const listenOptions = { backlog, reusePort: reusePort ?? false };
  const listeners = [];
  try {
    for (const place of places) {
      listeners.push(
        ...yield* opened(loop, network().listen(place, listenOptions), (late) => {
          late.then((late) => late.forEach((listener) => listener.close()), () => {});
        }),
      );
    }
  } catch (error) {
    for (const listener of listeners) listener.close();
    throw error;
  }
  const server = new Server<A>(loop, listeners, { factory, tls: ssl });
  if (startServing) {
    server.begin();
    // One iteration, in which what has just come is taken.
    yield* sleep(0);
  }
  return server;
}

/** Where a server is to listen, of a host, several, or, by `null`, all that there are. */
export function addresses(
  hosts: string | readonly string[] | null,
  port: number,
): readonly InternetAddress[] {
  checkPort(port);
  const names = hosts === null || hosts === "" ? ["0.0.0.0"] : [hosts].flat();
  if (names.length === 0) throw new ValueError("host must name at least one address, got []");
  for (const name of names) {
    checkText(name, "host", "a name or an address, a list of such, or null");
  }
  return [...new Set(names)].map((name) => [name, port] as const);
}

/**
 * Encrypts a connection that is there.
 *
 * @param loop Whose it is.
 * @param transport Its transport, which stays below.
 * @param protocol Whom the new transport calls.
 * @param options `ssl`, by which certificates; `serverSide`; `serverHostname`.
 */
export function* startingTls(
  loop: EventLoop,
  transport: Transport,
  protocol: BaseProtocol,
  options: StartTlsOptions & { readonly ssl: TlsOptions },
): Generator<Suspension, Transport, unknown> {
  const { ssl, serverSide = false, serverHostname } = options;
  if (typeof ssl !== "object" || ssl === null) {
    throw new TypeError(
      `sslcontext is expected to be an object of certificates and keys, got ${describe(ssl)}`,
    );
  }
  const tls = checkTls(ssl, serverHostname)!;
  if (!(transport instanceof Transport)) {
    throw new TypeError(`transport ${describe(transport)} is not supported by start_tls()`);
  }
  if (transport.isClosing()) {
    throw new ValueError(`transport must be open, got ${transport}`);
  }
  if (!serverSide && !serverHostname) {
    throw new ValueError(
      "you have to pass server_hostname when using ssl: expected serverHostname",
    );
  }
  const socket = socketOver(transport, () => loop.isClosed());
  const encryption = { tls, isServer: serverSide, hostname: serverHostname ?? "" };
  const above = yield* encrypting(loop, { socket, options: encryption });
  return new SocketTransport(loop, above, protocol, { isKnown: true });
}

function checkPath(path: unknown): void {
  checkText(path, "path", "the path of a unix socket");
}

function checkTls(
  ssl: TlsOptions | boolean | null | undefined,
  serverHostname: string | null | undefined,
): TlsOptions | null {
  const tls = ssl === true ? {} : ssl || null;
  if (tls !== null && typeof tls !== "object") {
    throw new TypeError(
      `ssl must be a boolean, or an object of certificates and keys, got ${describe(ssl)}`,
    );
  }
  if (serverHostname === undefined || serverHostname === null) return tls;
  if (tls === null) throw new ValueError("server_hostname is only meaningful with ssl");
  checkText(serverHostname, "serverHostname", "a name");
  return tls;
}
