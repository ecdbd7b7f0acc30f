/**
 * What an async function awaits.
 *
 * @module
 */
import { CancelledError } from "../base/errors.ts";
import type { Steps } from "../coroutine/awaitable.ts";
import { host } from "../platform/current.ts";
import {
  type Future,
  type Listener,
  markRetrieved,
  notify,
  peekError,
  schedulerOfFuture,
  unlisten,
  waiters,
  wasCancelled,
} from "./future.ts";
import { execute, report, type Runnable } from "./handle.ts";
import { ambientOwner, running, taskOf } from "./running.ts";

/** The key of the method by which a strand has its task make a step of it. */
export const runStrand: unique symbol = Symbol("runStrand");

/** The task that a strand belongs to. */
export interface StrandOwner extends Future<unknown> {
  /** Makes a step of a strand that is due. */
  [runStrand](strand: Strand): void;
}

/** One await of an async function's: the iterator of what it awaits, and whom to tell of the outcome. */
export class Strand implements Runnable, Listener {
  static get name(): string {
    return "Task";
  }

  /** The task that the function runs in. */
  readonly task: StrandOwner;
  /** The strand in whose step the function was called that awaits, or `null`: the task's own. */
  readonly parent: Strand | null;
  /** What is driven. */
  steps: Steps;
  /** Takes the outcome. */
  readonly resolve: (value: never) => void;
  /** Takes the error. */
  readonly reject: (error: unknown) => void;
  /** What it waits for. */
  waiter: Future<unknown> | null = null;
  /** What its next step throws in. */
  failure: Error | null = null;
  /** Whether it waits for a function's promise, and so for what that function awaits in its turn. */
  calling = false;
  /** Whether what it waits for was asked to end, and may take some steps for that. */
  isAsked = false;
  /** Whether a limit on it is up, of which nothing in it could be told. */
  mustCancel = false;
  /** Whether nobody will drive it any more. */
  isClosed = false;
  /** The stack of the `await`, in debug mode. */
  readonly source: string | null;
  /** The one that stands before it in its line. */
  previous: Strand | null = null;
  /** The one behind it. */
  next: Strand | null = null;

  /** Makes a strand; the task drives it. One by one: there is one for each await, and options would be made for nothing. */
  constructor(
    task: StrandOwner,
    steps: Steps,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
    source: string | null,
    parent: Strand | null = null,
  ) {
    this.task = task;
    this.steps = steps;
    this.resolve = resolve;
    this.reject = reject;
    this.source = source;
    this.parent = parent;
  }

  /** The task, for what runs under the strand's identity. */
  get [taskOf](): StrandOwner {
    return this.task;
  }

  /** It waits for its task. */
  [waiters](): readonly Future<unknown>[] {
    return [this.task];
  }

  /** Takes note that what it waits for is done. */
  [notify](): void {
    schedulerOfFuture(this.task).push(this);
  }

  /** Makes a step. */
  [execute](): void {
    this.task[runStrand](this);
  }
}

/**
 * The strands of one task, in the order in which they were begun. There is one at a time, nearly always: for each await
 * an array would lose what it had grown to and grow again, so they are linked.
 */
export class StrandLine {
  #first: Strand | null = null;
  #last: Strand | null = null;

