/**
 * Connections and servers with streams.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { ConnectionOptions, ServerOptions } from "../kernel/loop_io.ts";
import { getRunningLoop } from "../kernel/loops.ts";
import type { InternetAddress, SocketAddress } from "../platform/network.ts";
import { addresses, connecting, serving } from "./connections.ts";
import type { Server } from "./server.ts";
import {
  checkCallback,
  type ClientConnectedCallback,
  StreamReaderProtocol,
} from "./stream_protocol.ts";
import { checkLimit, DEFAULT_LIMIT, StreamReader } from "./stream_reader.ts";
import { StreamWriter } from "./stream_writer.ts";

/** What the functions here take besides. */
export interface StreamLimit {
  /**
   * How long a line may be, in bytes; of twice as many that nobody has read the other side is held up.
   *
   * @default {65_536}
   */
  limit?: number | undefined;
}

/** How {@linkcode openConnection} and {@linkcode openUnixConnection} connect. */
export interface OpenConnectionOptions extends ConnectionOptions, StreamLimit {}

/** How {@linkcode startServer} and {@linkcode startUnixServer} listen. */
export interface StartServerOptions extends ServerOptions, StreamLimit {}

/**
 * Connects to a host, and gives streams to read from and to write to. In Deno; a browser has no sockets.
 *
 * Cancelled, it connects no more, and nothing stays open.
 *
 * @param host The host's name, or its address.
 * @param port The port.
 * @param options `limit`: how long a line may be, in bytes; and those of `EventLoop.createConnection()`.
 * @returns A lazy object that gives the reader and the writer.
 * @throws {ValueError} If `limit` is not above zero.
 * @throws {TypeError} If an option is unknown.
 * @throws {ConnectionRefusedError} When awaited, if nobody listens there.
 * @throws {NotSupportedError} When awaited, in a browser.
 *
 * @example
 * ```ts
 * import { openConnection, run, startServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(async () => {
 *   const server = await startServer(async (_reader, writer) => {
 *     writer.write(new TextEncoder().encode("one\ntwo\n"));
 *     writer.close();
 *   }, "127.0.0.1", 0);
 *   const [host, port] = server.sockets[0]!.getsockname();
 *   const [reader, writer] = await openConnection(host, port);
 *   const lines: string[] = [];
 *   for await (const line of reader) lines.push(new TextDecoder().decode(line));
 *   assertEquals(lines, ["one\n", "two\n"]);
 *   writer.close();
 *   server.close();
 *   await server.waitClosed();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_connection
 */
export function openConnection(
  host: string,
  port: number,
  options: OpenConnectionOptions = {},
): Coroutine<[StreamReader, StreamWriter]> {
  return connect("openConnection", [host, port], options);
}

/**
 * Connects to a unix socket, as {@linkcode openConnection} does to a host.
 *
 * @param path The socket's path.
 * @param options As of {@linkcode openConnection}.
 * @returns A lazy object that gives the reader and the writer.
 * @throws As {@linkcode openConnection}.
 *
 * @example
 * ```ts
 * import { openUnixConnection, run, startUnixServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/socket`;
 * await run(async () => {
 *   const server = await startUnixServer((_reader, writer) => writer.close(), path);
 *   const [reader, writer] = await openUnixConnection(path);
 *   assertEquals(await reader.read(), new Uint8Array(0));
 *   writer.close();
 *   server.close();
 *   await server.waitClosed();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_unix_connection
 */
export function openUnixConnection(
  path: string,
  options: OpenConnectionOptions = {},
): Coroutine<[StreamReader, StreamWriter]> {
  return connect("openUnixConnection", path, options);
}

