/**
 * A job of an executor, from its submission to its outcome.
 *
 * @module
 */
import type { ChunkOutcome } from "../concurrent/chunk.ts";
import { type ConcurrentFuture, confirmCancel } from "../concurrent/concurrent_future.ts";
import { jobWatchers } from "../concurrent/job_watchers.ts";
import { endStream, failStream, JobStream, pushItem } from "../concurrent/job_stream.ts";
import type { CarriedValue } from "../coroutine/context_vars.ts";
import { host } from "../platform/current.ts";
import { callerStack, type CallSite } from "./call_sites.ts";
import type { Crossing } from "./crossing.ts";
import { decode, type WireValue } from "./wire.ts";

/** Tells the worker that has a job; `null` while none has it. */
export interface JobLine {
  /** Has the job stopped. */
  abort(item: WorkItem): void;
  /** Lets the job give more items of its stream. */
  pull(item: WorkItem, count: number): void;
  /** Takes note that the job no longer waits, or waits again, for who reads its stream. */
  holdChanged(): void;
  /** Ends the worker, for the job does not stop. */
  terminate(item: WorkItem): void;
}

/** A job. If somebody settles its future by hand, what comes of it is dropped. */
export class WorkItem {
  readonly id: number;
  readonly crossing: Crossing;
  readonly args: readonly unknown[];
  /** Whether the arguments are items, each of which is the argument of one call. */
  readonly isChunk: boolean;
  /** The values of the context variables that go with it. */
  readonly context: readonly CarriedValue[] | undefined;
  readonly future: ConcurrentFuture<unknown>;
  /** What of the arguments is moved to the worker. */
  readonly moved: Transferable[] | null;
  /** Where it was submitted. */
  readonly site: CallSite;
  /** The worker that has it. */
  line: JobLine | null = null;
  /** Whether it was told to stop. */
  aborted = false;
  #stream: JobStream<unknown, unknown> | null = null;
  #isAwaited = true;
  #timer: ReturnType<typeof host.setTimer> | null = null;

  constructor(
    job: Pick<WorkItem, "id" | "crossing" | "args" | "isChunk" | "context" | "moved" | "site">,
    future: ConcurrentFuture<unknown>,
  ) {
    this.id = job.id;
    this.crossing = job.crossing;
    this.args = job.args;
    this.isChunk = job.isChunk;
    this.context = job.context;
    this.moved = job.moved;
    this.site = job.site;
    this.future = future;
  }

  /** Whether somebody waits for it, so that the process must not end. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /**
   * Has the job stopped.
   *
   * @param grace How many seconds it has to do that by itself, or `null` for ever.
   */
  stop(grace: number | null): void {
    // A worker has given it back: it waits in the queue again.
    if (this.line === null) return this.confirmCancelled();
    if (!this.aborted) {
      this.aborted = true;
      this.line.abort(this);
    }
    if (grace === null) return;
    this.#stopTimer();
    if (grace === 0) this.line.terminate(this);
    else this.#timer = host.setTimer(() => this.line?.terminate(this), grace * 1000);
  }

  /** Takes note that the job gives a stream. */
  openStream(grace: number | null): void {
    const stream = new JobStream<unknown, unknown>({
      pull: (count) => this.line?.pull(this, count),
      close: () => this.stop(grace),
      awaited: (isAwaited) => {
        this.#isAwaited = isAwaited;
        this.line?.holdChanged();
      },
    });
    this.#stream = stream;
    this.#isAwaited = false;
    this.#tellEnd(Infinity);
    if (this.future.done()) stream.return();
    else this.future.setResult(stream);
    this.line?.holdChanged();
  }

  /** Leaves its stream, if it gives one. */
  closeStream(): void {
    this.#stream?.return();
  }

  /** Takes an item of its stream. */
  give(value: unknown): void {
    if (this.#stream !== null) pushItem(this.#stream, value);
  }

  /**
   * Takes what it came to.
   *
   * @param value The outcome.
   * @param milliseconds How long it took, where that is known.
   */
  succeed(value: unknown, milliseconds = Infinity): void {
    this.#finish(milliseconds);
    if (this.#stream !== null) endStream(this.#stream, value);
    else if (!this.future.done()) this.future.setResult(value);
  }

  /** Takes what its chunk came to. */
  succeedInPart(values: readonly unknown[], error: WireValue | null): void {
    const thrown = error === null ? null : { thrown: this.#decode(error) };
    this.succeed({ values, error: thrown } satisfies ChunkOutcome);
  }

  /** Takes what it threw, as it came. */
  failWith(error: WireValue): void {
    this.fail(this.#decode(error));
  }

  /** Takes why it failed. */
  fail(error: unknown): void {
    this.#finish(Infinity);
    if (this.#stream !== null) failStream(this.#stream, error);
    else if (!this.future.done()) this.future.setException(error);
  }

  /** Takes note that it has ended by being cancelled, or was not begun. */
  confirmCancelled(): void {
    this.#finish(Infinity);
    if (this.#stream !== null) endStream(this.#stream, undefined);
    else confirmCancel(this.future);
  }

  #finish(milliseconds: number): void {
    this.#stopTimer();
    if (this.#stream === null) this.#tellEnd(milliseconds);
  }

  #tellEnd(milliseconds: number): void {
    if (jobWatchers.size === 0) return;
    for (const watcher of jobWatchers) watcher.ended(this.future, milliseconds);
  }

  #stopTimer(): void {
    if (this.#timer !== null) host.clearTimer(this.#timer);
    this.#timer = null;
  }

  #decode(error: WireValue): unknown {
    return decode(error, callerStack(this.site));
  }
}
