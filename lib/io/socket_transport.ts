/**
 * The transport of a connection.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { logger } from "../base/logger.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { endsRun } from "../kernel/handle.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import type { HostSocket } from "../platform/network.ts";
import { type BaseProtocol, BufferedProtocol, type Protocol } from "../transports/protocols.ts";
import { type Bytes, join, Transport, type WriteBufferLimits } from "../transports/transports.ts";
import { Inflow } from "./inflow.ts";
import { bytesOf, Outflow } from "./outflow.ts";

/** How often it is written to a connection that is lost before the log tells of it. */
const LOG_THRESHOLD = 5;

/** Who is told when a transport comes and goes; a server. */
export interface TransportKeeper {
  /** One is there. */
  attach(transport: SocketTransport): void;
  /** One is gone. */
  detach(transport: SocketTransport): void;
}

/** What a socket's transport is made with. */
export interface SocketTransportOptions {
  /** Who waits until the protocol knows the transport. */
  readonly waiter?: Future<null> | null;
  /** What it tells of itself besides its addresses. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Who is told when it comes and goes. */
  readonly keeper?: TransportKeeper | null;
}

/** Moves the bytes of a socket, and calls a protocol. */
export class SocketTransport extends Transport {
  readonly #loop: EventLoop;
  readonly #socket: HostSocket;
  readonly #keeper: TransportKeeper | null;
  readonly #inflow: Inflow;
  readonly #outflow: Outflow;
  readonly #forgetLoop: () => void;
  #protocol: BaseProtocol;
  #isClosing = false;
  #isClosed = false;
  /** How often it was written to since the connection was lost, and 1. */
  #lost = 0;

