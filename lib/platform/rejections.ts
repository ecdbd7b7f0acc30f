/**
 * Promises that are rejected while nobody handles it, which all hosts tell in the same way.
 *
 * @module
 */

/**
 * Has the host, and those who listen to it, hear nothing of such rejections for certain reasons. Who listened earlier
 * can ask, by an event of the other name.
 */
export function dropRejections(isDropped: (reason: unknown) => boolean): void {
  const drop: EventListener = (event) => {
    if (!isDropped((event as PromiseRejectionEvent).reason)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const type of ["unhandledrejection", "asyncio.rejection"]) addEventListener(type, drop);
}
