/**
 * The transport of a child process.
 *
 * @module
 */
import { ValueError } from "../base/errors.ts";
import { logger } from "../base/logger.ts";
import { describe } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { HostChild } from "../platform/subprocesses.ts";
import { Protocol, type SubprocessProtocol } from "../transports/protocols.ts";
import { type BaseTransport, SubprocessTransport } from "../transports/transports.ts";
import { settle } from "./flow_control.ts";
import { ReadPipeTransport, WritePipeTransport } from "./pipe_transports.ts";
import { ProcessLookupError } from "./process_lookup_error.ts";
import { stir } from "./stir.ts";

/** Hears of one pipe, for the transport of its process. */
class PipeProtocol extends Protocol {
  readonly #owner: () => SubprocessProtocol;
  readonly #onData: (data: Uint8Array) => void;
  readonly #onLost: (error: unknown) => void;
  isDisconnected = false;

  constructor(
    owner: () => SubprocessProtocol,
    onData: (data: Uint8Array) => void,
    onLost: (error: unknown) => void,
  ) {
    super();
    this.#owner = owner;
    this.#onData = onData;
    this.#onLost = onLost;
  }

  override dataReceived(data: Uint8Array): void {
    this.#onData(data);
  }

  override connectionLost(error: unknown): void {
    this.isDisconnected = true;
    this.#onLost(error);
  }

  override pauseWriting(): void {
    this.#owner().pauseWriting();
  }

  override resumeWriting(): void {
    this.#owner().resumeWriting();
  }
}

/** A pipe that is connected. */
interface Pipe {
  readonly protocol: PipeProtocol;
  readonly transport: ReadPipeTransport | WritePipeTransport;
}

/** Whether there is no such pipe, or no more. */
function isGone(pipe: Pipe | null | undefined): boolean {
  return pipe === undefined || pipe?.protocol.isDisconnected === true;
}

/** Starts with a child process, and calls a protocol of what becomes of it. */
export class ProcessTransport extends SubprocessTransport {
  readonly #loop: EventLoop;
  readonly #child: HostChild;
  readonly #forgetLoop: () => void;
  /** By number; `null` for one that is not connected yet. */
  readonly #pipes: (Pipe | null | undefined)[];
  #protocol: SubprocessProtocol;
  #returncode: number | null = null;
  #waiters: Future<number>[] = [];
  /** What the protocol will be told when it knows the transport. */
  #pending: (() => void)[] | null = [];
  #hasExited = false;
  #isClosed = false;
  /** There is no process any more, and no pipe to it. */
  #isFinished = false;