  /** The strands there are now, whatever ends later. */
  list(): Strand[] {
    const strands: Strand[] = [];
    for (let strand = this.#first; strand !== null; strand = strand.next) strands.push(strand);
    return strands;
  }

  /** The first for which something holds, or `null`. */
  find(holds: (strand: Strand) => boolean): Strand | null {
    let strand = this.#first;
    while (strand !== null && !holds(strand)) strand = strand.next;
    return strand;
  }

  /** Puts a strand at the end. */
  add(strand: Strand): void {
    const last = this.#last;
    strand.previous = last;
    if (last === null) this.#first = strand;
    else last.next = strand;
    this.#last = strand;
  }

  /** Takes a strand out that is at its end, if it is in. */
  drop(strand: Strand): void {
    strand.isClosed = true;
    const { previous, next } = strand;
    if (previous === null && this.#first !== strand) return;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    strand.previous = null;
    strand.next = null;
  }
}

/**
 * Cancels what strands wait for, and tells whether they will hear. A function that does one thing at a time hears as its
 * task does; of several, each, also one that is about to go on.
 */
export function cancelStrands(strands: readonly Strand[], message: string | undefined): boolean {
  const resting = strands.filter((strand) => !strand.calling && strand !== callingStrand());
  if (resting.length === 1) return cancelStrand(resting[0]!, message);
  for (const strand of resting) tellStrand(strand, message);
  return resting.length > 0;
}

/** The strand that the running code belongs to, or `null`: it is the task's own. */
export function ambientStrand(): Strand | null {
  const owner = ambientOwner();
  return owner instanceof Strand ? owner : null;
}

/** The strand in whose step a function's first stretch runs, which waits for it as good as already; or `null`. */
function callingStrand(): Strand | null {
  return running.calling ? running.strand : null;
}

/** Asks what a strand does to end, and tells whether it will hear. */
export function askStrand(strand: Strand): boolean {
  if (strand.calling) return false;
  tellStrand(strand, undefined);
  return true;
}

/** Has a cancellation come by what a strand waits for, or else thrown by its next step. */
function tellStrand(strand: Strand, message: string | undefined): void {
  if (cancelStrand(strand, message)) return;
  const { waiter } = strand;
  if (waiter !== null) {
    // Another is on its way already, and as in CPython one is enough.
    if (wasCancelled(waiter) || peekError(waiter)?.error instanceof CancelledError) return;
    if (waiter.done()) markRetrieved(waiter);
  }
  strand.failure = new CancelledError(message);
}

/** Asks a strand that was begun to end, if a limit around it is up of which nothing could be told. */
export function askLate(strand: Strand): void {
  let scope = strand.parent;
  while (scope !== null && !scope.mustCancel) scope = scope.parent;
  if (scope !== null && !strand.isClosed && askStrand(strand)) scope.mustCancel = false;
}

/**
 * What a task or a strand of it waits for, or `null`. While a cancellation is handed on to that, the task itself stands
 * there; who looked at it then, as a future may that is told, would have the coroutine go on.
 */
export function waiterIn(
  task: Future<unknown>,
  waiter: Future<unknown> | null,
): Future<unknown> | null {
  return waiter === task ? null : waiter;
}

/** As a task does for its own waiter: the asking may come round where tasks await each other. */
function cancelStrand(strand: Strand, message: string | undefined): boolean {
  const { waiter, task } = strand;
  if (waiter === null) return false;
  if (waiter === task) {
    strand.waiter = null;
    return false;
  }
  strand.waiter = task;
  try {
    return strand.isAsked = waiter.cancel(message);
  } finally {
    if (strand.waiter === null && !waiter.done()) {
      unlisten(waiter, strand);
      schedulerOfFuture(task).push(strand);
    } else {
      strand.waiter = waiter;
    }
  }
}

// Where the host does not tell whose code runs, what came late would pass for another task's.
const mayHearLate = host.asyncIdentity !== null;

/**
 * Leaves what a function awaited and then did without, such as the loser of a race. Who was told of an end hears it all the
 * same, so that each branch of a cancelled Promise.all cleans up; also where what was asked to end takes its time.
 */
export function leaveStrands(strands: readonly Strand[]): void {
  const isAnyTold = strands.some(isTold);
  // The innermost first, as a coroutine is closed: what is around it may still need what it gives back.
  for (const strand of [...strands].reverse()) {
    if (isTold(strand)) continue;
    if (isAnyTold && strand.calling && mayHearLate) leaveLate(strand, strands);
    else closeStrand(strand);
  }
}

function isTold({ isAsked, waiter, failure }: Strand): boolean {
  return (waiter === null ? failure !== null : waiter.done()) || (isAsked && mayHearLate);
}

/** Leaves what waits for a function, if that has not heard of its end when all promises between the two have settled. */
function leaveLate(strand: Strand, all: readonly Strand[]): void {
  // The turn between is the loop's, if this one has no time left for the others.
  host.nextTurn(() =>
    host.nextTurn(() => {
      // It may still hear by what these wait for.
      if (all.some(({ isAsked }) => isAsked)) return;
      const scheduler = schedulerOfFuture(strand.task);
      const leaving = new Leaving(strand);
      if (scheduler.isClosed) leaving[execute]();
      else scheduler.push(leaving);
    })
  );
}

/** Closes a strand that is not at its end; by the loop, for contexts may ask for that as they are left. */
class Leaving implements Runnable {
  static get name(): string {
    return "Task";
  }

  readonly #strand: Strand;

  constructor(strand: Strand) {
    this.#strand = strand;
  }

  [execute](): void {
    // Its task is done.
    running.task = null;
    const { calling, waiter } = this.#strand;
    if (calling || waiter !== null) closeStrand(this.#strand);
  }
}

/**
 * Ends what a function awaited and then did without, such as the loser of a race. What that throws over is reported,
 * for the task is done.
 */
export function closeStrand(strand: Strand): void {
  strand.isClosed = true;
  if (strand.waiter !== null) unlisten(strand.waiter, strand);
  try {
    strand.steps.return?.();
  } catch (exception) {
    const message = `Exception in what ${strand.task} had left unfinished`;
    report(schedulerOfFuture(strand.task).owner, { message, exception });
  }
}
