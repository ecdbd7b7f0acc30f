/**
 * The transport of an endpoint of datagrams, and how one is made.
 *
 * @module
 */
import { ValueError } from "../base/errors.ts";
import { logger } from "../base/logger.ts";
import { describe, repr } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { copyContext } from "../coroutine/context_vars.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import type { DatagramEndpointOptions } from "../kernel/loop_io.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { HostDatagramSocket, InternetAddress } from "../platform/network.ts";
import type { DatagramProtocol } from "../transports/protocols.ts";
import {
  type Bytes,
  DatagramTransport,
  viewOf,
  type WriteBufferLimits,
} from "../transports/transports.ts";
import { checkAddress, checkFactory } from "./checks.ts";
import { connectionError } from "./connection_errors.ts";
import { opened } from "./connections.ts";
import { settle } from "./flow_control.ts";
import { network } from "./network.ts";
import { limitsOf, LOG_THRESHOLD, tellProtocol } from "./outflow.ts";
import { stir } from "./stir.ts";

/** How much a datagram counts besides its bytes, in the buffer. */
const HEADER = 8;

/**
 * Makes an endpoint.
 *
 * @param loop Whose it is.
 * @param factory Makes its protocol.
 * @param options `localAddr`, `remoteAddr`, `reusePort`, `allowBroadcast`.
 */
export function* endpoint<P extends DatagramProtocol>(
  loop: EventLoop,
  factory: () => P,
  options: DatagramEndpointOptions,
): Generator<Suspension, [DatagramTransport, P], unknown> {
  checkFactory(factory, "createDatagramEndpoint");
  const { localAddr = null, remoteAddr = null } = options;
  if (localAddr === null && remoteAddr === null) {
    throw new ValueError("unexpected address family: expected localAddr, remoteAddr or both");
  }
  const local = yield* numbersOf(loop, localAddr, "localAddr");
  const remote = yield* numbersOf(loop, remoteAddr, "remoteAddr");
  const isV6 = (local ?? remote)!
    .map(([host]) => host.includes(":"))
    .find((isV6) => [local, remote].every((each) => each === null || pick(each, isV6) !== null));
  if (isV6 === undefined) throw new ValueError("can not get address information");
  const socket = yield* opened(
    loop,
    network().datagrams({
      local: pick(local, isV6),
      isV6,
      reusePort: options.reusePort ?? false,
      broadcast: options.allowBroadcast ?? false,
    }),
    (late) => void late.then((socket) => socket.close(), () => {}),
  );
  let protocol: P;
  try {
    protocol = factory();
  } catch (error) {
    socket.close();
    throw error;
  }
  const waiter = loop.createFuture<null>();
  const transport = new EndpointTransport(loop, socket, { protocol, remote: pick(remote, isV6) });
  loop.callSoon(settle, waiter, null);
  try {
    yield* waiter;
  } catch (error) {
    transport.close();
    throw error;
  }
  return [transport, protocol];
}

function* numbersOf(
  loop: EventLoop,
  address: unknown,
  name: string,
): Generator<Suspension, readonly InternetAddress[] | null, unknown> {
  if (address === null) return null;
  checkAddress(address, name);
  const [host, port] = address as InternetAddress;
  const found = yield* opened(loop, network().resolve(host), () => {});
  return found.map((each) => [each, port] as const);
}

function pick(addresses: readonly InternetAddress[] | null, isV6: boolean): InternetAddress | null {
  return addresses?.find(([host]) => host.includes(":") === isV6) ?? null;
}

/** Whom an endpoint calls, and the only one whom it exchanges datagrams with, or `null`. */
interface Ends {
  readonly protocol: DatagramProtocol;
  readonly remote: InternetAddress | null;
}

/** Sends and receives datagrams, and calls a protocol. */
class EndpointTransport extends DatagramTransport {
  readonly #loop: EventLoop;
  readonly #socket: HostDatagramSocket;
  readonly #remote: InternetAddress | null;
  readonly #forgetLoop: () => void;
  readonly #waiting: (readonly [Uint8Array, InternetAddress])[] = [];
  #protocol: DatagramProtocol;
  #size = 0;
  #limits: [low: number, high: number] = limitsOf({});
  #isPaused = false;
  #isSending = false;
  #isClosing = false;
  #isClosed = false;
  /** How often it was to send since it is lost, and 1. */
  #lost = 0;

