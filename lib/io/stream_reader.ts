/**
 * Streams to read from.
 *
 * @module
 */
import { checkNumber } from "../base/check_number.ts";
import { checkOptions } from "../base/check_options.ts";
import {
  AssertionError,
  IncompleteReadError,
  LimitOverrunError,
  NotSupportedError,
  RuntimeError,
  ValueError,
} from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import { describe, repr } from "../base/repr.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { type Future, setPurpose } from "../kernel/future.ts";
import { getEventLoop } from "../kernel/loops.ts";
import { checkLoop } from "../kernel/scheduler.ts";
import { Purpose } from "../kernel/waiter.ts";
import { type Bytes, join, type ReadTransport, viewOf } from "../transports/transports.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { settle } from "./flow_control.ts";

/** The limit, in bytes, where none is given. */
export const DEFAULT_LIMIT = 65_536;

const NEWLINE: readonly Uint8Array[] = /* @__PURE__ */ [/* @__PURE__ */ new Uint8Array([10])];

/** How a {@linkcode StreamReader} is made. */
export interface StreamReaderOptions {
  /**
   * How long a line may be, in bytes; of twice as many that nobody has read the transport is paused.
   *
   * @default {65_536}
   */
  limit?: number | undefined;
  /** Whose it is; the running loop where left out, or the one that is set. */
  loop?: EventLoop | null | undefined;
}

/** Puts another transport in the place of the one that a reader pauses; for encrypting a connection. */
export let replaceTransport: (reader: StreamReader, transport: ReadTransport) => void;

/**
 * What comes through a connection, or from a process: `openConnection()`, `startServer()` and
 * `createSubprocessExec()` give one.
 *
 * One coroutine reads at a time. A read that is cancelled while it waits takes nothing out, so the next one has all of
 * it; `read()` up to the end of the stream alone loses what it had so far.
 *
 * It is iterated over by lines: `for await (const line of reader)`, or `forEach(reader, body)`.
 *
 * @example
 * ```ts
 * import { run, StreamReader } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const reader = new StreamReader();
 *   reader.feedData(new TextEncoder().encode("first\nsecond\n"));
 *   const line = yield* reader.readline();
 *   assertEquals(new TextDecoder().decode(line), "first\n");
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader
 */
