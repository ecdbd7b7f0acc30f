/**
 * Streams to write to.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { disposeKey } from "../base/dispose.ts";
import { logger } from "../base/logger.ts";
import { defineMethods } from "../base/methods.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import type { StartTlsOptions } from "../kernel/loop_io.ts";
import type { TlsOptions } from "../platform/network.ts";
import type { BaseProtocol } from "../transports/protocols.ts";
import type { Bytes, Transport, WriteTransport } from "../transports/transports.ts";
import { sleep } from "../waiting/sleep.ts";
import { startingTls } from "./connections.ts";
import { StreamReader } from "./stream_reader.ts";

/** What a writer leaves behind. */
interface Remains {
  transport: WriteTransport;
  readonly loop: EventLoop;
}

/** As CPython's, a writer that nobody has any more is closed; here only when it is collected, which may take long. */
const dropped = /* @__PURE__ */ new FinalizationRegistry<Remains>(({ transport, loop }) => {
  if (transport.isClosing() || loop.isClosed()) return;
  if (loop.getDebug()) logger.warning(`unclosed <StreamWriter transport=${transport}>`);
  loop.callSoonThreadsafe(() => transport.close());
});

/** Who reads and does not write must not lose the connection, at what would be any time. */
const writers = /* @__PURE__ */ new WeakMap<StreamReader, StreamWriter>();

/** How {@linkcode StreamWriter.startTls} encrypts. */
export type WriterTlsOptions = Omit<StartTlsOptions, "serverSide">;

/** What a {@linkcode StreamWriter} asks of the protocol of its transport. */
export interface WriterProtocol extends BaseProtocol {
  /** Waits until it is good to write. */
  drainHelper(): Generator<Suspension, void, unknown>;
  /** What is done when the connection of a writer is gone. */
  getCloseWaiter(writer: StreamWriter): Future<null>;
  /** Hears that the connection is encrypted from now on, and has another transport. */
  replaceTransport?(transport: Transport): void;
  /** Whether it is a server's. */
  readonly isServerSide?: boolean;
}

/**
 * What goes out through a connection, or to a process: `openConnection()`, `startServer()` and
 * `createSubprocessExec()` give one.
 *
 * What is written is kept until it can be sent, so who writes much awaits {@linkcode drain} between: it waits while too
 * much is kept. `using writer = …` closes it at the end of the block. One that is dropped is closed when the engine collects
 * it and its reader, which may take long.
 *
 * @example
 * ```ts
 * import { openConnection, run, startServer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* startServer(function* (reader, writer) {
 *     writer.write(yield* reader.readline());
 *     yield* writer.drain();
 *     writer.close();
 *   }, "127.0.0.1", 0);
 *   const [host, port] = server.sockets[0]!.getsockname();
 *   const [reader, writer] = yield* openConnection(host, port);
 *   writer.write(new TextEncoder().encode("hello\n"));
 *   yield* writer.drain();
 *   assertEquals(new TextDecoder().decode(yield* reader.read()), "hello\n");
 *   writer.close();
 *   yield* writer.waitClosed();
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter
 */
