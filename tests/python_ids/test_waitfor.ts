import type { PythonIds } from "./python_ids.ts";

/** CPython's `test_waitfor.py`. */
export const TEST_WAITFOR: PythonIds = {
  "AsyncioWaitForTest.test_asyncio_wait_for_cancelled": [
    "a task that is cancelled in waitFor() cancels what it waits for",
  ],
  "AsyncioWaitForTest.test_asyncio_wait_for_timeout": [
    "waitFor() cancels what is late, and throws TimeoutError from its CancelledError",
  ],
  "AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done": [
    "waitFor() with 0 gives what is done already",
    "waitFor() with -1 gives what is done already",
  ],
  "AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started": [
    "waitFor() with 0 does not begin a coroutine",
    "waitFor() with -1 does not begin a coroutine",
  ],
  "AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0": [
    "waitFor() with 0 cancels a task, and waits for its end",
    "waitFor() with -1 cancels a task, and waits for its end",
  ],
  "AsyncioWaitForTest.test_wait_for": [
    "waitFor() gives the result of what is in time",
    "waitFor() with null waits for ever",
  ],
  "AsyncioWaitForTest.test_wait_for_blocking": ["waitFor() with null waits for ever"],
  "AsyncioWaitForTest.test_wait_for_race_condition": [
    "the time that is up in the iteration of the result wins, as the later of two timers",
  ],
  "AsyncioWaitForTest.test_wait_for_cancellation_race_condition": [
    "a cancellation that comes with the result is not lost",
  ],
  "AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation": [
    "waitFor() waits until what it cancelled has ended",
  ],
  "AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation_w_timeout_0": [
    "waitFor() with 0 cancels a task, and waits for its end",
  ],
  "AsyncioWaitForTest.test_wait_for_reraises_exception_during_cancellation": [
    "waitFor() hands on an error that answers the cancellation",
  ],
  "AsyncioWaitForTest.test_cancel_blocking_wait_for": [
    "a task that is cancelled in waitFor() cancels what it waits for",
  ],
  "AsyncioWaitForTest.test_cancel_wait_for": [
    "a task that is cancelled in waitFor() cancels what it waits for",
  ],
  "AsyncioWaitForTest.test_wait_for_cancel_suppressed": [
    "waitFor() gives the result of what refused to be cancelled",
  ],
  "AsyncioWaitForTest.test_wait_for_issue86296": [
    "a cancellation that comes with the result is not lost",
  ],
  "WaitForShieldTests.test_zero_timeout": ["shield() keeps the time's cancellation off"],
  "WaitForShieldTests.test_none_timeout": ["waitFor() with null waits for ever"],
  "WaitForShieldTests.test_shielded_timeout": ["shield() keeps the time's cancellation off"],
};
