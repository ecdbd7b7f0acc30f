/**
 * An event loop on another thread, seen from this one.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { asyncDisposeKey } from "../base/dispose.ts";
import { RuntimeError } from "../base/errors.ts";
import { defineMethods } from "../base/methods.ts";
import { printByToString } from "../base/printing.ts";
import { describe } from "../base/repr.ts";
import { soon } from "../base/soon.ts";
import { BrokenExecutor } from "../concurrent/broken_executor.ts";
import {
  claimFuture,
  ConcurrentFuture,
  confirmCancel,
  joinCancel,
} from "../concurrent/concurrent_future.ts";
import type { WorkerCall } from "../concurrent/worker_call.ts";
import { refuseCoroutine } from "../coroutine/coroutine.ts";
import { host, hostWorkers } from "../platform/current.ts";
import type { WorkerDeath } from "../platform/workers.ts";
import { contextToCarry } from "./carried_context.ts";
import { type AnyFunction, cross, type Crossing } from "./crossing.ts";
import { EXPOSE_OPTIONS, type ExposeOptions, type Exposure, makeExposure } from "./exposure.ts";
import { loopWorkerScript } from "./loop_worker.ts";
import { checkArguments, findObstacle } from "./sent_arguments.ts";
import { decode, type FromWorker } from "./wire.ts";
import {
  causeOf,
  checkImports,
  checkRuntime,
  describeDeath,
  logDeath,
  WorkerLine,
} from "./worker_line.ts";

/** What {@linkcode ThreadLoop} takes. */
export interface ThreadLoopOptions extends ExposeOptions {
  /** What the thread is called in messages and in the host's tools. @default {"ThreadLoop-N"} */
  name?: string | undefined;
}

/** Runs a call on a loop of another thread; for `runCoroutineThreadsafe`. */
export let callOnThread: <T>(loop: ThreadLoop, call: WorkerCall<T>) => ConcurrentFuture<T>;

let made = 0;

/**
 * An event loop that lives on another thread: what in Python is a new loop, and a thread that runs it.
 *
 * It has the methods that another thread may call, and `runForever`, which here begins the run there.
 * Coroutines are sent to it by `runCoroutineThreadsafe`; the thread loads this module to run them, so
 * what they import of it is all there. Functions that cross as source find it in the global `asyncio`.
 *
 * A loop that runs keeps a Deno process alive. Close it in the end.
 *
 * @example
 * ```ts
 * import { runCoroutineThreadsafe, ThreadLoop, workerFunction } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const loop = new ThreadLoop();
 * const stopped = loop.runForever();
 *
 * const add = workerFunction(function* (a: number, b: number) {
 *   return a + b;
 * });
 * assertEquals(await runCoroutineThreadsafe(add(20, 22), loop), 42);
 *
 * loop.callSoonThreadsafe(loop.stop);
 * await stopped;
 * await loop.close();
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-dev.html#concurrency-and-multithreading
 */
