/**
 * What the rows of a million parked tasks see of the host meanwhile.
 *
 * @module
 */

/** What was seen. */
export interface Sight {
  /** The longest that a timer of the host's came late, in nanoseconds. */
  stall: number;
  /** The most memory that the process held, in bytes. */
  peak: number;
}

/** How often is looked, in milliseconds. */
const PERIOD = 1;

/**
 * Watches the host's timers and the process's memory while something is done.
 *
 * @param work What is done.
 * @returns What came of it, and what was seen.
 */
export async function watchHost(work: () => Promise<number>): Promise<[number, Sight]> {
  // What the round before left would count as this one's.
  (globalThis as unknown as { gc(): void }).gc();
  const sight: Sight = { stall: 0, peak: 0 };
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    sight.stall = Math.max(sight.stall, (now - last - PERIOD) * 1e6);
    sight.peak = Math.max(sight.peak, Deno.memoryUsage().rss);
    last = now;
  };
  const timer = setInterval(look, PERIOD);
  try {
    const count = await work();
    // The last stall counts as well, if no timer came after it.
    look();
    return [count, sight];
  } finally {
    clearInterval(timer);
  }
}
