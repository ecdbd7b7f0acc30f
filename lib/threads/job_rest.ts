/**
 * What of an executor's worker is not needed for a call of a function that returns or gives a promise:
 * it makes chunks, runs coroutines, and sends streams. It is sent as text; see `worker_core.ts`.
 *
 * @module
 */
import type { Call, JobRest, Jobs, Target } from "./job_worker.ts";
import type { WireValue } from "./wire.ts";
import type { CoreRest, WorkerCore } from "./worker_core.ts";

/** Makes the rest of the script; sent as text. */
export function makeJobRest(core: WorkerCore<JobRest>, coreRest: CoreRest): JobRest {
  const rest = {
    ...coreRest,

    make(jobs: Jobs, call: Call, target: Target): void {
      if (call.isChunk) rest.makeAll(jobs, call, target);
      else jobs.settle(call, rest.begin(jobs, call, target, call.args));
    },

    /** An async function that has the runtime at hand is a coroutine: it needs a loop to run on. */
    begin(jobs: Jobs, call: Call, target: Target, args: readonly unknown[]): unknown {
      return call.known.isAsync && call.known.runtime !== null
        ? rest.drive(() => jobs.invoke(call, target, args), call)
        : jobs.invoke(call, target, args);
    },

    /** Makes all the calls of a chunk; what comes after an error is left out. */
    async makeAll(jobs: Jobs, call: Call, target: Target): Promise<void> {
      const values: unknown[] = [];
      let thrown: WireValue | null = null;
      try {
        for (const item of call.args) {
          jobs.signalOf(call).throwIfAborted();
          const value = rest.begin(jobs, call, target, [item]);
          values.push(await rest.outcome(jobs, call, value));
        }
      } catch (error) {
        thrown = rest.encode(error);
      }
      core.send(["chunk", call.id, values, thrown]);
      jobs.goOn();
    },

    async outcome(jobs: Jobs, call: Call, value: unknown): Promise<unknown> {
      return typeof value === "object" && value !== null && jobs.isCoroutine(value)
        ? await rest.drive(value, call)
        : await value;
    },

    async finish(jobs: Jobs, call: Call, value: unknown, isCoroutine: boolean): Promise<unknown> {
      const outcome = isCoroutine ? await rest.drive(value, call) : value;
      if (!jobs.isStream(outcome)) return outcome;
      core.send(["stream", call.id]);
      return await rest.pump(call, outcome);
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
      const { ensureFuture, run } = call.known.runtime ?? await rest.runtime();
      return core.within(call.context, call.known, () =>
        run(function* () {
          call.task = ensureFuture(coroutine);
          if (call.aborted) call.task.cancel();
          return yield* call.task;
        }));
    },
  };
  return rest;
}
