/**
 * The transports of the pipes to and from a child process.
 *
 * @module
 */
import { logger } from "../base/logger.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import type { HostReadPipe, HostWritePipe } from "../platform/subprocesses.ts";
import type { BaseProtocol, Protocol } from "../transports/protocols.ts";
import {
  type Bytes,
  join,
  ReadTransport,
  viewOf,
  type WriteBufferLimits,
  WriteTransport,
} from "../transports/transports.ts";
import { isSystemError } from "./connection_errors.ts";
import { settle } from "./flow_control.ts";
import { Inflow } from "./inflow.ts";
import { LOG_THRESHOLD, Outflow, tellProtocol } from "./outflow.ts";

/** How much is read at once, in bytes: what a pipe holds. */
const ROOM = 65_536;

/** Moves what comes out of a pipe to a protocol. */
export class ReadPipeTransport extends ReadTransport {
  readonly #loop: EventLoop;
  readonly #pipe: HostReadPipe;
  readonly #inflow: Inflow;
  readonly #forgetLoop: () => void;
  #protocol: BaseProtocol;
  #isClosing = false;
  #isClosed = false;

  constructor(loop: EventLoop, pipe: HostReadPipe, protocol: Protocol, waiter: Future<null>) {
    super({ pipe: pipe.native });
    this.#loop = loop;
    this.#pipe = pipe;
    this.#protocol = protocol;
    this.#inflow = new Inflow(loop, pipe, {
      take: (bytes) => {
        (this.#protocol as Protocol).dataReceived(bytes);
        return bytes.length;
      },
      takeEnd: () => this.#takeEnd(),
      takeError: (error) => this.#fail(error),
    }, ROOM);
    this.#forgetLoop = onLoopClose(loop, () => this.#abandon());
    loop.callSoon(() => this.#protocol.connectionMade(this));
    // What comes is for a protocol that knows its transport.
    loop.callSoon(() => {
      if (this.isReading()) this.#inflow.resume();
    });
    loop.callSoon(settle, waiter, null);
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

  override close(): void {
    if (!this.#isClosing) this.#close(null);
  }

  /** The printed form. */
  override toString(): string {
    return `<${this.constructor.name} ${
      this.#isClosed ? "closed" : (this.#isClosing ? "closing " : "") +
        (this.isReading() ? "polling" : "idle")
    }>`;
  }

  #takeEnd(): void {
    const protocol = this.#protocol as Protocol;
    this.#isClosing = true;
    this.#inflow.close();
    this.#loop.callSoon(() => void protocol.eofReceived());
    this.#loop.callSoon(() => this.#loseConnection(null));
  }

  #fail(exception: unknown): void {
    this.#loop.callExceptionHandler({
      message: "Fatal read error on pipe transport",
      exception,
      transport: this,
      protocol: this.#protocol,
    });
    this.#close(exception);
  }

  #close(error: unknown): void {
    this.#isClosing = true;
    this.#inflow.close();
    this.#loop.callSoon(() => this.#loseConnection(error));
  }

  #loseConnection(error: unknown): void {
    try {
      this.#protocol.connectionLost(error);
    } finally {
      this.#shut();
    }
  }

  #shut(): void {
    this.#isClosed = true;
    this.#forgetLoop();
    this.#pipe.close();
  }

  /** The loop is closed, and will call the protocol no more. */
  #abandon(): void {
    this.#isClosing = true;
    this.#inflow.close();
    this.#shut();
  }
}

/** Moves what a program writes into a pipe. */
export class WritePipeTransport extends WriteTransport {
  readonly #loop: EventLoop;
  readonly #pipe: HostWritePipe;
  readonly #outflow: Outflow;
  readonly #forgetLoop: () => void;
  #protocol: BaseProtocol;
  #isClosing = false;
  #isClosed = false;
  /** Nobody reads any more. */
  #isDeserted = false;
  /** How often it was written to since the pipe was closed. */
  #lost = 0;

  constructor(loop: EventLoop, pipe: HostWritePipe, protocol: BaseProtocol, waiter: Future<null>) {
    super({ pipe: pipe.native });
    this.#loop = loop;
    this.#pipe = pipe;
    this.#protocol = protocol;
    this.#outflow = new Outflow(loop, pipe, {
      pauseWriting: () => this.#tell("pause_writing", () => this.#protocol.pauseWriting()),
      resumeWriting: () => this.#tell("resume_writing", () => this.#protocol.resumeWriting()),
      isClosing: () => this.#isClosing || this.#isDeserted,
      emptied: () => {
        if (this.#isClosing) this.#loseConnection(null);
        else this.#close(null);
      },
      takeWriteError: (error) => this.#fail(error),
    });
    this.#forgetLoop = onLoopClose(loop, () => this.#abandon());
    loop.callSoon(() => this.#protocol.connectionMade(this));
    loop.callSoon(settle, waiter, null);
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
    this.#write(viewOf(data), false);
  }

  override writelines(pieces: Iterable<Bytes>): void {
    this.#write(join(pieces), true);
  }

  override canWriteEof(): boolean {
    return true;
  }

  override writeEof(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#outflow.size === 0) this.#loseSoon(null);
  }

  override close(): void {
    this.writeEof();
  }

  override abort(): void {
    this.#close(null);
  }

  /**
   * The process that read is gone, and with it, most likely, all that read: nobody else can be asked. What is being written
   * tells for certain.
   */
  desert(): void {
    this.#isDeserted = true;
    if (!this.#isClosing && this.#outflow.size === 0) this.#close(null);
  }

  /** The printed form. */
  override toString(): string {
    const size = this.#outflow.size;
    return `<${this.constructor.name} ${
      this.#isClosed ? "closed" : (this.#isClosing ? "closing " : "") +
        `${size > 0 ? "polling" : "idle"} bufsize=${size}`
    }>`;
  }

  #write(data: Uint8Array, isOwn: boolean): void {
    if (data.length === 0) return;
    if (this.#lost === 0 && !this.#isClosing) return this.#outflow.write(data, isOwn);
    if (this.#lost >= LOG_THRESHOLD) {
      logger.warning("pipe closed by peer or os.write(pipe, data) raised exception.");
    }
    this.#lost++;
  }

  #tell(method: string, callback: () => void): void {
    tellProtocol(this.#loop, { method, callback }, { transport: this, protocol: this.#protocol });
  }

  #fail(exception: unknown): void {
    this.#lost++;
    if (!isSystemError(exception)) {
      this.#loop.callExceptionHandler({
        message: "Fatal write error on pipe transport",
        exception,
        transport: this,
        protocol: this.#protocol,
      });
    }
    this.#close(exception);
  }

  #close(error: unknown): void {
    this.#isClosing = true;
    this.#outflow.close();
    this.#loseSoon(error);
  }

  #loseSoon(error: unknown): void {
    this.#loop.callSoon(() => this.#loseConnection(error));
  }

  #loseConnection(error: unknown): void {
    if (this.#isClosed) return;
    try {
      this.#protocol.connectionLost(error);
    } finally {
      this.#shut();
    }
  }

  #shut(): void {
    this.#isClosed = true;
    this.#forgetLoop();
    this.#outflow.close();
    this.#pipe.close();
  }

  /** The loop is closed, and will call the protocol no more. */
  #abandon(): void {
    this.#isClosing = true;
    this.#shut();
  }
}
