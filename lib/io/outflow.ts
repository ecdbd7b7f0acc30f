/**
 * The way out: keeps what a transport is to write, hands it to the host, and tells the protocol when it is too much.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { type Context, copyContext } from "../coroutine/context_vars.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { endsRun } from "../kernel/handle.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { ByteSink } from "../platform/network.ts";
import type { BaseProtocol } from "../transports/protocols.ts";
import {
  type BaseTransport,
  type Bytes,
  join,
  viewOf,
  type WriteBufferLimits,
} from "../transports/transports.ts";
import { connectionError } from "./connection_errors.ts";
import { stir } from "./stir.ts";

/** The high mark, in bytes, where none is set. */
const HIGH = 65_536;

/** How often it is written to what is lost before the log tells of it. */
export const LOG_THRESHOLD = 5;

/** How much is handed to the host at once, in bytes: small pieces go together. */
const MOST_AT_ONCE = 65_536;

/** Whose bytes they are. */
export interface OutflowOwner {
  /** Hears that more waits than the high mark allows. */
  pauseWriting(): void;
  /** Hears that no more waits than the low mark allows. */
  resumeWriting(): void;
  /** Whether it wants to hear that nothing waits any more. */
  isClosing(): boolean;
  /** Hears that nothing waits any more, where it wants to. */
  emptied(): void;
  /** Hears that the host cannot write. */
  takeWriteError(error: unknown): void;
}

/** Who hears what comes of a promise of the host's, and in which context. */
interface Settling<T> {
  readonly context: Context;
  done(value: T): void;
  failed(error: unknown): void;
  /** Whether somebody is told of it, which the loop does; else it is only noted. */
  isTold(value: T): boolean;
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
  #ended: () => void = () => {};

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
  setLimits(limits: WriteBufferLimits): void {
    [this.#low, this.#high] = limitsOf(limits);
    this.#maybePause();
  }

  /**
   * Writes, or keeps for later.
   *
   * @param isOwn Whether nobody else has the bytes; else they are copied, and the caller's again at once.
   */
  write(data: Uint8Array, isOwn = false): void {
    this.#pieces.push(isOwn ? data : data.slice());
    this.#size += data.length;
    this.#pump();
    this.#maybePause();
  }

  /**
   * Says that no more will be written, when what waits has been.
   *
   * @param ended Called when that is said.
   */
  end(ended: () => void = () => {}): void {
    this.#isEnding = true;
    this.#ended = ended;
    if (this.#size === 0) this.#sayEnd();
  }

  /** Forgets what waits. */
  close(): void {
    this.#isOver = true;
    this.#pieces = [];
    this.#size = 0;
  }

  /** Hands the host what is next; whoever hears of it does so in the context given. */
  #pump(context: Context = copyContext()): void {
    if (this.#isWriting || this.#isOver || this.#pieces.length === 0) return;
    this.#isWriting = true;
    const piece = this.#next();
    this.#settle(this.#sink.write(piece), {
      context,
      done: (count) => this.#written(piece, count, context),
      failed: (error) => this.#fail(error),
      // Most often nobody is to be told, and the loop need not be woken for it.
      isTold: (count) => {
        const left = this.#size - count;
        return this.#isPaused && left <= this.#low ||
          left === 0 && (this.#isEnding || this.#owner.isClosing());
      },
    });
  }

  /** Has the loop hear what comes of a promise. */
  #settle<T>(promise: Promise<T>, { context, done, failed, isTold }: Settling<T>): void {
    const scheduler = schedulerOf(this.#loop);
    const settled = (callback: () => void, isForLoop: boolean) => {
      scheduler.outside--;
      if (this.#isOver || scheduler.isClosed) return;
      stir(this.#loop);
      if (isForLoop) this.#loop.callSoonThreadsafe(context.bind(callback));
      else callback();
    };
    scheduler.outside++;
    stir(this.#loop);
    promise.then(
      (value) => settled(() => done(value), isTold(value)),
      (error) => settled(() => failed(error), true),
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

  #written(piece: Uint8Array, count: number, context: Context): void {
    if (this.#isOver) return;
    this.#isWriting = false;
    this.#size -= count;
    if (count < piece.length) this.#pieces.unshift(piece.subarray(count));
    if (this.#isPaused && this.#size <= this.#low) {
      this.#isPaused = false;
      this.#owner.resumeWriting();
    }
    if (this.#size > 0) this.#pump(context);
    else if (!this.#isOver) {
      if (this.#isEnding) this.#sayEnd();
      if (this.#owner.isClosing()) this.#owner.emptied();
    }
  }

  #sayEnd(): void {
    // The other side may be gone by now; whoever reads or closes hears of it.
    const ended = () => this.#ended();
    const context = copyContext();
    this.#settle(this.#sink.end(), { context, done: ended, failed: ended, isTold: () => true });
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

/** The bytes of what a program wants to write. */
export function bytesOf(data: unknown): Uint8Array {
  return viewOf(data as Bytes);
}

/** The marks that are asked for; for what else has limits. */
export function limitsOf(limits: WriteBufferLimits): [low: number, high: number] {
  checkOptions(limits, "setWriteBufferLimits()", ["high", "low"]);
  const { high, low } = limits;
  for (const [name, value] of [["high", high], ["low", low]] as const) {
    if (value !== undefined && typeof value !== "number") {
      throw new TypeError(`${name} must be a number of bytes, got ${describe(value)}`);
    }
  }
  const upper = high ?? (low === undefined ? HIGH : 4 * low);
  const lower = low ?? Math.floor(upper / 4);
  if (!(upper >= lower && lower >= 0)) {
    throw new ValueError(`high (${upper}) must be >= low (${lower}) must be >= 0`);
  }
  return [lower, upper];
}

/** Calls a protocol about its writing; its error is told of, and nothing else comes of it. */
export function tellProtocol(
  loop: EventLoop,
  { method, callback }: { readonly method: string; readonly callback: () => void },
  ends: { readonly transport: BaseTransport; readonly protocol: BaseProtocol },
): void {
  try {
    callback();
  } catch (exception) {
    if (endsRun(exception)) throw exception;
    loop.callExceptionHandler({ message: `protocol.${method}() failed`, exception, ...ends });
  }
}
