/**
 * Where a thread answers what code in a worker of its own asks: calls of the functions that it exposes, and
 * its queues.
 *
 * An answer goes by message, or into shared memory if the worker stands still for it. Which of the two
 * is told when the answer is ready, and may be too late: the worker may have begun to block while the
 * message was on its way, and will not read it. So an answer is kept until the worker has seen it.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { type CarriedValue, contextOf } from "../coroutine/context_vars.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import type { Task } from "../kernel/task.ts";
import { host } from "../platform/current.ts";
import { type AnswerKind, claimCell, fillCell } from "./blocking_cell.ts";
import { toBytes } from "./clone_bytes.ts";
import { type Exposure, findExposed } from "./exposure.ts";
import { makeCodec } from "./finder.ts";
import { askQueue, type QueueWork, tellQueue } from "./queue_desk.ts";
import { getQueue } from "./queue_registry.ts";
import type { FromAsker, FromWorker, ToWorker } from "./wire.ts";

/** What a desk is made of. */
export interface DeskOptions {
  /** What the worker may call. */
  readonly exposure: Exposure | null;
  /** Tells whether a job of the worker's was told to end. */
  isAborted(job: number): boolean;
  /** Sends a message to the worker, with the others of this turn. */
  send(message: ToWorker): void;
  /** Takes back the answer to what has this number, and gives whether it was not gone yet. */
  unsend(id: number): boolean;
}

interface Answer {
  readonly kind: "result" | "error" | "cancelled";
  readonly value: unknown;
}

interface Ask {
  readonly id: number;
  work: Work | null;
  answer: Answer | null;
  /** The word by which the worker waits in the cell, where it does, and the job that it waits in. */
  word: number | null;
  job: number | null;
  /** The answer for the cell, while that is made large enough for it. */
  written: Written | null;
}

/** An answer as it is written into the cell. */
interface Written {
  readonly kind: AnswerKind;
  readonly bytes: Uint8Array;
  /** Whether it says that the answer crosses in no way at all. */
  readonly isForNobody: boolean;
}

/** Something that was asked for: a call, which has its end when it is cancelled, or of a queue. */
type Work = Pick<QueueWork, "cancel"> & Partial<QueueWork>;

const codec = /* @__PURE__ */ makeCodec();

const ASKERS: ReadonlySet<string> = new Set(["ask", "tell", "unask", "block", "cell", "seen"]);

/** Tells whether a message is for the desk. */
export function isFromAsker(message: FromWorker): message is FromAsker {
  return ASKERS.has(message[0]);
}

/** The desk for one worker. */
export class ParentDesk {
  readonly #options: DeskOptions;
  readonly #asks = new Map<number, Ask>();
  readonly #unlisten: () => void;
  #cell: SharedArrayBuffer | null = null;
  /** What the worker told a queue wrongly, by its name: the worker is told when it asks the queue again. */
  readonly #wrongs = new Map<string, unknown>();

  constructor(options: DeskOptions) {
    this.#options = options;
    const loop = options.exposure?.loop;
    this.#unlisten = loop === undefined ? () => {} : onLoopClose(loop, () => this.#loopClosed());
  }

  /** Takes what the worker says. */
  receive(message: FromAsker): void {
    switch (message[0]) {
      case "ask":
        return this.#ask(message);
      case "tell":
        return this.#tell(message);
      case "unask":
        return this.#unask(message[1]);
      case "block":
        return this.#block(message[1], message[2], message[3]);
      case "cell":
        this.#cell = message[1];
        return;
      case "seen":
        for (const id of message[1]) this.#asks.delete(id);
    }
  }

  /** Ends the wait of a job that blocks and is to end. */
  interrupt(job: number): void {
    for (const ask of this.#asks.values()) {
      if (ask.word !== null && ask.job === job) this.#fill(ask, "interrupted", undefined);
    }
  }

  /** Takes note that an answer crosses in no way, and that the worker is told so instead. */
  answerRefused(id: number): void {
    const ask = this.#asks.get(id);
    if (ask === undefined || !ask.work?.givesItem) return;
    ask.answer = { kind: "error", value: null };
    ask.work.drop?.();
  }

