/**
 * What every worker's script rests on: its functions, its messages, the runtime when it is needed.
 *
 * It is sent as text, so that no file has to be found: the one file in which this module comes is
 * enough, from any origin, without a build. So each function here and in `job_worker.ts` and
 * `loop_worker.ts` stands by itself: it uses nothing from around it, and names no function in a `const`
 * or by itself, for which a bundler may put in a call of a helper. All is small, for each worker reads
 * it anew; the runtime itself is loaded only when a call turns out to be a coroutine, or for a loop.
 *
 * @module
 */
import type { CarriedValue } from "../coroutine/context_vars.ts";
import type { WorkerPort } from "../platform/workers.ts";
import { scriptText } from "./script_text.ts";
import {
  type AskHub,
  type Codec,
  type FromWorker,
  type FunctionSource,
  makeCodec,
  type RuntimeSource,
  type ToWorker,
  type WireValue,
} from "./wire.ts";

/** As much of this module as a worker uses. */
export interface Runtime {
  ensureFuture(awaitable: unknown): RuntimeTask;
  newEventLoop(): RuntimeLoop;
  run(main: () => unknown): Promise<unknown>;
  runInContext<T>(carried: readonly CarriedValue[], callback: () => T): T;
  setEventLoop(loop: RuntimeLoop): void;
}

/** A task, as far as a worker uses it. */
export interface RuntimeTask {
  addDoneCallback(callback: (task: RuntimeTask) => void): void;
  cancel(): boolean;
  cancelled(): boolean;
  done(): boolean;
  result(): unknown;
  [Symbol.iterator](): Iterator<unknown, unknown, unknown>;
}

/** A loop, as far as a worker uses it. */
export interface RuntimeLoop {
  callSoonThreadsafe(callback: (...args: unknown[]) => unknown, ...args: unknown[]): unknown;
  createTask(coro: () => unknown): RuntimeTask;
  runForever(): Promise<void>;
  stop(): void;
}

/** A function that a worker was told of. */
export interface KnownFunction {
  readonly name: string;
  readonly source: FunctionSource;
  /** The function itself, once it is loaded. */
  target: ((...args: unknown[]) => unknown) | null;
  /** Whether it is an async function. */
  isAsync: boolean;
  /** The runtime that was there when its module was loaded, or that its source uses. */
  runtime: Runtime | null;
}

/** What a worker's script rests on. */
export interface WorkerCore {
  /** Sends a message, together with the others of this turn. */
  send(message: FromWorker): void;
  /** Sends at once what waits. */
  flush(): void;
  /** Marks what of a value is moved when it is sent, as this module's function of this name. */
  transfer<T extends object>(value: T, buffers: readonly Transferable[]): T;
  /** Whether something of a value is to be moved. */
  moves(value: object): boolean;
  /** Calls back, in a turn of its own where the place needs that. */
  nextTurn(callback: () => void): void;
  /** A clock, in milliseconds. */
  now(): number;
  /** Makes data of what was thrown. */
  encode(error: unknown): WireValue;
  /** Notes which job is being made, for what it asks of the other thread. */
  setJob(id: number | null): void;
  /** The function of a number. */
  known(functionId: number): KnownFunction;
  /** Finds the function itself; gives the error when it cannot, else `null`. */
  load(known: KnownFunction): Promise<WireValue | null>;
  /** The runtime: one that a module has brought, or else loaded when it is first asked for. */
  runtime(): Promise<Runtime>;
  /** Runs a part of a call in the call's context. Without the runtime there are no variables. */
  within<T>(context: readonly CarriedValue[] | undefined, known: KnownFunction, part: () => T): T;
  /** Begins to listen: `receive` is called with each message that is not the core's own, then `end`. */
  listen(receive: (message: ToWorker) => void, end: () => void): void;
}

/** The source of an expression that makes the core, where `port` is the worker's port. */
export function coreText(): string {
  return `(${scriptText(makeCore)})(port,(${scriptText(makeCodec)})(port.emptied))`;
}

