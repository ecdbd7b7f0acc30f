import { type PythonIds, skipped } from "./python_ids.ts";

const NO_POLICIES = "there are no policies here";

/** CPython's `test_runners.py`. */
export const TEST_RUNNERS: PythonIds = {
  "RunTests.test_asyncio_run_return": [
    "run() gives the result of a coroutine, made or called for",
  ],
  "RunTests.test_asyncio_run_raises": ["run() rejects with the very error"],
  "RunTests.test_asyncio_run_only_coro": ["run() refuses what cannot be awaited"],
  "RunTests.test_asyncio_run_debug": [
    "run() takes its loop from loopFactory, and its debug mode from debug",
  ],
  "RunTests.test_asyncio_run_from_running_loop": [
    "run() inside a running loop is a RuntimeError, and begins nothing",
  ],
  "RunTests.test_asyncio_run_cancels_hanging_tasks": [
    "run() cancels what is left, waits for it, and reports what fails",
  ],
  "RunTests.test_asyncio_run_reports_hanging_tasks_errors": [
    "run() cancels what is left, waits for it, and reports what fails",
  ],
  "RunTests.test_asyncio_run_closes_gens_after_hanging_tasks_errors": skipped(
    "JavaScript does not tell of async generators that are left open",
  ),
  "RunTests.test_asyncio_run_set_event_loop": ["run() does not set a loop, nor unset one"],
  "RunTests.test_asyncio_run_without_uncancel": skipped("every task here has uncancel()"),
  "RunTests.test_asyncio_run_loop_factory": [
    "run() takes its loop from loopFactory, and its debug mode from debug",
  ],
  "RunTests.test_loop_factory_default_event_loop": [
    "run() makes a loop for itself, and closes it",
  ],

  "RunnerTests.test_non_debug": [
    "run() takes its loop from loopFactory, and its debug mode from debug",
  ],
  "RunnerTests.test_debug": [
    "run() takes its loop from loopFactory, and its debug mode from debug",
  ],
  "RunnerTests.test_custom_factory": [
    "run() takes its loop from loopFactory, and its debug mode from debug",
  ],
  "RunnerTests.test_run": ["Runner.run() runs again and again on one loop"],
  "RunnerTests.test_run_non_coro": ["run() refuses what cannot be awaited"],
  "RunnerTests.test_run_future": [
    "Runner.run() of a future of its loop gives the future's result",
  ],
  "RunnerTests.test_explicit_close": [
    "Runner.run() leaves other tasks for the next run, close() ends them",
  ],
  "RunnerTests.test_double_close": [
    "a Runner that is closed refuses to run, and may be closed again",
  ],
  "RunnerTests.test_second_with_block_raises": [
    "a Runner that is closed refuses to run, and may be closed again",
  ],
  "RunnerTests.test_run_keeps_context": [
    "Runner.run() keeps one context over its runs, or takes another",
  ],
  "RunnerTests.test_recursive_run": ["Runner.run() inside a running loop is a RuntimeError"],
  "RunnerTests.test_interrupt_call_soon": [
    "the first Ctrl-C cancels the main task, and run() rejects with KeyboardInterrupt",
  ],
  "RunnerTests.test_interrupt_wait": [
    "the first Ctrl-C cancels the main task, and run() rejects with KeyboardInterrupt",
  ],
  "RunnerTests.test_interrupt_cancelled_task": [
    "a cancellation by others beside Ctrl-C stays a cancellation",
  ],
  "RunnerTests.test_signal_install_not_supported_ok": [
    "run() gives the result of a coroutine, made or called for",
  ],
  "RunnerTests.test_set_event_loop_called_once": skipped(NO_POLICIES),
  "RunnerTests.test_no_repr_is_call_on_the_task_result": [
    "run() gives the result of a coroutine, made or called for",
  ],
};
