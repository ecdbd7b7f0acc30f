/**
 * Deno's sockets.
 *
 * @module
 */
import type {
  ConnectOptions,
  HostListener,
  HostSocket,
  ListenOptions,
  Network,
  SocketAddress,
  TlsOptions,
} from "../network.ts";
import {
  type DenoAddress,
  type DenoConnection,
  denoGlobal,
  type DenoListener,
} from "./namespace.ts";

/** Makes connections, and takes them, by Deno's own. */
export const denoNetwork: Network = { connect, listen, startTls };

async function connect(address: SocketAddress, options: ConnectOptions): Promise<HostSocket> {
  const connection = await denoGlobal.Deno.connect(toDeno(address));
  // A write waits for no acknowledgement of the one before.
  connection.setNoDelay?.();
  if (options.tls === null) return socketOf(connection);
  const hostname = typeof address === "string" ? undefined : address[0];
  return await encrypt(connection, options.tls, options.serverHostname ?? hostname);
}

function startTls(socket: HostSocket, options: ConnectOptions): Promise<HostSocket> {
  return encrypt(socket.native as DenoConnection, options.tls ?? {}, options.serverHostname);
}

async function encrypt(
  connection: DenoConnection,
  tls: TlsOptions,
  hostname: string | undefined,
): Promise<HostSocket> {
  const encrypted = await denoGlobal.Deno.startTls(connection, {
    ...tls,
    ...hostname === undefined ? {} : { hostname },
  });
  const socket = socketOf(encrypted);
  try {
    await socket.handshake();
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

function listen(address: SocketAddress, options: ListenOptions): HostListener {
  const { Deno } = denoGlobal;
  const place = {
    ...toDeno(address),
    reusePort: options.reusePort,
    tcpBacklog: options.backlog,
  };
  return listenerOf(
    options.tls === null ? Deno.listen(place) : Deno.listenTls({ ...place, ...options.tls }),
  );
}

function listenerOf(listener: DenoListener): HostListener {
  return {
    native: listener,
    address: fromDeno(listener.addr),
    async accept() {
      const connection = await listener.accept();
      connection.setNoDelay?.();
      return socketOf(connection);
    },
    close: () => listener.close(),
  };
}

function socketOf(connection: DenoConnection): HostSocket {
  return {
    native: connection,
    localAddress: fromDeno(connection.localAddr),
    remoteAddress: fromDeno(connection.remoteAddr),
    isEncrypted: connection.handshake !== undefined,
    read: (into) => connection.read(into),
    write: (bytes) => connection.write(bytes),
    end: () => connection.closeWrite(),
    handshake: async () => await connection.handshake?.(),
    close() {
      try {
        connection.close();
      } catch {
        // It is closed already: encrypting it has taken it over, say.
      }
    },
  };
}

function toDeno(address: SocketAddress): DenoAddress {
  return typeof address === "string"
    ? { transport: "unix", path: address }
    : { transport: "tcp", hostname: address[0], port: address[1] };
}

function fromDeno(address: DenoAddress): SocketAddress {
  return address.transport === "unix" ? address.path ?? "" : [address.hostname, address.port];
}
