// kinds: generator, async
/** What a run keeps for the engine's sake, which nobody may see. */
import { assertEquals } from "@std/assert";
import { allTasks, createTask, run, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("what run() keeps for the engine is no task of any loop, and takes no task's number", async () => {
  const numbers: number[] = [];
  const counts: number[] = [];
  for (let time = 0; time < 2; time++) {
    await run(function* () {
      const task = createTask(sleep(0));
      numbers.push(Number(task.getName().replace("Task-", "")));
      counts.push(allTasks().size);
      yield* task;
    });
  }
  assertEquals(counts, [2, 2]);
  // One for each run's main task, one for its own, and two that close a run, whatever ran before.
  assertEquals(numbers[1]! - numbers[0]!, 4);
});
