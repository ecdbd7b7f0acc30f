/**
 * Python's asyncio for TypeScript: tasks that can be cancelled, named, listed, shielded and timed out, in
 * Deno and in browsers.
 *
 * Names are asyncio's, in camelCase; times are in seconds.
 *
 * @example
 * ```ts
 * import { gather, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * function* greet(name: string, delay: number) {
 *   yield* sleep(delay);
 *   return `hello, ${name}`;
 * }
 * const greetings = await run(() => gather([greet("ann", 0.002), greet("bob", 0.001)]));
 * assertEquals(greetings, ["hello, ann", "hello, bob"]);
 * ```
 *
 * @module
 */

// What stands behind `await` of this module's objects.
import "./lib/kernel/promise_bridge.ts";
// What lets a worker know the copy of this module that a function brought.
import "./lib/run/worker_runtime.ts";

// Running
export { run, Runner, type RunnerOptions, type RunnerRunOptions } from "./lib/run/runner.ts";
export { sleep } from "./lib/waiting/sleep.ts";
export { allTasks, createTask, currentTask } from "./lib/kernel/tasks.ts";

// Loop
export {
  EventLoop,
  type EventLoopOptions,
  type ExceptionHandler,
  newEventLoop,
  type TaskFactory,
} from "./lib/kernel/event_loop.ts";
export { getEventLoop, getRunningLoop, setEventLoop } from "./lib/kernel/loops.ts";
export {
  type Callback,
  type ExceptionContext,
  Handle,
  type HandleOwner,
  TimerHandle,
} from "./lib/kernel/handle.ts";
export { type Clock, VirtualClock } from "./lib/kernel/clock.ts";
export {
  type Freedom,
  Schedule,
  type ScheduledStep,
  type ScheduleOptions,
} from "./lib/kernel/schedule.ts";

// Futures and tasks
export {
  type DoneCallbackOptions,
  Future,
  type FutureOptions,
  isFuture,
} from "./lib/kernel/future.ts";
export { type NewTaskOptions, Task, type TaskOptions } from "./lib/kernel/task.ts";
export type { PrintStackOptions, StackOptions, TextFile } from "./lib/kernel/task_stack.ts";
export {
  type AwaitableLike,
  ensureFuture,
  type EnsureFutureOptions,
} from "./lib/kernel/ensure_future.ts";

export { createEagerTaskFactory, eagerTaskFactory, type TaskMaker } from "./lib/kernel/eager.ts";

// Coroutines
export {
  Awaitable,
  awaitable,
  type CoroutineObject,
  type HasAwaitable,
  type RejectionHandler,
  type Suspending,
  type Suspension,
  type Then,
} from "./lib/coroutine/awaitable.ts";
export {
  Coroutine,
  coroutine,
  type CoroutineLike,
  isCoroutine,
  isCoroutineFunction,
  type Returned,
} from "./lib/coroutine/coroutine.ts";
export { fromPromise, type PromiseSource } from "./lib/kernel/from_promise.ts";
export { fromSignal } from "./lib/kernel/from_signal.ts";

// Waiting
export type { Outcome, OutcomeOfEach, Outcomes } from "./lib/waiting/awaitables.ts";
export { gather, type GatherOptions } from "./lib/waiting/gather.ts";
export {
  ALL_COMPLETED,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type FutureOf,
  type ReturnWhen,
  wait,
  type WaitOptions,
} from "./lib/waiting/wait.ts";
export { waitFor } from "./lib/waiting/wait_for.ts";
export { shield } from "./lib/waiting/shield.ts";
export {
  asCompleted,
  AsCompletedIterator,
  type AsCompletedOptions,
} from "./lib/waiting/as_completed.ts";
export { Timeout, timeout, timeoutAt, type TimeoutBody } from "./lib/waiting/timeout.ts";

export { type Racer, type RaceResult, staggeredRace } from "./lib/waiting/staggered.ts";

// Iteration
export { aiter, anext } from "./lib/waiting/anext.ts";
export { BREAK, forEach } from "./lib/waiting/for_each.ts";
export type { AsyncIterableLike, AsyncIteratorLike } from "./lib/waiting/iterators.ts";
export {
  type AnyGenerator,
  asyncGenerator,
  AsyncGeneratorObject,
  type GeneratorObjectOf,
  type OpenGenerator,
} from "./lib/coroutine/async_generator.ts";

