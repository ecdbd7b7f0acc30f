/**
 * Sockets, as the runtime asks them of the host. `deno/network.ts` implements it; a browser has none.
 *
 * @module
 */

/** Where an end of a connection is: a host and a port, or the path of a unix socket. */
export type SocketAddress = readonly [host: string, port: number] | string;

/** How a connection is encrypted; texts are in PEM. */
export interface TlsOptions {
  /** Certificates of authorities that are trusted besides the system's. */
  readonly caCerts?: readonly string[] | undefined;
  /** The own certificate, with those that lead up to it; a server must have one. */
  readonly cert?: string | undefined;
  /** The private key of the own certificate. */
  readonly key?: string | undefined;
  /** The protocols that are spoken above it, the best first, such as `h2`. */
  readonly alpnProtocols?: readonly string[] | undefined;
}

/** What bytes are read from. */
export interface ByteSource {
  /**
   * Reads what there is into a place, and waits for it where there is nothing yet.
   *
   * @returns How many bytes, or `null` at the end.
   */
  read(into: Uint8Array): Promise<number | null>;
}

/** What bytes are written to. */
export interface ByteSink {
  /**
   * Writes some of the bytes.
   *
   * @returns How many it took.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** Says that no more will be written. */
  end(): Promise<void>;
}

/** One end of a connection. */
export interface HostSocket extends ByteSource, ByteSink {
  /** The host's own object. */
  readonly native: unknown;
  /** The end on this side. */
  readonly localAddress: SocketAddress;
  /** The end on the other. */
  readonly remoteAddress: SocketAddress;
  /** Whether it is encrypted, or to be; such a one ends both ways at once. */
  readonly isEncrypted: boolean;
  /** Waits until it is encrypted, where it is to be. */
  handshake(): Promise<unknown>;
  /** Closes it; what is being read or written fails. */
  close(): void;
}

/** What takes connections. */
export interface HostListener {
  /** The host's own object. */
  readonly native: unknown;
  /** Where it listens. */
  readonly address: SocketAddress;
  /** Waits for a connection. Fails when the listener is closed. */
  accept(): Promise<HostSocket>;
  /** Listens no more. */
  close(): void;
}

/** How to connect. */
export interface ConnectOptions {
  /** How the connection is encrypted, or `null` where it is not. */
  readonly tls: TlsOptions | null;
  /** The name that the other side's certificate must have, where it is not the host's. */
  readonly serverHostname?: string | undefined;
}

/** How to listen. */
export interface ListenOptions {
  /** How connections are encrypted, or `null` where they are not. */
  readonly tls: TlsOptions | null;
  /** Whether others may listen at the same port, among whom the connections are divided. */
  readonly reusePort: boolean;
  /** How many connections may wait to be accepted. */
  readonly backlog: number;
}

/** The host's sockets. */
export interface Network {
  /** Connects to an address. */
  connect(address: SocketAddress, options: ConnectOptions): Promise<HostSocket>;
  /** Listens at an address; at port 0 the system chooses one. */
  listen(address: SocketAddress, options: ListenOptions): HostListener;
  /** Encrypts a connection that is there, as its client. */
  startTls(socket: HostSocket, options: ConnectOptions): Promise<HostSocket>;
}
