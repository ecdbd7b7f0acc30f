import type { PythonIds } from "./python_ids.ts";

const PRINTED = "Timeout.toString() rounds the deadline to milliseconds";
const FOREIGN_ERROR = "another error of the body passes, before the time and at it";
const RESCHEDULED_TOO_EARLY_OR_LATE = "Timeout.reschedule() is refused before and after its time";

/** CPython's `test_timeouts.py`. */
export const TEST_TIMEOUTS: PythonIds = {
  "TimeoutTests.test_timeout_basic": [
    "timeout() cancels its body, and throws TimeoutError from the CancelledError",
  ],
  "TimeoutTests.test_timeout_at_basic": ["timeoutAt() takes a time of the loop's"],
  "TimeoutTests.test_nested_timeouts": [
    "two timeouts of one deadline both expire, and the outer one throws",
  ],
  "TimeoutTests.test_waiter_cancelled": [
    "a timeout's body sees the CancelledError, who awaits the timeout the TimeoutError",
  ],
  "TimeoutTests.test_timeout_not_called": [
    "timeout() gives the body's result when it is in time",
  ],
  "TimeoutTests.test_timeout_disabled": ["timeout(null) is no limit"],
  "TimeoutTests.test_timeout_at_disabled": ["timeoutAt(null) is no limit, and has no deadline"],
  "TimeoutTests.test_timeout_zero": ["timeout(0) cancels at the first wait, even a sleep(0)"],
  "TimeoutTests.test_timeout_zero_sleep_zero": [
    "timeout(0) cancels at the first wait, even a sleep(0)",
  ],
  "TimeoutTests.test_timeout_in_the_past_sleep_zero": [
    "timeoutAt() of the past cancels at the first wait, even a sleep(0)",
  ],
  "TimeoutTests.test_foreign_exception_passed": [FOREIGN_ERROR],
  "TimeoutTests.test_timeout_exception_context": [
    "timeout() cancels its body, and throws TimeoutError from the CancelledError",
  ],
  "TimeoutTests.test_foreign_exception_on_timeout": [FOREIGN_ERROR],
  "TimeoutTests.test_foreign_exception_on_timeout_2": [FOREIGN_ERROR],
  "TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired": [
    "a cancellation by others before the time passes as it is",
  ],
  "TimeoutTests.test_outer_task_is_not_cancelled": [
    "a task in which a timeout expired is not cancelled",
  ],
  "TimeoutTests.test_nested_timeouts_concurrent": [
    "a timeout in a timeout ends by itself where the loop was busy past both",
  ],
  "TimeoutTests.test_nested_timeouts_loop_busy": [
    "an outer timeout is not lost where the loop was busy past it in the inner one",
  ],
  "TimeoutTests.test_reschedule": [
    "Timeout.reschedule() sets another deadline, earlier, later, over, or none",
  ],
  "TimeoutTests.test_repr_active": [PRINTED],
  "TimeoutTests.test_repr_expired": [PRINTED],
  "TimeoutTests.test_repr_finished": [PRINTED],
  "TimeoutTests.test_repr_disabled": [PRINTED],
  "TimeoutTests.test_nested_timeout_in_finally": [
    "a timeout in a finally of another counts on its own",
  ],
  "TimeoutTests.test_timeout_after_cancellation": [
    "a task that was cancelled before may still use timeouts",
  ],
  "TimeoutTests.test_cancel_in_timeout_after_cancellation": [
    "a task that was cancelled before may be cancelled anew in a timeout",
  ],
  "TimeoutTests.test_timeout_already_entered": [
    "Timeout.enter() and exit() count by hand, once",
  ],
  "TimeoutTests.test_timeout_double_enter": ["Timeout.enter() and exit() count by hand, once"],
  "TimeoutTests.test_timeout_finished": [RESCHEDULED_TOO_EARLY_OR_LATE],
  "TimeoutTests.test_timeout_expired": [RESCHEDULED_TOO_EARLY_OR_LATE],
  "TimeoutTests.test_timeout_expiring": [
    "Timeout.reschedule() by a body that swallowed the cancellation is refused: expiring",
  ],
  "TimeoutTests.test_timeout_not_entered": [RESCHEDULED_TOO_EARLY_OR_LATE],
  "TimeoutTests.test_timeout_without_task": ["Timeout.enter() needs a task"],
  "TimeoutTests.test_timeout_taskgroup": [
    "a group in a timeout hands out its tasks' errors, in place of the TimeoutError",
  ],
};
