/**
 * The way out: keeps what a transport is to write, hands it to the host, and tells the protocol when it is too much.
 *
 * @module
 */
import { ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { ByteSink } from "../platform/network.ts";
import { type Bytes, join, viewOf, type WriteBufferLimits } from "../transports/transports.ts";
import { connectionError } from "./connection_errors.ts";

/** The high mark, in bytes, where none is set. */
const HIGH = 65_536;

/** How much is handed to the host at once, in bytes: small pieces go together. */
const MOST_AT_ONCE = 65_536;

/** Whose bytes they are. */
export interface OutflowOwner {
  /** Hears that more waits than the high mark allows. */
  pauseWriting(): void;
  /** Hears that no more waits than the low mark allows. */
  resumeWriting(): void;
  /** Hears that nothing waits any more, and is not to end. */
  emptied(): void;
  /** Hears that the host cannot write. */
  takeWriteError(error: unknown): void;
}

/** Writes for a transport. */
export class Outflow {
  readonly #loop: EventLoop;
  readonly #sink: ByteSink;
  readonly #owner: OutflowOwner;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #high: number = HIGH;
  #low: number = HIGH / 4;
  #isPaused = false;
  #isWriting = false;
  #isEnding = false;
  #isOver = false;

  constructor(loop: EventLoop, sink: ByteSink, owner: OutflowOwner) {
    this.#loop = loop;
    this.#sink = sink;
    this.#owner = owner;
  }

  /** How much waits, in bytes. */
  get size(): number {
    return this.#size;
  }

  /** Whether it was said that no more will be written. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** The low and the high mark. */
  get limits(): [low: number, high: number] {
    return [this.#low, this.#high];
  }

  /** Sets the marks. */
  setLimits({ high, low }: WriteBufferLimits): void {
    const upper = high ?? (low === undefined ? HIGH : 4 * low);
    const lower = low ?? Math.floor(upper / 4);
    if (!(upper >= lower && lower >= 0)) {
      throw new ValueError(`high (${upper}) must be >= low (${lower}) must be >= 0`);
    }
    this.#high = upper;
    this.#low = lower;
    this.#maybePause();
  }

  /** Writes, or keeps for later; the bytes are the caller's again at once. */
  write(data: Uint8Array): void {
    this.#pieces.push(data.slice());
    this.#size += data.length;
    this.#pump();
    this.#maybePause();
  }

  /** Says that no more will be written, when what waits has been. */
  end(): void {
    this.#isEnding = true;
    if (this.#size === 0) this.#sayEnd();
  }

  /** Forgets what waits. */
  close(): void {
    this.#isOver = true;
    this.#pieces = [];
    this.#size = 0;
  }

  #pump(): void {
    if (this.#isWriting || this.#isOver || this.#pieces.length === 0) return;
    this.#isWriting = true;
    const piece = this.#next();
    const scheduler = schedulerOf(this.#loop);
    scheduler.outside++;
    const settle = (callback: () => void) => {
      scheduler.outside--;
      if (!this.#isOver && !scheduler.isClosed) this.#loop.callSoonThreadsafe(callback);
    };
    this.#sink.write(piece).then(
      (count) => settle(() => this.#written(piece, count)),
      (error) => settle(() => this.#fail(error)),
    );
  }

  /** Takes what is written next. */
  #next(): Uint8Array {
    const first = this.#pieces[0]!;
    let count = 1;
    let size = first.length;
    for (; count < this.#pieces.length; count++) {
      size += this.#pieces[count]!.length;
      if (size > MOST_AT_ONCE) break;
    }
    const pieces = this.#pieces.splice(0, count);
    return count === 1 ? first : join(pieces);
  }

  #written(piece: Uint8Array, count: number): void {
    if (this.#isOver) return;
    this.#isWriting = false;
    this.#size -= count;
    if (count < piece.length) this.#pieces.unshift(piece.subarray(count));
    if (this.#isPaused && this.#size <= this.#low) {
      this.#isPaused = false;
      this.#owner.resumeWriting();
    }
    if (this.#size > 0) this.#pump();
    else if (!this.#isOver) {
      if (this.#isEnding) this.#sayEnd();
      this.#owner.emptied();
    }
  }

  #sayEnd(): void {
    // The other side may be gone by now; whoever reads or closes hears of it.
    this.#sink.end().catch(() => {});
  }

  #fail(error: unknown): void {
    if (!this.#isOver) this.#owner.takeWriteError(connectionError(error));
  }

  #maybePause(): void {
    if (this.#isPaused || this.#size <= this.#high) return;
    this.#isPaused = true;
    this.#owner.pauseWriting();
  }
}

/**
 * The bytes of what a program gives for such.
 *
 * @param data What was given.
 * @param name How the message calls it.
 * @throws {TypeError} If it is none.
 */
export function bytesOf(data: unknown, name: string = "data"): Uint8Array {
  if (
    ArrayBuffer.isView(data) || data instanceof ArrayBuffer ||
    typeof SharedArrayBuffer !== "undefined" && data instanceof SharedArrayBuffer
  ) return viewOf(data as Bytes);
  throw new TypeError(
    `${name} argument must be a bytes-like object, such as a Uint8Array${
      typeof data === "string" ? " (new TextEncoder().encode(text))" : ""
    }, got ${describe(data)}`,
  );
}
