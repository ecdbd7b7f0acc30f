/**
 * What `using` releases.
 *
 * @module
 */
import { disposeKey } from "../base/dispose.ts";
import { staysInThread } from "../base/staying.ts";

/**
 * Holds something that was acquired, and releases it once: at the end of the block, by `using`, or by
 * hand.
 *
 * @example
 * ```ts
 * import { Lock, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const lock = new Lock();
 * await run(function* () {
 *   {
 *     using _guard = yield* lock.hold();
 *     assertEquals(lock.locked(), true);
 *   }
 *   assertEquals(lock.locked(), false);
 * });
 * ```
 */
export class Guard {
  static readonly #staying: void = /* @__PURE__ */ staysInThread(this);

  #release: (() => void) | null;

  /**
   * Makes a new `Guard`.
   *
   * @param release Releases what is held.
   */
  constructor(release: () => void) {
    this.#release = release;
  }

  /** Releases what is held. Releasing twice does nothing. */
  release(): void {
    const release = this.#release;
    this.#release = null;
    release?.();
  }

  /** Releases what is held, for `using`. */
  [disposeKey](): void {
    this.release();
  }
}
