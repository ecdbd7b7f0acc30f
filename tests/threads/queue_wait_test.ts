// kinds: generator, async
import { assertEquals } from "@std/assert";
import { createTask, gather, QueueShutDown, sleep, ThreadQueue, waitFor } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test(
  "queueWait() loses no item to a task that is cancelled, at whichever moment",
  () =>
    virtually(function* () {
      for (const moment of ["before", "with", "after"]) {
        const queue = new ThreadQueue<string>();
        const task = createTask(() => queue.get());
        yield* sleep(0);
        if (moment === "before") task.cancel();
        queue.putSync("item", 0);
        if (moment === "with") task.cancel();
        yield* sleep(0.001);
        if (moment === "after") task.cancel();
        yield* sleep(0.001);
        assertEquals(
          [moment, queue.qsize(), task.cancelled()],
          [moment, moment === "after" ? 0 : 1, moment !== "after"],
        );
      }
    }),
);

test(
  "queueWait() puts nothing in for a task that is cancelled, unless somebody has got it",
  () =>
    virtually(function* () {
      const queue = new ThreadQueue<string>(1);
      queue.putSync("first", 0);
      const waiting = createTask(() => queue.put("second"));
      const admitted = createTask(() => queue.put("third"));
      yield* sleep(0);
      waiting.cancel();
      yield* sleep(0);
      // It is in from here on, but the task has not gone on.
      assertEquals(queue.getSync(0), "first");
      assertEquals(queue.qsize(), 1);
      admitted.cancel();
      yield* sleep(0.001);
      assertEquals([queue.qsize(), admitted.cancelled()], [0, true]);
    }),
);

test(
  "queueWait() is a coroutine for all that takes one, and can be awaited once",
  () =>
    virtually(function* () {
      const queue = new ThreadQueue<number>(1);
      const [, items] = yield* gather([
        gather([queue.put(1), queue.put(2)]),
        gather([queue.get(), createTask(queue.get())]),
      ]);
      // The task is older than what gather makes of the other.
      assertEquals(items, [2, 1]);
      const late = waitFor(queue.get(), 1);
      let name = "";
      try {
        yield* late;
      } catch (error) {
        name = (error as Error).name;
      }
      const unused = queue.get();
      assertEquals([name, String(unused)], ["TimeoutError", "<coroutine object ThreadQueue.get>"]);
      unused.close();
      let message = "";
      try {
        yield* unused;
      } catch (error) {
        message = (error as Error).message;
      }
      assertEquals(message, "cannot reuse already awaited coroutine");
    }),
);

test(
  "queueWait() wakes by its error who waits for a queue that is shut down",
  () =>
    virtually(function* () {
      const queue = new ThreadQueue<number>();
      const task = createTask(() => queue.get());
      yield* sleep(0);
      queue.shutdown();
      let error: unknown;
      try {
        yield* task;
      } catch (caught) {
        error = caught;
      }
      assertEquals(error instanceof QueueShutDown, true);
    }),
);