  /** Ends what was asked for by a worker that is gone. */
  close(): void {
    const asks = [...this.#asks.values()];
    this.#asks.clear();
    this.#unlisten();
    for (const { work, answer } of asks) {
      if (answer === null) work?.cancel();
      else if (work?.givesItem && answer.kind === "result") work.undo?.(answer.value);
    }
  }

  #ask(message: Extract<FromAsker, readonly ["ask", ...unknown[]]>): void {
    const [, id, question, target, args, context] = message;
    const ask: Ask = { id, work: null, answer: null, word: null, job: null, written: null };
    const fail = (error: unknown) =>
      this.#answer(ask, { kind: "error", value: codec.encode(error) });
    this.#asks.set(id, ask);
    try {
      if (question === "call") {
        const { loop, call } = findExposed(this.#options.exposure, target);
        ask.work = within(
          context,
          () => startCall(loop, () => call(...args), (answer) => this.#answer(ask, answer)),
        );
      } else {
        this.#checkWrongs(target);
        const answer = (value: unknown) => this.#answer(ask, { kind: "result", value });
        ask.work = askQueue(question, { queue: getQueue(target), item: args[0] }, { answer, fail });
      }
    } catch (error) {
      fail(error);
    }
  }

  #tell(message: Extract<FromAsker, readonly ["tell", ...unknown[]]>): void {
    const [, remark, target, args, context] = message;
    try {
      if (remark === "call") {
        const { loop, call } = findExposed(this.#options.exposure, target);
        within(context, () => loop.callSoonThreadsafe(call, ...args));
      } else {
        tellQueue(remark, getQueue(target), args[0]);
      }
    } catch (error) {
      // Nobody waits for it.
      if (remark === "taskDone") this.#wrongs.set(target, error);
      host.logError(`a call from another thread cannot be made: ${error}`);
    }
  }

  /** Throws what the worker told a queue wrongly. What it asks is not begun, so that no item is lost. */
  #checkWrongs(target: string): void {
    if (!this.#wrongs.has(target)) return;
    const error = this.#wrongs.get(target);
    this.#wrongs.delete(target);
    throw error;
  }

  #unask(id: number): void {
    const ask = this.#asks.get(id);
    if (ask === undefined) return;
    const { work, answer } = ask;
    // Who gives up a call waits for its end, and sees the answer that is on its way.
    const isUndone = work?.undo !== undefined;
    if (isUndone) this.#asks.delete(id);
    if (answer === null) work?.cancel();
    else if (isUndone && answer.kind === "result") {
      this.#options.unsend(id);
      work.undo?.(answer.value);
    }
  }

  #answer(ask: Ask, answer: Answer): void {
    if (ask.answer !== null || !this.#asks.has(ask.id)) return;
    ask.answer = answer;
    if (ask.word !== null && this.#fill(ask, answer.kind, answer.value)) return;
    this.#options.send(["answer", ask.id, answer.kind, answer.value]);
  }

  #block(id: number, word: number, job: number | null): void {
    const ask = this.#asks.get(id);
    if (ask === undefined) return;
    ask.word = word;
    ask.job = job;
    if (ask.answer !== null) this.#fillLate(ask, ask.answer);
    else if (job !== null && this.#options.isAborted(job)) {
      this.#fill(ask, "interrupted", undefined);
    }
  }

  /** Gives in the cell what was answered by message before the worker was known to block. */
  #fillLate(ask: Ask, { kind, value }: Answer): void {
    const { id, work } = ask;
    if (this.#fill(ask, kind, value)) return void this.#options.unsend(id);
    // It has waited for an item in vain, and is asking anew already. Were the item sent for nothing each time, this
    // thread, when it is behind, would stay so.
    if (kind !== "result" || !work?.givesItem || !this.#options.unsend(id)) return;
    this.#asks.delete(id);
    work.undo?.(value);
  }

  /** Gives the worker what it waits for in the cell; `false` when it waits no more. */
  #fill(ask: Ask, kind: AnswerKind, value: unknown): boolean {
    const { word } = ask;
    const cell = this.#cell;
    ask.word = null;
    if (word === null || cell === null) return false;
    // Before it is written: that may take longer than the other is willing to wait, over and over.
    if (!claimCell(cell, word)) return false;
    const known = ask.written;
    const written = known === null || kind === "interrupted" ? write(kind, value) : known;
    if (kind === "result" && written.kind === "error" && ask.work?.givesItem) {
      ask.answer = { kind: "error", value: null };
      if (written.isForNobody) ask.work.drop?.();
      // Else it can be had by one who waits for a message.
      else ask.work.undo?.(value);
    }
    ask.written = fillCell(cell, written.kind, written.bytes) ? null : written;
    return true;
  }

  #loopClosed(): void {
    const value = codec.encode(new RuntimeError("Event loop is closed"));
    for (const ask of this.#asks.values()) this.#answer(ask, { kind: "error", value });
  }
}

function write(kind: AnswerKind, value: unknown): Written {
  try {
    return { kind, bytes: toBytes(value), isForNobody: false };
  } catch (cause) {
    const path = "result";
    const isForNobody = (codec.obstacle(value, path) ?? codec.loss(value, path)) !== null;
    const error = isForNobody ? codec.refusal("the result", { value, path, cause }) : cause;
    return { kind: "error", bytes: toBytes(codec.encode(error)), isForNobody };
  }
}

/** Does something in the context that came along, if one did. */
function within<T>(context: readonly CarriedValue[] | undefined, part: () => T): T {
  return context === undefined ? part() : contextOf(context).run(part);
}

/** Has a loop make a call, as a task. */
function startCall(
  loop: EventLoop,
  call: () => unknown,
  answer: (answer: Answer) => void,
): Work {
  let task: Task<unknown> | null = null;
  let cancelled = false;
  loop.callSoonThreadsafe(() => {
    if (cancelled) return;
    try {
      task = loop.createTask(call);
    } catch (error) {
      answer({ kind: "error", value: codec.encode(error) });
      throw error;
    }
    task.addDoneCallback((done) => answer(outcomeOf(done)));
  });
  return {
    cancel() {
      if (loop.isClosed()) return;
      if (task !== null) return void loop.callSoonThreadsafe(() => task?.cancel());
      // It has not begun, and so is over already.
      cancelled = true;
      answer({ kind: "cancelled", value: undefined });
    },
  };
}

function outcomeOf(task: Task<unknown>): Answer {
  if (task.cancelled()) return { kind: "cancelled", value: undefined };
  try {
    return { kind: "result", value: task.result() };
  } catch (error) {
    return { kind: "error", value: codec.encode(error) };
  }
}
