/**
 * What stands between the transport of a child process and its streams.
 *
 * @module
 */
import type { Suspension } from "../coroutine/awaitable.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { SubprocessProtocol } from "../transports/protocols.ts";
import type {
  ReadTransport,
  SubprocessTransport,
  WriteTransport,
} from "../transports/transports.ts";
import { FlowControl, settle } from "./flow_control.ts";
import { StreamReader } from "./stream_reader.ts";
import { StreamWriter, type WriterProtocol } from "./stream_writer.ts";

/** Makes the streams of a child process, and feeds those that are read. */
export class SubprocessStreamProtocol extends SubprocessProtocol implements WriterProtocol {
  readonly #loop: EventLoop;
  readonly #limit: number;
  readonly #flow: FlowControl;
  readonly #inputClosed: Future<null>;
  readonly #open = new Set<number>();
  #transport: SubprocessTransport | null = null;
  #hasExited = false;
  /** The process's input, where it is a pipe. */
  stdin: StreamWriter | null = null;
  /** Its output. */
  stdout: StreamReader | null = null;
  /** Its errors. */
  stderr: StreamReader | null = null;

  constructor(loop: EventLoop, limit: number) {
    super();
    this.#loop = loop;
    this.#limit = limit;
    this.#flow = new FlowControl(loop);
    this.#inputClosed = loop.createFuture();
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.stdout = this.#reader(transport, 1);
    this.stderr = this.#reader(transport, 2);
    const stdin = transport.getPipeTransport(0);
    if (stdin === null) return;
    this.stdin = new StreamWriter(stdin as WriteTransport, this, null, this.#loop);
  }

  override connectionLost(error: unknown): void {
    this.#flow.lose(error);
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.#readerOf(fd)?.feedData(data);
  }

  override pipeConnectionLost(fd: number, error: unknown): void {
    if (fd === 0) {
      this.stdin?.close();
      this.#flow.lose(error);
      settle(this.#inputClosed, error);
      // Who does not wait for the end need not hear of its error.
      if (!this.#inputClosed.cancelled()) this.#inputClosed.exception();
      return;
    }
    if (error === null) this.#readerOf(fd)?.feedEof();
    else this.#readerOf(fd)?.setException(error);
    this.#open.delete(fd);
    this.#maybeClose();
  }

  override processExited(): void {
    this.#hasExited = true;
    this.#maybeClose();
  }

  override pauseWriting(): void {
    this.#flow.pause();
  }

  override resumeWriting(): void {
    this.#flow.resume();
  }

  drainHelper(): Generator<Suspension, void, unknown> {
    return this.#flow.drain();
  }

  getCloseWaiter(_writer: StreamWriter): Future<null> {
    return this.#inputClosed;
  }

  /** The printed form. */
  override toString(): string {
    const streams = (["stdin", "stdout", "stderr"] as const).map((name) =>
      this[name] === null ? "" : ` ${name}=${this[name]}`
    );
    return `<${this.constructor.name}${streams.join("")}>`;
  }

  #reader(owner: SubprocessTransport, fd: number): StreamReader | null {
    const transport = owner.getPipeTransport(fd);
    if (transport === null) return null;
    const reader = new StreamReader({ limit: this.#limit, loop: this.#loop });
    reader.setTransport(transport as ReadTransport);
    this.#open.add(fd);
    return reader;
  }

  #readerOf(fd: number): StreamReader | null {
    return fd === 1 ? this.stdout : this.stderr;
  }

  #maybeClose(): void {
    if (this.#open.size > 0 || !this.#hasExited) return;
    this.#transport?.close();
    this.#transport = null;
  }
}
