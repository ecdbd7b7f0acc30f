/**
 * Threads in a browser: classic web workers from a `Blob` of their script, the kind that starts from
 * any origin, from `file:`, and without a fetch.
 *
 * A browser tells nobody that a worker has closed itself. What does tell is a lock: the worker holds
 * one named like itself for as long as it lives, and who waits for the same lock gets it when the
 * worker is gone. There are locks in secure contexts alone, so `close` is watched, too.
 *
 * @module
 */
import { type ParkedThread, parkedThread, Parking, type ParkingData } from "../parking.ts";
import type { WorkerHandle, WorkerPort, Workers, WorkerStart } from "../workers.ts";

function browserGlobals(): readonly string[] {
  return ("AbortController AbortSignal Blob BroadcastChannel ByteLengthQueuingStrategy Cache CacheStorage " +
    "CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DOMMatrix " +
    "DOMPoint DOMQuad DOMRect DecompressionStream ErrorEvent Event EventSource EventTarget File " +
    "FileList FileReader FileReaderSync FontFace FormData Headers IDBKeyRange ImageBitmap ImageData " +
    "MessageChannel MessageEvent MessagePort OffscreenCanvas OffscreenCanvasRenderingContext2D " +
    "Path2D Performance PerformanceEntry PerformanceMark PerformanceMeasure ProgressEvent " +
    "PromiseRejectionEvent ReadableByteStreamController ReadableStream ReadableStreamBYOBReader " +
    "ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder TextDecoderStream " +
    "TextEncoder TextEncoderStream TransformStream URL URLSearchParams WebAssembly WebSocket Worker " +
    "WritableStream WritableStreamDefaultWriter XMLHttpRequest atob btoa caches cancelAnimationFrame " +
    "clearInterval clearTimeout close console createImageBitmap crypto fetch importScripts indexedDB " +
    "isSecureContext location navigator origin performance postMessage queueMicrotask reportError " +
    "requestAnimationFrame self setInterval setTimeout structuredClone").split(" ");
}

/** Makes the browser's threads. */
export function browserWorkers(): Workers {
  return {
    // Not looked at as the module is loaded: a page may be made on a server that has no such thing.
    get parallelism() {
      return navigator.hardwareConcurrency;
    },
    globals: browserGlobals(),
    emptied: [],
    // The page's policy may forbid it, and to try would be reported.
    evaluates: false,
    memoryRefusal: "a browser limits no worker's memory",
    permissionsRefusal: "a browser's workers have no permissions of their own: " +
      "a Content-Security-Policy of the page narrows what all of them may do",
    hasFixedModules: false,
    startPause: 0,
    start: startWorker,
    importRefusal: () => null,
  };
}

let started = 0;

function startWorker(options: WorkerStart): WorkerHandle {
  // Locks are shared by all pages of an origin, so a number of this page's own is not enough.
  const name = `${options.name} ${started++} ${Math.random().toString(36).slice(2)}`;
  const parking = typeof SharedArrayBuffer === "undefined" ? null : new Parking();
  const script = `(${inWorker})(${options.script},${parking && parkedThread})`;
  let url = "";
  let worker: Worker;
  try {
    url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    worker = new Worker(url, { name });
  } catch (error) {
    // A service worker has neither, and a page may demand Trusted Types.
    queueMicrotask(() => options.onDeath({ reason: "could not start", error }));
    URL.revokeObjectURL?.(url);
    return { post() {}, ref() {}, unref() {}, terminate: () => Promise.resolve() };
  }
  if (parking !== null) worker.postMessage(parking.data);
  let alive = true;

  function end(): void {
    alive = false;
    URL.revokeObjectURL(url);
    worker.terminate();
  }

  function die(reason: string, error?: unknown): void {
    if (!alive) return;
    end();
    options.onDeath({ reason, error });
  }

  function ready(locked: boolean): void {
    URL.revokeObjectURL(url);
    const { locks } = navigator as WithLocks;
    if (locked) locks?.request(name, () => die("closed itself"));
    options.onReady();
  }

  worker.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!alive) return;
    // The script's own messages are lists.
    if (Array.isArray(data)) options.onMessage(data);
    else if (data === "ready") ready(false);
    else if (data === "ready, locked") ready(true);
    else if (data === "closed") die("closed itself");
  };
  worker.onmessageerror = () => die("sent what cannot be read here");
  worker.onerror = (event) => {
    event.preventDefault();
    // The worker's own errors are caught in it. What comes here is that its script did not start,
    // and of a policy's refusal the browser says nothing.
    die(
      event.message ?? "could not start: the page's policy may lack worker-src blob:",
      event.error,
    );
  };
  return {
    post(message, transfer) {
      if (parking !== null) parking.send(worker, message, transfer);
      else worker.postMessage(message, transfer ?? []);
    },
    ref() {},
    unref() {},
    terminate() {
      end();
      return Promise.resolve();
    },
  };
}

