/**
 * What a protocol is given: the side of a connection that moves the bytes. The classes here are what others
 * derive from; each method of theirs throws.
 *
 * @module
 */
import { NotSupportedError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import type { BaseProtocol } from "./protocols.ts";

/** Bytes, in any of the forms that JavaScript has. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** How much may wait to be written; see {@linkcode WriteTransport.setWriteBufferLimits}. */
export interface WriteBufferLimits {
  /** From how many bytes on the protocol is told to pause; four times `low`, or 65,536, where left out. */
  high?: number | undefined;
  /** Down from how many bytes it is told to go on; a quarter of `high` where left out. */
  low?: number | undefined;
}

/**
 * What all transports have in common.
 *
 * @example
 * ```ts
 * import { BaseTransport } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new BaseTransport({ peername: ["127.0.0.1", 80] });
 * assertEquals(transport.getExtraInfo("peername"), ["127.0.0.1", 80]);
 * assertEquals(transport.getExtraInfo("cipher", "none"), "none");
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.BaseTransport
 */
export class BaseTransport {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #extra: Readonly<Record<string, unknown>>;

  /**
   * Makes a new transport.
   *
   * @param extra What {@linkcode getExtraInfo} tells.
   */
  constructor(extra: Readonly<Record<string, unknown>> = {}) {
    this.#extra = extra;
  }

  /**
   * Tells something of what is below: `peername` and `sockname` are the addresses of the two ends, `socket` the host's own
   * object, `sslcontext` what encrypts, `subprocess` the host's own object of a process.
   *
   * @param name What.
   * @param defaultValue What is given where nothing is known of it.
   * @returns What is known of it.
   */
  getExtraInfo(name: string, defaultValue: unknown = null): unknown {
    return Object.hasOwn(this.#extra, name) ? this.#extra[name] : defaultValue;
  }

  /**
   * Tells whether the transport is closed, or being closed.
   *
   * @returns Whether it is.
   */
  isClosing(): boolean {
    return missing(this, "isClosing");
  }

  /** Closes the transport when what waits has been written. No more is received. */
  close(): void {
    missing(this, "close");
  }

  /**
   * Sets whom the transport calls from now on.
   *
   * @param _protocol The protocol.
   */
  setProtocol(_protocol: BaseProtocol): void {
    missing(this, "setProtocol");
  }

  /**
   * Whom the transport calls.
   *
   * @returns The protocol.
   */
  getProtocol(): BaseProtocol {
    return missing(this, "getProtocol");
  }

  /** The printed form. */
  toString(): string {
    return `<${this.constructor.name}>`;
  }
}

/**
 * A transport that can be read from.
 *
 * @example
 * ```ts
 * import { NotSupportedError, ReadTransport } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new ReadTransport().pauseReading(), NotSupportedError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.ReadTransport
 */
export class ReadTransport extends BaseTransport {
  /**
   * Tells whether the protocol is given what comes.
   *
   * @returns Whether it is.
   */
  isReading(): boolean {
    return missing(this, "isReading");
  }

  /** Gives the protocol nothing until {@linkcode resumeReading}. */
  pauseReading(): void {
    missing(this, "pauseReading");
  }

  /** Gives the protocol again what comes. */
  resumeReading(): void {
    missing(this, "resumeReading");
  }
}

/**
 * A transport that can be written to.
 *
 * @example
 * ```ts
 * import { NotSupportedError, WriteTransport } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new WriteTransport().write(new Uint8Array(1)), NotSupportedError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.WriteTransport
 */
export class WriteTransport extends BaseTransport {
  /**
   * Sets how much may wait to be written until the protocol is told to pause, and to go on.
   *
   * @param _limits `high` and `low`, in bytes.
   * @throws {ValueError} If `low` is above `high`, or negative.
   */
  setWriteBufferLimits(_limits?: WriteBufferLimits): void {
    missing(this, "setWriteBufferLimits");
  }

  /**
   * How much waits to be written.
   *
   * @returns Its size, in bytes.
   */
  getWriteBufferSize(): number {
    return missing(this, "getWriteBufferSize");
  }

  /**
   * How much may wait.
   *
   * @returns The low and the high mark, in bytes.
   */
  getWriteBufferLimits(): [low: number, high: number] {
    return missing(this, "getWriteBufferLimits");
  }

  /**
   * Writes bytes. It does not wait: what cannot be sent at once is kept, as a copy.
   *
   * @param _data The bytes.
   * @throws {TypeError} If they are none.
   */
  write(_data: Bytes): void {
    missing(this, "write");
  }

  /**
   * Writes several pieces of bytes.
   *
   * @param pieces The pieces.
   */
  writelines(pieces: Iterable<Bytes>): void {
    this.write(join(pieces));
  }

  /** Says that no more will be written, when what waits has been. */
  writeEof(): void {
    missing(this, "writeEof");
  }

  /**
   * Tells whether that can be said with the reading going on.
   *
   * @returns Whether it can.
   */
  canWriteEof(): boolean {
    return missing(this, "canWriteEof");
  }

  /** Closes the transport at once; what waits is lost. */
  abort(): void {
    missing(this, "abort");
  }
}

/**
 * A transport of a connection, which is read from and written to.
 *
 * @example
 * ```ts
 * import { Transport, WriteTransport } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new Transport() instanceof WriteTransport);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Transport
 */
export class Transport extends WriteTransport implements ReadTransport {
  /**
   * Tells whether the protocol is given what comes.
   *
   * @returns Whether it is.
   */
  isReading(): boolean {
    return missing(this, "isReading");
  }

  /** Gives the protocol nothing until {@linkcode resumeReading}. */
  pauseReading(): void {
    missing(this, "pauseReading");
  }

  /** Gives the protocol again what comes. */
  resumeReading(): void {
    missing(this, "resumeReading");
  }
}

/**
 * A transport of datagrams.
 *
 * @example
 * ```ts
 * import { DatagramTransport, NotSupportedError } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new DatagramTransport().sendto(new Uint8Array(1)), NotSupportedError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.DatagramTransport
 */
export class DatagramTransport extends BaseTransport {
  /**
   * Sends a datagram.
   *
   * @param _data Its bytes.
   * @param _address To whom; `null` for the one address that the endpoint was made for.
   */
  sendto(_data: Bytes, _address: unknown = null): void {
    missing(this, "sendto");
  }

  /** Closes the transport at once; what waits is lost. */
  abort(): void {
    missing(this, "abort");
  }
}

/**
 * A transport of a child process.
 *
 * @example
 * ```ts
 * import { NotSupportedError, SubprocessTransport } from "@asyncio/asyncio";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new SubprocessTransport().getPid(), NotSupportedError);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-protocol.html#asyncio.SubprocessTransport
 */
export class SubprocessTransport extends BaseTransport {
  /**
   * The process's number.
   *
   * @returns The number.
   */
  getPid(): number {
    return missing(this, "getPid");
  }

  /**
   * How the process ended.
   *
   * @returns Its exit code; the negative number of the signal that ended it; `null` while it runs.
   */
  getReturncode(): number | null {
    return missing(this, "getReturncode");
  }

  /**
   * The transport of one of its pipes.
   *
   * @param _fd Which: 0 is its input, 1 its output, 2 its errors.
   * @returns The transport, or `null` where there is no such pipe.
   */
  getPipeTransport(_fd: number): BaseTransport | null {
    return missing(this, "getPipeTransport");
  }

  /**
   * Sends the process a signal.
   *
   * @param _signal Its name, such as `SIGINT`, or its number.
   */
  sendSignal(_signal: string | number): void {
    missing(this, "sendSignal");
  }

  /** Asks the process to end, by `SIGTERM`. */
  terminate(): void {
    missing(this, "terminate");
  }

  /** Ends the process, by `SIGKILL`. */
  kill(): void {
    missing(this, "kill");
  }
}

/** Joins pieces of bytes. */
export function join(pieces: Iterable<Bytes>): Uint8Array {
  if (typeof pieces?.[Symbol.iterator] !== "function" || typeof pieces === "string") {
    throw new TypeError(`pieces must be an iterable of bytes, got ${describe(pieces)}`);
  }
  const parts = Array.from(pieces, (piece) => viewOf(piece));
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/**
 * The bytes of a view or a buffer, which are not copied.
 *
 * @param data The view or buffer.
 * @param name How the message calls it.
 * @throws {TypeError} If it is neither.
 */
export function viewOf(data: Bytes, name: string = "data"): Uint8Array {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const kind = Object.prototype.toString.call(data);
  if (kind === "[object ArrayBuffer]" || kind === "[object SharedArrayBuffer]") {
    return new Uint8Array(data);
  }
  throw new TypeError(
    `${name} argument must be a bytes-like object, got ${describe(data)}${
      typeof data === "string" ? ": expected new TextEncoder().encode(text)" : ""
    }`,
  );
}

function missing(transport: BaseTransport, method: string): never {
  throw new NotSupportedError(`${transport.constructor.name}.${method}() is not implemented`);
}
