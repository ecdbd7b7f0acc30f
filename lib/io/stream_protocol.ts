/**
 * What stands between a transport and a stream.
 *
 * @module
 */
import { checkFunction } from "../base/check_function.ts";
import { checkOptions } from "../base/check_options.ts";
import { describe } from "../base/repr.ts";
import type { Eventually } from "../coroutine/async_with.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type CoroutineLike, isCoroutine, isCoroutineFunction } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { getEventLoop } from "../kernel/loops.ts";
import { checkLoop } from "../kernel/scheduler.ts";
import { Protocol } from "../transports/protocols.ts";
import type { BaseTransport, Transport } from "../transports/transports.ts";
import { FlowControl, settle } from "./flow_control.ts";
import { replaceTransport, StreamReader } from "./stream_reader.ts";
import { StreamWriter, type WriterProtocol } from "./stream_writer.ts";

/**
 * Is called for each connection that a server takes; of any kind of function. What is a coroutine runs as a task.
 */
export type ClientConnectedCallback = (
  reader: StreamReader,
  writer: StreamWriter,
) => Eventually<unknown>;

/** What {@linkcode StreamReaderProtocol} takes besides. */
export interface StreamReaderProtocolOptions {
  /** Whose it is; the running loop where left out, or the one that is set. */
  loop?: EventLoop | null | undefined;
}

/**
 * The protocol of a stream: feeds a {@linkcode StreamReader} with what a transport brings.
 *
 * @example
 * ```ts
 * import { run, StreamReader, StreamReaderProtocol } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const reader = new StreamReader();
 *   const protocol = new StreamReaderProtocol(reader);
 *   protocol.dataReceived(new Uint8Array([1, 2]));
 *   protocol.connectionLost(null);
 *   assertEquals(yield* reader.read(), new Uint8Array([1, 2]));
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html
 */
export class StreamReaderProtocol extends Protocol implements WriterProtocol {
  readonly #loop: EventLoop;
  readonly #flow: FlowControl;
  readonly #callback: ClientConnectedCallback | null;
  readonly #closed: Future<null>;
  // Who reads keeps the reader. A connection that nobody has any more is closed, and this must not be in the way.
  #weakReader: WeakRef<StreamReader> | null;
  /** A server's, until there is who reads. */
  #newReader: StreamReader | null;
  #isEncrypted = false;

  /**
   * Makes a protocol.
   *
   * @param reader The reader that it feeds.
   * @param clientConnected What is called with the reader and a writer when the connection is there; a server's.
   * @param options `loop`: whose it is.
   * @throws {TypeError} If an argument is none of its kind.
   * @throws {RuntimeError} If no loop is given, none runs and none is set.
   */
  constructor(
    reader: StreamReader | null,
    clientConnected: ClientConnectedCallback | null = null,
    options: StreamReaderProtocolOptions = {},
  ) {
    checkOptions(options, "StreamReaderProtocol()", ["loop"]);
    if (reader !== null && !(reader instanceof StreamReader)) {
      throw new TypeError(`reader must be a StreamReader or null, got ${describe(reader)}`);
    }
    if (clientConnected !== null) checkCallback(clientConnected);
    super();
    if (options.loop) checkLoop(options.loop);
    this.#loop = options.loop ?? getEventLoop();
    this.#flow = new FlowControl(this.#loop);
    this.#weakReader = reader && new WeakRef(reader);
    this.#newReader = clientConnected && reader;
    this.#callback = clientConnected;
    this.#closed = this.#loop.createFuture();
  }

  /**
   * Tells the reader what feeds it, and calls the function that was given.
   *
   * @param transport The transport of the connection.
   */
  override connectionMade(transport: BaseTransport): void {
    const reader = this.#reader;
    this.#newReader = null;
    this.#isEncrypted = transport.getExtraInfo("sslcontext") !== null;
    reader?.setTransport(transport as Transport);
    if (this.#callback === null) return;
    const writer = new StreamWriter(transport as Transport, this, reader, this.#loop);
    this.#welcome(this.#callback, reader!, writer);
  }

  /**
   * Tells the reader that no more will come.
   *
   * @param error The error that ended the connection, or `null` where it was closed.
   */
  override connectionLost(error: unknown): void {
    if (error === null) this.#reader?.feedEof();
    else this.#reader?.setException(error);
    settle(this.#closed, error);
    // Who does not wait for the end need not hear of its error.
    if (!this.#closed.cancelled()) this.#closed.exception();
    this.#flow.lose(error);
    this.#weakReader = null;
  }

  /**
   * Feeds the reader.
   *
   * @param data The bytes.
   */
  override dataReceived(data: Uint8Array): void {
    this.#reader?.feedData(data);
  }

  /**
   * Tells the reader that no more will come.
   *
   * @returns Whether the connection stays open: an encrypted one cannot.
   */
  override eofReceived(): boolean {
    this.#reader?.feedEof();
    return !this.#isEncrypted;
  }

  /** Has those that write wait. */
  override pauseWriting(): void {
    this.#flow.pause();
  }

  /** Has those that write go on. */
  override resumeWriting(): void {
    this.#flow.resume();
  }

  /** @ignore For the writer. */
  drainHelper(): Generator<Suspension, void, unknown> {
    return this.#flow.drain();
  }

  /** @ignore For the writer. */
  getCloseWaiter(_writer: StreamWriter): Future<null> {
    return this.#closed;
  }

  /** @ignore For the writer. */
  get isServerSide(): boolean {
    return this.#callback !== null;
  }

  /** @ignore For the writer. */
  replaceTransport(transport: Transport): void {
    if (this.#reader !== null) replaceTransport(this.#reader, transport);
    this.#isEncrypted = true;
  }

  get #reader(): StreamReader | null {
    return this.#weakReader?.deref() ?? null;
  }

  #welcome(callback: ClientConnectedCallback, reader: StreamReader, writer: StreamWriter): void {
    if (isCoroutineFunction(callback)) {
      this.#start(() => callback(reader, writer), writer);
      return;
    }
    // What else it is only its call tells, which must have a task: it may call an async function, and that awaits.
    const call = () => {
      const outcome = callback(reader, writer);
      return isCoroutine(outcome) ? this.#start(outcome, writer) : outcome;
    };
    const task = this.#loop.createTask(call, { name: "client_connected_cb", eagerStart: true });
    if (task.done()) task.result();
    else this.#watch(task, writer);
  }

  #start(coro: CoroutineLike<unknown>, writer: StreamWriter): void {
    this.#watch(this.#loop.createTask(coro), writer);
  }

  #watch(task: Future<unknown>, writer: StreamWriter): void {
    task.addDoneCallback(() => {
      const exception = task.cancelled() ? null : task.exception();
      if (exception !== null) {
        this.#loop.callExceptionHandler({
          message: "Unhandled exception in client_connected_cb",
          exception,
          transport: writer.transport,
        });
      }
      if (exception !== null || task.cancelled()) writer.close();
    });
  }
}

/** Checks that what a server is to call for each connection is a function. */
export function checkCallback(callback: unknown): void {
  checkFunction(callback, "client_connected_cb must be");
}
