/**
 * The options that both executors have.
 *
 * @module
 */
import { NotSupportedError, ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import { checkTerminateAfter } from "../concurrent/concurrent_future.ts";
import type { WorkerPermissions, Workers } from "../platform/workers.ts";
import type { AnyFunction } from "./crossing.ts";

/** What both executors take. */
export interface WorkerOptions {
  /**
   * A function that each worker calls before its first job: one that closes over nothing, or what
   * `workerFunction` made. If it fails, the pool is broken, and the error is logged.
   */
  initializer?: AnyFunction | null | undefined;
  /** The initializer's arguments. They are cloned for each worker. @default {[]} */
  initargs?: readonly unknown[] | undefined;
  /**
   * How many seconds a job has to end by itself when it is cancelled, be it by its future or by the task
   * that awaits it. Then its worker is ended and replaced. `null` for all the time it takes.
   *
   * @default {null}
   */
  terminateAfter?: number | null | undefined;
  /**
   * How much memory the values of a worker may take, in bytes. Buffers do not count. In Deno alone, and there a thread
   * is not always ended by it: not after a job's first `await`, nor while it makes large arrays. A process is.
   */
  memoryLimit?: number | undefined;
}

/** How a pool is made. */
export interface WorkerPoolOptions {
  /** The most workers at a time. */
  readonly maxWorkers: number;
  /** What their names begin with. */
  readonly prefix: string;
  /** What they are called in messages. */
  readonly kind: "thread" | "process";
  /** A function that each calls before its first job, and its arguments. */
  readonly initializer?: unknown;
  readonly initargs?: readonly unknown[] | undefined;
  /** How many jobs a worker makes before it is replaced; `null` for any number. */
  readonly maxTasks?: number | null;
  /** How many seconds a cancelled job has to end by itself; `null` for ever. */
  readonly terminateAfter?: number | null | undefined;
  /** How much memory a worker may take, in bytes, and what it may do. */
  readonly memoryLimit?: number | undefined;
  readonly permissions?: WorkerPermissions | undefined;
}

/** What the options of {@linkcode WorkerOptions} are called. */
export const WORKER_OPTIONS: readonly (keyof WorkerOptions)[] = [
  "initializer",
  "initargs",
  "terminateAfter",
  "memoryLimit",
];

const PERMISSIONS = ["read", "write", "net", "env", "run", "ffi", "sys", "import"] as const;

/**
 * Reads the options that both executors have.
 *
 * @param executor The executor's name, for messages.
 * @param workers Its kind of workers.
 * @param options The options.
 * @throws {TypeError} If one is of the wrong type.
 * @throws {ValueError} If a number is out of its range.
 * @throws {NotSupportedError} If the workers cannot be limited so.
 */
export function checkWorkerOptions(
  executor: string,
  workers: Workers,
  options: WorkerOptions & { permissions?: WorkerPermissions | undefined },
): void {
  const { initializer, initargs, terminateAfter, memoryLimit, permissions } = options;
  if (initializer !== undefined && initializer !== null && typeof initializer !== "function") {
    throw new TypeError(`initializer must be a callable, got ${describe(initializer)}`);
  }
  if (initargs !== undefined && !Array.isArray(initargs)) {
    throw new TypeError(`initargs must be a list, got ${describe(initargs)}`);
  }
  checkTerminateAfter(terminateAfter);
  if (memoryLimit !== undefined) {
    if (typeof memoryLimit !== "number" || Number.isNaN(memoryLimit)) {
      throw new TypeError(`memoryLimit must be a number of bytes, got ${describe(memoryLimit)}`);
    }
    if (memoryLimit < 2 ** 20) {
      throw new ValueError(`memoryLimit must be at least a mebibyte, got ${memoryLimit} bytes`);
    }
    refuse(`${executor}({ memoryLimit })`, workers.memoryRefusal);
  }
  if (permissions !== undefined) {
    checkPermissions(permissions);
    refuse(`${executor}({ permissions })`, workers.permissionsRefusal);
  }
}

function refuse(what: string, refusal: string | null): void {
  if (refusal !== null) throw new NotSupportedError(`${what} cannot be had: ${refusal}`);
}

function checkPermissions(permissions: WorkerPermissions): void {
  if (typeof permissions !== "object" || permissions === null) {
    throw new TypeError(`permissions must be an object, got ${describe(permissions)}`);
  }
  for (const [name, given] of Object.entries(permissions)) {
    if (!(PERMISSIONS as readonly string[]).includes(name)) {
      throw new TypeError(
        `permissions has ${name}, which is none: expected one of ${PERMISSIONS.join(", ")}`,
      );
    }
    const isList = Array.isArray(given) && given.every((item) => typeof item === "string");
    if (typeof given !== "boolean" && given !== undefined && !isList) {
      throw new TypeError(
        `permissions.${name} must be true, false or a list of strings, got ${describe(given)}`,
      );
    }
  }
}