/**
 * Takes connections at a port, and calls a function for each. In Deno; a browser has no sockets.
 *
 * Of a function that is a coroutine, each connection's call is a task. Where that fails or is cancelled the connection
 * is closed; its error goes to the loop's exception handler. Where it returns the connection stays, until one of the two
 * sides closes it.
 *
 * @param clientConnected Is called with the reader and the writer of a connection; any kind of function.
 * @param host The address to listen at, or several; `null` for all addresses of IPv4.
 * @param port The port; at 0 the system chooses one.
 * @param options `limit`: how long a line may be, in bytes; and those of `EventLoop.createServer()`.
 * @returns A lazy object that gives the server.
 * @throws {ValueError} If `limit` is not above zero.
 * @throws {TypeError} If `clientConnected` is no function, or an option unknown.
 * @throws {NotSupportedError} When awaited, in a browser.
 *
 * @example
 * ```ts
 * import { asyncWith, openConnection, run, startServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* startServer(function* (reader, writer) {
 *     for (let line; (line = yield* reader.readline()).length > 0;) writer.write(line);
 *     writer.close();
 *   }, "127.0.0.1", 0);
 *   yield* asyncWith(server, function* () {
 *     const [host, port] = server.sockets[0]!.getsockname();
 *     const [reader, writer] = yield* openConnection(host, port);
 *     writer.write(new TextEncoder().encode("to and fro"));
 *     writer.writeEof();
 *     assertEquals(new TextDecoder().decode(yield* reader.read()), "to and fro");
 *     writer.close();
 *   });
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_server
 */
export function startServer(
  clientConnected: ClientConnectedCallback,
  host: string | readonly string[] | null,
  port: number,
  options: StartServerOptions = {},
): Coroutine<Server<InternetAddress>> {
  checkOptions(options, "startServer()", [
    "limit",
    "ssl",
    "backlog",
    "reusePort",
    "startServing",
  ]);
  return serve("startServer", clientConnected, () => addresses(host, port), options);
}

/**
 * Takes connections at a unix socket, as {@linkcode startServer} does at a port.
 *
 * @param clientConnected As of {@linkcode startServer}.
 * @param path The socket's path.
 * @param options As of {@linkcode startServer}.
 * @returns A lazy object that gives the server.
 * @throws As {@linkcode startServer}.
 *
 * @example
 * ```ts
 * import { openUnixConnection, run, startUnixServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/socket`;
 * await run(function* () {
 *   const server = yield* startUnixServer(function* (_reader, writer) {
 *     writer.write(new Uint8Array([1, 2, 3]));
 *     writer.close();
 *   }, path);
 *   const [reader, writer] = yield* openUnixConnection(path);
 *   assertEquals(yield* reader.readexactly(3), new Uint8Array([1, 2, 3]));
 *   writer.close();
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_unix_server
 */
export function startUnixServer(
  clientConnected: ClientConnectedCallback,
  path: string,
  options: StartServerOptions = {},
): Coroutine<Server<string>> {
  checkOptions(options, "startUnixServer()", ["limit", "ssl", "backlog", "startServing"]);
  return serve("startUnixServer", clientConnected, path, options);
}

function connect(
  name: string,
  address: SocketAddress,
  options: OpenConnectionOptions,
): Coroutine<[StreamReader, StreamWriter]> {
  checkOptions(options, `${name}()`, ["limit", "ssl", "serverHostname"]);
  const { limit = DEFAULT_LIMIT, ...others } = options;
  checkLimit(limit);
  return lazy(name, connectSteps(address, limit, others));
}

function* connectSteps(
  address: SocketAddress,
  limit: number,
  options: ConnectionOptions,
): Generator<Suspension, [StreamReader, StreamWriter], unknown> {
  const loop = getRunningLoop();
  const reader = new StreamReader({ limit, loop });
  const protocol = new StreamReaderProtocol(reader, null, { loop });
  const [transport] = yield* connecting(loop, () => protocol, address, options);
  return [reader, new StreamWriter(transport, protocol, reader, loop)];
}

function serve<A extends SocketAddress>(
  name: string,
  clientConnected: ClientConnectedCallback,
  places: A & string | (() => readonly A[]),
  options: StartServerOptions,
): Coroutine<Server<A>> {
  checkCallback(clientConnected);
  const { limit = DEFAULT_LIMIT, ...others } = options;
  checkLimit(limit);
  return lazy(name, serveSteps());

  function* serveSteps(): Generator<Suspension, Server<A>, unknown> {
    const loop = getRunningLoop();
    const factory = () => {
      const reader = new StreamReader({ limit, loop });
      return new StreamReaderProtocol(reader, clientConnected, { loop });
    };
    return yield* serving(loop, factory, places, others);
  }
}
