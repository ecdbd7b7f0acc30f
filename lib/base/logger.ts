/**
 * Where the module's own messages go.
 *
 * What Python's asyncio logs, by the logger named "asyncio", comes here: errors that nobody took, slow
 * callbacks, coroutines that were never awaited. A program sends them elsewhere by a sink of its own.
 *
 * @module
 */
import { describe, repr } from "./repr.ts";
import { staysInThread } from "./staying.ts";

/** How grave a message is. */
export type LogLevel = "warning" | "error";

/** One message. */
export interface LogRecord {
  /** How grave it is. */
  readonly level: LogLevel;
  /** The text, which may have several lines. */
  readonly message: string;
}

/** Takes messages. */
export type LogSink = (record: LogRecord) => void;

let hostSink: LogSink = () => {};

/** Sets where messages go as long as no sink is set; for the floor that knows the host. */
export function setHostSink(sink: LogSink): void {
  hostSink = sink;
}

/**
 * Hands messages to the sink that was set, or else to the host's console; {@linkcode logger} is the one
 * there is.
 *
 * @example
 * ```ts
 * import { logger, newEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const messages: string[] = [];
 * logger.setSink(({ level, message }) => messages.push(`${level}: ${message}`));
 * const loop = newEventLoop();
 * loop.callExceptionHandler({ message: "the pump is dry" });
 * loop.close();
 * logger.setSink(null);
 * assertEquals(messages, ["error: the pump is dry"]);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-dev.html#logging
 */
export class Logger {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  #sink: LogSink | null = null;

  /**
   * Sets who takes the messages, of all loops of this thread.
   *
   * @param sink Called with each; `null` for the host's console, which also gets what a sink throws over.
   * @throws {TypeError} If it is neither.
   */
  setSink(sink: LogSink | null): void {
    if (sink !== null && typeof sink !== "function") {
      throw new TypeError(`sink must be a function or null, got ${describe(sink)}`);
    }
    this.#sink = sink;
  }

  /**
   * Who takes the messages.
   *
   * @returns What was set, or `null`.
   */
  getSink(): LogSink | null {
    return this.#sink;
  }

  /**
   * Tells of something that may be a mistake.
   *
   * @param message The text.
   */
  warning(message: string): void {
    this.#log({ level: "warning", message });
  }

  /**
   * Tells of something that went wrong.
   *
   * @param message The text.
   */
  error(message: string): void {
    this.#log({ level: "error", message });
  }

  /** A sink that throws must not become an error of whoever had something to say. */
  #log(record: LogRecord): void {
    if (this.#sink === null) return hostSink(record);
    try {
      this.#sink(record);
    } catch (error) {
      hostSink(record);
      hostSink({ level: "error", message: `Logging error: the sink threw ${repr(error)}` });
    }
  }
}

/**
 * The module's own logger, as Python's `logging.getLogger("asyncio")`.
 *
 * @example
 * ```ts
 * import { logger } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logger.getSink(), null);
 * ```
 */
export const logger: Logger = /* @__PURE__ */ new Logger();
