/**
 * Promises that are rejected while nobody handles it, which all hosts tell in the same way.
 *
 * @module
 */
import { NotSupportedError } from "../base/errors.ts";

/**
 * Has the host, and those who listen to it, hear nothing of such rejections for certain reasons. Who listened earlier
 * can ask, by an event of the other name.
 *
 * @throws {NotSupportedError} If this is none of the hosts.
 */
export function dropRejections(isDropped: (reason: unknown) => boolean): void {
  const drop: EventListener = (event) => {
    if (!isDropped((event as PromiseRejectionEvent).reason)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  if (typeof addEventListener !== "function") {
    throw new NotSupportedError(
      "asyncio runs in browsers and in Deno, and this is neither: it has no addEventListener()",
    );
  }
  for (const type of ["unhandledrejection", "asyncio.rejection"]) addEventListener(type, drop);
}
