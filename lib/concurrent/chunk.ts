/**
 * Several calls that cross as one, and the futures of each.
 *
 * @module
 */
import { ConcurrentFuture } from "./concurrent_future.ts";

/** What a chunk of calls came to: what they gave, and what the first that failed threw. */
export interface ChunkOutcome {
  /** What the calls gave that were made without an error. */
  readonly values: readonly unknown[];
  /** What the next one threw, or `null` if all were made. */
  readonly error: { readonly thrown: unknown } | null;
}

/**
 * Gives a future for each call of a chunk. Cancelling one cancels the chunk. Calls that were not made,
 * for one before them failed, are cancelled.
 *
 * @param chunk The chunk.
 * @param size How many calls it has.
 */
export function splitChunk<T>(
  chunk: ConcurrentFuture<ChunkOutcome>,
  size: number,
): ConcurrentFuture<T>[] {
  const futures = Array.from({ length: size }, () => new ConcurrentFuture<T>());
  for (const future of futures) {
    future.addDoneCallback(() => {
      if (future.cancelled()) chunk.cancel();
    });
  }
  chunk.addDoneCallback(() => settle(chunk, futures));
  return futures;
}

function settle<T>(
  chunk: ConcurrentFuture<ChunkOutcome>,
  futures: readonly ConcurrentFuture<T>[],
): void {
  const open = (future: ConcurrentFuture<T> | undefined) => future !== undefined && !future.done();
  if (chunk.cancelled()) {
    for (const future of futures) future.cancel();
    return;
  }
  const error = chunk.exception();
  if (error !== null) {
    for (const future of futures) if (open(future)) future.setException(error);
    return;
  }
  const { values, error: failure } = chunk.result();
  for (const [index, future] of futures.entries()) {
    if (!open(future)) continue;
    if (index < values.length) future.setResult(values[index] as T);
    else if (index === values.length && failure !== null) future.setException(failure.thrown);
    else future.cancel();
  }
}
