import { type Counterpart, type PythonIds, skipped } from "./python_ids.ts";

const TRANSPORTS = "comes with transports, in Deno";
const PARTS = "checks CPython's parts; what they do is tested by what the loop does";

function allSkipped(className: string, reason: string, ids: string): [string, Counterpart][] {
  return ids.trim().split(/\s+/).map((id) => [`${className}.${id}`, skipped(reason)]);
}

/** CPython's `test_base_events.py`: what is of the loop itself. */
export const TEST_BASE_EVENTS: PythonIds = {
  "BaseEventLoopTests.test_not_implemented": skipped("there is no abstract loop here"),
  "BaseEventLoopTests.test_close": [
    "EventLoop.close() closes once, and twice does nothing",
    "a closed loop refuses to run and to be given work",
  ],
  "BaseEventLoopTests.test__add_callback_handle": skipped(PARTS),
  "BaseEventLoopTests.test__add_callback_cancelled_handle": skipped(PARTS),
  "BaseEventLoopTests.test_set_default_executor": [
    "EventLoop.setDefaultExecutor() sets who runs the jobs of runInExecutor(null, …)",
  ],
  "BaseEventLoopTests.test_set_default_executor_error": [
    "EventLoop.setDefaultExecutor() refuses what is no executor",
  ],
  "BaseEventLoopTests.test_shutdown_default_executor_timeout": [
    "EventLoop.shutdownDefaultExecutor() with a timeout gives up, and says so",
  ],
  "BaseEventLoopTests.test_call_soon": [
    "EventLoop.callSoon() hands its arguments to the callback",
    "callSoon() gives a Handle, callLater() a TimerHandle, which is one",
  ],
  "BaseEventLoopTests.test_call_soon_non_callable": [
    "callSoon(), callLater(), callAt() and callSoonThreadsafe() refuse what they cannot call",
  ],
  "BaseEventLoopTests.test_call_later": [
    "EventLoop.callLater() and callAt() call at their times, which handles tell",
    "callLater() refuses a delay that is no duration",
  ],
  "BaseEventLoopTests.test_call_later_negative_delays": [
    "EventLoop.callLater() of negative delays calls soon, the earliest first",
  ],
  "BaseEventLoopTests.test_time_and_call_at": [
    "EventLoop.callAt() calls at its time and no earlier",
    "callAt() refuses a time that is no number",
  ],
  "BaseEventLoopTests.test_check_thread": skipped("no loop is seen from two threads"),
  "BaseEventLoopTests.test__run_once": [
    "TimerQueue.purge() drops cancelled timers at the top alone, as long as they are few",
  ],
  "BaseEventLoopTests.test_set_debug": [
    "EventLoop.setDebug() is told by getDebug() and the printed form",
  ],
  "BaseEventLoopTests.test__run_once_schedule_handle": [
    "a timer set in a callback, even for now, runs in the next iteration at the soonest",
    "callbacks run in the order given; those they give, in the next iteration",
  ],
  "BaseEventLoopTests.test__run_once_cancelled_event_cleanup": [
    "TimerQueue.purge() drops cancelled timers at the top alone, as long as they are few",
    "TimerQueue.purge() rebuilds when more than half of more than 100 are cancelled",
  ],
  "BaseEventLoopTests.test_run_until_complete_type_error": [
    "EventLoop.runUntilComplete() rejects what cannot be awaited",
  ],
  "BaseEventLoopTests.test_run_until_complete_loop": [
    "EventLoop.runUntilComplete() rejects another loop's future",
  ],
  "BaseEventLoopTests.test_run_until_complete_loop_orphan_future_close_loop": [
    "SystemExit of a callback ends the run, and what is ready waits for the next",
  ],
  "BaseEventLoopTests.test_subprocess_exec_invalid_args": skipped("comes with subprocesses"),
  "BaseEventLoopTests.test_subprocess_shell_invalid_args": skipped("comes with subprocesses"),
  "BaseEventLoopTests.test_default_exc_handler_callback": [
    "an error in a callback is told to the exception handler, and the loop goes on",
    "EventLoop.defaultExceptionHandler() writes message, details and error to the console",
  ],
  "BaseEventLoopTests.test_default_exc_handler_coro": [
    "a failed task that is collected unseen is reported",
  ],
  "BaseEventLoopTests.test_set_exc_handler_invalid": [
    "EventLoop.setExceptionHandler() refuses what is no function",
  ],
  "BaseEventLoopTests.test_set_exc_handler_custom": [
    "EventLoop.setExceptionHandler() is called with the loop and the context",
  ],
  "BaseEventLoopTests.test_set_exc_handler_broken": [
    "an exception handler that throws is itself reported to the console",
  ],
  "BaseEventLoopTests.test_default_exc_handler_broken": [
    "an exception handler that throws does not stop the loop",
  ],
  "BaseEventLoopTests.test_set_task_factory_invalid": [
    "EventLoop.setTaskFactory() refuses what is no function",
  ],
  "BaseEventLoopTests.test_set_task_factory": [
    "EventLoop.setTaskFactory() makes the tasks of createTask()",
    "EventLoop.setTaskFactory(null) goes back to plain tasks",
  ],
  "BaseEventLoopTests.test_env_var_debug": ["ASYNCIO_DEBUG puts new loops into debug mode"],
  "BaseEventLoopTests.test_create_task": [
    "EventLoop.createTask() of a subclass makes the tasks of ensureFuture()",
  ],
  "BaseEventLoopTests.test_create_task_error_closes_coro": [
    "ensureFuture() on a closed loop refuses, and begins nothing",
    "ensureFuture() closes the coroutine that its loop makes no task of by a RuntimeError, and so do those that call it",
  ],
  "BaseEventLoopTests.test_create_named_task_with_default_factory": [
    "createTask() makes a task on the running loop, with its name",
  ],
  "BaseEventLoopTests.test_create_named_task_with_custom_factory": [
    "EventLoop.createTask() hands the name on to the task factory",
  ],
  "BaseEventLoopTests.test_run_forever_keyboard_interrupt": [
    "KeyboardInterrupt of the main task ends the run with it",
  ],
  "BaseEventLoopTests.test_run_until_complete_baseexception": [
    "as on CPython: a run that main ended by SystemExit leaves no stop() behind that would end the next run",
  ],
  "BaseEventLoopTests.test_single_selecter_event_callback_after_stopping": [
    "stop() by a callback that is ready lets what is ready run, once",
  ],
  "BaseEventLoopTests.test_run_once": ["EventLoop.stop() lets the iteration end, and nothing more"],
  "BaseEventLoopTests.test_run_forever_pre_stopped": [
    "EventLoop.stop() before a run lets it have one iteration, however often it is called",
  ],
  "BaseEventLoopTests.test_custom_run_forever_integration": skipped(
    "a run is driven by the host, not by a method that could be written anew",
  ),
  "BaseEventLoopTests.test_asyncgen_finalization_by_gc": skipped(
    "JavaScript does not tell of async generators that are left open",
  ),
  "BaseEventLoopTests.test_asyncgen_finalization_by_gc_in_other_thread": skipped(
    "JavaScript does not tell of async generators that are left open",
  ),
  "BaseEventLoopWithSelectorTests.test_call_coroutine": [
    "callSoon(), callLater(), callAt() and callSoonThreadsafe() refuse what they cannot call",
  ],
  "BaseEventLoopWithSelectorTests.test_log_slow_callbacks": [
    "in debug mode a slow callback is reported: what, where it was made, how long it took",
    "in debug mode a slow step is reported",
  ],
  "RunningLoopTests.test_running_loop_within_a_loop": [
    "a run of another loop in a running one is a RuntimeError",
  ],

  ...Object.fromEntries([
    ...allSkipped(
      "BaseEventTests",
      TRANSPORTS,
      "test_ipaddr_info test_port_parameter_types test_ipaddr_info_no_inet_pton",
    ),
    ...allSkipped(
      "BaseEventLoopWithSelectorTests",
      TRANSPORTS,
      `
      test_getnameinfo test_create_connection_multiple_errors test_create_connection_timeout
      test_create_connection_host_port_sock test_create_connection_wrong_sock
      test_create_server_wrong_sock test_create_server_ssl_timeout_for_plain_socket
      test_create_server_stream_bittype test_create_server_ipv6
      test_create_datagram_endpoint_wrong_sock test_create_connection_no_host_port_sock
      test_create_connection_no_getaddrinfo test_create_connection_connect_err
      test_create_connection_multiple test_create_connection_multiple_errors_local_addr
      test_create_connection_ipv6_scope test_create_connection_ip_addr
      test_create_connection_no_inet_pton test_create_connection_service_name
      test_create_connection_no_local_addr test_create_connection_bluetooth
      test_create_connection_ssl_server_hostname_default
      test_create_connection_no_ssl_server_hostname_errors
      test_create_connection_ssl_server_hostname_errors
      test_create_connection_ssl_timeout_for_plain_socket test_create_server_empty_host
      test_create_server_host_port_sock test_create_server_no_host_port_sock
      test_create_server_no_getaddrinfo test_create_server_nosoreuseport
      test_create_server_soreuseport_only_defined test_create_server_cant_bind
      test_create_datagram_endpoint_no_addrinfo test_create_datagram_endpoint_addr_error
      test_create_datagram_endpoint_connect_err test_create_datagram_endpoint_allow_broadcast
      test_create_datagram_endpoint_socket_err test_create_datagram_endpoint_no_matching_family
      test_create_datagram_endpoint_setblk_err test_create_datagram_endpoint_noaddr_nofamily
      test_create_datagram_endpoint_cant_bind test_create_datagram_endpoint_sock
      test_create_datagram_endpoint_sock_unix test_create_datagram_endpoint_existing_sock_unix
      test_create_datagram_endpoint_sock_sockopts test_create_datagram_endpoint_sockopts
      test_create_datagram_endpoint_nosoreuseport test_create_datagram_endpoint_ip_addr
      test_accept_connection_retry test_accept_connection_exception
      `,
    ),
    ...allSkipped(
      "BaseLoopSockSendfileTests",
      "JavaScript knows no file descriptors",
      `
      test__sock_sendfile_native_failure test_sock_sendfile_no_fallback
      test_sock_sendfile_fallback test_sock_sendfile_fallback_offset_and_count
      test_blocking_socket test_nonbinary_file test_nonstream_socket test_notint_count
      test_negative_count test_notint_offset test_negative_offset
      `,
    ),
    ...allSkipped("TestSelectorUtils", TRANSPORTS, "test_set_nodelay"),
  ]),
};
