/** A worker's port without a worker: the script runs in this thread, and what it says is kept. */
import type { WorkerPort } from "../../lib/platform/workers.ts";
import { isPlain, makeFinder } from "../../lib/threads/finder.ts";
import { type FromWorker, makeEncoder, type ToWorker } from "../../lib/threads/wire.ts";
import { makeCoreRest } from "../../lib/threads/core_rest.ts";
import { makeJobRest } from "../../lib/threads/job_rest.ts";
import type { JobRest } from "../../lib/threads/job_worker.ts";
import { makeCore, type MakeRest, type WorkerCore } from "../../lib/threads/worker_core.ts";

/** The port, and its other end. */
export class FakePort implements WorkerPort {
  /** What was said, message by message. */
  readonly said: FromWorker[][] = [];
  /** The clock, in milliseconds; a test moves it. */
  time = 0;
  /** Is shown each message as it was posted. */
  onPost: (message: unknown) => void = () => {};
  readonly blockingRefusal = null;
  #listener: (batch: readonly ToWorker[]) => void = () => {};
  #fatal: (error: unknown) => void = () => {};

  now = (): number => this.time;

  readonly emptied: readonly string[] = ["URLSearchParams"];

  post(message: unknown): void {
    this.onPost(message);
    const batch = batchOf(structuredClone(message)).filter(([kind]) => kind !== "up")
      .flatMap(unpackResults);
    if (batch.length > 0) this.said.push(batch);
  }

  nextTurn(callback: () => void): void {
    callback();
  }

  /** How long the script has nothing to do, in milliseconds, as it said last. */
  leisure: () => number = () => NaN;

  idle = (leisure: () => number): void => {
    this.leisure = leisure;
  };

  onExit(callback: () => void): void {
    this.exit = callback;
  }

  /** Lets the worker end itself. */
  exit: () => void = () => {};

  listen(callback: (message: never) => void): void {
    this.#listener = callback as (batch: readonly ToWorker[]) => void;
  }

  onFatal(callback: (error: unknown) => void): void {
    this.#fatal = callback;
  }

  /** Sends a message to the script. */
  tell(...batch: ToWorker[]): void {
    this.#listener(batch);
  }

  /** Lets an error go uncaught. */
  throwUncaught(error: unknown): void {
    this.#fatal(error);
  }

  /** What is said next, as words. */
  async takeNext(): Promise<string[]> {
    while (this.said.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    return await this.take();
  }

  /** What was said up to now, as words, once the turn is over. */
  async take(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve));
    return this.said.splice(0).map((batch) =>
      batch.map(([kind, ...rest]) => {
        const [id, value] = rest as [unknown, unknown];
        const shown = kind === "error" ? (value as { message?: string }).message : value;
        return [kind, id, shown].filter((part) => part !== undefined).join(" ");
      }).join(", ")
    );
  }
}

/** The messages of one; a list of results may stand alone. */
function batchOf(message: unknown): FromWorker[] {
  const list = message as FromWorker[];
  return typeof list[0] === "number" ? [["results", list]] : list;
}

/** The results of a list, as messages of their own. */
function unpackResults(message: FromWorker): FromWorker[] {
  if (message[0] !== "results") return [message];
  const rest = [...message[1]];
  const results: FromWorker[] = [];
  while (rest.length > 0) {
    const [id, value, milliseconds] = rest.splice(0, 3) as [number, unknown, number];
    results.push(["result", id, value, milliseconds]);
  }
  return results;
}

/** A core on such a port, which has its rest, or is to be sent the text of that. */
export function fakeCore(isWhole = true): { port: FakePort; core: WorkerCore<JobRest> } {
  const port = new FakePort();
  const makeRest: MakeRest<JobRest> = (port, core) =>
    makeJobRest(core, makeCoreRest(port, core, makeEncoder, makeFinder));
  const bring = (url: string) => import(url);
  return { port, core: makeCore(port, isPlain, isWhole ? makeRest : null, bring) };
}

/** Tells a script of a function by its source. */
export function define(id: number, text: string, usesRuntime = false): ToWorker {
  return ["define", id, `f${id}`, {
    kind: "source",
    text: `(${text})`,
    usesRuntime,
    isGenerator: false,
  }];
}
