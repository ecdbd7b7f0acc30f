/**
 * Connections and servers on a loop: what its methods `createConnection()`, `createServer()` and their like do.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { NotSupportedError, ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { awaitThenable } from "../kernel/from_promise.ts";
import type { ConnectionOptions, ServerOptions } from "../kernel/loop_io.ts";
import { host } from "../platform/current.ts";
import type {
  ConnectOptions,
  HostSocket,
  Network,
  SocketAddress,
  TlsOptions,
} from "../platform/network.ts";
import type { BaseProtocol } from "../transports/protocols.ts";
import type { Transport } from "../transports/transports.ts";
import { sleep } from "../waiting/sleep.ts";
import { connectionError } from "./connection_errors.ts";
import { type ProtocolFactory, Server } from "./server.ts";
import { SocketTransport } from "./socket_transport.ts";

const CONNECTION_OPTIONS = ["ssl", "serverHostname"] as const;
const SERVER_OPTIONS = ["ssl", "backlog", "reusePort", "startServing"] as const;

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
  const socket = yield* connect(loop, address, connectOptions(options));
  let protocol: P;
  try {
    protocol = factory();
  } catch (error) {
    socket.close();
    throw error;
  }
  const waiter = loop.createFuture<null>();
  const transport = new SocketTransport(loop, socket, protocol, { waiter });
  try {
    yield* waiter;
  } catch (error) {
    transport.close();
    throw error;
  }
  return [transport, protocol];
}

/** Connects; a connection that comes when nobody waits for it any more is closed. */
function* connect(
  loop: EventLoop,
  address: SocketAddress,
  options: ConnectOptions,
): Generator<Suspension, HostSocket, unknown> {
  const socket = network().connect(address, options);
  try {
    return yield* awaitThenable(loop.createFuture<HostSocket>(), socket);
  } catch (error) {
    socket.then((late) => late.close(), () => {});
    throw connectionError(error);
  }
}

/**
 * Makes a server.
 *
 * @param loop Whose it is.
 * @param factory Makes the protocol of each connection.
 * @param places Where it listens.
 * @param options `ssl`, `backlog`, `reusePort`, `startServing`.
 */
export function* serving(
  loop: EventLoop,
  factory: ProtocolFactory,
  places: readonly SocketAddress[],
  options: ServerOptions,
): Generator<Suspension, Server, unknown> {
  const { ssl = null, backlog = 100, reusePort = null, startServing = true } = options;
  const listenOptions = { tls: ssl, backlog, reusePort: reusePort ?? false };
  const listeners = [];
  try {
    for (const place of places) listeners.push(network().listen(place, listenOptions));
  } catch (error) {
    for (const listener of listeners) listener.close();
    throw connectionError(error);
  }
  const server = new Server(loop, listeners, factory);
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
): readonly SocketAddress[] {
  const names = hosts === null || hosts === "" ? ["0.0.0.0"] : [hosts].flat();
  return names.map((name) => [name, port] as const);
}

function connectOptions({ ssl, serverHostname }: ConnectionOptions): ConnectOptions {
  const tls = tlsOptions(ssl);
  if (serverHostname !== undefined && serverHostname !== null && tls === null) {
    throw new ValueError("server_hostname is only meaningful with ssl");
  }
  return { tls, ...serverHostname ? { serverHostname } : {} };
}

function tlsOptions(ssl: TlsOptions | boolean | null | undefined): TlsOptions | null {
  if (ssl === true) return {};
  return ssl || null;
}

function network(): Network {
  if (host.network === null) {
    throw new NotSupportedError(
      "a browser has no sockets: expected fetch() or a WebSocket, awaited by fromPromise()",
    );
  }
  return host.network;
}
