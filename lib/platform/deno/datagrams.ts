/**
 * Datagrams, by Node's module in Deno; Deno's own need a flag.
 *
 * @module
 */
import type { DatagramOptions, HostDatagramSocket } from "../network.ts";
import { resolve } from "./names.ts";
import { denoGlobal, type NodeDatagramSocket } from "./namespace.ts";

/** Begins to receive datagrams. */
export function datagrams(options: DatagramOptions): Promise<HostDatagramSocket> {
  const { createSocket } = denoGlobal.process.getBuiltinModule("node:dgram");
  const socket = createSocket({
    type: options.isV6 ? "udp6" : "udp4",
    reusePort: options.reusePort,
    // Addresses are numbers already; and what is refused is thrown at the call so, and not where nobody can catch it.
    lookup: (host, _family, found) => found(null, host, options.isV6 ? 6 : 4),
  });
  const [host, port] = options.local ?? [options.isV6 ? "::" : "0.0.0.0", 0];
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    try {
      socket.bind(port, host, () => {
        if (options.broadcast) socket.setBroadcast(true);
        socket.removeAllListeners("error");
        resolve(socketOf(socket, options.isV6));
      });
    } catch (error) {
      socket.close();
      reject(error);
    }
  });
}

function socketOf(socket: NodeDatagramSocket, isV6: boolean): HostDatagramSocket {
  const { address, port } = socket.address();
  return {
    native: socket,
    address: [address, port],
    async send(bytes, [host, port]) {
      const found = await resolve(host);
      const address = found.find((each) => each.includes(":") === isV6) ?? host;
      await new Promise<void>((resolve, reject) =>
        socket.send(bytes, port, address, (error) => error ? reject(error) : resolve())
      );
    },
    receive(onMessage, onError) {
      socket.on("message", (bytes, { address, port }) => {
        onMessage(new Uint8Array(bytes), [address, port]);
      });
      socket.on("error", onError);
    },
    close: () => socket.close(),
  };
}