export class StreamWriter {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(this, {
      [disposeKey](this: StreamWriter) {
        this.close();
      },
    });
  })();

  readonly #protocol: WriterProtocol;
  readonly #reader: StreamReader | null;
  readonly #own: Remains;

  /**
   * Makes a writer of a transport; `openConnection()` and `startServer()` are the usual ways.
   *
   * @param transport What it writes to.
   * @param protocol The transport's protocol.
   * @param reader What comes back, whose error {@linkcode drain} throws; `null` for nothing.
   * @param loop Whose it is.
   * @throws {TypeError} If `reader` is neither a reader nor `null`.
   */
  constructor(
    transport: WriteTransport,
    protocol: WriterProtocol,
    reader: StreamReader | null,
    loop: EventLoop,
  ) {
    if (reader !== null && !(reader instanceof StreamReader)) {
      throw new TypeError(`reader must be a StreamReader or null, got ${describe(reader)}`);
    }
    this.#protocol = protocol;
    this.#reader = reader;
    this.#own = { transport, loop };
    dropped.register(this, this.#own);
    if (reader !== null) writers.set(reader, this);
  }

  /** What it writes to. */
  get transport(): WriteTransport {
    return this.#own.transport;
  }

  /**
   * Writes bytes, as soon as they can be sent.
   *
   * @param data The bytes.
   * @throws {TypeError} If they are none; text is encoded by `new TextEncoder().encode(text)`.
   * @throws {RuntimeError} After {@linkcode writeEof}.
   */
  write(data: Bytes): void {
    this.#own.transport.write(data);
  }

  /**
   * Writes several pieces of bytes.
   *
   * @param pieces The pieces.
   * @throws {TypeError} If one is none.
   * @throws {RuntimeError} After {@linkcode writeEof}.
   */
  writelines(pieces: Iterable<Bytes>): void {
    this.#own.transport.writelines(pieces);
  }

  /** Says that no more will be written, when what was written is sent; the other side may send on. */
  writeEof(): void {
    this.#own.transport.writeEof();
  }

  /**
   * Tells whether {@linkcode writeEof} is possible.
   *
   * @returns Whether it is; of an encrypted connection it is not.
   */
  canWriteEof(): boolean {
    return this.#own.transport.canWriteEof();
  }

  /** Closes the connection, when what was written is sent. {@linkcode waitClosed} waits for that. */
  close(): void {
    this.#own.transport.close();
  }

  /**
   * Tells whether the connection is closed, or being closed.
   *
   * @returns Whether it is.
   */
  isClosing(): boolean {
    return this.#own.transport.isClosing();
  }

  /**
   * Waits until the connection is closed. Cancelled, it ends by a cancellation for all who wait, as CPython's does.
   *
   * @returns A lazy object that is done then.
   * @throws When awaited, the error that ended the connection, if one did.
   */
  waitClosed(): Coroutine<void> {
    return lazy("StreamWriter.waitClosed", this.#waitClosed());
  }

  /**
   * Tells something of the connection; see `BaseTransport.getExtraInfo()`.
   *
   * @param name What.
   * @param defaultValue What is given where nothing is known of it.
   * @returns What is known of it.
   */
  getExtraInfo(name: string, defaultValue: unknown = null): unknown {
    return this.#own.transport.getExtraInfo(name, defaultValue);
  }

  /**
   * Waits while more was written than should be kept; until the transport has sent most of it.
   *
   * @returns A lazy object that is done then, most often at once.
   * @throws {ConnectionResetError} When awaited, if the connection is lost.
   * @throws When awaited, the reader's error, if it has one.
   */
  drain(): Coroutine<void> {
    return lazy("StreamWriter.drain", this.#drain());
  }

  /**
   * Encrypts the connection from now on. Both sides do so; nobody reads or writes meanwhile.
   *
   * @param ssl By which certificates and keys; `{}` for the system's. A server must have its own.
   * @param options `serverHostname`: at the client's side, the name that the other's certificate must have.
   * @returns A lazy object that is done when it is encrypted.
   */
  startTls(ssl: TlsOptions, options: WriterTlsOptions = {}): Coroutine<void> {
    checkOptions(options, "startTls()", ["serverHostname"]);
    return lazy("StreamWriter.startTls", this.#startTls(ssl, options));
  }

  /** The printed form. */
  toString(): string {
    const reader = this.#reader === null ? "" : ` reader=${this.#reader}`;
    return `<${this.constructor.name} transport=${this.#own.transport}${reader}>`;
  }

  *#waitClosed(): Generator<Suspension, void, unknown> {
    yield* this.#protocol.getCloseWaiter(this);
  }

  *#drain(): Generator<Suspension, void, unknown> {
    const error = this.#reader?.exception() ?? null;
    if (error !== null) throw error;
    // The protocol hears in the next iteration that the connection is gone: who writes in a loop would never hear of it.
    if (this.#own.transport.isClosing()) yield* sleep(0);
    yield* this.#protocol.drainHelper();
  }

  *#startTls(ssl: TlsOptions, options: WriterTlsOptions): Generator<Suspension, void, unknown> {
    const protocol = this.#protocol;
    yield* this.#drain();
    const encrypted = yield* startingTls(
      this.#own.loop,
      this.#own.transport as Transport,
      protocol,
      {
        ...options,
        ssl,
        serverSide: protocol.isServerSide ?? false,
      },
    );
    this.#own.transport = encrypted;
    protocol.replaceTransport?.(encrypted);
  }
}

/** A writer can be closed by `using`. */
export interface StreamWriter {
  /** What `using` calls: closes the connection. */
  [Symbol.dispose](): void;
}
