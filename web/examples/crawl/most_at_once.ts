/**
 * How much went on at the same time.
 *
 * @module
 */
import type { Span } from "./page.ts";

/**
 * Counts how many of the spans overlapped at the busiest moment.
 *
 * @param spans The spans. One that begins when another ends does not overlap it.
 * @returns The number of them.
 */
export function mostAtOnce(spans: readonly Span[]): number {
  const changes = spans.flatMap(({ began, ended }) => [
    { at: began, change: 1 },
    { at: ended, change: -1 },
  ]);
  changes.sort((a, b) => a.at - b.at || a.change - b.change);
  let running = 0;
  let most = 0;
  for (const { change } of changes) {
    running += change;
    most = Math.max(most, running);
  }
  return most;
}
