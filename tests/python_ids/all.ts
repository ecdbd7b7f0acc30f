/**
 * All lists, by the names of CPython's files.
 *
 * @module
 */
import type { PythonIds } from "./python_ids.ts";
import { TEST_BASE_EVENTS } from "./test_base_events.ts";
import { TEST_CONTEXT } from "./test_context.ts";
import { TEST_EAGER_TASK_FACTORY } from "./test_eager_task_factory.ts";
import { TEST_FUTURES } from "./test_futures.ts";
import { TEST_LOCKS } from "./test_locks.ts";
import { TEST_PEP492 } from "./test_pep492.ts";
import { TEST_QUEUES } from "./test_queues.ts";
import { TEST_RUNNERS } from "./test_runners.ts";
import { TEST_STAGGERED } from "./test_staggered.ts";
import { TEST_TASKGROUPS } from "./test_taskgroups.ts";
import { TEST_TASKS } from "./test_tasks.ts";
import { TEST_TIMEOUTS } from "./test_timeouts.ts";
import { TEST_WAITFOR } from "./test_waitfor.ts";

/** What stands for each test of the files that were gone through. */
export const PYTHON_TESTS: Readonly<Record<string, PythonIds>> = {
  "test_base_events.py": TEST_BASE_EVENTS,
  "test_context.py": TEST_CONTEXT,
  "test_eager_task_factory.py": TEST_EAGER_TASK_FACTORY,
  "test_futures.py": TEST_FUTURES,
  "test_locks.py": TEST_LOCKS,
  "test_pep492.py": TEST_PEP492,
  "test_queues.py": TEST_QUEUES,
  "test_runners.py": TEST_RUNNERS,
  "test_staggered.py": TEST_STAGGERED,
  "test_taskgroups.py": TEST_TASKGROUPS,
  "test_tasks.py": TEST_TASKS,
  "test_timeouts.py": TEST_TIMEOUTS,
  "test_waitfor.py": TEST_WAITFOR,
};
