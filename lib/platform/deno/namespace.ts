/**
 * The slice of Deno, and of the Node modules in it, that the runtime uses; nothing else of them is
 * named in `lib/`. The modules are had by `process.getBuiltinModule`, which needs neither an import
 * nor a permission.
 *
 * @module
 */

/** What is used of `AsyncLocalStorage`. */
export interface AsyncStorage {
  /** Calls back with a value that its continuations see. */
  run<A extends unknown[], R>(value: unknown, callback: (...args: A) => R, ...args: A): R;
  /** The value seen here. */
  getStore(): unknown;
}

/** What calls a function in a context. */
export type Snapshot = <A extends unknown[], R>(callback: (...args: A) => R, ...args: A) => R;

interface AsyncHooks {
  AsyncLocalStorage: {
    new (): AsyncStorage;
    /** Gives what calls a function in the context that there is now. */
    snapshot(): Snapshot;
  };
}

/** What is used of a worker of `node:worker_threads`. */
export interface NodeWorker {
  /** Listens to messages. */
  on(event: "message" | "messageerror", callback: (message: unknown) => void): void;
  /** Listens to the error that ends the worker. */
  on(event: "error", callback: (error: unknown) => void): void;
  /** Listens to the end. */
  on(event: "exit", callback: (code: number) => void): void;
  /** Sends a message. */
  postMessage(message: unknown, transfer?: Transferable[]): void;
  /** Makes the worker keep the process alive. */
  ref(): void;
  /** Lets the process end while the worker is there. */
  unref(): void;
  /** Ends the worker; resolves to its exit code. */
  terminate(): Promise<number>;
}

/** How such a worker is started. */
export interface NodeWorkerOptions {
  readonly eval: true;
  /** The environment that it sees. */
  readonly env?: symbol;
  readonly name: string;
  readonly workerData?: unknown;
  readonly resourceLimits: { readonly maxOldGenerationSizeMb: number };
}

interface WorkerThreads {
  readonly isMainThread: boolean;
  /** What the thread was given when it was started. */
  readonly workerData: unknown;
  /** Stands for the environment of who starts a worker. */
  readonly SHARE_ENV: symbol;
  Worker: new (source: string, options: NodeWorkerOptions) => NodeWorker;
  parentPort: {
    on(event: "message" | "messageerror", callback: (message: never) => void): void;
    postMessage(message: unknown, transfer?: Transferable[]): void;
  } | null;
}

interface V8Serializer {
  writeHeader(): void;
  writeValue(value: unknown): void;
  releaseBuffer(): Uint8Array;
}

interface V8Deserializer {
  readHeader(): boolean;
  readValue(): unknown;
}

/** What is used of `node:v8`. */
export interface V8 {
  /** Writes the structured clone of a value. */
  Serializer: new () => V8Serializer;
  /** Reads it back. */
  Deserializer: new (bytes: Uint8Array) => V8Deserializer;
}

/** What is used of a child process. */
export interface DenoChild {
  /** Its number. */
  readonly pid: number;
  /** Where its input is written. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Where its output is read. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Where its errors are read. */
  readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How it ended. */
  readonly status: Promise<{ readonly code: number; readonly signal: string | null }>;
  /** Sends it a signal. */
  kill(signal: string | number): void;
  /** Makes it keep this process alive. */
  ref(): void;
  /** Lets this process end while it runs. */
  unref(): void;
}

/** How a child process is started. */
export interface CommandOptions {
  readonly args?: readonly string[];
  readonly stdin: "piped" | "inherit" | "null";
  readonly stdout: "piped" | "inherit" | "null";
  readonly stderr: "piped" | "inherit" | "null";
  readonly cwd?: string | URL;
  /** What is added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it has nothing of this process's environment. */
  readonly clearEnv?: boolean;
  /** Whether its arguments stand as they are in the line that Windows is given. */
  readonly windowsRawArguments?: boolean;
}

/** Where a socket of Deno's is. */
export type DenoAddress =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** What is used of a connection. */
export interface DenoConnection {
  /** The end on this side. */
  readonly localAddr: DenoAddress;
  /** The end on the other. */
  readonly remoteAddr: DenoAddress;
  /** Reads what there is; `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some. */
  write(bytes: Uint8Array): Promise<number>;
  /** Says that no more will be written. */
  closeWrite(): Promise<void>;
  /** Closes it. */
  close(): void;
  /** Has small writes sent at once; where it is one by TCP. */
  setNoDelay?(): void;
}

/** What is used of a listener. */
export interface DenoListener {
  /** Where it listens. */
  readonly addr: DenoAddress;
  /** Waits for a connection. */
  accept(): Promise<DenoConnection>;
  /** Listens no more. */
  close(): void;
}

/** What is used of a stream of `node:stream`. */
export interface NodeDuplex {
  /** What it was destroyed with. */
  readonly errored?: Error | null;
  /** Puts in what can be read; `null` for the end. */
  push(chunk: Uint8Array | null): void;
  /** Ends it at once. */
  destroy(error?: unknown): void;
  /** Listens to the end of what can be read. */
  on(event: "end", callback: () => void): void;
}

interface NodeDuplexOptions {
  read(this: NodeDuplex): void;
  write(chunk: Uint8Array, encoding: unknown, done: (error?: unknown) => void): void;
  final(done: () => void): void;
  destroy(error: unknown, done: (error: unknown) => void): void;
}

