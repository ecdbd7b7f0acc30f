/**
 * Deno as a host.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { dropRejections } from "../rejections.ts";
import { denoIdentity } from "./identity.ts";
import { denoInspector } from "./inspector.ts";
import { denoGlobal } from "./namespace.ts";
import { denoNetwork } from "./network.ts";
import { denoProcesses } from "./processes.ts";
import { denoSignals } from "./signals.ts";
import { denoSubprocesses } from "./subprocesses.ts";
import { denoTerminal } from "./terminal.ts";

/** Assembles the host from what Deno has. */
export function denoHost(): Host {
  const { Deno, process } = denoGlobal;
  if (process?.getBuiltinModule === undefined) {
    throw new Error(`asyncio runs in Deno 2.2 and later, got Deno ${Deno.version.deno}`);
  }
  // Before Deno 2.5 it is no global.
  const { setImmediate } = process.getBuiltinModule("node:timers");
  return {
    name: "deno",
    now: () => performance.now(),
    // Node's timers, which threads have, warn of what is late already.
    setTimer: (callback, milliseconds) => setTimeout(callback, Math.max(0, milliseconds)),
    clearTimer: (timer) => clearTimeout(timer),
    // 1 to 2 us a turn; setTimeout(0) takes 2.2 ms (THREADS.md).
    nextTurn: (callback) => void setImmediate(callback),
    needsKeepAlive: true,
    hasDearErrors: true,
    asyncIdentity: denoIdentity(),
    network: denoNetwork,
    processes: denoProcesses(),
    signals: denoSignals(),
    subprocesses: denoSubprocesses,
    get terminal() {
      return denoTerminal();
    },
    get inspector() {
      return denoInspector();
    },
    measure: (name, start, end) => void performance.measure(name, { start, end }),
    mayBlock: true,
    log: (message) => console.log(message),
    logError: (message) => console.error(message),
    refusal: null,
    dropRejections,
    environment,
  };
}

function environment(name: string): string | undefined {
  const { env, permissions } = denoGlobal.Deno;
  // Reading without the permission would prompt, and importing a module must not.
  return permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? env.get(name)
    : undefined;
}
