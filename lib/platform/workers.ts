/**
 * Other threads and processes, as the runtime asks them of the host: something that runs a script and
 * exchanges messages. `deno/` and `browser/` implement it.
 *
 * @module
 */

/** Why a worker is gone. */
export interface WorkerDeath {
  /** Why, as the end of a sentence that begins with the worker: "exited with code 7". */
  readonly reason: string;
  /** The error that ended it, or `undefined` where none is known. */
  readonly error: unknown;
}

/** What to run in a worker, and whom to tell. */
export interface WorkerStart {
  /** What the worker is called in messages and in the host's tools. */
  readonly name: string;
  /** The source of a function expression that is called in the worker with its {@linkcode WorkerPort}. */
  readonly script: string;
  /** Called once, when messages can be posted; never before `start` has returned. */
  onReady(): void;
  /** Called with each message of the worker's. */
  onMessage(message: unknown): void;
  /** Called once, when the worker ends by itself; not when it is terminated. */
  onDeath(death: WorkerDeath): void;
}

/** A worker, seen from the thread that started it. */
export interface WorkerHandle {
  /**
   * Sends a message.
   *
   * @throws If the message cannot be cloned; then nothing is sent.
   */
  post(message: unknown, transfer?: Transferable[]): void;
  /** Makes the worker keep the process alive, as it does at first. */
  ref(): void;
  /** Lets the process end while the worker is there. */
  unref(): void;
  /** Ends the worker at once, whatever it does, and resolves when it is gone. */
  terminate(): Promise<void>;
}

/** The line home, as the script in a worker gets it. */
export interface WorkerPort {
  /** A monotonic clock, in milliseconds. */
  now(): number;
  /** Why code in the worker may not block until its thread is answered, or `null` where it may. */
  readonly blockingRefusal: string | null;
  /**
   * Sends a message to the thread that started the worker.
   *
   * @throws If the message cannot be cloned; then nothing is sent.
   */
  post(message: unknown, transfer?: Transferable[]): void;
  /** Has a function called with each message. To be called at once: what comes before is lost. */
  listen(callback: (message: never) => void): void;
  /** Has a function called with an error that nobody caught, before the worker ends of it. */
  onFatal(callback: (error: unknown) => void): void;
}

/** A kind of worker that the host has. */
export interface Workers {
  /** How many of them can run at the same time. */
  readonly parallelism: number;
  /** The global names in a worker, beyond those of the language. */
  readonly globals: readonly string[];
  /** Starts one. */
  start(options: WorkerStart): WorkerHandle;
  /** Why a worker may not import a module, or `null` when it may. Never prompts for a permission. */
  importRefusal(url: string): string | null;
}

/** Child processes, as a kind of worker. */
export interface Processes extends Workers {
  /** Why none can be started, or `null` when they can. Never prompts for a permission. */
  refusal(): string | null;
}