  constructor(
    loop: EventLoop,
    socket: HostSocket,
    protocol: BaseProtocol,
    options: SocketTransportOptions = {},
  ) {
    super({
      ...options.extra,
      socket: socket.native,
      sockname: socket.localAddress,
      peername: socket.remoteAddress,
    });
    this.#loop = loop;
    this.#socket = socket;
    this.#protocol = protocol;
    this.#keeper = options.keeper ?? null;
    this.#inflow = new Inflow(loop, socket, {
      take: (bytes) => this.#take(bytes),
      takeEnd: () => this.#takeEnd(),
      takeError: (error) => this.#forceClose(error),
    });
    this.#outflow = new Outflow(loop, socket, {
      pauseWriting: () => this.#tell("pause_writing", () => this.#protocol.pauseWriting()),
      resumeWriting: () => this.#tell("resume_writing", () => this.#protocol.resumeWriting()),
      emptied: () => {
        if (this.#isClosing) this.#loseConnection(null);
      },
      takeWriteError: (error) => this.#forceClose(error),
    });
    this.#forgetLoop = onLoopClose(loop, () => this.#abandon());
    this.#keeper?.attach(this);
    loop.callSoon(() => this.#protocol.connectionMade(this));
    // What comes is for a protocol that knows its transport.
    loop.callSoon(() => {
      if (this.isReading()) this.#inflow.resume();
    });
    const { waiter } = options;
    if (waiter) loop.callSoon(() => waiter.done() || waiter.setResult(null));
  }

  override isClosing(): boolean {
    return this.#isClosing;
  }

  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): BaseProtocol {
    return this.#protocol;
  }

  override isReading(): boolean {
    return !this.#isClosing && this.#inflow.isReading;
  }

  override pauseReading(): void {
    if (this.isReading()) this.#inflow.pause();
  }

  override resumeReading(): void {
    if (!this.#isClosing && !this.#inflow.isReading) this.#inflow.resume();
  }

  override setWriteBufferLimits(limits: WriteBufferLimits = {}): void {
    this.#outflow.setLimits(limits);
  }

  override getWriteBufferSize(): number {
    return this.#outflow.size;
  }

  override getWriteBufferLimits(): [low: number, high: number] {
    return this.#outflow.limits;
  }

  override write(data: Bytes): void {
    this.#write(bytesOf(data), "write");
  }

  override writelines(pieces: Iterable<Bytes>): void {
    this.#write(join(pieces), "writelines");
  }

  override writeEof(): void {
    if (!this.#isClosing && !this.#outflow.isEnding) this.#outflow.end();
  }

  override canWriteEof(): boolean {
    return !this.#socket.isEncrypted;
  }

  override close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#inflow.close();
    if (this.#outflow.size === 0) this.#loseSoon(null);
  }

  override abort(): void {
    this.#forceClose(null);
  }

  /** The printed form. */
  override toString(): string {
    const state = this.#isClosed ? " closed" : this.#isClosing ? " closing" : "";
    const reading = this.isReading() ? "polling" : "idle";
    const size = this.#outflow.size;
    return `<${this.constructor.name}${state} read=${reading} write=<${
      size > 0 ? "polling" : "idle"
    }, bufsize=${size}>>`;
  }

  #write(data: Uint8Array, method: string): void {
    if (this.#outflow.isEnding) throw new RuntimeError(`Cannot call ${method}() after write_eof()`);
    if (data.length === 0) return;
    if (this.#lost > 0) {
      if (this.#lost >= LOG_THRESHOLD) logger.warning("socket.send() raised exception.");
      this.#lost++;
    } else {
      this.#outflow.write(data);
    }
  }

  #take(bytes: Uint8Array): number {
    const protocol = this.#protocol;
    if (protocol instanceof BufferedProtocol) return this.#takeBuffered(protocol, bytes);
    this.#call("data_received", () => (protocol as Protocol).dataReceived(bytes));
    return bytes.length;
  }

  #takeBuffered(protocol: BufferedProtocol, bytes: Uint8Array): number {
    const place = this.#call("get_buffer", () => {
      const given = protocol.getBuffer(-1);
      if (given.length === 0) throw new RuntimeError("get_buffer() returned an empty buffer");
      return given;
    });
    if (place === undefined) return 0;
    const count = Math.min(place.length, bytes.length);
    place.set(bytes.subarray(0, count));
    this.#call("buffer_updated", () => protocol.bufferUpdated(count));
    return count;
  }

  #takeEnd(): void {
    const protocol = this.#protocol as Protocol;
    const keepOpen = this.#call("eof_received", () => protocol.eofReceived() ?? false);
    if (keepOpen === undefined) return;
    // There is no more to read, but the protocol may write.
    if (keepOpen) this.#inflow.close();
    else this.close();
  }

  /** Calls the protocol; its error is the end of the connection. */
  #call<R>(method: string, callback: () => R): R | undefined {
    try {
      return callback();
    } catch (error) {
      if (endsRun(error)) throw error;
      this.#report(error, `Fatal error: protocol.${method}() call failed.`);
      this.#forceClose(error);
      return undefined;
    }
  }

  /** Calls the protocol; its error is told of, and nothing else. */
  #tell(method: string, callback: () => void): void {
    try {
      callback();
    } catch (error) {
      if (endsRun(error)) throw error;
      this.#report(error, `protocol.${method}() failed`);
    }
  }

  #report(exception: unknown, message: string): void {
    this.#loop.callExceptionHandler({
      message,
      exception,
      transport: this,
      protocol: this.#protocol,
    });
  }

  #forceClose(error: unknown): void {
    if (this.#lost > 0) return;
    this.#outflow.close();
    this.#isClosing = true;
    this.#inflow.close();
    this.#loseSoon(error);
  }

  #loseSoon(error: unknown): void {
    this.#lost = 1;
    this.#loop.callSoon(() => this.#loseConnection(error));
  }

  #loseConnection(error: unknown): void {
    if (this.#isClosed) return;
    this.#lost ||= 1;
    try {
      this.#protocol.connectionLost(error);
    } finally {
      this.#shut();
      this.#keeper?.detach(this);
    }
  }

  #shut(): void {
    this.#isClosed = true;
    this.#forgetLoop();
    this.#outflow.close();
    this.#socket.close();
  }

  /** The loop is closed, and will call the protocol no more. */
  #abandon(): void {
    if (this.#loop.getDebug()) logger.warning(`unclosed transport ${this}`);
    this.#isClosing = true;
    this.#inflow.close();
    this.#shut();
  }
}
