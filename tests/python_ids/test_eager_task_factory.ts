import { type Counterpart, type PythonIds, skipped } from "./python_ids.ts";

const LOOP_TESTS: Record<string, Counterpart> = {
  test_eager_task_factory_set: [
    "loop.getTaskFactory() gives the eager factory that was set",
  ],
  test_await_future_during_eager_step: [
    "a future that an eager step settles is settled when createTask() returns",
  ],
  test_eager_completion: [
    "an eager task that never waits is done at once, and no task of the loop",
    "an eager async task that never waits is done a microtask later",
  ],
  test_block_after_eager_step: ["an eager task makes its first step before createTask() returns"],
  test_cancellation_after_eager_completion: ["an eager task that is done ignores cancel()"],
  test_cancellation_after_eager_step_blocks: [
    "an eager task that is cancelled as it waits first tells so by its count and message",
  ],
  test_current_task: [
    "currentTask() in an eager task is the same before and after its waits",
  ],
  test_all_tasks_with_eager_completion: [
    "an eager task that never waits is done at once, and no task of the loop",
  ],
  test_all_tasks_with_blocking: [
    "allTasks() has an eager task in its first step and while it waits",
  ],
  test_context_vars: ["an eager step runs in a copy of its maker's context"],
  test_staggered_race_with_eager_tasks: ["staggeredRace() of eager tasks races as ever"],
  test_staggered_race_with_eager_tasks_no_delay: [
    "staggeredRace() of eager tasks that fail at once starts the next, and no more",
  ],
  test_eager_start_false: ["eagerStart says it for one task, against the factory"],
};

const COUNTING_TESTS: Record<string, Counterpart> = {
  test_awaitables_chain: [
    "coroutines that await coroutines are no tasks (lazy)",
    "coroutines that await coroutines are no tasks (eager)",
  ],
  test_recursive_taskgroups: [
    "groups within groups make a task for each call (lazy)",
    "groups within groups make a task for each call (eager)",
  ],
  test_recursive_gather: [
    "gather() within gather() makes a task for each call (lazy)",
    "gather() within gather() makes a task for each call (eager)",
  ],
};

function inClass(className: string, tests: Record<string, Counterpart>): [string, Counterpart][] {
  return Object.entries(tests).map(([id, counterpart]) => [`${className}.${id}`, counterpart]);
}

/** CPython's `test_eager_task_factory.py`. */
export const TEST_EAGER_TASK_FACTORY: PythonIds = Object.fromEntries([
  ...inClass("EagerTaskFactoryLoopTests", LOOP_TESTS),
  ...inClass("CEagerTaskFactoryLoopTests", {
    test_issue105987: skipped("a crash of CPython's C code, in a function that is not here"),
    test_issue122332: ["Task.getCoro() of an eager task that never waited gives null"],
    test_name: ["an eager step has its own current task, and leaves its maker's as it was"],
  }),
  ...inClass("BaseTaskCountingTests", COUNTING_TESTS),
  ...inClass("DefaultTaskFactoryEagerStart", {
    test_eager_start_true_with_default_factory: [
      "eagerStart says it for one task, against the factory",
    ],
  }),
]);
