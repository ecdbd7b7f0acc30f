import type { PythonIds } from "./python_ids.ts";

/** CPython's `test_context.py`, whose contexts are those of decimal numbers. */
export const TEST_CONTEXT: PythonIds = {
  "DecimalContextTest.test_asyncio_task_decimal_context": [
    "tasks set the same variable, each for itself",
  ],
};
