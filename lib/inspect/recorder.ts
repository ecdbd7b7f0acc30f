/**
 * The instrument that records what a loop does.
 *
 * What is recorded are segments: stretches of time in which one thing had a thread. A segment knows what
 * caused it: the segment in which its task was made or woken, its callback asked for, its timer set, its job
 * submitted. It knows it by number, not by reference, for else each would keep all those before it alive.
 *
 * Segments lie in a ring. Once it is full, each new one takes the place, and the object, of the oldest; so
 * the memory is bounded, and recording makes no garbage. A task's own record is kept as long as the task
 * lives or a segment of it is in the ring.
 *
 * @module
 */
import { functionName } from "../base/repr.ts";
import { soon } from "../base/soon.ts";
import type { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import { type JobWatcher, jobWatchers } from "../concurrent/job_watchers.ts";
import { type Future, peekError } from "../kernel/future.ts";
import { callbackOf, Handle, type Runnable, TimerHandle } from "../kernel/handle.ts";
import { Instrument, type TurnEnd } from "../kernel/instruments.ts";
import { ambientTask } from "../kernel/running.ts";
import { Strand } from "../kernel/strand.ts";
import { Task, waiterOf } from "../kernel/task.ts";
import { purposeOf } from "../kernel/waiter.ts";
import { host } from "../platform/current.ts";
import {
  Cause,
  type CauseKind,
  notePlace,
  NOWHERE,
  type Recording,
  Segment,
  type SegmentKind,
  TaskLife,
} from "./segments.ts";

/** What a recorder is made with. */
export interface RecorderOptions {
  /** How many segments are kept. */
  readonly capacity: number;
  /** Whether to tell the host's own profiler of each segment. */
  readonly measure: boolean;
  /** Whether to record where in their code tasks wait. */
  readonly stacks: boolean;
}

interface JobRecord {
  readonly name: string;
  readonly cause: Cause;
  thread: string;
  begin: number;
}

/** When a step ends that is under way. Asking the clock is the most of what recording costs. */
const AT_END = -1;

/** Records one loop. */
export class Recorder extends Instrument implements JobWatcher {
  readonly #begin = host.now();
  readonly #capacity: number;
  readonly #measure: boolean;
  readonly #stacks: boolean;
  readonly #owns: (task: Task<unknown>) => boolean;
  readonly #ring: Segment[] = [];
  readonly #lives = new WeakMap<Task<unknown>, TaskLife>();
  readonly #alive = new Set<TaskLife>();
  readonly #causes = new WeakMap<Handle, Cause>();
  readonly #jobs = new Map<ConcurrentFuture<unknown>, JobRecord>();
  // When each thread had done what it was given, in the host's milliseconds.
  readonly #threads = new Map<string, number>();
  // What has the thread now, the innermost last: a step may start another task eagerly.
  readonly #open: Segment[] = [];
  #entry: Segment | null = null;
  #turn: Segment | null = null;
  #entries = 0;
  #made = 0;
  #tasks = 0;
  // The job whose outcome is just being told.
  #job = 0;
  #end = NaN;

  /**
   * @param tasks The tasks that are there already.
   * @param owns Tells whether a task is one of the loop's.
   * @param options How to record.
   */
  constructor(
    tasks: readonly Task<unknown>[],
    owns: (task: Task<unknown>) => boolean,
    { capacity, measure, stacks }: RecorderOptions,
  ) {
    super();
    this.#owns = owns;
    this.#capacity = capacity;
    this.#measure = measure;
    this.#stacks = stacks;
    for (const task of tasks) this.#register(task, this.#begin, true);
    const current = ambientTask();
    if (current !== null && owns(current)) this.#openStep(current, NOWHERE);
    jobWatchers.add(this);
  }

  /** How many segments were recorded. */
  get recorded(): number {
    return this.#made;
  }

  /** How many of them were overwritten. */
  get dropped(): number {
    return Math.max(0, this.#made - this.#capacity);
  }

  /** Ends the recording. */
  finish(): void {
    if (!Number.isNaN(this.#end)) return;
    jobWatchers.delete(this);
    for (const [future, { thread }] of this.#jobs) if (thread !== "") this.ended(future, Infinity);
    this.#end = host.now();
    this.#entry = null;
    for (const segment of [...this.#open]) this.#close(segment, this.#end);
    if (this.#turn !== null) this.#closeTurn(this.#turn, "ended", this.#end);
  }

  /** What was recorded until now. */
  read(): Recording {
    const end = Number.isNaN(this.#end) ? host.now() : this.#end;
    const oldest = this.#made - this.#ring.length + 1;
    const segments = Array.from(this.#ring.keys(), (index) => this.#at(oldest + index));
    const tasks = new Set(this.#alive);
    for (const { task } of segments) if (task !== null) tasks.add(task);
    return {
      begin: this.#begin,
      end,
      dropped: this.dropped,
      segments,
      tasks: [...tasks].sort((one, other) => one.id - other.id),
    };
  }

  // --- What the loop tells

  override turnBegan(): void {
    const now = host.now();
    // What was under way when the recording began.
    this.#closeAll(now);
    if (this.#turn !== null) return;
    this.#turn = this.#new("turn", "turn", now);
    this.#entries = 0;
  }

  override turnEnded(end: TurnEnd): void {
    const now = host.now();
    this.#closeAll(now);
    if (this.#turn !== null) this.#closeTurn(this.#turn, end, now);
  }

  override entryBegan(entry: Runnable): void {
    this.#entries++;
    if (entry instanceof Task) this.#entry = this.#openStep(entry, null);
    else if (entry instanceof Strand) this.#entry = this.#openStep(taskOf(entry), null);
    else if (entry instanceof Handle) this.#entry = this.#openCallback(entry);
  }

  override entryEnded(_entry: Runnable): void {
    const segment = this.#entry;
    this.#entry = null;
    if (segment !== null) this.#closeAt(segment, host.now());
  }

  override pushed(entry: Runnable): void {
    if (entry instanceof Task) {
      const life = this.#lives.get(entry);
      if (life === undefined) this.#register(entry, host.now(), false);
      else if (this.#open[this.#open.length - 1]?.running === entry) this.#noteOwn(life);
      else this.#note(life.next, "woken");
    } else if (entry instanceof Strand) {
      this.#note(this.#lifeOf(taskOf(entry)).next, "woken");
    } else if (entry instanceof Handle) {
      const cause = new Cause();
      this.#note(cause, "called");
      this.#causes.set(entry, cause);
    }
  }

  override timerSet(handle: TimerHandle): void {
    const cause = new Cause();
    this.#note(cause, "timer");
    this.#causes.set(handle, cause);
  }

  override stepBegan(task: Task<unknown>): void {
    const life = this.#lives.get(task) ?? this.#register(task, host.now(), false);
    // An entry of the queue, or a step around this one, has it on record.
    if (life.depth > 0) life.depth++;
    else this.#openStep(task, null);
  }

  override stepEnded(task: Task<unknown>): void {
    const life = this.#lifeOf(task);
    if (life.depth > 1) {
      life.depth--;
      return;
    }
    const segment = this.#open.findLast((open) => open.task === life);
    if (segment !== undefined) this.#closeAt(segment, host.now());
  }

  override cancelRequested(future: Future<unknown>): void {
    if (future instanceof Task) this.#note(this.#lifeOf(future).canceller, "woken");
  }

  // --- What executors tell

  /** A job was submitted; it counts if this loop's code did. */
  submitted(future: ConcurrentFuture<unknown>, name: string): void {
    const current = ambientTask();
    if (this.#open.length === 0 && (current === null || !this.#owns(current))) return;
    const cause = new Cause();
    this.#note(cause, "job");
    this.#jobs.set(future, { name, cause, thread: "", begin: 0 });
    // One that is cancelled before a worker has it ends without a word.
    future.addDoneCallback(() => this.#jobs.delete(future));
  }

  /** A job was handed to a thread. */
  begun(future: ConcurrentFuture<unknown>, thread: string): void {
    const job = this.#jobs.get(future);
    if (job === undefined) return;
    job.thread = thread;
    job.begin = host.now();
  }

  /** A job is over, and its outcome about to be told. */
  ended(future: ConcurrentFuture<unknown>, milliseconds: number): void {
    const job = this.#jobs.get(future);
    if (job === undefined) return;
    this.#jobs.delete(future);
    const now = host.now();
    const segment = this.#new("job", job.name, now);
    // Several are sent to a thread at once; it makes one after the other.
    segment.begin = Math.min(now, Math.max(job.begin, this.#threads.get(job.thread) ?? 0));
    segment.end = Math.min(now, segment.begin + milliseconds);
    segment.thread = job.thread;
    segment.cause.copy(job.cause);
    this.#threads.set(job.thread, segment.end);
    this.#job = segment.id;
    soon(() => this.#job = 0);
  }

  // --- Segments

  #openStep(task: Task<unknown>, cause: Readonly<Cause> | null): Segment {
    const life = this.#lifeOf(task);
    const segment = this.#new("step", life.name, host.now());
    segment.task = life;
    segment.running = task;
    segment.cause.copy(cause ?? life.next);
    life.next.copy(NOWHERE);
    if (life.canceller.at !== 0) {
      segment.canceller = new Cause();
      segment.canceller.copy(life.canceller);
      life.canceller.copy(NOWHERE);
    }
    life.depth = 1;
    this.#open.push(segment);
    return segment;
  }

  #openCallback(handle: Handle): Segment {
    const callback = callbackOf(handle);
    const isTimer = handle instanceof TimerHandle;
    const segment = this.#new(isTimer ? "timer" : "callback", nameOfCall(callback), host.now());
    segment.cause.copy(this.#causes.get(handle) ?? NOWHERE);
    this.#open.push(segment);
    return segment;
  }

  /** Ends a segment, and takes note of what its task does now. */
  #closeAt(segment: Segment, now: number): void {
    const { running: task, task: life } = segment;
    if (task !== null && life !== null) {
      if (life.next.at === AT_END) life.next.at = now;
      if (task.done()) this.#endLife(life, task, now);
      else this.#noteWait(segment, task, life);
    }
    this.#close(segment, now);
  }

  #noteWait(segment: Segment, task: Task<unknown>, life: TaskLife): void {
    const waiter = waiterOf(task);
    if (waiter === null) {
      segment.detail = life.next.kind === "outside" ? "a promise" : "the next iteration";
      return;
    }
    segment.detail = waiter instanceof Task
      ? waiter.getName()
      : purposeOf(waiter)?.operation ?? functionName(waiter.constructor);
    if (this.#stacks) notePlace(segment, life, task.getStack());
  }

  #close(segment: Segment, now: number): void {
    const index = this.#open.lastIndexOf(segment);
    if (index >= 0) this.#open.splice(index, 1);
    segment.end = now;
    segment.running = null;
    if (segment.task !== null) segment.task.depth = 0;
    if (this.#measure) host.measure(segment.name, segment.begin, now);
  }

  #closeTurn(segment: Segment, end: TurnEnd, now: number): void {
    segment.end = now;
    segment.name = end;
    segment.detail = String(this.#entries);
    this.#turn = null;
  }

  #closeAll(now: number): void {
    this.#entry = null;
    for (const segment of [...this.#open]) this.#closeAt(segment, now);
  }

  #new(kind: SegmentKind, name: string, begin: number): Segment {
    const id = ++this.#made;
    let segment: Segment;
    if (id <= this.#capacity) {
      segment = new Segment();
      this.#ring.push(segment);
    } else {
      segment = this.#at(id);
      // A segment that is still under way gives its place away like any other, and is gone.
      this.#forget(segment);
    }
    segment.id = id;
    segment.kind = kind;
    segment.name = name;
    segment.task = null;
    segment.running = null;
    segment.thread = "";
    segment.begin = begin;
    segment.end = NaN;
    segment.detail = "";
    segment.place = "";
    segment.cause.copy(NOWHERE);
    segment.canceller = NOWHERE;
    return segment;
  }

  #forget(segment: Segment): void {
    if (!Number.isNaN(segment.end)) return;
    const index = this.#open.indexOf(segment);
    if (index >= 0) this.#open.splice(index, 1);
    if (segment.task !== null) segment.task.depth = 0;
    if (this.#turn === segment) this.#turn = null;
    if (this.#entry === segment) this.#entry = null;
  }

  #at(id: number): Segment {
    return this.#ring[(id - 1) % this.#capacity]!;
  }

  /** Takes note of a cause: whoever has the thread now. */
  #note(cause: Cause, kind: CauseKind): void {
    const segment = this.#open[this.#open.length - 1];
    cause.set(kind, segment?.id ?? this.#job, host.now());
  }

  /** The same of a task that goes on by itself: it has suspended, so its step is just about to end. */
  #noteOwn({ next }: TaskLife): void {
    next.set("woken", this.#open[this.#open.length - 1]!.id, AT_END);
  }

  // --- Tasks

  #lifeOf(task: Task<unknown>): TaskLife {
    return this.#lives.get(task) ?? this.#register(task, this.#begin, true);
  }

  #register(task: Task<unknown>, begin: number, isOlder: boolean): TaskLife {
    const maker = isOlder ? 0 : this.#open[this.#open.length - 1]?.id ?? this.#job;
    const life = new TaskLife(++this.#tasks, task, begin, maker, isOlder);
    if (!isOlder) life.next.set("created", maker, begin);
    this.#lives.set(task, life);
    this.#alive.add(life);
    return life;
  }

  #endLife(life: TaskLife, task: Task<unknown>, now: number): void {
    life.end = now;
    life.endedBehind = this.#tasks;
    life.name = task.getName();
    const failure = peekError(task);
    life.outcome = task.cancelled() ? "cancelled" : failure === undefined ? "finished" : "failed";
    if (failure !== undefined) life.error = String(failure.error);
    this.#alive.delete(life);
  }
}

function taskOf(strand: Strand): Task<unknown> {
  return strand.task as Task<unknown>;
}

function nameOfCall(callback: unknown): string {
  return callback === null ? "cancelled" : functionName(callback);
}
