/**
 * The engine of both executors: a queue of jobs and the workers that make them.
 *
 * A worker is started when a job finds none idle, up to a limit, and kept. It makes one call at a time.
 * What is submitted in one turn is handed out at its end, and what a worker is sent or sends in one
 * turn is one message, for a message costs a hundred times what a small job does.
 *
 * For the same reason a worker is sent several jobs at once where their like was quick before. Two
 * rules keep that from doing harm: a function not known to be quick is sent alone, so that long jobs
 * never queue up behind each other while a worker idles; and a worker that was at one which took long,
 * or is at one that waits, gives back what is behind it.
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import { RuntimeError, ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { BrokenExecutor } from "../concurrent/broken_executor.ts";
import { ConcurrentFuture, onCancelRequest } from "../concurrent/concurrent_future.ts";
import type { ExecutorShutdownOptions } from "../concurrent/executor.ts";
import { jobWatchers } from "../concurrent/job_watchers.ts";
import type { CarriedValue } from "../coroutine/context_vars.ts";
import type { WorkerDeath, Workers } from "../platform/workers.ts";
import { unpack } from "./carried_context.ts";
import { cross, type Crossing } from "./crossing.ts";
import type { Exposure } from "./exposure.ts";
import { jobWorkerScript } from "./job_worker.ts";
import { decode, type FromWorker } from "./wire.ts";
import { causeOf, checkImports, describeDeath, logDeath, WorkerLine } from "./worker_line.ts";

/** How long a job may take to count as quick, in milliseconds. */
const QUICK = 0.5;
/** How much work is sent to a worker at once, in milliseconds; the most jobs it may be. */
const BATCH_TIME = 2;
const BATCH_JOBS = 64;

/** A job, from its submission to its outcome. */
interface WorkItem {
  readonly id: number;
  readonly crossing: Crossing;
  readonly args: readonly unknown[];
  readonly context: readonly CarriedValue[] | undefined;
  readonly future: ConcurrentFuture<unknown>;
  /** Whether it was to be stopped while it was on its way. */
  aborted: boolean;
}

interface PoolWorker {
  readonly line: WorkerLine;
  /** What it was given and has not answered. */
  readonly items: Map<number, WorkItem>;
}

/** The workers of one executor, and its queue. */
export class WorkerPool {
  /** What the jobs may call of this thread. */
  exposure: Exposure | null = null;
  readonly #workers: Workers;
  readonly #maxWorkers: number;
  readonly #prefix: string;
  readonly #queue = new Deque<WorkItem>();
  readonly #all = new Set<PoolWorker>();
  // The last to fall idle is the first to be taken: its memory is the warmest.
  readonly #idle: PoolWorker[] = [];
  // How long the calls of a function took, in milliseconds, lately and on the average.
  readonly #durations = new Map<number, number>();
  readonly #endings = new Set<Promise<void>>();
  readonly #shutdowns: ConcurrentFuture<void>[] = [];
  #state: "open" | "shutting down" | "ending" | "gone" = "open";
  #turnEnds = false;
  #items = 0;
  #started = 0;

  /**
   * @param workers The kind of workers.
   * @param maxWorkers The most of them at a time.
   * @param prefix What their names begin with.
   */
  constructor(workers: Workers, maxWorkers: number, prefix: string) {
    this.#workers = workers;
    this.#maxWorkers = maxWorkers;
    this.#prefix = prefix;
  }

  /** Takes a job. Throws if it can be told at once that it cannot be made. */
  submit(job: unknown, args: readonly unknown[]): ConcurrentFuture<unknown> {
    const { job: target, context } = unpack(job);
    const crossing = cross(target, "submit");
    if (this.#state !== "open") {
      throw new RuntimeError("cannot schedule new futures after shutdown");
    }
    checkImports(this.#workers, crossing.source);
    const future = new ConcurrentFuture<unknown>();
    for (const watcher of jobWatchers) watcher.submitted(future, crossing.name);
    this.#queue.push({ id: this.#items++, crossing, args, context, future, aborted: false });
    if (!this.#turnEnds) {
      this.#turnEnds = true;
      queueMicrotask(() => {
        this.#turnEnds = false;
        this.#handOut();
      });
    }
    return future;
  }

  /** Ends the pool as soon as its jobs are done. */
  shutdown(
    { wait = true, cancelFutures = false }: ExecutorShutdownOptions,
  ): ConcurrentFuture<void> {
    const future = new ConcurrentFuture<void>();
    if (this.#state === "open") this.#state = "shutting down";
    if (cancelFutures) { for (const { future } of this.#queue) future.cancel(); }
    if (wait && this.#state !== "gone") {
      future.setRunningOrNotifyCancel();
      this.#shutdowns.push(future);
    } else {
      future.setResult();
    }
    this.#handOut();
    return future;
  }

  #handOut(): void {
    while (this.#dropCancelled()) {
      const worker = this.#idle.pop() ?? this.#startWorker();
      if (worker === null) break;
      worker.line.ref();
      this.#give(worker);
      worker.line.flush();
      if (worker.items.size === 0) this.#rest(worker);
    }
    this.#endIfDone();
  }

  /** Lets what was cancelled fall out of the queue's front; tells whether anything is left. */
  #dropCancelled(): boolean {
    let next = this.#queue.peek();
    while (next?.future.cancelled()) {
      next.future.setRunningOrNotifyCancel();
      this.#queue.shift();
      next = this.#queue.peek();
    }
    return next !== undefined;
  }

  /** Gives a worker a job, and as many more as it will be quick with. */
  #give(worker: PoolWorker): void {
    const share = Math.ceil(this.#queue.length / this.#maxWorkers);
    let time = 0;
    for (let count = 0; this.#dropCancelled(); count++) {
      const { id } = this.#queue.peek()!.crossing;
      const duration = worker.line.knows(id) ? this.#durations.get(id) ?? Infinity : Infinity;
      if (count > 0 && (duration > QUICK || time > BATCH_TIME)) return;
      if (count >= Math.min(share, BATCH_JOBS)) return;
      time += duration;
      this.#send(worker, this.#queue.shift()!);
    }
  }

  #send({ line, items }: PoolWorker, item: WorkItem): void {
    const { id, crossing, args, context, future } = item;
    if (!future.running()) future.setRunningOrNotifyCancel();
    onCancelRequest(future, () => {
      item.aborted = true;
      line.push(["abort", id]);
      line.flush();
    });
    for (const watcher of jobWatchers) watcher.begun(future, line.name);
    items.set(id, item);
    line.define(crossing);
    line.push(["call", id, crossing.id, args, context]);
    if (item.aborted) line.push(["abort", id]);
  }

  #startWorker(): PoolWorker | null {
    if (this.#all.size >= this.#maxWorkers) return null;
    const name = `${this.#prefix}_${this.#started++}`;
    const line = new WorkerLine(this.#workers, name, jobWorkerScript(), {
      exposure: this.exposure,
      receive: (message) => this.#receive(worker, message),
      turnEnded: () => this.#finishTurn(worker),
      refused: (id, error) => this.#take(worker, id)?.future.setException(error),
      died: (death) => this.#bury(worker, death),
    });
    const worker: PoolWorker = { line, items: new Map() };
    this.#all.add(worker);
    return worker;
  }

