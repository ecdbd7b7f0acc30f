/**
 * What goes wrong with connections, in Python's tree of errors.
 *
 * @module
 */
import { TimeoutError } from "../base/errors.ts";

/**
 * Tells that something is wrong with a connection. Its `cause` is the host's own error, where there is one.
 *
 * @example
 * ```ts
 * import { ConnectionError, ConnectionResetError } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new ConnectionResetError("Connection lost") instanceof ConnectionError);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#ConnectionError
 */
export class ConnectionError extends Error {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ConnectionError";
  }
}

/**
 * Tells that nobody listens where one wanted to connect.
 *
 * @example
 * ```ts
 * import { ConnectionError, ConnectionRefusedError } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new ConnectionRefusedError("nobody is there") instanceof ConnectionError);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#ConnectionRefusedError
 */
export class ConnectionRefusedError extends ConnectionError {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ConnectionRefusedError";
  }
}

/**
 * Tells that a connection was aborted by the other side.
 *
 * @example
 * ```ts
 * import { ConnectionAbortedError, ConnectionError } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new ConnectionAbortedError("the other side is gone") instanceof ConnectionError);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#ConnectionAbortedError
 */
export class ConnectionAbortedError extends ConnectionError {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ConnectionAbortedError";
  }
}

/**
 * Tells that a connection is lost.
 *
 * @example
 * ```ts
 * import { ConnectionResetError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(`${new ConnectionResetError("Connection lost")}`, "ConnectionResetError: Connection lost");
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#ConnectionResetError
 */
export class ConnectionResetError extends ConnectionError {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ConnectionResetError";
  }
}

/**
 * Tells that one wanted to write where the other side reads no more.
 *
 * @example
 * ```ts
 * import { BrokenPipeError, ConnectionError } from "@asyncio/asyncio";
 * import { assert } from "@std/assert";
 *
 * assert(new BrokenPipeError("the reader is gone") instanceof ConnectionError);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#BrokenPipeError
 */
export class BrokenPipeError extends ConnectionError {
  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "BrokenPipeError";
  }
}

type ErrorClass = new (message: string, options: ErrorOptions) => ConnectionError;

/** By the names that Deno gives its own, and the codes of Node's. */
const CLASSES: Readonly<Record<string, ErrorClass>> = /* @__PURE__ */ (() => ({
  BrokenPipe: BrokenPipeError,
  EPIPE: BrokenPipeError,
  ConnectionAborted: ConnectionAbortedError,
  ECONNABORTED: ConnectionAbortedError,
  ConnectionRefused: ConnectionRefusedError,
  ECONNREFUSED: ConnectionRefusedError,
  ConnectionReset: ConnectionResetError,
  ECONNRESET: ConnectionResetError,
}))();

/** Gives for an error of the host's the one that Python has for it; others stay as they are. */
export function connectionError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, code = name } = error as Error & { readonly code?: string };
  const key = [name, code].find((key) => Object.hasOwn(CLASSES, key));
  return key === undefined ? error : new CLASSES[key]!(error.message, { cause: error });
}

/** Tells whether an error is the system's, in Python an `OSError`: with a connection it is nothing to report. */
export function isSystemError(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError;
}
