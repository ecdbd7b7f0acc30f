/**
 * For pages, what Deno's sanitizers are for Deno, as far as a page can tell: timers that nobody
 * cleared, workers that nobody terminated, errors that nobody caught.
 *
 * @module
 */

import { takeLeakedWorkers, watchWebWorkers } from "./worker_leaks.ts";

/** Watches a page; make it before anything takes `setTimeout` or `Worker` out of the scope. */
export class LeakWatch {
  readonly #timers = new Map<unknown, string>();
  readonly #errors: ErrorEvent[] = [];
  readonly #rejections: PromiseRejectionEvent[] = [];

  constructor() {
    this.#watchTimers();
    watchWebWorkers();
    addEventListener("error", (event) => this.#errors.push(event));
    addEventListener("unhandledrejection", (event) => this.#rejections.push(event));
  }

  /**
   * Says what a test left behind, and forgets it.
   *
   * @returns A line for each thing left, or nothing.
   */
  async takeLeaks(): Promise<string[]> {
    const timers = [...this.#timers.values()].map((what) => `leaked: ${what} is still to fire`);
    const workers = await takeLeakedWorkers();
    this.#timers.clear();
    return [...timers, ...workers];
  }

  /**
   * Gives the errors that nobody caught since the last call.
   *
   * @returns What was thrown, but for errors that a listener declared handled.
   */
  takeUncaught(): unknown[] {
    const unhandled = (event: Event): boolean => !event.defaultPrevented;
    return [
      ...this.#errors.splice(0).filter(unhandled).map(({ error, message }) => error ?? message),
      ...this.#rejections.splice(0).filter(unhandled).map(({ reason }) => reason),
    ];
  }

  #watchTimers(): void {
    const timers = this.#timers;
    type Callback = (...parameters: unknown[]) => void;
    for (const name of ["setTimeout", "setInterval"] as const) {
      const original = globalThis[name].bind(globalThis);
      const watched = (callback: Callback, delay?: number, ...parameters: unknown[]): unknown => {
        const timer = original(() => {
          if (name === "setTimeout") timers.delete(timer);
          callback(...parameters);
        }, delay);
        timers.set(timer, `a ${name} of ${delay ?? 0} ms`);
        return timer;
      };
      Object.assign(globalThis, { [name]: watched });
    }
    for (const name of ["clearTimeout", "clearInterval"] as const) {
      const original = globalThis[name].bind(globalThis);
      const watched = (timer?: number): void => {
        timers.delete(timer);
        original(timer);
      };
      Object.assign(globalThis, { [name]: watched });
    }
  }
}
