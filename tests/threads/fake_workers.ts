/** Workers that do nothing but what a test says. */
import type { WorkerHandle, Workers, WorkerStart } from "../../lib/platform/workers.ts";
import type { FromWorker, ToWorker } from "../../lib/threads/wire.ts";

/** One of them. */
export class FakeWorker {
  /** What was posted to it and not taken yet, message by message. */
  posted: ToWorker[][] = [];
  /** What became of it. */
  state: "starting" | "ready" | "terminated" = "starting";
  /** Whether it keeps the process alive. */
  held = true;
  /** The rest of its script, once it was posted. */
  rest: string | null = null;
  /** Is shown each message as it was posted. */
  onPost: (message: unknown) => void = () => {};
  /** How it was started. */
  readonly options: WorkerStart;

  constructor(options: WorkerStart) {
    this.options = options;
  }

  /** Lets it be ready. */
  getReady(): void {
    this.state = "ready";
    this.options.onReady();
  }

  /** Lets it say something. */
  say(...batch: FromWorker[]): void {
    this.options.onMessage(batch);
  }

  /** Lets it die after it has begun to run its script. */
  die(reason: string): void {
    this.options.onMessage([["up"]]);
    this.options.onDeath({ reason, error: undefined });
  }

  /** What was posted, as words: `call 0`, `define`, … */
  takePosted(): string[] {
    return this.posted.splice(0).map((batch) =>
      batch.map(([kind, id]) => kind === "call" || kind === "abort" ? `${kind} ${id}` : kind)
        .join(", ")
    );
  }
}

/** The calls of a list, as messages of their own. */
function unpackCalls(message: ToWorker): ToWorker[] {
  if (message[0] !== "calls") return [message];
  const rest = [...message[1]];
  const calls: ToWorker[] = [];
  while (rest.length > 0) {
    const [id, functionId, count] = rest.splice(0, 3) as number[];
    calls.push(["call", id!, functionId!, rest.splice(0, count)]);
  }
  return calls;
}

/** Starts them. */
export class FakeWorkers implements Workers {
  readonly parallelism = 2;
  readonly globals: readonly string[] = [];
  readonly emptied: readonly string[] = [];
  evaluates = true;
  readonly memoryRefusal = null;
  readonly permissionsRefusal = null;
  hasFixedModules = false;
  startPause = 0;
  /** All that were started, in order. */
  readonly all: FakeWorker[] = [];

  start(options: WorkerStart): WorkerHandle {
    const worker = new FakeWorker(options);
    this.all.push(worker);
    return {
      post(message) {
        worker.onPost(message);
        const list = structuredClone(message) as ToWorker[];
        const batch: ToWorker[] = typeof list[0] === "number" ? [["calls", list]] : list;
        if (batch[0]?.[0] === "rest") worker.rest = batch[0][1];
        else worker.posted.push(batch.flatMap(unpackCalls));
      },
      ref() {
        worker.held = true;
      },
      unref() {
        worker.held = false;
      },
      terminate() {
        worker.state = "terminated";
        return Promise.resolve();
      },
    };
  }

  importRefusal(url: string): string | null {
    return url.includes("forbidden") ? "it is forbidden" : null;
  }
}
