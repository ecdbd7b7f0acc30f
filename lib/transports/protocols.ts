/**
 * What a transport calls: the side of a connection that a program writes.
 *
 * @module
 */
import { staysInThread } from "../base/staying.ts";
import type { BaseTransport, DatagramTransport, SubprocessTransport } from "./transports.ts";

/**
 * What all protocols have in common. Each method does nothing until a class overrides it.
 *
 * @example
 * ```ts
 * import { BaseProtocol, Protocol } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new Protocol() instanceof BaseProtocol);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BaseProtocol
 */
export class BaseProtocol {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  /**
   * The connection is there. Called once.
   *
   * @param _transport The transport of the connection.
   */
  connectionMade(_transport: BaseTransport): void {}

  /**
   * The connection is gone. Called once, and last.
   *
   * @param _error The error that ended it, or `null` where it was closed.
   */
  connectionLost(_error: unknown): void {}

  /** More waits to be written than is good: write no more for now. */
  pauseWriting(): void {}

  /** There is room again. */
  resumeWriting(): void {}
}

/**
 * A protocol of a stream of bytes: what a connection calls.
 *
 * @example
 * ```ts
 * import { getRunningLoop, Protocol, run, type Transport } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends Protocol {
 *   #transport: Transport | null = null;
 *   override connectionMade(transport: Transport) {
 *     this.#transport = transport;
 *   }
 *   override dataReceived(data: Uint8Array) {
 *     this.#transport?.write(data);
 *   }
 * }
 * await run(function* () {
 *   const server = yield* getRunningLoop().createServer(() => new Echo(), "127.0.0.1", 0);
 *   assertEquals(server.isServing(), true);
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Protocol
 */
export class Protocol extends BaseProtocol {
  /**
   * Bytes have come: as many as there were, which need not be as many as were sent at once.
   *
   * @param _data The bytes; they are the protocol's to keep.
   */
  dataReceived(_data: Uint8Array): void {}

  /**
   * The other side will send no more.
   *
   * @returns Whether the connection stays open, to be written to; closed where it is not truthy.
   */
  eofReceived(): boolean | null | undefined | void {}
}

/**
 * A protocol of a stream of bytes that says itself where to put them.
 *
 * @example
 * ```ts
 * import { BufferedProtocol } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * class Header extends BufferedProtocol {
 *   readonly bytes = new Uint8Array(16);
 *   override getBuffer() {
 *     return this.bytes;
 *   }
 * }
 * assertEquals(new Header().getBuffer().length, 16);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BufferedProtocol
 */
export class BufferedProtocol extends BaseProtocol {
  /**
   * Asks for the place for what comes next.
   *
   * @param _sizeHint How many bytes it should hold; -1 for any number.
   * @returns The place, which must not be empty.
   */
  getBuffer(_sizeHint: number): Uint8Array {
    return new Uint8Array(0);
  }

  /**
   * Bytes have come.
   *
   * @param _count How many stand at the head of the place that {@linkcode getBuffer} gave last.
   */
  bufferUpdated(_count: number): void {}

  /**
   * The other side will send no more.
   *
   * @returns Whether the connection stays open, to be written to; closed where it is not truthy.
   */
  eofReceived(): boolean | null | undefined | void {}
}

/**
 * A protocol of datagrams.
 *
 * @example
 * ```ts
 * import { DatagramProtocol } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: unknown[] = [];
 * class Listener extends DatagramProtocol {
 *   override datagramReceived(data: Uint8Array, address: unknown) {
 *     seen.push([data.length, address]);
 *   }
 * }
 * new Listener().datagramReceived(new Uint8Array(3), ["127.0.0.1", 9]);
 * assertEquals(seen, [[3, ["127.0.0.1", 9]]]);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.DatagramProtocol
 */
export class DatagramProtocol extends BaseProtocol {
  /**
   * The endpoint is there.
   *
   * @param _transport Its transport.
   */
  override connectionMade(_transport: DatagramTransport): void {}

  /**
   * A datagram has come.
   *
   * @param _data Its bytes.
   * @param _address Who sent it.
   */
  datagramReceived(_data: Uint8Array, _address: unknown): void {}

  /**
   * Sending or receiving failed.
   *
   * @param _error The error.
   */
  errorReceived(_error: unknown): void {}
}

/**
 * A protocol of a child process.
 *
 * @example
 * ```ts
 * import { SubprocessProtocol } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: unknown[] = [];
 * class Output extends SubprocessProtocol {
 *   override pipeDataReceived(fd: number, data: Uint8Array) {
 *     seen.push([fd, data.length]);
 *   }
 * }
 * new Output().pipeDataReceived(1, new Uint8Array(2));
 * assertEquals(seen, [[1, 2]]);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.SubprocessProtocol
 */
export class SubprocessProtocol extends BaseProtocol {
  /**
   * The process runs.
   *
   * @param _transport Its transport.
   */
  override connectionMade(_transport: SubprocessTransport): void {}

  /**
   * The process has written.
   *
   * @param _fd To which: 1 is its output, 2 its errors.
   * @param _data The bytes.
   */
  pipeDataReceived(_fd: number, _data: Uint8Array): void {}

  /**
   * A pipe to or from the process is closed.
   *
   * @param _fd Which: 0 is its input, 1 its output, 2 its errors.
   * @param _error The error that ended it, or `null` where it was closed.
   */
  pipeConnectionLost(_fd: number, _error: unknown): void {}

  /** The process has ended. */
  processExited(): void {}
}