// Synchronisation
export { Lock } from "./lib/sync/lock.ts";
export { Event } from "./lib/sync/event.ts";
export { Condition } from "./lib/sync/condition.ts";
export { BoundedSemaphore, Semaphore } from "./lib/sync/semaphore.ts";
export { Barrier } from "./lib/sync/barrier.ts";
export { Guard } from "./lib/sync/guard.ts";
export { type ItemStore, Queue, type ShutdownOptions } from "./lib/sync/queue.ts";
export { LifoQueue } from "./lib/sync/lifo_queue.ts";
export { PriorityQueue, type PriorityQueueOptions } from "./lib/sync/priority_queue.ts";

// Structure
export { TaskGroup } from "./lib/waiting/task_group.ts";
export {
  type AsyncContextManager,
  asyncWith,
  type Eventually,
} from "./lib/coroutine/async_with.ts";
export {
  asyncContextManager,
  GeneratorContextManager,
  type ManagerOf,
} from "./lib/coroutine/async_context_manager.ts";
export {
  AsyncExitStack,
  type ContextManager,
  type ExitFunction,
} from "./lib/coroutine/exit_stack.ts";
export type { Items } from "./lib/coroutine/to_yield.ts";
export { type NullContext, nullContext } from "./lib/coroutine/null_context.ts";
export { aclosing, type AsyncClosable } from "./lib/coroutine/aclosing.ts";
export {
  Context,
  ContextVar,
  type ContextVarOptions,
  copyContext,
  MISSING,
  Token,
} from "./lib/coroutine/context_vars.ts";

// Threads and processes
export {
  type CancelOptions,
  ConcurrentFuture,
  type ConcurrentFutureState,
} from "./lib/concurrent/concurrent_future.ts";
export {
  Executor,
  type ExecutorShutdownOptions,
  type Job,
  type JobContext,
  type JobResult,
  type MapOptions,
  type Streamed,
} from "./lib/concurrent/executor.ts";
export { ExecutorMap, type ExecutorMapIterator } from "./lib/concurrent/executor_map.ts";
export { JobStream, type StreamSource } from "./lib/concurrent/job_stream.ts";
export { transfer } from "./lib/concurrent/transfer.ts";
export { WorkerCall, type WorkerFunction } from "./lib/concurrent/worker_call.ts";
export { wrapFuture, type WrapFutureOptions } from "./lib/kernel/wrap_future.ts";
export { type AnyFunction, workerFunction } from "./lib/threads/crossing.ts";
export { registerErrorClass, type RegisterErrorClassOptions } from "./lib/threads/error_classes.ts";
export type { WorkerOptions } from "./lib/threads/worker_options.ts";
export type { WorkerPermissions } from "./lib/platform/workers.ts";
export { ThreadPoolExecutor, type ThreadPoolExecutorOptions } from "./lib/threads/thread_pool.ts";
export {
  ProcessPoolExecutor,
  type ProcessPoolExecutorOptions,
} from "./lib/threads/process_pool.ts";
export { toThread } from "./lib/threads/to_thread.ts";
export { type Exposed, type ExposeOptions } from "./lib/threads/exposure.ts";
export { ParentLoop, parentLoop } from "./lib/threads/parent_loop.ts";
export {
  ThreadQueue,
  type ThreadQueueEnd,
  type ThreadQueueHandle,
} from "./lib/threads/thread_queue.ts";
export { ThreadLoop, type ThreadLoopOptions } from "./lib/threads/thread_loop.ts";
export { runCoroutineThreadsafe } from "./lib/threads/run_coroutine_threadsafe.ts";

