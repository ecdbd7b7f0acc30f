/**
 * The account of a soak: what was begun, what came of it, and what may not be.
 *
 * @module
 */

interface Job {
  readonly place: string;
  readonly kind: string;
  readonly n: number;
}

/** The account. */
export class Account {
  /** What may not be, in words. */
  readonly faults: string[] = [];
  /** How many rounds have ended. */
  rounds = 0;
  readonly #open = new Map<number, Job>();
  readonly #counts = new Map<string, number>();
  #numbers = 0;

  /** The next job's number. */
  nextNumber(): number {
    return this.#numbers++;
  }

  /** Notes that a job has begun. */
  begin(job: Job): void {
    this.#open.set(job.n, job);
    this.count(`${job.place}: jobs`);
  }

  /** Notes what came of one. */
  end(job: Job, outcome: string): void {
    if (!this.#open.delete(job.n)) this.fault(`job ${job.n} ended twice`);
    if (outcome.startsWith("FAULT: ")) this.fault(`job ${job.n}: ${outcome.slice(7)}`);
    else this.count(`${job.place}: ${outcome}`);
  }

  /** Counts something. */
  count(what: string, howMany = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + howMany);
  }

  /** Notes what may not be. */
  fault(what: string): void {
    this.faults.push(what);
  }

  /** The jobs that have not ended, in words. */
  unfinished(): string[] {
    return [...this.#open.values()].map(({ n, kind, place }) => `job ${n} (${kind} in a ${place})`);
  }

  /** Ends a round, after which nothing may be left. */
  endRound(workers: number): void {
    this.rounds++;
    for (const job of this.unfinished()) this.fault(`${job} has not ended`);
    if (workers > 0) this.fault(`${workers} workers are left`);
    this.#open.clear();
  }

  /** The counts, line by line: each place's jobs are the sum of what came of them. */
  lines(): string[] {
    const names = [...this.#counts.keys()].sort();
    return [
      `${this.rounds} rounds`,
      ...names.map((name) => `${name}  ${this.#counts.get(name)}`),
      ...this.faults.map((fault) => `FAULT  ${fault}`),
    ];
  }
}
