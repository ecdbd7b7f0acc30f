/**
 * What runs in an executor's worker: it makes the calls that it is told to, one after the other, and
 * tells what came of them. It is sent as text; see `worker_core.ts`.
 *
 * @module
 */
import type { CarriedValue } from "../coroutine/context_vars.ts";
import { coreRestText } from "./core_rest.ts";
import { makeJobRest } from "./job_rest.ts";
import { scriptText } from "./script_text.ts";
import {
  type CoreRest,
  coreText,
  type KnownFunction,
  type RuntimeTask,
  type WorkerCore,
} from "./worker_core.ts";

/**
 * The source of the function that an executor's worker calls with its port.
 *
 * @param isWhole Whether it has from the start what it else asks for when that is needed.
 */
export function jobWorkerScript(isWhole: boolean): string {
  return `(port)=>(${scriptText(jobWorker)})(${coreText(isWhole ? jobRestText() : undefined)})`;
}

/** The rest of that script: the source of the function that makes it. */
export function jobRestText(): string {
  return `(port,core)=>(${scriptText(makeJobRest)})(core,${coreRestText()})`;
}

/** The function of a call. */
export type Target = NonNullable<KnownFunction["target"]>;

/** A call that a worker was told to make. */
export interface Call {
  readonly id: number;
  readonly known: KnownFunction;
  /** The arguments; of a chunk, the argument of each of the calls that it is. */
  readonly args: readonly unknown[];
  readonly isChunk: boolean;
  /** What the context variables of the call are; left out where it has no context of its own. */
  readonly context: readonly CarriedValue[] | undefined;
  aborted: boolean;
  /** What `this.signal` is of, once the job has asked for it. */
  controller: AbortController | null;
  /** The task in which it runs, if it is a coroutine. */
  task: RuntimeTask | null;
  /** How many more items its stream may give. */
  credit: number;
  /** Lets a stream that has used up its credit go on. */
  goOn: (() => void) | null;
}

/** What the script does with calls, as far as its rest needs that. */
export interface Jobs {
  /** Calls the function. */
  begin(call: Call, target: Target, args: readonly unknown[]): unknown;
  /** Waits for what a call gave. */
  outcome(call: Call, value: unknown): Promise<unknown>;
  /** Whether it is by an error that a call which was told to end has ended. */
  isCancellation(call: Call, error: unknown): boolean;
  /** Goes on with the next call. */
  goOn(): void;
}

/** What of the script is made when it is first needed. */
export interface JobRest extends CoreRest {
  /** Makes all the calls of a chunk; what comes after an error is left out. */
  makeAll(jobs: Jobs, call: Call, target: Target): Promise<void>;
  /** Sends the items of a stream as they are asked for; gives what it returns. */
  pump(call: Call, stream: AsyncIterable<unknown>): Promise<unknown>;
  /** Runs a coroutine that a call gave, on a loop of its own. */
  drive(coroutine: unknown, call: Call): Promise<unknown>;
}

