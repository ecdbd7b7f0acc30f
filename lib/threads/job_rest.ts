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

    /** Makes all the calls of a chunk; what comes after an error is left out. */
    async makeAll(jobs: Jobs, call: Call, target: Target): Promise<void> {
      const values: unknown[] = [];
      let thrown: WireValue | null = null;
      try {
        for (const item of call.args) {
          jobs.signalOf(call).throwIfAborted();
          values.push(await jobs.outcome(call, jobs.begin(call, target, [item])));
        }
      } catch (error) {
        thrown = rest.encode(error);
      }
      core.send(["chunk", call.id, values, thrown]);
      jobs.goOn();
    },

    /** Sends the items of a stream as they are asked for; gives what it returns. */
    async pump(call: Call, stream: AsyncIterable<unknown>): Promise<unknown> {
      core.send(["stream", call.id]);
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
      const { ensureFuture, run } = call.known.runtime ?? core.registered ??
        await rest.runtime();
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
