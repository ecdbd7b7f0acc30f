/**
 * Random work on all that this module has of threads, with random cancels, crashes and terminations, and
 * the account of it: each job ends once, and as it may; each item of a queue is got once.
 *
 * @module
 */
import {
  type AwaitableLike,
  BrokenExecutor,
  CancelledError,
  ConcurrentFuture,
  createTask,
  fromPromise,
  getRunningLoop,
  ProcessPoolExecutor,
  QueueShutDown,
  run,
  runCoroutineThreadsafe,
  sleep,
  ThreadLoop,
  ThreadPoolExecutor,
  ThreadQueue,
  type ThreadQueueHandle,
  TimeoutError,
  waitFor,
  workerFunction,
} from "../../mod.ts";
import { runningWorkers } from "../_support/worker_leaks.ts";
import { Account } from "./account.ts";
import { makeRandom, type Random } from "./random.ts";

/** This module, as functions that cross as source find it in their thread. */
declare const asyncio: typeof import("../../mod.ts");

/** What a soak is given. */
export interface SoakOptions {
  /** How long it goes on beginning rounds, in seconds. */
  seconds: number;
  /** From which all choices come. */
  seed: number;
  /** Whether child processes are among it. */
  processes: boolean;
  /** Called after each round. */
  onRound?: (account: Account) => void;
}

/** How many jobs a round has, and the longest that it may take, in seconds. */
const JOBS = 120;
const PATIENCE = 60;

const exposed = {
  echo: async (n: number) => {
    await sleep(0);
    return n;
  },
};
type Exposed = typeof exposed;

/** The kinds of jobs. Each gives back its number, but for those that cannot. */
const JOBS_BY_KIND = {
  echo: (n: number) => n,
  spin: (n: number) => {
    const end = Date.now() + n % 3;
    while (Date.now() < end);
    return n;
  },
  wait: async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, n % 5));
    return n;
  },
  coroutine: function* (n: number) {
    yield* asyncio.sleep(n % 5 / 1000);
    return n;
  },
  fail: (n: number): number => {
    throw new RangeError(`job ${n}`);
  },
  ask: async (n: number) => await asyncio.parentLoop<Exposed>().call("echo", n),
  block: (n: number) => asyncio.parentLoop<Exposed>().call("echo", n).result(),
  exit: (_n: number): Promise<number> => {
    const scope = globalThis as unknown as { Deno?: { exit(code: number): void }; close(): void };
    if (scope.Deno === undefined) scope.close();
    else scope.Deno.exit(7);
    return new Promise(() => {});
  },
  stray: (_n: number): Promise<number> =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error("stray");
      });
    }),
};

type JobKind = keyof typeof JOBS_BY_KIND;
type Place = "pool" | "loop" | "process";

interface JobFacts {
  readonly place: Place;
  readonly kind: JobKind;
  readonly n: number;
}

const ORDINARY: readonly JobKind[] = ["echo", "spin", "wait", "coroutine", "fail", "ask"];
// A task awaits a promise that is not this module's only where the place can tell whose code runs then.
const ON_LOOPS: readonly JobKind[] = ORDINARY.filter((kind) => kind !== "wait");
const DEADLY: readonly JobKind[] = ["exit", "stray"];

/** Runs rounds until the time is up, and gives the account. */
export async function soak(options: SoakOptions): Promise<Account> {
  const random = makeRandom(options.seed);
  const account = new Account();
  const end = performance.now() + 1000 * options.seconds;
  do {
    try {
      await run(() => makeRound(random, account, options));
    } catch (error) {
      account.fault(`the round failed: ${error}`);
    }
    account.endRound(runningWorkers());
    options.onRound?.(account);
  } while (performance.now() < end && account.faults.length === 0);
  return account;
}

/** What a round has, to send jobs to. */
interface Sites {
  pool: ThreadPoolExecutor;
  loop: ThreadLoop;
  children: ProcessPoolExecutor | null;
}

async function makeRound(
  random: Random,
  account: Account,
  { processes }: SoakOptions,
): Promise<void> {
  const options = { expose: exposed, parent: getRunningLoop() };
  const pool = new ThreadPoolExecutor({ maxWorkers: 2, ...options });
  const loop = new ThreadLoop(options);
  const children = processes && random.below(3) === 0
    ? new ProcessPoolExecutor({ maxWorkers: 1, ...options })
    : null;
  const stopped = loop.runForever().then(() => {}, () => {});
  const items = createTask(() => carryItems(random, account));
  const jobs = createTask(() => sendJobs(random, account, { pool, loop, children }));
  await patiently(account, "the jobs", jobs);
  await patiently(account, "the queue", items);
  if (!loop.isClosed()) loop.stop();
  await patiently(account, "the run of the loop", fromPromise(stopped));
  for (const end of [loop.close(), pool.shutdown(), children?.shutdown()]) {
    if (end !== undefined) await patiently(account, "the end of a thread", end);
  }
}