/** Makes calls; sent as text. */
export function jobWorker(core: WorkerCore<JobRest>): void {
  const queue: Call[] = [];
  /** The call that is being made and waits. */
  let running: Call | null = null;
  /** When the last call was over. */
  let clock = 0;
  const own = Symbol();

  /** What `this` is in a job; what it needs is made when it is asked for. */
  const context = {
    get signal() {
      return jobs.signalOf((this as unknown as { [own]: Call })[own]);
    },
    transfer: core.transfer,
  };

  const jobs = {
    /** Makes the calls that wait, one after the other. */
    next(): void {
      const begun = clock = core.now();
      let told = begun;
      while (running === null) {
        const call = queue.shift();
        if (call === undefined) {
          // Not a microtask later: in this turn there is nothing more to come along.
          core.flush();
          return core.idle(jobs.leisure);
        }
        if (call.known.target === null) jobs.load(call);
        else jobs.make(call, call.known.target);
        // Several are sent at a time because their like is quick. If one is not, others shall have
        // the rest, and nobody wait longer for what is done.
        if (running !== null || clock - begun > 5) core.giveBack!();
        if (clock - told > 1) {
          told = clock;
          core.flush();
        }
      }
    },

    leisure(): number {
      return running === null ? Infinity : 0;
    },

    async load(call: Call): Promise<void> {
      running = call;
      const error = await core.load(call.known);
      if (error === null) queue.unshift(call);
      else core.send(["error", call.id, error]);
      jobs.goOn();
    },

    goOn(): void {
      running = null;
      core.nextTurn(() => jobs.next());
    },

    /** Looks at the clock; gives how long it is since that was done before. */
    lap(): number {
      const before = clock;
      clock = core.now();
      return clock - before;
    },

    make(call: Call, target: Target): void {
      const { id, args, isChunk } = call;
      // Cancelled while it was on its way, or its module was loaded.
      if (call.aborted) return core.send(["cancelled", id]);
      core.job = id;
      if (isChunk) {
        running = call;
        return void core.rest().makeAll(jobs, call, target);
      }
      try {
        const value = jobs.begin(call, target, args);
        if (typeof value !== "object" || value === null || jobs.isPlain(value)) {
          // Nobody wants to know what an initializer gives, and it may be what cannot be cloned.
          core.send(["result", id, id < 0 ? 0 : value, jobs.lap()]);
        } else {
          jobs.settle(call, value);
        }
      } catch (error) {
        jobs.fail(call, error);
        jobs.lap();
      }
    },

    /** Whether it is by an error that a call which was told to end has ended. */
    isCancellation({ id, aborted }: Call, error: unknown): boolean {
      const isTold = aborted || core.interrupted === id;
      return isTold && (error as Partial<Error> | null)?.name === "CancelledError";
    },

    fail(call: Call, error: unknown): void {
      const { id } = call;
      core.send(
        jobs.isCancellation(call, error)
          ? ["cancelled", id]
          : ["error", id, core.rest().encode(error)],
      );
    },

    /** An async function that has the runtime at hand is a coroutine: it needs a loop to run on. */
    begin(call: Call, target: Target, args: readonly unknown[]): unknown {
      return call.known.isAsync && call.known.runtime !== null
        ? core.rest().drive(() => jobs.invoke(call, target, args), call)
        : jobs.invoke(call, target, args);
    },

    invoke(call: Call, target: Target, args: readonly unknown[]): unknown {
      const self = { __proto__: context, [own]: call };
      return call.context === undefined
        ? target.apply(self, args as unknown[])
        : core.within(call.context, call.known, () => target.apply(self, args as unknown[]));
    },

    signalOf(call: Call): AbortSignal {
      call.controller ??= new AbortController();
      if (call.aborted) call.controller.abort();
      return call.controller.signal;
    },

    /** Whether a value is an outcome as it is, and nothing to wait for. */
    isPlain(value: object): boolean {
      return !jobs.isCoroutine(value) && !jobs.isStream(value) && !("then" in value);
    },

    isCoroutine(value: object): boolean {
      return Symbol.for("asyncio.awaitable") in value ||
        Reflect.get(value, Symbol.toStringTag) === "Generator";
    },

    /** A stream of the platform's own may be moved instead. */
    isStream(value: unknown): value is AsyncIterable<unknown> {
      return typeof value === "object" && value !== null && Symbol.asyncIterator in value &&
        !core.transfers.has(value);
    },

    async outcome(call: Call, value: unknown): Promise<unknown> {
      return typeof value === "object" && value !== null && jobs.isCoroutine(value)
        ? await core.rest().drive(value, call)
        : await value;
    },

    async settle(call: Call, given: unknown): Promise<void> {
      const { id } = call;
      running = call;
      try {
        let value = await jobs.outcome(call, given);
        if (id < 0) value = 0;
        else if (jobs.isStream(value)) value = await core.rest().pump(call, value);
        core.send(["result", id, value, Infinity]);
      } catch (error) {
        jobs.fail(call, error);
      }
      jobs.goOn();
    },
  };

  core.giveBack = () => {
    const rest = queue.splice(0).map(({ id }) => id);
    if (rest.length > 0) core.send(["returned", rest]);
  };

  core.listen((message) => {
    if (message[0] === "call" || message[0] === "chunk") {
      queue.push({
        id: message[1],
        known: core.known(message[2]),
        args: message[3],
        isChunk: message[0] === "chunk",
        context: message[4],
        aborted: false,
        controller: null,
        task: null,
        credit: 0,
        goOn: null,
      });
    } else if (message[0] === "abort" || message[0] === "pull") {
      const id = message[1];
      const call = running?.id === id ? running : queue.find((call) => call.id === id);
      if (call === undefined) return;
      if (message[0] === "pull") {
        call.credit += message[2];
      } else {
        call.aborted = true;
        call.controller?.abort();
        call.task?.cancel();
      }
      call.goOn?.();
    }
  }, () => jobs.next());
}
