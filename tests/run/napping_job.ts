/** A coroutine for a worker, with an import of its own. In a page its bundle holds a copy. */
import { type CoroutineObject, gather, sleep } from "../../mod.ts";

export function* naps(count: number): CoroutineObject<string[]> {
  function* nap(index: number) {
    yield* sleep(0.001 * (count - index));
    return `nap ${index}`;
  }
  return yield* gather(Array.from({ length: count }, (_, index) => nap(index)));
}
