/** An executor without workers: its jobs run when the test says so. */
import { ConcurrentFuture, Executor, type Job, type JobResult, transfer } from "../../mod.ts";

/** Keeps jobs until {@linkcode step} is called. */
export class InlineExecutor extends Executor {
  /** What was asked of it, in order. */
  readonly log: string[] = [];
  readonly #jobs: (() => void)[] = [];

  submit<A extends unknown[], R>(job: Job<A, R>, ...args: A): ConcurrentFuture<JobResult<R>> {
    const future = new ConcurrentFuture<JobResult<R>>();
    this.log.push(`submit ${args}`);
    this.#jobs.push(() => {
      if (!future.setRunningOrNotifyCancel()) {
        this.log.push(`cancelled ${args}`);
        return;
      }
      try {
        const { signal } = new AbortController();
        future.setResult(job.apply({ signal, transfer }, args) as JobResult<R>);
      } catch (error) {
        future.setException(error);
      }
    });
    return future;
  }

  shutdown(): ConcurrentFuture<void> {
    this.log.push("shutdown");
    const future = new ConcurrentFuture<void>();
    future.setResult();
    return future;
  }

  /** Runs jobs, the oldest first. */
  step(count = Infinity): void {
    for (const job of this.#jobs.splice(0, count)) job();
  }
}
