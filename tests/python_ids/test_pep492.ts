import { type PythonIds, skipped } from "./python_ids.ts";

/** CPython's `test_pep492.py`. */
export const TEST_PEP492: PythonIds = {
  "LockTests.test_context_manager_async_with": ["asyncWith() holds a lock while its body runs"],
  "LockTests.test_context_manager_with_await": ["a lock itself cannot be awaited"],
  "StreamReaderTests.test_readline": skipped("comes with streams"),
  "CoroutineTests.test_iscoroutine": [
    "isCoroutine() knows generator objects and the module's lazy objects alone",
  ],
  "CoroutineTests.test_iscoroutine_generator": [
    "isCoroutine() knows generator objects and the module's lazy objects alone",
  ],
  "CoroutineTests.test_iscoroutinefunction": [
    "isCoroutineFunction() knows generator functions, async ones, and coroutine()'s",
  ],
  "CoroutineTests.test_async_def_coroutines": [
    "EventLoop.runUntilComplete() gives the result of a coroutine, a function, a future",
  ],
  "CoroutineTests.test_debug_mode_manages_coroutine_origin_tracking": [
    "a coroutine that was never awaited is told of when its loop is closed, in Python's words",
  ],
  "CoroutineTests.test_types_coroutine": [
    "coroutine() makes functions whose results are lazy and awaited both ways",
  ],
  "CoroutineTests.test_task_print_stack": ["Task.printStack() prints it as Python does"],
  "CoroutineTests.test_double_await": ["a lazy object is awaited once, by whatever"],
};
