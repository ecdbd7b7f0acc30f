/**
 * Values whose memory goes to another thread instead of being copied.
 *
 * @module
 */
import { describe } from "../base/repr.ts";

// The script of a worker, and other copies of this module, have the same one.
const TRANSFERS: unique symbol = Symbol.for("asyncio.transfers") as never;

const scope = globalThis as { [TRANSFERS]?: WeakMap<object, readonly Transferable[]> };
const transfers = /* @__PURE__ */ (() => scope[TRANSFERS] ??= new WeakMap())();

/**
 * Has buffers within a value moved, not copied, the next time that the value crosses to another thread
 * or back: as an argument of a job, as its result, as an item of its stream. They are empty here
 * afterwards. To a process they are copied, and are empty here all the same.
 *
 * A job that crosses as source finds this function in `this.transfer`.
 *
 * @typeParam T What the value is.
 * @param value The argument, result or item itself; within another value it would not be found.
 * @param buffers What of it is moved: buffers, ports, bitmaps, whatever the place can transfer.
 * @returns The value.
 * @throws {TypeError} If `value` is no object, or one of `buffers` is none or a view of one.
 *
 * @example
 * ```ts
 * import { ThreadPoolExecutor, transfer } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
 * const bytes = new Uint8Array(1 << 20);
 * const back = await pool.submit(function (given: Uint8Array<ArrayBuffer>) {
 *   given[0] = 42;
 *   return this.transfer(given, [given.buffer]);
 * }, transfer(bytes, [bytes.buffer]));
 * assertEquals([bytes.length, back.length, back[0]], [0, 1 << 20, 42]);
 * ```
 *
 * @see https://developer.mozilla.org/docs/Web/API/Web_Workers_API/Transferable_objects
 */
export function transfer<T extends object>(value: T, buffers: readonly Transferable[]): T {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    throw new TypeError(`transfer() expects an object, got ${describe(value)}`);
  }
  if (!Array.isArray(buffers)) {
    throw new TypeError(`transfer() expects a list of what to move, got ${describe(buffers)}`);
  }
  for (const [index, buffer] of buffers.entries()) {
    if (ArrayBuffer.isView(buffer)) {
      throw new TypeError(
        `transfer() moves buffers, not views of them: buffers[${index}] is ${describe(buffer)}; ` +
          "expected its buffer",
      );
    }
    if (typeof buffer !== "object" || buffer === null) {
      throw new TypeError(`transfer() cannot move buffers[${index}], ${describe(buffer)}`);
    }
  }
  transfers.set(value, buffers);
  return value;
}

/** What is to be moved of these arguments, which have crossed then; `null` if nothing is. */
export function takeTransfers(args: readonly unknown[]): Transferable[] | null {
  let all: Transferable[] | null = null;
  for (const value of args) {
    if (typeof value !== "object" || value === null) continue;
    const buffers = transfers.get(value);
    if (buffers === undefined) continue;
    transfers.delete(value);
    all = [...all ?? [], ...buffers];
  }
  return all;
}