/** Makes the core; sent as text. */
export function makeCore(port: WorkerPort, codec: Codec): WorkerCore {
  const functions = new Map<number, KnownFunction>();
  const moved = Symbol.for("asyncio.transfers");
  const transfers: WeakMap<object, readonly Transferable[]> = Reflect.get(globalThis, moved) ??
    new WeakMap();
  Reflect.set(globalThis, moved, transfers);
  const nothing: readonly Transferable[] = [];
  let outbox: FromWorker[] = [];
  /** The answers that have come, of which the other thread was not told. */
  let seen: number[] = [];
  let registered: Runtime | null = null;
  let loading: Promise<Runtime> | null = null;
  let giveRuntime: ((source: RuntimeSource) => void) | null = null;

  const hub: AskHub & { register(runtime: Runtime): void } = {
    asked: 0,
    job: null,
    blockingRefusal: port.blockingRefusal,
    answers: new Map(),
    send: (message) => core.send(message),
    flush: () => core.flush(),
    noteSeen: (id) => seen.push(id),
    register(runtime: Runtime): void {
      registered = runtime;
    },
  };
  Object.defineProperty(globalThis, Symbol.for("asyncio.worker"), {
    configurable: true,
    value: hub,
  });

  const core = {
    encode: codec.encode,
    nextTurn: port.nextTurn,
    now: port.now,

    setJob(id: number | null): void {
      hub.job = id;
    },

    send(message: FromWorker): void {
      if (outbox.length === 0) queueMicrotask(() => core.flush());
      outbox.push(message);
    },

    flush(): void {
      const batch = outbox;
      if (batch.length === 0) return;
      outbox = [];
      if (seen.length > 0) batch.push(["seen", seen]);
      seen = [];
      try {
        const buffers: Transferable[] = [];
        for (const message of batch) {
          if (typeof message[2] !== "object") continue;
          core.checkLoss(message);
          buffers.push(...core.buffersOf(message));
        }
        port.post(core.pack(batch), buffers);
      } catch {
        // One that cannot be cloned fails them all: find out which.
        for (const message of batch) core.sendAlone(message);
      }
      for (const [, , value] of batch) {
        if (typeof value === "object" && value !== null) transfers.delete(value);
      }
    },

    /** Makes one list of the results that follow each other. */
    pack(batch: FromWorker[]): FromWorker[] {
      if (batch.length === 1) return batch;
      const packed: FromWorker[] = [];
      let run: unknown[] | null = null;
      for (const message of batch) {
        if (message[0] !== "result") {
          run = null;
          packed.push(message);
        } else {
          if (run === null) packed.push(["results", run = []]);
          run.push(message[1], message[2], message[3]);
        }
      }
      return packed;
    },

    /** What is to be moved with a message. */
    buffersOf([, , value]: FromWorker): readonly Transferable[] {
      if (typeof value !== "object" || value === null) return nothing;
      return transfers.get(value) ?? nothing;
    },

    transfer<T extends object>(value: T, buffers: readonly Transferable[]): T {
      transfers.set(value, buffers);
      return value;
    },

    moves(value: object): boolean {
      return transfers.has(value);
    },

    checkLoss([kind, , value]: FromWorker): void {
      if (kind !== "result" && kind !== "item" && kind !== "chunk") return;
      const loss = codec.loss(value, "result");
      if (loss !== null) throw new TypeError(`${loss.path} is ${loss.what}`);
    },

    sendAlone(message: FromWorker): void {
      try {
        core.checkLoss(message);
        port.post([message], [...core.buffersOf(message)]);
      } catch (cause) {
        if (message[0] === "ask") return core.refuse(message[1], message[4], cause);
        const [, id, value] = message;
        const found = codec.obstacle(value, "result") ?? codec.loss(value, "result");
        const why = found === null ? core.wordsOf(cause) : `${found.path} is ${found.what}`;
        const text = `cannot send the result to another thread: ${why}`;
        port.post([["error", id, core.failure("TypeError", text, cause)]]);
      }
    },

    /** Fails a question that cannot be sent. */
    refuse(id: number, args: unknown[], cause: unknown): void {
      const found = codec.obstacle(args, "args");
      const what = found === null ? "" : `: ${found.path} is ${found.what}`;
      const text = `cannot send the arguments to another thread${what}`;
      hub.answers.get(id)?.("error", core.failure("TypeError", text, cause));
    },

    wordsOf(error: unknown): string {
      return error instanceof Error ? error.message : String(error);
    },

    /** An error of a class that is not here, as data. */
    failure(className: string, message: string, cause: unknown): WireValue {
      const wire = codec.encode(new Error(message, { cause }));
      return { ...wire, classes: [className, "Error"], name: className } as WireValue;
    },

    known(functionId: number): KnownFunction {
      const known = functions.get(functionId);
      if (known === undefined) throw new Error(`function ${functionId} is not defined`);
      return known;
    },

    async load(known: KnownFunction): Promise<WireValue | null> {
      const { name, source } = known;
      try {
        if (source.kind === "module") {
          known.target = core.exported(await import(source.url), source.exportName);
          known.runtime = registered;
        } else {
          const loaded = source.usesRuntime ? await core.loaded() : null;
          if (loaded !== null) known.runtime = registered ?? loaded;
          known.target = (0, eval)(source.text);
        }
        known.isAsync = Object.prototype.toString.call(known.target) === "[object AsyncFunction]";
        return null;
      } catch (cause) {
        const what = source.kind === "source"
          ? `cannot evaluate the source of ${name}() in a worker`
          : `cannot load ${source.exportName} from ${source.url} in a worker`;
        // Not by class: Firefox says EvalError, Chromium too, and neither says what to do.
        const hint = (cause as Partial<Error> | null)?.name === "EvalError"
          ? "the page's policy lacks script-src 'unsafe-eval'; " +
            "give the function by workerFunction(url, name): "
          : "";
        return core.failure("RuntimeError", `${what}: ${hint}${core.wordsOf(cause)}`, cause);
      }
    },

    exported(module: object, name: string): KnownFunction["target"] {
      const target: unknown = Reflect.get(module, name);
      if (typeof target === "function") return target as KnownFunction["target"];
      const names = Object.keys(module).join(", ") || "nothing";
      const what = target === undefined ? "no such export" : `${name} is no function but`;
      throw new TypeError(`${what} ${target === undefined ? `among ${names}` : typeof target}`);
    },

    async runtime(): Promise<Runtime> {
      return registered ?? await core.loaded();
    },

    within<T>(
      context: readonly CarriedValue[] | undefined,
      known: KnownFunction,
      part: () => T,
    ): T {
      const runtime = known.runtime ?? registered;
      return context && runtime ? runtime.runInContext(context, part) : part();
    },

    loaded(): Promise<Runtime> {
      loading ??= core.loadRuntime();
      return loading;
    },

    async loadRuntime(): Promise<Runtime> {
      const source = await new Promise<RuntimeSource>((resolve) => {
        giveRuntime = resolve;
        core.send(["runtime"]);
      });
      if (source.kind === "refused") {
        throw Object.assign(new Error(source.why), { name: "RuntimeError" });
      }
      const module = source.kind === "module"
        ? await import(source.url)
        : (0, eval)(`(${source.text})()`);
      // The name by which functions that come as source can use it.
      Object.assign(globalThis, { asyncio: module });
      return module;
    },

    /** Takes apart a list of calls. */
    unpack(run: readonly number[], receive: (message: ToWorker) => void): void {
      for (let at = 0; at < run.length;) {
        const args = at + 3;
        const end = args + run[at + 2]!;
        receive(["call", run[at]!, run[at + 1]!, run.slice(args, end)]);
        at = end;
      }
    },

    listen(receive: (message: ToWorker) => void, end: () => void): void {
      port.onFatal((error) => {
        core.flush();
        port.post([["fatal", codec.encode(error)]]);
      });
      port.onExit(() => core.flush());
      core.send(["up"]);
      port.listen((batch: readonly ToWorker[]) => {
        for (const message of batch) {
          if (message[0] === "define") {
            const [, functionId, name, source] = message;
            functions.set(functionId, {
              name,
              source,
              target: null,
              isAsync: false,
              runtime: null,
            });
          } else if (message[0] === "runtime") {
            giveRuntime?.(message[1]);
          } else if (message[0] === "answer") {
            hub.answers.get(message[1])?.(message[2], message[3]);
          } else if (message[0] === "calls") {
            core.unpack(message[1] as number[], receive);
          } else {
            receive(message);
          }
        }
        end();
      });
    },
  };
  return core;
}
