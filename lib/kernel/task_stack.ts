/**
 * Where a task stands.
 *
 * No engine tells where a generator is suspended. But a coroutine that waits for a pending future can be
 * resumed without anything happening: every `yield*` hands the call on, and the future, still pending, has
 * it all suspended again. On the way all the coroutine's frames are on the stack. So a stack is had when it
 * is asked for, of any task that waits, and it costs nothing before. An iterator written by hand that does
 * more in `next()` than hand the call on does it once more.
 *
 * An async function cannot be resumed for a look. Its frames are on the stack when it awaits, and debug
 * mode keeps them.
 *
 * @module
 */
import { checkNumber } from "../base/check_number.ts";
import { functionName } from "../base/repr.ts";
import {
  captureStack,
  coroutineFrames,
  DEEPEST,
  foreignFrames,
  formatFrames,
  isOwnFrame,
  parseStack,
  type StackFrame,
} from "../base/stack.ts";
import { CALLING, type Steps, SUSPENDED } from "../coroutine/awaitable.ts";
import { outermostSteps } from "../coroutine/call_stack.ts";
import { Coroutine } from "../coroutine/coroutine.ts";
import { type Future, probe } from "./future.ts";
import { type Strand, waiterIn } from "./strand.ts";

/** What {@linkcode Task.getStack} takes. */
export interface StackOptions {
  /** How many frames at most; all where left out. */
  limit?: number | null | undefined;
}

/** What text is written to: a stream's writer, or any object with such a method. */
export interface TextFile {
  /** Takes a piece of text. */
  write(text: string): unknown;
}

/** What {@linkcode Task.printStack} takes. */
export interface PrintStackOptions extends StackOptions {
  /** What is written to; the host's console where left out. */
  file?: TextFile | undefined;
}

/** What a task drives, and what that waits for. */
export interface TaskPosition {
  /** The iterator that it drives. */
  readonly steps: Steps;
  /** What that waits for. */
  readonly waiter: Future<unknown> | null;
  /** What its async functions await, the outermost first. */
  readonly strands: readonly Strand[];
}

/** All that decides on a task's stack. */
export interface TaskSituation {
  /** What the task was made of. */
  readonly coroutine: unknown;
  /** Whether it runs now. */
  readonly isRunning: boolean;
  /** How it failed. */
  readonly failure: { readonly error: unknown } | null;
  /** Where it stands; of one that is done it means nothing. */
  readonly position: TaskPosition | null;
}

/** The frames of a task, the innermost last. */
export function stackOf(
  { coroutine, isRunning, failure, position }: TaskSituation,
  limit: number | null,
): StackFrame[] {
  if (limit !== null) checkNumber(limit, "limit");
  if (failure !== null) {
    const { error } = failure;
    const stack = error instanceof Error ? error.stack ?? "" : "";
    const frames = [...foreignFrames(parseStack(stack))].reverse();
    return limit === null ? frames : frames.slice(0, Math.max(limit, 0));
  }
  if (position === null) return [];
  const frames = isRunning ? runningFrames() : suspendedFrames(coroutine, position);
  const kept = limit === null ? frames : frames.slice(0, Math.max(limit, 0));
  return kept.reverse();
}

/** The step in which a task's coroutine runs: what stands below it is the loop, and who runs that. */
const STEP = /#step(?:Strand)?$/;

/** The frames of the task that runs now, innermost first. */
export function runningFrames(): StackFrame[] {
  const frames = parseStack(captureStack());
  const step = frames.findIndex((frame) => STEP.test(frame.name) && isOwnFrame(frame));
  return [...foreignFrames(step < 0 ? frames : frames.slice(0, step))];
}

/** The frames of the coroutines that are suspended in a task, innermost first. */
export function suspendedFrames(coroutine: unknown, position: TaskPosition): StackFrame[] {
  const { steps, waiter, strands } = position;
  const frames = framesAt(steps, waiter);
  for (const strand of strands) {
    const waiting = waiterIn(strand.task, strand.waiter);
    frames.unshift(...framesAt(strand.steps, waiting), ...awaitFrames(strand));
  }
  const isBottomKnown = strands.length > 0
    ? strands[0]!.source !== null
    : frames.some((frame) => !isOwnFrame(frame));
  const name = isBottomKnown ? null : coroutineName(coroutine);
  if (name !== null && frames.at(-1)?.name !== name) frames.push(nameAlone(name));
  return frames;
}

/** The future's look at its state, and its `next`, stand above the coroutine's frames. */
const FUTURE_FRAMES = 2;

/** How many frames are asked for at first; most coroutines are not deeper. */
const FIRST_DEPTH = 10;

/** Where a suspended iterator stands, innermost first. */
function framesAt(steps: Steps, waiter: Future<unknown> | null): StackFrame[] {
  if (waiter === null) return [];
  const outermost = outermostSteps(steps);
  const until = resumeSuspended.name;
  for (let depth = FIRST_DEPTH; depth <= DEEPEST; depth *= 4) {
    let isReached = false;
    const frames = probe(waiter, { depth, skip: FUTURE_FRAMES, until }, () => {
      isReached = resumeSuspended(outermost) === SUSPENDED;
    });
    CALLING.value = undefined;
    if (frames !== null) return coroutineFrames(frames);
    if (!isReached) break;
  }
  return [];
}

/** On its own, to be found in the stack. */
function resumeSuspended(steps: Steps): unknown {
  return steps.next();
}

/** Where an async function stood when it began to wait, innermost first. */
function awaitFrames({ source }: Strand): StackFrame[] {
  if (source === null) return [];
  const frames = parseStack(source);
  const from = frames.findIndex((frame) => !isOwnFrame(frame));
  if (from < 0) return frames;
  // Further down stands what called the function at first, and that is the strand's above it.
  const length = frames.slice(from).findIndex((frame) => isOwnFrame(frame));
  return coroutineFrames(length < 0 ? frames.slice(from) : frames.slice(from, from + length));
}

/** What a coroutine is called, or `null`: a generator object does not tell. */
export function coroutineName(coroutine: unknown): string | null {
  if (coroutine instanceof Coroutine) return coroutine.name;
  return typeof coroutine === "function" ? functionName(coroutine) : null;
}

function nameAlone(name: string): StackFrame {
  return { name, file: "", line: 0, column: 0, isCoroutine: true };
}

/** A task's stack as Python prints it. */
export function formatStack(
  task: Future<unknown>,
  situation: TaskSituation,
  limit: number | null,
): string {
  const frames = stackOf(situation, limit);
  const { failure } = situation;
  const title = frames.length === 0
    ? `No stack for ${task}\n`
    : `${failure === null ? "Stack" : "Traceback"} for ${task} (most recent call last):\n`;
  return title + formatFrames(frames) +
    (failure === null ? "" : `${describeError(failure.error)}\n`);
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : `${error.name}: ${error.message}`;
}
