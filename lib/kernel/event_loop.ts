/**
 * The event loop as its users see it; `scheduler.ts` is the engine below.
 *
 * It is long because asyncio's loop has many methods, each with its own documentation.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { disposeKey } from "../base/dispose.ts";
import { type Duration, toDelay } from "../base/duration.ts";
import { RuntimeError } from "../base/errors.ts";
import { logger, setHostSink } from "../base/logger.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import { resultOutside } from "../base/stray_cancellation.ts";
import type { Executor, Job, JobResult } from "../concurrent/executor.ts";
import { Awaitable, type Suspension } from "../coroutine/awaitable.ts";
import { type Context, swapContext } from "../coroutine/context_vars.ts";
import {
  type Coroutine,
  type CoroutineLike,
  lazy,
  refuseCoroutine,
} from "../coroutine/coroutine.ts";
import { host } from "../platform/current.ts";
import type { InternetAddress, TlsOptions } from "../platform/network.ts";
import type {
  BaseProtocol,
  DatagramProtocol,
  SubprocessProtocol,
} from "../transports/protocols.ts";
import type {
  DatagramTransport,
  SubprocessTransport,
  Transport,
} from "../transports/transports.ts";
import { synchronousError } from "./async_call.ts";
import { closeGenerators } from "./async_generators.ts";
import { type Clock, systemClock } from "./clock.ts";
import { deadlock } from "./deadlock.ts";
import { DebugMode, isDebugAsked } from "./debug_mode.ts";
import { makeDefaultExecutor } from "./default_executor.ts";
import { type AwaitableLike, ensureFutureOn } from "./ensure_future.ts";
import { awaitThenable, fromPromise } from "./from_promise.ts";
import { Future, isFuture, markRetrieved, peekError } from "./future.ts";
import {
  type Callback,
  endsRun,
  type ExceptionContext,
  Handle,
  type HandleOwner,
  TimerHandle,
} from "./handle.ts";
import { formatContext } from "./exception_report.ts";
import { tellLoopClosed } from "./loop_closing.ts";
import {
  type AbstractServer,
  type ConnectionOptions,
  type DatagramEndpointOptions,
  ioMethod,
  type ServerOptions,
  type StartTlsOptions,
  type SubprocessOptions,
} from "./loop_io.ts";
import { loopOptions } from "./loop_options.ts";
import { runningLoop } from "./loops.ts";
import type { Schedule } from "./schedule.ts";
import { type ReadyQueue, type RunEnd, Scheduler, setLoopAccess } from "./scheduler.ts";
import { noteSource, sourceContext, sourceTraceback } from "./sources.ts";
import { Task, type TaskOptions, tasksOf } from "./task.ts";
import { wrapFuture } from "./wrap_future.ts";

// Own constants, which the engine folds into its code; imported ones it loads each time.
const OwnFuture = Future;
const OwnTask = Task;

/** What {@linkcode EventLoop} and {@linkcode newEventLoop} take. */
export interface EventLoopOptions {
  /** Where time comes from; the host's monotonic clock where left out. */
  clock?: Clock | undefined;
  /** What decides the order of what is ready; first in, first out where left out. */
  schedule?: Schedule | undefined;
}

/** Makes tasks in the loop's stead; see {@linkcode EventLoop.setTaskFactory}. */
export type TaskFactory = <T>(
  loop: EventLoop,
  coro: CoroutineLike<T>,
  options: TaskOptions,
) => Future<T>;

/** Takes the errors that nobody else can; see {@linkcode EventLoop.setExceptionHandler}. */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => unknown;

let scheduledQueue: (schedule: unknown) => ReadyQueue | null = () => null;

/**
 * Tells how the queue of a loop with a schedule is made, `null` for what is none; for the schedules, which a
 * program without any need not have.
 */
export function setScheduling(make: (schedule: unknown) => ReadyQueue | null): void {
  scheduledQueue = make;
}

/**
 * Runs tasks and callbacks, one at a time, each until it waits.
 *
 * The loop moves only while {@linkcode runForever} or {@linkcode runUntilComplete} is on. Most programs
 * never touch it: `run` makes one, runs a coroutine on it and closes it.
 *
 * @example
 * ```ts
 * import { EventLoop, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = new EventLoop();
 * assertEquals(await loop.runUntilComplete(sleep(0.001, "done")), "done");
 * loop.close();
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html
 */
