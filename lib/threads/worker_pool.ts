/**
 * The engine of both executors: a queue of jobs and the workers that make them.
 *
 * A worker is started when a job finds none idle, up to a limit, and kept. It makes one call at a time.
 * What is submitted in one turn is handed out at its end, and what a worker is sent or sends in one
 * turn is one message, for a message costs a hundred times what a small job does.
 *
 * For the same reason a worker is sent several jobs at once where their like was quick before. These
 * rules keep that from doing harm: a function not known to be quick is sent alone, so that long jobs
 * never queue up behind each other while a worker idles; so is a job whose memory is moved, for it
 * could not be sent again; a worker that was at one which took long, or is at one that waits, gives
 * back what is behind it; and when a worker ends, by itself or because a job of it was stopped, it is
 * the oldest unanswered job that it was at, or the one that was stopped: the others go to other workers.
 *
 * It is long because handing out, answers, deaths and the end all act on one state: who has which job.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { Deque } from "../base/deque.ts";
import { RuntimeError } from "../base/errors.ts";
import { formatThrown } from "../base/nested_errors.ts";
import { soon } from "../base/soon.ts";
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
} from "../concurrent/broken_executor.ts";
import {
  type CancelOptions,
  ConcurrentFuture,
  onCancelRequest,
} from "../concurrent/concurrent_future.ts";
import type { ExecutorShutdownOptions } from "../concurrent/executor.ts";
import { jobWatchers } from "../concurrent/job_watchers.ts";
import { takeTransfers } from "../concurrent/transfer.ts";
import { host } from "../platform/current.ts";
import type { WorkerDeath, Workers } from "../platform/workers.ts";
import { CallSites } from "./call_sites.ts";
import { unpack } from "./carried_context.ts";
import { cross, type Crossing } from "./crossing.ts";
import type { Exposure } from "./exposure.ts";
import { jobRestText, jobWorkerScript } from "./job_worker.ts";
import { runtimeSource } from "./runtime_source.ts";
import { checkArguments } from "./sent_arguments.ts";
import { decode, type FromWorker } from "./wire.ts";
import { type JobLine, WorkItem } from "./work_item.ts";
import type { WorkerPoolOptions } from "./worker_options.ts";
import { causeOf, checkImports, describeDeath, logDeath, WorkerLine } from "./worker_line.ts";

/** How long a job may take to count as quick, in milliseconds. */
const QUICK = 0.5;
/** How much work is sent to a worker at once, in milliseconds; the most jobs it may be. */
const BATCH_TIME = 2;
const BATCH_JOBS = 1024;
/** How much work is worth waking one more worker for, in milliseconds. */
const SHARE_TIME = 0.5;

/** How many workers in a row may end before they have begun, until the pool gives up. */
export const START_TRIES = 3;

/** The number of the call that is the initializer's: it is below 0, by which a worker tells it. */
const INITIALIZER = -1;

interface PoolWorker extends JobLine {
  readonly line: WorkerLine;
  /** What it was given and has not answered, oldest first. */
  readonly items: Map<number, WorkItem>;
  /** The modules that it was started with, where it can have no others. */
  readonly modules: ReadonlySet<string> | null;
  isInitialized: boolean;
  /** How many jobs it was given. */
  given: number;
}

/** The workers of one executor, and its queue. */
export class WorkerPool {
  /** What the jobs may call of this thread. */
  exposure: Exposure | null = null;
  readonly #workers: Workers;
  readonly #options: WorkerPoolOptions;
  readonly #initializer: Crossing | null;
  readonly #queue = new Deque<WorkItem>();
  readonly #sites = new CallSites();
  readonly #all = new Set<PoolWorker>();
  // The last to fall idle is the first to be taken: its memory is the warmest.
  readonly #idle: PoolWorker[] = [];
  // How long the calls of a function took, in milliseconds, lately and on the average.
  readonly #durations = new Map<number, number>();
  readonly #modules = new Set<string>();
  readonly #endings = new Set<Promise<void>>();
  readonly #shutdowns: ConcurrentFuture<void>[] = [];
  /** Whether no job is begun any more, those included that workers give back. */
  #cancelsQueue = false;
  #state: "open" | "shutting down" | "ending" | "gone" = "open";
  /** Why it takes no more jobs, or `null`. */
  #broken: string | null = null;
  /** What broke it. */
  #breaking: { error?: unknown } = {};
  #failedStarts = 0;
  /** Whether a worker needs all of its script where it may not be able to evaluate what that lacks. */
  #isWhole = false;
  /** Runs while no further worker is started. */
  #startPause: ReturnType<typeof host.setTimer> | null = null;
  #turnEnds = false;
  #items = 0;
  #started = 0;

