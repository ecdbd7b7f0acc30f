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

/**
 * What a worker may do, by Deno's names: `true` for all, a list of what, or, where left out, nothing.
 */
export interface WorkerPermissions {
  /** Reading files and folders. */
  readonly read?: boolean | readonly string[] | undefined;
  /** Writing files and folders. */
  readonly write?: boolean | readonly string[] | undefined;
  /** Reaching hosts. */
  readonly net?: boolean | readonly string[] | undefined;
  /** Reading environment variables. */
  readonly env?: boolean | readonly string[] | undefined;
  /** Starting programs. */
  readonly run?: boolean | readonly string[] | undefined;
  /** Loading libraries. */
  readonly ffi?: boolean | readonly string[] | undefined;
  /** Asking the system about itself. */
  readonly sys?: boolean | readonly string[] | undefined;
  /** Importing modules from hosts. */
  readonly import?: boolean | readonly string[] | undefined;
}

/** What to run in a worker, and whom to tell. */
export interface WorkerStart {
  /** What the worker is called in messages and in the host's tools. */
  readonly name: string;
  /** The source of a function expression that is called in the worker with its {@linkcode WorkerPort}. */
  readonly script: string;
  /** How much memory its values may take, in bytes, where the place can limit it. */
  readonly memoryLimit?: number | undefined;
  /** What it may do, where the place can tell one worker from another. */
  readonly permissions?: WorkerPermissions | undefined;
  /** The modules that it is to be able to import, whatever it may read. */
  readonly modules?: readonly string[] | undefined;
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
  /** The names of the classes whose objects a message empties, without a word. */
  readonly emptied: readonly string[];
  /** A monotonic clock, in milliseconds. */
  now(): number;
  /** Why code in the worker may not block until its thread is answered, or `null` where it may. */
  readonly blockingRefusal: string | null;
  /**
   * Sends a message, which is a list, to the thread that started the worker.
   *
   * @throws If the message cannot be cloned; then nothing is sent.
   */
  post(message: readonly unknown[], transfer?: Transferable[]): void;
  /** Has a function called with each message. To be called at once: what comes before is lost. */
  listen(callback: (message: never) => void): void;
  /** Has a function called with an error that nobody caught, before the worker ends of it. */
  onFatal(callback: (error: unknown) => void): void;
  /** Calls back, in a turn of its own where the place needs that to tell how a worker ends. */
  nextTurn(callback: () => void): void;
  /**
   * Takes note that little is left to be done until the next message, for which the place may wait in a way
   * of its own: as long as `leisure` gives when it begins, in milliseconds, and by no means where that is 0.
   */
  idle(leisure: () => number): void;
  /** Has a function called before the worker ends itself, as far as the place tells. */
  onExit(callback: () => void): void;
}

/** A kind of worker that the host has. */
export interface Workers {
  /** How many of them can run at the same time. */
  readonly parallelism: number;
  /** The global names in a worker, beyond those of the language. */
  readonly globals: readonly string[];
  /** The names of the classes whose objects a message empties, without a word. */
  readonly emptied: readonly string[];
  /** Whether a worker can evaluate text, as far as can be told without breaking a policy. */
  readonly evaluates: boolean;
  /** Why a worker's memory cannot be limited, or `null` when it can. */
  readonly memoryRefusal: string | null;
  /** Why a worker's permissions cannot be narrowed, or `null` when they can. */
  readonly permissionsRefusal: string | null;
  /**
   * Whether a worker can import the modules alone that it was started with; one that shall have another
   * is replaced.
   */
  readonly hasFixedModules: boolean;
  /**
   * How long to wait after the start of one until another is started, in milliseconds, for the first may
   * prove to be enough. 0 where the start takes none of this thread's time.
   */
  readonly startPause: number;
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
