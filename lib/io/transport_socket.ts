/**
 * A transport as if it were a socket, for what stands on top of it: what encrypts a connection midway.
 *
 * @module
 */
import type { HostSocket, SocketAddress } from "../platform/network.ts";
import { Protocol } from "../transports/protocols.ts";
import type { Transport } from "../transports/transports.ts";
import { ConnectionResetError } from "./connection_errors.ts";

/** Takes what a transport brings, for who reads. */
class Taker extends Protocol {
  readonly #transport: Transport;
  readonly #pieces: Uint8Array[] = [];
  #isOver = false;
  #error: unknown = null;
  #isPaused = false;
  #look: () => void = () => {};
  #goOn: (() => void)[] = [];

  constructor(transport: Transport) {
    super();
    this.#transport = transport;
  }

  override dataReceived(data: Uint8Array): void {
    this.#pieces.push(data);
    this.#transport.pauseReading();
    this.#look();
  }

  override eofReceived(): boolean {
    this.#isOver = true;
    this.#look();
    return true;
  }

  override connectionLost(error: unknown): void {
    this.#isOver = true;
    this.#error = error;
    this.#look();
    this.resumeWriting();
  }

  override pauseWriting(): void {
    this.#isPaused = true;
  }

  override resumeWriting(): void {
    this.#isPaused = false;
    for (const goOn of this.#goOn.splice(0)) goOn();
  }

  read(into: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const piece = this.#pieces.shift();
        if (piece === undefined && !this.#isOver) return this.#transport.resumeReading();
        this.#look = () => {};
        if (piece === undefined) return this.#error === null ? resolve(null) : reject(this.#error);
        const count = Math.min(piece.length, into.length);
        into.set(piece.subarray(0, count));
        if (count < piece.length) this.#pieces.unshift(piece.subarray(count));
        resolve(count);
      };
      this.#look();
    });
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.#isOver && this.#transport.isClosing()) {
      throw this.#error ?? new ConnectionResetError("Connection lost");
    }
    this.#transport.write(bytes);
    if (this.#isPaused) await new Promise<void>((resolve) => this.#goOn.push(resolve));
    return bytes.length;
  }
}

/** Makes a transport a socket, and itself its protocol. */
export function socketOver(transport: Transport, isLoopClosed: () => boolean): HostSocket {
  const taker = new Taker(transport);
  transport.setProtocol(taker);
  transport.resumeReading();
  return {
    native: transport.getExtraInfo("socket"),
    localAddress: transport.getExtraInfo("sockname") as SocketAddress,
    remoteAddress: transport.getExtraInfo("peername") as SocketAddress,
    security: null,
    read: (into) => taker.read(into),
    write: (bytes) => taker.write(bytes),
    async end() {
      if (transport.canWriteEof()) transport.writeEof();
    },
    close() {
      // The transport hears itself of the end of its loop.
      if (!isLoopClosed()) transport.close();
    },
  };
}
