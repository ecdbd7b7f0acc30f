/**
 * Threads in Deno: the workers of `node:worker_threads`. Deno's web workers keep an idle process
 * alive, go on spinning after `terminate()`, tell nobody when they close themselves, and take the
 * process with them when memory runs out; these do all four rightly.
 *
 * @module
 */
import type { WorkerHandle, WorkerPort, Workers, WorkerStart } from "../workers.ts";
import { type ParkedThread, parkedThread, Parking, type ParkingData } from "../parking.ts";
import { denoGlobal, type NodeWorker, type NodeWorkerOptions } from "./namespace.ts";

/** What Deno's workers see beside the language: the platform's names, and Node's. */
export function denoGlobals(): readonly string[] {
  return ("AbortController AbortSignal Blob BroadcastChannel Buffer ByteLengthQueuingStrategy " +
    "Cache CacheStorage CloseEvent DOMMatrix DOMMatrixReadOnly DOMPoint DOMPointReadOnly DOMQuad " +
    "DOMRect DOMRectReadOnly ImageBitmap OffscreenCanvas PerformanceObserver " +
    "PerformanceObserverEntryList QuotaExceededError ReadableStreamBYOBRequest " +
    "ReadableStreamDefaultController TransformStreamDefaultController createImageBitmap " +
    "WritableStreamDefaultController " +
    "CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException " +
    "DecompressionStream Deno ErrorEvent Event EventSource EventTarget File FileReader FormData " +
    "Headers ImageData MessageChannel MessageEvent MessagePort Performance PerformanceEntry " +
    "PerformanceMark PerformanceMeasure ProgressEvent PromiseRejectionEvent " +
    "ReadableByteStreamController ReadableStream ReadableStreamBYOBReader " +
    "ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder TextDecoderStream " +
    "TextEncoder TextEncoderStream TransformStream URL URLPattern URLSearchParams WebAssembly " +
    "WebSocket Worker WritableStream WritableStreamDefaultWriter atob btoa caches " +
    "clearImmediate clearInterval clearTimeout console crypto fetch global navigator performance " +
    "process queueMicrotask reportError setImmediate setInterval setTimeout structuredClone")
    .split(" ");
}

/**
 * The classes of which Deno's clone makes empty objects, when they stand within others; it throws for
 * some of them when they stand alone.
 */
export const EMPTIED: readonly string[] =
  /* @__PURE__ */ (() =>
    ("CompressionStream DecompressionStream EventTarget Event FormData Headers ImageData Request " +
      "Response ReadableStream TextDecoder TextEncoder TransformStream URL URLPattern URLSearchParams " +
      "WritableStream AbortController").split(" "))();

/** Makes Deno's threads. */
export function denoWorkers(): Workers {
  return {
    parallelism: navigator.hardwareConcurrency,
    globals: denoGlobals(),
    emptied: EMPTIED,
    get evaluates() {
      return mayEvaluate();
    },
    memoryRefusal: null,
    permissionsRefusal: "the threads of a Deno program share its permissions: " +
      "use ProcessPoolExecutor, whose children have their own",
    hasFixedModules: false,
    // A start holds this thread up for 25 to 30 ms, and then the first short jobs are over in one.
    startPause: 2,
    start: startThread,
    importRefusal,
  };
}

/** There is a flag of V8 that forbids it, for all threads. */
function mayEvaluate(): boolean {
  try {
    return (0, eval)("true");
  } catch {
    return false;
  }
}

const OUT_OF_MEMORY = "ERR_WORKER_OUT_OF_MEMORY";

/**
 * How much a thread may hold, in bytes: what V8 gives to a program of its own. Without a limit, a
 * thread that runs out of memory takes the process with it.
 */
const DEFAULT_MEMORY = 4_294_967_296;