  #receive(worker: PoolWorker, message: FromWorker): void {
    if (message[0] === "result") {
      const [, id, value, milliseconds] = message;
      const item = this.#take(worker, id);
      if (item === undefined) return;
      const known = this.#durations.get(item.crossing.id) ?? milliseconds;
      // Infinity once is infinity for good: a job that waits is never sent in company.
      this.#durations.set(item.crossing.id, (3 * known + milliseconds) / 4);
      for (const watcher of jobWatchers) watcher.ended(item.future, milliseconds);
      item.future.setResult(value);
    } else if (message[0] === "error") {
      const future = this.#take(worker, message[1])?.future;
      if (future === undefined) return;
      for (const watcher of jobWatchers) watcher.ended(future, Infinity);
      future.setException(decode(message[2]));
    } else if (message[0] === "returned") {
      this.#takeBack(worker, message[1]);
    }
  }

  #take(worker: PoolWorker, id: number): WorkItem | undefined {
    const item = worker.items.get(id);
    worker.items.delete(id);
    return item;
  }

  /** Puts jobs that a worker gave back where they came from: before those submitted later. */
  #takeBack(worker: PoolWorker, ids: readonly number[]): void {
    const later = [...this.#queue];
    this.#queue.clear();
    for (const id of ids) {
      const item = this.#take(worker, id);
      if (item !== undefined) this.#queue.push(item);
    }
    for (const item of later) this.#queue.push(item);
  }

  #finishTurn(worker: PoolWorker): void {
    if (worker.items.size === 0) this.#rest(worker);
    this.#handOut();
  }

  /** Lets a worker wait for work, and the process end over it. */
  #rest(worker: PoolWorker): void {
    if (this.#idle.includes(worker)) return;
    worker.line.unref();
    this.#idle.push(worker);
  }

  #bury(worker: PoolWorker, death: WorkerDeath): void {
    if (!this.#all.delete(worker)) return;
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    // One that fell over itself is still there in some places.
    this.#endWorker(worker);
    const { line, items } = worker;
    if (items.size === 0) logDeath(line.name, death);
    const lost = [...items.values()];
    items.clear();
    for (const { crossing, future } of lost) {
      for (const watcher of jobWatchers) watcher.ended(future, Infinity);
      const text = `${line.name} ${describeDeath(death)}, while it ran ${crossing.name}()`;
      future.setException(new BrokenExecutor(text, causeOf(death)));
    }
    this.#handOut();
  }

  #endWorker({ line }: PoolWorker): void {
    const ending = line.terminate().then(() => {
      this.#endings.delete(ending);
    });
    this.#endings.add(ending);
  }

  #endIfDone(): void {
    if (this.#state !== "shutting down" || this.#queue.length > 0) return;
    for (const { items } of this.#all) if (items.size > 0) return;
    this.#state = "ending";
    this.#end();
  }

  async #end(): Promise<void> {
    for (const worker of this.#all) this.#endWorker(worker);
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(this.#endings);
    this.#state = "gone";
    for (const future of this.#shutdowns.splice(0)) future.setResult();
  }
}

/**
 * Reads the `maxWorkers` of an executor's options.
 *
 * @throws {TypeError} If it is no whole number.
 * @throws {ValueError} If it is not greater than 0.
 */
export function checkMaxWorkers(maxWorkers: unknown): void {
  if (typeof maxWorkers !== "number" || !Number.isInteger(maxWorkers)) {
    throw new TypeError(`maxWorkers must be a whole number, got ${describe(maxWorkers)}`);
  }
  if (maxWorkers <= 0) {
    throw new ValueError(`maxWorkers must be greater than 0, got ${maxWorkers}`);
  }
}