  constructor(
    loop: EventLoop,
    child: HostChild,
    protocol: SubprocessProtocol,
    waiter: Future<null>,
  ) {
    super({ subprocess: child.native });
    this.#loop = loop;
    this.#child = child;
    this.#protocol = protocol;
    this.#pipes = [child.stdin, child.stdout, child.stderr].map((pipe) =>
      pipe === null ? undefined : null
    );
    this.#forgetLoop = onLoopClose(loop, () => this.#abandon());
    loop.createTask(this.#connectPipes(waiter));
    const scheduler = schedulerOf(loop);
    scheduler.outside++;
    stir(loop);
    child.exited.then((returncode) => {
      scheduler.outside--;
      if (scheduler.isClosed) return;
      stir(loop);
      loop.callSoonThreadsafe(() => this.#hearOfExit(returncode));
    });
  }

  override setProtocol(protocol: SubprocessProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): SubprocessProtocol {
    return this.#protocol;
  }

  override isClosing(): boolean {
    return this.#isClosed;
  }

  override close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closePipes();
    if (this.#hasExited) return;
    if (this.#loop.getDebug()) logger.warning(`Close running child process: kill ${this}`);
    this.#kill();
  }

  override getPid(): number {
    return this.#child.pid;
  }

  override getReturncode(): number | null {
    return this.#returncode;
  }

  override getPipeTransport(fd: number): BaseTransport | null {
    return this.#pipes[fd]?.transport ?? null;
  }

  override sendSignal(signal: string | number): void {
    if (typeof signal !== "string" && typeof signal !== "number") {
      throw new TypeError(
        `signal must be a name, such as SIGTERM, or a number, got ${describe(signal)}`,
      );
    }
    if (this.#isFinished) throw new ProcessLookupError();
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new ValueError(
        `invalid signal ${describe(signal)}: expected a name, such as SIGTERM, or a number`,
        { cause: error },
      );
    }
  }

  override terminate(): void {
    this.sendSignal("SIGTERM");
  }

  override kill(): void {
    this.sendSignal("SIGKILL");
  }

  /** Waits until the process has ended; its pipes may be open, and others have them. */
  *wait(): Generator<Suspension, number, unknown> {
    if (this.#returncode !== null) return this.#returncode;
    const waiter = this.#loop.createFuture<number>();
    this.#waiters.push(waiter);
    return yield* waiter;
  }

  /** The printed form. */
  override toString(): string {
    const pipes = ["stdin", "stdout", "stderr"].map((name, fd) => {
      const pipe = this.getPipeTransport(fd);
      return pipe === null ? "" : ` ${name}=${pipe}`;
    });
    const state = this.#returncode === null ? "running" : `returncode=${this.#returncode}`;
    return `<${this.constructor.name}${
      this.#isClosed ? " closed" : ""
    } pid=${this.getPid()} ${state}${pipes.join("")}>`;
  }

  *#connectPipes(waiter: Future<null>): Generator<Suspension, void, unknown> {
    const loop = this.#loop;
    const { stdin, stdout, stderr } = this.#child;
    try {
      if (stdin !== null) {
        yield* this.#connect(
          0,
          (protocol, made) => new WritePipeTransport(loop, stdin, protocol, made),
        );
      }
      for (const [fd, pipe] of [[1, stdout], [2, stderr]] as const) {
        if (pipe === null) continue;
        yield* this.#connect(
          fd,
          (protocol, made) => new ReadPipeTransport(loop, pipe, protocol, made),
        );
      }
      const protocol = this.#protocol;
      loop.callSoon(() => protocol.connectionMade(this));
      for (const callback of this.#pending!) loop.callSoon(callback);
      this.#pending = null;
    } catch (error) {
      // Of those that are not connected nobody else knows.
      for (const pipe of [stdin, stdout, stderr]) pipe?.close();
      settle(waiter, error);
      return;
    }
    settle(waiter, null);
    this.#desertInput();
    // Closed while they were being connected.
    if (this.#isClosed) this.#closePipes();
  }

  *#connect(
    fd: number,
    make: (protocol: PipeProtocol, waiter: Future<null>) => Pipe["transport"],
  ): Generator<Suspension, void, unknown> {
    const protocol = new PipeProtocol(
      () => this.#protocol,
      (data) => this.#call((protocol) => protocol.pipeDataReceived(fd, data)),
      (error) => {
        this.#call((protocol) => protocol.pipeConnectionLost(fd, error));
        this.#desertInput();
        this.#tryFinish();
      },
    );
    const waiter = this.#loop.createFuture<null>();
    const transport = make(protocol, waiter);
    try {
      yield* waiter;
    } catch (error) {
      transport.close();
      throw error;
    }
    this.#pipes[fd] = { protocol, transport };
  }

  #closePipes(): void {
    for (const pipe of this.#pipes) pipe?.transport.close();
  }

  /** Calls the protocol soon, but not before it knows the transport. */
  #call(callback: (protocol: SubprocessProtocol) => void): void {
    const protocol = this.#protocol;
    if (this.#pending === null) this.#loop.callSoon(() => callback(protocol));
    else this.#pending.push(() => callback(protocol));
  }

  /** What has come from the process by now is told of first, as where its pipes are asked before it is. */
  #hearOfExit(returncode: number): void {
    this.#hasExited = true;
    this.#desertInput();
    this.#loop.callSoon(() => this.#exit(returncode));
  }

  /**
   * Nobody tells that the input is read no more. It is taken for that when the process is gone, and no other holds the pipes
   * that it wrote to.
   */
  #desertInput(): void {
    const [stdin, stdout, stderr] = this.#pipes;
    if (!this.#hasExited || !isGone(stdout) || !isGone(stderr)) return;
    if (stdin?.transport instanceof WritePipeTransport) stdin.transport.desert();
  }

  #exit(returncode: number): void {
    this.#returncode = returncode;
    this.#call((protocol) => protocol.processExited());
    this.#tryFinish();
    for (const waiter of this.#waiters) {
      if (!waiter.done()) waiter.setResult(returncode);
    }
    this.#waiters = [];
  }

  #tryFinish(): void {
    if (this.#returncode !== null && this.#pipes.every(isGone)) this.#call(() => this.#finish());
  }

  #finish(): void {
    try {
      this.#protocol.connectionLost(null);
    } finally {
      this.#isFinished = true;
      this.#forgetLoop();
    }
  }

  /** The loop is closed, and will call the protocol no more; the pipes hear of it themselves. */
  #abandon(): void {
    if (this.#isClosed) return;
    if (this.#loop.getDebug()) logger.warning(`unclosed transport ${this}`);
    this.#isClosed = true;
    if (!this.#hasExited) this.#kill();
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It may not be ours to kill.
    }
  }
}
