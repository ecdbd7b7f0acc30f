// kinds: generator, async
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  type CoroutineObject,
  createTask,
  currentTask,
  gather,
  getRunningLoop,
  newEventLoop,
  ps,
  pstree,
  Queue,
  sleep,
  TaskGroup,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("ps() and pstree() print and return the tasks of the loops that run", async () => {
  await virtually(function* () {
    currentTask()!.setName("main");
    const child = createTask(() => new Queue().get(), { name: "child" });
    const parent = createTask(function* () {
      yield* gather([child]);
    }, { name: "parent" });
    yield* sleep(1);
    let printed = "";
    const file = { write: (piece: string) => printed += piece };
    const table = ps({ file });
    assertEquals(printed, `${table}\n`);
    assertMatch(table, /^1?\d* +0x\w+ +child +.*parent +0x\w+$/m);
    const tree = pstree({ file: null });
    assertMatch(
      tree,
      /\(T\) parent\n[^]*\(T\) child\n[^]*waiting for Queue.get of <Queue maxsize=0/,
    );
    assertMatch(tree, /\(T\) main/);
    parent.cancel();
  });
});

test("ps() shows the tasks of one loop, if it is given one", async () => {
  await virtually(function* () {
    const other = newEventLoop();
    const task = other.createTask(() => sleep(1), { name: "elsewhere" });
    assertEquals(/elsewhere/.test(ps({ file: null })), false);
    assertMatch(ps({ file: null, loop: other }), /elsewhere/);
    assertEquals(/elsewhere/.test(ps({ file: null, loop: getRunningLoop() })), false);
    task.cancel();
    other.close();
    yield* sleep(0);
  });
});

test("pstree() refuses what is no loop", () => {
  assertThrows(() => pstree({ loop: {} as never }), TypeError, "loop must be an EventLoop, got ");
  assertEquals(pstree({ file: null }), "");
});

test("pstree() of thousands that wait for each other in gathers and groups has a few lines for each", async () => {
  await virtually(function* () {
    const queue = new Queue();
    function* branch(depth: number): CoroutineObject<void> {
      if (depth === 0) {
        yield* queue.get();
      } else if (depth % 2 === 0) {
        yield* gather([1, 2, 3].map(() => () => branch(depth - 1)));
      } else {
        yield* TaskGroup.run(function* (group) {
          for (let child = 0; child < 3; child++) group.createTask(() => branch(depth - 1));
        });
      }
    }
    const root = createTask(() => branch(6));
    yield* sleep(1);
    const lines = pstree({ file: null }).split("\n");
    const tasks = lines.filter((line) => line.includes("(T)")).length;
    assertEquals(tasks, (3 ** 7 - 1) / 2 + 1);
    assert(lines.length <= 9 * tasks, `${lines.length} lines`);
    root.cancel();
  });
});
