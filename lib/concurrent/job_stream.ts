/**
 * What a job gives bit by bit.
 *
 * The job is never more than a few items ahead of who reads: it goes on when it is told that some were
 * taken. So a slow reader slows the job down, and nothing piles up.
 *
 * @module
 */
import { staysInThread } from "../base/staying.ts";
import { ConcurrentFuture } from "./concurrent_future.ts";

/** How many items a job may be ahead; half of them taken, it is told to go on. */
const AHEAD = 16;

/** The job at the other end. */
export interface StreamSource {
  /** Lets the job give so many more items. */
  pull(count: number): void;
  /** Ends the job. */
  close(): void;
  /** Takes note of whether somebody waits for an item. */
  awaited(isAwaited: boolean): void;
}

/** Takes an item that a job gave; for the executors. */
export let pushItem: (stream: JobStream<unknown, unknown>, item: unknown) => void;

/** Takes the end of a job, with what it returned; for the executors. */
export let endStream: (stream: JobStream<unknown, unknown>, value: unknown) => void;

/** Takes the failure of a job; for the executors. */
export let failStream: (stream: JobStream<unknown, unknown>, error: unknown) => void;

type End<R> =
  | { readonly kind: "returned"; value: R | undefined }
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * The items of a job that is an async generator, or gives an async iterable: what `submit` gives for
 * such a job, by `for await`, or one by one by `next()`.
 *
 * The job has its worker until the stream is at its end or is left: by `break`, by an error, by
 * `return()`, by a cancellation of the task that waits for an item. Then `this.signal` is aborted in
 * the job, and its `finally` blocks are run.
 *
 * Until then `shutdown()` of the executor waits for the job, and so does the end of `run()` for one of the
 * default executor's: a stream that is not read to its end wants `return()`.
 *
 * @typeParam T What an item is.
 * @typeParam R What the generator returns.
 *
 * @example
 * ```ts
 * import { ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * const progress = await pool.submit(async function* (steps: number) {
 *   for (let step = 1; step <= steps; step++) yield step / steps;
 * }, 4);
 * const seen: number[] = [];
 * for await (const part of progress) seen.push(part);
 * assertEquals(seen, [0.25, 0.5, 0.75, 1]);
 * ```
 */
export class JobStream<T, R> {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "JobStream";

  static readonly #staying: void = /* @__PURE__ */ staysInThread(
    this,
    "read it first",
  );

  readonly #source: StreamSource;
  readonly #items: T[] = [];
  readonly #waiting: ConcurrentFuture<IteratorResult<T, R | undefined>>[] = [];
  #end: End<R> | null = null;
  #taken = 0;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    pushItem = (stream, item) => stream.#push(item);
    endStream = (stream, value) => stream.#finish({ kind: "returned", value });
    failStream = (stream, error) => stream.#finish({ kind: "failed", error });
  })();

  /**
   * Ties a stream to its job; for the executors.
   *
   * @param source The job.
   */
  constructor(source: StreamSource) {
    this.#source = source;
    source.pull(AHEAD);
  }

  /**
   * Asks for the next item. Cancelled while it waits, it ends the stream, as cancelling a task within
   * an async generator does.
   *
   * @returns The future of the item, or of the end with what the generator returned. It fails with what
   * the job threw, or with a `BrokenExecutor` when its worker died.
   */
  next(): ConcurrentFuture<IteratorResult<T, R | undefined>> {
    const future = new ConcurrentFuture<IteratorResult<T, R | undefined>>();
    if (this.#items.length > 0) {
      future.setResult({ done: false, value: this.#items.shift()! });
      if (++this.#taken === AHEAD / 2) {
        this.#taken = 0;
        if (this.#end === null) this.#source.pull(AHEAD / 2);
      }
    } else if (this.#end !== null) {
      this.#tellEnd(future, this.#end);
    } else {
      this.#waiting.push(future);
      this.#source.awaited(true);
      future.addDoneCallback(() => {
        if (future.cancelled()) this.return();
      });
    }
    return future;
  }

  /**
   * Leaves the stream: the job is told to end, and what it gives is dropped.
   *
   * @returns A future that is done.
   */
  return(): ConcurrentFuture<IteratorResult<T, undefined>> {
    if (this.#end === null) this.#source.close();
    this.#items.length = 0;
    this.#finish({ kind: "returned", value: undefined });
    const future = new ConcurrentFuture<IteratorResult<T, undefined>>();
    future.setResult({ done: true, value: undefined });
    return future;
  }

  /** The stream itself, which is its iterator. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #push(item: unknown): void {
    if (this.#end !== null) return;
    this.#items.push(item as T);
    if (this.#waiting.length === 0) return;
    // One that was settled by hand waits no more.
    let future = this.#waiting.shift();
    while (future?.done()) future = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#source.awaited(false);
    if (future !== undefined) this.#hand(future);
  }

  /** Gives the oldest item to one who waited, as `next()` does. */
  #hand(future: ConcurrentFuture<IteratorResult<T, R | undefined>>): void {
    this.next().addDoneCallback((next) => future.setResult(next.result()));
  }

  #finish(end: { kind: "returned"; value: unknown } | { kind: "failed"; error: unknown }): void {
    if (this.#end !== null) return;
    this.#end = end as End<R>;
    for (const future of this.#waiting.splice(0)) {
      if (!future.done()) this.#tellEnd(future, this.#end);
    }
  }

  /** Tells the end: what was returned or thrown is told once, as an async generator does. */
  #tellEnd(future: ConcurrentFuture<IteratorResult<T, R | undefined>>, end: End<R>): void {
    this.#end = { kind: "returned", value: undefined };
    if (end.kind === "failed") future.setException(end.error);
    else future.setResult({ done: true, value: end.value });
  }
}