  /**
   * @param workers The kind of workers.
   * @param options How many of them, and how they are.
   */
  constructor(workers: Workers, options: WorkerPoolOptions) {
    this.#workers = workers;
    this.#options = options;
    const { initializer } = options;
    this.#initializer = initializer === undefined || initializer === null
      ? null
      : cross(initializer, "initializer");
    if (this.#initializer !== null) {
      checkImports(workers, this.#initializer.source);
      checkArguments(this.#initializer.name, options.initargs ?? []);
      this.#rememberModule(this.#initializer);
    }
  }

  /** Takes a job. Throws if it can be told at once that it cannot be made. */
  submit(job: unknown, args: readonly unknown[], isChunk = false): ConcurrentFuture<unknown> {
    const { job: target, context } = unpack(job);
    const crossing = cross(target, "submit");
    if (this.#broken !== null) throw this.#brokenError();
    if (this.#state !== "open") {
      throw new RuntimeError("cannot schedule new futures after shutdown");
    }
    checkImports(this.#workers, crossing.source);
    checkArguments(crossing.name, args);
    this.#rememberModule(crossing);
    const future = new ConcurrentFuture<unknown>();
    if (jobWatchers.size > 0) {
      for (const watcher of jobWatchers) watcher.submitted(future, crossing.name);
    }
    const moved = takeTransfers(args);
    const site = this.#sites.take(crossing.id);
    const id = this.#items++;
    this.#queue.push(new WorkItem({ id, crossing, args, isChunk, context, moved, site }, future));
    if (!this.#turnEnds) {
      this.#turnEnds = true;
      soon(() => {
        this.#turnEnds = false;
        this.#handOut();
      });
    }
    return future;
  }

  /** Ends the pool as soon as its jobs are done. */
  shutdown(options: ExecutorShutdownOptions): ConcurrentFuture<void> {
    checkOptions(options, "shutdown()", ["wait", "cancelFutures"]);
    const { wait = true, cancelFutures = false } = options;
    const future = new ConcurrentFuture<void>();
    if (this.#state === "open") this.#state = "shutting down";
    if (cancelFutures) {
      for (const { future } of this.#queue) future.cancel();
      this.#cancelsQueue = true;
    }
    for (const worker of this.#all) {
      if (cancelFutures) { for (const item of worker.items.values()) item.closeStream(); }
      if (wait) worker.line.ref();
    }
    if (wait && this.#state !== "gone") {
      future.setRunningOrNotifyCancel();
      this.#shutdowns.push(future);
    } else {
      future.setResult();
    }
    this.#handOut();
    return future;
  }

  /** Ends the pool and its workers at once: what waits is cancelled, and what runs fails. */
  terminate(): void {
    for (const worker of [...this.#all]) {
      this.#retire(worker);
      this.#dropJobs(worker, `${worker.line.name} was terminated`);
    }
    this.shutdown({ wait: false, cancelFutures: true });
  }

  #rememberModule({ source }: Crossing): void {
    if (source.kind !== "module") return;
    this.#isWhole = true;
    if (this.#workers.hasFixedModules) this.#modules.add(source.url);
  }

  #handOut(): void {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const worker = this.#takeIdle(next) ?? this.#startWorker();
      if (worker === null) break;
      if (!worker.isInitialized) {
        if (this.#countStarting() >= this.#queue.length) break;
        continue;
      }
      worker.line.ref();
      this.#give(worker);
      worker.line.flush();
      if (worker.items.size === 0) this.#rest(worker);
    }
    if (this.#queue.length === 0) this.#endPause();
    // A job that waits for a worker keeps the process alive by all that it may wait for.
    if (this.#queue.length > 0) { for (const { line } of this.#all) line.ref(); }
    this.#endIfDone();
  }

  /** The job at the front of the queue, when what was cancelled, or settled by hand, has fallen out of it. */
  #next(): WorkItem | null {
    for (;;) {
      const next = this.#queue.peek();
      if (next === undefined) return null;
      if (next.future.cancelled()) next.future.setRunningOrNotifyCancel();
      else if (next.aborted || this.#cancelsQueue) next.confirmCancelled();
      else if (!next.future.done()) return next;
      this.#queue.shift();
    }
  }

  /** An idle worker that can make a job. One that cannot is ended when there may be no more of them. */
  #takeIdle(next: WorkItem): PoolWorker | null {
    for (let place = this.#idle.length - 1; place >= 0; place--) {
      const worker = this.#idle[place]!;
      if (suits(worker, next)) return this.#idle.splice(place, 1)[0]!;
    }
    const useless = this.#all.size >= this.#options.maxWorkers ? this.#idle.shift() : undefined;
    if (useless !== undefined) this.#retire(useless);
    return null;
  }

  /** Gives a worker a job, and as many more as it will be quick with. */
  #give(worker: PoolWorker): void {
    const { maxWorkers, maxTasks = null } = this.#options;
    const share = Math.ceil(this.#queue.length / maxWorkers);
    let time = 0;
    for (let count = 0; count < BATCH_JOBS; count++) {
      const next = this.#next();
      if (next === null || worker.given === maxTasks) return;
      // Beyond its share, but not for a little: that is done before another has woken up.
      if (count >= share && time > SHARE_TIME) return;
      if (count > 0 && (next.moved !== null || next.isChunk || !suits(worker, next))) return;
      const { id } = next.crossing;
      const duration = worker.line.knows(id) ? this.#durations.get(id) ?? Infinity : Infinity;
      if (count > 0 && (duration > QUICK || time > BATCH_TIME)) return;
      time += duration;
      this.#queue.shift();
      this.#send(worker, next);
      if (next.moved !== null || next.isChunk) return;
    }
  }

  #send(worker: PoolWorker, item: WorkItem): void {
    const { line, items } = worker;
    const { id, crossing, args, context, future, moved } = item;
    if (!future.running()) {
      future.setRunningOrNotifyCancel();
      onCancelRequest(future, (options) => item.stop(this.#graceOf(options)));
    }
    if (jobWatchers.size > 0) {
      for (const watcher of jobWatchers) watcher.begun(future, line.name);
    }
    item.line = worker;
    worker.given++;
    items.set(id, item);
    line.define(crossing);
    const kind = item.isChunk ? "chunk" : "call";
    // No place for a context that there is not: it would have to be cloned, too.
    if (context === undefined) line.push([kind, id, crossing.id, args], moved);
    else line.push(["call", id, crossing.id, args, context], moved);
  }

  #graceOf({ terminateAfter }: CancelOptions): number | null {
    return terminateAfter === undefined ? this.#options.terminateAfter ?? null : terminateAfter;
  }

  #startWorker(): PoolWorker | null {
    const { maxWorkers, prefix, memoryLimit, permissions, initargs = [] } = this.#options;
    if (this.#all.size >= maxWorkers || this.#startPause !== null) return null;
    const { evaluates, hasFixedModules } = this.#workers;
    const isWhole = this.#isWhole && !evaluates;
    const start = {
      name: `${prefix}_${this.#started++}`,
      script: jobWorkerScript(isWhole),
      rest: isWhole ? undefined : jobRestText(),
      memoryLimit,
      permissions,
      modules: this.#startModules(),
    };
    const line = new WorkerLine(this.#workers, start, {
      exposure: this.exposure,
      receive: (message) => this.#receive(worker, message),
      turnEnded: () => this.#finishTurn(worker),
      refused: (id, error) => this.#refuse(worker, id, error),
      died: (death) => this.#bury(worker, death),
    });
    const worker: PoolWorker = {
      line,
      items: new Map(),
      // What a module's function has done cannot be done again where the rest may be evaluated: only a
      // function that crosses as source finds out before anything has happened.
      modules: hasFixedModules || !(isWhole || evaluates) ? new Set(this.#modules) : null,
      isInitialized: this.#initializer === null,
      given: 0,
      abort({ id }) {
        line.push(["abort", id]);
        line.flush();
      },
      pull({ id }, count) {
        line.push(["pull", id, count]);
        line.flush();
      },
      holdChanged: () => this.#hold(worker),
      terminate: (item) => this.#terminate(worker, item),
    };
    this.#all.add(worker);
    this.#beginPause();
    if (this.#initializer !== null) {
      line.define(this.#initializer);
      line.push(["call", INITIALIZER, this.#initializer.id, initargs]);
    }
    return worker;
  }

  #beginPause(): void {
    const { startPause } = this.#workers;
    if (startPause === 0) return;
    this.#startPause = host.setTimer(() => {
      this.#startPause = null;
      this.#handOut();
    }, startPause);
  }

  #endPause(): void {
    if (this.#startPause !== null) host.clearTimer(this.#startPause);
    this.#startPause = null;
  }

  /** The modules that a worker may need from its start, if it can be told no later. */
  #startModules(): readonly string[] | undefined {
    if (!this.#workers.hasFixedModules) return undefined;
    const runtime = runtimeSource(this.#workers);
    return runtime.kind === "module" ? [...this.#modules, runtime.url] : [...this.#modules];
  }

  #countStarting(): number {
    let count = 0;
    for (const { isInitialized } of this.#all) if (!isInitialized) count++;
    return count;
  }

  #receive(worker: PoolWorker, message: FromWorker): void {
    if (message[0] === "returned") return this.#takeBack(worker, message[1]);
    if (message[0] === "bare") {
      this.#isWhole = true;
      this.#retire(worker);
      return this.#takeBack(worker, [...worker.items.keys()]);
    }
    // All else is of one job, but for `up`, which is of none.
    if (message[1] === INITIALIZER) return this.#finishInitializer(worker, message);
    const item = worker.items.get(message[1] as number);
    if (item === undefined) return;
    if (message[0] === "stream") return item.openStream(this.#graceOf({}));
    if (message[0] === "item") return item.give(message[2]);
    item.line = null;
    this.#finish(item, message);
    // Not before: a message that cannot be read ends the worker, which was at this job then.
    worker.items.delete(item.id);
  }

  #finish(item: WorkItem, message: FromWorker): void {
    if (message[0] === "result") {
      this.#learn(item.crossing, message[3]);
      item.succeed(message[2], message[3]);
    } else if (message[0] === "chunk") {
      if (message[3] !== null) this.#sites.failed(item.crossing.id);
      item.succeedInPart(message[2], message[3]);
    } else if (message[0] === "error") {
      this.#sites.failed(item.crossing.id);
      item.failWith(message[2]);
    } else if (message[0] === "cancelled") {
      item.confirmCancelled();
    } else {
      throw new TypeError(`there is no message of the kind ${String(message[0])}`);
    }
  }

  /** Remembers how long a call took. Once it waited it counts as slow for good. */
  #learn({ id }: Crossing, milliseconds: number): void {
    const known = this.#durations.get(id) ?? milliseconds;
    this.#durations.set(id, (3 * known + milliseconds) / 4);
  }

  #finishInitializer(worker: PoolWorker, message: FromWorker): void {
    if (message[0] === "error") this.#failInitializer(worker, decode(message[2]));
    else if (message[0] === "result") worker.isInitialized = true;
  }

  #failInitializer(worker: PoolWorker, error: unknown): void {
    // Its jobs may all be cancelled, or awaited by nobody.
    host.logError(`Exception in initializer:\n${formatThrown(error)}`);
    this.#break(`A ${this.#options.kind} initializer failed`, { error });
    this.#retire(worker);
  }

  #refuse(worker: PoolWorker, id: number, error: TypeError): void {
    if (id === INITIALIZER) return this.#failInitializer(worker, error);
    const item = worker.items.get(id);
    worker.items.delete(id);
    item?.fail(error);
  }

  /** Puts jobs that a worker has not begun where they came from: before those submitted later. */
  #takeBack(worker: PoolWorker, ids: Iterable<number>): void {
    const later = [...this.#queue];
    this.#queue.clear();
    for (const id of ids) {
      const item = worker.items.get(id);
      worker.items.delete(id);
      if (item === undefined) continue;
      item.line = null;
      worker.given--;
      this.#queue.push(item);
    }
    for (const item of later) this.#queue.push(item);
  }

  #finishTurn(worker: PoolWorker): void {
    // Ended in the middle of a message, the rest of which told what came of more of its jobs.
    if (!this.#all.has(worker)) this.#takeBack(worker, [...worker.items.keys()]);
    if (worker.items.size === 0 && worker.isInitialized) this.#rest(worker);
    this.#handOut();
  }

  /** Lets a worker wait for work, and the process end over it. */
  #rest(worker: PoolWorker): void {
    if (!this.#all.has(worker) || this.#idle.includes(worker)) return;
    if (worker.given === this.#options.maxTasks || this.#broken !== null) {
      return this.#retire(worker);
    }
    worker.line.unref();
    this.#idle.push(worker);
  }

  /** Holds the process for a worker while somebody waits for one of its jobs, or for the worker. */
  #hold({ line, items }: PoolWorker): void {
    let isAwaited = this.#queue.length > 0 || this.#shutdowns.length > 0;
    for (const item of items.values()) isAwaited ||= item.isAwaited;
    if (isAwaited) line.ref();
    else line.unref();
  }

  #bury(worker: PoolWorker, death: WorkerDeath): void {
    if (!this.#all.has(worker)) return;
    const { line, items, isInitialized } = worker;
    const text = `${line.name} ${describeDeath(death)}`;
    // One that fell over itself is still there in some places.
    this.#retire(worker);
    if (line.isUp) this.#failedStarts = 0;
    if (!line.isUp) {
      this.#takeBack(worker, [...items.keys()]);
      this.#failedStarts++;
      if (this.#failedStarts >= START_TRIES) {
        this.#break(
          `${START_TRIES} ${this.#options.kind} starts failed in a row: ${text}`,
          death,
        );
      }
    } else if (!isInitialized) {
      this.#break(`A ${this.#options.kind} initializer failed: ${text}`, death);
    } else if (!this.#dropJobs(worker, text, causeOf(death))) {
      logDeath(line.name, death);
    }
    this.#handOut();
  }

  /** Fails the job that a worker was at, and takes back the others. Tells whether it was at one. */
  #dropJobs(worker: PoolWorker, why: string, options: ErrorOptions = {}): boolean {
    const { line, items } = worker;
    const [running] = line.isUp ? items.values() : [];
    if (running !== undefined) items.delete(running.id);
    this.#takeBack(worker, [...items.keys()]);
    running?.fail(new BrokenExecutor(`${why}, while it ran ${running.crossing.name}()`, options));
    return running !== undefined;
  }

  /** Ends the worker of a job that does not stop; what else it has goes to others. */
  #terminate(worker: PoolWorker, item: WorkItem): void {
    if (!this.#all.has(worker)) return;
    this.#retire(worker);
    worker.items.delete(item.id);
    item.line = null;
    if (!worker.line.isReceiving) this.#takeBack(worker, [...worker.items.keys()]);
    item.confirmCancelled();
    // Not at once: who cancels a whole group would have a worker started for each, only to be ended.
    host.nextTurn(() => this.#handOut());
  }

  /** Gives up: what waits fails, and nothing more is taken. What runs may end. */
  #break(why: string, death: { error?: unknown }): void {
    if (this.#broken !== null) return;
    this.#broken = `${why}, the ${this.#options.kind} pool is not usable anymore`;
    this.#breaking = death;
    const error = this.#brokenError();
    const waiting = [...this.#queue];
    this.#queue.clear();
    this.#endPause();
    for (const item of waiting) {
      if (item.future.cancelled()) item.future.setRunningOrNotifyCancel();
      else item.fail(error);
    }
    for (const worker of this.#idle.splice(0)) this.#retire(worker);
  }

  #brokenError(): BrokenExecutor {
    const Class = this.#options.kind === "thread" ? BrokenThreadPool : BrokenProcessPool;
    return new Class(this.#broken ?? "", causeOf(this.#breaking));
  }

  /** Has a worker no more. */
  #retire(worker: PoolWorker): void {
    this.#all.delete(worker);
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    const ending = worker.line.terminate().then(() => {
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
    for (const worker of [...this.#all]) this.#retire(worker);
    await Promise.all(this.#endings);
    this.#state = "gone";
    for (const future of this.#shutdowns.splice(0)) future.setResult();
  }
}

/** Whether a worker has what a job needs. */
function suits({ modules }: PoolWorker, { crossing: { source } }: WorkItem): boolean {
  return modules === null || source.kind !== "module" || modules.has(source.url);
}