async function sendJobs(random: Random, account: Account, sites: Sites): Promise<void> {
  const { loop, children } = sites;
  const places: Place[] = ["pool", "pool", "pool", "loop", "loop"];
  if (children !== null) places.push("process");
  const doomedAt = random.below(4) === 0 ? JOBS / 2 : Infinity;
  const jobs: TrackedJob[] = [];
  for (let count = 0; count < JOBS; count++) {
    if (count === doomedAt) {
      account.count("loops terminated");
      loop.terminate();
      places.splice(0, places.length, ...places.filter((place) => place !== "loop"));
    }
    const place = random.of(places);
    const kind = chooseKind(random, place);
    const job = new TrackedJob(account, { place, kind, n: account.nextNumber() });
    jobs.push(job);
    job.begin(submit(sites, job));
    if (random.below(4) === 0) {
      getRunningLoop().callLater(random.below(8) / 1000, () => job.cancel());
    }
    if (random.below(10) === 0) await sleep(0.002);
  }
  for (const job of jobs) await job.end;
}

function chooseKind(random: Random, place: Place): JobKind {
  // A thread of a loop must not block, and is ended by termination.
  if (place === "loop") return random.of(ON_LOOPS);
  if (random.below(25) === 0) return random.of(DEADLY);
  const canBlock = typeof SharedArrayBuffer !== "undefined" && place === "pool";
  return canBlock && random.below(8) === 0 ? "block" : random.of(ORDINARY);
}

function submit({ pool, loop, children }: Sites, { place, kind, n }: JobFacts) {
  const job = JOBS_BY_KIND[kind] as (n: number) => number;
  if (place === "loop") return runCoroutineThreadsafe(workerFunction(job)(n), loop);
  return (place === "pool" ? pool : children!).submit(job, n);
}

/** A job, watched from its submission to its end. */
class TrackedJob implements JobFacts {
  readonly place: Place;
  readonly kind: JobKind;
  readonly n: number;
  /** Done when the job's future is. */
  readonly end = new ConcurrentFuture<void>();
  readonly #account: Account;
  #future: ConcurrentFuture<number> | null = null;
  #wasCancelled = false;

  constructor(account: Account, { place, kind, n }: JobFacts) {
    this.#account = account;
    this.place = place;
    this.kind = kind;
    this.n = n;
  }

  begin(future: ConcurrentFuture<number>): void {
    this.#future = future;
    this.#account.begin(this);
    future.addDoneCallback(() => {
      this.#account.end(this, this.#outcome(future));
      this.end.setResult();
    });
  }

  cancel(): void {
    if (this.#future === null || this.#future.done()) return;
    this.#wasCancelled = true;
    this.#account.count("cancels asked for");
    this.#future.cancel();
  }

  /** What it came to, in a word; or, where that may not be, in a sentence. */
  #outcome(future: ConcurrentFuture<number>): string {
    const { kind, n, place } = this;
    if (future.cancelled()) return this.#wasCancelled ? "cancelled" : "FAULT: cancelled by nobody";
    const error = future.exception();
    if (error === null) {
      if (kind !== "fail" && future.result() === n) return "returned";
      return `FAULT: a job of kind ${kind} returned ${future.result()}`;
    }
    if (error instanceof BrokenExecutor) return "broken";
    if (kind === "fail" && error instanceof RangeError && error.message === `job ${n}`) {
      return "failed as it must";
    }
    const isStop = error instanceof CancelledError ||
      (error instanceof Error && error.name === "AbortError");
    if (isStop && this.#wasCancelled) return "cancelled";
    return `FAULT: a job of kind ${kind} in a ${place} failed by ${error}`;
  }
}

/** Has a thread put items that others get, some of whom are cancelled; each is got once. */
async function carryItems(
  random: Random,
  account: Account,
): Promise<void> {
  const queue = new ThreadQueue<number>(1 + random.below(4));
  const count = 50;
  const own = new ThreadLoop();
  own.runForever();
  const put = workerFunction(async (count: number, handle: ThreadQueueHandle<number>) => {
    const queue = asyncio.ThreadQueue.open(handle);
    for (let n = 0; n < count; n++) await queue.put(n);
    queue.shutdown();
  });
  const producing = runCoroutineThreadsafe(put(count, queue.handle), own);
  const seen: number[] = [];
  while (true) {
    const getting = createTask(() => queue.get());
    if (random.below(3) === 0) await sleep(0);
    if (random.below(3) === 0) getting.cancel();
    try {
      seen.push(await getting);
    } catch (error) {
      if (error instanceof QueueShutDown) break;
      if (!(error instanceof CancelledError)) throw error;
      account.count("gets cancelled");
    }
  }
  await producing;
  await own.terminate();
  account.count("items put", count);
  account.count("items got", seen.length);
  const right = seen.length === count && seen.every((n, index) => n === index);
  if (!right) account.fault(`of ${count} items these were got: ${seen.join(" ")}`);
}

/** Waits, but not for ever: what hangs is a fault. */
async function patiently(
  account: Account,
  what: string,
  awaitable: AwaitableLike<unknown>,
): Promise<void> {
  try {
    await waitFor(awaitable, PATIENCE);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    account.fault(`${what} hung; unfinished: ${account.unfinished().join(", ")}`);
    throw error;
  }
}
