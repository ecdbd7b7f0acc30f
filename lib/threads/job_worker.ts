/**
 * What runs in an executor's worker: it makes the calls that it is told to, one after the other, and
 * tells what came of them. It is sent as text; see `worker_core.ts`.
 *
 * @module
 */
import type { CarriedValue } from "../coroutine/context_vars.ts";
import { scriptText } from "./script_text.ts";
import type { FromWorker } from "./wire.ts";
import { coreText, type KnownFunction, type RuntimeTask, type WorkerCore } from "./worker_core.ts";

/** The source of the function that an executor's worker calls with its port. */
export function jobWorkerScript(): string {
  return `(port)=>(${scriptText(jobWorker)})(${coreText()})`;
}

interface Call {
  readonly id: number;
  readonly known: KnownFunction;
  /** The arguments of each of the calls that this is: of one, unless it is a chunk of many. */
  readonly calls: readonly (readonly unknown[])[];
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

/** Makes calls; sent as text. */
export function jobWorker(core: WorkerCore): void {
  const queue: Call[] = [];
  /** The calls that are not answered, by number. */
  const calls = new Map<number, Call>();
  let busy = false;

  const jobs = {
    /** Makes the calls that wait, one after the other. */
    next(): void {
      const begun = core.now();
      let told = begun;
      while (!busy) {
        const call = queue.shift();
        if (call === undefined) return;
        if (call.known.target === null) jobs.load(call);
        else jobs.make(call, call.known.target);
        const now = core.now();
        // Several are sent at a time because their like is quick. If one is not, others shall have
        // the rest, and nobody wait longer for what is done.
        if (busy || now - begun > 5) jobs.giveBack();
        if (now - told > 1) {
          told = now;
          core.flush();
        }
      }
    },

    giveBack(): void {
      const rest = queue.splice(0).map(({ id }) => id);
      if (rest.length === 0) return;
      for (const id of rest) calls.delete(id);
      core.send(["returned", rest]);
    },

    answer(call: Call, message: FromWorker): void {
      calls.delete(call.id);
      core.send(message);
    },

    async load(call: Call): Promise<void> {
      busy = true;
      const error = await core.load(call.known);
      if (error === null) queue.unshift(call);
      else jobs.answer(call, ["error", call.id, error]);
      busy = false;
      core.nextTurn(() => jobs.next());
    },

    make(call: Call, target: NonNullable<KnownFunction["target"]>): void {
      const { id, known, calls: [args = []], isChunk } = call;
      // Cancelled while it was on its way, or its module was loaded.
      if (call.aborted) return jobs.answer(call, ["cancelled", id]);
      if (isChunk) return void jobs.settle(call, jobs.makeAll(call, target));
      const begun = core.now();
      core.setJob(id);
      try {
        // An async function that has the runtime at hand is a coroutine: it needs a loop to run on.
        const value = known.isAsync && known.runtime !== null
          ? jobs.drive(() => jobs.invoke(call, target, args), call)
          : jobs.invoke(call, target, args);
        if (typeof value !== "object" || value === null || jobs.isPlain(value)) {
          jobs.answer(call, ["result", id, value, core.now() - begun]);
        } else {
          jobs.settle(call, value);
        }
      } catch (error) {
        jobs.answer(call, ["error", id, core.encode(error)]);
      }
    },

    invoke(call: Call, target: NonNullable<KnownFunction["target"]>, args: readonly unknown[]) {
      const context = {
        get signal() {
          return jobs.signalOf(call);
        },
        transfer: core.transfer,
      };
      return core.within(call.context, call.known, () => target.apply(context, args as unknown[]));
    },

    signalOf(call: Call): AbortSignal {
      if (call.controller === null) {
        call.controller = new AbortController();
        if (call.aborted) call.controller.abort();
      }
      return call.controller.signal;
    },

    abort(call: Call): void {
      call.aborted = true;
      call.controller?.abort();
      call.task?.cancel();
      call.goOn?.();
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
        !core.moves(value);
    },

    async outcome(call: Call, value: unknown): Promise<unknown> {
      return typeof value === "object" && value !== null && jobs.isCoroutine(value)
        ? await jobs.drive(value, call)
        : await value;
    },

    /** Makes all the calls of a chunk; what comes after an error is left out. */
    async makeAll(call: Call, target: NonNullable<KnownFunction["target"]>): Promise<void> {
      const { id } = call;
      const values: unknown[] = [];
      for (const args of call.calls) {
        try {
          jobs.signalOf(call).throwIfAborted();
          const value = await jobs.outcome(call, jobs.invoke(call, target, args));
          values.push(value);
        } catch (error) {
          return jobs.answer(call, ["chunk", id, values, core.encode(error)]);
        }
      }
      jobs.answer(call, ["chunk", id, values, null]);
    },

    async settle(call: Call, given: unknown): Promise<void> {
      const { id } = call;
      busy = true;
      try {
        let value = await jobs.outcome(call, given);
        if (jobs.isStream(value)) {
          core.send(["stream", id]);
          value = await jobs.pump(call, value);
        }
        if (calls.has(id)) jobs.answer(call, ["result", id, value, Infinity]);
      } catch (error) {
        const isCancelled = call.aborted && (error as Partial<Error> | null)?.name ===
            "CancelledError";
        jobs.answer(call, isCancelled ? ["cancelled", id] : ["error", id, core.encode(error)]);
      }
      busy = false;
      core.nextTurn(() => jobs.next());
    },

    /** Sends the items of a stream as they are asked for; gives what it returns. */
    async pump(call: Call, stream: AsyncIterable<unknown>): Promise<unknown> {
      const iterator = stream[Symbol.asyncIterator]();
      for (;;) {
        while (call.credit === 0 && !call.aborted) {
          await new Promise<void>((resolve) => call.goOn = resolve);
        }
        if (call.aborted) {
          await iterator.return?.();
          return undefined;
        }
        const { done, value } = await iterator.next();
        if (done) return value;
        call.credit--;
        core.send(["item", call.id, value]);
      }
    },

    /** Runs a coroutine that a call gave, on a loop of its own. */
    async drive(coroutine: unknown, call: Call): Promise<unknown> {
      const { ensureFuture, run } = call.known.runtime ?? await core.runtime();
      return core.within(call.context, call.known, () =>
        run(function* () {
          call.task = ensureFuture(coroutine);
          if (call.aborted) call.task.cancel();
          return yield* call.task;
        }));
    },
  };

  core.listen((message) => {
    if (message[0] === "abort") {
      const call = calls.get(message[1]);
      if (call !== undefined) jobs.abort(call);
    } else if (message[0] === "pull") {
      const call = calls.get(message[1]);
      if (call === undefined) return;
      call.credit += message[2];
      call.goOn?.();
    } else if (message[0] === "call" || message[0] === "chunk") {
      const [kind, id, functionId, args, context] = message;
      const isChunk = kind === "chunk";
      const call: Call = {
        id,
        known: core.known(functionId),
        calls: isChunk ? args.map((item) => [item]) : [args],
        isChunk,
        context,
        aborted: false,
        controller: null,
        task: null,
        credit: 0,
        goOn: null,
      };
      calls.set(id, call);
      queue.push(call);
    }
  }, () => jobs.next());
}
