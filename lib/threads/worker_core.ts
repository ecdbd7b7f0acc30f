/**
 * What every worker's script rests on: its functions, its messages, the rest of the script when that is
 * needed.
 *
 * It is sent as text, so that no file has to be found: the one file in which this module comes is
 * enough, from any origin, without a build. So each function here and in the other files of scripts
 * stands by itself: it uses nothing from around it, and names no function in a `const` or by itself,
 * for which a bundler may put in a call of a helper. All is small, for each worker reads it anew; the
 * runtime itself is loaded only when a call turns out to be a coroutine, or for a loop.
 *
 * An executor's worker begins with even less: with what calls a function and sends what it returns. The
 * rest, `core_rest.ts` and `job_rest.ts`, comes as a string before the first message and is evaluated
 * when something else happens first, without asking for it, for a worker that falls over itself has no
 * time for that. Where nothing may be evaluated, and that cannot be known, a worker for a module's
 * functions has all of it in its script; one for functions that cross as source evaluates those first,
 * and when that is refused it says so, `bare`, and one that has all is started in its place.
 *
 * @module
 */
import type { CarriedValue } from "../coroutine/context_vars.ts";
import type { WorkerPort } from "../platform/workers.ts";
import { scriptText } from "./script_text.ts";
import { isPlain } from "./finder.ts";
import type {
  AskHub,
  FromWorker,
  FunctionSource,
  RuntimeSource,
  ToWorker,
  WireValue,
} from "./wire.ts";

