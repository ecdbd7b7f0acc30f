/**
 * Protocols that note each call of their transports, and connections between two of them.
 *
 * @module
 */
import type { Suspension } from "../../lib/coroutine/awaitable.ts";
import {
  BufferedProtocol,
  type EventLoop,
  getRunningLoop,
  Protocol,
  type Server,
  type ServerOptions,
  sleep,
  type Transport,
} from "../../mod.ts";

/** What was called, in order: who, what, with what. */
export type Log = unknown[][];

/** What a protocol does when it is called, besides noting it. */
export interface Hooks {
  made?: (transport: Transport) => unknown;
  data?: (data: Uint8Array, transport: Transport) => unknown;
  eof?: () => boolean | void;
  lost?: (error: unknown) => unknown;
  pause?: () => unknown;
  resume?: () => unknown;
  get?: () => Uint8Array;
  updated?: () => unknown;
}

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of bytes. */
export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** A protocol that notes its calls. */
export class Noted extends Protocol {
  readonly name: string;
  readonly log: Log;
  readonly hooks: Hooks;
  /** The transport, when there is one. */
  transport!: Transport;

  constructor(name: string, log: Log, hooks: Hooks = {}) {
    super();
    this.name = name;
    this.log = log;
    this.hooks = hooks;
  }

  override connectionMade(transport: Transport): void {
    this.transport = transport;
    this.log.push([this.name, "made"]);
    this.hooks.made?.(transport);
  }

  override dataReceived(data: Uint8Array): void {
    this.log.push([this.name, "data", text(data)]);
    this.hooks.data?.(data, this.transport);
  }

  override eofReceived(): boolean | void {
    this.log.push([this.name, "eof"]);
    return this.hooks.eof?.();
  }

  override connectionLost(error: unknown): void {
    this.log.push([this.name, "lost", error === null ? null : (error as Error).name]);
    this.hooks.lost?.(error);
  }

  override pauseWriting(): void {
    this.log.push([this.name, "pause"]);
    this.hooks.pause?.();
  }

  override resumeWriting(): void {
    this.log.push([this.name, "resume"]);
    this.hooks.resume?.();
  }
}

/** A protocol with a place of its own, of three bytes, that notes its calls. */
export class NotedBuffered extends BufferedProtocol {
  readonly #noted: Noted;
  readonly #place = new Uint8Array(3);

  constructor(name: string, log: Log, hooks: Hooks = {}) {
    super();
    this.#noted = new Noted(name, log, hooks);
  }

  override connectionMade(transport: Transport): void {
    this.#noted.connectionMade(transport);
  }

  override getBuffer(sizeHint: number): Uint8Array {
    this.#noted.log.push([this.#noted.name, "get", sizeHint]);
    return this.#noted.hooks.get?.() ?? this.#place;
  }

  override bufferUpdated(count: number): void {
    this.#noted.log.push([this.#noted.name, "updated", text(this.#place.subarray(0, count))]);
    this.#noted.hooks.updated?.();
  }

  override eofReceived(): boolean | void {
    return this.#noted.eofReceived();
  }

  override connectionLost(error: unknown): void {
    this.#noted.connectionLost(error);
  }
}

/** What the loop's exception handler is told, without what is long. */
export function noteErrors(loop: EventLoop): unknown[][] {
  const errors: unknown[][] = [];
  loop.setExceptionHandler((_loop, { message, exception, ...more }) => {
    errors.push([message, String(exception), Object.keys(more).sort()]);
  });
  return errors;
}

/** The port of a server. */
export function portOf(server: { readonly sockets: Server["sockets"] }): number {
  return server.sockets[0]!.getsockname()[1] as number;
}

/** A server, and a client that is connected to it. */
export interface Pair {
  readonly server: Server;
  readonly client: Transport;
  readonly served: () => Transport;
}

/** Makes a server and connects a client to it. */
export function* pair(
  served: (log: Log) => Noted | NotedBuffered,
  client: Noted,
  options: ServerOptions = {},
): Generator<Suspension, Pair, unknown> {
  const loop = getRunningLoop();
  let last: Transport | null = null;
  const server = (yield* loop.createServer(
    () => {
      const protocol = served(client.log);
      const made = protocol.connectionMade.bind(protocol);
      protocol.connectionMade = (transport) => {
        last = transport as Transport;
        made(transport as Transport);
      };
      return protocol;
    },
    "127.0.0.1",
    0,
    options,
  )) as Server;
  const [transport] = yield* loop.createConnection(() => client, "127.0.0.1", portOf(server));
  return { server, client: transport, served: () => last! };
}

/** Waits until something holds; the assertion that comes next says what is wrong when it never does. */
export function* wait(condition: () => boolean): Generator<Suspension, void, unknown> {
  for (let turn = 0; turn < 2_000 && !condition(); turn++) yield* sleep(0.001);
}
