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
  run<R>(value: unknown, callback: () => R): R;
  /** Calls back outside every value. */
  exit<R>(callback: () => R): R;
  /** The value seen here. */
  getStore(): unknown;
}

interface AsyncHooks {
  AsyncLocalStorage: new () => AsyncStorage;
}

interface PermissionStatus {
  readonly state: string;
}

interface DenoNamespace {
  readonly env: { get(name: string): string | undefined };
  readonly permissions: {
    querySync(descriptor: { name: "env"; variable: string }): PermissionStatus;
  };
}

interface DenoGlobal {
  readonly Deno: DenoNamespace;
  readonly process: {
    getBuiltinModule(name: "node:async_hooks"): AsyncHooks;
  };
  setImmediate(callback: () => void): unknown;
}

/** The global object, as far as the runtime knows it under Deno. */
export const denoGlobal: DenoGlobal = globalThis as unknown as DenoGlobal;