/** As much of this module as a worker uses. */
export interface Runtime {
  /** Awaits what a function gives that is called for it, within the task. */
  call(target: () => unknown): Iterable<unknown, unknown>;
  ensureFuture(awaitable: unknown): RuntimeTask;
  newEventLoop(): RuntimeLoop;
  run(main: () => unknown): Promise<unknown>;
  runInContext<T>(carried: readonly CarriedValue[], callback: () => T): T;
  setEventLoop(loop: RuntimeLoop): void;
  /** How long a loop that runs has nothing to do if nobody wakes it, in milliseconds. */
  leisureOf(loop: RuntimeLoop): number;
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

/** What of the core is not in every script. */
export interface CoreRest {
  /** Makes data of what was thrown. */
  encode(error: unknown): WireValue;
  /** Throws if something of what a message brings would be emptied on its way. */
  checkLoss(message: FromWorker): void;
  /** Why a message cannot be sent, as the error that is sent instead. */
  refusal(message: FromWorker, cause: unknown): TypeError;
  /** The error of a module that has no function of a name. */
  exportError(module: object, name: string): TypeError;
  /** The error of a function that cannot be loaded. */
  loadError(known: KnownFunction, cause: unknown): WireValue;
  /** The runtime, loaded when it is first asked for; or one that a module has brought, beside it. */
  runtime(): Promise<Runtime>;
}

/** Makes the rest of a script; `makeRest` functions are sent as text. */
export type MakeRest<R> = (port: WorkerPort, core: WorkerCore<R>) => R;

/** What a worker's script rests on; `R` is the rest of it. */
export interface WorkerCore<R = CoreRest> {
  /** The function of this name. */
  isPlain(value: unknown, depth: number): boolean;
  /** Imports a module. */
  bring(url: string): Promise<object>;
  /** The runtime that a module has brought, or that was loaded. */
  readonly registered: Runtime | null;
  /** Which job is being made, for what it asks of the other thread. */
  job: number | null;
  /** Which job was told to end while it blocked. */
  readonly interrupted: number | null;
  /** Sends a message, together with the others of this turn. */
  send(message: FromWorker): void;
  /** Sends at once what waits. */
  flush(): void;
  /** Gives back what waits behind the job that is being made; where there may be such, set by who makes jobs. */
  giveBack?(): void;
  /** Takes note that an item of the job's stream cannot be sent: the stream ends by that. */
  refuse(error: TypeError): void;
  /** Marks what of a value is moved when it is sent, as this module's function of this name. */
  transfer<T extends object>(value: T, buffers: readonly Transferable[]): T;
  /** What is moved with which value. */
  readonly transfers: WeakMap<object, readonly Transferable[]>;
  /** Calls back, in a turn of its own where the place needs that. */
  nextTurn(callback: () => void): void;
  /** To be called when little is left to be done until the next message: as the port's. */
  idle(leisure: () => number): void;
  /** A clock, in milliseconds. */
  now(): number;
  /** The function of a number. */
  known(functionId: number): KnownFunction;
  /** Finds the function itself; gives the error when it cannot, else `null`. */
  load(known: KnownFunction): Promise<WireValue | null>;
  /** The rest of the script, which is made when it is first asked for. */
  rest(): R;
  /** Takes where this module is, once the other thread was asked. */
  giveRuntime(source: RuntimeSource): void;
  /** Runs a part of a call in the call's context. Without the runtime there are no variables. */
  within<T>(context: readonly CarriedValue[] | undefined, known: KnownFunction, part: () => T): T;
  /** Begins to listen: `receive` is called with each message that is not the core's own, then `end`. */
  listen(receive: (message: ToWorker) => void, end: () => void): void;
}

/**
 * The source of an expression that makes the core, where `port` is the worker's port.
 *
 * @param rest The source of the function that makes the rest, where the script has it from the start.
 */
export function coreText(rest = "null"): string {
  // The last one never stands in this file but as text: bundlers and their servers put a helper of theirs into an
  // `import()` of what they cannot know, and no worker has that.
  return `(${scriptText(makeCore)})(port,${scriptText(isPlain)},${rest},(url)=>import(url))`;
}

/** Makes the core; sent as text. */
export function makeCore<R extends CoreRest>(
  port: WorkerPort,
  isPlain: (value: unknown, depth: number) => boolean,
  makeRest: MakeRest<R> | null,
  bring: (url: string) => Promise<object>,
): WorkerCore<R> {
  const functions = new Map<number, KnownFunction>();
  const moved = Symbol.for("asyncio.transfers");
  const transfers: WeakMap<object, readonly Transferable[]> = Reflect.get(globalThis, moved) ??
    new WeakMap();
  Reflect.set(globalThis, moved, transfers);
  // As `soon` has it, in base/soon.ts.
  const resolved = Promise.resolve();
  let outbox: FromWorker[] = [];
  /** The source of what makes the rest, where the script has not that itself. */
  let restText = "";
  let rest: R | null = null;

  const core = {
    asked: 0,
    interrupted: null as number | null,
    job: null as number | null,
    loading: null as string | null,
    registered: null as Runtime | null,
    blockingRefusal: port.blockingRefusal,
    seen: [] as number[],
    answers: new Map() as AskHub["answers"],
    transfers,
    isPlain,
    bring,
    giveRuntime(_source: RuntimeSource): void {},
    refuse(_error: TypeError): void {},
    nextTurn: port.nextTurn,
    idle: port.idle,
    now: port.now,

    register(runtime: Runtime): void {
      core.registered = runtime;
    },

    send(message: FromWorker): void {
      if (outbox.length === 0) resolved.then(() => core.flush());
      outbox.push(message);
    },

    flush(): void {
      const batch = outbox;
      if (batch.length === 0) return;
      outbox = [];
      if (core.seen.length > 0) batch.push(["seen", core.seen.splice(0)]);
      try {
        const buffers: Transferable[] = [];
        for (let at = 0; at < batch.length; at++) {
          const message = batch[at]!;
          if (typeof message[2] === "object") buffers.push(...core.buffersOf(message));
        }
        port.post(core.pack(batch), buffers);
      } catch {
        // One that cannot be cloned fails them all: find out which.
        let refused: unknown;
        for (const message of batch) {
          // What a stream gave behind an item that cannot be sent is not of it any more.
          const isLate = message[0] === "item" && message[1] === refused;
          if (!isLate && !core.sendAlone(message)) refused = message[1];
        }
      }
      // None of a simple value, which is no trouble.
      for (const message of batch) transfers.delete(message[2] as object);
    },

    /** Makes one list of the results that follow each other, which stands alone where it is all. */
    pack(batch: FromWorker[]): unknown[] {
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
      return run !== null && packed.length === 1 ? run : packed;
    },

    /** What is to be moved with a message. Throws if something of it would be lost on its way. */
    buffersOf(message: FromWorker): readonly Transferable[] {
      const value = message[2] as object;
      if (!isPlain(value, 9)) core.rest().checkLoss(message);
      return transfers.get(value) ?? [];
    },

    transfer<T extends object>(value: T, buffers: readonly Transferable[]): T {
      transfers.set(value, buffers);
      return value;
    },

    /** Gives `false` of an item that cannot be sent, by which its stream ends. */
    sendAlone(message: FromWorker): boolean {
      try {
        port.post([message], [...core.buffersOf(message)]);
      } catch (cause) {
        const refusal = core.rest().refusal(message, cause);
        if (message[0] === "item") {
          core.refuse(refusal);
          return false;
        }
        const error = core.rest().encode(refusal);
        if (message[0] === "ask") core.answers.get(message[1])?.("error", error);
        else port.post([["error", message[1], error]]);
      }
      return true;
    },

    known(functionId: number): KnownFunction {
      return functions.get(functionId)!;
    },

    async load(known: KnownFunction): Promise<WireValue | null> {
      const { source } = known;
      try {
        if (source.kind === "module") {
          core.loading = source.url;
          const module = await bring(source.url).finally(() => core.loading = null);
          const target = Reflect.get(module, source.exportName);
          if (typeof target !== "function") {
            throw core.rest().exportError(module, source.exportName);
          }
          known.target = target;
          known.runtime = core.registered;
        } else {
          if (source.usesRuntime) known.runtime = await core.rest().runtime();
          known.target = (0, eval)(source.text);
        }
        known.isAsync = Object.prototype.toString.call(known.target) === "[object AsyncFunction]";
        return null;
      } catch (cause) {
        try {
          core.rest();
        } catch {
          core.send(["bare"]);
          return new Promise(() => {});
        }
        return core.rest().loadError(known, cause);
      }
    },

    rest(): R {
      return rest ??= (makeRest ?? (0, eval)(restText) as MakeRest<R>)(port, core);
    },

    within<T>(
      context: readonly CarriedValue[] | undefined,
      known: KnownFunction,
      part: () => T,
    ): T {
      const runtime = known.runtime ?? core.registered;
      return context && runtime ? runtime.runInContext(context, part) : part();
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
        port.post([["fatal", core.rest().encode(error)]]);
      });
      port.onExit(() => core.flush());
      core.send(["up"]);
      port.listen((list: readonly unknown[]) => {
        const isRun = typeof list[0] === "number";
        const batch = (isRun ? [["calls", list]] : list) as readonly ToWorker[];
        // By indices: see worker_line.ts.
        for (let at = 0; at < batch.length; at++) {
          const message = batch[at]!;
          const kind = message[0];
          if (kind === "define") {
            const [, id, name, source] = message;
            functions.set(id, { name, source, target: null, isAsync: false, runtime: null });
          } else if (kind === "runtime") {
            core.giveRuntime(message[1]);
          } else if (kind === "rest") {
            restText = message[1];
          } else if (kind === "answer") {
            core.answers.get(message[1])?.(message[2], message[3]);
          } else if (kind === "calls") {
            core.unpack(message[1] as number[], receive);
          } else {
            receive(message);
          }
        }
        end();
      });
    },
  };
  Reflect.set(globalThis, Symbol.for("asyncio.worker"), core satisfies AskHub);
  return core;
}
