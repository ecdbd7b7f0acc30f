/**
 * An end of a queue between threads: in the thread that made it, on the queue itself; elsewhere by asking
 * that thread.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import {
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  TimeoutError,
  ValueError,
} from "../base/errors.ts";
import { staysInThread } from "../base/staying.ts";
import { checkTimeout } from "../concurrent/check_count.ts";
import { ConcurrentFuture } from "../concurrent/concurrent_future.ts";
import type { Coroutine } from "../coroutine/coroutine.ts";
import type { ShutdownOptions } from "../sync/queue.ts";
import { askQueue as askRemote } from "./asking.ts";
import type { QueueCore } from "./queue_core.ts";
import { askQueue, tellQueue } from "./queue_desk.ts";
import { type QueueOperation, queueWait } from "./queue_wait.ts";
import { findStaying } from "./sent_arguments.ts";
import type { ThreadQueueEnd } from "./thread_queue.ts";
import type { AskHub, QueueQuestion, QueueRemark } from "./wire.ts";

/** A question that was put to the queue. */
interface Asked {
  /** What comes of it. Cancelling it gives it up. */
  readonly future: ConcurrentFuture<unknown>;
  /** Undoes what is done. */
  undo(answer: unknown): void;
}

/** How an end reaches its queue. */
export interface QueueWay {
  /** Why this thread may not stand still for the queue, or `null` where that is told when it does. */
  readonly blockingRefusal: string | null;
  /** Asks something of it. */
  ask(question: QueueQuestion, item?: unknown): Asked;
  /** Tells it something. */
  tell(remark: QueueRemark, value?: unknown): void;
}

/** The way in the thread that made the queue. */
export function homeWay(queue: QueueCore): QueueWay {
  return {
    blockingRefusal:
      "the queue is this very thread's, and what others put reaches it through this thread",
    ask(question, item) {
      const future = new ConcurrentFuture<unknown>();
      const fail = (error: unknown) => future.setException(error);
      try {
        const work = askQueue(question, { queue, item }, {
          answer: (value) => future.setResult(value),
          fail,
        });
        future.addDoneCallback(() => {
          if (future.cancelled()) work.cancel();
        });
        return { future, undo: (answer) => work.undo(answer) };
      } catch (error) {
        fail(error);
        return { future, undo() {} };
      }
    },
    tell: (remark, value) => tellQueue(remark, queue, value),
  };
}

/** The way in a thread that was started by the one that made the queue. */
export function remoteWay(hub: AskHub, name: string): QueueWay {
  return {
    blockingRefusal: null,
    ask(question, item) {
      const staying = findStaying(item, "item");
      if (staying !== null) {
        throw new TypeError(`cannot send the item to another thread: ${staying}`);
      }
      const future = askRemote(hub, question, name, [item]);
      return {
        future,
        // What was put is the other thread's by now.
        undo(answer) {
          if (question === "get" || question === "getNow") {
            hub.send(["tell", "giveBack", name, [answer]]);
          }
        },
      };
    },
    tell: (remark, value) => hub.send(["tell", remark, name, [value]]),
  };
}

/** The end itself. */
export class QueueEnd<T> implements ThreadQueueEnd<T> {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(
    this,
    "send the handle of its queue",
  );

  readonly #way: QueueWay;

  constructor(way: QueueWay) {
    this.#way = way;
  }

  put(item: T): Coroutine<void> {
    return this.#wait("put", () => undefined, item);
  }

  get(): Coroutine<T> {
    return this.#wait("get", (item) => item as T);
  }

  join(): Coroutine<void> {
    return this.#wait("join", () => undefined);
  }

  putSync(item: T, timeout: number | null = null): void {
    this.#block("put", { timeout, late: () => new QueueFull(), item });
  }

  getSync(timeout: number | null = null): T {
    return this.#block("get", { timeout, late: () => new QueueEmpty() }) as T;
  }

  taskDone(): void {
    this.#way.tell("taskDone");
  }

  shutdown(options: ShutdownOptions = {}): void {
    checkOptions(options, "shutdown()", ["immediate"]);
    const { immediate = false } = options;
    this.#way.tell("shutdown", immediate);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const iterator: AsyncIterableIterator<T> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () => this.#next() as unknown as Promise<IteratorResult<T, undefined>>,
    };
    return iterator;
  }

  #wait<R>(question: QueueQuestion, result: (answer: unknown) => R, item?: unknown): Coroutine<R> {
    return queueWait(`ThreadQueue.${question}`, () => ({
      ...this.#way.ask(question, item),
      result,
      failure: rethrow,
    }));
  }

  #next(): Coroutine<IteratorResult<T, undefined>> {
    type Next = IteratorResult<T, undefined>;
    return queueWait("ThreadQueue.next", (): QueueOperation<unknown, Next> => ({
      ...this.#way.ask("get"),
      result: (item) => ({ done: false, value: item as T }),
      failure(error) {
        if (error instanceof QueueShutDown) return { done: true, value: undefined };
        throw error;
      },
    }));
  }

  /** Asks, and stands still for the answer where none comes at once. */
  #block(
    question: "put" | "get",
    { timeout, late, item }: { timeout: number | null; late: () => Error; item?: unknown },
  ): unknown {
    checkTimeout(timeout);
    if (timeout !== null && timeout < 0) {
      throw new ValueError("'timeout' must be a non-negative number");
    }
    const isPatient = timeout === null || timeout > 0;
    const { future } = this.#way.ask(isPatient ? question : `${question}Now`, item);
    const { blockingRefusal } = this.#way;
    try {
      if (!future.done() && blockingRefusal !== null) {
        throw new RuntimeError(
          `${question}Sync() cannot wait: ${blockingRefusal}; await ${question}() instead`,
        );
      }
      return future.result(isPatient ? timeout : null);
    } catch (error) {
      throw error instanceof TimeoutError && !future.done() ? late() : error;
    } finally {
      if (!future.done()) future.cancel();
    }
  }
}

function rethrow(error: unknown): never {
  throw error;
}
