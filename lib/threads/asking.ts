/**
 * How code in a worker asks something of the thread that started it, and waits for the answer: for a
 * message, or, by blocking, for what comes through shared memory.
 *
 * @module
 */
import { CancelledError, RuntimeError } from "../base/errors.ts";
import {
  ConcurrentFuture,
  confirmCancel,
  joinCancel,
  setBlocking,
} from "../concurrent/concurrent_future.ts";
import { threadRunsLoop } from "../kernel/loops.ts";
import { type AnswerKind, BlockingCell } from "./blocking_cell.ts";
import { fromBytes } from "./clone_bytes.ts";
import { type AskHub, decode, type Operation, type WireValue } from "./wire.ts";

// Where the worker's script, which shares nothing else with this module, keeps what is asked.
const WORKER: unique symbol = Symbol.for("asyncio.worker") as never;

const scope = globalThis as { readonly [WORKER]?: AskHub };

/** A thread blocks on one thing at a time, so one cell is enough. */
let cell: BlockingCell | null = null;

/** The way to the thread that started this one, or `null` where this module has not started it. */
export function askHub(): AskHub | null {
  return scope[WORKER] ?? null;
}

/** Asks for something. The future's cancellation is over when the other thread says so. */
export function ask(
  hub: AskHub,
  operation: Operation,
  target: string | number,
  args: unknown[],
): ConcurrentFuture<unknown> {
  const future = new ConcurrentFuture<unknown>();
  const id = hub.asked++;
  hub.answers.set(id, (kind, value) => settle(hub, id, future, [kind, value]));
  joinCancel(future, () => hub.send(["unask", id]));
  setBlocking(future, (milliseconds) => block(hub, id, future, milliseconds));
  hub.send(["ask", id, operation, target, args]);
  return future;
}

function settle(
  hub: AskHub,
  id: number,
  future: ConcurrentFuture<unknown>,
  [kind, value]: [AnswerKind, unknown],
): void {
  hub.answers.delete(id);
  hub.noteSeen(id);
  if (kind === "cancelled") {
    confirmCancel(future);
    future.setRunningOrNotifyCancel();
    return;
  }
  if (!future.setRunningOrNotifyCancel()) return;
  if (kind === "result") future.setResult(value);
  else future.setException(decode(value as WireValue));
}

/** Blocks until the answer is there or the time is up. */
function block(
  hub: AskHub,
  id: number,
  future: ConcurrentFuture<unknown>,
  milliseconds: number,
): void {
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
  const answer = waitInCell(hub, id, milliseconds, () => future.done());
  if (answer === null) return;
  const [kind, value] = answer;
  if (kind !== "interrupted") return settle(hub, id, future, [kind, value]);
  future.cancel();
  throw new CancelledError();
}

function waitInCell(
  hub: AskHub,
  id: number,
  milliseconds: number,
  isDone: () => boolean,
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
    if (isDone()) return null;
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
