/**
 * Deno as a host.
 *
 * @module
 */
import type { AsyncIdentity, Host } from "../host.ts";
import { denoGlobal } from "./namespace.ts";

/** Assembles the host from what Deno has. */
export function denoHost(): Host {
  return {
    name: "deno",
    now: () => performance.now(),
    setTimer: (callback, milliseconds) => setTimeout(callback, milliseconds),
    clearTimer: (id) => clearTimeout(id),
    // 1 to 2 us a turn; setTimeout(0) takes 2.2 ms (THREADS.md).
    nextTurn: (callback) => {
      denoGlobal.setImmediate(callback);
    },
    needsKeepAlive: true,
    asyncIdentity: asyncIdentity(),
    logError: (message) => console.error(message),
    environment,
  };
}

function asyncIdentity(): AsyncIdentity {
  const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
  const storage = new AsyncLocalStorage();
  return {
    run: (value, callback) => storage.run(value, callback),
    exit: (callback) => storage.exit(callback),
    get: () => storage.getStore(),
  };
}

function environment(name: string): string | undefined {
  const { env, permissions } = denoGlobal.Deno;
  // Reading without the permission would prompt, and importing a module must not.
  return permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? env.get(name)
    : undefined;
}
