/**
 * The classes of errors that are known when one comes back from another thread, beyond those of the
 * language and of this module.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { describe } from "../base/repr.ts";

/** What {@linkcode registerErrorClass} takes beside the class. */
export interface RegisterErrorClassOptions<E extends Error> {
  /** What the class is called where the error is thrown; to be given where a bundler renames classes. */
  name?: string | undefined;
  /**
   * Makes the error of a plain one that has its message, its own properties and its cause. Only for a
   * class with private state, which does not cross; without it the error is an object of the class with
   * the same properties, and no constructor is called.
   */
  rebuild?: ((plain: Error) => E) | undefined;
}

interface RegisteredClass {
  readonly Class: abstract new (...args: never[]) => Error;
  readonly rebuild: ((plain: Error) => Error) | null;
}

const registered = new Map<string, RegisteredClass>();

/**
 * Has errors of a class come back from threads and processes as such, where `instanceof` knows them.
 * Without this, they come as the class of the language's or of this module's that they extend, with
 * their own name, message, properties and cause.
 *
 * It is called here, where the error arrives; the thread need not know of it.
 *
 * @param Class The class, which extends `Error`.
 * @param options `name`: what it is called in the thread; `rebuild`: makes an error with private state.
 * @throws {TypeError} If `Class` is no class of errors, or has no name, or an option is of the wrong type or none that there is.
 *
 * @example
 * ```ts
 * import { registerErrorClass, ThreadPoolExecutor } from "@asyncio/asyncio";
 * import { assertRejects } from "@std/assert";
 *
 * class HttpError extends Error {
 *   status = 0;
 * }
 * registerErrorClass(HttpError);
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * await assertRejects(async () => {
 *   await pool.submit(() => {
 *     class HttpError extends Error {}
 *     throw Object.assign(new HttpError("gone"), { status: 410 });
 *   });
 * }, HttpError, "gone");
 * ```
 */
export function registerErrorClass<E extends Error>(
  Class: abstract new (...args: never[]) => E,
  options: RegisterErrorClassOptions<E> = {},
): void {
  if (typeof Class !== "function" || !(Class.prototype instanceof Error)) {
    throw new TypeError(
      `registerErrorClass() expects a class that extends Error, got ${describe(Class)}`,
    );
  }
  checkOptions(options, "registerErrorClass()", ["name", "rebuild"]);
  const { rebuild = null } = options;
  if (rebuild !== null && typeof rebuild !== "function") {
    throw new TypeError(`rebuild must be a function, got ${describe(rebuild)}`);
  }
  const name = options.name ?? Class.name;
  if (typeof name !== "string") throw new TypeError(`name must be a string, got ${describe(name)}`);
  if (name === "") {
    throw new TypeError("registerErrorClass() expects a name for a class that has none");
  }
  registered.set(name, { Class, rebuild });
}

/** What was registered under the first of these names that was, or `null`. */
export function registeredClass(names: readonly string[]): RegisteredClass | null {
  if (registered.size === 0) return null;
  for (const name of names) {
    const found = registered.get(name);
    if (found !== undefined) return found;
  }
  return null;
}
