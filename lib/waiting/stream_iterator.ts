/**
 * Iterating over a web `ReadableStream`, also where the engine cannot.
 *
 * @module
 */
import { CancelledError, RuntimeError } from "../base/errors.ts";
import type { OpenGenerator } from "../coroutine/async_generator.ts";
import type { Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { trackGenerator } from "../kernel/async_generators.ts";
import { fromPromise } from "../kernel/from_promise.ts";

/** Tells whether a value is a `ReadableStream`, of this realm or another. */
export function isReadableStream(value: unknown): value is ReadableStream<unknown> {
  return Object.prototype.toString.call(value) === "[object ReadableStream]";
}

/** Reads a stream chunk by chunk. The stream is locked until the end, or until it is cancelled. */
export class StreamIterator<T> implements OpenGenerator {
  /** The stream, as reports name it. */
  readonly generator: ReadableStream<T>;
  readonly #reader: ReadableStreamDefaultReader<T>;
  readonly #forget: () => void;
  // Kept when who waits for it is cancelled: the chunk is for the next.
  #read: Promise<ReadableStreamReadResult<T>> | null = null;
  #isReading = false;
  #isOver = false;

  /**
   * Locks a stream.
   *
   * @throws {TypeError} If it is locked.
   */
  constructor(stream: ReadableStream<T>) {
    this.generator = stream;
    this.#reader = stream.getReader();
    this.#forget = trackGenerator(this);
  }

  /** Gives the next chunk. */
  next(): Promise<IteratorResult<T, undefined>> {
    return lazy("anext", this.#next()) as unknown as Promise<IteratorResult<T, undefined>>;
  }

  /** Cancels the stream. */
  return(): Promise<IteratorResult<T, undefined>> {
    return lazy("return", this.#return()) as unknown as Promise<IteratorResult<T, undefined>>;
  }

  /** Cancels the stream. */
  aclose(): Coroutine<void> {
    return lazy("aclose", this.#close());
  }

  /** It is its own iterator. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  *#next(): Generator<Suspension, IteratorResult<T, undefined>, unknown> {
    if (this.#isReading) {
      throw new RuntimeError("anext(): asynchronous generator is already running");
    }
    if (this.#isOver) return { done: true, value: undefined };
    this.#isReading = true;
    const read = this.#read ??= this.#reader.read();
    try {
      const { done, value } = yield* fromPromise(read);
      this.#read = null;
      if (!done) return { done, value };
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#end();
      throw error;
    } finally {
      this.#isReading = false;
    }
    this.#end();
    return { done: true, value: undefined };
  }

  *#return(): Generator<Suspension, IteratorResult<T, undefined>, unknown> {
    yield* this.#close();
    return { done: true, value: undefined };
  }

  *#close(): Generator<Suspension, void, unknown> {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      yield* fromPromise(this.#reader.cancel());
    } finally {
      this.#end();
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#forget();
    this.#reader.releaseLock();
  }
}
