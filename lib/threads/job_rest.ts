/**
 * What of an executor's worker is not needed for a call of a function that returns or gives a promise:
 * it makes chunks, runs coroutines, and sends streams. It is sent as text; see `worker_core.ts`.
 *
 * @module
 */
import type { Call, JobRest, Jobs, Target } from "./job_worker.ts";
import type { WireValue } from "./wire.ts";
import type { CoreRest, WorkerCore } from "./worker_core.ts";

/** How the next item of a stream is had, how it is closed, and how a promise is waited for. */
interface StreamWays {
  next(): Iterable<unknown, unknown>;
  close(): Iterable<unknown, unknown>;
  wait(promise: PromiseLike<unknown>): Iterable<unknown, unknown>;
}

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
          if (call.aborted) break;
          values.push(await jobs.outcome(call, jobs.begin(call, target, [item])));
        }
      } catch (error) {
        // Those whose values are missing are cancelled.
        if (!jobs.isCancellation(call, error)) thrown = rest.encode(error);
      }
      core.send(["chunk", call.id, values, thrown]);
      jobs.goOn();
    },

    /** Sends the items of a stream as they are asked for; gives what it returns. */
    async pump(call: Call, stream: AsyncIterable<unknown>): Promise<unknown> {
      const iterator = stream[Symbol.asyncIterator]();
      const runtime = call.known.runtime ?? core.registered;
      core.send(["stream", call.id]);
      // What a generator awaits of the runtime's needs a task. Of any other iterator nobody knows who is behind it.
      if (runtime !== null && rest.isGenerator(iterator)) {
        const { call: make, ensureFuture } = runtime;
        const steps = rest.pumping(call, {
          next: () => make(() => iterator.next()),
          close: () => make(() => iterator.return?.()),
          wait: ensureFuture,
        });
        return await rest.drive(steps, call);
      }
      const steps = rest.pumping(call, {
        next: () => rest.awaited(iterator.next()),
        close: () => rest.awaited(iterator.return?.()),
        wait: rest.awaited,
      });
      for (let step = steps.next();;) {
        if (step.done) return step.value;
        try {
          step = steps.next(await step.value);
        } catch (error) {
          step = steps.throw(error);
        }
      }
    },

    isGenerator(iterator: object): boolean {
      return "aclose" in iterator ||
        Object.prototype.toString.call(iterator) === "[object AsyncGenerator]";
    },

    *awaited(promise: unknown): Generator<unknown, unknown, unknown> {
      return yield promise;
    },

    *pumping(call: Call, { next, close, wait }: StreamWays): Generator<unknown, unknown, unknown> {
      const end = { refusal: null as TypeError | null };
      core.refuse = (error) => {
        end.refusal = error;
        call.goOn?.();
      };
      for (;;) {
        try {
          while (call.credit === 0 && !call.aborted && end.refusal === null) {
            yield* wait(new Promise<void>((resolve) => call.goOn = resolve));
          }
        } catch (error) {
          yield* close();
          throw error;
        }
        if (end.refusal !== null) {
          try {
            yield* close();
          } catch {
            // As of an error in the body of a `for await`, one of the closing is lost behind it.
          }
          throw end.refusal;
        }
        if (call.aborted) {
          yield* close();
          return undefined;
        }
        const { done, value } = (yield* next()) as IteratorResult<unknown>;
        if (end.refusal !== null) continue;
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
