/**
 * Deno's sockets.
 *
 * @module
 */
import type {
  HostListener,
  HostSocket,
  ListenOptions,
  Network,
  SocketAddress,
} from "../network.ts";
import { datagrams } from "./datagrams.ts";
import {
  type DenoAddress,
  type DenoConnection,
  denoGlobal,
  type DenoListener,
} from "./namespace.ts";
import { isNumeric, resolve } from "./names.ts";
import { encrypt } from "./tls.ts";

/** What was closed, and is not yet gone: what is connected to or listened at now would still find it. */
const closing = /* @__PURE__ */ new Set<Promise<unknown>>();

/** Makes connections, and takes them, by Deno's own. */
export const denoNetwork: Network = {
  get sharingRefusal() {
    // Asked for without the flag, Deno ends the program.
    return "listenDatagram" in denoGlobal.Deno
      ? null
      : "reusePort needs Deno's flag --unstable-net";
  },
  connect,
  listen,
  encrypt,
  resolve,
  datagrams,
};

async function connect(address: SocketAddress, signal: AbortSignal): Promise<HostSocket> {
  await Promise.allSettled(closing);
  // It tries all addresses of a name.
  const connection = await denoGlobal.Deno.connect({ ...toDeno(address), signal });
  return socketOf(connection);
}

async function listen(
  address: SocketAddress,
  options: ListenOptions,
): Promise<readonly HostListener[]> {
  await Promise.allSettled(closing);
  const listeners: HostListener[] = [];
  try {
    for (const place of await placesOf(address)) {
      try {
        listeners.push(listenerOf(denoGlobal.Deno.listen({
          ...toDeno(place),
          reusePort: options.reusePort,
          tcpBacklog: options.backlog,
        })));
      } catch (error) {
        // Of a name's addresses one may be of a kind that the machine does not have.
        if (place === address || (error as Error).name !== "AddrNotAvailable") throw error;
      }
    }
  } catch (error) {
    for (const listener of listeners) listener.close();
    throw error;
  }
  return listeners;
}

/** The addresses at which a name is listened at: those that it has and the program may use, or else the name. */
async function placesOf(address: SocketAddress): Promise<readonly SocketAddress[]> {
  if (typeof address === "string" || !mayUse(address)) return [address];
  const [name, port] = address;
  if (isNumeric(name)) return [address];
  const places = await resolve(name).then(
    (found) => found.map((host) => [host, port] as const).filter(mayUse),
    () => [],
  );
  return places.length === 0 ? [address] : places;
}

/** To look would prompt where it is not known. */
function mayUse([host, port]: readonly [string, number]): boolean {
  const name = host.includes(":") ? `[${host}]` : host;
  const permission = { name: "net", host: `${name}:${port}` } as const;
  return denoGlobal.Deno.permissions.querySync(permission).state === "granted";
}

function listenerOf(listener: DenoListener): HostListener {
  let accepting: Promise<DenoConnection> | null = null;
  return {
    native: listener,
    address: fromDeno(listener.addr),
    async accept() {
      accepting = listener.accept();
      return socketOf(await accepting);
    },
    close() {
      listener.close();
      if (accepting === null) return;
      const gone: Promise<unknown> = accepting.then(() => {}, () => {}).then(() =>
        closing.delete(gone)
      );
      closing.add(gone);
    },
  };
}

function socketOf(connection: DenoConnection): HostSocket {
  // A write waits for no acknowledgement of the one before.
  connection.setNoDelay?.();
  return {
    native: connection,
    localAddress: fromDeno(connection.localAddr),
    remoteAddress: fromDeno(connection.remoteAddr),
    security: null,
    read: (into) => connection.read(into),
    write: (bytes) => connection.write(bytes),
    end: () => connection.closeWrite(),
    close() {
      try {
        connection.close();
      } catch {
        // It is closed already; so is what an error has ended.
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