/** What is used of a socket of `node:tls`. */
export interface NodeTlsSocket extends NodeDuplex {
  /** Which of the protocols above it both speak. */
  readonly alpnProtocol?: string | false | null;
  /** Listens to something that has no more to say. */
  on(event: "secure" | "secureConnect" | "readable" | "end" | "close", callback: () => void): void;
  /** Listens to the error that ends it. */
  on(event: "error", callback: (error: unknown) => void): void;
  /** Takes what has come; `null` where nothing has. */
  read(size?: number): Uint8Array | null;
  /** Writes. */
  write(bytes: Uint8Array, done: (error?: unknown) => void): void;
  /** Says that no more will be written. */
  end(done: () => void): void;
  /** The certificate of the other side. */
  getPeerCertificate(): unknown;
  /** What it is encrypted with. */
  getCipher(): unknown;
}

interface NodeTlsOptions {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string[] | undefined;
  readonly ALPNProtocols?: string[] | undefined;
}

/** What is used of a socket of `node:dgram`. */
export interface NodeDatagramSocket {
  /** Where it receives. */
  address(): { readonly address: string; readonly port: number };
  /** Begins to receive. */
  bind(port: number, host: string, done: () => void): void;
  /** Closes it. */
  close(): void;
  /** Listens to the first error. */
  once(event: "error", callback: (error: unknown) => void): void;
  /** Listens to errors. */
  on(event: "error", callback: (error: unknown) => void): void;
  /** Listens to what comes. */
  on(
    event: "message",
    callback: (
      bytes: Uint8Array,
      sender: { readonly address: string; readonly port: number },
    ) => void,
  ): void;
  /** Listens no more. */
  removeAllListeners(event: "error"): void;
  /** Sends one. */
  send(bytes: Uint8Array, port: number, host: string, done: (error: unknown) => void): void;
  /** Lets it send to all of a network. */
  setBroadcast(isAllowed: boolean): void;
}

interface NodeDatagramOptions {
  readonly type: "udp4" | "udp6";
  readonly reusePort: boolean;
  lookup(
    host: string,
    family: unknown,
    found: (error: null, address: string, family: number) => void,
  ): void;
}

interface PermissionStatus {
  readonly state: string;
}

type PermissionDescriptor =
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "net"; readonly host: string }
  | { readonly name: "read"; readonly path: string }
  | { readonly name: "import"; readonly host: string }
  | { readonly name: "run"; readonly command: string };

/** What Deno keeps for itself, as far as it is used; any of it may be gone in another version. */
interface DenoInternals {
  readonly core?: {
    /** Gives what goes along with promises. */
    readonly getAsyncContext?: unknown;
    /** Puts something else in its place. */
    readonly setAsyncContext?: unknown;
  };
}

interface DenoNamespace {
  /** The key of what it keeps for itself. */
  readonly internal?: symbol;
  readonly [internal: symbol]: DenoInternals | undefined;
  readonly version: { readonly deno: string };
  readonly env: { get(name: string): string | undefined };
  readonly permissions: {
    querySync(descriptor: PermissionDescriptor): PermissionStatus;
  };
  readonly Command: new (
    program: string,
    options: CommandOptions,
  ) => { spawn(): DenoChild };
  addSignalListener(signal: string, callback: () => void): void;
  removeSignalListener(signal: string, callback: () => void): void;
  connect(options: DenoAddress & { readonly signal: AbortSignal }): Promise<DenoConnection>;
  listen(
    options: DenoAddress & { readonly reusePort?: boolean; readonly tcpBacklog?: number },
  ): DenoListener;
  readonly build: { readonly standalone: boolean; readonly os: string };
  readonly pid: number;
  readonly ppid: number;
  execPath(): string;
  exit(code: number): never;
  readonly stdin: { read(into: Uint8Array): Promise<number | null> };
  readonly stdout: { writeSync(bytes: Uint8Array): number };
  readonly stderr: unknown;
}

interface DenoGlobal {
  readonly Deno: DenoNamespace;
  readonly process: {
    getBuiltinModule(name: "node:async_hooks"): AsyncHooks;
    getBuiltinModule(name: "node:worker_threads"): WorkerThreads;
    getBuiltinModule(name: "node:timers"): { setImmediate(callback: () => void): unknown };
    getBuiltinModule(name: "node:v8"): V8;
    getBuiltinModule(name: "node:dgram"): {
      createSocket(options: NodeDatagramOptions): NodeDatagramSocket;
    };
    getBuiltinModule(name: "node:dns"): {
      lookup(
        hostname: string,
        options: { readonly all: true },
        found: (error: unknown, addresses: readonly { readonly address: string }[]) => void,
      ): void;
    };
    getBuiltinModule(name: "node:stream"): {
      Duplex: new (options: NodeDuplexOptions) => NodeDuplex;
    };
    getBuiltinModule(name: "node:tls"): {
      TLSSocket: new (
        socket: NodeDuplex,
        options: NodeTlsOptions & {
          readonly isServer: true;
          readonly requestCert: boolean;
          readonly rejectUnauthorized: boolean;
        },
      ) => NodeTlsSocket;
      connect(
        options: NodeTlsOptions & {
          readonly socket: NodeDuplex;
          readonly host: string;
          readonly servername: string;
        },
      ): NodeTlsSocket;
    };
    getBuiltinModule(name: "node:os"): {
      readonly constants: { readonly signals: Readonly<Record<string, number>> };
    };
    getBuiltinModule(name: "node:console"): {
      Console: new (stdout: unknown, stderr: unknown) => Console;
    };
    readonly stderr: unknown;
    on(
      event: "uncaughtException" | "unhandledRejection",
      callback: (error: unknown) => void,
    ): void;
    on(event: "exit", callback: () => void): void;
    nextTick<T>(callback: (value: T) => void, value: T): void;
    exit(code: number): never;
    kill(pid: number, signal: "SIGKILL"): void;
  };
}

/** The global object, as far as the runtime knows it under Deno. */
export const denoGlobal: DenoGlobal = globalThis as unknown as DenoGlobal;
