/** What is written down of tasks and of where they wait. */
import { assertEquals } from "@std/assert";
import { notePlace, Segment, TaskLife } from "../../lib/inspect/segments.ts";
import { newEventLoop, sleep, type Task } from "../../mod.ts";
import { test } from "../_support/harness.ts";

function lifeOf(task: Task<unknown>): TaskLife {
  return new TaskLife(1, task, 0, 0, false);
}

test("TaskLife names what a task runs, as far as it can be told", () => {
  const loop = newEventLoop();
  function* steps() {}
  const tasks = [loop.createTask(sleep(1)), loop.createTask(steps), loop.createTask(steps())];
  assertEquals(tasks.map((task) => lifeOf(task).coroutine), ["sleep", "steps", "generator"]);
  loop.close();
});

test("notePlace() takes the innermost frame of the user's, and what a generator is of", () => {
  const loop = newEventLoop();
  const life = lifeOf(loop.createTask((function* () {})()));
  const segment = new Segment();
  segment.detail = "Future";
  const frame = (name: string, file: string, line: number) => ({
    ...{ name, file, line, column: 1, isCoroutine: true },
  });
  notePlace(segment, life, [
    frame("main", "https://example.org/app.ts", 3),
    frame("work", "https://example.org/parts/work.ts", 14),
    frame("nap", "", 0),
  ]);
  assertEquals(segment.place, "work (work.ts:14)");
  assertEquals([segment.detail, life.coroutine], ["nap", "main"]);
  loop.close();
});

test("notePlace() says nothing of a stack that it cannot read", () => {
  const loop = newEventLoop();
  const life = lifeOf(loop.createTask((function* () {})()));
  const segment = new Segment();
  notePlace(segment, life, []);
  assertEquals([segment.place, life.coroutine], ["", "generator"]);
  loop.close();
});