function startThread(options: WorkerStart): WorkerHandle {
  const source = `(${inThread})(${options.script},${JSON.stringify(EMPTIED)},${parkedThread})`;
  const parking = new Parking();
  const { memoryLimit = DEFAULT_MEMORY } = options;
  const worker = makeWorker(source, {
    eval: true,
    name: options.name,
    workerData: parking.data,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(1, Math.round(memoryLimit / 2 ** 20)) },
  });
  let terminating = false;
  let fatal: unknown;
  worker.on("message", (message) => {
    if (!terminating) options.onMessage(message);
  });
  worker.on("messageerror", () => {
    if (terminating) return;
    terminating = true;
    worker.terminate();
    options.onDeath({ reason: "sent what cannot be read here", error: undefined });
  });
  worker.on("error", (error) => fatal = error);
  worker.on("exit", (code) => {
    if (terminating) return;
    const isMemory = (fatal as { code?: unknown } | undefined)?.code === OUT_OF_MEMORY;
    const reason = isMemory ? "ran out of memory" : `exited with code ${code}`;
    options.onDeath({ reason, error: isMemory ? undefined : fatal });
  });
  // What is posted before the thread is up is kept for it, so it is ready as soon as we are.
  queueMicrotask(() => {
    if (!terminating) options.onReady();
  });
  return {
    post: (message, transfer) => parking.send(worker, message, transfer),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    async terminate() {
      terminating = true;
      // Who waits for the end must live to see it.
      worker.ref();
      await worker.terminate();
    },
  };
}

/** Has threads share the environment: else Deno copies it, and asks the user for that where it is not permitted. */
function makeWorker(source: string, options: NodeWorkerOptions): NodeWorker {
  const { SHARE_ENV, Worker } = denoGlobal.process.getBuiltinModule("node:worker_threads");
  try {
    return new Worker(source, { ...options, env: SHARE_ENV });
  } catch {
    // Older versions do so untold, and do not know the word.
    return new Worker(source, options);
  }
}

/** Runs in the thread, as text: it must use nothing from around it. */
function inThread(
  main: (port: WorkerPort) => void,
  emptied: readonly string[],
  makeParked: typeof parkedThread,
): void {
  const { process } = globalThis as unknown as typeof denoGlobal;
  const { setImmediate } = process.getBuiltinModule("node:timers");
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
  const outside = AsyncLocalStorage.snapshot();
  let parked: ParkedThread | null = null;
  main({
    emptied,
    now: () => performance.now(),
    blockingRefusal: null,
    onExit(callback) {
      process.on("exit", callback);
      // Of Deno.exit() this alone is told.
      addEventListener("unload", callback);
    },
    post: (message, transfer) => parentPort?.postMessage(message, transfer),
    // Memory that runs out under the handler of a message, or under a promise's, hangs the thread for
    // ever in Deno 2.9; in a turn of its own it ends the thread as it should.
    nextTurn: (callback) => setImmediate(callback),
    idle: (leisure) => parked?.park(leisure),
    listen(callback) {
      const receive = callback as (message: unknown) => void;
      const place = parked = makeParked(workerData as ParkingData, {
        nextTurn: (callback) => setImmediate(callback),
        receive: (message) => outside(receive, message),
      });
      // A tick of Node's is as good as a turn here, and costs a tenth.
      parentPort?.on("message", (message) => {
        place.came();
        process.nextTick(receive, message);
      });
      parentPort?.on("messageerror", (error) =>
        setImmediate(() => {
          throw error;
        }));
    },
    onFatal(callback) {
      for (const event of ["uncaughtException", "unhandledRejection"] as const) {
        process.on(event, (error) => {
          callback(error);
          process.exit(1);
        });
      }
    },
  });
}

/** Asks for the permission without asking the user: a prompt in a worker would stop everything. */
function importRefusal(url: string): string | null {
  const { protocol, host, pathname } = new URL(url);
  const { permissions } = denoGlobal.Deno;
  if (protocol === "file:") {
    const path = decodeURIComponent(pathname);
    const { state } = permissions.querySync({ name: "read", path });
    return state === "granted" ? null : `reading ${path} is not permitted: run with --allow-read`;
  }
  if (protocol === "http:" || protocol === "https:") {
    const { state } = permissions.querySync({ name: "import", host });
    return state === "granted" ? null : `not permitted: run with --allow-import=${host}`;
  }
  return null;
}