export class EventLoop implements HandleOwner {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "EventLoop";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  /** From how many seconds on debug mode reports a callback or a step as slow. */
  slowCallbackDuration = 0.1;

  readonly #scheduler: Scheduler;
  #taskFactory: TaskFactory | null = null;
  #exceptionHandler: ExceptionHandler | null = null;
  #executor: Executor | null = null;
  #executorIsShut = false;
  #debugMode: DebugMode | null = null;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    setLoopAccess({
      schedulerOr: (value) =>
        typeof value === "object" && value !== null && #scheduler in value
          ? value.#scheduler
          : null,
    });
  })();

  /**
   * Makes a loop; {@linkcode newEventLoop} is the usual way.
   *
   * @param options `clock`: where time comes from; `schedule`: what decides the order of what is ready.
   */
  constructor(options: EventLoopOptions = {}) {
    checkOptions(options, "EventLoop()", ["clock", "schedule"]);
    const { clock = systemClock, schedule } = options;
    if (typeof clock?.time !== "function") {
      throw new TypeError(`clock must have a time() method, got ${describe(clock)}`);
    }
    const queue = schedule === undefined ? undefined : scheduledQueue(schedule);
    if (queue === null) {
      throw new TypeError(`schedule must be a Schedule, got ${describe(schedule)}`);
    }
    this.#scheduler = new Scheduler(this, clock, queue);
    this.#scheduler.plainOptions = loopOptions(this);
    if (isDebugAsked()) this.setDebug(true);
  }

  /**
   * Runs until {@linkcode stop} is called.
   *
   * @returns A promise of the stop.
   * @throws {RuntimeError} If the loop is running or closed, or another loop is running this code; the
   * promise is rejected with it. With a {@linkcode DeadlockError} on a virtual clock when nothing is
   * left to wait for.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_forever
   */
  async runForever(): Promise<void> {
    this.#checkCanRun();
    this.#checkEnd(await this.#run(), "The loop");
  }

  /**
   * Runs until something is done.
   *
   * @param awaitable A future, a coroutine, or whatever else can be awaited.
   * @returns A promise of its result. What is itself a future or a coroutine is awaited in turn, as
   * promises do.
   * @throws Its error, a {@linkcode CancelledError} if it was cancelled, or a {@linkcode RuntimeError}
   * as {@linkcode runForever}; the promise is rejected with it.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_until_complete
   */
  async runUntilComplete<T>(awaitable: AwaitableLike<T>): Promise<T> {
    this.#checkCanRun();
    const [future, stop] = this.#prepareRun(awaitable);
    const end = await (this.runForever === EventLoop.prototype.runForever
      ? this.#run()
      // As one has it that serves another loop besides, or sets something up for each run.
      : this.runForever().then((): RunEnd => "stopped", (interrupt): RunEnd => ({ interrupt })));
    const result: unknown = this.#concludeRun(future, stop, end, isFuture(awaitable));
    // By the promise it would be awaited only now that the loop stands still.
    const isOwn = result instanceof Awaitable && (!isFuture(result) || result.getLoop() === this);
    return isOwn ? await this.runUntilComplete(result as AwaitableLike<T>) : result as T;
  }

  /**
   * Does what {@linkcode runUntilComplete} does before it returns. It needs a {@linkcode VirtualClock},
   * and generator coroutines: no promise can be waited for meanwhile.
   *
   * @param awaitable A future, a coroutine, or whatever else can be awaited.
   * @returns Its result.
   * @throws Its error, or a {@linkcode CancelledError} if it was cancelled.
   * @throws {DeadlockError} If nothing is left to wait for.
   * @throws {RuntimeError} As {@linkcode runForever}, or if the loop's clock is not virtual, or nothing is left to
   * wait for but promises, signals and jobs of executors.
   *
   * @example
   * ```ts
   * import { newEventLoop, sleep, VirtualClock } from "@asyncio/asyncio";
   * import { assertEquals } from "@std/assert";
   *
   * const loop = newEventLoop({ clock: new VirtualClock() });
   * assertEquals(loop.runUntilCompleteSync(sleep(86_400, "tomorrow")), "tomorrow");
   * loop.close();
   * ```
   */
  runUntilCompleteSync<T>(awaitable: AwaitableLike<T>): T {
    this.#checkCanRun();
    this.#scheduler.checkVirtual();
    const [future, stop] = this.#prepareRun(awaitable);
    return this.#concludeRun(future, stop, this.#scheduler.runSync(), isFuture(awaitable));
  }

  /**
   * Ends the run that is on after the iteration that is on; without one, the next run after its first.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.stop
   */
  stop(): void {
    this.#scheduler.stop();
  }

  /**
   * Ends the run that is on by an error, as soon as what runs now returns. What is ready is left for
   * another run. Python raises `KeyboardInterrupt` so, from its signal handler.
   *
   * @param error What the run's promise is rejected with.
   */
  interrupt(error: unknown): void {
    if (this.isRunning()) this.#scheduler.interrupt(error);
  }

  /**
   * Tells whether a run is on.
   *
   * @returns Whether {@linkcode runForever} or {@linkcode runUntilComplete} is.
   */
  isRunning(): boolean {
    return this.#scheduler.isOn;
  }

  /**
   * Tells whether the loop was closed.
   *
   * @returns Whether {@linkcode close} was called.
   */
  isClosed(): boolean {
    return this.#scheduler.isClosed;
  }

  /**
   * Closes the loop: what waits in it is forgotten, its default executor shut down without waiting. In
   * debug mode tasks that are pending are reported. Closing twice does nothing.
   *
   * @throws {RuntimeError} If a run is on.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.close
   */
  close(): void {
    if (this.isRunning()) throw new RuntimeError("Cannot close a running event loop");
    if (this.isClosed()) return;
    this.#scheduler.close();
    if (this.getDebug()) this.#reportPending();
    this.#scheduler.failures.report();
    this.#debugMode?.end({ isOver: true });
    this.#debugMode = null;
    this.#executorIsShut = true;
    const executor = this.#executor;
    this.#executor = null;
    if (executor !== null) void executor.shutdown({ wait: false });
    tellLoopClosed(this);
  }

  /** Closes the loop, for `using`, as Python's `closing(loop)` does. */
  [disposeKey](): void {
    this.close();
  }

  /**
   * Closes the async generators that are still open, all at the same time. They are those that
   * `asyncGenerator` made and what `forEach` and `anext` went through, streams included; an engine's async
   * generator that bare `for await` iterates over is unknown to the loop. An error of a generator's goes to
   * the exception handler.
   *
   * @returns A lazy object that is done when they are closed.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_asyncgens
   */
  shutdownAsyncgens(): Coroutine<void> {
    return lazy("shutdownAsyncgens", closeGenerators(this));
  }

  /**
   * The loop's time.
   *
   * @returns Seconds on a monotonic clock.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.time
   */
  time(): number {
    return this.#scheduler.clock.time();
  }

  /**
   * Has a function called at the next iteration, after those already waiting. It runs in a copy of the
   * current context; `context.bind(callback)` runs in another.
   *
   * @param callback What to call.
   * @param args Its arguments.
   * @returns A handle by which it is cancelled.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `callback` is no function, or one that makes coroutines.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon
   */
  callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    this.#scheduler.checkOpen();
    checkCallback(callback, "callSoon");
    const handle = new Handle(callback as Callback<unknown[]>, args, this);
    if (this.#scheduler.debug) noteSource(handle);
    this.#scheduler.push(handle);
    return handle;
  }

  /**
   * Does what {@linkcode callSoon} does, from anywhere: another thread's side of the loop calls this.
   *
   * @param callback What to call.
   * @param args Its arguments.
   * @returns A handle by which it is cancelled.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `callback` is no function, or one that makes coroutines.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe
   */
  callSoonThreadsafe<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    this.#scheduler.checkOpen();
    checkCallback(callback, "callSoonThreadsafe");
    const handle = new Handle(callback as Callback<unknown[]>, args, this);
    if (this.#scheduler.debug) noteSource(handle);
    this.#scheduler.push(handle);
    return handle;
  }

  /**
   * Has a function called after a delay.
   *
   * @param delay How long, in seconds.
   * @param callback What to call.
   * @param args Its arguments.
   * @returns A handle by which it is cancelled.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `delay` is no duration, or `callback` no function.
   * @throws {ValueError} If `delay` is `NaN`.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_later
   */
  callLater<A extends unknown[]>(
    delay: Duration,
    callback: Callback<A>,
    ...args: A
  ): TimerHandle {
    if (delay === null) throw new TypeError("delay must not be null, expected seconds");
    const when = this.time() + toDelay(delay, "delay");
    if (this.callAt !== EventLoop.prototype.callAt) return this.callAt(when, callback, ...args);
    return this.#addTimer(when, callback, args, "callLater");
  }

  /**
   * Has a function called at a time.
   *
   * @param when The time, in seconds on the clock of {@linkcode time}.
   * @param callback What to call.
   * @param args Its arguments.
   * @returns A handle by which it is cancelled.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `when` is no number, or `callback` no function.
   * @throws {ValueError} If `when` is `NaN`.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_at
   */
  callAt<A extends unknown[]>(when: number, callback: Callback<A>, ...args: A): TimerHandle {
    if (when === null) throw new TypeError("when cannot be null, expected seconds");
    if (typeof when !== "number") {
      throw new TypeError(`when must be a number of seconds, got ${describe(when)}`);
    }
    return this.#addTimer(toDelay(when, "when"), callback, args, "callAt");
  }

  /**
   * Makes a future of this loop's.
   *
   * @returns The future.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_future
   */
  createFuture<T = unknown>(): Future<T> {
    return new OwnFuture<T>(this.#scheduler.plainOptions!);
  }

  /**
   * Makes a task that runs a coroutine on this loop.
   *
   * @param coro A generator object, a lazy object of this module's, or a function.
   * @param options `name`, `context`, `eagerStart`, `signal`.
   * @returns The task.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If `coro` is no coroutine.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_task
   */
  createTask<T>(coro: CoroutineLike<T>, options?: TaskOptions): Task<T> {
    this.#scheduler.checkOpen();
    if (this.#taskFactory !== null) {
      return this.#taskFactory(this, coro, options ?? {}) as Task<T>;
    }
    if (options !== undefined) {
      checkOptions(options, "createTask()", ["name", "context", "eagerStart", "signal"]);
    }
    return new OwnTask<T>(
      coro,
      options === undefined ? this.#scheduler.plainOptions! : loopOptions(this, options),
    );
  }

  /**
   * Sets who makes the tasks of {@linkcode createTask}.
   *
   * @param factory Called with the loop, the coroutine and the options; returns a future. `null` for the
   * loop itself.
   * @throws {TypeError} If it is neither.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_task_factory
   */
  setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null && typeof factory !== "function") {
      throw new TypeError(`task factory must be a callable or null, got ${describe(factory)}`);
    }
    this.#taskFactory = factory;
  }

  /**
   * Who makes the tasks.
   *
   * @returns What was set, or `null`.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.get_task_factory
   */
  getTaskFactory(): TaskFactory | null {
    return this.#taskFactory;
  }

  /**
   * Runs a function on another thread, or in another process.
   *
   * @param executor Where; `null` for the default executor.
   * @param func A function that closes over nothing, or a reference to one of a module's.
   * @param args Its arguments, which are cloned.
   * @returns A future of its result; cancelling it cancels the job.
   * @throws {TypeError} If `executor` is none, or `func` no function.
   * @throws {RuntimeError} If the loop is closed, or the default executor was shut down.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_in_executor
   */
  runInExecutor<R>(executor: Executor | null, func: Job<[], R>): Future<JobResult<R>>;
  /** Runs a function there with one argument, though it may take more. */
  runInExecutor<A, R>(
    executor: Executor | null,
    func: Job<[A], R>,
    argument: A,
  ): Future<JobResult<R>>;
  /** Runs a function there with several arguments. */
  runInExecutor<A extends unknown[], R>(
    executor: Executor | null,
    func: Job<A, R>,
    ...args: A
  ): Future<JobResult<R>>;
  runInExecutor<A extends unknown[], R>(
    executor: Executor | null,
    func: Job<A, R>,
    ...args: A
  ): Future<JobResult<R>> {
    this.#scheduler.checkOpen();
    if (executor === null) {
      if (this.#executorIsShut) throw new RuntimeError("Executor shutdown has been called");
      executor = this.#executor ??= makeDefaultExecutor();
    }
    if (typeof executor?.submit !== "function") {
      throw new TypeError(`executor must be an Executor or null, got ${describe(executor)}`);
    }
    checkCallable(func, "runInExecutor");
    return wrapFuture(executor.submit(func, ...args), { loop: this });
  }

  /**
   * Sets the executor that {@linkcode runInExecutor} uses for `null`.
   *
   * @param executor The executor. The one before is not shut down.
   * @throws {TypeError} If it has no `submit`.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_default_executor
   */
  setDefaultExecutor(executor: Executor): void {
    if (typeof executor?.submit !== "function") {
      throw new TypeError(
        `executor must be ThreadPoolExecutor instance, got ${describe(executor)}`,
      );
    }
    this.#executor = executor;
  }

  /**
   * Shuts the default executor down and waits for its workers.
   *
   * @param timeout How long to wait for them, in seconds; `null` for ever. Afterwards a warning is logged,
   * and they are left to themselves.
   * @returns A lazy object that is done when they are gone.
   * @throws {TypeError} If `timeout` is no duration.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_default_executor
   */
  shutdownDefaultExecutor(timeout: Duration | null = null): Coroutine<void> {
    const seconds = timeout === null ? null : toDelay(timeout, "timeout");
    return lazy("shutdownDefaultExecutor", this.#shutdownExecutor(seconds));
  }

  /**
   * Connects to a host, and makes a protocol for the connection. In Deno; a browser has no sockets.
   *
   * @param protocolFactory Makes the protocol.
   * @param host The host.
   * @param port Its port.
   * @param options `ssl`: whether and how the connection is encrypted; `serverHostname`: the name that the other side's
   * certificate must have.
   * @returns A lazy object that gives the transport and the protocol.
   * @throws {TypeError} If an argument is none of its kind.
   * @throws {ConnectionError} When awaited, if there is no connection.
   * @throws {NotSupportedError} In a browser, when awaited.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_connection
   */
  createConnection<P extends BaseProtocol>(
    protocolFactory: () => P,
    host: string,
    port: number,
    options: ConnectionOptions = {},
  ): Coroutine<[Transport, P]> {
    return ioMethod("createConnection")(this, protocolFactory, [host, port], options);
  }

  /**
   * Connects to a unix socket, as {@linkcode createConnection} does to a host.
   *
   * @param protocolFactory Makes the protocol.
   * @param path The socket's path.
   * @param options As of {@linkcode createConnection}.
   * @returns A lazy object that gives the transport and the protocol.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_unix_connection
   */
  createUnixConnection<P extends BaseProtocol>(
    protocolFactory: () => P,
    path: string,
    options: ConnectionOptions = {},
  ): Coroutine<[Transport, P]> {
    return ioMethod("createUnixConnection")(this, protocolFactory, path, options);
  }

  /**
   * Takes connections at a port. In Deno; a browser has no sockets.
   *
   * @param protocolFactory Makes the protocol of each connection.
   * @param host The address to listen at, or several; `null` for all addresses of IPv4.
   * @param port The port; at 0 the system chooses one.
   * @param options `ssl`: the certificate and the key by which connections are encrypted; `backlog`; `reusePort`;
   * `startServing`.
   * @returns A lazy object that gives the server.
   * @throws {TypeError} If an argument is none of its kind.
   * @throws {NotSupportedError} In a browser, when awaited.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_server
   */
  createServer(
    protocolFactory: () => BaseProtocol,
    host: string | readonly string[] | null,
    port: number,
    options: ServerOptions = {},
  ): Coroutine<AbstractServer<InternetAddress>> {
    return ioMethod("createServer")(this, protocolFactory, host, port, options);
  }

  /**
   * Takes connections at a unix socket, as {@linkcode createServer} does at a port.
   *
   * @param protocolFactory Makes the protocol of each connection.
   * @param path The socket's path.
   * @param options As of {@linkcode createServer}.
   * @returns A lazy object that gives the server.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_unix_server
   */
  createUnixServer(
    protocolFactory: () => BaseProtocol,
    path: string,
    options: ServerOptions = {},
  ): Coroutine<AbstractServer<string>> {
    return ioMethod("createUnixServer")(this, protocolFactory, path, options);
  }

  /**
   * Encrypts a connection that is there, as its client.
   *
   * @param transport The connection's transport, which is not to be used any more.
   * @param protocol Whom the new one calls.
   * @param ssl By which certificates and keys; `{}` for the system's.
   * @param options `serverHostname`: the name that the other side's certificate must have.
   * @returns A lazy object that gives the new transport.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.start_tls
   */
  startTls(
    transport: Transport,
    protocol: BaseProtocol,
    ssl: TlsOptions,
    options: StartTlsOptions = {},
  ): Coroutine<Transport> {
    return ioMethod("startTls")(this, transport, protocol, ssl, options);
  }

  /**
   * Makes an endpoint of datagrams. In Deno; a browser has no sockets.
   *
   * @param protocolFactory Makes its protocol.
   * @param options `localAddr`: where it receives; `remoteAddr`: the only one that it exchanges datagrams with; `reusePort`;
   * `allowBroadcast`.
   * @returns A lazy object that gives the transport and the protocol.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_datagram_endpoint
   */
  createDatagramEndpoint<P extends DatagramProtocol>(
    protocolFactory: () => P,
    options: DatagramEndpointOptions = {},
  ): Coroutine<[DatagramTransport, P]> {
    return ioMethod("createDatagramEndpoint")(this, protocolFactory, options);
  }

  /**
   * Starts a program as a child process. In Deno; a browser has no processes.
   *
   * @param protocolFactory Makes the protocol of the process.
   * @param args The program, and its arguments.
   * @param options `stdin`, `stdout`, `stderr`, which are pipes where left out; `cwd`, `env`.
   * @returns A lazy object that gives the transport and the protocol.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.subprocess_exec
   */
  subprocessExec<P extends SubprocessProtocol>(
    protocolFactory: () => P,
    args: readonly string[],
    options: SubprocessOptions = {},
  ): Coroutine<[SubprocessTransport, P]> {
    return ioMethod("subprocessExec")(this, protocolFactory, args, options);
  }

  /**
   * Has the system's shell run a command in a child process, as {@linkcode subprocessExec} a program.
   *
   * @param protocolFactory Makes the protocol of the process.
   * @param command The command.
   * @param options As of {@linkcode subprocessExec}.
   * @returns A lazy object that gives the transport and the protocol.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.subprocess_shell
   */
  subprocessShell<P extends SubprocessProtocol>(
    protocolFactory: () => P,
    command: string,
    options: SubprocessOptions = {},
  ): Coroutine<[SubprocessTransport, P]> {
    return ioMethod("subprocessShell")(this, protocolFactory, command, options);
  }

  /**
   * Has a function called on the loop at each signal that the process gets, in place of what the signal does by itself. In
   * Deno, on the main thread; a browser has no signals.
   *
   * @param signal The signal's name, such as `SIGTERM`.
   * @param callback What to call; it takes the place of another for the signal.
   * @param args Its arguments.
   * @throws {ValueError} If there is no such signal, or it cannot be caught.
   * @throws {TypeError} If `callback` is no function, or one that makes coroutines.
   * @throws {RuntimeError} On another thread than the main one.
   * @throws {NotSupportedError} In a browser.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.add_signal_handler
   */
  addSignalHandler<A extends unknown[]>(signal: string, callback: Callback<A>, ...args: A): void {
    ioMethod("addSignalHandler")(this, signal, callback as Callback<unknown[]>, args);
  }

  /**
   * Has a signal do again what it does by itself.
   *
   * @param signal The signal's name.
   * @returns Whether a function was called at it until now.
   * @throws {ValueError} If there is no such signal.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.remove_signal_handler
   */
  removeSignalHandler(signal: string): boolean {
    return ioMethod("removeSignalHandler")(this, signal);
  }

  /**
   * Sets who takes the errors that nobody else can.
   *
   * @param handler Called with the loop and the error's circumstances; `null` for
   * {@linkcode defaultExceptionHandler}.
   * @throws {TypeError} If it is neither.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_exception_handler
   */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null && typeof handler !== "function") {
      throw new TypeError(`A callable object or null is expected, got ${describe(handler)}`);
    }
    this.#exceptionHandler = handler;
  }

  /**
   * Who takes the errors that nobody else can.
   *
   * @returns What was set, or `null`.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.get_exception_handler
   */
  getExceptionHandler(): ExceptionHandler | null {
    return this.#exceptionHandler;
  }

  /**
   * Hands an error's circumstances to the {@linkcode logger}, which writes them to the console unless it
   * was given a sink of its own. In debug mode they tell where what they are about was made.
   *
   * @param context What went wrong, and where.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.default_exception_handler
   */
  defaultExceptionHandler(context: ExceptionContext): void {
    const handle = this.#debugMode?.currentHandle ?? null;
    const frames = handle === null ? null : sourceTraceback(handle);
    logger.error(
      formatContext(
        frames === null || "sourceTraceback" in context
          ? context
          : { ...context, handleTraceback: frames },
      ),
    );
  }

  /**
   * Hands an error to the exception handler, which runs in the context of the task, or else of the handle,
   * that it is told of. An error of the handler's own goes to the default one, and an error of that one to the
   * {@linkcode logger}.
   *
   * @param context What went wrong, and where.
   * @throws {SystemExit} If a handler throws it: it goes on to who called, and out of a callback it ends the run.
   * @throws {KeyboardInterrupt} The same.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_exception_handler
   */
  callExceptionHandler(context: ExceptionContext): void {
    if (this.#exceptionHandler === null) {
      this.#defaultTo(context, "Exception in default exception handler");
      return;
    }
    try {
      const own = contextOf(context.task ?? context.future ?? context.handle);
      const previous = own === null ? null : swapContext(own);
      try {
        this.#exceptionHandler(this, context);
      } finally {
        if (previous !== null) swapContext(previous);
      }
    } catch (error) {
      if (endsRun(error)) throw error;
      this.#defaultTo(
        { message: "Unhandled error in exception handler", exception: error, context },
        "Exception in default exception handler while handling an unexpected error in custom " +
          "exception handler",
      );
    }
  }

  /** The default handler may be a subclass's, and fail as well. */
  #defaultTo(context: ExceptionContext, message: string): void {
    try {
      this.defaultExceptionHandler(context);
    } catch (error) {
      if (endsRun(error)) throw error;
      logger.error(formatContext({ message, exception: error }));
    }
  }

  /**
   * Tells whether debug mode is on.
   *
   * @returns What {@linkcode setDebug} set.
   */
  getDebug(): boolean {
    return this.#scheduler.debug;
  }

  /**
   * Switches debug mode, in which mistakes are looked for that would else pass in silence.
   *
   * The exception handler is told of a task that swallowed its cancellation (it was asked to end, caught
   * the error, did not take the request back, and returned), of a task that is pending when the loop is
   * closed, of one that returns while an async function that it called is not through, which ends with it,
   * of a lock that another task releases than the one that acquired it. The {@linkcode logger}
   * gets callbacks and steps that keep the loop for {@linkcode slowCallbackDuration} or longer, by the loop's
   * clock (of an async function that rests on a promise of others, with what the host does until that
   * shows); and coroutines that were never awaited: those that `coroutine()` made, and this module's own; of a
   * native generator object nobody is told when it is made, so that such a one is not missed. Reports tell
   * where futures, tasks and handles were made (`sourceTraceback`), {@linkcode Task.getStack} where async
   * functions stand, and errors have up to 100 frames where the engine keeps 10 by itself.
   *
   * A loop is in debug mode from the start where the environment variable `ASYNCIO_DEBUG` is set, but to
   * `0` (in Deno, if it may be read without a prompt), or a page's address has `?asyncio-debug`.
   *
   * @param enabled Whether it is to be on.
   *
   * @see https://docs.python.org/3/library/asyncio-dev.html#debug-mode
   */
  setDebug(enabled: boolean): void {
    this.#scheduler.debug = Boolean(enabled);
    if (enabled && !this.isClosed()) {
      this.#debugMode ??= new DebugMode(this, this.#scheduler);
    } else {
      this.#debugMode?.end({ isOver: false });
      this.#debugMode = null;
    }
  }

  /** The printed form. */
  toString(): string {
    return `<${this.constructor.name} running=${this.isRunning()} closed=${this.isClosed()} ` +
      `debug=${this.getDebug()}>`;
  }

  *#shutdownExecutor(timeout: number | null): Generator<Suspension, void, unknown> {
    this.#executorIsShut = true;
    const executor = this.#executor;
    if (executor === null) return;
    const waiting = this.createFuture<void>();
    const timer = timeout === null ? null : this.callLater(timeout, () => waiting.cancel());
    try {
      yield* awaitThenable(waiting, executor.shutdown({ wait: true }));
    } catch (error) {
      if (!waiting.cancelled() || timer === null || this.time() < timer.when()) throw error;
      logger.warning(
        `The executor did not finishing joining its threads within ${timeout} seconds.`,
      );
      yield* fromPromise(executor.shutdown({ wait: false }));
    } finally {
      timer?.cancel();
    }
  }

  #addTimer(when: number, callback: Callback<never>, args: unknown[], method: string): TimerHandle {
    this.#scheduler.checkOpen();
    checkCallback(callback, method);
    const handle = new TimerHandle(when, callback as Callback<unknown[]>, args, this);
    if (this.#scheduler.debug) noteSource(handle);
    this.#scheduler.addTimer(handle);
    return handle;
  }

  #checkCanRun(): void {
    this.#scheduler.checkOpen();
    if (this.isRunning()) throw new RuntimeError("This event loop is already running");
    if (runningLoop() !== null) {
      throw new RuntimeError("Cannot run the event loop while another loop is running");
    }
  }

  #run(): Promise<RunEnd> {
    return new Promise((resolve) => this.#scheduler.start(resolve));
  }

  #prepareRun<T>(awaitable: AwaitableLike<T>): [Future<T>, () => void] {
    const future = ensureFutureOn(this, awaitable);
    const stop = () => {
      markRetrieved(future);
      // A system error has ended the run; a stop would end the next one.
      if (!endsRun(peekError(future)?.error)) this.stop();
    };
    future.addDoneCallback(stop);
    return [future, stop];
  }

  #concludeRun<T>(future: Future<T>, stop: () => void, end: RunEnd, isGiven: boolean): T {
    future.removeDoneCallback(stop);
    // Of a future that was given its owner has still to see the error.
    if (typeof end === "object" && future.done() && !isGiven) markRetrieved(future);
    this.#checkEnd(end, future);
    if (!future.done()) throw new RuntimeError("Event loop stopped before Future completed.");
    return resultOutside(future);
  }

  #checkEnd(end: RunEnd, what: unknown): void {
    if (end === "deadlocked") {
      // A run that can wait for those does, and so none is left where it is deadlocked.
      if (this.#scheduler.outside > 0) throw synchronousError("a promise, a signal or a job");
      throw deadlock(String(what), tasksOf(this));
    }
    if (typeof end === "object") throw end.interrupt;
  }

  /** What asyncio tells of a task that is collected; nothing of this loop's will ever run again. */
  #reportPending(): void {
    for (const task of tasksOf(this)) {
      this.callExceptionHandler({
        message: "Task was destroyed but it is pending!",
        task,
        ...sourceContext(task),
      });
    }
  }
}

/**
 * Makes a loop.
 *
 * @param options `clock`: where time comes from; `schedule`: what decides the order of what is ready.
 * @returns The loop; close it when it is over.
 *
 * @example
 * ```ts
 * import { newEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = newEventLoop();
 * loop.callSoon(() => loop.stop());
 * await loop.runForever();
 * loop.close();
 * assertEquals(loop.isClosed(), true);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.new_event_loop
 */
export function newEventLoop(options: EventLoopOptions = {}): EventLoop {
  return new EventLoop(options);
}

setHostSink(({ message }) => host.logError(message));

function checkCallback(callback: unknown, method: string): void {
  refuseCoroutine(callback, method);
  checkCallable(callback, method);
}

function checkCallable(callback: unknown, method: string): void {
  if (typeof callback === "function") return;
  throw new TypeError(`a callable object was expected by ${method}(), got ${describe(callback)}`);
}

/** The context of a task or a handle, or `null`. */
function contextOf(subject: unknown): Context | null {
  return subject instanceof Task || subject instanceof Handle ? subject.getContext() : null;
}
