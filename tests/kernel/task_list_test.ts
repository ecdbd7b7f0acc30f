import { assertEquals } from "@std/assert";
import { TaskList } from "../../lib/kernel/task_list.ts";
import { allTasks, newEventLoop, sleep, type Task, VirtualClock } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("a new TaskList has no ends", () => {
  const list = new TaskList();
  assertEquals([list.oldest, list.newest], [null, null]);
});

test("a loop's list keeps its order, in whatever order tasks end", () => {
  const orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 0, 3], [2, 0, 3, 1]];
  for (const order of orders) {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const tasks: Task<void>[] = [];
    for (let index = 0; index < 4; index++) {
      tasks.push(loop.createTask(sleep(order.indexOf(index) + 1)));
    }
    let expected = [0, 1, 2, 3];
    for (const ended of order) {
      const left = () => [...allTasks(loop)].map((task) => tasks.indexOf(task as Task<void>));
      assertEquals(left(), expected);
      loop.runUntilCompleteSync(tasks[ended]!);
      expected = expected.filter((index) => index !== ended);
      assertEquals(left(), expected);
    }
    const late = loop.createTask(sleep(1));
    assertEquals([...allTasks(loop)], [late]);
    loop.runUntilCompleteSync(late);
    loop.close();
  }
});