  constructor(loop: EventLoop, socket: HostDatagramSocket, { protocol, remote }: Ends) {
    super({ socket: socket.native, sockname: socket.address, peername: remote });
    this.#loop = loop;
    this.#socket = socket;
    this.#protocol = protocol;
    this.#remote = remote;
    this.#forgetLoop = onLoopClose(loop, () => this.#abandon());
    schedulerOf(loop).outside++;
    loop.callSoon(() => this.#protocol.connectionMade(this));
    loop.callSoon(() => this.#receive());
  }

  override isClosing(): boolean {
    return this.#isClosing;
  }

  override setProtocol(protocol: DatagramProtocol): void {
    this.#protocol = protocol;
  }

  override getProtocol(): DatagramProtocol {
    return this.#protocol;
  }

  setWriteBufferLimits(limits: WriteBufferLimits = {}): void {
    this.#limits = limitsOf(limits);
    this.#maybePause();
  }

  getWriteBufferLimits(): [low: number, high: number] {
    return [...this.#limits];
  }

  getWriteBufferSize(): number {
    return this.#size;
  }

  override sendto(data: Bytes, address: unknown = null): void {
    const bytes = viewOf(data).slice();
    const remote = this.#remote;
    if (remote !== null && address !== null && repr(address) !== repr(remote)) {
      throw new ValueError(
        `Invalid address: must be null or ${describe(remote)}, got ${describe(address)}`,
      );
    }
    if (remote === null) checkAddress(address, "address");
    if (this.#lost > 0) {
      if (this.#lost >= LOG_THRESHOLD) logger.warning("socket.send() raised exception.");
      this.#lost++;
      return;
    }
    this.#waiting.push([bytes, remote ?? address as InternetAddress]);
    this.#size += bytes.length + HEADER;
    this.#send();
    this.#maybePause();
  }

  override close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#size === 0) this.#loseSoon();
  }

  override abort(): void {
    if (this.#lost > 0) return;
    this.#isClosing = true;
    this.#waiting.length = this.#size = 0;
    this.#loseSoon();
  }

  /** The printed form. */
  override toString(): string {
    if (this.#isClosed) return `<${this.constructor.name} closed>`;
    const state = this.#isClosing ? " closing" : "";
    return `<${this.constructor.name}${state} bufsize=${this.#size}>`;
  }

  #receive(): void {
    if (this.#isClosing) return;
    const context = copyContext();
    const soon = (callback: () => void) => {
      if (this.#isClosing || this.#loop.isClosed()) return;
      stir(this.#loop);
      this.#loop.callSoonThreadsafe(context.bind(() => {
        if (!this.#isClosing) callback();
      }));
    };
    this.#socket.receive(
      (bytes, sender) => {
        if (this.#remote !== null && repr(sender) !== repr(this.#remote)) return;
        soon(() => this.#protocol.datagramReceived(bytes, sender));
      },
      (error) => soon(() => this.#protocol.errorReceived(connectionError(error))),
    );
  }

  /** Sends what waits, one after the other, so that they are sent in order. */
  #send(): void {
    const next = this.#waiting[0];
    if (next === undefined || this.#isSending) return;
    this.#isSending = true;
    const context = copyContext();
    const settled = (error: unknown) => {
      if (this.#isClosed || this.#loop.isClosed()) return;
      stir(this.#loop);
      this.#loop.callSoonThreadsafe(context.bind(() => this.#sent(next[0].length, error)));
    };
    stir(this.#loop);
    this.#socket.send(...next).then(() => settled(null), settled);
  }

  #sent(length: number, error: unknown): void {
    if (this.#lost > 0) return;
    this.#isSending = false;
    this.#waiting.shift();
    this.#size -= length + HEADER;
    try {
      if (error !== null) this.#protocol.errorReceived(connectionError(error));
    } finally {
      this.#goOn();
    }
  }

  #goOn(): void {
    if (this.#isPaused && this.#size <= this.#limits[0]) {
      this.#isPaused = false;
      this.#tell("resume_writing", () => this.#protocol.resumeWriting());
    }
    this.#send();
    if (this.#isClosing && this.#size === 0 && this.#lost === 0) this.#lose();
  }

  #maybePause(): void {
    if (this.#isPaused || this.#size <= this.#limits[1]) return;
    this.#isPaused = true;
    this.#tell("pause_writing", () => this.#protocol.pauseWriting());
  }

  #tell(method: string, callback: () => void): void {
    tellProtocol(this.#loop, { method, callback }, { transport: this, protocol: this.#protocol });
  }

  #loseSoon(): void {
    this.#lost = 1;
    this.#loop.callSoon(() => this.#lose());
  }

  #lose(): void {
    if (this.#isClosed) return;
    this.#lost ||= 1;
    try {
      this.#protocol.connectionLost(null);
    } finally {
      this.#shut();
    }
  }

  #shut(): void {
    this.#isClosed = true;
    this.#forgetLoop();
    schedulerOf(this.#loop).outside--;
    this.#socket.close();
  }

  #abandon(): void {
    if (this.#loop.getDebug()) logger.warning(`unclosed transport ${this}`);
    this.#isClosing = true;
    this.#shut();
  }
}
