/**
 * What other threads ask of a queue, in the thread that made it; for `parent_desk.ts`.
 *
 * @module
 */
import type { Putter, QueueCore } from "./queue_core.ts";
import type { QueueQuestion, QueueRemark } from "./wire.ts";

/** Something begun for one who asked. */
export interface QueueWork {
  /** Whether the answer is an item, which nobody has as long as it is on its way. */
  readonly givesItem: boolean;
  /** Gives up what is not done yet. */
  cancel(): void;
  /** Undoes what is done, for one who does not take it. */
  undo(answer: unknown): void;
  /** Takes note that nobody can have the item: the work on it is over. */
  drop?(): void;
}

/** Who is told what comes of it. */
export interface QueueAsker {
  /** Takes what was asked for. */
  answer(value: unknown): void;
  /** Takes an error instead. */
  fail(error: unknown): void;
}

/**
 * Begins what is asked.
 *
 * @throws What makes that impossible at once.
 */
export function askQueue(
  question: QueueQuestion,
  { queue, item }: { queue: QueueCore; item: unknown },
  asker: QueueAsker,
): QueueWork {
  const putter: Putter = {
    done: () => asker.answer(undefined),
    fail: (error) => asker.fail(error),
  };
  switch (question) {
    case "get":
      return ofItem(
        queue,
        queue.get({
          give: (item) => asker.answer(item),
          fail: (error) => asker.fail(error),
        }),
      );
    case "getNow":
      asker.answer(queue.getNow());
      return ofItem(queue, () => {});
    case "put":
      return {
        givesItem: false,
        cancel: queue.put(item, putter),
        undo: () => queue.withdraw(item),
      };
    case "putNow":
      queue.putNow(item);
      asker.answer(undefined);
      return { givesItem: false, cancel() {}, undo: () => queue.withdraw(item) };
    case "join":
      return { givesItem: false, cancel: queue.join(putter.done), undo() {} };
  }
}

function ofItem(queue: QueueCore, cancel: () => void): QueueWork {
  return {
    givesItem: true,
    cancel,
    undo: (item) => queue.giveBack(item),
    drop: () => queue.taskDone(),
  };
}

/**
 * Does what another thread says without waiting.
 *
 * @throws {ValueError} If work is said to be done that is not there.
 */
export function tellQueue(remark: QueueRemark, queue: QueueCore, value: unknown): void {
  switch (remark) {
    case "giveBack":
      return queue.giveBack(value);
    case "taskDone":
      return queue.taskDone();
    case "shutdown":
      return queue.shutdown(value === true);
  }
}
