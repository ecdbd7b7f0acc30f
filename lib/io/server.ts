/**
 * What takes connections.
 *
 * @module
 */
import { CancelledError, RuntimeError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { copyContext } from "../coroutine/context_vars.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { endsRun } from "../kernel/handle.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import type { AbstractServer, ServerSocket } from "../kernel/loop_io.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { HostListener, HostSocket, SocketAddress, TlsOptions } from "../platform/network.ts";
import type { BaseProtocol } from "../transports/protocols.ts";
import type { BaseTransport } from "../transports/transports.ts";
import { sleep } from "../waiting/sleep.ts";
import { encrypted } from "./encryption.ts";
import { settle } from "./flow_control.ts";
import { SocketTransport } from "./socket_transport.ts";
import { stir } from "./stir.ts";

/** After how many seconds it is tried again to accept, where the system has nothing left for it. */
const RETRY_DELAY = 1;

/** Makes a server's protocols; each connection has its own. */
export type ProtocolFactory = () => BaseProtocol;

/**
 * Takes connections; `startServer()`, `startUnixServer()` and the loop's `createServer()` and `createUnixServer()` give one.
 *
 * It is a context, too, which closes it at the end and waits for its connections: `asyncWith(server, body)`.
 *
 * @typeParam A Where it listens: a host and a port, or a path.
 *
 * @example
 * ```ts
 * import { getRunningLoop, Protocol, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const server = yield* getRunningLoop().createServer(() => new Protocol(), "127.0.0.1", 0);
 *   const address = server.sockets[0]?.getsockname();
 *   assertEquals(address?.[0], "127.0.0.1");
 *   server.close();
 *   yield* server.waitClosed();
 *   assertEquals(server.sockets, []);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server
 */
export class Server<A extends SocketAddress = SocketAddress> implements AbstractServer<A> {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #loop: EventLoop;
  readonly #factory: ProtocolFactory;
  readonly #clients = new Set<BaseTransport>();
  readonly #tls: TlsOptions | null;
  /** What was accepted and has no transport yet. */
  readonly #arriving = new Set<HostSocket>();
  readonly #forgetLoop: () => void;
  /** `null` when it is closed. */
  #listeners: readonly HostListener[] | null;
  /** `null` when it is closed and its connections are, too. */
  #waiters: Future<null>[] | null = [];
  #isServing = false;
  #servingForever: Future<null> | null = null;

  /**
   * Makes a new `Server`.
   *
   * @param loop Whose it is.
   * @param listeners What listens for it.
   * @param factory Makes the protocol of each connection.
   * @param tls How connections are encrypted, or `null` where they are not.
   */
  constructor(
    loop: EventLoop,
    listeners: readonly HostListener[],
    { factory, tls }: { readonly factory: ProtocolFactory; readonly tls: TlsOptions | null },
  ) {
    this.#loop = loop;
    this.#listeners = listeners;
    this.#factory = factory;
    this.#tls = tls;
    this.#forgetLoop = onLoopClose(loop, () => this.#abandon());
  }

  /**
   * Whose server it is.
   *
   * @returns The loop.
   */
  getLoop(): EventLoop {
    return this.#loop;
  }

  /**
   * Tells whether it accepts connections.
   *
   * @returns Whether it does.
   */
  isServing(): boolean {
    return this.#isServing;
  }

  /** Where it listens; empty when it is closed. */
  get sockets(): readonly ServerSocket<A>[] {
    return (this.#listeners ?? []).map(({ address }) => ({ getsockname: () => address as A }));
  }

  /** Takes no more connections. Those that are there stay. */
  close(): void {
    const listeners = this.#listeners;
    if (listeners === null) return;
    this.#listeners = null;
    for (const listener of listeners) listener.close();
    this.#isServing = false;
    const forever = this.#servingForever;
    if (forever !== null && !forever.done()) {
      this.#servingForever = null;
      forever.cancel();
    }
    this.#wakeIfOver();
  }

  /** Closes its connections, when what waits to be written is. */
  closeClients(): void {
    for (const transport of [...this.#clients]) transport.close();
  }

  /** Closes its connections at once; what waits to be written is lost. */
  abortClients(): void {
    for (const transport of [...this.#clients]) (transport as SocketTransport).abort();
  }

  /**
   * Begins to accept connections, where it does not yet.
   *
   * @returns A lazy object that is done when it does.
   */
  startServing(): Coroutine<void> {
    return lazy("Server.startServing", this.#startServing());
  }

  /**
   * Accepts connections until it is cancelled, and closes itself then; or until it is closed.
   *
   * @returns A lazy object that is never done but by an error.
   * @throws {RuntimeError} When awaited, if the server is closed, or somebody else awaits this already.
   * @throws {CancelledError} When awaited, if the task is cancelled or the server closed.
   */
  serveForever(): Coroutine<void> {
    return lazy("Server.serveForever", this.#serveForever());
  }

  /**
   * Waits until the server is closed and its connections are, too.
   *
   * @returns A lazy object that is done then.
   */
  waitClosed(): Coroutine<void> {
    return lazy("Server.waitClosed", this.#waitClosed());
  }

  /** Gives the server itself, for `asyncWith`. */
  *enter(): Generator<Suspension, this, unknown> {
    return this;
  }

  /** Closes the server and waits for its connections, for `asyncWith`. */
  *exit(): Generator<Suspension, void, unknown> {
    this.close();
    yield* this.waitClosed();
  }

  /** @ignore For its transports. */
  attach(transport: BaseTransport): void {
    this.#clients.add(transport);
  }

  /** @ignore For its transports. */
  detach(transport: BaseTransport): void {
    this.#clients.delete(transport);
    this.#wakeIfOver();
  }

  /** Begins to accept connections at once; for who makes it. */
  begin(): void {
    if (this.#isServing) return;
    if (this.#listeners === null) throw new RuntimeError(`server ${this} is closed`);
    this.#isServing = true;
    for (const listener of this.#listeners) this.#accept(listener);
  }

  /** The printed form. */
  toString(): string {
    const addresses = (this.#listeners ?? []).map(({ address }) =>
      typeof address === "string" ? `'${address}'` : `['${address[0]}', ${address[1]}]`
    );
    return `<${this.constructor.name} sockets=[${addresses.join(", ")}]>`;
  }

  #accept(listener: HostListener): void {
    const scheduler = schedulerOf(this.#loop);
    // Each connection has a copy of the context in which the server began.
    const context = copyContext();
    scheduler.outside++;
    listener.accept().then(
      (socket) => {
        scheduler.outside--;
        if (this.#listeners === null) return socket.close();
        this.#arriving.add(socket);
        stir(this.#loop);
        this.#loop.callSoonThreadsafe(context.bind(() => {
          if (this.#listeners !== null) this.#accept(listener);
          this.#welcome(socket);
        }));
      },
      (error) => {
        scheduler.outside--;
        if (this.#listeners !== null) {
          this.#loop.callSoonThreadsafe(context.bind(() => this.#goOn(listener, error)));
        }
      },
    );
  }

  /** Accepts again after an error: at once where a connection was gone before it was taken. */
  #goOn(listener: HostListener, exception: unknown): void {
    const accept = () => {
      if (this.#listeners !== null) this.#accept(listener);
    };
    if ((exception as Error).name === "ConnectionAborted") return accept();
    this.#loop.callExceptionHandler({
      message: "socket.accept() out of system resource",
      exception,
      socket: listener.native,
    });
    this.#loop.callLater(RETRY_DELAY, accept);
  }

  /** Makes a protocol for a connection; what goes wrong is told of in debug mode alone. */
  #welcome(socket: HostSocket): void {
    if (this.#listeners === null) {
      this.#arriving.delete(socket);
      socket.close();
      return this.#wakeIfOver();
    }
    let protocol: BaseProtocol | undefined;
    const fail = (exception: unknown) => {
      if (this.#arriving.delete(socket)) socket.close();
      this.#wakeIfOver();
      if (endsRun(exception)) throw exception;
      if (!this.#loop.getDebug()) return;
      this.#loop.callExceptionHandler({
        message: "Error on transport creation for incoming connection",
        exception,
        ...protocol === undefined ? {} : { protocol },
      });
    };
    const open = (ready: HostSocket) => {
      this.#arriving.delete(socket);
      new SocketTransport(this.#loop, ready, protocol!, { keeper: this });
    };
    try {
      protocol = this.#factory();
      if (typeof protocol?.connectionMade !== "function") {
        throw new TypeError(`protocol factory must return a protocol, got ${describe(protocol)}`);
      }
      if (this.#tls === null) return open(socket);
    } catch (error) {
      return fail(error);
    }
    const options = { tls: this.#tls, isServer: true, hostname: "" };
    encrypted(this.#loop, { socket, options }, { done: open, failed: fail });
  }

  /** The loop is closed, and will call nobody any more. */
  #abandon(): void {
    for (const listener of this.#listeners ?? []) listener.close();
    this.#listeners = null;
    this.#isServing = false;
    for (const socket of this.#arriving) socket.close();
    this.#arriving.clear();
  }

  *#startServing(): Generator<Suspension, void, unknown> {
    this.begin();
    // One iteration, in which what has just come is taken.
    yield* sleep(0);
  }

  *#serveForever(): Generator<Suspension, void, unknown> {
    if (this.#servingForever !== null) {
      throw new RuntimeError(`server ${this} is already being awaited on serve_forever()`);
    }
    if (this.#listeners === null) throw new RuntimeError(`server ${this} is closed`);
    this.begin();
    const forever = this.#loop.createFuture<null>();
    this.#servingForever = forever;
    try {
      yield* forever;
    } catch (error) {
      if (error instanceof CancelledError) {
        this.close();
        yield* this.waitClosed();
      }
      throw error;
    } finally {
      this.#servingForever = null;
    }
  }

  *#waitClosed(): Generator<Suspension, void, unknown> {
    if (this.#waiters === null) return;
    const waiter = this.#loop.createFuture<null>();
    this.#waiters.push(waiter);
    yield* waiter;
  }

  #wakeIfOver(): void {
    if (this.#listeners !== null || this.#clients.size > 0 || this.#arriving.size > 0) return;
    this.#forgetLoop();
    const waiters = this.#waiters ?? [];
    this.#waiters = null;
    for (const waiter of waiters) settle(waiter, null);
  }
}
