/**
 * All lists, by the names of CPython's files.
 *
 * @module
 */
import type { PythonIds } from "./python_ids.ts";
import { TEST_EAGER_TASK_FACTORY } from "./test_eager_task_factory.ts";
import { TEST_LOCKS } from "./test_locks.ts";
import { TEST_QUEUES } from "./test_queues.ts";
import { TEST_STAGGERED } from "./test_staggered.ts";
import { TEST_TASKGROUPS } from "./test_taskgroups.ts";

/** What stands for each test of the files that were gone through. */
export const PYTHON_TESTS: Readonly<Record<string, PythonIds>> = {
  "test_eager_task_factory.py": TEST_EAGER_TASK_FACTORY,
  "test_locks.py": TEST_LOCKS,
  "test_queues.py": TEST_QUEUES,
  "test_staggered.py": TEST_STAGGERED,
  "test_taskgroups.py": TEST_TASKGROUPS,
};