/** The locks, as far as they are used. Deno's types do not have them, insecure contexts neither. */
interface WithLocks {
  readonly locks?: { request(name: string, callback: () => unknown): Promise<unknown> };
}

interface WorkerScope extends EventTarget {
  readonly name: string;
  readonly navigator: WithLocks;
  readonly scheduler?: { postTask(callback: () => void): void };
  close(): void;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

/**
 * Runs in the worker, as text: it must use nothing from around it, and name no function in a `const`,
 * for which a bundler may put in a call of a helper.
 */
function inWorker(
  main: (port: WorkerPort) => void,
  makeParked: typeof parkedThread | null,
): void {
  const scope = globalThis as unknown as WorkerScope;
  const close = scope.close.bind(scope);
  const lastWords: (() => void)[] = [];
  scope.close = () => {
    for (const say of lastWords) say();
    scope.postMessage("closed");
    close();
  };
  let parked: ParkedThread | null = null;
  main({
    emptied: [],
    now: () => performance.now(),
    blockingRefusal: typeof SharedArrayBuffer === "undefined"
      ? "the page has no SharedArrayBuffer, for it is not cross-origin isolated; serve it with the " +
        "headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"
      : null,
    nextTurn: (callback) => callback(),
    idle: (leisure) => parked?.park(leisure),
    onExit: (callback) => lastWords.push(callback),
    post: (message, transfer) => scope.postMessage(message, transfer),
    listen(callback) {
      const receive = callback as (message: unknown) => void;
      scope.addEventListener("message", (event) => {
        const { data } = event as MessageEvent<unknown>;
        if (makeParked === null) return receive(data);
        if (parked !== null) {
          parked.came();
          return receive(data);
        }
        parked = makeParked(data as ParkingData, {
          nextTurn(callback) {
            if (scope.scheduler !== undefined) return scope.scheduler.postTask(callback);
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = callback;
            port2.postMessage(null);
          },
          receive,
        });
      });
    },
    onFatal(callback) {
      scope.addEventListener("error", (event) => {
        event.preventDefault();
        const { error, message } = event as ErrorEvent;
        callback(error ?? message);
        scope.close();
      });
      scope.addEventListener("unhandledrejection", (event) => {
        event.preventDefault();
        const { promise, reason } = event as PromiseRejectionEvent;
        // A listener that came later is asked: see rejections.ts.
        const question = new PromiseRejectionEvent("asyncio.rejection", {
          promise,
          reason,
          cancelable: true,
        });
        if (!scope.dispatchEvent(question)) return;
        callback(reason);
        scope.close();
      });
    },
  });
  if (scope.navigator.locks === undefined) return scope.postMessage("ready");
  scope.navigator.locks.request(scope.name, () => {
    scope.postMessage("ready, locked");
    return new Promise(() => {});
  }).catch(() => scope.postMessage("ready"));
}
