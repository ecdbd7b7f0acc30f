import type { PythonIds } from "./python_ids.ts";

/** CPython's `test_staggered.py`. */
export const TEST_STAGGERED: PythonIds = {
  "StaggeredTests.test_empty": ["staggeredRace() of nothing has no winner"],
  "StaggeredTests.test_one_successful": [
    "staggeredRace() gives the first that succeeds, and starts no other behind it",
  ],
  "StaggeredTests.test_first_error_second_successful": [
    "staggeredRace() starts the next as soon as one fails",
  ],
  "StaggeredTests.test_first_timeout_second_successful": [
    "staggeredRace() starts the next when the delay is over, and cancels the loser",
  ],
  "StaggeredTests.test_none_successful": ["staggeredRace() has no winner where all fail"],
  "StaggeredTests.test_multiple_winners": [
    "staggeredRace() has one winner where two succeed at once",
  ],
  "StaggeredTests.test_cancelled": [
    "staggeredRace() that is cancelled twice cancels a racer twice",
  ],
};
