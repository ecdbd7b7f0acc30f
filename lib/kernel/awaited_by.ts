/**
 * Who waits for a future.
 *
 * Nothing is kept for it: whoever waits has himself told when the future is done, so a future's listeners
 * are those that wait. What stands between, such as the future of a gathering, names those behind it.
 *
 * @module
 */
import { Future, listenersWaiting } from "./future.ts";

const told = new WeakMap<Future<unknown>, Set<Future<unknown>>>();

/** Those that wait for a future, each once, in the order they came. */
export function awaitedBy(future: Future<unknown>): Set<Future<unknown>> {
  return new Set([...listenersWaiting(future), ...told.get(future) ?? []]);
}

/**
 * Takes note, for the await graph, that somebody waits for a future in a way that cannot be seen: not by
 * awaiting it, nor through `gather`, `wait`, `shield`, a group or `asCompleted`.
 *
 * @param future What is waited for. What is no future of this module's is ignored, as in asyncio.
 * @param waiter Who waits, a task most often.
 *
 * @example
 * ```ts
 * import { captureCallGraph, Future, futureAddToAwaitedBy, futureDiscardFromAwaitedBy, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const [answer, asker] = [new Future(), new Future()];
 *   futureAddToAwaitedBy(answer, asker);
 *   assertEquals(captureCallGraph(answer)!.awaitedBy.map(({ future }) => future), [asker]);
 *   futureDiscardFromAwaitedBy(answer, asker);
 *   assertEquals(captureCallGraph(answer)!.awaitedBy, []);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.future_add_to_awaited_by
 */
export function futureAddToAwaitedBy(future: Future<unknown>, waiter: Future<unknown>): void {
  if (!(future instanceof Future) || !(waiter instanceof Future)) return;
  const waiting = told.get(future);
  if (waiting === undefined) told.set(future, new Set([waiter]));
  else waiting.add(waiter);
}

/**
 * Takes back what {@linkcode futureAddToAwaitedBy} noted.
 *
 * @param future What was waited for.
 * @param waiter Who waited.
 *
 * @example
 * ```ts
 * import { captureCallGraph, Future, futureAddToAwaitedBy, futureDiscardFromAwaitedBy, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const [answer, asker] = [new Future(), new Future()];
 *   futureAddToAwaitedBy(answer, asker);
 *   futureDiscardFromAwaitedBy(answer, asker);
 *   assertEquals(captureCallGraph(answer)!.awaitedBy, []);
 * });
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-graph.html#asyncio.future_discard_from_awaited_by
 */
export function futureDiscardFromAwaitedBy(future: Future<unknown>, waiter: Future<unknown>): void {
  told.get(future)?.delete(waiter);
}
