import { type Counterpart, type PythonIds, skipped } from "./python_ids.ts";

const NO_REFERRERS = "JavaScript does not tell who refers to an object";

const TESTS: Record<string, Counterpart> = {
  test_taskgroup_01: ["TaskGroup.run() waits for its tasks"],
  test_taskgroup_02: ["TaskGroup.createTask() may come at any time of the body"],
  test_taskgroup_03: ["a task of a group that is cancelled alone does not matter to the others"],
  test_taskgroup_04: ["a task that fails cancels the others, and its error comes in a group"],
  test_cancel_children_on_child_error: [
    "a task that fails cancels the body, and what comes behind the group is not reached",
  ],
  test_cancellation: ["a group that is cancelled from outside cancels its tasks"],
  test_taskgroup_07: [
    "a group whose body is cancelled from outside cancels its tasks, the body first",
  ],
  test_taskgroup_08: ["tasks that fail as they are cancelled come before the cancellation"],
  test_taskgroup_09: ["a body that throws later cancels the tasks"],
  test_taskgroup_10: ["a body that throws at once cancels the tasks"],
  test_taskgroup_11: [
    "an inner group whose tasks fail as they are cancelled hands its group out",
  ],
  test_taskgroup_12: ["an inner group's error cancels the tasks of the outer one"],
  test_taskgroup_13: ["an outer group's error cancels the inner group, which adds nothing"],
  test_taskgroup_14: ["an inner group's error comes out of the outer one, nested"],
  test_taskgroup_15: [
    "a task that fails while the body takes its time to be cancelled is heard",
  ],
  test_taskgroup_16: ["a group in another task hands its errors to the one that awaits it"],
  test_taskgroup_17: [
    "a body alone in its group is cancelled from outside like any other",
  ],
  test_taskgroup_18: ["a body that throws as it is cancelled comes before the cancellation"],
  test_taskgroup_19: ["a body's error stands behind those of the tasks"],
  test_taskgroup_20: ["a body's KeyboardInterrupt passes as it is, once the tasks are done"],
  test_taskgroup_20a: ["whatever is thrown comes in the group, even if it is no Error"],
  _test_taskgroup_21: skipped("CPython does not run it either"),
  test_taskgroup_21a: ["whatever is thrown comes in the group, even if it is no Error"],
  test_taskgroup_22: ["a group that is cancelled before its tasks have begun cancels them"],
  test_taskgroup_23: ["a group forgets the tasks that are done"],
  test_taskgroup_24: [
    "TaskGroup.createTask() may be called by the group's tasks, while it is being left",
  ],
  test_taskgroup_25: ["a group ends tasks that multiply"],
  test_taskgroup_task_name: ["TaskGroup.createTask() gives a task its name"],
  test_taskgroup_task_context: ["TaskGroup.createTask() gives a task its context"],
  test_taskgroup_no_create_task_after_failure: [
    "TaskGroup.createTask() is refused while the group is shutting down",
  ],
  test_taskgroup_context_manager_exit_raises: [
    "an error of a context inside the group stands beside that of a task",
  ],
  test_taskgroup_already_entered: [
    "TaskGroup.enter() of a group that was entered is a RuntimeError",
  ],
  test_taskgroup_double_enter: [
    "TaskGroup.enter() of a group that was left is a RuntimeError",
  ],
  test_taskgroup_finished: ["TaskGroup.createTask() is refused when the group is finished"],
  test_taskgroup_not_entered: [
    "TaskGroup.createTask() is refused before the group is entered",
  ],
  test_taskgroup_without_parent_task: ["TaskGroup.enter() without a task is a RuntimeError"],
  test_coro_closed_when_tg_closed: [
    "TaskGroup.createTask() closes a coroutine that it refuses",
  ],
  test_cancelling_level_preserved: [
    "the cancelling count is as before once a group is left",
  ],
  test_nested_groups_both_cancelled: [
    "two nested groups that are both cancelled keep their requests apart",
  ],
  test_error_and_cancel: ["a cancellation from outside that comes with an error is not lost"],
  test_exception_refcycles_direct: skipped(NO_REFERRERS),
  test_exception_refcycles_errors: skipped(NO_REFERRERS),
  test_exception_refcycles_parent_task: skipped(NO_REFERRERS),
  test_exception_refcycles_parent_task_wr: skipped(NO_REFERRERS),
  test_exception_refcycles_propagate_cancellation_error: skipped(NO_REFERRERS),
  test_exception_refcycles_base_error: skipped(NO_REFERRERS),
  test_name: ["TaskGroup.createTask() gives a task its name"],
  test_cancels_task_if_created_during_creation: [
    "a task that a task makes and that fails cancels the one that made it",
  ],
  test_cancellation_does_not_leak_out_of_tg: [
    "a group's own cancellation does not leak out of it",
  ],
};

/** What is tested with one kind of tasks alone, for the group has nothing to do with the other. */
const IN_ONE_WAY = new Set(["test_coro_closed_when_tg_closed"]);

/** CPython's `test_taskgroups.py`, which is run with lazy and with eager tasks. */
export const TEST_TASKGROUPS: PythonIds = Object.fromEntries(
  Object.entries(TESTS).map(([id, counterpart]) => [
    `BaseTestTaskGroup.${id}`,
    "skipped" in counterpart || IN_ONE_WAY.has(id)
      ? counterpart
      : counterpart.flatMap((title) => [title, `${title} (eager tasks)`]),
  ]),
);
