/**
 * A browser as a host: a page or a web worker.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { dropRejections } from "../rejections.ts";
import { browserInspector } from "./inspector.ts";

/** What some browsers have, and other places that the browsers' build is loaded in. */
interface WaysToTurn {
  readonly scheduler?: {
    postTask(callback: () => void, options: { priority: "user-visible" }): Promise<void>;
  };
  readonly setImmediate?: (callback: () => void) => unknown;
}

/** Assembles the host from what the browser has. */
export function browserHost(): Host {
  return {
    name: "browser",
    now: () => performance.now(),
    setTimer: (callback, milliseconds) => setTimeout(callback, milliseconds),
    clearTimer: (timer) => clearTimeout(timer),
    nextTurn: nextTurn(),
    needsKeepAlive: false,
    hasDearErrors: false,
    asyncIdentity: null,
    network: null,
    processes: null,
    signals: null,
    subprocesses: null,
    terminal: null,
    get inspector() {
      return browserInspector();
    },
    measure: (name, start, end) => void performance.measure(name, { start, end }),
    mayBlock: !("document" in globalThis),
    log: (message) => console.log(message),
    logError: (message) => console.error(message),
    refusal: typeof addEventListener === "function"
      ? null
      : "asyncio runs in browsers and in Deno, and this is neither: it has no addEventListener()",
    dropRejections,
    environment,
  };
}

/** A page has none; what it is asked for stands in its address, `ASYNCIO_DEBUG` as `?asyncio-debug`. */
function environment(name: string): string | undefined {
  const parameters = new URLSearchParams(globalThis.location?.search);
  const value = parameters.get(name.toLowerCase().replaceAll("_", "-"));
  return value === "" ? "1" : value ?? undefined;
}

/**
 * Chooses how to let the host have a turn. A chained `setTimeout(0)` is clamped to 4 ms; a task of the
 * scheduler's or a message to oneself is not (THREADS.md). Whoever renders pages ahead, on a server, loads them there with
 * this module: a port that listens would keep that process alive for ever.
 */
function nextTurn(): (callback: () => void) => void {
  const { scheduler, setImmediate } = globalThis as WaysToTurn;
  if (typeof scheduler?.postTask === "function") {
    const options = { priority: "user-visible" } as const;
    return (callback) => {
      scheduler.postTask(callback, options);
    };
  }
  if (typeof setImmediate === "function") return (callback) => void setImmediate(callback);
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}
