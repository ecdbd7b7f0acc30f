// kinds: generator, async
import { assertEquals } from "@std/assert";
import {
  createTask,
  currentTask,
  ExceptionGroup,
  gather,
  getRunningLoop,
  sleep,
  Task,
  TaskGroup,
  ValueError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Counts the iterations of the loop. */
function chat(log: string[]): Task<void> {
  return createTask(function* () {
    for (let iteration = 0; iteration < 4; iteration++) {
      log.push(`iteration ${iteration}`);
      yield* sleep(0);
    }
  });
}

/** Has a callback called in the next iteration, and ends. */
function child(log: string[], name: string) {
  return function* () {
    log.push(`child ${name}`);
    getRunningLoop().callSoon(() => log.push(`soon ${name}`));
    return name;
  };
}

function noteEnd(log: string[], task: Task<string>): Task<string> {
  task.addDoneCallback((done) => log.push(`done ${done.result()}`));
  return task;
}

const ENDED_TOGETHER = [
  ...["iteration 0", "child a", "child b", "child c"],
  ...["iteration 1", "soon a", "done a", "soon b", "done b", "soon c", "done c"],
  ...["iteration 2", "over", "iteration 3"],
];

test("who gathers goes on an iteration after the callbacks of the last child", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const other = chat(log);
    const results = yield* gather(
      ["a", "b", "c"].map((name) => noteEnd(log, createTask(child(log, name)))),
    );
    log.push("over");
    assertEquals(results, ["a", "b", "c"]);
    yield* other;
  });
  assertEquals(log, ENDED_TOGETHER);
});

test("a group is left an iteration after the callbacks of its last task", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const other = chat(log);
    yield* TaskGroup.run(function* (group) {
      for (const name of ["a", "b", "c"]) noteEnd(log, group.createTask(child(log, name)));
    });
    log.push("over");
    yield* other;
  });
  assertEquals(log, ENDED_TOGETHER);
});

test("a group is left after tasks that are made while the end of its last one is on the way", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const other = yield* TaskGroup.run(function* (group) {
      noteEnd(log, group.createTask(child(log, "first")));
      createTask(function* () {
        for (const name of ["one", "two"]) noteEnd(log, group.createTask(child(log, name)));
      });
      return [chat(log)];
    });
    log.push("left");
    yield* other[0]!;
  });
  assertEquals(log, [
    ...["child first", "iteration 0", "soon first", "done first", "child one", "child two"],
    ...["iteration 1", "soon one", "done one", "soon two", "done two"],
    ...["iteration 2", "left", "iteration 3"],
  ]);
});

test("a group is left after an eager task that ends while the end of its last one is on the way", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const loop = getRunningLoop();
    yield* TaskGroup.run(function* (group) {
      group.createTask(child(log, "first"));
      createTask(function* () {
        loop.callSoon(() => loop.callSoon(() => log.push("called")));
        noteEnd(log, group.createTask(child(log, "eager"), { eagerStart: true }));
      });
    });
    log.push("left");
  });
  assertEquals(log, [
    ...["child first", "child eager", "soon first", "soon eager", "done eager", "called", "left"],
  ]);
});

/** A task whose class counts a negative result as a failure. */
class Suspicious<T> extends Task<T> {
  /** The tasks that were running when one was asked. */
  static readonly askers: (Task<unknown> | null)[] = [];

  override exception(): unknown {
    Suspicious.askers.push(currentTask());
    const error = super.exception();
    return error === null && Number(super.result()) < 0 ? new ValueError("negative") : error;
  }
}

function give(result: number) {
  return function* () {
    return result;
  };
}

test("a group asks each task as it ends, in a way of its class's own, and not the last alone", async () => {
  const log: string[] = [];
  await virtually(function* () {
    getRunningLoop().setTaskFactory((loop, coro, options) =>
      new Suspicious(coro, { ...options, loop })
    );
    // Its steps come right before what is asked.
    chat([]);
    try {
      yield* TaskGroup.run(function* (group) {
        group.createTask(give(1));
        group.createTask(give(-1));
        group.createTask(function* () {
          try {
            yield* sleep(10);
          } finally {
            log.push("cancelled");
          }
        });
      });
    } catch (error) {
      if (error instanceof ExceptionGroup) log.push(...error.errors.map(String));
    }
  });
  assertEquals(log, ["cancelled", "ValueError: negative"]);
  assertEquals(Suspicious.askers, [null, null]);
});