export class StreamReader {
  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  readonly #loop: EventLoop;
  readonly #limit: number;
  readonly #buffer = new ByteBuffer();
  #isEof = false;
  #waiter: Future<null> | null = null;
  #exception: unknown = null;
  #transport: ReadTransport | null = null;
  #isPaused = false;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    replaceTransport = (reader, transport) => reader.#transport = transport;
  })();

  /**
   * Makes a stream that is fed by {@linkcode feedData}.
   *
   * @param options `limit`: how long a line may be, in bytes; `loop`: whose it is.
   * @throws {ValueError} If `limit` is not above zero.
   * @throws {TypeError} If an option is none of its kind.
   * @throws {RuntimeError} If no loop is given, none runs and none is set.
   */
  constructor(options: StreamReaderOptions = {}) {
    checkOptions(options, "StreamReader()", ["limit", "loop"]);
    const { limit = DEFAULT_LIMIT, loop } = options;
    checkLimit(limit);
    if (loop) checkLoop(loop);
    this.#limit = limit;
    this.#loop = loop ?? getEventLoop();
  }

  /**
   * What went wrong with the stream.
   *
   * @returns The error, or `null`.
   */
  exception(): unknown {
    return this.#exception;
  }

  /**
   * Says that something went wrong: who waits is woken by the error, and who reads from now on gets it.
   *
   * @param error The error.
   */
  setException(error: unknown): void {
    this.#exception = error;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter !== null) settle(waiter, error);
  }

  /**
   * Says what feeds the stream, so that it can be paused.
   *
   * @param transport The transport.
   */
  setTransport(transport: ReadTransport): void {
    if (this.#transport !== null) throw new AssertionError("Transport already set");
    this.#transport = transport;
  }

  /** Says that no more will come. */
  feedEof(): void {
    this.#isEof = true;
    this.#wake();
  }

  /**
   * Tells whether all was read.
   *
   * @returns Whether nothing is left, and no more will come.
   */
  atEof(): boolean {
    return this.#isEof && this.#buffer.length === 0;
  }

  /**
   * Puts bytes in.
   *
   * @param data The bytes, which are copied.
   * @throws {TypeError} If they are none.
   */
  feedData(data: Bytes): void {
    if (this.#isEof) throw new AssertionError("feed_data after feed_eof");
    const bytes = viewOf(data);
    if (bytes.length === 0) return;
    this.#buffer.push(bytes);
    this.#wake();
    if (this.#transport === null || this.#isPaused) return;
    if (this.#buffer.length <= 2 * this.#limit) return;
    try {
      this.#transport.pauseReading();
      this.#isPaused = true;
    } catch (error) {
      if (!(error instanceof NotSupportedError)) throw error;
      // It cannot be paused, and is not asked again.
      this.#transport = null;
    }
  }

  /**
   * Reads a line.
   *
   * @returns A lazy object that gives the line and its newline. At the end of the stream it gives what is left, which
   * has no newline, and is empty where nothing is.
   * @throws {ValueError} When awaited, if the line is longer than the limit, newline aside. It is taken out then;
   * or all there is, where its newline has not come.
   * @throws {RuntimeError} When awaited, if another coroutine waits for the stream.
   */
  readline(): Coroutine<Uint8Array> {
    return lazy("StreamReader.readline", this.#readline());
  }

  /**
   * Reads up to a separator.
   *
   * @param separator The separator, as bytes, or several, of which the one that ends first counts; a newline where left
   * out.
   * @returns A lazy object that gives the bytes and the separator.
   * @throws {TypeError} If `separator` is neither.
   * @throws {ValueError} When awaited, if there is none, or one is empty.
   * @throws {IncompleteReadError} When awaited, if the stream ends before; its `partial` is what was left.
   * @throws {LimitOverrunError} When awaited, if more bytes than the limit come before it. They are not taken out.
   * @throws {RuntimeError} When awaited, if another coroutine waits for the stream.
   */
  readuntil(separator?: Bytes | readonly Bytes[]): Coroutine<Uint8Array> {
    return lazy("StreamReader.readuntil", this.#readuntil(separatorsOf(separator)));
  }

  /**
   * Reads some bytes.
   *
   * @param n How many at most; where left out or negative, all up to the end of the stream.
   * @returns A lazy object that gives those that are there, and waits where none are. It gives none at the end of the
   * stream.
   * @throws {TypeError} If `n` is no whole number.
   * @throws {RuntimeError} When awaited, if another coroutine waits for the stream.
   */
  read(n: number = -1): Coroutine<Uint8Array> {
    checkCount(n);
    return lazy("StreamReader.read", this.#read(n));
  }

  /**
   * Reads a number of bytes.
   *
   * @param n How many.
   * @returns A lazy object that gives them.
   * @throws {TypeError} If `n` is no whole number.
   * @throws {ValueError} When awaited, if it is negative.
   * @throws {IncompleteReadError} When awaited, if the stream ends before; its `partial` is what was left.
   * @throws {RuntimeError} When awaited, if another coroutine waits for the stream.
   */
  readexactly(n: number): Coroutine<Uint8Array> {
    checkCount(n);
    return lazy("StreamReader.readexactly", this.#readexactly(n));
  }

  /** The lines, as {@linkcode readline} gives them, up to the end of the stream. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    const iterator: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () =>
        lazy("StreamReader.next", this.#next()) as unknown as Promise<
          IteratorResult<Uint8Array, undefined>
        >,
    };
    return iterator;
  }

  /** The printed form. */
  toString(): string {
    const parts = ["StreamReader"];
    if (this.#buffer.length > 0) parts.push(`${this.#buffer.length} bytes`);
    if (this.#isEof) parts.push("eof");
    if (this.#limit !== DEFAULT_LIMIT) parts.push(`limit=${this.#limit}`);
    if (this.#waiter !== null) parts.push(`waiter=${this.#waiter}`);
    if (this.#exception !== null) parts.push(`exception=${repr(this.#exception)}`);
    if (this.#transport !== null) parts.push(`transport=${this.#transport}`);
    if (this.#isPaused) parts.push("paused");
    return `<${parts.join(" ")}>`;
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter !== null) settle(waiter, null);
  }

  #resume(): void {
    this.#isPaused = false;
    this.#transport?.resumeReading();
  }

  /** Takes bytes out, and has the transport go on if few are left. */
  #take(count: number): Uint8Array {
    const bytes = this.#buffer.take(count);
    if (this.#isPaused && this.#buffer.length <= this.#limit) this.#resume();
    return bytes;
  }

  #checkException(): void {
    if (this.#exception !== null) throw this.#exception;
  }

  *#wait(method: string): Generator<Suspension, void, unknown> {
    if (this.#waiter !== null) {
      throw new RuntimeError(
        `${method}() called while another coroutine is already waiting for incoming data`,
      );
    }
    // More than the limit may be asked for, which would never come.
    if (this.#isPaused) this.#resume();
    const waiter = this.#loop.createFuture<null>();
    setPurpose(waiter, new Purpose(`StreamReader.${method}`, this));
    this.#waiter = waiter;
    try {
      yield* waiter;
    } finally {
      // One that was woken and has not run yet is no longer the one that waits.
      if (this.#waiter === waiter) this.#waiter = null;
    }
  }

  *#next(): Generator<Suspension, IteratorResult<Uint8Array, undefined>, unknown> {
    const value = yield* this.#readline();
    return value.length === 0 ? { done: true, value: undefined } : { done: false, value };
  }

  *#readline(): Generator<Suspension, Uint8Array, unknown> {
    try {
      return yield* this.#readuntil(NEWLINE);
    } catch (error) {
      if (error instanceof IncompleteReadError) return error.partial;
      if (!(error instanceof LimitOverrunError)) throw error;
      const hasNewline = this.#buffer.has(NEWLINE[0]!, error.consumed);
      this.#take(hasNewline ? error.consumed + 1 : Infinity);
      throw new ValueError(error.message);
    }
  }

  *#readuntil(separators: readonly Uint8Array[]): Generator<Suspension, Uint8Array, unknown> {
    if (separators.length === 0) {
      throw new ValueError("Separator should contain at least one element");
    }
    const shortest = separators[0]!.length;
    const longest = separators.at(-1)!.length;
    if (shortest === 0) throw new ValueError("Separator should be at least one-byte string");
    this.#checkException();
    // Where it is looked on from: what stands before it was searched, and is not searched again.
    let from = 0;
    for (;;) {
      const { length } = this.#buffer;
      if (length - from >= shortest) {
        const match = this.#buffer.find(separators, from);
        if (match !== null) {
          const [start, end] = match;
          if (start <= this.#limit) return this.#take(end);
          throw new LimitOverrunError("Separator is found, but chunk is longer than limit", start);
        }
        // A part of it may stand at the end.
        from = Math.max(0, length + 1 - longest);
        if (from > this.#limit) {
          throw new LimitOverrunError(
            "Separator is not found, and chunk exceed the limit",
            from,
          );
        }
      }
      // Last, for the bytes before the end may have it.
      if (this.#isEof) throw new IncompleteReadError(this.#buffer.take(length), null);
      yield* this.#wait("readuntil");
    }
  }

  *#read(n: number): Generator<Suspension, Uint8Array, unknown> {
    this.#checkException();
    if (n === 0) return new Uint8Array(0);
    if (n < 0) {
      // Piece by piece, for a transport that is paused goes on only so.
      const pieces: Uint8Array[] = [];
      for (;;) {
        const piece = yield* this.#read(this.#limit);
        if (piece.length === 0) return join(pieces);
        pieces.push(piece);
      }
    }
    if (this.#buffer.length === 0 && !this.#isEof) yield* this.#wait("read");
    return this.#take(n);
  }

  *#readexactly(n: number): Generator<Suspension, Uint8Array, unknown> {
    if (n < 0) throw new ValueError(`readexactly size can not be less than zero, got ${n}`);
    this.#checkException();
    while (this.#buffer.length < n) {
      if (this.#isEof) throw new IncompleteReadError(this.#buffer.take(n), n);
      yield* this.#wait("readexactly");
    }
    return this.#take(n);
  }
}

/**
 * Checks a limit.
 *
 * @throws {TypeError} If it is no number.
 * @throws {ValueError} If it is not above zero.
 */
export function checkLimit(limit: number): void {
  checkNumber(limit, "limit");
  if (limit <= 0) throw new ValueError(`Limit cannot be <= 0, got ${limit}`);
}

function checkCount(n: number): void {
  if (!Number.isInteger(n)) throw new TypeError(`n must be a whole number, got ${describe(n)}`);
}

/** The separators, the shortest first. */
function separatorsOf(separator?: Bytes | readonly Bytes[]): readonly Uint8Array[] {
  if (separator === undefined) return NEWLINE;
  const separators: readonly Bytes[] = Array.isArray(separator) ? separator : [separator];
  return separators.map((bytes) => viewOf(bytes, "separator"))
    .sort((one, other) => one.length - other.length);
}
