/**
 * What an async function awaits.
 *
 * @module
 */
import { CancelledError, GeneratorExit } from "../base/errors.ts";
import { describeFrame } from "../base/stack.ts";
import type { Steps } from "../coroutine/awaitable.ts";
import { host } from "../platform/current.ts";
import type { Cancellable } from "./abort.ts";
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
import { readSource } from "./sources.ts";

/** The key of the method by which a strand has its task make a step of it. */
export const runStrand: unique symbol = Symbol("runStrand");

/** The task that a strand belongs to. */
export interface StrandOwner extends Future<unknown> {
  /** Makes a step of a strand that is due. */
  [runStrand](strand: Strand): void;
}

/** Being asked to end. */
export interface EndRequest {
  /** What the cancellation says. */
  readonly message?: string | undefined;
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
  /** That it is to end, which it, or what is called in it, has not heard yet. */
  request: EndRequest | null = null;
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

/** How many limits on strands are up and have not been left yet. Not a field: nearly no strand ever has one. */
const limitsUp = /* @__PURE__ */ new WeakMap<Strand, number>();

/** Counts the limits on a strand that are up. */
export function countLimits(strand: Strand, step: number): void {
  limitsUp.set(strand, (limitsUp.get(strand) ?? 0) + step);
}

/** How many have asked the code in a strand of a task to end: the task, or by a limit around it. */
export function requestsOn(task: Cancellable, scope: Strand | null): number {
  let count = task.cancelling();
  for (let around = scope; around !== null; around = around.parent) {
    count += limitsUp.get(around) ?? 0;
  }
  return count;
}

/** Whether a strand is another, or a part of what a function awaits that was called in the other. */
export function isWithin(strand: Strand, scope: Strand): boolean {
  let around: Strand | null = strand;
  while (around !== null && around !== scope) around = around.parent;
  return around !== null;
}

/**
 * Asks the strands of a task to end, and tells whether they will hear. Where the task does one thing at a time it hears as in
 * asyncio, by what it waits for or by its own flag; of several things each hears by itself, but for the one that asks, which goes on.
 */
export function cancelStrands(strands: readonly Strand[], message: string | undefined): boolean {
  const others = strands.filter((strand) => !strand.calling && strand !== running.strand);
  const asker = ambientOwner();
  if (others.length === 1 && asker?.[taskOf] !== others[0]!.task) {
    return cancelStrand(others[0]!, message);
  }
  for (const strand of others) tellStrand(strand, { message });
  return others.length > 0;
}

/** The strand that the running code belongs to, or `null`: it is the task's own. */
export function ambientStrand(): Strand | null {
  const owner = ambientOwner();
  return owner instanceof Strand ? owner : null;
}

/** Asks what a strand does to end, and tells whether it will hear. */
export function askStrand(strand: Strand, request: EndRequest): boolean {
  if (strand.calling) return false;
  // One that asks itself hears where it next waits.
  if (strand === running.strand) strand.request = request;
  else tellStrand(strand, request);
  return true;
}

/** Tells a strand that begins to wait of what was asked of it, or of one around it, where nothing could be told. */
export function tellLate(strand: Strand): void {
  let scope: Strand | null = strand;
  while (scope?.request === null) scope = scope.parent;
  if (scope === null) return;
  tellStrand(strand, scope.request!);
  scope.request = null;
}

/** Has a cancellation come by what a strand waits for, or else thrown by its next step. */
function tellStrand(strand: Strand, { message }: EndRequest): void {
  if (cancelStrand(strand, message)) return;
  const { waiter } = strand;
  if (waiter !== null) {
    // Another is on its way already, and as in CPython one is enough.
    if (wasCancelled(waiter) || peekError(waiter)?.error instanceof CancelledError) return;
    if (waiter.done()) markRetrieved(waiter);
  }
  strand.failure = new CancelledError(message);
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

/**
 * Leaves what a function awaited and then did without, such as the loser of a race. Who was told of an end hears it all the
 * same, so that each branch of a cancelled Promise.all cleans up; also where what was asked to end takes its time.
 */
export function leaveStrands(strands: readonly Strand[], hasReturned: boolean): void {
  // The innermost first, as a coroutine is closed: what is around it may still need what it gives back.
  for (const strand of [...strands].reverse()) {
    if (isAskedToEnd(strand)) continue;
    // What it waits for is over: it goes on, unless what it is in is left here.
    if (strand.waiter?.done() && strand.parent?.isClosed !== false) continue;
    if (hasReturned) reportUnfinished(strand);
    const inner = strand.calling
      ? strands.filter((other) => !other.isClosed && isWithin(other, strand))
      : [];
    if (inner.some(isAskedToEnd)) leaveLate(strand, inner);
    else closeStrand(strand);
  }
}

/** In debug mode: who has forgotten an `await` would only see that nothing comes of the call. */
function reportUnfinished({ parent, source, task }: Strand): void {
  const frame = source === null || parent !== null ? undefined : readSource(source).at(-1);
  if (frame === undefined) return;
  const place = describeFrame(frame);
  const message =
    `Task left a call unfinished: ${task} returned while what it had called was at an ` +
    `await in ${place}, and ended that; expected it to await the call, or createTask(work)`;
  report(schedulerOfFuture(task).owner, { message, task });
}

function isAskedToEnd({ isAsked, failure, waiter }: Strand): boolean {
  if (isAsked) return true;
  if (waiter === null) return failure !== null;
  return wasCancelled(waiter) || (waiter.done() && failure !== null);
}

/** Leaves what waits for a function, if that has not heard of its end when all promises between the two have settled. */
function leaveLate(strand: Strand, inner: readonly Strand[]): void {
  // The turn between is the loop's, if this one has no time left for the others.
  host.nextTurn(() =>
    host.nextTurn(() => {
      // It may still hear by what these wait for.
      if (inner.some(({ isAsked }) => isAsked)) return;
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
    // So a group passes on that its body was closed.
    if (exception instanceof GeneratorExit) return;
    const message = `Exception in what ${strand.task} had left unfinished`;
    report(schedulerOfFuture(strand.task).owner, { message, exception });
  }
}