// Connections, processes and signals
export {
  type AbstractServer,
  type ConnectionOptions,
  type DatagramEndpointOptions,
  DEVNULL,
  PIPE,
  type ServerOptions,
  type ServerSocket,
  type StartTlsOptions,
  type StdioOption,
  STDOUT,
  type SubprocessOptions,
} from "./lib/kernel/loop_io.ts";
export { LoopMethods } from "./lib/io/loop_methods.ts";
export { type ProtocolFactory, Server } from "./lib/io/server.ts";
export {
  type ClientConnectedCallback,
  StreamReaderProtocol,
  type StreamReaderProtocolOptions,
} from "./lib/io/stream_protocol.ts";
export { StreamReader, type StreamReaderOptions } from "./lib/io/stream_reader.ts";
export {
  StreamWriter,
  type WriterProtocol,
  type WriterTlsOptions,
} from "./lib/io/stream_writer.ts";
export {
  openConnection,
  type OpenConnectionOptions,
  openUnixConnection,
  startServer,
  type StartServerOptions,
  startUnixServer,
  type StreamLimit,
} from "./lib/io/streams.ts";
export type { InternetAddress, SocketAddress, TlsOptions } from "./lib/platform/network.ts";
export {
  BaseProtocol,
  BufferedProtocol,
  DatagramProtocol,
  Protocol,
  SubprocessProtocol,
} from "./lib/transports/protocols.ts";
export {
  BaseTransport,
  type Bytes,
  DatagramTransport,
  ReadTransport,
  SubprocessTransport,
  Transport,
  type WriteBufferLimits,
  WriteTransport,
} from "./lib/transports/transports.ts";

// Errors
export {
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
} from "./lib/io/connection_errors.ts";
export {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
} from "./lib/concurrent/broken_executor.ts";
export {
  BrokenBarrierError,
  CancelledError,
  DeadlockError,
  GeneratorExit,
  IncompleteReadError,
  InvalidStateError,
  KeyboardInterrupt,
  LimitOverrunError,
  NotSupportedError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  StopAsyncIteration,
  SystemExit,
  TimeoutError,
  ValueError,
  type WaitingTask,
} from "./lib/base/errors.ts";
export {
  type ErrorClass,
  type ErrorCondition,
  ExceptionGroup,
  ExceptStar,
  exceptStar,
  type Matching,
} from "./lib/base/exception_group.ts";
export type { Compare } from "./lib/base/heap.ts";
export type { Duration, DurationParts } from "./lib/base/duration.ts";

// Seeing what runs
export {
  type CallGraphOptions,
  captureCallGraph,
  formatCallGraph,
  FrameCallGraphEntry,
  FutureCallGraph,
  printCallGraph,
  type PrintCallGraphOptions,
} from "./lib/inspect/call_graph.ts";
export { ps, type PsOptions, pstree } from "./lib/inspect/ps.ts";
export {
  Inspection,
  type InspectionPrintOptions,
  type InspectOptions,
  inspectPages,
  inspectProcess,
} from "./lib/inspect/inspection.ts";
export { Trace, trace, type TraceOptions } from "./lib/inspect/trace.ts";
export { Logger, logger, type LogLevel, type LogRecord, type LogSink } from "./lib/base/logger.ts";
export type { StackFrame } from "./lib/base/stack.ts";
export { futureAddToAwaitedBy, futureDiscardFromAwaitedBy } from "./lib/kernel/awaited_by.ts";

// Testing
export {
  cancelAtEveryAwait,
  type CancelAtEveryAwaitOptions,
  type CancelMoment,
  type CancelPoint,
  CancelPointError,
  type Victim,
} from "./lib/testing/cancel_at_every_await.ts";
export { runVirtual } from "./lib/testing/run_virtual.ts";
export {
  type Exploration,
  ExplorationError,
  explore,
  type ExploreOptions,
  type FailedOrder,
  replay,
  type ReplayOptions,
  type Scenario,
} from "./lib/testing/explore.ts";

// The console
export {
  type EntryError,
  type EntryExit,
  type EntryOutcome,
  type EntryText,
  type EntryValue,
  Repl,
  type ReplOptions,
} from "./lib/repl/repl.ts";
export type { Completion } from "./lib/repl/completion.ts";
export type { Parser, ParserOptions } from "./lib/repl/parser.ts";

// `deno run -A mod.ts` is the console, as `python -m asyncio` is. Imported, it loads nothing of it.
if (import.meta.main) {
  import("./lib/repl/main.ts").then(({ main }) =>
    main(() => import(/* @vite-ignore */ import.meta.url))
  );
}
