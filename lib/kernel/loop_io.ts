/**
 * What the loop's methods about sockets, child processes and signals do. The kernel knows none of these: who
 * brings them tells here, and a program that uses none need not carry them.
 *
 * @module
 */
import { NotSupportedError } from "../base/errors.ts";
import type { Coroutine } from "../coroutine/coroutine.ts";
import type { InternetAddress, SocketAddress, TlsOptions } from "../platform/network.ts";
import type {
  BaseProtocol,
  DatagramProtocol,
  SubprocessProtocol,
} from "../transports/protocols.ts";
import type {
  DatagramTransport,
  SubprocessTransport,
  Transport,
} from "../transports/transports.ts";
import type { EventLoop } from "./event_loop.ts";
import type { Callback } from "./handle.ts";

/** How a connection is made; see {@linkcode EventLoop.createConnection}. */
export interface ConnectionOptions {
  /**
   * Whether the connection is encrypted; and by which certificates and keys.
   *
   * @default {false}
   */
  ssl?: TlsOptions | boolean | null | undefined;
  /** The name that the other side's certificate must have; the host's where left out. Needs `ssl`. */
  serverHostname?: string | null | undefined;
}

/** How a server listens; see {@linkcode EventLoop.createServer}. */
export interface ServerOptions {
  /** How connections are encrypted: by a certificate, `cert`, and its `key`. */
  ssl?: TlsOptions | null | undefined;
  /**
   * How many connections may wait to be accepted.
   *
   * @default {100}
   */
  backlog?: number | undefined;
  /**
   * Whether others may listen at the same port, among whom the connections are divided.
   *
   * @default {false}
   */
  reusePort?: boolean | null | undefined;
  /**
   * Whether it accepts connections from the start; else from `startServing()` or `serveForever()` on.
   *
   * @default {true}
   */
  startServing?: boolean | undefined;
}

/** How a connection is encrypted that is there; see {@linkcode EventLoop.startTls}. */
export interface StartTlsOptions {
  /**
   * Whether this is the server's end.
   *
   * @default {false}
   */
  serverSide?: boolean | undefined;
  /** At the client's end: the name that the other side's certificate must have. */
  serverHostname?: string | null | undefined;
}

/** Where a datagram endpoint is; see {@linkcode EventLoop.createDatagramEndpoint}. */
export interface DatagramEndpointOptions {
  /** Where it receives, a host and a port; at port 0 the system chooses one. */
  localAddr?: InternetAddress | null | undefined;
  /** The only one that it sends to and receives from. */
  remoteAddr?: InternetAddress | null | undefined;
  /** Whether others may receive at the same port. */
  reusePort?: boolean | null | undefined;
  /** Whether it may send to all of a network at once. */
  allowBroadcast?: boolean | null | undefined;
}

/** What a stream of a child process is: a pipe, the same as the parent's, nothing, or that of its output. */
export type StdioOption = typeof PIPE | typeof STDOUT | typeof DEVNULL | null;

/**
 * For a child process: the stream is a pipe to this one.
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.PIPE
 */
export const PIPE: -1 = -1;

/**
 * For a child process: its errors go where its output goes.
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.STDOUT
 */
export const STDOUT: -2 = -2;

/**
 * For a child process: the stream is empty, and what is written to it is lost.
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.DEVNULL
 */
export const DEVNULL: -3 = -3;

/** How a child process is started; see `createSubprocessExec()`. */
export interface SubprocessOptions {
  /** Its input: {@linkcode PIPE}, {@linkcode DEVNULL}, or `null` for that of this process. */
  stdin?: StdioOption | undefined;
  /** Its output, likewise. */
  stdout?: StdioOption | undefined;
  /** Its errors, likewise; {@linkcode STDOUT} for where its output goes. */
  stderr?: StdioOption | undefined;
  /** The folder it is started in; that of this process where left out. */
  cwd?: string | URL | null | undefined;
  /** All of its environment; that of this process where left out. */
  env?: Readonly<Record<string, string>> | null | undefined;
}

