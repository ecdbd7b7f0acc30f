import { type PythonIds, skipped } from "./python_ids.ts";

const NO_DUCKS = "the loop reaches into a future's private fields: it must be one";
const NO_STOP_ITERATION = "JavaScript's iterators end by no exception";
const OF_C = "a crash of CPython's C code";
const NO_PRIVATE = "a private attribute or function of CPython's";
const BY_IDENTITY = "JavaScript compares functions by identity, and runs no code of theirs for it";

/** CPython's `test_futures.py`. */
export const TEST_FUTURES: PythonIds = {
  "DuckTests.test_wrap_future": skipped(NO_DUCKS),
  "DuckTests.test_ensure_future": skipped(NO_DUCKS),

  "BaseFutureTests.test_generic_alias": skipped("types do not exist when a program runs"),
  "BaseFutureTests.test_isfuture": ["isFuture() knows futures and tasks, and nothing else"],
  "BaseFutureTests.test_initial_state": ["new Future() is pending"],
  "BaseFutureTests.test_constructor_without_loop": [
    "new Future() without any loop is a RuntimeError",
  ],
  "BaseFutureTests.test_constructor_use_running_loop": [
    "new Future() belongs to the loop given, else to the running one",
  ],
  "BaseFutureTests.test_constructor_use_global_loop": [
    "new Future() belongs to the loop that was set where none runs",
  ],
  "BaseFutureTests.test_constructor_positional": ["new Future() refuses a loop that is none"],
  "BaseFutureTests.test_uninitialized": skipped("a constructor cannot be left out"),
  "BaseFutureTests.test_future_cancel_message_getter": [
    "Future.cancel() gives its message to every CancelledError",
  ],
  "BaseFutureTests.test_future_cancel_message_setter": skipped(NO_PRIVATE),
  "BaseFutureTests.test_cancel": [
    "Future.cancel() ends it and tells so once",
    "Future.setResult() of a future that is done is an InvalidStateError",
    "Future.setException() of a future that is done is an InvalidStateError",
  ],
  "BaseFutureTests.test_result": [
    "Future.setResult() finishes it with the result",
    "Future.result() of a pending future is an InvalidStateError",
    "Future.cancel() is too late for a future that is done",
  ],
  "BaseFutureTests.test_exception": [
    "Future.setException() finishes it with the error",
    "Future.exception() of a pending future is an InvalidStateError",
  ],
  "BaseFutureTests.test_stop_iteration_exception": skipped(NO_STOP_ITERATION),
  "BaseFutureTests.test_stop_iteration_subclass_exception": skipped(NO_STOP_ITERATION),
  "BaseFutureTests.test_exception_class": ["Future.setException() makes the error of a class"],
  "BaseFutureTests.test_yield_from_twice": [
    "awaiting a pending future suspends until it is done",
    "awaiting a future that is done does not let others run",
  ],
  "BaseFutureTests.test_future_repr": [
    "Future.toString() tells the state",
    "Future.toString() names the first and the last of many callbacks",
  ],
  "BaseFutureTests.test_copy_state": [
    "wrapFuture() goes from pending to finished in the loop's own time",
    "wrapFuture() brings an error",
    "wrapFuture() brings a cancellation of the work",
  ],
  "BaseFutureTests.test_iter": [
    "a pending future that is iterated over says that it was not awaited",
  ],
  "BaseFutureTests.test_log_traceback": skipped(NO_PRIVATE),
  "BaseFutureTests.test_tb_logger_abandoned": [
    "a future that has a result or was cancelled is not reported",
  ],
  "BaseFutureTests.test_tb_logger_not_called_after_cancel": [
    "a future that has a result or was cancelled is not reported",
  ],
  "BaseFutureTests.test_tb_logger_result_unretrieved": [
    "a future that has a result or was cancelled is not reported",
  ],
  "BaseFutureTests.test_tb_logger_result_retrieved": [
    "a future that has a result or was cancelled is not reported",
  ],
  "BaseFutureTests.test_tb_logger_exception_unretrieved": [
    "a failed future that is collected unseen is reported, with its error",
  ],
  "BaseFutureTests.test_tb_logger_exception_retrieved": [
    "a failed future is not reported once its error was seen, in whatever way",
  ],
  "BaseFutureTests.test_tb_logger_exception_result_retrieved": [
    "a failed future is not reported once its error was seen, in whatever way",
  ],
  "BaseFutureTests.test_wrap_future": [
    "wrapFuture() goes from pending to finished in the loop's own time",
  ],
  "BaseFutureTests.test_wrap_future_future": [
    "wrapFuture() gives a loop's future back as it is",
  ],
  "BaseFutureTests.test_wrap_future_without_loop": [
    "wrapFuture() takes the loop that was set where none runs",
  ],
  "BaseFutureTests.test_wrap_future_use_running_loop": [
    "wrapFuture() goes from pending to finished in the loop's own time",
  ],
  "BaseFutureTests.test_wrap_future_use_global_loop": [
    "wrapFuture() takes the loop that was set where none runs",
  ],
  "BaseFutureTests.test_wrap_future_cancel": ["wrapFuture() takes a cancellation to the work"],
  "BaseFutureTests.test_wrap_future_cancel2": [
    "wrapFuture() drops what comes for a future that was cancelled meanwhile",
  ],
  "BaseFutureTests.test_future_source_traceback": [
    "in debug mode it is kept where futures, tasks and handles were made",
  ],
  "BaseFutureTests.test_future_exception_never_retrieved": [
    "a failed future that is collected unseen is reported, with its error",
  ],
  "BaseFutureTests.test_future_exception_never_retrieved_debug": [
    "in debug mode the exception handler is told where what failed was made",
  ],
  "BaseFutureTests.test_set_result_unless_cancelled": skipped(NO_PRIVATE),
  "BaseFutureTests.test_future_stop_iteration_args": [
    "yield* gives a result as it is, even when it can be awaited itself",
  ],
  "BaseFutureTests.test_future_iter_throw": skipped(OF_C),
  "BaseFutureTests.test_future_del_collect": skipped(OF_C),
  "CFutureTests.test_future_del_segfault": skipped(OF_C),
  "CFutureTests.test_future_iter_get_referents_segfault": skipped(OF_C),

  "BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback": [
    "Future.removeDoneCallback() takes any of three off, and keeps the others' order",
  ],
  "BaseFutureDoneCallbackTests.test_callbacks_remove_first_and_second_callback": [
    "Future.removeDoneCallback() takes any of three off, and keeps the others' order",
  ],
  "BaseFutureDoneCallbackTests.test_callbacks_remove_third_callback": [
    "Future.removeDoneCallback() takes any of three off, and keeps the others' order",
  ],
  "BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result": [
    "Future.addDoneCallback() calls from the loop, in the order added",
  ],
  "BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception": [
    "Future.addDoneCallback() calls for an error as for a result",
  ],
  "BaseFutureDoneCallbackTests.test_remove_done_callback": [
    "Future.removeDoneCallback() tells how often it took the function off",
  ],
  "BaseFutureDoneCallbackTests.test_remove_done_callbacks_list_mutation": skipped(BY_IDENTITY),
  "BaseFutureDoneCallbackTests.test_remove_done_callbacks_list_clear": skipped(BY_IDENTITY),
  "BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1": [
    "a done callback that takes another off comes too late",
  ],
  "BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_2": skipped(OF_C),

  "BaseFutureInheritanceTests.test_inherit_without_calling_super_init": skipped(
    "a constructor cannot be left out",
  ),
};
