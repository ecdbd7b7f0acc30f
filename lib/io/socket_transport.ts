/**
 * The transport of a connection.
 *
 * @module
 */
import { NotSupportedError, RuntimeError, TimeoutError } from "../base/errors.ts";
import { logger } from "../base/logger.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { endsRun, type TimerHandle } from "../kernel/handle.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import type { HostSocket } from "../platform/network.ts";
import { type BaseProtocol, BufferedProtocol, type Protocol } from "../transports/protocols.ts";
import {
  type Bytes,
  join,
  Transport,
  viewOf,
  type WriteBufferLimits,
} from "../transports/transports.ts";
import { isSystemError } from "./connection_errors.ts";
import { settle } from "./flow_control.ts";
import { Inflow } from "./inflow.ts";
import { LOG_THRESHOLD, Outflow, tellProtocol } from "./outflow.ts";

/** For how many seconds the other side of an encrypted connection is waited for at the end. */
const SHUTDOWN_TIMEOUT = 30;

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
  /** Whether the protocol knows a transport of the connection already. */
  readonly isKnown?: boolean;
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
  #farewell: TimerHandle | null = null;

  constructor(
    loop: EventLoop,
    socket: HostSocket,
    protocol: BaseProtocol,
    options: SocketTransportOptions = {},
  ) {
    super({
      ...socket.security,
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
      takeError: (error) => this.#takeError(error),
    });
    this.#outflow = new Outflow(loop, socket, {
      pauseWriting: () => this.#tell("pause_writing", () => this.#protocol.pauseWriting()),
      resumeWriting: () => this.#tell("resume_writing", () => this.#protocol.resumeWriting()),
      isClosing: () => this.#isClosing,
      emptied: () => this.#leave(() => this.#loseConnection(null)),
      takeWriteError: (error) => this.#forceClose(error),
    });
    this.#forgetLoop = onLoopClose(loop, () => this.#abandon());
    this.#keeper?.attach(this);
    if (!options.isKnown) loop.callSoon(() => this.#protocol.connectionMade(this));
    // What comes is for a protocol that knows its transport.
    loop.callSoon(() => {
      if (this.isReading()) this.#inflow.resume();
    });
    const { waiter } = options;
    if (waiter) loop.callSoon(settle, waiter, null);
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
    this.#write(viewOf(data), "write");
  }

  override writelines(pieces: Iterable<Bytes>): void {
    this.#write(join(pieces), "writelines");
  }

  override writeEof(): void {
    if (this.#socket.security !== null) {
      throw new NotSupportedError("write_eof() of an encrypted connection: expected close()");
    }
    if (!this.#isClosing && !this.#outflow.isEnding) this.#outflow.end();
  }

  override canWriteEof(): boolean {
    return this.#socket.security === null;
  }

  override close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#inflow.close();
    if (this.#outflow.size === 0) this.#leave(() => this.#loseSoon(null));
  }

  override abort(): void {
    this.#forceClose(null);
  }

  /** The printed form. */
  override toString(): string {
    if (this.#isClosed) return `<${this.constructor.name} closed>`;
    const state = this.#isClosing ? " closing" : "";
    const reading = this.isReading() ? "polling" : "idle";
    const size = this.#outflow.size;
    return `<${this.constructor.name}${state} read=${reading} write=<${
      size > 0 ? "polling" : "idle"
    }, bufsize=${size}>>`;
  }

  #write(data: Uint8Array, method: string): void {
    // To close an encrypted connection ends it, too, which is none of the protocol's doing.
    if (this.#outflow.isEnding && this.#socket.security === null) {
      throw new RuntimeError(`Cannot call ${method}() after write_eof()`);
    }
    if (data.length === 0) return;
    if (this.#lost > 0) {
      if (this.#lost >= LOG_THRESHOLD) logger.warning("socket.send() raised exception.");
      this.#lost++;
    } else if (!this.#isClosing) {
      this.#outflow.write(data, method === "writelines");
    }
  }

  /** Where the other side must be told that the end is one, it is. */
  #leave(leave: () => void): void {
    if (this.#socket.security === null) return leave();
    this.#farewell = this.#loop.callLater(SHUTDOWN_TIMEOUT, () => {
      this.#forceClose(new TimeoutError("SSL shutdown timed out"));
    });
    this.#outflow.end(leave);
  }

  #take(bytes: Uint8Array): number {
    const protocol = this.#protocol;
    if (protocol instanceof BufferedProtocol) return this.#takeBuffered(protocol, bytes);
    this.#call("data_received", () => (protocol as Protocol).dataReceived(bytes));
    return bytes.length;
  }

  #takeBuffered(protocol: BufferedProtocol, bytes: Uint8Array): number {
    const place = this.#placeOf(protocol);
    if (place === undefined) return 0;
    const count = Math.min(place.length, bytes.length);
    place.set(bytes.subarray(0, count));
    this.#call("buffer_updated", () => protocol.bufferUpdated(count));
    return count;
  }

  #placeOf(protocol: BufferedProtocol): Uint8Array | undefined {
    return this.#call("get_buffer", () => {
      const given = viewOf(protocol.getBuffer(-1));
      if (given.length === 0) throw new RuntimeError("get_buffer() returned an empty buffer");
      return given;
    });
  }

  /** A protocol with a place of its own is asked for it before it can be known that nothing comes. */
  #isReady(): boolean {
    const protocol = this.#protocol;
    return !(protocol instanceof BufferedProtocol) || this.#placeOf(protocol) !== undefined;
  }

  #takeError(error: unknown): void {
    if (this.#isReady()) this.#forceClose(error);
  }

  #takeEnd(): void {
    if (!this.#isReady()) return;
    const protocol = this.#protocol as Protocol;
    const keepOpen = this.#call("eof_received", () => Boolean(protocol.eofReceived()));
    if (keepOpen === undefined) return;
    const isEncrypted = this.#socket.security !== null;
    if (keepOpen && isEncrypted) {
      logger.warning("returning true from eof_received() has no effect when using ssl");
    }
    // There is no more to read, but the protocol may write.
    if (keepOpen && !isEncrypted) this.#inflow.close();
    else this.close();
  }

  /** Calls the protocol; its error is the end of the connection. */
  #call<R>(method: string, callback: () => R): R | undefined {
    try {
      return callback();
    } catch (exception) {
      if (endsRun(exception)) throw exception;
      if (!isSystemError(exception)) {
        const message = `Fatal error: protocol.${method}() call failed.`;
        const ends = { transport: this, protocol: this.#protocol };
        this.#loop.callExceptionHandler({ message, exception, ...ends });
      }
      this.#forceClose(exception);
      return undefined;
    }
  }

  #tell(method: string, callback: () => void): void {
    tellProtocol(this.#loop, { method, callback }, { transport: this, protocol: this.#protocol });
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
    this.#farewell?.cancel();
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
