/**
 * A program that has some of everything, traced on the page itself.
 *
 * @module
 */
import {
  CancelledError,
  type CoroutineObject,
  createTask,
  gather,
  getRunningLoop,
  Queue,
  run,
  sleep,
  TaskGroup,
  timeout,
  TimeoutError,
  toThread,
  trace,
} from "@asyncio/asyncio";

/** Runs the program. */
export function recordExample(): Promise<string> {
  return run(function* main() {
    using recording = trace(getRunningLoop(), { stacks: true });
    const queue = new Queue<number>(2);
    yield* TaskGroup.run(function* (group) {
      const consumers = ["a", "b"].map((name) =>
        group.createTask(consume(queue), { name: `consumer ${name}` })
      );
      const producer = group.createTask(produce(queue, 12), { name: "producer" });
      group.createTask(giveUp(), { name: "impatient" });
      group.createTask(count(), { name: "counter" });
      yield* producer;
      yield* sleep(0.01);
      for (const consumer of consumers) consumer.cancel();
    });
    return recording.toPerfetto();
  });
}

function* produce(queue: Queue<number>, items: number): CoroutineObject<void> {
  for (let item = 0; item < items; item++) {
    yield* sleep(0.005);
    yield* queue.put(item);
  }
}

function* consume(queue: Queue<number>): CoroutineObject<void> {
  for (;;) {
    const item = yield* queue.get();
    yield* sleep(0.01 + item / 1000);
  }
}

function* giveUp(): CoroutineObject<void> {
  try {
    yield* timeout(0.06, () => gather([sleep(1), sleep(2)]));
  } catch (error) {
    if (!(error instanceof TimeoutError || error instanceof CancelledError)) throw error;
  }
}

function* count(): CoroutineObject<void> {
  const jobs = [200_000, 400_000].map((limit) =>
    createTask(
      toThread(function sum(limit: number) {
        let total = 0;
        for (let n = 0; n < limit; n++) total += n % 7;
        return total;
      }, limit),
      { name: `sum of ${limit}` },
    )
  );
  for (const job of jobs) yield* job;
}
