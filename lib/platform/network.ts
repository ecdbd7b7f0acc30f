/**
 * Sockets, as the runtime asks them of the host. `deno/network.ts` implements it; a browser has none.
 *
 * @module
 */

/** A host and a port. */
export type InternetAddress = readonly [host: string, port: number];

/** Where an end of a connection is: a host and a port, or the path of a unix socket. */
export type SocketAddress = InternetAddress | string;

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
  /**
   * Of a server: whether a client must have a certificate, too, of an authority in `caCerts`.
   *
   * @default {false}
   */
  readonly requestCert?: boolean | undefined;
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
  /** What is known of how it is encrypted, or `null` where it is not; one that is ends both ways at once. */
  readonly security: Readonly<Record<string, unknown>> | null;
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

/** How to listen. */
export interface ListenOptions {
  /** Whether others may listen at the same port, among whom the connections are divided. */
  readonly reusePort: boolean;
  /** How many connections may wait to be accepted. */
  readonly backlog: number;
}

/** How to encrypt. */
export interface EncryptOptions {
  /** By which certificates and keys. */
  readonly tls: TlsOptions;
  /** Whether this is the server's end. */
  readonly isServer: boolean;
  /** At the client's end: the name that the other side's certificate must have. */
  readonly hostname: string;
}

/** What datagrams are sent by and received with. */
export interface HostDatagramSocket {
  /** The host's own object. */
  readonly native: unknown;
  /** Where it receives. */
  readonly address: InternetAddress;
  /** Sends one. */
  send(bytes: Uint8Array, address: InternetAddress): Promise<void>;
  /** Sets who is told of what comes. */
  receive(
    onMessage: (bytes: Uint8Array, address: InternetAddress) => void,
    onError: (error: unknown) => void,
  ): void;
  /** Closes it. */
  close(): void;
}

/** How to exchange datagrams. */
export interface DatagramOptions {
  /** The address to receive at, by its numbers; all where it is `null`. */
  readonly local: InternetAddress | null;
  /** Whether addresses are of IPv6. */
  readonly isV6: boolean;
  /** Whether others may receive at the same port. */
  readonly reusePort: boolean;
  /** Whether it may send to all of a network at once. */
  readonly broadcast: boolean;
}

/** The host's sockets. */
export interface Network {
  /** Why no port can be shared, or `null` where it can. */
  readonly sharingRefusal: string | null;
  /** Connects to an address; given up when the signal is aborted. */
  connect(address: SocketAddress, signal: AbortSignal): Promise<HostSocket>;
  /** Listens at an address, or at each that a name has; at port 0 the system chooses one. */
  listen(address: SocketAddress, options: ListenOptions): Promise<readonly HostListener[]>;
  /** Encrypts a connection that is there; it is done when both ends agree. Fails with the connection closed. */
  encrypt(socket: HostSocket, options: EncryptOptions): Promise<HostSocket>;
  /** Finds the address of a name by its numbers; fails where it has none. */
  resolve(hostname: string): Promise<readonly string[]>;
  /** Begins to receive datagrams. */
  datagrams(options: DatagramOptions): Promise<HostDatagramSocket>;
}