export class ThreadLoop {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static get name(): string {
    return "ThreadLoop";
  }

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(ThreadLoop, {
      [asyncDisposeKey](this: ThreadLoop) {
        const run = this.#run;
        if (run === null) return this.close();
        const disposal = new ConcurrentFuture<void>();
        disposal.setRunningOrNotifyCancel();
        run.addDoneCallback(() => this.close().addDoneCallback(() => disposal.setResult()));
        this.stop();
        return disposal;
      },
    });
  })();

  readonly #name: string;
  readonly #exposure: Exposure | null;
  #line: WorkerLine | null = null;
  /** The run that is on. */
  #run: ConcurrentFuture<void> | null = null;
  /** Why it is closed, or `null` while it is not. */
  #closed: string | null = null;
  /** The calls that are not answered, by number. */
  readonly #calls = new Map<number, ConcurrentFuture<unknown>>();
  /** Those among them that were told to end, and have not. */
  readonly #aborted = new Set<number>();
  #numbers = 0;
  #turnEnds = false;

  static readonly #friends: void = /* @__PURE__ */ (() => {
    callOnThread = (loop, call) => loop.#call(call);
  })();

  /**
   * Makes a loop. Its thread is started when it is first needed.
   *
   * @param options `name`: what the thread is called; `expose` and `parent`: what code there may call
   * here.
   * @throws {TypeError} If something exposed is no function, or an option of the wrong type or none that there is.
   * @throws {RuntimeError} If functions are exposed, and there is no loop to run them.
   */
  constructor(options: ThreadLoopOptions = {}) {
    checkOptions(options, "ThreadLoop()", ["name", ...EXPOSE_OPTIONS]);
    const name = options.name ?? `ThreadLoop-${made++}`;
    if (typeof name !== "string") {
      throw new TypeError(`name must be a string, got ${describe(name)}`);
    }
    this.#name = name;
    this.#exposure = makeExposure(options);
  }

  /**
   * Has the loop run until it is stopped. The thread is started when it is first needed.
   *
   * @returns The future of the run: it is done when the loop has stopped. It fails with a
   * `RuntimeError` if a run is on or the loop is closed, with a `BrokenExecutor` if the thread dies, and with the
   * `SystemExit` or `KeyboardInterrupt` that a coroutine or a callback threw, which ends the thread.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_forever
   */
  runForever(): ConcurrentFuture<void> {
    const run = new ConcurrentFuture<void>();
    run.setRunningOrNotifyCancel();
    if (this.#run !== null) {
      run.setException(new RuntimeError("This event loop is already running"));
    } else if (this.#closed !== null) {
      run.setException(new RuntimeError(this.#closed));
    } else {
      try {
        const line = this.#open();
        line.ref();
        line.push(["run"]);
        this.#run = run;
        this.#flushSoon();
      } catch (error) {
        run.setException(error);
      }
    }
    return run;
  }

  /**
   * Has the loop stop after the iteration that is on then; without a run, the next one after its first.
   * It is in order with the other calls from this thread, as `callSoonThreadsafe(loop.stop)` is.
   *
   * @throws {RuntimeError} If the loop is closed.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.stop
   */
  stop(): void {
    this.#open().push(["stop"]);
    this.#flushSoon();
  }

  /**
   * Has a function called by the loop, in its thread. Calls are made in order. What the function throws
   * goes to the loop's exception handler there.
   *
   * @param callback A function that closes over nothing, what `workerFunction` made, or `loop.stop`.
   * @param args Its arguments, which are cloned.
   * @throws {TypeError} If the function makes coroutines or cannot cross, or an argument cannot be cloned or
   * belongs to this thread.
   * @throws {RuntimeError} If the loop is closed.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe
   */
  callSoonThreadsafe<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): void {
    if (callback === this.stop) return this.stop();
    refuseCoroutine(callback, "callSoonThreadsafe");
    const crossing = this.#cross(callback, "callSoonThreadsafe");
    const line = this.#open();
    checkArguments(crossing.name, args);
    const obstacle = findObstacle(args, "args");
    if (obstacle !== null) {
      throw new TypeError(
        `cannot send the arguments of ${crossing.name}() to another thread: ${obstacle}`,
      );
    }
    line.define(crossing);
    line.push(["callback", crossing.id, args, contextToCarry()]);
    this.#flushSoon();
  }

  /**
   * Tells whether a run is on, as far as this thread knows.
   *
   * @returns Whether one was begun and has not ended.
   */
  isRunning(): boolean {
    return this.#run !== null;
  }

  /**
   * Tells whether the loop is closed, or its thread gone.
   *
   * @returns Whether it is of no more use.
   */
  isClosed(): boolean {
    return this.#closed !== null;
  }

  /**
   * Closes the loop and ends its thread. What is unfinished there fails with a `RuntimeError`. Closing
   * twice does nothing.
   *
   * @returns A future that is done when the thread is gone. It fails with a `RuntimeError` if a run is
   * on.
   *
   * @see https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.close
   */
  close(): ConcurrentFuture<void> {
    const closing = new ConcurrentFuture<void>();
    closing.setRunningOrNotifyCancel();
    if (this.#run !== null) {
      closing.setException(new RuntimeError("Cannot close a running event loop"));
      return closing;
    }
    this.#closed ??= "Event loop is closed";
    this.#failCalls(new RuntimeError("Event loop is closed"));
    const line = this.#line;
    this.#line = null;
    if (line === null) closing.setResult();
    else line.terminate().then(() => closing.setResult());
    return closing;
  }

  /**
   * Ends the loop's thread at once, whatever it does: the way out where it is held up, by a function
   * that does not return, say, so that it cannot be stopped. Who waits for the run or for a coroutine
   * gets a `BrokenExecutor`. The loop is closed afterwards. Terminating twice does nothing.
   *
   * @returns A future that is done when the thread is gone.
   */
  terminate(): ConcurrentFuture<void> {
    const ending = new ConcurrentFuture<void>();
    ending.setRunningOrNotifyCancel();
    const line = this.#line;
    this.#line = null;
    this.#break(new BrokenExecutor(`${this.#name} was terminated`));
    if (line === null) ending.setResult();
    else line.terminate().then(() => ending.setResult());
    return ending;
  }

  /**
   * Not for other threads; {@linkcode callSoonThreadsafe} is.
   *
   * @throws {RuntimeError} Always.
   */
  callSoon(..._args: unknown[]): never {
    return refuse("callSoon", "callSoonThreadsafe()");
  }

  /**
   * Not for other threads; {@linkcode callSoonThreadsafe} is, with a function that calls it over there.
   *
   * @throws {RuntimeError} Always.
   */
  callLater(..._args: unknown[]): never {
    return refuse("callLater", "callSoonThreadsafe()");
  }

  /**
   * Not for other threads; {@linkcode callSoonThreadsafe} is, with a function that calls it over there.
   *
   * @throws {RuntimeError} Always.
   */
  callAt(..._args: unknown[]): never {
    return refuse("callAt", "callSoonThreadsafe()");
  }

  /**
   * Not for other threads; `runCoroutineThreadsafe` is.
   *
   * @throws {RuntimeError} Always.
   */
  createTask(..._args: unknown[]): never {
    return refuse("createTask", "runCoroutineThreadsafe()");
  }

  /** The printed form. */
  toString(): string {
    return `<ThreadLoop ${this.#name} running=${this.isRunning()} closed=${this.isClosed()}>`;
  }

  #call<T>(call: WorkerCall<T>): ConcurrentFuture<T> {
    const crossing = cross(call.target, "runCoroutineThreadsafe");
    checkArguments(crossing.name, call.args);
    const line = this.#open();
    // What the thread knows was checked before; asking the host is dear.
    if (!line.knows(crossing.id)) checkImports(hostWorkers, crossing.source);
    const id = this.#numbers++;
    const future = new ConcurrentFuture<T>();
    this.#calls.set(id, future as ConcurrentFuture<unknown>);
    joinCancel(future as ConcurrentFuture<unknown>, () => this.#abort(line, id));
    line.define(crossing);
    line.push(["call", id, crossing.id, call.args, contextToCarry()]);
    this.#flushSoon();
    return future;
  }

  /** Tells a coroutine to end; it will say when it has, but for a loop that stands still. */
  #abort(line: WorkerLine, id: number): void {
    line.push(["abort", id]);
    this.#flushSoon();
    if (this.#run === null) this.#confirm(id);
    else this.#aborted.add(id);
  }

  #confirm(id: number): void {
    const future = this.#calls.get(id);
    this.#forget(id);
    if (future === undefined) return;
    confirmCancel(future);
    claimFuture(future);
  }

  #forget(id: number): void {
    this.#calls.delete(id);
    this.#aborted.delete(id);
  }

  #cross(callback: AnyFunction, method: string): Crossing {
    if (typeof callback !== "function") {
      throw new TypeError(
        `a callable object was expected by ${method}(), got ${describe(callback)}`,
      );
    }
    const crossing = cross(callback, method);
    checkImports(hostWorkers, crossing.source);
    return crossing;
  }

  #open(): WorkerLine {
    if (this.#closed !== null) throw new RuntimeError(this.#closed);
    if (this.#line !== null) return this.#line;
    checkRuntime(hostWorkers);
    this.#line = new WorkerLine(hostWorkers, { name: this.#name, script: loopWorkerScript() }, {
      exposure: this.#exposure,
      receive: (message) => this.#receive(message),
      turnEnded() {},
      refused: (id, error) => this.#take(id)?.setException(error),
      died: (death) => this.#bury(death),
    });
    // Only a run keeps the process alive.
    this.#line.unref();
    return this.#line;
  }

  #flushSoon(): void {
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    soon(() => {
      this.#turnEnds = false;
      this.#line?.flush();
    });
  }

  #receive(message: FromWorker): void {
    switch (message[0]) {
      case "result":
        this.#take(message[1])?.setResult(message[2]);
        break;
      case "error":
        this.#take(message[1])?.setException(decode(message[2]));
        break;
      case "cancelled":
        this.#confirm(message[1]);
        break;
      case "stopped":
        if (message[1] !== undefined) return this.#exit(decode(message[1]));
        this.#line?.unref();
        // What was told to end does so in the next run, which nobody may wait for.
        for (const id of [...this.#aborted]) this.#confirm(id);
        this.#endRun()?.setResult();
        break;
      case "log":
        host.logError(`${this.#name}: ${decode(message[1])}`);
    }
  }

  /** The future of a call that is answered, unless it was cancelled or settled by hand meanwhile. */
  #take(id: number): ConcurrentFuture<unknown> | null {
    const future = this.#calls.get(id);
    this.#forget(id);
    return future !== undefined && claimFuture(future) ? future : null;
  }

  #endRun(): ConcurrentFuture<void> | null {
    const run = this.#run;
    this.#run = null;
    return run;
  }

  /** Takes note that the run has thrown: with it ends the thread, as in Python. */
  #exit(error: unknown): void {
    void this.#line?.terminate();
    this.#line = null;
    this.#endRun()?.setException(error);
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#break(new BrokenExecutor(`${this.#name} was ended by ${text}`, { cause: error }));
  }

  #bury(death: WorkerDeath): void {
    const text = `${this.#name} ${describeDeath(death)}`;
    // One that fell over itself is still there in some places.
    void this.#line?.terminate();
    if (this.#run === null && this.#calls.size === 0) logDeath(this.#name, death);
    this.#break(new BrokenExecutor(text, causeOf(death)));
  }

  /** Closes the loop over what ended it, and tells all who wait. */
  #break(error: BrokenExecutor): void {
    this.#closed ??= `Event loop is closed: ${error.message}`;
    this.#endRun()?.setException(error);
    this.#failCalls(error);
  }

  #failCalls(error: Error): void {
    const lost = [...this.#calls.keys()];
    for (const id of lost) this.#take(id)?.setException(error);
  }
}

/** A thread's loop can be ended by `await using`. */
export interface ThreadLoop {
  /** What `await using` calls: stops the loop, waits for that, and closes it. */
  [Symbol.asyncDispose](): ConcurrentFuture<void>;
}

/** asyncio tells of this in debug mode; here there is no other way that it could go. */
function refuse(method: string, expected: string): never {
  throw new RuntimeError(
    "Non-thread-safe operation invoked on an event loop other than the current one: " +
      `expected ${expected}, got ${method}()`,
  );
}