/**
 * What takes connections; `createServer()` and `startServer()` give one.
 *
 * @typeParam A Where it listens: a host and a port, or a path.
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server
 */
export interface AbstractServer<A extends SocketAddress = SocketAddress> {
  /** Takes no more connections. Those that are there stay. */
  close(): void;
  /** Whose server it is. */
  getLoop(): EventLoop;
  /** Tells whether it accepts connections. */
  isServing(): boolean;
  /** Begins to accept connections. */
  startServing(): Coroutine<void>;
  /** Accepts connections until it is cancelled or closed. */
  serveForever(): Coroutine<void>;
  /** Waits until it is closed and its connections are, too. */
  waitClosed(): Coroutine<void>;
  /** Closes its connections. */
  closeClients(): void;
  /** Closes its connections at once; what waits to be written is lost. */
  abortClients(): void;
  /** The host's own listeners. */
  readonly sockets: readonly ServerSocket<A>[];
}

/**
 * Where a server listens.
 *
 * @typeParam A A host and a port, or a path.
 */
export interface ServerSocket<A extends SocketAddress = SocketAddress> {
  /** The address, as Python's sockets tell it. */
  getsockname(): A;
}

/** What those who bring sockets, processes and signals do in the loop's stead. */
export interface LoopIO {
  createConnection<P extends BaseProtocol>(
    loop: EventLoop,
    factory: () => P,
    address: InternetAddress,
    options: ConnectionOptions,
  ): Coroutine<[Transport, P]>;
  createUnixConnection<P extends BaseProtocol>(
    loop: EventLoop,
    factory: () => P,
    path: string,
    options: ConnectionOptions,
  ): Coroutine<[Transport, P]>;
  createServer(
    loop: EventLoop,
    factory: () => BaseProtocol,
    hosts: string | readonly string[] | null,
    port: number,
    options: ServerOptions,
  ): Coroutine<AbstractServer<InternetAddress>>;
  createUnixServer(
    loop: EventLoop,
    factory: () => BaseProtocol,
    path: string,
    options: ServerOptions,
  ): Coroutine<AbstractServer<string>>;
  startTls(
    loop: EventLoop,
    transport: Transport,
    protocol: BaseProtocol,
    ssl: TlsOptions,
    options: StartTlsOptions,
  ): Coroutine<Transport>;
  createDatagramEndpoint<P extends DatagramProtocol>(
    loop: EventLoop,
    factory: () => P,
    options: DatagramEndpointOptions,
  ): Coroutine<[DatagramTransport, P]>;
  subprocessExec<P extends SubprocessProtocol>(
    loop: EventLoop,
    factory: () => P,
    args: readonly string[],
    options: SubprocessOptions,
  ): Coroutine<[SubprocessTransport, P]>;
  subprocessShell<P extends SubprocessProtocol>(
    loop: EventLoop,
    factory: () => P,
    command: string,
    options: SubprocessOptions,
  ): Coroutine<[SubprocessTransport, P]>;
  addSignalHandler(
    loop: EventLoop,
    signal: string,
    callback: Callback<unknown[]>,
    args: readonly unknown[],
  ): void;
  removeSignalHandler(loop: EventLoop, signal: string): boolean;
}

let brought: Partial<LoopIO> = {};

/** Tells what some of the methods do. */
export function bringIO(methods: Partial<LoopIO>): void {
  brought = { ...brought, ...methods };
}

/** What a method does. */
export function ioMethod<K extends keyof LoopIO>(name: K): LoopIO[K] {
  const method = brought[name];
  if (method === undefined) {
    throw new NotSupportedError(
      `${name}() is not in this program, for a bundler left it out: expected LoopMethods.bring()`,
    );
  }
  return method as LoopIO[K];
}
