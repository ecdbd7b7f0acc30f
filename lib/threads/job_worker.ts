/**
 * What runs in an executor's worker: it makes the calls that it is told to, one after the other, and
 * tells what came of them. It is sent as text; see `worker_core.ts`.
 *
 * @module
 */
import type { CarriedValue } from "../coroutine/context_vars.ts";
import { scriptText } from "./script_text.ts";
import type { FromWorker } from "./wire.ts";
import { coreText, type KnownFunction, type WorkerCore } from "./worker_core.ts";

/** The source of the function that an executor's worker calls with its port. */
export function jobWorkerScript(): string {
  return `(port)=>(${scriptText(jobWorker)})(${coreText()})`;
}

interface Call {
  readonly id: number;
  readonly known: KnownFunction;
  readonly args: unknown[];
  /** What the context variables of the call are; left out where it has no context of its own. */
  readonly context: readonly CarriedValue[] | undefined;
  readonly controller: AbortController;
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
      while (!busy) {
        const call = queue.shift();
        if (call === undefined) return;
        if (call.known.target === null) jobs.load(call);
        else jobs.make(call, call.known.target);
        // Several are sent at a time because their like is quick. If one is not, others shall have
        // the rest.
        if (busy || core.now() - begun > 5) jobs.giveBack();
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
      jobs.next();
    },

    make(call: Call, target: NonNullable<KnownFunction["target"]>): void {
      const { id, args, controller: { signal } } = call;
      const begun = core.now();
      core.setJob(id);
      try {
        // Cancelled while it was on its way, or its module was loaded.
        signal.throwIfAborted();
        const value = core.within(call.context, call.known, () => target.apply({ signal }, args));
        const isCoroutine = typeof value === "object" && value !== null &&
          (Symbol.for("asyncio.awaitable") in value ||
            Reflect.get(value, Symbol.toStringTag) === "Generator");
        if (isCoroutine) {
          jobs.settle(call, jobs.drive(value, call));
        } else if (typeof (value as Partial<PromiseLike<unknown>> | null)?.then === "function") {
          jobs.settle(call, value);
        } else {
          jobs.answer(call, ["result", id, value, core.now() - begun]);
        }
      } catch (error) {
        jobs.answer(call, ["error", id, core.encode(error)]);
      }
    },

    async settle(call: Call, value: unknown): Promise<void> {
      busy = true;
      try {
        jobs.answer(call, ["result", call.id, await value, Infinity]);
      } catch (error) {
        jobs.answer(call, ["error", call.id, core.encode(error)]);
      }
      busy = false;
      jobs.next();
    },

    /** Runs a coroutine that a call gave, on a loop of its own. */
    async drive(coroutine: unknown, call: Call): Promise<unknown> {
      const { context, known, controller: { signal } } = call;
      const { ensureFuture, run } = known.runtime ?? await core.runtime();
      return core.within(context, known, () =>
        run(function* () {
          const task = ensureFuture(coroutine);
          signal.addEventListener("abort", () => task.cancel());
          if (signal.aborted) task.cancel();
          return yield* task;
        }));
    },
  };

  core.listen((message) => {
    if (message[0] === "abort") {
      calls.get(message[1])?.controller.abort();
    } else if (message[0] === "call") {
      const [, id, functionId, args, context] = message;
      const controller = new AbortController();
      const call = { id, known: core.known(functionId), args: [...args], context, controller };
      calls.set(id, call);
      queue.push(call);
    }
  }, () => jobs.next());
}
