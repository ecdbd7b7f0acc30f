/**
 * How code in a worker asks something of the thread that started it, and waits for the answer: for a
 * message, or, by blocking, for what comes through shared memory.
 *
 * @module
 */
import { CancelledError, RuntimeError } from "../base/errors.ts";
import {
  claimFuture,
  ConcurrentFuture,
  confirmCancel,
  joinCancel,
  setBlocking,
} from "../concurrent/concurrent_future.ts";
import type { CarriedValue } from "../coroutine/context_vars.ts";
import { threadRunsLoop } from "../kernel/loops.ts";
import { type AnswerKind, BlockingCell } from "./blocking_cell.ts";
import { contextToCarry } from "./carried_context.ts";
import { fromBytes } from "./clone_bytes.ts";
import { type AskHub, decode, type Question, type QueueQuestion, type WireValue } from "./wire.ts";

// Where the worker's script, which shares nothing else with this module, keeps what is asked.
const WORKER: unique symbol = Symbol.for("asyncio.worker") as never;

const scope = globalThis as { readonly [WORKER]?: AskHub };

/** A question that was put. */
interface Asked {
  readonly hub: AskHub;
  readonly id: number;
  readonly question: Question;
  readonly future: ConcurrentFuture<unknown>;
}

/** A thread blocks on one thing at a time, so one cell is enough. */
let cell: BlockingCell | null = null;

/** The way to the thread that started this one, or `null` where this module has not started it. */
export function askHub(): AskHub | null {
  return scope[WORKER] ?? null;
}

/** Has the parent's loop make a call. The future's cancellation is over when the other thread says so. */
export function askCall(hub: AskHub, name: string, args: unknown[]): ConcurrentFuture<unknown> {
  const asked = begin(hub, "call", name, args, contextToCarry());
  joinCancel(asked.future, () => hub.send(["unask", asked.id]));
  return asked.future;
}

/** Asks something of a queue. The future can be cancelled at once, and what was asked for is undone. */
export function askQueue(
  hub: AskHub,
  question: QueueQuestion,
  name: string,
  args: unknown[],
): ConcurrentFuture<unknown> {
  const { id, future } = begin(hub, question, name, args);
  future.addDoneCallback(() => {
    if (future.cancelled() && hub.answers.delete(id)) hub.send(["unask", id]);
  });
  return future;
}

function begin(
  hub: AskHub,
  question: Question,
  target: string,
  args: unknown[],
  context?: readonly CarriedValue[],
): Asked {
  const asked: Asked = { hub, id: hub.asked++, question, future: new ConcurrentFuture() };
  hub.answers.set(asked.id, (kind, value) => settle(asked, kind, value));
  setBlocking(asked.future, (milliseconds) => block(asked, milliseconds));
  hub.send(["ask", asked.id, question, target, args, context]);
  return asked;
}

function settle({ hub, id, question, future }: Asked, kind: AnswerKind, value: unknown): void {
  hub.answers.delete(id);
  // An item is with this thread from now on: that is said before anything can be done with it. For
  // other answers the next message is soon enough.
  if (question === "get" || question === "getNow") hub.send(["seen", [id]]);
  else hub.seen.push(id);
  if (kind === "cancelled") {
    confirmCancel(future);
    claimFuture(future);
    return;
  }
  if (!claimFuture(future)) return;
  if (kind === "result") future.setResult(value);
  else future.setException(decode(value as WireValue));
}

/** Blocks until the answer is there or the time is up. */
function block(asked: Asked, milliseconds: number): void {
  const { hub, future } = asked;
  if (threadRunsLoop()) {
    throw new RuntimeError(
      "result() cannot wait: this thread runs an event loop, which it would block, and with it what " +
        "the answer may depend on, a deadlock; await the future instead",
    );
  }
  if (hub.blockingRefusal !== null) {
    throw new RuntimeError(
      `result() cannot wait: ${hub.blockingRefusal}; or await the future instead`,
    );
  }
  // The answer may depend on a job that was sent along behind this one.
  hub.giveBack?.();
  const answer = waitInCell(asked, milliseconds);
  if (answer === null) return;
  const [kind, value] = answer;
  if (kind === "interrupted") {
    hub.interrupted = hub.job;
    future.cancel();
    throw new CancelledError();
  }
  settle(asked, kind, value);
  // Who blocks has it before the end of the turn.
  if (asked.question !== "call") hub.flush();
}

function waitInCell(
  { hub, id, future }: Asked,
  milliseconds: number,
): [AnswerKind, unknown] | null {
  if (cell === null) {
    cell = new BlockingCell();
    hub.send(["cell", cell.buffer]);
  }
  for (let time = milliseconds;; time = Infinity) {
    const word = cell.arm();
    hub.send(["block", id, word, hub.job]);
    hub.flush();
    // What could not be sent was refused as it was to be sent.
    if (future.done()) return null;
    const answer = cell.wait(word, time);
    if (answer === null) return null;
    const { kind, bytes } = answer;
    if (kind === "more") {
      // The cell has grown, and the answer is there: it comes at once.
      hub.send(["cell", cell.buffer]);
      continue;
    }
    if (cell.shrink()) hub.send(["cell", cell.buffer]);
    return [kind, fromBytes(bytes)];
  }
}
