/**
 * Watches workers, of which Deno's sanitizers know nothing: one that a test leaves running fails it.
 *
 * @module
 */

import { until } from "./until.ts";

interface Terminable {
  terminate(): unknown;
}

interface NodeWorker extends Terminable {
  on(event: "exit", callback: () => void): unknown;
}

interface WorkerThreads {
  Worker: new (...parameters: unknown[]) => NodeWorker;
}

const running = new Map<Terminable, string>();

/** Watches the workers that are made from now on by `new Worker`. */
export function watchWebWorkers(): void {
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      running.set(this, `the worker ${String(url).slice(0, 80)}`);
    }

    override terminate(): void {
      running.delete(this);
      super.terminate();
    }
  };
}

/** Watches those of `node:worker_threads`, had by `process.getBuiltinModule`, too. */
export function watchNodeWorkers(): void {
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: "node:worker_threads"): WorkerThreads };
  };
  const threads = process.getBuiltinModule("node:worker_threads");
  threads.Worker = class Worker extends threads.Worker {
    constructor(...parameters: unknown[]) {
      super(...parameters);
      running.set(this, "a worker of node:worker_threads");
      this.on("exit", () => running.delete(this));
    }

    override terminate(): unknown {
      running.delete(this);
      return super.terminate();
    }
  };
}

/** How many workers are running that were not told to end. */
export function runningWorkers(): number {
  return running.size;
}

/**
 * Says which workers a test left running, and ends them.
 *
 * @returns A line for each, or nothing.
 */
export async function takeLeakedWorkers(): Promise<string[]> {
  // One that has been told to end by itself takes a moment.
  await until(() => running.size === 0);
  const leaks = [...running.values()].map((what) => `leaked: ${what} was not terminated`);
  for (const worker of [...running.keys()]) worker.terminate();
  running.clear();
  return leaks;
}
